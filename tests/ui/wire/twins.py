"""The whole app on two terminals at once: one gets Textual's own output, the other the differences.

Both see the same frames, so that nothing but the output layer can make them look different; they are compared after
each. `python -m tests.ui.wire.twins 0 20` lets the monkey play on them.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.control import Control
from textual import events
from textual._compositor import CompositorUpdate, LayoutUpdate
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Region, Size
from textual.screen import Screen

import replicate_tui.ui.app
from replicate_tui.ui.app import ReplicateApp
from replicate_tui.ui.wire.output import Output
from tests.support.cell_screen import Cell, CellScreen, differences
from tests.ui import driver as driver_module

_MOST_TOLD = 5


class Line:
    """What takes the differences: a terminal at the end of a line that is busy for a while after each frame."""

    def __init__(self, screen: CellScreen, seconds: float) -> None:
        self._screen = screen
        self._seconds = seconds
        self._idle: Callable[[], None] | None = None
        self.is_busy = False
        self.frames = self.bytes = 0

    def write_frame(self, text: str) -> None:
        self.frames += 1
        self.bytes += len(text.encode())
        self._screen.feed(text)
        if self._seconds:
            self.is_busy = True
            asyncio.get_running_loop().call_later(self._seconds, self._free)

    def _free(self) -> None:
        self.is_busy = False
        idle, self._idle = self._idle, None
        if idle is not None:
            idle()

    def when_idle(self, call: Callable[[], None]) -> None:
        if self.is_busy:
            self._idle = call
        else:
            call()


class TwinDriver(HeadlessDriver):
    """A driver that is taken for a terminal's; what is no frame reaches both."""

    writer: Line
    stock: CellScreen
    diffed: CellScreen

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.diffed.feed(data)
        # Of frames that are left to Textual it has its own already.
        if not self._app._output.why_stock:  # type: ignore[attr-defined]
            self.stock.feed(data)


class TwinApp(ReplicateApp):
    """`stock` and `diffed` are its terminals; `unlike` says where they did not look the same."""

    # Textual looks for a class's style sheets beside its own file.
    CSS_PATH = [Path(replicate_tui.ui.app.__file__).parent / name for name in ReplicateApp.CSS_PATH]
    busy_seconds = 0.0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.unlike: list[str] = []
        self.stock, self.diffed = CellScreen(1, 1), CellScreen(1, 1)
        self.stock_bytes = 0
        self._told_size = Size(0, 0)
        self._fits = False
        self.frames = self.compared = 0
        self._output = Output(self, why_stock="", fell=self.unlike.append)
        self._line = Line(self.diffed, self.busy_seconds)
        self._sync_available = True

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> TwinDriver:
        built = TwinDriver(self, debug=False, mouse=mouse, size=size)
        built.writer = self._line
        built.stock, built.diffed = self.stock, self.diffed
        return built

    def on_resize(self, event: events.Resize) -> None:  # type: ignore[override]
        # A terminal may show anything after it; here, letters that nobody wrote.
        for screen in (self.stock, self.diffed):
            screen.resize(*event.size)
            screen.cells = [[Cell("#")] * screen.columns for _ in range(screen.rows)]
        self._told_size = event.size
        # Until a whole frame of the new size comes, those of the old one run over the edges, each in its way.
        self._fits = False

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        shows = not self._batch_count and self._running and not self._closed
        if shows and isinstance(renderable, CompositorUpdate):
            painted = renderable.render_segments(self.console)
            cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
            self.stock_bytes += len(painted.encode())
            self.stock.feed(painted + Control.move_to(*cursor).segment.text)
        super()._display(screen, renderable)
        if shows:
            self.frames += 1
            self._fits |= isinstance(renderable, LayoutUpdate) and renderable.region.size == self._told_size
            self.compare()

    def send_picture(self, message: str, region: Region) -> bool:
        self.stock.feed(message)
        taken = super().send_picture(message, region)
        self.compare()
        return taken

    @property
    def is_settled(self) -> bool:
        return not self._line.is_busy and not self._output._dirty and not self._output._pictures

    def compare(self) -> None:
        if not self.is_settled or not self._fits or len(self.unlike) >= _MOST_TOLD:
            return
        self.compared += 1
        if self.stock.cells != self.diffed.cells and (found := differences(self.stock, self.diffed)):
            self.unlike += found
        if self.stock.cursor != self.diffed.cursor:
            self.unlike.append(f"cursor at {self.stock.cursor} and at {self.diffed.cursor}")
        self.unlike += [f"unknown: {strange}" for strange in (*self.stock.strange, *self.diffed.strange)]

    async def _shutdown(self) -> None:
        self.check()
        await super()._shutdown()

    def check(self) -> None:
        """Fail when the terminals ever looked unlike."""
        if self.unlike:
            raise AssertionError("\n".join(self.unlike))


def on_twins(monkeypatch: pytest.MonkeyPatch, *, busy_seconds: float = 0.0) -> None:
    """Let `open_app` open the app on two terminals."""
    monkeypatch.setattr(TwinApp, "busy_seconds", busy_seconds)
    monkeypatch.setattr(driver_module, "ReplicateApp", TwinApp)


if __name__ == "__main__":
    from tests.ui import monkey

    driver_module.ReplicateApp = TwinApp  # type: ignore[misc]
    monkey.main(*map(int, sys.argv[1:]))
