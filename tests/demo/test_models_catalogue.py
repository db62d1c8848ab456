"""The catalogue as a whole: names, versions, words, collections, and what importing it costs."""

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from replicate_tui.demo.catalogue import COLLECTIONS, MODELS
from replicate_tui.demo.model import DemoModel
from tests.demo.lone_job import model

EVERY = pytest.mark.parametrize("one", MODELS, ids=lambda one: one.full_name)

# Names and versions that published client examples use.
PUBLISHED = {
    "replicate/hello-world": (
        "9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426",
        "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",
    ),
    "stability-ai/sdxl": ("39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",),
    "stability-ai/stable-diffusion": ("db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf",),
    "kvfrans/clipdraw": ("5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b",),
    "stability-ai/stable-diffusion-3": (),
    "anthropic/claude-sonnet-4": (),
    "google/nano-banana": (),
    "black-forest-labs/flux-schnell": (),
    "meta/llama-2-70b-chat": (),
    "ai-forever/kandinsky-2.2": (),
    "afiaka87/laionide-v4": (),
    "jingyunliang/swinir": (),
}


def test_there_are_at_least_forty_models_in_twelve_collections() -> None:
    assert len(MODELS) >= 40
    assert len(COLLECTIONS) >= 12


def test_names_and_versions_are_unique() -> None:
    names = Counter(one.full_name for one in MODELS)
    versions = Counter(version for one in MODELS for version in (one.version, *one.older_versions))
    assert [name for name, count in names.items() if count > 1] == []
    assert [version for version, count in versions.items() if count > 1] == []
    assert all(re.fullmatch(r"[0-9a-f]{64}", version) for version in versions)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_name_has_its_versions(name: str) -> None:
    one = model(name)
    assert {one.version, *one.older_versions} >= set(PUBLISHED[name])


def test_no_two_models_share_function_and_schema() -> None:
    functions = Counter(one.run for one in MODELS)
    schemas = Counter(
        json.dumps([one.input_schema, one.enums, one.output_schema], sort_keys=True)
        for one in MODELS
        if one.input_schema["properties"]
    )
    assert max(functions.values()) == 1
    assert max(schemas.values()) == 1


@EVERY
def test_its_words_say_that_it_is_a_stand_in(one: DemoModel) -> None:
    lines = one.readme.splitlines()
    assert "local stand-in" in one.readme.lower()
    assert "this computer" in re.sub(r"[\s>]+", " ", one.readme)
    assert lines[0].startswith("# ")
    assert 15 <= len(lines) <= 160
    assert "```" in one.readme or "| --- |" in one.readme
    assert 10 <= len(one.description) <= 200
    assert (
        one.owner == "replicate-tui-demo" or "stand-in" in one.description or one.full_name == "replicate/hello-world"
    )


@EVERY
def test_its_facts_are_believable(one: DemoModel) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*", one.full_name)
    assert one.tags
    assert one.run_count > 0
    assert one.created_at.endswith("Z")
    assert bool(one.older_versions) is not one.is_official
    assert not (one.is_official and one.cold_boot)


def test_run_counts_spread_from_hundreds_to_hundreds_of_millions() -> None:
    counts = sorted(one.run_count for one in MODELS)
    assert counts[0] < 1_000
    assert counts[-1] > 190_000_000
    assert model("black-forest-labs/flux-schnell").run_count == counts[-1]


def test_collections_name_models_that_exist() -> None:
    known = {one.full_name for one in MODELS}
    slugs = [one.slug for one in COLLECTIONS]
    assert len(set(slugs)) == len(slugs)
    for collection in COLLECTIONS:
        assert collection.models, collection.slug
        assert len(set(collection.models)) == len(collection.models)
        assert set(collection.models) <= known
    assert {name for one in COLLECTIONS for name in one.models} == known


def test_the_official_collection_is_the_official_models() -> None:
    official = next(one for one in COLLECTIONS if one.slug == "official")
    assert set(official.models) == {one.full_name for one in MODELS if one.is_official}


def test_importing_the_catalogue_loads_no_picture_library() -> None:
    heavy = "{'PIL', 'asyncio', 'wave', 'zipfile', 'textual'}"
    code = f"import sys, replicate_tui.demo.catalogue; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
