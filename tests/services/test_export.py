"""Exports: every run once, readable by other programs, nothing secret in them, and whole or not there."""

import asyncio
import csv
import errno
import io
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.services import export
from replicate_tui.services.export import ExportService
from replicate_tui.services.export_lines import csv_header, csv_line, jsonl_line
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.store.database import Database
from replicate_tui.store.records import RunRecord, SavedFile, SaveState
from replicate_tui.store.runs import RunRepository

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def made(number: int = 0, **changes: Any) -> RunRecord:
    values: dict[str, Any] = {
        "id": f"run{number}",
        "remote_id": f"remote{number}",
        "origin": "https://api.replicate.com",
        "model": "owner/even" if number % 2 == 0 else "owner/odd",
        "status": "succeeded",
        "submitted_at": START + timedelta(minutes=number),
        "input": {"prompt": f"fog {number}", "key": "(secret)"},
        "output": ["https://replicate.delivery/x/out-0.png"],
        "metrics": {"predict_time": 1.5},
    }
    return RunRecord(**{**values, **changes})


@pytest.fixture
async def runs(tmp_path: Path) -> AsyncIterator[RunRepository]:
    async with Database(tmp_path / "data" / "history.db") as database:
        yield RunRepository(database)


@pytest.fixture
def exports(runs: RunRepository, monkeypatch: pytest.MonkeyPatch) -> ExportService:
    monkeypatch.setattr(export, "BATCH", 3)
    return ExportService(runs)


def cells_of(record: RunRecord) -> dict[str, str]:
    text = (csv_header() + csv_line(record)).decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    return row


async def test_the_runs_of_a_filter_are_lines_of_json_newest_first(
    runs: RunRepository, exports: ExportService, tmp_path: Path
) -> None:
    for number in range(10):
        await runs.insert_intent(made(number, tags=("keep",), note="a note", cost=0.25, cost_basis="1.5 s"))
    told: list[int] = []
    target = tmp_path / "runs.jsonl"
    result = await exports.export_runs("model:even", target, on_progress=told.append)
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["run8", "run6", "run4", "run2", "run0"]
    assert (result.count, result.path, result.bytes) == (5, target, target.stat().st_size)
    assert told == [3, 5]
    assert target.stat().st_mode & 0o777 == 0o600
    first = lines[0]
    assert first["input"] == {"prompt": "fog 8", "key": "(secret)"}
    assert first["output"] == ["https://replicate.delivery/x/out-0.png"]
    assert (first["metrics"], first["seconds"]) == ({"predict_time": 1.5}, 1.5)
    assert (first["cost"], first["cost_basis"], first["tags"], first["note"]) == (0.25, "1.5 s", ["keep"], "a note")


async def test_marked_runs_are_exported_in_their_order(
    runs: RunRepository, exports: ExportService, tmp_path: Path
) -> None:
    for number in range(5):
        await runs.insert_intent(made(number))
    result = await exports.export_runs(["run3", "gone", "run0", "run4", "run1"], tmp_path / "a.csv", "csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_bytes().decode(), newline="")))
    assert [row["id"] for row in rows] == ["run3", "run0", "run4", "run1"]
    assert result.count == 4


async def test_nothing_to_export_is_an_empty_file_with_a_header(exports: ExportService, tmp_path: Path) -> None:
    assert (await exports.export_runs("nothing", tmp_path / "none.jsonl")).count == 0
    assert (tmp_path / "none.jsonl").read_bytes() == b""
    await exports.export_runs([], tmp_path / "none.csv", "csv")
    assert (tmp_path / "none.csv").read_text().startswith("id,remote_id,kind,model")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign: str) -> None:
    cells = cells_of(made(title=f"{sign}HYPERLINK(1)", note=f"{sign}1", tags=(f"{sign}x",), error=f"{sign}2"))
    for name in ("title", "note", "tags", "error"):
        assert cells[name][0] not in "=+-@\t\r", name
    assert cells_of(made(title="plain"))["title"] == "plain"


def test_cells_keep_quotes_and_lines() -> None:
    cells = cells_of(made(note='two "quoted"\nlines, and a comma', cost=None))
    assert cells["note"] == 'two "quoted"\nlines, and a comma'
    assert json.loads(cells["input"]) == {"prompt": "fog 0", "key": "(secret)"}
    assert (cells["seconds"], cells["cost"]) == ("1.5", "")


def test_signatures_and_long_data_are_cut() -> None:
    record = made(
        input={"image": "https://example.com/a.png?X-Amz-Signature=abc", "prompt": "see https://a.b/?c=d for more"},
        output={
            "deep": [{"url": "https://delivery.example/o.png?token=abc"}],
            "inline": "data:image/png;base64," + "A" * 9000,
        },
        files=(SavedFile(index=0, url="https://delivery.example/o.png?token=abc", name="out-0.png"),),
        urls={"web": "https://replicate.com/p/remote0", "stream": "https://stream.example/secret"},
        saved=SaveState.SAVED,
    )
    for line in (jsonl_line(record), csv_line(record)):
        assert b"abc" not in line
        assert b"stream.example" not in line
        assert len(line) < 2_500
    told = json.loads(jsonl_line(record))
    assert told["input"]["prompt"] == "see https://a.b/?c=d for more"
    assert told["files"][0]["url"] == "https://delivery.example/o.png"
    assert told["web"] == "https://replicate.com/p/remote0"


def test_hostile_words_are_one_line_that_no_terminal_obeys() -> None:
    hostile = "a\x1b[2J\u202eb\nc\x00\ud800"
    line = jsonl_line(made(title=hostile, input={hostile: hostile}))
    assert line.count(b"\n") == 1
    text = line.decode()
    assert text.strip().isprintable()
    assert json.loads(text)["title"].startswith("a\x1b[2J")
    assert all(sign not in csv_line(made(note=hostile)).decode() for sign in ("\x1b", "\u202e", "\x00"))


async def test_what_is_there_is_never_touched(runs: RunRepository, exports: ExportService, tmp_path: Path) -> None:
    await runs.insert_intent(made())
    target, elsewhere = tmp_path / "runs.jsonl", tmp_path / "elsewhere"
    target.write_text("mine")
    with pytest.raises(ServiceProblem, match="already") as caught:
        await exports.export_runs("", target)
    assert caught.value.kind is ProblemKind.DISK
    assert target.read_text() == "mine"
    (tmp_path / "link.jsonl").symlink_to(elsewhere)
    with pytest.raises(ServiceProblem, match="already"):
        await exports.export_runs("", tmp_path / "link.jsonl")
    assert not elsewhere.exists()
    assert leftovers(tmp_path) == []


async def test_a_file_that_appears_meanwhile_is_not_overwritten(
    runs: RunRepository, exports: ExportService, tmp_path: Path
) -> None:
    await runs.insert_intent(made())
    target = tmp_path / "runs.jsonl"
    with pytest.raises(ServiceProblem, match="already"):
        await exports.export_runs("", target, on_progress=lambda _: target.write_text("theirs"))
    assert target.read_text() == "theirs"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "the disk is read-only")]
)
async def test_a_disk_that_fails_is_said_and_nothing_is_left(
    runs: RunRepository, exports: ExportService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    await runs.insert_intent(made())

    def fail(descriptor: int) -> None:
        raise OSError(code, "no")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(ServiceProblem, match=words):
            await exports.export_runs("", tmp_path / "runs.jsonl")
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "runs.jsonl").exists()
    with pytest.raises(ServiceProblem, match="no such file"):
        await exports.export_runs("", tmp_path / "no folder" / "runs.jsonl")


async def test_a_cancelled_export_leaves_nothing(runs: RunRepository, exports: ExportService, tmp_path: Path) -> None:
    for number in range(20):
        await runs.insert_intent(made(number))
    under_way = asyncio.Event()
    task = asyncio.create_task(exports.export_runs("", tmp_path / "runs.jsonl", on_progress=lambda _: under_way.set()))
    await under_way.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert leftovers(tmp_path) == []
    assert not (tmp_path / "runs.jsonl").exists()


async def test_without_hard_links_nothing_is_overwritten_either(
    runs: RunRepository, exports: ExportService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: Any, **__: Any) -> None:
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", no_link)
    await runs.insert_intent(made())
    target = tmp_path / "runs.jsonl"
    assert (await exports.export_runs("", target)).count == 1
    with pytest.raises(ServiceProblem, match="already"):
        await exports.export_runs("", target)
    assert len(target.read_text().splitlines()) == 1
    assert leftovers(tmp_path) == []


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]
