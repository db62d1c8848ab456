"""The writing thread on a real pseudo-terminal: it never makes anyone wait, and leaves the terminal in order."""

import os
import re
import select
import termios
import threading
import time
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import pytest

from replicate_tui.ui.wire.writer import LEAVING_SECONDS, Writer
from tests.support.waiting import wait_for_blocking

#: More than any terminal takes before it is read.
MUCH = "x" * 1_000_000
_OPEN = Path("/proc/self/fd")


@dataclass
class Pair:
    master: int
    slave: int

    def read(self, seconds: float = 0.3) -> bytes:
        """Return what has come when nothing more has for a while."""
        taken = b""
        while select.select([self.master], [], [], seconds)[0]:
            taken += os.read(self.master, 65536)
        return taken

    def fileno(self) -> int:
        return self.slave


@pytest.fixture
def pair() -> Iterator[Pair]:
    master, slave = os.openpty()
    tty.setraw(slave, termios.TCSANOW)
    pair = Pair(master, slave)
    yield pair
    os.close(pair.master)
    os.close(slave)


@pytest.fixture
def writer(pair: Pair) -> Iterator[Writer]:
    writer = Writer(cast("IO[str]", pair))
    writer.start()
    yield writer
    writer.stop()


def test_all_arrives_in_order(pair: Pair, writer: Writer) -> None:
    for number in range(500):
        (writer.write if number % 3 else writer.write_frame)(f"{number} ")
    assert pair.read() == "".join(f"{number} " for number in range(500)).encode()
    assert not writer.is_busy


def test_nobody_waits_for_a_terminal_that_does_not_read(pair: Pair, writer: Writer) -> None:
    begun = time.monotonic()
    for _ in range(100):
        writer.write(MUCH[:50_000])
    assert time.monotonic() - begun < 0.5
    assert writer.is_busy


def test_it_is_told_once_when_the_line_is_free(pair: Pair, writer: Writer) -> None:
    told: list[int] = []
    writer.write_frame(MUCH)
    writer.when_idle(lambda: told.append(1))
    assert told == []
    assert len(pair.read()) == len(MUCH)
    wait_for_blocking(lambda: told, "the call")
    writer.write_frame("more")
    assert pair.read() == b"more"
    assert told == [1]


def test_it_is_told_at_once_when_the_line_is_free_already(writer: Writer) -> None:
    told: list[int] = []
    wait_for_blocking(lambda: not writer.is_busy, "a free line")
    writer.when_idle(lambda: told.append(1))
    assert told == [1]


def test_leaving_waits_for_a_terminal_that_reads(pair: Pair, writer: Writer) -> None:
    writer.write_frame("the last frame")
    writer.write("\x1b[?1049l")
    writer.stop()
    assert not writer.is_alive()
    assert pair.read() == b"the last frame\x1b[?1049l"


def test_leaving_a_terminal_that_does_not_read_takes_a_moment_and_restores_it_when_it_does(
    pair: Pair, writer: Writer
) -> None:
    writer.write("\x1b[?1049h")
    writer.write_frame("\x1b[38;2;1;2;3m" * 100_000)
    writer.write("\x1b[?1049l")
    begun = time.monotonic()
    writer.stop()
    assert time.monotonic() - begun < 3 * LEAVING_SECONDS
    assert not writer.is_alive()
    left = pair.read()
    assert len(left) < 100_000, "the frame was dropped"
    restored = left.rpartition(b"\x18\x1b\\")[2]
    assert re.findall(rb"\x1b\[\?(\d+)l", restored)[-1] == b"1049"
    assert restored.endswith(b"\x1b[?25h")


def test_others_keep_the_terminal_as_they_opened_it(pair: Pair, writer: Writer) -> None:
    writer.write("x")
    assert pair.read() == b"x"
    assert os.get_blocking(pair.slave)


def test_a_terminal_that_went_away_takes_everything(writer: Writer, pair: Pair) -> None:
    other, pair.master = pair.master, os.dup(pair.slave)
    os.close(other)
    writer.write(MUCH)
    wait_for_blocking(lambda: not writer.is_busy, "nothing left to write")


def test_where_the_terminal_cannot_be_opened_anew_it_is_written_to_as_it_is(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_name(_: int) -> str:
        raise OSError("no name")

    monkeypatch.setattr(os, "ttyname", no_name)
    writer = Writer(cast("IO[str]", pair))
    writer.start()
    writer.write_frame(MUCH)
    taken: list[Any] = []
    reader = threading.Thread(target=lambda: taken.append(pair.read()))
    reader.start()
    reader.join()
    writer.stop()
    assert len(taken[0]) == len(MUCH)


def test_many_drivers_leave_nothing_open(pair: Pair) -> None:
    """Each stay in an editor ends one and begins another."""
    if not _OPEN.is_dir():
        pytest.skip("needs /proc to count what is open")
    before = len(list(_OPEN.iterdir()))
    for _ in range(20):
        writer = Writer(cast("IO[str]", pair))
        writer.start()
        writer.write("x")
        writer.stop()
    assert len(list(_OPEN.iterdir())) <= before
