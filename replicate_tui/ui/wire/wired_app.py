"""The app whose frames go through `Output`: the few places where Textual has to be taken by the hand."""

from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from textual.app import App
from textual.geometry import Region
from textual.screen import Screen

from replicate_tui.ui.wire.output import Output
from replicate_tui.ui.wire.stock_check import keep_fall, why_stock
from replicate_tui.ui.wire.terminal import TerminalDriver
from replicate_tui.ui.wire.terminal import driver_class as own_driver_class
from replicate_tui.ui.wire.writer import UnblockedDriver

ReturnT = TypeVar("ReturnT")


class WiredApp(App[ReturnT], Generic[ReturnT]):
    """Writes what changed, or, where that cannot be counted on, has Textual write as it does."""

    def __init__(self, *, driver_class: Any = None, **options: Any) -> None:
        self._falls_folder: Path | None = None
        self._output = Output(self, why_stock=why_stock(), fell=self._note_fall)
        driver_class = driver_class or own_driver_class()
        if driver_class is TerminalDriver and not self._output.why_stock:
            driver_class = UnblockedDriver
        super().__init__(driver_class=driver_class, **options)

    def note_falls_in(self, folder: Path) -> None:
        """Have it noted there, for the doctor, when the app must go back to stock output."""
        self._falls_folder = folder

    def _note_fall(self, why: str) -> None:
        if self._falls_folder is not None:
            keep_fall(self._falls_folder, why)

    def send_picture(self, message: str, region: Region) -> bool:
        """Draw a picture over these cells; False where that is left to who asked (see `Output.send_picture`)."""
        return self._output.send_picture(message, region)

    def _build_driver(self, *arguments: Any, **options: Any) -> Any:
        driver = super()._build_driver(*arguments, **options)
        if isinstance(driver, UnblockedDriver):
            driver.on_take_over = self._output.begin
        return driver

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if self._output.shows(renderable):
            self.post_display_hook()
        else:
            super()._display(screen, renderable)

    def on_resize(self) -> None:
        # Terminals move and wipe what they show when their size changes, also to one and back.
        self._output.forget()

    def refresh(self, *, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint anew; with `layout`, whatever the terminal shows, which is what one asks for who asks the app."""
        if layout:
            self._output.forget()
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)
