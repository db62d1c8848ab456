"""What the terminal can draw, asked once before the app owns it; never longer than a fifth of a second."""

import os
import re
import select
import struct
import sys
import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

from replicate_tui.paths import make_private_folder, write_atomically

PROBE_SECONDS: Final = 0.2
_MUTE_FOR_SECONDS: Final = 7 * 24 * 3600
_MEMORY_FILE: Final = "terminal.json"
_MOST_REMEMBERED: Final = 50

# Kitty: would you take a 1x1 picture? Then the size of a cell, then the device attributes: every terminal answers
# the last one, so whatever comes before it is all there will be.
_QUESTIONS: Final = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c"
# Compiled when a terminal is asked: most never are.
_KITTY_YES: Final = rb"\x1b_Gi=31[^;\x1b]*;OK\x1b\\"
_CELL_SIZE: Final = rb"\x1b\[6;(\d{1,4});(\d{1,4})t"
_DEVICE_ATTRIBUTES: Final = rb"\x1b\[\?([\d;]*)c"
_SIXEL_ATTRIBUTE: Final = b"4"

#: Half blocks without colours are one grey block.
_COLOURLESS_TERMS: Final = ("dumb", "unknown")
_GRAPHIC_TERMS: Final = ("xterm-kitty", "xterm-ghostty", "foot", "foot-extra", "mlterm", "contour", "wezterm")
_GRAPHIC_PROGRAMS: Final = ("ghostty", "WezTerm", "iTerm.app", "mintty", "rio", "kitty")
_GRAPHIC_VARIABLES: Final = ("KITTY_WINDOW_ID", "WEZTERM_PANE", "KONSOLE_VERSION", "WT_SESSION", "GHOSTTY_BIN_DIR")


class ImageMode(StrEnum):
    """How pictures are drawn; `auto` is only a wish, never a result."""

    AUTO = "auto"
    KITTY = "kitty"
    SIXEL = "sixel"
    HALF = "half"
    OFF = "off"


class Graphics(NamedTuple):
    """How pictures are drawn here, and how large a cell is in pixels."""

    mode: ImageMode = ImageMode.HALF
    cell_width: int = 10
    cell_height: int = 20

    @property
    def modes(self) -> tuple[ImageMode, ...]:
        """The modes a person can go through, the best first."""
        if self.mode in (ImageMode.KITTY, ImageMode.SIXEL):
            return (self.mode, ImageMode.HALF, ImageMode.OFF)
        return (ImageMode.OFF, ImageMode.HALF) if self.mode is ImageMode.OFF else (ImageMode.HALF, ImageMode.OFF)


def find_graphics(
    wish: ImageMode,
    cache_folder: Path,
    *,
    environment: Mapping[str, str] = os.environ,
    input_descriptor: int | None = None,
    output_descriptor: int | None = None,
    seconds: float = PROBE_SECONDS,
) -> Graphics:
    """Return how pictures are drawn; call it before `App.run`, which then reads the terminal itself.

    The terminal is only asked when `wish` is auto and the environment, or an answer of an earlier start in the same
    environment, suggests graphics. One that did not answer within `seconds` is left alone for a week.
    """
    source = sys.__stdin__.fileno() if input_descriptor is None and sys.__stdin__ else input_descriptor
    target = sys.__stderr__.fileno() if output_descriptor is None and sys.__stderr__ else output_descriptor
    is_terminal = source is not None and target is not None and os.isatty(source) and os.isatty(target)
    cell_width, cell_height = _cell_by_ioctl(target) if is_terminal and target is not None else (10, 20)
    if wish is not ImageMode.AUTO:
        return Graphics(wish, cell_width, cell_height)
    if environment.get("TERM") in _COLOURLESS_TERMS:
        return Graphics(ImageMode.OFF, cell_width, cell_height)
    half = Graphics(ImageMode.HALF, cell_width, cell_height)
    memory = _Memory(cache_folder / _MEMORY_FILE, environment)
    if not is_terminal or source is None or target is None or not _worth_asking(environment, memory):
        return half
    answer = ask_terminal(source, target, seconds)
    found = read_answer(answer, half)
    memory.keep(answered=answer.complete, mode=found.mode)
    return found


# -- asking ---------------------------------------------------------------------------------------------------------


class Answer(NamedTuple):
    """What came back; `complete` when the terminal came to the last question."""

    text: bytes
    complete: bool


def ask_terminal(source: int, target: int, seconds: float = PROBE_SECONDS) -> Answer:
    """Ask all questions at once and read until the last answer, at most `seconds`; the terminal is left as it was.

    An answer that comes later is for `wire.input` to drop. Raises nothing: a terminal that cannot be asked is mute.
    """
    import termios
    import tty

    try:
        before = termios.tcgetattr(source)
    except termios.error:
        return Answer(b"", complete=False)
    text = b""
    try:
        tty.setcbreak(source, termios.TCSANOW)
        os.write(target, _QUESTIONS)
        deadline = time.monotonic() + seconds
        while not re.search(_DEVICE_ATTRIBUTES, text):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([source], [], [], left)[0]:
                return Answer(text, complete=False)
            piece = os.read(source, 4096)
            if not piece:
                return Answer(text, complete=False)
            text += piece
        return Answer(text, complete=True)
    except OSError:
        return Answer(text, complete=False)
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)


def read_answer(answer: Answer, otherwise: Graphics) -> Graphics:
    """Return what an answer says; `otherwise` when it is incomplete or speaks of no graphics.

    Sixel comes first: terminals with both take kitty's pictures but not its placeholder cells.
    """
    if not answer.complete:
        return otherwise
    width, height = otherwise.cell_width, otherwise.cell_height
    if (cell := re.search(_CELL_SIZE, answer.text)) and int(cell[1]) and int(cell[2]):
        width, height = int(cell[2]), int(cell[1])
    attributes = re.search(_DEVICE_ATTRIBUTES, answer.text)
    if attributes and _SIXEL_ATTRIBUTE in attributes[1].split(b";")[1:]:
        return Graphics(ImageMode.SIXEL, width, height)
    if re.search(_KITTY_YES, answer.text):
        return Graphics(ImageMode.KITTY, width, height)
    return Graphics(otherwise.mode, width, height)


def _cell_by_ioctl(descriptor: int) -> tuple[int, int]:
    import fcntl
    import termios

    try:
        reply = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, b"\0" * 8)
    except OSError:
        return 10, 20
    rows, columns, width, height = struct.unpack("HHHH", reply)
    if rows and columns and width >= columns and height >= rows:
        return width // columns, height // rows
    return 10, 20


# -- whether to ask -------------------------------------------------------------------------------------------------


def _worth_asking(environment: Mapping[str, str], memory: "_Memory") -> bool:
    if environment.get("NO_COLOR") or environment.get("TMUX") or environment.get("STY"):
        return False
    term = environment.get("TERM", "")
    if term in ("", "dumb", "linux"):
        return False
    if memory.is_mute:
        return False
    return (
        memory.had_graphics
        or term in _GRAPHIC_TERMS
        or environment.get("TERM_PROGRAM", "") in _GRAPHIC_PROGRAMS
        or environment.get("LC_TERMINAL", "") == "iTerm2"
        or any(environment.get(name) for name in _GRAPHIC_VARIABLES)
    )


class _Memory:
    """What terminals answered at earlier starts, by what the environment says of them; losing it does no harm."""

    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self._file = file
        names = ("TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "LC_TERMINAL")
        where = "ssh" if environment.get("SSH_CONNECTION") else "here"
        self._key = "|".join([*(environment.get(name, "") for name in names), where])
        self._entries = self._read()

    @property
    def is_mute(self) -> bool:
        entry = self._entry
        return entry.get("answered") is False and time.time() - _number(entry.get("at")) < _MUTE_FOR_SECONDS

    @property
    def had_graphics(self) -> bool:
        return self._entry.get("mode") in (ImageMode.KITTY, ImageMode.SIXEL)

    def keep(self, *, answered: bool, mode: ImageMode) -> None:
        self._entries.pop(self._key, None)
        self._entries[self._key] = {"answered": answered, "mode": mode.value, "at": int(time.time())}
        kept = dict(list(self._entries.items())[-_MOST_REMEMBERED:])
        try:
            make_private_folder(self._file.parent)
            import json

            write_atomically(self._file, json.dumps(kept, indent=1).encode())
        except OSError:
            return  # it is asked again at the next start

    @property
    def _entry(self) -> dict[str, Any]:
        entry = self._entries.get(self._key)
        return entry if isinstance(entry, dict) else {}

    def _read(self) -> dict[str, Any]:
        try:
            content = self._file.read_bytes()
            import json  # there is something to read on few terminals only

            entries = json.loads(content)
        except (OSError, ValueError):
            return {}
        return entries if isinstance(entries, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
