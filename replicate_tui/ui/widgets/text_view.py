"""Append-only wrapped text: a token costs the same after forty thousand as at the start."""

import asyncio
from collections.abc import Sequence
from typing import Final

from textual import work
from textual.selection import Selection
from textual.strip import Strip
from textual.worker import Worker

from replicate_tui.ui.widgets.following_view import FollowingView
from replicate_tui.ui.widgets.lines import Line
from replicate_tui.ui.widgets.wrapping import WrappedText

# About five milliseconds of wrapping: no key waits longer for a text of any length.
_SLICE: Final = 32_000


class TextView(FollowingView):
    """Shows cleaned text wrapped to its width and follows the end until the user scrolls away.

    `write` may be called as often as tokens come; the view repaints ten times a second or less, the first at once.
    """

    class FollowChanged(FollowingView.FollowChanged):
        """`view.following` changed."""

    def __init__(
        self,
        text: str = "",
        *,
        empty_text: str = "",
        follow: bool = True,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_text=empty_text, follow=follow, name=name, id=id, classes=classes)
        self._chunks: list[str] = [text] if text else []
        self._taken = 0
        self._wrapped: WrappedText | None = None
        self._wrapping: Worker[None] | None = None
        self._lines: Sequence[Line | Strip] | None = None

    @property
    def text(self) -> str:
        """All of the text, as written; empty while finished lines are shown."""
        return "".join(self._chunks)

    def write(self, delta: str) -> None:
        """Add text at the end."""
        if self._lines is not None:
            self.set_text("")
        if delta:
            self._chunks.append(delta)
            self._news()

    def set_text(self, text: str) -> None:
        """Show `text` instead, from its start, or from its end when the view follows."""
        self._lines = None
        self._chunks = [text] if text else []
        self._begin_again()

    def set_lines(self, lines: Sequence[Line | Strip]) -> None:
        """Show finished lines instead, one line of the screen each, not wrapped; they are kept, not copied."""
        self._chunks = []
        self._lines = lines
        self._begin_again()

    @property
    def _wrap_width(self) -> int:
        """The cells of a line: one is left free between text and scrollbar."""
        return self.scrollable_content_region.width - 1

    # -- taking in ----------------------------------------------------------------------------------------------

    def _begin_again(self) -> None:
        self._wrapped = None
        self._taken = 0
        if not self._following:
            self._scroll_to_line(0)
        if self.is_mounted:
            self._wrap_all(top_place=0)

    def on_resize(self) -> None:
        width = self._wrap_width
        if self._wrapped is None or self._wrapped.width != width:
            top = self._wrapped.place_of(self.scroll_offset.y) if self._wrapped else 0
            self._wrap_all(top_place=top)
        else:
            self._fit_virtual_size()
            if self._following:
                self._scroll_to_line(self.virtual_size.height)

    def _wrap_all(self, *, top_place: int) -> None:
        width = self._wrap_width
        if width <= 0:
            return
        if self._wrapping:
            self._wrapping.cancel()
            self._wrapping = None
        if sum(map(len, self._chunks)) <= _SLICE:
            wrapped = WrappedText(width)
            wrapped.append(self.text)
            self._adopt(wrapped, len(self._chunks), top_place)
        else:
            self._wrapping = self._wrap_in_slices(width, top_place)

    @work(group="wrap")
    async def _wrap_in_slices(self, width: int, top_place: int) -> None:
        wrapped = WrappedText(width)
        taken = 0
        while taken < len(self._chunks):
            start, taken = taken, len(self._chunks)
            text = "".join(self._chunks[start:taken])
            for at in range(0, len(text), _SLICE):
                wrapped.append(text[at : at + _SLICE])
                if at == 0 and self._wrapped is None:
                    # Something to look at while the rest is wrapped.
                    self._wrapped = wrapped
                    self._fit_virtual_size()
                await asyncio.sleep(0)
        self._wrapping = None
        self._adopt(wrapped, taken, top_place)

    def _adopt(self, wrapped: WrappedText, taken: int, top_place: int) -> None:
        self._wrapped = wrapped
        self._taken = taken
        self._fit_virtual_size()
        self.refresh()
        if self._following:
            self._scroll_to_line(self.virtual_size.height)
        elif top_place:
            self._scroll_to_line(wrapped.line_at(top_place))

    def _take_in(self) -> None:
        if self._wrapped is None or self._wrapping:
            return  # it will be wrapped with the rest
        before = self._line_total()
        delta = "".join(self._chunks[self._taken :])
        self._taken = len(self._chunks)
        self._show_from(self._wrapped.append(delta), before)

    # -- drawing ------------------------------------------------------------------------------------------------

    def _line_total(self) -> int:
        if self._lines is not None:
            return len(self._lines)
        return len(self._wrapped) if self._wrapped and self._chunks else 0

    def _draw_line(self, index: int, width: int) -> Strip:
        base = self.visual_style
        if self._lines is None:
            text = self._wrapped[index] if self._wrapped else ""
            # Spaces that hang over the edge are no reason for an ellipsis.
            return self._painter.paint(text.rstrip(" "), width, base)
        line = self._lines[index]
        if isinstance(line, Strip):
            return line.apply_style(base.rich_style).adjust_cell_length(width, base.rich_style)
        return self._painter.paint(line, width, base)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        if self._lines is not None:
            plain = [line.text.rstrip() if isinstance(line, Strip) else str(line) for line in self._lines]
            return selection.extract("\n".join(plain)), "\n"
        if self._wrapped is None:
            return None
        start = (selection.start.x, selection.start.y) if selection.start else None
        end = (selection.end.x, selection.end.y) if selection.end else None
        return self._wrapped.slice(start, end), "\n"
