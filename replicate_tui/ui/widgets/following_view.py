"""What views of growing text have in common: keys, staying at the end, and not repainting for every bit of news."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from replicate_tui.ui.widgets.lines import LinePainter
from replicate_tui.ui.wire.frugal import thrift_of


class FollowingView(ScrollView, can_focus=True, inherit_bindings=False):
    """A line-API view of text that grows at its end.

    It stays at the end (`following`) until the user scrolls away, and again once the user comes back to it.
    Subclasses say how many lines there are, draw one, and take in what came (`_take_in`), which is called at once
    for the first news and then at most every `flush_seconds` of the thrift in force.
    """

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    FollowingView {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    FollowingView > .following-view--empty { color: $text-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"following-view--empty"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_lines(1)", "Down", show=False, id="view.down"),
        Binding("k,up", "scroll_lines(-1)", "Up", show=False, id="view.up"),
        Binding("g,home", "scroll_top", "Start", show=False, id="view.top"),
        Binding("G,end", "follow_end", "End, and follow", show=False, id="view.end"),
        Binding("ctrl+d", "scroll_pages(0.5)", "Half a page down", show=False, id="view.half_page_down"),
        Binding("ctrl+u", "scroll_pages(-0.5)", "Half a page up", show=False, id="view.half_page_up"),
        Binding("pagedown", "scroll_pages(1)", "Page down", show=False, id="view.page_down"),
        Binding("pageup", "scroll_pages(-1)", "Page up", show=False, id="view.page_up"),
    ]

    class FollowChanged(Message):
        """`view.following` changed."""

        def __init__(self, view: "FollowingView", following: bool) -> None:
            super().__init__()
            self.view = view
            self.following = following

        @property
        def control(self) -> "FollowingView":
            return self.view

    def __init__(self, *, empty_text: str, follow: bool, name: str | None, id: str | None, classes: str | None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._empty_text = empty_text
        self._may_follow = follow
        self._following = follow
        self._cooling = False
        self._waiting = False
        self._painter = LinePainter()

    # -- for subclasses -----------------------------------------------------------------------------------------

    def _line_total(self) -> int:
        raise NotImplementedError

    def _draw_line(self, index: int, width: int) -> Strip:
        raise NotImplementedError

    def _take_in(self) -> None:
        raise NotImplementedError

    # -- following ----------------------------------------------------------------------------------------------

    @property
    def following(self) -> bool:
        """Whether the view stays at the end as text comes."""
        return self._following

    def follow_end(self) -> None:
        """Go to the end and stay there."""
        self._set_following(self._may_follow)
        self._scroll_to_line(self._line_total())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._set_following(self._may_follow and round(new_value) >= self.max_scroll_y)

    def _set_following(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.post_message(self.FollowChanged(self, following))

    # -- taking in ----------------------------------------------------------------------------------------------

    def _news(self) -> None:
        """Take in what came: at once, or when the pause after the last time is over."""
        if self._cooling or not self.is_mounted:
            self._waiting = True
            return
        self._waiting = False
        self._cooling = True
        self.set_timer(thrift_of(self.app).flush_seconds, self._cooled)
        self._take_in()

    def _cooled(self) -> None:
        self._cooling = False
        if self._waiting:
            self._news()

    def _show_from(self, first: int, before: int) -> None:
        """Show a change that begins at line `first`, when there were `before` lines."""
        total = self._line_total()
        if not self._fit_virtual_size():
            self.refresh_lines(first, max(total, before) - first)
        if self._following:
            self._scroll_to_line(self.virtual_size.height)

    def _fit_virtual_size(self) -> bool:
        """Take over the number of lines, and return whether it makes another size.

        There is no new layout, which nothing around this view needs: it paints the whole screen, and the scroll bar
        once more in a frame of its own.
        """
        size = Size(self.scrollable_content_region.width, self._line_room())
        if size == self.virtual_size:
            return False
        self.set_reactive(FollowingView.virtual_size, size)
        self._scroll_update(size)
        self.refresh()
        return True

    def _line_room(self) -> int:
        """Return how many lines can be scrolled through: the lines there are, and where scrolling is dear, more.

        A view at its end then goes on by half a page at once, and the next lines come where nothing stands yet.
        """
        total, page = self._line_total(), self.scrollable_content_region.height
        if total <= page or not (self._may_follow and thrift_of(self.app).jumps):
            return total
        step = max(1, page // 2)
        return page + -(-(total - page) // step) * step

    def _scroll_to_line(self, line: int) -> None:
        self.scroll_to(y=line, animate=False, force=True)

    # -- drawing ------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        if not self._line_total():
            lines = self._empty_text.splitlines()
            text = lines[y] if y < len(lines) else ""
            return self._painter.paint(text, width, self.get_visual_style("following-view--empty"))
        if index >= self._line_total():
            return Strip.blank(width, self.visual_style.rich_style)
        strip = self._draw_line(index, width)
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(index)) is not None:
            strip = _highlight(strip, span, self.selection_style)
        return strip.apply_offsets(0, index)

    def selection_updated(self, selection: Any) -> None:  # noqa: ARG002 (Textual's signature)
        self.refresh()

    def notify_style_update(self) -> None:
        self._painter = LinePainter()
        super().notify_style_update()

    # -- keys ---------------------------------------------------------------------------------------------------

    def action_scroll_lines(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def action_scroll_pages(self, pages: float) -> None:
        height = self.scrollable_content_region.height
        self.action_scroll_lines(int(pages * max(1, height - 1)))

    def action_scroll_top(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_follow_end(self) -> None:
        self.follow_end()


def _highlight(strip: Strip, span: tuple[int, int], style: Any) -> Strip:
    """Return `strip` with the characters of `span` in `style`; an end of -1 is the end of the line."""
    text = strip.text
    start, end = span
    if end == -1:
        end = max(start, len(text.rstrip()))
    first = Strip.index_to_cell_position(strip, start)
    last = Strip.index_to_cell_position(strip, min(end, len(text)))
    if first >= last:
        return strip
    before, selected, after = strip.crop(0, first), strip.crop(first, last), strip.crop(last)
    restyled = [type(segment)(segment.text, (segment.style or style) + style) for segment in selected]
    return Strip([*before, *restyled, *after], strip.cell_length)
