"""A log file of any size, read from disk where it is looked at: memory does not grow with it."""

import asyncio
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType
from textual.selection import Selection
from textual.strip import Strip

from replicate_tui.ui.widgets.following_view import FollowingView
from replicate_tui.ui.widgets.log_index import LogIndex

_SHIFT: Final = 8
#: Selected lines beyond this many are left out of a copy.
_COPIED_LINES: Final = 10_000


class FileLog(FollowingView):
    """Shows the log at `path`, cleaned line by line, and follows its end until the user scrolls away.

    Lines are not wrapped; left and right look along them. Nothing watches the file: call `grew` or `replaced`.
    """

    class FollowChanged(FollowingView.FollowChanged):
        """`file_log.following` changed."""

        @property
        def file_log(self) -> FollowingView:
            return self.view

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "shift(-1)", "Look left", show=False, id="log.left"),
        Binding("right", "shift(1)", "Look right", show=False, id="log.right"),
    ]

    def __init__(
        self,
        path: Path | None = None,
        *,
        empty_text: str = "",
        follow: bool = True,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_text=empty_text, follow=follow, name=name, id=id, classes=classes)
        self._path = path
        self._index: LogIndex | None = None
        self._reading = False
        self._read_again = False
        self._shift = 0

    @property
    def path(self) -> Path | None:
        return self._path

    @property
    def line_count(self) -> int:
        """How many lines are known by now."""
        return self._line_total()

    def show(self, path: Path | None) -> None:
        """Show another file, or none; the same one only takes in what was added."""
        if path != self._path:
            self._path = path
            self._shift = 0
            self._set_following(self._may_follow)
            self.replaced()
        else:
            self.grew()

    def grew(self) -> None:
        """Take in what was added to the file; cheap to call often, since the view does not repaint each time."""
        self._news()

    def replaced(self) -> None:
        """Read the file anew: it was written again from the start."""
        self._index = None
        if self.is_mounted:
            self._fit_virtual_size()
            self.refresh()
            self._start_reading()

    def on_mount(self) -> None:
        self._start_reading()

    def on_resize(self) -> None:
        self._fit_virtual_size()
        if self._following:
            self._scroll_to_line(self.virtual_size.height)

    # -- reading ------------------------------------------------------------------------------------------------

    def _take_in(self) -> None:
        self._start_reading()

    def _start_reading(self) -> None:
        if self._reading:
            self._read_again = True
        elif self._path is not None:
            self._reading = True
            self._read()

    @work(group="read")
    async def _read(self) -> None:
        try:
            while True:
                self._read_again = False
                complete = await self._read_some()
                if complete and not self._read_again:
                    return
        finally:
            self._reading = False

    async def _read_some(self) -> bool:
        """Take in the next part of the file; return whether there is no more of it."""
        path, index = self._path, self._index
        try:
            if index is None:
                if path is None:
                    return True
                index = await asyncio.to_thread(LogIndex, path)
                if path != self._path:
                    return False
                self._index = index
            growth = await asyncio.to_thread(index.scan)
        except OSError:
            return True  # not there yet, or gone: what is shown stays
        if index is not self._index:
            return False
        if growth.written_anew:
            self._index = None
            return False
        before = index.line_count
        index.take(growth)
        # The line that was last may have been half a line.
        self._show_from(max(0, before - 1), before)
        return growth.complete

    # -- drawing ------------------------------------------------------------------------------------------------

    def _line_total(self) -> int:
        return self._index.line_count if self._index else 0

    def _line(self, index: int) -> str:
        try:
            return self._index.line(index) if self._index else ""
        except OSError:
            return ""

    def _draw_line(self, index: int, width: int) -> Strip:
        return self._painter.paint(self._line(index)[self._shift :], width, self.visual_style)

    def action_shift(self, steps: int) -> None:
        shift = max(0, self._shift + steps * _SHIFT)
        if shift != self._shift:
            self._shift = shift
            self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        total = self._line_total()
        first = selection.start.y if selection.start else 0
        last = min(selection.end.y if selection.end else total - 1, total - 1, first + _COPIED_LINES)
        lines = [self._line(index) for index in range(first, last + 1)]
        if not lines:
            return None
        if selection.end and selection.end.y == last:
            lines[-1] = lines[-1][: selection.end.x + self._shift]
        if selection.start:
            lines[0] = lines[0][selection.start.x + self._shift :]
        return "\n".join(lines), "\n"
