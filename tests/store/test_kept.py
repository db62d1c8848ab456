"""Drafts, presets, small settings, cached documents and seen models."""

from datetime import timedelta
from pathlib import Path

from replicate_tui.store.catalog import DocumentCache
from replicate_tui.store.database import Database
from replicate_tui.store.drafts import DraftRepository
from replicate_tui.store.models import ModelRepository
from replicate_tui.store.presets import PresetRepository
from replicate_tui.store.records import Draft, Preset, SeenModel
from replicate_tui.store.remembered import Remembered
from tests.store.making import NOON, peek


async def test_a_draft_is_kept_replaced_and_removed(history: Path) -> None:
    draft = Draft(target="a/b", values={"prompt": "half", "n": 2**70}, options={"version": "v"}, changed_at=NOON)
    async with Database(history) as database:
        drafts = DraftRepository(database)
        assert await drafts.get("a/b") is None
        await drafts.save(Draft(target="a/b", values={}, options={}, changed_at=NOON))
        await drafts.save(draft)
    async with Database(history) as database:
        drafts = DraftRepository(database)
        assert await drafts.get("a/b") == draft
        assert await drafts.get("a/c") is None
        await drafts.remove("a/b")
        assert await drafts.get("a/b") is None


async def test_presets_are_listed_by_name(database: Database) -> None:
    presets = PresetRepository(database)
    for name in ("wide", "Dark", "night"):
        await presets.save(Preset(target="a/b", name=name, values={"name": name}, saved_at=NOON))
    await presets.save(Preset(target="other/one", name="x", values={}, saved_at=NOON))
    await presets.save(Preset(target="a/b", name="wide", values={"changed": True}, saved_at=NOON))
    found = await presets.list("a/b")
    assert [preset.name for preset in found] == ["Dark", "night", "wide"]
    assert found[2].values == {"changed": True}
    await presets.remove("a/b", "night")
    assert [preset.name for preset in await presets.list("a/b")] == ["Dark", "wide"]


async def test_small_settings_are_remembered(database: Database) -> None:
    remembered = Remembered(database)
    assert await remembered.get("seen", False) is False
    await remembered.set("seen", True)
    await remembered.set("probe", {"xterm": ["kitty", None]})
    await remembered.set("probe", {"xterm": ["sixel"]})
    assert await remembered.get("seen", False) is True
    assert await remembered.get("probe") == {"xterm": ["sixel"]}


async def test_a_document_is_kept_with_its_age(database: Database) -> None:
    cache = DocumentCache(database)
    assert await cache.get("models/a/b") is None
    await cache.put("models/a/b", None, NOON)
    await cache.put("models/a/b", {"name": "b", "half": "\ud800"}, NOON + timedelta(seconds=1))
    found = await cache.get("models/a/b")
    assert found is not None
    assert found.body == {"name": "b", "half": "\ufffd"}
    assert found.fetched_at == NOON + timedelta(seconds=1)
    await cache.remove("models/a/b")
    assert await cache.get("models/a/b") is None


async def test_a_cache_beyond_its_bound_drops_what_is_oldest(database: Database, history: Path) -> None:
    cache = DocumentCache(database, most_bytes=10_000)
    for number in range(30):
        await cache.put(str(number), "x" * 1_000, NOON + timedelta(seconds=number))
    assert await cache.get("20") is None
    assert await cache.get("29") is not None
    assert peek(history, "select sum(size) <= 10000, count(*) from documents") == [(1, 9)]
    await cache.put("29", "y" * 2_000, NOON)
    assert await cache.get("29") is None, "one that large is not kept, and the old one is not the truth any more"


async def test_models_are_found_by_the_beginnings_of_their_words(database: Database) -> None:
    models = ModelRepository(database)
    flux = SeenModel(
        name="black-forest-labs/flux-schnell",
        description="The fastest image model",
        tags=("image", "text-to-image"),
        run_count=900,
        is_official=True,
        extra={"cover": "https://x.test"},
    )
    await models.upsert_models(
        [
            flux,
            SeenModel(name="someone/upscaler", description="for flux images", run_count=5_000),
            SeenModel(name="meta/llama", description="text", run_count=2**80),
            SeenModel(name="new/one"),
        ]
    )
    assert await models.local_search("flux") == [flux, *await models.local_search("upsc")]
    assert await models.local_search("flux-sch") == [flux]
    assert await models.local_search("forest fas") == [flux]
    assert await models.local_search("text-to") == [flux]
    assert await models.local_search("meta/llama") == [*await models.local_search("llam")]
    assert await models.local_search("new o") == [SeenModel(name="new/one")]
    for nothing in ("", "  ", '"', "***", "zebra", "NOT flux zebra"):
        assert await models.local_search(nothing) == []
    assert len(await models.local_search("flux", limit=1)) == 1
    assert [model.name for model in await models.popular(2)] == ["meta/llama", "someone/upscaler"]


async def test_a_model_seen_again_is_renewed_and_stays_pinned(database: Database) -> None:
    models = ModelRepository(database)
    await models.upsert_models([SeenModel(name="a/b", description="old words")])
    await models.pin(SeenModel(name="a/b"))
    await models.upsert_models([SeenModel(name="a/b", description="new words")])
    assert await models.local_search("old") == []
    assert [model.name for model in await models.local_search("new")] == ["a/b"]
    (pinned,) = await models.pinned()
    assert pinned.description == "new words"
    await models.unpin("a/b")
    assert await models.pinned() == []


async def test_what_was_told_of_a_model_once_stays_until_it_is_told_anew(database: Database) -> None:
    models = ModelRepository(database)
    for extra in ({"one": 1, "two": 2}, {}, {"two": 3}):
        await models.upsert_models([SeenModel(name="a/b", extra=extra)])
    found = await models.get("a/b")
    assert found is not None
    assert found.extra == {"one": 1, "two": 3}


async def test_recent_models_are_those_opened_last(database: Database) -> None:
    models = ModelRepository(database)
    for name in ("a/1", "a/2", "a/3", "a/1"):
        await models.remember_opened(SeenModel(name=name, description="d"))
    assert [model.name for model in await models.recent(2)] == ["a/1", "a/3"]
    found = await models.get("a/2")
    assert found is not None
    assert found.description == "d"
