"""Whether frames can go out as differences: what that needs of Textual, and what keeps it from being done."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from replicate_tui.paths import make_private_folder, write_atomically

VARIABLE: Final = "REPLICATE_TUI_WIRE"
STOCK: Final = "stock"
DIFF: Final = "diff"
_FALL_FILE: Final = "output.json"
_LONGEST: Final = 300


def why_stock(environment: Mapping[str, str] = os.environ) -> str:
    """Return why Textual's own output is used, as the end of a sentence; "" when differences are sent."""
    if environment.get(VARIABLE, DIFF).strip().lower() == STOCK:
        return f"{VARIABLE} is {STOCK}"
    if sys.platform == "win32" or environment.get("TEXTUAL_DRIVER"):
        return "another driver has the terminal"
    try:
        return next(_missing(), "")
    except (AttributeError, ImportError, TypeError, ValueError, LookupError) as error:
        return f"this Textual is another one than known ({type(error).__name__}: {error})"


def _missing() -> Iterator[str]:
    """Give what this Textual has not as it is known."""
    for what, names, known in _known():
        if not known <= names:
            yield f"this Textual is another one than known ({what}: no {', '.join(sorted(known - names))})"
    if not _reads_a_frame():
        yield "this Textual is another one than known (its frames read differently)"


def _known() -> Iterator[tuple[str, set[str], set[str]]]:
    """Give the parts of Textual and Rich that are used though they are private: where, what is there, and what is used.

    Raises AttributeError or ImportError where even the place is missing.
    """
    from rich.style import Style
    from textual._compositor import ChopsUpdate, LayoutUpdate
    from textual.app import App
    from textual.drivers._writer_thread import WriterThread
    from textual.drivers.linux_driver import LinuxDriver
    from textual.message_pump import MessagePump
    from textual.strip import Strip

    # Functions that Textual writes in Python; a type checker knows no code of theirs.
    display: Any = App._display  # noqa: SLF001
    yield "App._display", set(display.__code__.co_varnames[:3]), {"self", "screen", "renderable"}
    shown_by = set(display.__code__.co_names)
    yield "App._display", shown_by, {"_batch_count", "_running", "_closed", "cursor_position", "post_display_hook"}
    yield "App", _names(App.__init__), {"_batch_count", "_driver", "_sync_available", "_previous_cursor_position"}
    yield "MessagePump", _names(MessagePump.__init__), {"_running", "_closed"}
    yield "LayoutUpdate", _names(LayoutUpdate.__init__), {"strips", "region"}
    yield "ChopsUpdate", _names(ChopsUpdate.__init__), {"chops", "spans", "chop_ends"}
    yield "Strip", set(Strip.__slots__), {"_segments"}
    yield "Style", set(Style.__slots__), {"_attributes", "_set_attributes"}
    start: Any = LinuxDriver.start_application_mode
    yield "LinuxDriver", _names(start), {"WriterThread", "_writer_thread", "start"}
    yield "LinuxDriver", _names(LinuxDriver.write) | _names(LinuxDriver.close), {"_writer_thread", "write", "stop"}
    used = {name for name in vars(WriterThread) if not name.startswith("__")}
    yield "what a writer has", {"write", "isatty", "fileno", "flush", "run", "stop"}, used


def _names(function: Any) -> set[str]:
    return set(function.__code__.co_names)


def _reads_a_frame() -> bool:
    """Read a frame of each kind, and see whether its cells are where they should be."""
    from rich.color import ColorSystem
    from rich.segment import Segment
    from rich.style import Style
    from textual._compositor import ChopsUpdate, LayoutUpdate
    from textual.geometry import Region
    from textual.strip import Strip

    from replicate_tui.ui.wire.cells import Grid, Pens
    from replicate_tui.ui.wire.diff import difference
    from replicate_tui.ui.wire.frames import write_frame

    pens, shown, target = Pens(ColorSystem.TRUECOLOR), Grid(4, 1), Grid(4, 1)
    bold = Style(bold=True)
    write_frame(target, LayoutUpdate([[Strip([Segment("a\u5b57"), Segment("b", bold)])]], Region(0, 0, 4, 1)), pens)
    first = difference(shown, target, {0})
    chops = [{0: Strip([Segment("a\u5b57")]), 3: Strip([Segment("c", bold)])}]
    write_frame(target, ChopsUpdate(chops, [(0, 3, 4)], [[3, 4]]), pens)
    second = difference(shown, target, {0})
    return (first, second) == ("\x1b[Ha\u5b57\x1b[1mb\x1b[0m", "\x1b[;4H\x1b[1mc\x1b[0m")


# -- what went wrong while the app ran ------------------------------------------------------------------------------


def keep_fall(folder: Path, why: str) -> None:
    """Note for the doctor that the app went back to stock output; losing the note does no harm."""
    content = {"why": why[:_LONGEST], "at": datetime.now(UTC).isoformat(timespec="seconds")}
    with suppress(OSError):
        make_private_folder(folder)
        write_atomically(folder / _FALL_FILE, json.dumps(content).encode())


def last_fall(folder: Path) -> str:
    """Return when and why the app last went back to stock output, "" when it never did."""
    try:
        content = json.loads((folder / _FALL_FILE).read_bytes())
        return f"{content['at']}: {content['why']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
