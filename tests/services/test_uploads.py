"""Uploaded files: sent with progress and a checksum, several at once, stopped, had back, deleted."""

import asyncio
import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from replicate_tui.demo.routes.files import sign
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.upload_details import DetailProblem, UploadDetails, read_details, read_metadata
from replicate_tui.services.upload_queue import AT_ONCE, Progress, UploadQueue
from replicate_tui.services.upload_views import UploadedFile, UploadState, uploaded_file
from tests.services.conftest import House
from tests.services.proxy import PASS, Fault, Proxy
from tests.support.waiting import wait_for

HOUR = 3_600


def written(path: Path, content: bytes = b"some bytes") -> Path:
    path.write_bytes(content)
    return path


def link_to(server: DemoServer, file: UploadedFile, *, expiry: int, **changes: str) -> str:
    values = {"owner": "demo", "expiry": str(expiry), "signature": sign(server.service, "demo", file.id, str(expiry))}
    return f"{file.url}/download?{urlencode(values | changes)}"


def in_an_hour() -> int:
    return int(datetime.now(UTC).timestamp()) + HOUR


async def refusal(attempt: Any) -> ServiceProblem:
    with pytest.raises(ServiceProblem) as caught:
        await attempt
    return caught.value


async def test_a_file_is_sent_with_progress_listed_and_deleted(services: Services, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    told: list[tuple[int, int]] = []
    sent = await services.uploads.upload(written(tmp_path / "cat.png", content), lambda *step: told.append(step))
    assert (sent.name, sent.content_type, sent.size) == ("cat.png", "image/png", len(content))
    assert sent.sha256 == hashlib.sha256(content).hexdigest()
    assert told[0] == (0, len(content))
    assert told[-1] == (len(content), len(content))
    assert [before for before, _ in told] == sorted(before for before, _ in told)
    assert sent.created_at
    assert sent.expires_at
    assert not sent.is_expired()
    listed = await services.uploads.list()
    assert listed.value[0] == sent == await services.uploads.get(sent.id)
    assert await services.uploads.cached_list() == listed
    await services.uploads.delete(sent.id)
    assert sent not in (await services.uploads.list()).value
    # Gone is gone, however often it is asked for.
    await services.uploads.delete(sent.id)
    assert (await refusal(services.uploads.get(sent.id))).kind is ProblemKind.NOT_FOUND


async def test_a_file_is_called_otherwise_there(services: Services, tmp_path: Path) -> None:
    path = written(tmp_path / "here.bin")
    details = read_details("there.txt", "text/x-notes", 'shot="a 7" lens=50')
    sent = await services.uploads.upload(path, details=details)
    told = await services.uploads.get(sent.id)
    assert (told.name, told.content_type) == ("there.txt", "text/x-notes")
    assert dict(told.metadata) == {"shot": "a 7", "lens": "50"}
    assert await services.uploads.local_copy(told) == path
    path.write_bytes(b"other bytes")
    changed = await services.uploads.find_copy(told)
    assert changed is not None
    assert (changed.path, changed.is_same) == (path, False)


@pytest.mark.parametrize(
    ("typed", "files", "field"),
    [
        (("a/b", "", ""), 1, "name"),
        (("one name", "", ""), 2, "name"),
        (("é" * 128, "", ""), 1, "name"),
        (("", "png", ""), 1, "type"),
        (("", "", "only-a-key"), 1, "metadata"),
        (("", "", "=value"), 1, "metadata"),
        (("", "", 'key="open'), 1, "metadata"),
        (("", "", '{"key": '), 1, "metadata"),
    ],
)
def test_details_that_would_be_refused_are_told_at_their_field(
    typed: tuple[str, str, str], files: int, field: str
) -> None:
    with pytest.raises(DetailProblem) as caught:
        read_details(*typed, files=files)
    assert [problem.field for problem in caught.value.problems] == [field]


def test_metadata_may_be_json() -> None:
    assert read_metadata(' {"a": [1, null]} ') == {"a": [1, None]}
    assert read_metadata("") == {}


async def test_all_pages_are_listed(own_demo: Callable[..., DemoServer], house_on: Any, tmp_path: Path) -> None:
    server = own_demo()
    services = await house_on(server).open()
    sent = await services.uploads.upload(written(tmp_path / "one.txt"))
    stored = server.service.state.file(sent.id)
    assert stored is not None
    for number in range(120):
        made = replace(stored, id=f"more{number}", created=stored.created + number + 1)
        server.service.state.add_file(made, b"some bytes")
    assert len((await services.uploads.list()).value) == 121


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "large", "fifo", "locked"])
async def test_what_cannot_be_sent_is_refused_before_anything_is(
    kind: str, through: Services, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "it.bin"
    words = {
        "missing": "no file",
        "folder": "is a folder",
        "empty": "is empty",
        "large": "less than 100 MB",
        "fifo": "not a regular file",
        "locked": "no permission",
    }
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind != "missing":
        written(path, b"x" if kind == "locked" else b"")
    if kind == "large":
        os.truncate(path, 100_000_000)
    if kind == "locked":
        monkeypatch.setattr(os, "access", lambda *_: False)
    problem = await refusal(through.uploads.upload(path))
    assert problem.kind is ProblemKind.FILE
    assert words[kind] in str(problem)
    assert "Nothing was sent" in str(problem)
    assert proxy.count("POST", "/files") == 0


async def test_a_file_that_vanishes_or_changes_while_it_is_read_leaves_nothing(
    services: Services, tmp_path: Path
) -> None:
    path = written(tmp_path / "vanishing.bin", os.urandom(400_000))

    def vanish(sent: int, size: int) -> None:
        if not sent:
            path.unlink()

    assert (await refusal(services.uploads.upload(path, vanish))).kind is ProblemKind.FILE

    written(path, os.urandom(400_000))

    def change(sent: int, size: int) -> None:
        if not sent:
            path.write_bytes(os.urandom(size))

    problem = await refusal(services.uploads.upload(path, change))
    assert "another checksum" in str(problem)
    assert "vanishing.bin" not in [file.name for file in (await services.uploads.list()).value]


async def test_a_lost_answer_is_looked_up_instead_of_sent_again(
    through: Services, proxy: Proxy, tmp_path: Path
) -> None:
    faults = [Fault(lose=True)]
    proxy.fault = lambda seen: faults.pop() if seen.method == "POST" and faults else PASS
    sent = await through.uploads.upload(written(tmp_path / "lost.txt", b"lost and found"))
    listed = (await through.uploads.list()).value
    assert [file.id for file in listed if file.name == "lost.txt"] == [sent.id]


async def test_offline_the_list_is_the_last_one_with_its_age(through: Services, proxy: Proxy, tmp_path: Path) -> None:
    sent = await through.uploads.upload(written(tmp_path / "old.txt"))
    await through.uploads.list()
    proxy.fault = lambda _: Fault(refuse=True)
    answer = await through.uploads.list()
    assert answer.problem
    assert sent.id in [file.id for file in answer.value]
    assert (await refusal(through.uploads.upload(written(tmp_path / "new.txt")))).kind is ProblemKind.OFFLINE


# -- having it back ---------------------------------------------------------------------------------------------


async def test_the_copy_here_is_had_back_as_long_as_it_is_the_same(services: Services, tmp_path: Path) -> None:
    source = written(tmp_path / "source.txt", b"the same")
    sent = await services.uploads.upload(source)
    assert await services.uploads.local_copy(sent) == source
    folder = tmp_path / "saved"
    folder.mkdir()
    saved = await services.uploads.download(sent, folder)
    assert (saved, saved.read_bytes()) == (folder / "source.txt", b"the same")
    # Nothing is overwritten, and nothing is left beside it.
    problem = await refusal(services.uploads.download(sent, saved))
    assert problem.kind is ProblemKind.DISK
    assert "there already" in str(problem)
    assert [path.name for path in folder.iterdir()] == ["source.txt"]
    source.write_bytes(b"othersam")
    assert await services.uploads.local_copy(sent) == saved
    saved.unlink()
    assert await services.uploads.local_copy(sent) is None
    assert "signed link" in str(await refusal(services.uploads.download(sent, folder)))
    assert not list(folder.iterdir())


async def test_a_signed_link_brings_the_bytes(
    own_demo: Callable[..., DemoServer], house_on: Callable[[Any], House], tmp_path: Path
) -> None:
    server = own_demo()
    services = await house_on(server).open()
    source = written(tmp_path / "far.bin", b"a + b")
    sent = await services.uploads.upload(source)
    source.unlink()
    target = tmp_path / "back.bin"
    for link, words in (
        ("far.bin", "no address at"),
        (link_to(server, sent, expiry=in_an_hour()).replace("127.0.0.1", "127.0.0.2"), "no address at"),
        (link_to(server, sent._replace(id="other", url=f"{sent.url}x"), expiry=in_an_hour()), "not the download"),
        (link_to(server, sent, expiry=in_an_hour(), owner=""), "no owner"),
        (link_to(server, sent, expiry=in_an_hour() - 2 * HOUR), "is over"),
        (link_to(server, sent, expiry=in_an_hour(), expiry_="1").replace("expiry=", "expiry=x"), "no number"),
    ):
        problem = await refusal(services.uploads.download(sent, target, link))
        assert (problem.kind, words in str(problem)) == (ProblemKind.INVALID, True), link
    forged = link_to(server, sent, expiry=in_an_hour(), signature="AAAA")
    assert (await refusal(services.uploads.download(sent, target, forged))).kind is ProblemKind.NOT_FOUND
    link = link_to(server, sent, expiry=in_an_hour())
    other = await refusal(services.uploads.download(sent._replace(sha256="0" * 64), target, link))
    assert "checksum" in str(other)
    assert not target.exists()
    come: list[int] = []
    assert await services.uploads.download(sent, target, link, come.append) == target
    assert come[-1] == sent.size
    assert target.read_bytes() == b"a + b"
    # A blank in a pasted signature was a plus.
    with_blanks = re.sub(r"%2B", "+", link)
    assert await services.uploads.download(sent, tmp_path / "again.bin", with_blanks)


@pytest.mark.parametrize("name", ["../up.txt", ".hidden", "/etc/passwd", "a\x1b]0;t\x07b", "", "x" * 300])
async def test_a_name_of_the_service_never_leads_out_of_the_folder(
    name: str, services: Services, tmp_path: Path
) -> None:
    sent = await services.uploads.upload(written(tmp_path / "plain.txt"))
    foreign = uploaded_file({"id": sent.id, "name": name, "size": sent.size, "checksums": {"sha256": sent.sha256}})
    folder = tmp_path / "into"
    folder.mkdir()
    saved = await services.uploads.download(foreign, folder)
    assert saved.parent == folder
    assert saved.name.isprintable()
    assert not saved.name.startswith(".")


def test_odd_shapes_are_survived() -> None:
    assert uploaded_file({}).name == "?"
    odd = uploaded_file(
        {
            "id": 7,
            "name": None,
            "size": -1,
            "checksums": [],
            "metadata": {"a": {"b": [1]}, "t": "x\x1b[31m"},
            "urls": "no",
            "created_at": "then",
        }
    )
    assert (odd.size, odd.sha256, odd.url, odd.created_at) == (None, "", "", None)
    assert odd.metadata[0] == ("a", '{"b": [1]}')
    assert "\x1b" not in odd.metadata[1][1]
    assert not odd.is_expired()


# -- several at once --------------------------------------------------------------------------------------------


async def test_uploads_wait_their_turn_and_failures_stay_until_tried_again() -> None:
    gate, begun = asyncio.Event(), []

    async def send(path: Path, progress: Progress, _: UploadDetails) -> None:
        begun.append(path.name)
        progress(1, 2)
        await gate.wait()
        if path.name == "bad" and begun.count("bad") == 1:
            raise ServiceProblem(ProblemKind.FILE, "It is bad.")

    queue = UploadQueue(send)
    news: list[bool] = []
    queue.subscribe(news.append)
    uploads = [queue.add(Path(name)) for name in ("bad", "b", "c", "d", "e")]
    assert queue.add(Path("b")).number == uploads[1].number
    await wait_for(lambda: len(begun) == AT_ONCE, "the first uploads")
    states = [upload.state for upload in queue.uploads]
    assert states == [UploadState.SENDING] * 3 + [UploadState.WAITING] * 2
    assert queue.uploads[0].share == 0.5
    # One that waits and one that goes are stopped; the next takes the free place.
    queue.cancel(uploads[3].number)
    queue.cancel(uploads[1].number)
    await wait_for(lambda: "e" in begun, "the next")
    assert "d" not in begun
    gate.set()
    await wait_for(lambda: not queue.is_busy, "the end")
    assert [(upload.name, upload.problem) for upload in queue.uploads] == [("bad", "It is bad.")]
    assert any(news)
    assert queue.again(uploads[0].number)
    await wait_for(lambda: not queue.uploads, "the second try")
    queue.cancel(uploads[0].number)


async def test_an_upload_that_is_stopped_leaves_nothing(through: Services, proxy: Proxy, tmp_path: Path) -> None:
    proxy.hold, proxy.held = asyncio.Event(), lambda seen: seen.method == "POST"
    queue = through.uploads.queue
    upload = queue.add(written(tmp_path / "stopped.bin", os.urandom(300_000)))
    await wait_for(lambda: proxy.count("POST", "/files") or queue.uploads[0].sent, "the upload under way")
    queue.cancel(upload.number)
    await wait_for(lambda: not queue.is_busy, "its end")
    assert queue.uploads == ()
    proxy.hold.set()
    await through.uploads.close()
