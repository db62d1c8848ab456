"""One app's frames on their way to the terminal: as differences, one at a time, and never waited for."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol

from rich.color import ColorSystem
from textual.app import App
from textual.geometry import Offset, Region
from textual.screen import Screen

from replicate_tui.ui.wire.cells import Grid, Pens
from replicate_tui.ui.wire.diff import cursor_to, difference
from replicate_tui.ui.wire.frames import FRAMES, Frame, write_frame

_FRAME_BEGINS: Final = "\x1b[?2026h"
_FRAME_ENDS: Final = "\x1b[?2026l"


class FrameWriter(Protocol):
    """Where frames are written; a driver that has one keeps it as its `writer`."""

    @property
    def is_busy(self) -> bool: ...

    def write_frame(self, text: str) -> None: ...

    def when_idle(self, call: Callable[[], None]) -> None: ...


class _Picture(NamedTuple):
    message: str
    region: Region


class Output:
    """Knows what the terminal shows and what it should show, and writes the difference when the line is free.

    While a write is under way frames are only noted. An exception in here ends it: `fell` is told why, and from then
    on frames are Textual's own. Everything is called on the app's event loop.
    """

    def __init__(self, app: App[Any], *, why_stock: str, fell: Callable[[str], None]) -> None:
        self._app = app
        self._why_stock = why_stock
        self._fell = fell
        self._pens: Pens | None = None
        self._shown: Grid | None = None
        self._target: Grid | None = None
        self._dirty: set[int] = set()
        self._cursor = Offset(0, 0)
        self._shown_cursor: Offset | None = None
        self._pictures: list[_Picture] = []
        self._is_waiting = False

    @property
    def why_stock(self) -> str:
        """Why frames are Textual's own; "" while differences are written."""
        return self._why_stock

    def shows(self, frame: object) -> bool:
        """Take a frame; False when it is left to Textual."""
        writer = self._writer
        if writer is None:
            return False
        if self._why_stock:
            return self._skips(writer)
        if frame is None:
            return True
        if not isinstance(frame, FRAMES):
            # Whatever it is, it leaves the terminal in a state that is not known.
            self.forget()
            return False
        if not self._app._batch_count and self._app._running and not self._app._closed:  # noqa: SLF001 (as Textual's)
            return self._works(lambda: self._note(frame)) and self._works(lambda: self._write(writer))
        return True

    def _works(self, do: Callable[[], None]) -> bool:
        """Do it; when it fails, whatever it is, the app goes on with stock output."""
        try:
            do()
        except Exception as error:  # noqa: BLE001
            self._fall(error)
        return not self._why_stock

    def forget(self) -> None:
        """Count on nothing that is shown: all of it is painted anew with the next frame."""
        self._shown = self._shown_cursor = None
        if self._target is not None:
            self._dirty = set(range(self._target.height))

    def begin(self) -> None:
        """Start over: the terminal is taken over, with a writer that nobody waits for yet."""
        self._is_waiting = False
        self.forget()

    def send_picture(self, message: str, region: Region) -> bool:
        """Draw a picture over these cells of the screen, behind the frames that are noted.

        Returns False when that is left to who asked. The cells stay as they are until a frame paints there.
        """
        writer = self._writer
        if writer is None or self._why_stock:
            return False
        self._pictures.append(_Picture(message, region))
        return self._works(lambda: self._write(writer))

    @property
    def _writer(self) -> FrameWriter | None:
        # Textual has no public way to the terminal.
        writer: FrameWriter | None = getattr(self._app._driver, "writer", None)  # noqa: SLF001
        return writer

    def _note(self, frame: Frame) -> None:
        app = self._app
        size = app.size
        if self._target is None or (self._target.width, self._target.height) != size:
            self._target = Grid(size.width, size.height)
            self._pictures.clear()
            self.forget()
        if self._pens is None:
            self._pens = Pens(app.console._color_system or ColorSystem.TRUECOLOR)  # noqa: SLF001 (as Textual's strips)
        self._dirty |= write_frame(self._target, frame, self._pens)
        screen: Screen[Any] = app.screen
        self._cursor = screen.outer_size.clamp_offset(app.cursor_position)
        app._previous_cursor_position = self._cursor  # noqa: SLF001 (as Textual's own)

    def _write(self, writer: FrameWriter) -> None:
        """Write what differs, unless a write is under way: then once it is not."""
        if writer.is_busy:
            self._call_when_idle(writer)
            return
        if self._target is None:
            return
        if self._shown is None:
            self._shown = Grid(self._target.width, self._target.height)
        rows, self._dirty = self._dirty, set()
        output = difference(self._shown, self._target, rows)
        if output or self._cursor != self._shown_cursor:
            output += cursor_to(*self._cursor)
            self._shown_cursor = self._cursor
            is_whole = self._app._sync_available  # noqa: SLF001 (the terminal said so to Textual)
            writer.write_frame(f"{_FRAME_BEGINS}{output}{_FRAME_ENDS}" if is_whole else output)
        self._write_pictures(writer, self._shown, self._target)

    def _write_pictures(self, writer: FrameWriter, shown: Grid, target: Grid) -> None:
        pictures, self._pictures = self._pictures, []
        for message, region in pictures:
            if target.is_blank(*region):
                writer.write_frame(message)
                target.cover(*region)
                shown.cover(*region)

    def _call_when_idle(self, writer: FrameWriter) -> None:
        if self._is_waiting:
            return
        self._is_waiting = True
        loop = asyncio.get_running_loop()

        def call() -> None:
            with suppress(RuntimeError):  # the loop is closed: the app has left
                loop.call_soon_threadsafe(self._catch_up)

        writer.when_idle(call)

    def _catch_up(self) -> None:
        self._is_waiting = False
        writer = self._writer
        if writer is None or not self._app._running:  # noqa: SLF001
            return
        if self._why_stock:
            self._app.refresh(layout=True)
            return
        self._works(lambda: self._write(writer))

    def _skips(self, writer: FrameWriter) -> bool:
        """Leave out a frame of Textual's own while a write is under way; all is painted anew once it is not."""
        if not writer.is_busy:
            return False
        self._call_when_idle(writer)
        return True

    def _fall(self, error: Exception) -> None:
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        place = f" at {where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where is not None else ""
        self._why_stock = f"{type(error).__name__}: {error}{place}"
        self._shown = self._target = None
        self._pictures.clear()
        self._fell(self._why_stock)
        self._app.refresh(layout=True)
