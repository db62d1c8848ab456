"""Runs: written whole, changed in part, paged without gaps, hidden and brought back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.store import run_queries
from replicate_tui.store.database import Database
from replicate_tui.store.filters import RunFilter, parse_filter
from replicate_tui.store.records import FINAL_STATUSES, NOT_SENT, SavedFile, SaveState
from replicate_tui.store.runs import _UNFINISHED, RunNotFound, RunRepository
from tests.store.making import NOON, make_run, peek

FULL: dict[str, Any] = {
    "kind": "training",
    "account": "someone",
    "remote_id": "remote-1",
    "version": "a" * 64,
    "deployment": "someone/fast",
    "source": "web",
    "status": "succeeded",
    "input_hash": "abc",
    "options": {"webhook": "https://example.test"},
    "output": ["https://replicate.delivery/out-0.png"],
    "error": "none worth naming",
    "metrics": {"predict_time": 3.25},
    "urls": {"get": "https://api.replicate.com/v1/predictions/remote-1"},
    "created_at": NOON,
    "started_at": NOON + timedelta(seconds=2, microseconds=7),
    "completed_at": NOON + timedelta(seconds=9),
    "deadline": "90s",
    "data_removed": True,
    "folder": "2026-03-01/someone-fast-remote-1",
    "saved": SaveState.PARTLY,
    "files": (SavedFile(index=0, url="https://x.test/a", name="out-0.png", size=3, problem=None),),
    "cost": 0.0031,
    "cost_basis": "3.25 s at $0.000975/s L40S (your mapping)",
    "note": "keep",
    "tags": ("best", "sea"),
}


async def test_a_record_comes_back_as_it_was(runs: RunRepository) -> None:
    record = make_run(**FULL)
    await runs.insert_intent(record)
    assert await runs.get(record.id) == record
    assert await runs.by_remote_id(record.origin, "remote-1") == record
    assert await runs.by_remote_id("https://elsewhere.test", "remote-1") is None


async def test_saving_a_record_whole_replaces_it_but_for_note_and_tags(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(note="mine", tags=("sea",)))
    record = make_run(**FULL)
    await runs.save(record)
    assert await runs.get(record.id) == replace(record, note="mine", tags=("sea",))
    other = make_run(1)
    await runs.save(other)
    assert await runs.get(other.id) == other


async def test_a_change_of_some_fields_leaves_the_others(runs: RunRepository) -> None:
    record = make_run(**FULL)
    await runs.insert_intent(record)
    await runs.update(record.id, status="failed", error="out of memory", output=None)
    changed = await runs.get(record.id)
    assert changed == make_run(**{**FULL, "status": "failed", "error": "out of memory", "output": None})


async def test_mistakes_of_the_caller_are_told(runs: RunRepository) -> None:
    await runs.insert_intent(make_run())
    with pytest.raises(ValueError, match="in the history already"):
        await runs.insert_intent(make_run())
    with pytest.raises(RunNotFound, match="no run nothing"):
        await runs.update("nothing", status="failed")
    with pytest.raises(TypeError, match="colour"):
        await runs.update("run-00000", colour="red")
    assert await runs.get("nothing") is None


async def test_a_run_made_elsewhere_is_adopted_once(runs: RunRepository) -> None:
    mine = make_run(0, remote_id="remote-1")
    assert await runs.adopt(mine) == mine
    assert await runs.adopt(make_run(1, remote_id="remote-1")) == mine
    assert len(await runs.rows()) == 1


async def test_what_may_answer_a_create_is_not_adopted(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(0, status="unknown"))
    made = make_run(1, remote_id="remote-1", source="api")
    assert await runs.adopt(made) is None
    await runs.update("run-00000", status="not sent")
    assert await runs.adopt(made) == made


@pytest.mark.parametrize(
    "value",
    [
        {"seed": 2**64, "negative": -(2**70)},
        {"prompt": "half a pair \ud83d and its end"},
        {"nested": [[[["deep"]]]], "nothing": None},
        {"text": "a\0b"},
        {"not a number": float("inf")},
    ],
)
async def test_any_json_can_be_kept(runs: RunRepository, value: dict[str, Any]) -> None:
    await runs.insert_intent(make_run(input=value, output=value, metrics=value, title=str(value)))
    kept = await runs.get("run-00000")
    assert kept is not None
    if "prompt" in value:
        value = {"prompt": "half a pair \ufffd and its end"}
    assert (kept.input, kept.output, kept.metrics) == (value, value, value)


async def test_what_is_nested_beyond_all_measure_does_not_break_the_row(runs: RunRepository) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    await runs.insert_intent(make_run(output=deep))
    kept = await runs.get("run-00000")
    assert kept is not None
    assert "too deeply" in kept.output
    while deep:
        deep = deep[0]


async def test_running_seconds_come_from_the_service_or_from_its_times(runs: RunRepository) -> None:
    times = {"started_at": NOON, "completed_at": NOON + timedelta(seconds=7)}
    await runs.insert_intent(make_run(0, metrics={"predict_time": 3.5}, **times))
    await runs.insert_intent(make_run(1, **times))
    await runs.insert_intent(make_run(2, metrics={"predict_time": "long"}))
    await runs.insert_intent(make_run(3, metrics={"predict_time": 10**400}))
    await runs.insert_intent(make_run(4))
    await runs.update("run-00004", metrics={"predict_time": 1.5})
    assert [row.predict_seconds for row in reversed(await runs.rows())] == [3.5, 7.0, None, None, 1.5]
    assert (await runs.totals()).seconds == 12.0


async def test_costs_add_up_as_far_as_they_are_known(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(0, cost=0.25))
    await runs.insert_intent(make_run(1, note="a note"))
    await runs.insert_intent(make_run(2, cost=float("nan")))
    await runs.update("run-00000", cost=0.5, cost_basis="a bill")
    assert [(row.cost, row.has_note) for row in await runs.rows()] == [(None, False), (None, True), (0.5, False)]
    totals = await runs.totals()
    assert (totals.count, totals.cost, totals.unpriced) == (3, 0.5, 2)


async def test_unfinished_runs_are_those_without_a_final_status(runs: RunRepository) -> None:
    assert all(f"'{status}'" in _UNFINISHED for status in FINAL_STATUSES)
    words = ("submitting", "starting", "processing", "unknown", "queued by a new rule", "succeeded", "failed")
    for number, status in enumerate((*words, "canceled", "aborted", NOT_SENT)):
        await runs.insert_intent(make_run(number, status=status))
    assert [run.status for run in await runs.unfinished()] == list(words[:5])


async def test_unsaved_runs_are_those_whose_outputs_are_not_all_here(runs: RunRepository) -> None:
    for number, saved in enumerate(SaveState):
        await runs.insert_intent(make_run(number, status="succeeded", saved=saved))
    await runs.insert_intent(make_run(20, status="failed"))
    assert {run.saved for run in await runs.unsaved()} == set(SaveState) - {SaveState.SAVED, SaveState.EXPIRED}


async def test_pages_have_neither_gaps_nor_repeats(runs: RunRepository) -> None:
    # Several runs of the same microsecond, and old ones learnt of late.
    for number in (*range(40), *range(-20, 0)):
        await runs.insert_intent(make_run(number, submitted_at=NOON + timedelta(seconds=number // 5)))
    seen: list[str] = []
    cursor: int | None = None
    while page := await runs.rows(before=cursor, limit=7):
        cursor = page[-1].cursor
        seen += [row.id for row in page]
        # What arrives meanwhile is newer, and must not shift the pages.
        number = 100 + len(seen)
        await runs.insert_intent(make_run(number))
    assert len(seen) == 60
    assert len(set(seen)) == 60
    moments = [(await runs.get(run_id)).submitted_at for run_id in seen]  # type: ignore[union-attr]
    assert moments == sorted(moments, reverse=True)


async def test_whole_runs_come_in_small_reads(runs: RunRepository) -> None:
    for number in range(12):
        await runs.insert_intent(make_run(number, tags=("even",) if number % 2 == 0 else (), input={"n": number}))
    batches: list[list[int]] = []
    async for batch in runs.records(parse_filter("tag:even"), batch=4):
        batches.append([run.input["n"] for run in batch])
        # What comes meanwhile is newer, and no part of what was asked for.
        await runs.insert_intent(make_run(100 + len(batches), tags=("even",)))
    assert batches == [[10, 8, 6, 4], [2, 0]]
    assert [batch async for batch in runs.records(parse_filter("tag:none"))] == []


async def test_words_are_found_newest_first_in_title_input_error_and_note(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(3, title="the Lighthouse"))
    await runs.insert_intent(make_run(1, title="", input={"a": ["deep", {"b": "lighthouse"}]}))
    await runs.insert_intent(make_run(2, title="", error="no lighthouse"))
    await runs.insert_intent(make_run(0, title="other", note="x"))
    await runs.update("run-00000", note="lighthouses")
    found = await runs.rows(parse_filter("light"))
    assert [row.id for row in found] == ["run-00003", "run-00002", "run-00001", "run-00000"]
    assert [row.id for row in await runs.rows(parse_filter('"lighthouse"'))] == ["run-00003", "run-00002", "run-00001"]
    assert [row.id for row in await runs.rows(parse_filter("light"), before=found[1].cursor)] == [
        "run-00001",
        "run-00000",
    ]
    await runs.update("run-00003", title="a harbour")
    assert "run-00003" not in [row.id for row in await runs.rows(parse_filter("lighthouse"))]


async def test_files_sent_inline_are_not_searched(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(title="", input={"image": "data:image/png;base64,lighthouse"}))
    assert await runs.rows(parse_filter("lighthouse")) == []


FILTERS: list[tuple[str, set[int]]] = [
    ("", {0, 1, 2, 3}),
    ("model:FLUX", {0, 1}),
    ("model:llama,sdxl", {2, 3}),
    ("model:fl_x", set()),
    ("version:ab", {2}),
    ("status:failed", {1}),
    ("status:s", {0, 3}),
    ("status:failed status:canceled", {1, 2}),
    ("source:web", {2}),
    ("tag:sea", {0, 2}),
    ("tag:sea model:flux", {0}),
    ("kind:training", {3}),
    ("since:2026-03-01T12:00", {1, 2, 3}),
    ("before:2026-03-01", {0}),
    ("storm", {1, 3}),
    ("STOR", {1, 3}),
    ("storms", set()),
    ("cost>0.1", {0, 2}),
    ("cost>0.1 cost<=0.5", {0}),
    ("cost:unknown", {1, 3}),
    ("cost:unknown storm", {1, 3}),
    ("cost>0.1 storm", set()),
    ("note:later", {2}),
    ("note:sto", set()),
    ("note:later note:week", {2}),
    ("later", {2}),
    ("model:nothing", set()),
    ("storm status:failed", {1}),
    ("storm since:2026-03-01 model:sdxl", {3}),
    ('"big storm"', {3}),
    ("storm tag:sea", set()),
]


@pytest.mark.parametrize(("line", "expected"), FILTERS)
async def test_filters(runs: RunRepository, line: str, expected: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    flux, llama, sdxl = "black-forest-labs/flux-dev", "meta/llama", "stability-ai/sdxl"
    yesterday = NOON - timedelta(days=1)
    await runs.insert_intent(
        make_run(0, model=flux, status="succeeded", tags=("sea",), submitted_at=yesterday, cost=0.5)
    )
    await runs.insert_intent(make_run(1, model=flux, status="failed", title="storm"))
    await runs.insert_intent(
        make_run(
            2,
            model=llama,
            status="canceled",
            source="web",
            version="abc",
            tags=("sea", "x"),
            cost=0.75,
            note="later this week",
        )
    )
    await runs.insert_intent(make_run(3, model=sdxl, status="succeeded", kind="training", title="big storm"))
    run_filter = parse_filter(line, NOON.astimezone(UTC))
    assert {int(row.id[-5:]) for row in await runs.rows(run_filter)} == expected
    assert (await runs.totals(run_filter)).count == len(expected)


async def test_a_filter_made_by_the_program(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(0, model="a/b", account="me"))
    await runs.insert_intent(make_run(1, model="a/bc", account="me"))
    await runs.insert_intent(make_run(2, model="a/b", account="you"))
    found = await runs.rows(RunFilter(exact_model="a/b", account="me"))
    assert [row.id for row in found] == ["run-00000"]


@pytest.mark.parametrize(
    "text", ['"', '""', "a*b", "NEAR(a b)", "a AND", "-a", "^a", "{title}:a", "a\0b", "\ud800a", "%"]
)
async def test_no_text_is_taken_as_syntax(runs: RunRepository, text: str) -> None:
    await runs.insert_intent(make_run())
    await runs.rows(parse_filter(text))
    await runs.totals(parse_filter(text))


async def test_hidden_runs_can_be_brought_back_until_they_are_forgotten(
    runs: RunRepository, database: Database, history: Path
) -> None:
    canary = "canary-in-the-title"
    await runs.insert_intent(make_run(0, title=canary, remote_id="remote-0", tags=("sea",)))
    await runs.insert_intent(make_run(1))
    await runs.hide(["run-00000"])
    assert [row.id for row in await runs.rows()] == ["run-00001"]
    assert [run.id for run in await runs.unfinished()] == ["run-00001"]
    await runs.unhide(["run-00000"])
    assert (await runs.totals()).count == 2
    await runs.hide(["run-00000"])
    assert await runs.forget_hidden() == 1
    await runs.unhide(["run-00000"])
    assert [row.id for row in await runs.rows()] == ["run-00001"]
    # Its remote id is known still: learning the account's runs anew does not bring it back.
    await runs.adopt(make_run(2, remote_id="remote-0"))
    assert (await runs.totals()).count == 1
    await database.checkpoint()
    assert canary.encode() not in history.read_bytes()


async def test_usual_times_are_of_succeeded_runs(runs: RunRepository) -> None:
    for number in range(10):
        started = NOON + timedelta(seconds=number)
        await runs.insert_intent(
            make_run(
                number,
                version="v1" if number < 8 else "v2",
                status="succeeded",
                created_at=NOON,
                started_at=started,
                metrics={"predict_time": number * 10},
            )
        )
    await runs.insert_intent(make_run(20, status="failed", metrics={"predict_time": 1000}))
    other = make_run(21, model="a/b", version="v2", status="succeeded", metrics={"predict_time": 1000})
    await runs.insert_intent(other)
    usual = await runs.usual("black-forest-labs/flux-schnell")
    assert (usual.count, usual.ran_median, usual.ran_p90) == (10, 45.0, 80.0)
    assert (usual.waited_median, usual.waited_p90) == (4.5, 8.0)
    assert (await runs.usual("black-forest-labs/flux-schnell", "v2")).ran_median == 85.0
    assert (await runs.usual("black-forest-labs/flux-schnell", "v3")).count == 0
    assert (await runs.usual("nobody/nothing")).ran_p90 is None
    cut = make_run(23, model="a/cut", status="succeeded", created_at=NOON, started_at=NOON - timedelta(milliseconds=9))
    await runs.insert_intent(cut)
    assert (await runs.usual("a/cut")).waited_p90 == 0.0, "the service cuts times to hundredths"
    await runs.insert_intent(make_run(22, kind="training", status="succeeded", metrics={"predict_time": 5000}))
    assert (await runs.usual("black-forest-labs/flux-schnell")).count == 10
    assert (await runs.usual("black-forest-labs/flux-schnell", kind="training")).ran_median == 5000.0


async def test_an_old_version_is_known_by_its_own_runs(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(0, version="v1", status="succeeded", metrics={"predict_time": 7}))
    for number in range(1, 120):
        await runs.insert_intent(make_run(number, version="v2", status="succeeded", metrics={"predict_time": number}))
    assert (await runs.usual("black-forest-labs/flux-schnell", "v1")).ran_median == 7.0
    # The latest hundred only: 20 to 119.
    assert (await runs.usual("black-forest-labs/flux-schnell", "v2")).ran_p90 == 109.0


async def test_few_runs_of_a_kind_among_many_with_a_word(runs: RunRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        await runs.insert_intent(make_run(number, status="failed" if number % 20 == 7 else "succeeded"))
    lines = ("lighthouse status:failed", "lighthouse status:succeeded", "number tag:none", "light cost:unknown")
    one_by_one = [[row.id for row in await runs.rows(parse_filter(line), limit=9)] for line in lines]
    assert one_by_one[0] == ["run-00047", "run-00027", "run-00007"]
    monkeypatch.setattr(run_queries, "_MOST_SEEKS", 0)
    assert [[row.id for row in await runs.rows(parse_filter(line), limit=9)] for line in lines] == one_by_one
    monkeypatch.setattr(run_queries, "_FEW", 2)
    assert [[row.id for row in await runs.rows(parse_filter(line), limit=9)] for line in lines] == one_by_one


async def test_more_words_with_one_beginning_than_are_asked_for_one_by_one(runs: RunRepository) -> None:
    for number in range(80):
        await runs.insert_intent(make_run(number, title=f"sea{number:02}"))
    assert len(await runs.rows(parse_filter("sea"))) == 80
    assert len(await runs.rows(parse_filter("sea1"))) == 10
    assert await runs.rows(parse_filter("sea1 sea2")) == []


async def test_tags_are_replaced(runs: RunRepository, history: Path) -> None:
    await runs.insert_intent(make_run(tags=("a", "b")))
    await runs.set_tags("run-00000", ["c", "c"])
    assert (await runs.rows())[0].tags == ("c",)
    assert peek(history, "select tag from run_tags") == [("c",)]
    with pytest.raises(RunNotFound):
        await runs.set_tags("nothing", [])


async def test_tags_of_many_runs(runs: RunRepository) -> None:
    for number in range(3):
        await runs.insert_intent(make_run(number, tags=("sea",)))
    await runs.add_tags(["run-00000", "run-00001", "nothing"], ["sea", " best of all ", ""])
    assert await runs.all_tags() == [("best of all", 2), ("sea", 3)]
    await runs.remove_tags(["run-00000", "run-00002"], ["sea", "never there"])
    assert [row.tags for row in await runs.rows()] == [(), ("best of all", "sea"), ("best of all",)]
    assert await runs.all_tags() == [("best of all", 2), ("sea", 1)]


async def test_a_note_is_found_by_its_words(runs: RunRepository) -> None:
    await runs.insert_intent(make_run())
    await runs.set_note("run-00000", "for the exhibition")
    assert (await runs.rows(parse_filter("exhib")))[0].has_note
    await runs.set_note("run-00000", "")
    assert await runs.rows(parse_filter("exhib")) == []
    with pytest.raises(RunNotFound):
        await runs.set_note("nothing", "x")


async def test_a_clock_before_1970_is_survived(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(submitted_at=datetime(1901, 1, 1, tzinfo=UTC)))
    assert (await runs.rows())[0].submitted_at.year == 1901
