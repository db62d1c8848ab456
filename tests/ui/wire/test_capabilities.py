"""The terminal is asked once, briefly, only where it is worth it, and remembered."""

import os
import select
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from replicate_tui.ui.wire.capabilities import Answer, Graphics, ImageMode, find_graphics, read_answer

KITTY = b"\x1b_Gi=31;OK\x1b\\\x1b[6;18;9t\x1b[?62;c"
SIXEL = b"\x1b[6;20;10t\x1b[?62;4;22c"
PLAIN = b"\x1b[?1;2c"
GRAPHIC_TERMINAL = {"TERM": "xterm-kitty"}


class Emulator:
    """The other end of a pseudo-terminal: answers the questions once, `delay` seconds after the last of them."""

    def __init__(self, answer: bytes, delay: float = 0.0) -> None:
        self._master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.asked = b""
        self._answer = answer
        self._delay = delay
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if not select.select([self._master], [], [], 0.02)[0]:
                continue
            self.asked += os.read(self._master, 4096)
            if self.asked.endswith(b"\x1b[c") and self._answer:
                self._stop.wait(self._delay)
                os.write(self._master, self._answer)

    def left_over(self) -> bytes:
        return os.read(self.slave, 4096) if select.select([self.slave], [], [], 0)[0] else b""

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._master)
        os.close(self.slave)


@pytest.fixture
def emulators() -> Iterator[list[Emulator]]:
    made: list[Emulator] = []
    yield made
    for emulator in made:
        emulator.close()


def find(emulator: Emulator, cache: Path, environment: dict[str, str], wish: ImageMode = ImageMode.AUTO) -> Graphics:
    return find_graphics(
        wish,
        cache,
        environment=environment,
        input_descriptor=emulator.slave,
        output_descriptor=emulator.slave,
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (KITTY, Graphics(ImageMode.KITTY, 9, 18)),
        (SIXEL, Graphics(ImageMode.SIXEL, 10, 20)),
        (KITTY.replace(b"62;", b"62;4;"), Graphics(ImageMode.SIXEL, 9, 18)),
        (PLAIN, Graphics(ImageMode.HALF, 10, 20)),
        (b"\x1b_Gi=31;EINVAL\x1b\\\x1b[?62c", Graphics(ImageMode.HALF, 10, 20)),
        (b"\x1b[6;0;0t\x1b[?62;44c", Graphics(ImageMode.HALF, 10, 20)),
    ],
)
def test_what_answers_mean(answer: bytes, expected: Graphics, tmp_path: Path, emulators: list[Emulator]) -> None:
    emulators.append(Emulator(answer))
    assert find(emulators[0], tmp_path, GRAPHIC_TERMINAL) == expected
    assert emulators[0].left_over() == b""


def test_an_incomplete_answer_says_nothing() -> None:
    half = Graphics()
    assert read_answer(Answer(KITTY, complete=False), half) == half


def test_a_mute_terminal_costs_a_moment_once(tmp_path: Path, emulators: list[Emulator]) -> None:
    emulators.append(Emulator(b""))
    started = time.monotonic()
    assert find(emulators[0], tmp_path, GRAPHIC_TERMINAL).mode is ImageMode.HALF
    assert 0.15 < time.monotonic() - started < 2
    asked = len(emulators[0].asked)
    assert find(emulators[0], tmp_path, GRAPHIC_TERMINAL).mode is ImageMode.HALF
    assert len(emulators[0].asked) == asked


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "xterm-256color"},
        {},
        {"TERM": "xterm-kitty", "TMUX": "x"},
        {"TERM": "xterm-kitty", "NO_COLOR": "1"},
    ],
)
def test_a_terminal_without_signs_of_graphics_is_not_asked(
    environment: dict[str, str], tmp_path: Path, emulators: list[Emulator]
) -> None:
    emulators.append(Emulator(KITTY))
    assert find(emulators[0], tmp_path, environment).mode is ImageMode.HALF
    assert emulators[0].asked == b""


@pytest.mark.parametrize("wish", [ImageMode.HALF, ImageMode.OFF, ImageMode.KITTY, ImageMode.SIXEL])
def test_a_wish_is_taken_without_asking(wish: ImageMode, tmp_path: Path, emulators: list[Emulator]) -> None:
    emulators.append(Emulator(KITTY))
    assert find(emulators[0], tmp_path, GRAPHIC_TERMINAL, wish).mode is wish
    assert emulators[0].asked == b""


def test_a_good_answer_is_a_reason_to_ask_again(tmp_path: Path, emulators: list[Emulator]) -> None:
    emulators.append(Emulator(KITTY))
    environment = {"TERM": "xterm-256color"}
    memory = tmp_path / "terminal.json"
    memory.write_text('{"xterm-256color||||here": {"answered": true, "mode": "kitty", "at": 1}}')
    assert find(emulators[0], tmp_path, environment).mode is ImageMode.KITTY
    assert memory.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "[]", '{"xterm-kitty||||here": 3}', "not json"])
def test_a_damaged_memory_does_no_harm(content: str, tmp_path: Path, emulators: list[Emulator]) -> None:
    (tmp_path / "terminal.json").write_text(content)
    emulators.append(Emulator(SIXEL))
    assert find(emulators[0], tmp_path, GRAPHIC_TERMINAL).mode is ImageMode.SIXEL


def test_the_terminal_is_left_as_it_was(tmp_path: Path, emulators: list[Emulator]) -> None:
    import termios

    emulators.append(Emulator(KITTY))
    before = termios.tcgetattr(emulators[0].slave)
    find(emulators[0], tmp_path, GRAPHIC_TERMINAL)
    assert termios.tcgetattr(emulators[0].slave) == before


def test_no_terminal_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    try:
        graphics = find_graphics(
            ImageMode.AUTO, tmp_path, environment=GRAPHIC_TERMINAL, input_descriptor=reader, output_descriptor=writer
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert graphics == Graphics()


@pytest.mark.parametrize(
    ("mode", "modes"),
    [
        (ImageMode.KITTY, (ImageMode.KITTY, ImageMode.HALF, ImageMode.OFF)),
        (ImageMode.HALF, (ImageMode.HALF, ImageMode.OFF)),
        (ImageMode.OFF, (ImageMode.OFF, ImageMode.HALF)),
    ],
)
def test_modes_a_person_can_go_through(mode: ImageMode, modes: tuple[ImageMode, ...]) -> None:
    assert Graphics(mode).modes == modes


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_without_colours_gets_no_half_blocks(term: str, tmp_path: Path, emulators: list[Emulator]) -> None:
    emulators.append(Emulator(KITTY))
    assert find(emulators[0], tmp_path, {"TERM": term}).mode is ImageMode.OFF
    assert find(emulators[0], tmp_path, {"TERM": term}, ImageMode.HALF).mode is ImageMode.HALF
    assert emulators[0].asked == b""
