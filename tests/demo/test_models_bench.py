"""The test bench: models that do one hard thing, and do it predictably."""

import json

import pytest

from replicate_tui.demo.model import ModelFailure
from tests.demo.lone_job import LoneJob, model, run


async def test_every_input_echoes_types_and_measures() -> None:
    given = {
        "prompt": "hello",
        "story": "a\nb",
        "count": 3,
        "strength": 0.5,
        "enabled": False,
        "words": ["a", "b"],
        "settings": {"depth": 1},
        "nothing": None,
        "image": "one",
        "images": ["one", "two"],
    }
    files = {"one": b"\x89PNG....", "two": b""}
    output, _ = await run("replicate-tui-demo/every-input", given, files=files)
    received = output["received"]
    assert received["prompt"] == {"type": "string", "value": "hello", "characters": 5, "lines": 1}
    assert received["story"]["lines"] == 2
    assert received["count"]["type"] == "integer"
    assert received["strength"]["type"] == "number"
    assert received["enabled"] == {"type": "boolean", "value": False}
    assert received["words"]["items"] == 2
    assert received["settings"] == {"type": "object", "value": {"depth": 1}, "items": 1}
    assert received["nothing"] == {"type": "null"}
    assert received["image"] == {"type": "file", "bytes": 8, "begins": "89 50 4e 47 2e 2e 2e 2e"}
    assert [one["bytes"] for one in received["images"]["items"]] == [8, 0]
    assert set(received) | set(output["left_out"]) == set(
        model("replicate-tui-demo/every-input").input_schema["properties"]
    )


async def test_every_input_gives_a_secret_away_by_its_length_only() -> None:
    output, job = await run("replicate-tui-demo/every-input", {"prompt": "x", "api_key": "hunter2-sesame"})
    assert output["received"]["api_key"] == {"type": "secret", "characters": 14}
    assert "hunter2" not in json.dumps([output, job.logs, job.metrics])


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("out of memory", "CUDA out of memory"),
        ("bad input", "at least 400 characters, got 5"),
        ("content filter", r"\(E005\)"),
        ("interrupted", r"\(code: PA\)"),
    ],
)
async def test_always_fails_fails_half_way_for_the_reason_asked(reason: str, text: str) -> None:
    job = LoneJob()
    with pytest.raises(ModelFailure, match=text):
        await model("replicate-tui-demo/always-fails").run(job, {"prompt": "hello", "reason": reason})
    assert any(line.startswith(" 50%|") for line in job.logs)
    assert not any(line.startswith(" 60%|") for line in job.logs)
    assert "Traceback (most recent call last):" in job.logs
    assert not job.files


async def test_always_fails_can_fail_at_once() -> None:
    job = LoneJob()
    with pytest.raises(ModelFailure):
        await model("replicate-tui-demo/always-fails").run(job, {"fail_at": 0})
    assert not any("%|" in line for line in job.logs)


def test_slow_boot_boots_slowly_and_most_others_do_not() -> None:
    assert model("replicate-tui-demo/slow-boot").cold_boot == 25
    assert model("replicate/hello-world").cold_boot < 1


@pytest.mark.parametrize("content", ["mixed", "progress bars only", "long lines", "key=value"])
async def test_the_flood_writes_exactly_as_many_lines_as_asked(content: str) -> None:
    given = {"lines": 1234, "seconds": 2, "content": content, "seed": 1}
    output, job = await run("replicate-tui-demo/flood", given)
    lines = "\n".join(job.logs[1:]).split("\n")
    assert output["lines"] == len(lines) == 1234
    assert output["characters"] == sum(len(line) + 1 for line in lines)
    assert job.slept == pytest.approx(2)
    assert len(job.logs) - 1 == 100
    again = await run("replicate-tui-demo/flood", given)
    assert again[1].logs == job.logs


async def test_the_flood_can_come_all_at_once() -> None:
    output, job = await run("replicate-tui-demo/flood", {"lines": 50, "seconds": 0, "seed": 1})
    assert output["lines"] == 50
    assert len(job.logs) == 2


@pytest.mark.parametrize("shape", ["flat", "nested", "wide"])
@pytest.mark.parametrize("megabytes", [0.3, 3])
async def test_big_json_is_about_as_large_as_asked(shape: str, megabytes: float) -> None:
    output, _ = await run("replicate-tui-demo/big-json", {"megabytes": megabytes, "shape": shape, "seed": 1})
    size = len(json.dumps(output, separators=(",", ":"))) / 1e6
    assert size == pytest.approx(megabytes, rel=0.15)
    assert output["count"] == len(output["records"])


async def test_null_output_returns_nothing_and_can_be_quiet() -> None:
    output, job = await run("replicate-tui-demo/null-output", {"quiet": True})
    assert output is None
    assert job.logs == []
    assert (await run("replicate-tui-demo/null-output", {"steps": 3}))[1].logs[-1].startswith("100%")


async def test_no_schema_takes_anything_and_returns_it_reversed() -> None:
    output, _ = await run("replicate-tui-demo/no-schema", {"a": 1, "b": [2], "c": None})
    assert list(output) == ["c", "b", "a"]
    assert output == {"a": 1, "b": [2], "c": None}
