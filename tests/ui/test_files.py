"""The place of files by keys: uploaded, refused, stopped, saved, used in a form and deleted, and how long they last."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual import events

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.upload_views import LocalCopy, Upload, UploadedFile, UploadState, uploaded_file
from replicate_tui.services.views import Aged
from replicate_tui.ui.files.chosen import chosen_files, quoted
from replicate_tui.ui.files.drawing import expiry_words, file_facts, file_lines, upload_lines
from replicate_tui.ui.files.listing import FileListing
from replicate_tui.ui.modals.upload import UploadDialog
from replicate_tui.ui.screens.files import FilesScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from tests.services.test_uploads import in_an_hour, link_to
from tests.support.pictures import picture
from tests.ui.driver import SMALL, Driver, open_app

MakeDemo = Callable[..., DemoServer]
HERE = LocalCopy(Path("/home/me/picture.png"), is_same=True)
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def written(path: Path, content: bytes = b"some bytes") -> Path:
    path.write_bytes(content)
    return path


def having(*paths: Path) -> Callable[[Services], Any]:
    """Return what uploads these files before the app opens, the last one the newest."""

    async def make(services: Services) -> None:
        for path in paths:
            await services.uploads.upload(path)

    return make


def names(driver: Driver) -> list[str]:
    return [row.name for row in driver.find("#files").rows]


async def at_files(driver: Driver, words: str) -> None:
    await driver.press("7")
    await driver.until(lambda: driver.shows(FilesScreen), "the place")
    await driver.until(words)


async def test_an_empty_place_says_what_to_press_and_takes_uploads(own_demo: MakeDemo, tmp_path: Path) -> None:
    first, second = written(tmp_path / "a cat.txt"), written(tmp_path / "dog.txt", b"woof")
    async with open_app(own_demo(), size=SMALL) as driver:
        await at_files(driver, "No uploaded files. n uploads one; files expire after 24 hours.")
        await driver.press("e", "s", "x", "y", "d", "O", "enter")
        assert driver.shows(FilesScreen)
        await driver.press("n")
        await driver.until("Upload files")
        # What cannot be sent is said before anything is, and what was typed stands.
        await driver.press("enter")
        await driver.until("Type the path")
        (tmp_path / "empty.txt").touch()
        await driver.write("#paths", f"{first.parent}/empty.txt")
        await driver.press("enter")
        await driver.until("is empty")
        assert driver.shows(UploadDialog)
        await driver.write("#paths", f"{quoted(str(first))} {second}")
        await driver.until("✓ dog.txt")
        await driver.press("enter")
        await driver.until(lambda: sorted(names(driver)) == ["a cat.txt", "dog.txt"], "both files")
        await driver.until(lambda: driver.text.count("expires in") == 2, "two files and nothing under way")


async def test_an_upload_shows_how_far_it_is_and_is_stopped(own_demo: MakeDemo, tmp_path: Path) -> None:
    async with open_app(own_demo(), before=having(written(tmp_path / "there.txt"))) as driver:
        gate = asyncio.Event()
        create = (await driver.services.connection.client()).files.create

        async def held(**options: Any) -> Any:
            options["on_progress"](300_000, 1_000_000)
            await gate.wait()
            return await create(**options)

        (await driver.services.connection.client()).files.create = held  # type: ignore[method-assign]
        await at_files(driver, "there.txt")
        for number in range(5):
            path = written(tmp_path / f"large-{number}.bin", os.urandom(1000))
            driver.services.uploads.queue.add(path)
        await driver.until("5 uploading")
        await driver.until("30%")
        assert "300 kB of 1.0 MB" in driver.line("large-0.bin")
        assert "waiting for its turn" in driver.line("large-3.bin")
        # The cursor stays on its file while uploads come and go above it.
        assert driver.find("#files").cursor_row.name == "there.txt"
        await driver.press("g", "x")
        await driver.gone("large-0.bin  ")
        await driver.until("4 uploading")
        # Leaving would stop them, so that is asked first.
        await driver.press("ctrl+q")
        await driver.until("4 uploads are still going.")
        await driver.press("enter")
        await driver.gone("still going")
        gate.set()
        await driver.until(lambda: not driver.services.uploads.queue.uploads, "the end of the uploads")
        await driver.until(lambda: len(names(driver)) == 5, "the files")
        assert "large-0.bin" not in names(driver)


async def test_a_failed_upload_says_why_and_is_tried_again(own_demo: MakeDemo, tmp_path: Path) -> None:
    path = tmp_path / "late.txt"
    async with open_app(own_demo()) as driver:
        await at_files(driver, "No uploaded files")
        for _ in range(2):
            driver.services.uploads.queue.add(path)
            await driver.until("There is no file")
        assert len(names(driver)) == 1
        await driver.press("x")
        await driver.until("No uploaded files")
        driver.services.uploads.queue.add(path)
        await driver.until("not uploaded")
        written(path)
        await driver.press("enter")
        await driver.until("expires in")


async def test_files_are_saved_from_here_or_by_a_signed_link(own_demo: MakeDemo, tmp_path: Path) -> None:
    one, two = written(tmp_path / "one.txt", b"1"), written(tmp_path / "two.txt", b"22")
    into = tmp_path / "into"
    into.mkdir()
    server = own_demo()
    async with open_app(server, before=having(one, two)) as driver:
        await at_files(driver, "two.txt")
        await driver.press("s")
        await driver.until("From the copy")
        await driver.write("#target", str(into))
        await driver.press("enter")
        # Long paths break the notice over lines anywhere.
        await driver.until("right.")
        assert (into / "two.txt").read_bytes() == b"22"
        # Nothing is overwritten, and that stays on the screen.
        await driver.press("s")
        await driver.until("From the copy")
        await driver.write("#target", str(into))
        await driver.press("enter")
        await driver.until("something is there already")

        two.unlink()
        (into / "two.txt").unlink()
        await driver.press("s")
        await driver.until("signed link")
        await driver.write("#target", str(into / "linked.txt"))
        await driver.press("enter")
        await driver.until("Without a signed link")
        file: UploadedFile = driver.app.screen_stack[-2]._file  # type: ignore[attr-defined]
        await driver.write("#links", link_to(server, file, expiry=in_an_hour()))
        await driver.press("enter")
        await driver.until(lambda: (into / "linked.txt").exists(), "the file")
        assert (into / "linked.txt").read_bytes() == b"22"

        # Several go into a folder; the marks stay when one could not be had.
        (into / "linked.txt").unlink()
        await driver.press("g", "space", "space")
        await driver.until("2 marked")
        await driver.press("s")
        await driver.until("1 of them has no copy")
        await driver.write("#target", str(into))
        await driver.press("enter")
        await driver.until("Saved 1 of 2 files")
        assert [path.name for path in into.iterdir()] == ["one.txt"]
        assert "2 marked" in driver.text
        # With links, in any order, all of them come.
        one.unlink()
        (into / "one.txt").unlink()
        await driver.press("s")
        await driver.until("2 of them have no copy")
        files = (await driver.services.uploads.list()).value
        links = [link_to(server, each, expiry=in_an_hour()) for each in files]
        driver.app.post_message(events.Paste("\n".join(reversed(links))))
        await driver.until(lambda: driver.find("#links").value.count("signature") == 2, "both links")
        await driver.write("#target", str(into))
        await driver.press("enter")
        await driver.until("Saved 2 of 2 files")
        assert sorted(path.read_bytes() for path in into.iterdir()) == [b"1", b"22"]
        await driver.gone("marked")


async def test_a_download_shows_how_far_it_is(own_demo: MakeDemo, tmp_path: Path) -> None:
    path, server = written(tmp_path / "far.bin", bytes(2_000)), own_demo()
    async with open_app(server, size=SMALL, before=having(path)) as driver:
        path.unlink()
        gate = asyncio.Event()
        files = (await driver.services.connection.client()).files
        download = files.download

        async def held(file_id: str, **options: Any) -> Any:
            options["on_progress"](500)
            await gate.wait()
            return await download(file_id, **options)

        files.download = held  # type: ignore[method-assign]
        await at_files(driver, "far.bin")
        await driver.press("s")
        await driver.until("signed link")
        (file,) = (await driver.services.uploads.list()).value
        await driver.write("#links", link_to(server, file, expiry=in_an_hour()))
        await driver.write("#target", str(tmp_path / "back.bin"))
        await driver.press("enter")
        await driver.until("500 B of 2.0 kB  25%")
        gate.set()
        await driver.until(lambda: (tmp_path / "back.bin").exists(), "the file")
        await driver.gone("25%")


async def test_an_upload_may_be_called_otherwise(own_demo: MakeDemo, tmp_path: Path) -> None:
    path = written(tmp_path / "here.bin")
    async with open_app(own_demo(), size=SMALL) as driver:
        await at_files(driver, "No uploaded files")
        await driver.press("n")
        await driver.until("Upload files")
        await driver.write("#paths", str(path))
        await driver.write("#name", "there.txt")
        await driver.write("#type", "text/x-notes")
        await driver.write("#metadata", "lens")
        await driver.press("enter")
        await driver.until("metadata: lens is no key=value.")
        assert driver.focused == "metadata"
        assert driver.find("#name").value == "there.txt"
        await driver.type("=50")
        await driver.press("enter")
        await driver.until(lambda: names(driver) == ["there.txt"], "the file")
        await driver.press("enter")
        await driver.until("Metadata")
        for words in ("lens", "50", "text/x-notes", "the copy is the same"):
            assert words in driver.text, words


async def test_deletion_asks_with_no_first_and_takes_marked_ones(own_demo: MakeDemo, tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{name}.txt") for name in ("a", "b", "c")]
    async with open_app(own_demo(), size=SMALL, before=having(*paths)) as driver:
        await at_files(driver, "c.txt")
        await driver.press("d")
        await driver.until("Delete c.txt at the service?")
        await driver.press("enter")
        await driver.gone("at the service?")
        assert names(driver) == ["c.txt", "b.txt", "a.txt"]
        # All that is known of it, where there is no room beside the list.
        await driver.press("enter")
        await driver.until("Checksums")
        await driver.press("escape")
        await driver.gone("Checksums")
        await driver.press("space", "space", "d")
        await driver.until("Delete 2 files")
        await driver.press("y")
        await driver.until(lambda: names(driver) == ["a.txt"], "one file")
        assert "marked" not in driver.text
        assert paths[2].exists(), "the copy here stays"


async def test_marks_over_ranges_and_all_that_are_shown(own_demo: MakeDemo, tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{name}.txt") for name in ("a", "b", "c", "list")]
    async with open_app(own_demo(), size=SMALL, before=having(*paths)) as driver:
        await at_files(driver, "list.txt")
        for keys, marked in (
            (("g", "space", "G", "V"), 4),
            (("A",), 0),
            (("g", "shift+down", "shift+down"), 2),
            (("A",), 0),
            (("slash", *"list", "enter", "A"), 1),
        ):
            await driver.press(*keys)
            await driver.until(lambda: f"{marked} marked" in driver.text if marked else "marked" not in driver.text)  # noqa: B023  (called in this turn)
        # A mark that a filter hides is still there.
        await driver.press("escape")
        await driver.until("1 marked")


async def test_a_file_goes_into_the_form_of_a_model(own_demo: MakeDemo, tmp_path: Path) -> None:
    async with open_app(own_demo(), before=having(written(tmp_path / "in.txt"))) as driver:
        url = (await driver.services.uploads.list()).value[0].url
        await at_files(driver, "in.txt")
        await driver.press("e")
        await driver.until("which model")
        await driver.type("reader")
        await driver.until("tests/reader")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
        await driver.until("an uploaded file")
        assert driver.screen.form.state.input()["file"] == url


async def test_models_that_take_no_file_are_not_offered_and_several_go_into_a_list(
    own_demo: MakeDemo, tmp_path: Path
) -> None:
    async def see_models(services: Services) -> None:
        await having(written(tmp_path / "a.txt"), written(tmp_path / "b.txt"))(services)
        for sheet in ("contact-sheet", "blur"):
            await services.search.remember_opened(
                (await services.catalog.model("replicate-tui-demo", sheet)).value.card
            )
        await services.search.refresh_popular()

    async with open_app(own_demo(), before=see_models) as driver:
        await at_files(driver, "b.txt")
        await driver.press("space", "space", "e")
        await driver.until("These take a file.")
        assert "contact-sheet" in driver.text
        assert "meta/llama-2-70b-chat" not in driver.text
        # One field is no place for two files.
        await driver.type("demo/blur")
        await driver.press("enter")
        await driver.until("takes no list")
        await driver.press("e")
        await driver.until("These take a file.")
        await driver.type("contact-sheet")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
        await driver.until("2 uploaded files")
        urls = [file.url for file in (await driver.services.uploads.list()).value]
        assert sorted(urls) in [sorted(value) for value in driver.screen.form.state.input().values() if value]


async def test_preview_filter_sort_and_copying(own_demo: MakeDemo, tmp_path: Path) -> None:
    shown, small = written(tmp_path / "shown.png", picture()), written(tmp_path / "small.txt", b"x")
    async with open_app(own_demo(), before=having(shown, small)) as driver:
        file = (await driver.services.uploads.list()).value[1]
        await at_files(driver, "shown.png")
        await driver.press("down")
        await driver.until(lambda: driver.find("#picture").picture_size == (64, 48), "the picture")
        sha256 = file.sha256
        await driver.until(sha256[:20])
        await driver.press("S", "S")
        await driver.until("largest first")
        assert names(driver) == ["shown.png", "small.txt"]
        assert driver.find("#files").cursor_row.name == "shown.png"
        await driver.press("slash")
        await driver.type("text/plain")
        await driver.until("1 of 2")
        await driver.press("down", "y")
        await driver.until("sha256  ")
        await driver.press("escape", "escape")
        await driver.until("largest first")
        assert len(names(driver)) == 2
        await driver.press("g", "O")
        await driver.until("It lies at")


async def test_a_refresh_keeps_the_cursor_and_offline_the_list_has_its_age(own_demo: MakeDemo, tmp_path: Path) -> None:
    server = own_demo()
    paths = [written(tmp_path / f"{number}.txt") for number in range(4)]
    async with open_app(server, before=having(*paths), max_retries=0) as driver:
        await at_files(driver, "0.txt")
        await driver.press("down", "down")
        here = driver.find("#files").cursor_row.name
        await driver.services.uploads.upload(written(tmp_path / "newest.txt"))
        await driver.press("r")
        await driver.until(lambda: len(names(driver)) == 5, "the new file")
        assert driver.find("#files").cursor_row.name == here
        server.stop()
        await driver.press("r")
        await driver.until("As of")
        assert len(names(driver)) == 5
        # Away and back, the list is there before anything is asked.
        await driver.press("4", "7")
        await driver.until("newest.txt")


# -- without a screen -------------------------------------------------------------------------------------------


def file_of(**changes: Any) -> UploadedFile:
    body = {
        "id": "f1",
        "name": "picture.png",
        "content_type": "image/png",
        "size": 84_000,
        "checksums": {"sha256": "ab" * 32},
        "metadata": {"customer": 7},
        "created_at": "2026-05-04T11:00:00Z",
        "expires_at": "2026-05-05T11:00:00Z",
        "urls": {"get": "https://api.replicate.com/v1/files/f1"},
    }
    return uploaded_file(body | changes)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=23, minutes=5), "expires in 23 h"),
        (timedelta(hours=1), "expires in 1 h"),
        (timedelta(minutes=59, seconds=59), "expires in 59 min"),
        (timedelta(seconds=20), "expires in <1 min"),
        (timedelta(0), "expired"),
        (timedelta(days=-1), "expired"),
    ],
)
def test_the_countdown(left: timedelta, words: str) -> None:
    assert expiry_words(NOW + left, NOW) == words
    assert expiry_words(None) == ""


@pytest.mark.parametrize("width", [20, 40, 76, 120])
def test_rows_fit_their_width(width: int) -> None:
    rows = [
        file_lines(file_of(), width, now=NOW),
        file_lines(file_of(name="名" * 100, content_type="x" * 200, expires_at=None, size=None), width, now=NOW),
        *(
            upload_lines(Upload(1, Path("n" * 90), 10, 5, state, "why " * 60), width)
            for state in (UploadState.SENDING, UploadState.WAITING, UploadState.FAILED)
        ),
    ]
    for row in rows:
        for line in row[: 2 if width >= 46 else 1]:
            assert line.cell_length <= max(width, 36), line.plain
    first, second = (line.plain for line in file_lines(file_of(), 76, now=NOW))
    assert first.startswith("picture.png")
    assert first.endswith("84 kB    expires in 23 h")
    assert second.startswith("image/png")
    assert "sha256 abababab" in second
    assert second.endswith("1 h ago")


def test_facts_have_the_whole_of_everything() -> None:
    told = "".join(line.plain.replace(" ", "") for line in file_facts(file_of(), HERE, 44))
    for words in (
        "ab" * 32,
        "the copy is the same",
        "https://api.replicate.com/v1/files/f1",
        "customer",
        "/home/me/picture.png",
        "84,000",
    ):
        assert words.replace(" ", "") in told, words


def test_many_files_are_listed_by_each_order() -> None:
    listing = FileListing()
    listing.answer = Aged(tuple(file_of(id=str(n), name=f"{n}.png", size=n) for n in range(500)), NOW)
    listing.uploads = (Upload(1, Path("9.mp4")),)
    assert len(listing.rows()) == 501
    assert listing.rows()[0] == listing.uploads[0]
    listing.words = "9 image/png"
    assert {row.name for row in listing.rows()} == {f"{n}.png" for n in range(500) if "9" in str(n)}
    for _ in range(4):
        listing.next_sort()
        assert listing.rows()


def test_lines_of_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    blank, plain = written(tmp_path / "a b.txt"), written(tmp_path / "it's.txt")
    both = [str(blank), str(plain)]

    def found(text: str) -> list[str]:
        return [str(each.path) for each in chosen_files(text)]

    assert found(str(blank)) == [str(blank)]
    assert found(str(plain)) == [str(plain)]
    assert found(" ".join(map(quoted, both))) == both
    assert found(f"'{blank}' '{blank}'") == [str(blank)]
    assert found(f"file://{tmp_path}/a%20b.txt") == [str(blank)]
    assert sorted(found(f"{tmp_path}/*.txt")) == sorted(both)
    assert found("~/it\\'s.txt") == [str(plain)]
    assert found("") == []
    for nothing in (f"{tmp_path}/*.gif", "~nobody-here/x", "\0", "'open"):
        assert [bool(each.problem) for each in chosen_files(nothing)] == [True], nothing
