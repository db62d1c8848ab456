"""The log view shows exactly what is in the file, at any size of blocks and reads, and keeps up as it grows."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.geometry import Offset
from textual.selection import Selection

from replicate_tui.text import clean
from replicate_tui.ui.widgets import log_index
from replicate_tui.ui.widgets.file_log import FileLog
from replicate_tui.ui.widgets.log_index import LogIndex
from replicate_tui.ui.wire.line_filter import EscapeFilter
from tests.support.waiting import wait_for

# Line feeds and carriage returns (also as cleaned logs show them) often, multi-byte letters, bytes that are no UTF-8.
RETURN = "\u240d"
CONTENT = st.lists(
    st.sampled_from(
        [b"a", b"bcd", b"\n", b"\n", b"\r", RETURN.encode(), b"\r\n", "é日".encode(), b"\xff", b"\x1b[1m", b"x" * 50]
    ),
    max_size=60,
).map(b"".join)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_index, "BLOCK_LINES", 3)
    monkeypatch.setattr(log_index, "BLOCK_BYTES", 20)
    monkeypatch.setattr(log_index, "READ_BYTES", 7)


def read_all(index: LogIndex, budget: int = 16) -> None:
    while True:
        growth = index.scan(budget)
        index.take(growth)
        if growth.complete:
            return


def expected_lines(content: bytes) -> list[str]:
    """What the whole file shows, by the plainest means."""
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    shown = []
    for line in lines:
        text = line.decode("utf-8", "replace").replace(RETURN, "\r").rstrip("\r")
        shown.append(clean(text.split("\r")[-1]))
    return shown


@pytest.mark.usefixtures("small_blocks")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=CONTENT, cuts=st.lists(st.integers(0, 200), max_size=4))
def test_lines_are_exact_however_the_file_grew(tmp_path: Path, content: bytes, cuts: list[int]) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"")
    index = LogIndex(path)
    written = 0
    for cut in [*sorted(cuts), len(content)]:
        with path.open("ab") as file:
            file.write(content[written:cut])
        written = max(written, min(cut, len(content)))
        read_all(index)
        assert [index.line(i) for i in range(index.line_count)] == expected_lines(content[:written])


@pytest.mark.parametrize("carriage_return", [b"\r", RETURN.encode()], ids=["as it came", "cleaned"])
def test_a_huge_line_is_cut_and_a_progress_bar_shows_its_last_state(tmp_path: Path, carriage_return: bytes) -> None:
    path = tmp_path / "log"
    bar = b"".join(carriage_return + b"%d%% of the work" % percent for percent in range(100)) * 50
    path.write_bytes(b"x" * 300_000 + b"\n" + bar + b"\nlast\n")
    index = LogIndex(path)
    read_all(index, budget=1 << 20)
    assert index.line_count == 3
    assert index.line(0) == "x" * log_index.LINE_BYTES + "\u2026"
    assert index.line(1) == "99% of the work"
    assert index.line(2) == "last"


def test_a_file_that_shrank_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    index = LogIndex(path)
    read_all(index)
    path.write_bytes(b"new\n")
    assert index.scan().written_anew


def test_a_longer_file_in_its_place_is_told(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_bytes(b"one\n")
    index = LogIndex(file)
    read_all(index)
    written = tmp_path / "written"
    written.write_bytes(b"one\ntwo\nthree\n")
    written.replace(file)
    assert index.scan().written_anew
    # One that has only gone is shown as it was.
    index = LogIndex(file)
    read_all(index)
    file.unlink()
    assert not index.scan().written_anew
    assert index.line(1) == "two"


class Viewer(App[None]):
    def __init__(self, log: FileLog) -> None:
        super().__init__()
        self.log_view = log

    def compose(self) -> ComposeResult:
        yield self.log_view

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [EscapeFilter(), *super().get_line_filters()]


def seen(log: FileLog) -> list[str]:
    return [log.render_line(y).text.rstrip() for y in range(log.size.height)]


async def test_it_follows_the_file_until_the_user_looks_back(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("".join(f"line {number}\n" for number in range(200)))
    log = FileLog(path)
    async with Viewer(log).run_test(size=(40, 10)) as pilot:
        await wait_for(lambda: seen(log)[-1] == "line 199", "the end of the file")
        with path.open("a") as file:
            file.write("half a li")
        log.grew()
        await wait_for(lambda: seen(log)[-1] == "half a li", "the new line")
        with path.open("a") as file:
            file.write("ne\nand more\n")
        log.grew()
        await wait_for(lambda: seen(log)[-1] == "and more", "the line after")
        assert seen(log)[-2] == "half a line"
        log.focus()
        await pilot.press("g")
        assert not log.following
        assert seen(log)[0] == "line 0"
        with path.open("a") as file:
            file.write("unseen\n")
        log.grew()
        await wait_for(lambda: log.line_count == 203, "the line to be known")
        assert seen(log)[0] == "line 0"
        await pilot.press("G")
        assert seen(log)[-1] == "unseen"


async def test_a_missing_file_is_no_error_and_appears_when_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = FileLog(path, empty_text="no logs yet")
    async with Viewer(log).run_test(size=(40, 5)) as pilot:
        await pilot.pause()
        assert seen(log)[0] == "no logs yet"
        path.write_text("first\n")
        log.grew()
        await wait_for(lambda: seen(log)[0] == "first", "the first line")


async def test_a_file_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old\n" * 50)
    log = FileLog(path)
    async with Viewer(log).run_test(size=(40, 5)):
        await wait_for(lambda: log.line_count == 50, "the old lines")
        fresh = tmp_path / "fresh"
        fresh.write_text("new\n")
        fresh.replace(path)
        log.replaced()
        await wait_for(lambda: seen(log)[0] == "new", "the new line")
        assert log.line_count == 1
        path.write_text("")
        log.grew()
        await wait_for(lambda: log.line_count == 0, "the file that shrank")
        other = tmp_path / "other"
        other.write_text("other\n")
        log.show(other)
        await wait_for(lambda: seen(log)[0] == "other", "the other file")


async def test_long_lines_are_looked_along_and_copied_whole(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("0123456789" * 5 + "\nshort\n")
    log = FileLog(path)
    async with Viewer(log).run_test(size=(20, 4)) as pilot:
        await wait_for(lambda: log.line_count == 2, "the lines")
        assert seen(log)[0].endswith("\u2026")
        log.focus()
        await pilot.press("right")
        assert seen(log)[0].startswith("89012")
        await pilot.press("left")
        assert log.get_selection(Selection(None, None)) == ("0123456789" * 5 + "\nshort", "\n")
        assert log.get_selection(Selection(Offset(48, 0), Offset(2, 1))) == ("89\nsh", "\n")
