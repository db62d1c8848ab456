"""What a run leaves on the disk: whole files under names of our own, and a plain word for each that is missing."""

import asyncio
import contextlib
import errno
import hashlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.api.errors import APIConnectionError, FileError
from replicate_tui.services.archive import Archive
from replicate_tui.services.run_folder import PartFile
from replicate_tui.store.records import RunRecord, SaveState

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"w" * 3_000
HOST = "https://replicate.delivery"


@dataclass
class Parcel:
    content: bytes = b""
    content_type: str = ""
    length: int | None = None
    error: Exception | None = None
    fails_after: int | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.content), 1_000):
            if self.fails_after is not None and start >= self.fails_after:
                raise APIConnectionError("replicate.delivery: the connection broke")
            yield self.content[start : start + 1_000]


class Shelf:
    """A client that knows nothing but files, and the connection that hands it out."""

    def __init__(self, **parcels: Parcel) -> None:
        self.parcels = parcels
        self.opened: list[str] = []

    async def client(self) -> "Shelf":
        return self

    @contextlib.asynccontextmanager
    async def open_file(self, url: str) -> AsyncIterator[Parcel]:
        self.opened.append(url)
        if url.startswith("data:"):
            yield Parcel(b"from the data URI", "text/plain")
            return
        parcel = self.parcels[url.rsplit("/", 1)[-1].partition(".")[0]]
        if parcel.error:
            raise parcel.error
        yield parcel


def ended(output: Any = None, **changes: Any) -> RunRecord:
    values: dict[str, Any] = {
        "id": "ours",
        "remote_id": "abc123",
        "origin": "https://api.replicate.com",
        "model": "black-forest-labs/flux-schnell",
        "status": "succeeded",
        "submitted_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "completed_at": datetime.now(UTC),
        "input": {"prompt": "fog", "key": "(secret)"},
        "output": output,
    }
    return RunRecord(**{**values, **changes})


FOLDER = "2026-03-01/black-forest-labs-flux-schnell-abc123"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TZ", "UTC")
    return tmp_path / "runs"


def contents(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / FOLDER).iterdir()}


async def test_a_run_is_saved_whole(root: Path) -> None:
    shelf = Shelf(a=Parcel(PNG, "image/webp"), b=Parcel(WEBP, "application/octet-stream"))
    archive = Archive(root, shelf)
    record = ended([f"{HOST}/x/a.exe", f"{HOST}/x/b"])
    await archive.write_logs(record, "step 1\n")
    saved = await archive.finish(record)
    assert saved.saved is SaveState.SAVED
    assert saved.folder == FOLDER
    found = contents(root)
    assert set(found) == {"input.json", "run.json", "logs.txt", "out-0.png", "out-1.webp"}
    assert found["out-0.png"] == PNG
    assert found["out-1.webp"] == WEBP
    assert found["logs.txt"] == b"step 1\n"
    assert json.loads(found["input.json"]) == {"prompt": "fog", "key": "(secret)"}
    document = json.loads(found["run.json"])
    assert document["remote_id"] == "abc123"
    assert document["files"][1]["name"] == "out-1.webp"
    first = saved.files[0]
    assert (first.index, first.name, first.size, first.media_type) == (0, "out-0.png", len(PNG), "image/webp")
    assert first.sha256 == hashlib.sha256(PNG).hexdigest()
    assert archive.problem is None
    assert (await archive.place_of(saved)).folder == root / FOLDER


async def test_modes_are_private_under_any_umask(root: Path) -> None:
    before = os.umask(0)
    try:
        archive = Archive(root, Shelf(a=Parcel(PNG)))
        record = ended(f"{HOST}/a.png")
        await archive.write_logs(record, "log")
        await archive.finish(record)
    finally:
        os.umask(before)
    for path in (root, *root.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(
    ("content", "content_type", "name"),
    [
        (PNG, "text/html", "out-0.png"),
        (b"no known bytes", "image/jpeg; x=y", "out-0.jpg"),
        (b"no known bytes", "application/x-sh", "out-0.bin"),
        (b"", "", "out-0.bin"),
        (b"#!/bin/sh\n", "text/../../x", "out-0.bin"),
        (b"<svg>", "image/svg+xml", "out-0.svg"),
    ],
)
async def test_extensions_come_from_the_bytes_then_from_the_type(
    root: Path, content: bytes, content_type: str, name: str
) -> None:
    saved = await Archive(root, Shelf(a=Parcel(content, content_type))).finish(ended(f"{HOST}/a.desktop"))
    assert [file.name for file in saved.files] == [name]
    assert contents(root)[name] == content


@pytest.mark.parametrize(
    ("output", "name", "content"),
    [
        ("a poem\r\nof two lines \x1b[31m", "output.txt", b"a poem\r\nof two lines \x1b[31m"),
        (5, "output.txt", b"5"),
        ({"score": 0.5, "wo": "\u202e"}, "output.json", b'{\n  "score": 0.5,\n  "wo": "\\u202e"\n}\n'),
        (["one", "two"], "output.json", b'[\n  "one",\n  "two"\n]\n'),
    ],
)
async def test_outputs_that_are_no_files(root: Path, output: Any, name: str, content: bytes) -> None:
    saved = await Archive(root, Shelf()).finish(ended(output))
    assert saved.saved is SaveState.SAVED
    assert contents(root)[name] == content


async def test_streamed_tokens_are_one_text(root: Path) -> None:
    await Archive(root, Shelf()).finish(ended(["to", "ken", "s"], options={"streamed": True}))
    assert contents(root)["output.txt"] == b"tokens"


async def test_files_within_json_and_inline_files_are_saved(root: Path) -> None:
    inline = "data:image/png;base64," + "A" * 10_000
    saved = await Archive(root, Shelf(a=Parcel(PNG))).finish(
        ended({"picture": {"url": f"{HOST}/a"}, "mask": inline, "n": 1})
    )
    found = contents(root)
    assert found["out-1.png"] == PNG
    assert found["out-2.txt"] == b"from the data URI"
    assert len(found["run.json"]) < 4_000
    assert [len(file.url) < 200 for file in saved.files] == [True, True]


async def test_a_run_without_output_is_saved_too(root: Path) -> None:
    saved = await Archive(root, Shelf()).finish(ended(status="failed", error="out of memory"))
    assert saved.saved is SaveState.SAVED
    assert json.loads(contents(root)["run.json"])["error"] == "out of memory"


@pytest.mark.parametrize("identifier", ["../../etc/passwd", "a/b", "..", "x" * 300, "\u202e\x1b[2J", "-rf", ".hidden"])
async def test_no_name_leads_out_of_the_folder(root: Path, identifier: str) -> None:
    record = ended(f"{HOST}/a", remote_id=identifier, model=f"{identifier}/{identifier}")
    saved = await Archive(root, Shelf(a=Parcel(PNG))).finish(record)
    folder = root / (saved.folder or "")
    assert folder.parent == root / "2026-03-01"
    assert saved.saved is SaveState.SAVED
    assert saved.folder is not None
    assert saved.folder.isascii()
    assert len(folder.name) < 160
    assert not folder.name.startswith((".", "-"))


async def test_a_folder_of_the_record_that_leads_out_is_refused(root: Path, tmp_path: Path) -> None:
    saved = await Archive(root, Shelf(a=Parcel(PNG))).finish(ended(f"{HOST}/a", folder="../elsewhere"))
    assert saved.saved is SaveState.FAILED
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("planted", ["day", "run", "file"])
async def test_planted_links_are_not_followed(root: Path, tmp_path: Path, planted: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    day, run = root / FOLDER.partition("/")[0], root / FOLDER
    if planted == "day":
        root.mkdir()
        day.symlink_to(elsewhere)
    elif planted == "run":
        day.mkdir(parents=True)
        run.symlink_to(elsewhere)
    else:
        run.mkdir(parents=True)
        for name in ("out-0.png", "run.json", "input.json", "logs.txt"):
            (run / name).symlink_to(elsewhere / name)
    archive = Archive(root, Shelf(a=Parcel(PNG)))
    record = ended(f"{HOST}/a")
    await archive.write_logs(record, "log")
    saved = await archive.finish(record)
    assert list(elsewhere.iterdir()) == []
    if planted == "file":
        assert saved.files[0].name == "out-0-2.png"
        assert (run / "run.json").is_file()
    else:
        assert saved.saved is SaveState.FAILED
        assert "in the way" in str(archive.problem)


async def test_the_root_may_be_a_link_of_the_user(root: Path, tmp_path: Path) -> None:
    (tmp_path / "big disk").mkdir()
    root.symlink_to(tmp_path / "big disk")
    saved = await Archive(root, Shelf(a=Parcel(PNG))).finish(ended(f"{HOST}/a"))
    assert saved.saved is SaveState.SAVED
    assert (tmp_path / "big disk" / FOLDER / "out-0.png").read_bytes() == PNG


@pytest.mark.parametrize("has_hard_links", [True, False])
async def test_nothing_is_overwritten(root: Path, monkeypatch: pytest.MonkeyPatch, has_hard_links: bool) -> None:
    if not has_hard_links:

        def no_link(*_: Any, **__: Any) -> None:
            raise OSError(errno.EPERM, "no hard links here")

        monkeypatch.setattr(os, "link", no_link)
    (root / FOLDER).mkdir(parents=True)
    (root / FOLDER / "out-0.png").write_bytes(b"another's")
    (root / FOLDER / "out-0-2.png").mkdir()
    saved = await Archive(root, Shelf(a=Parcel(PNG))).finish(ended(f"{HOST}/a"))
    assert saved.files[0].name == "out-0-3.png"
    assert (root / FOLDER / "out-0.png").read_bytes() == b"another's"
    assert (root / FOLDER / "out-0-3.png").read_bytes() == PNG


async def test_what_was_saved_before_a_crash_is_taken_as_it_is(root: Path) -> None:
    first = await Archive(root, Shelf(a=Parcel(PNG))).finish(ended(f"{HOST}/a"))
    # The row was not written: the record knows nothing of it.
    again = await Archive(root, Shelf(a=Parcel(PNG))).finish(ended(f"{HOST}/a"))
    assert again.files == first.files
    assert len(list((root / FOLDER).glob("out-*"))) == 1


async def test_a_second_try_fetches_only_what_is_missing(root: Path) -> None:
    shelf = Shelf(a=Parcel(PNG), b=Parcel(PNG, fails_after=4_000))
    archive = Archive(root, shelf)
    first = await archive.finish(ended([f"{HOST}/a", f"{HOST}/b"]))
    assert first.saved is SaveState.PARTLY
    assert (first.files[0].name, first.files[1].name) == ("out-0.png", None)
    assert "connection broke" in str(first.files[1].problem)
    assert [path for path in (root / FOLDER).iterdir() if path.name.endswith(".part")] == []
    shelf.parcels["b"] = Parcel(WEBP)
    second = await archive.finish(first)
    assert second.saved is SaveState.SAVED
    assert second.files[1].name == "out-1.webp"
    assert shelf.opened == [f"{HOST}/a", f"{HOST}/b", f"{HOST}/b"]
    (root / FOLDER / "out-0.png").unlink()
    third = await archive.finish(second)
    assert third.files == second.files
    assert shelf.opened.count(f"{HOST}/a") == 2


async def test_a_file_that_is_too_large_is_told_and_not_fetched_again(root: Path) -> None:
    shelf = Shelf(known=Parcel(PNG, length=5_000_000), unknown=Parcel(b"x" * 3_000_000))
    archive = Archive(root, shelf, most_bytes=2_000_000)
    record = await archive.finish(ended([f"{HOST}/known", f"{HOST}/unknown"]))
    assert record.saved is SaveState.FAILED
    assert {file.problem for file in record.files} == {"Larger than 2 MB, the most that is saved (a setting)."}
    await archive.finish(record)
    assert len(shelf.opened) == 2
    assert set(contents(root)) == {"input.json", "run.json"}


async def test_what_is_only_too_large_is_done_with(root: Path) -> None:
    shelf = Shelf(small=Parcel(PNG), large=Parcel(PNG, length=5_000_000), cut=Parcel(PNG, fails_after=4_000))
    archive = Archive(root, shelf, most_bytes=2_000_000)
    record = await archive.finish(ended([f"{HOST}/small", f"{HOST}/large"]))
    assert (record.saved, archive.is_done_with(record)) == (SaveState.PARTLY, True)
    record = await archive.finish(ended([f"{HOST}/large", f"{HOST}/cut"], id="other", remote_id="other"))
    assert (record.saved, archive.is_done_with(record)) == (SaveState.FAILED, False)


async def test_only_outputs_are_saved_when_that_is_wanted(root: Path, tmp_path: Path) -> None:
    archive = Archive(root, Shelf(a=Parcel(PNG)), keeps="outputs", aside=tmp_path / "aside")
    record = await archive.begin(ended(f"{HOST}/a"))
    path, _ = await archive.write_logs(record, "held aside")
    saved = await archive.finish(record)
    assert saved.saved is SaveState.SAVED
    assert set(contents(root)) == {"run.json", "out-0.png"}
    assert path == tmp_path / "aside" / FOLDER / "logs.txt"
    assert await archive.find_log(saved) == path
    assert path.read_text() == "held aside"


async def test_nothing_is_saved_when_that_is_off_unless_someone_asks(root: Path, tmp_path: Path) -> None:
    archive = Archive(root, Shelf(a=Parcel(PNG)), keeps="off", aside=tmp_path / "aside")
    record = ended(f"{HOST}/a")
    assert not archive.saves(record)
    assert await archive.begin(record) == record
    await archive.write_logs(record, "held aside")
    assert not root.exists()
    wanted = replace(record, options={"wanted": True})
    assert archive.saves(wanted)
    assert (await archive.finish(wanted)).saved is SaveState.SAVED
    assert set(contents(root)) == {"run.json", "input.json", "logs.txt", "out-0.png"}


async def test_files_of_the_input_are_copied_or_known_by_their_hash(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replicate_tui.services.input_files.COPIED_BYTES", 1_000)
    small, large, gone = tmp_path / "fog.PNG", tmp_path / "sea.tar.gz", tmp_path / "gone.png"
    small.write_bytes(b"fog")
    large.write_bytes(b"s" * 2_000)
    record = ended(
        input={"image": str(small), "many": [str(large), "https://example.com/x.png", str(gone)], "key": "(secret)"},
        options={"file_fields": ["image", "many", "key"]},
    )
    archive = Archive(root, Shelf())
    record = await archive.begin(record)
    again = await archive.begin(record)
    assert again == record
    assert set(contents(root)) == {"input.json", "in-image.png"}
    assert contents(root)["in-image.png"] == b"fog"
    await archive.finish(record)
    image, sea, missing = json.loads(contents(root)["run.json"])["input_files"]
    assert (image["path"], image["name"], image["sha256"]) == (
        str(small),
        "in-image.png",
        hashlib.sha256(b"fog").hexdigest(),
    )
    assert (sea["field"], sea["index"], sea["size"], sea.get("name")) == ("many", 0, 2_000, None)
    assert sea["sha256"] == hashlib.sha256(b"s" * 2_000).hexdigest()
    assert missing["problem"] == "no such file or directory"


async def test_runs_of_others_cannot_have_files_of_this_machine_copied(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    record = await Archive(root, Shelf()).begin(ended(input={"image": str(tmp_path / "secret")}, source="api"))
    assert set(contents(root)) == {"input.json"}
    assert record.options == {}


async def test_what_was_not_saved_within_the_hour_is_expired(root: Path) -> None:
    shelf = Shelf(a=Parcel(PNG), b=Parcel(error=APIConnectionError("no line")))
    late = ended([f"{HOST}/a", f"{HOST}/b"], completed_at=datetime.now(UTC) - timedelta(minutes=61))
    saved = await Archive(root, shelf).finish(late)
    assert saved.saved is SaveState.EXPIRED
    assert [file.name for file in saved.files] == ["out-0.png", None]
    of_the_web = replace(late, source="web", id="web", remote_id="web")
    assert (await Archive(root, shelf).finish(of_the_web)).saved is SaveState.PARTLY


async def test_what_is_known_here_is_saved_however_late(root: Path) -> None:
    late = ended("a poem", completed_at=datetime.now(UTC) - timedelta(days=2))
    root.parent.mkdir(exist_ok=True)
    root.write_text("in the way")
    archive = Archive(root, Shelf())
    assert (await archive.finish(late)).saved is SaveState.FAILED
    root.unlink()
    assert (await archive.finish(late)).saved is SaveState.SAVED
    assert archive.problem is None


async def test_what_the_service_has_deleted_is_expired(root: Path) -> None:
    from replicate_tui.api.errors import NotFoundError
    from replicate_tui.api.responses import Response

    response = Response("GET", f"{HOST}/a", 404, {}, b"")
    gone = Parcel(error=NotFoundError(response))
    saved = await Archive(root, Shelf(a=gone)).finish(ended(f"{HOST}/a"))
    assert saved.saved is SaveState.EXPIRED
    assert saved.files[0].problem == "The service has deleted it."


async def test_a_refusal_of_the_client_is_told(root: Path) -> None:
    saved = await Archive(root, Shelf(a=Parcel(error=FileError("not a public address")))).finish(ended(f"{HOST}/a"))
    assert saved.saved is SaveState.FAILED
    assert saved.files[0].problem == "not a public address."


async def test_a_mistake_of_ours_is_not_hidden(root: Path) -> None:
    with pytest.raises(KeyError):
        await Archive(root, Shelf()).finish(ended(f"{HOST}/not-on-the-shelf"))


async def test_a_full_disk_is_told_and_recovered_from(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(root, Shelf(a=Parcel(PNG)))
    record = ended(f"{HOST}/a")
    with monkeypatch.context() as patch:

        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(os, "fsync", full)
        _, replaced = await archive.write_logs(record, "all of the log")
        assert replaced
        saved = await archive.finish(record)
    assert saved.saved is SaveState.FAILED
    assert saved.files[0].problem == "Not saved: the disk is full."
    assert "the disk is full" in str(archive.problem)
    assert not [path for path in (root / FOLDER).iterdir() if path.suffix == ".part"]
    saved = await archive.finish(saved)
    assert saved.saved is SaveState.SAVED
    assert archive.problem is None
    assert contents(root)["logs.txt"] == b"all of the log"
    assert contents(root)["out-0.png"] == PNG


async def test_a_file_in_place_of_the_root_is_told(root: Path) -> None:
    root.write_text("not a folder")
    archive = Archive(root, Shelf(a=Parcel(PNG)))
    record = ended(f"{HOST}/a")
    path, _ = await archive.write_logs(record, "log")
    assert path == root / FOLDER / "logs.txt"
    assert (await archive.begin(record)).folder == FOLDER
    saved = await archive.finish(record)
    assert saved.saved is SaveState.FAILED
    assert root.read_text() == "not a folder"


async def test_old_leftovers_are_removed_and_young_ones_left(root: Path) -> None:
    folder = root / FOLDER
    folder.mkdir(parents=True)
    for name, age in ((".out.1.part", timedelta(hours=2)), (".out.2.part", timedelta(0)), ("mine.part", timedelta(9))):
        (folder / name).touch()
        stamp = (datetime.now(UTC) - age).timestamp()
        os.utime(folder / name, (stamp, stamp))
    await Archive(root, Shelf()).finish(ended())
    assert {".out.1.part", ".out.2.part", "mine.part"} & set(contents(root)) == {".out.2.part", "mine.part"}


async def test_a_cancelled_save_leaves_no_part(root: Path) -> None:
    entered = asyncio.Event()

    class Endless(Parcel):
        async def chunks(self) -> AsyncIterator[bytes]:
            yield b"x" * 300_000
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(Archive(root, Shelf(a=Endless())).finish(ended(f"{HOST}/a")))
    await asyncio.wait_for(entered.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set(contents(root)) == {"input.json"}


def test_a_part_is_not_under_its_name_before_it_is_settled(tmp_path: Path) -> None:
    with PartFile(tmp_path, "day/run") as part:
        part.write(b"half")
        names = [path.name for path in (tmp_path / "day/run").iterdir()]
        assert len(names) == 1
        assert names[0].endswith(".part")
    assert list((tmp_path / "day/run").iterdir()) == []


async def test_signed_urls_are_not_written(root: Path) -> None:
    urls = {"web": "https://replicate.com/p/abc123", "stream": "https://stream.replicate.com/v1/files/secret-signature"}
    await Archive(root, Shelf()).finish(replace(ended(), urls=urls))
    assert json.loads(contents(root)["run.json"])["urls"] == {"web": "https://replicate.com/p/abc123"}
    assert b"secret-signature" not in contents(root)["run.json"]
