"""The list every screen shares: a line-API widget that renders only the rows in view, flat in their number."""

from collections.abc import Callable, Hashable, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from replicate_tui.ui.removal import Removable
from replicate_tui.ui.widgets import list_messages, list_rows
from replicate_tui.ui.widgets.lines import LinePainter
from replicate_tui.ui.widgets.list_rows import GUTTER, GroupHeader, RowContent
from replicate_tui.ui.wire.frugal import thrift_of

__all__ = ["GUTTER", "GroupHeader", "RowContent", "VirtualList"]

RowT = TypeVar("RowT")

# Rows are asked for before the last one is seen.
_END_MARGIN: Final = 10
_KEPT_STRIPS: Final = 1024


class VirtualList(Removable, ScrollView, Generic[RowT], can_focus=True):
    """A list of any length whose rows are drawn when they come into view.

    `render_row(row, width, cursor)` returns what to draw (see `RowContent`); text is taken literally, styles come
    from `Content` with $tokens. `key(row)` is what makes a row the same row after a refresh. `row_height` is 1 or 2
    lines. With `markable`, space marks rows.
    """

    DEFAULT_CSS = """
    VirtualList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    VirtualList > .virtual-list--cursor { background: $block-cursor-blurred-background; }
    VirtualList:focus > .virtual-list--cursor { background: $block-cursor-background; }
    VirtualList > .virtual-list--bar { color: $primary; }
    VirtualList > .virtual-list--header { color: $text-muted; text-style: bold; }
    VirtualList > .virtual-list--empty { color: $text-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "virtual-list--cursor",
        "virtual-list--bar",
        "virtual-list--header",
        "virtual-list--empty",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "open", id="list.open"),
        Binding("j,down", "move(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("g,home", "top", "First row", show=False, id="list.top"),
        Binding("G,end", "bottom", "Last row", show=False, id="list.bottom"),
        Binding("ctrl+d", "move_pages(0.5)", "Half a page down", show=False, id="list.half_page_down"),
        Binding("ctrl+u", "move_pages(-0.5)", "Half a page up", show=False, id="list.half_page_up"),
        Binding("pagedown", "move_pages(1)", "Page down", show=False, id="list.page_down"),
        Binding("pageup", "move_pages(-1)", "Page up", show=False, id="list.page_up"),
        Binding("space", "mark", "Mark", show=False, id="list.mark"),
    ]

    Highlighted = list_messages.Highlighted
    Selected = list_messages.Selected
    ReachedEnd = list_messages.ReachedEnd
    MarksChanged = list_messages.MarksChanged

    def __init__(
        self,
        render_row: Callable[[RowT, int, bool], RowContent] | None = None,
        *,
        key: Callable[[RowT], Hashable] | None = None,
        row_height: int = 1,
        empty_text: str = "",
        markable: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._render_row = render_row
        self._key = key
        self._row_height = row_height
        self._empty_text = empty_text
        self._markable = markable
        self._rows: Sequence[RowT | GroupHeader] = ()
        self._cursor = -1
        self._marked: dict[Hashable, RowT] = {}
        self._end_told_at = -1
        self._painter = LinePainter()
        self._strips: LRUCache[tuple[int, bool, bool], tuple[Strip, ...]] = LRUCache(_KEPT_STRIPS)

    # -- rows ---------------------------------------------------------------------------------------------------

    def render_row(self, row: RowT, width: int, cursor: bool) -> RowContent:
        """Return what to draw for `row` in `width` cells; override this or give a function to the constructor."""
        if self._render_row is None:
            return str(row)
        return self._render_row(row, width, cursor)

    def row_key(self, row: RowT) -> Hashable:
        return self._key(row) if self._key else row

    @property
    def rows(self) -> Sequence[RowT | GroupHeader]:
        """The rows as given; never change them in place."""
        return self._rows

    def set_rows(self, rows: Sequence[RowT | GroupHeader], *, keep: Hashable | None = None) -> None:
        """Show `rows` instead, which are kept, not copied.

        With `keep` (usually `cursor_key`) the cursor stays on the row of that key, on the same line of the screen;
        when it is gone the cursor stays about where it was. Without it the list starts from the top.
        """
        previous = self._cursor
        line_of_cursor = previous * self._row_height - self.scroll_offset.y
        self._rows = rows
        self._end_told_at = -1
        self._forget_strips()
        found = self._index_of(keep) if keep is not None else 0
        self._cursor = list_rows.nearest_row(self._rows, found if found is not None else max(0, previous))
        self._fit_virtual_size()
        if keep is None:
            self.scroll_to(y=0, animate=False, force=True)
        elif found is not None and found != previous:
            top = self._cursor * self._row_height - line_of_cursor
            self.scroll_to(y=max(0, top), animate=False, force=True)
        self._bring_into_view()
        self.refresh()
        self._tell_highlighted()
        self.call_after_refresh(self._tell_end)

    def append_rows(self, rows: Sequence[RowT | GroupHeader]) -> None:
        """Add rows at the end; cursor and view stay."""
        if not rows:
            return
        first = len(self._rows)
        self._rows = [*self._rows, *rows]
        self._fit_virtual_size()
        if self._cursor < 0:
            self._cursor = list_rows.nearest_row(self._rows, 0)
            self._tell_highlighted()
        if first * self._row_height < self.scroll_offset.y + self.size.height:
            self.refresh()
        self.call_after_refresh(self._tell_end)

    def replace_row(self, index: int, row: RowT | GroupHeader) -> None:
        """Show `row` at `index`; only that row is drawn again."""
        rows = list(self._rows)
        rows[index] = row
        self._rows = rows
        self._forget_strips()
        self._refresh_row(index)

    def redraw_rows(self, which: Callable[[RowT], bool] | None = None) -> None:
        """Draw the rows in view again, or those of them that `which` names, as rows that show a clock."""
        if which is None:
            self._forget_strips()
            self.refresh()
            return
        first = self.scroll_offset.y // self._row_height
        for index in range(first, min(len(self._rows), first + self.size.height // self._row_height + 2)):
            row = self._rows[index]
            if not isinstance(row, GroupHeader) and which(row):
                for wanted in ((index, False, False), (index, True, False), (index, True, True)):
                    self._strips.discard(wanted)
                self._refresh_row(index)

    def expect_more(self) -> None:
        """Send `ReachedEnd` again for these rows, after an attempt to bring more has failed."""
        self._end_told_at = -1

    @property
    def empty_text(self) -> str:
        """What stands in place of rows; lines are separated by line feeds."""
        return self._empty_text

    @empty_text.setter
    def empty_text(self, text: str) -> None:
        if text != self._empty_text:
            self._empty_text = text
            if not self._rows:
                self.refresh()

    # -- cursor -------------------------------------------------------------------------------------------------

    @property
    def cursor_index(self) -> int:
        """The index of the cursor's row, -1 when there is none."""
        return self._cursor

    @property
    def cursor_row(self) -> RowT | None:
        row = self._rows[self._cursor] if 0 <= self._cursor < len(self._rows) else None
        return None if isinstance(row, GroupHeader) else row

    @property
    def cursor_key(self) -> Hashable | None:
        row = self.cursor_row
        return None if row is None else self.row_key(row)

    def move_to(self, index: int) -> None:
        """Put the cursor on the row at `index`, or the nearest that can have it."""
        self._set_cursor(list_rows.nearest_row(self._rows, index))

    def move_to_key(self, key: Hashable) -> bool:
        """Put the cursor on the row with `key`; False when there is none."""
        index = self._index_of(key)
        if index is None:
            return False
        self._set_cursor(index)
        return True

    def action_move(self, rows: int) -> None:
        self._step(self._cursor + rows, rows)

    def action_move_pages(self, pages: float) -> None:
        rows = max(1, int(self._page_rows() * abs(pages)))
        self._step(self._cursor + (rows if pages > 0 else -rows), 1 if pages > 0 else -1)

    def action_top(self) -> None:
        self._step(0, 1)

    def action_bottom(self) -> None:
        self._step(len(self._rows) - 1, -1)

    def action_select(self) -> None:
        row = self.cursor_row
        if row is None:
            # An empty list leaves the key to the screen.
            raise SkipAction
        self.post_message(self.Selected(self, self._cursor, row))

    # -- marks --------------------------------------------------------------------------------------------------

    @property
    def marked(self) -> tuple[RowT, ...]:
        """The marked rows, in the order of marking."""
        return tuple(self._marked.values())

    def clear_marks(self) -> None:
        if self._marked:
            self._marked.clear()
            self.redraw_rows()
            self.post_message(self.MarksChanged(self))

    def action_mark(self) -> None:
        row = self.cursor_row
        if not self._markable or row is None:
            return
        key = self.row_key(row)
        if key in self._marked:
            del self._marked[key]
        else:
            self._marked[key] = row
        self._forget_strips()
        self._refresh_row(self._cursor)
        self.post_message(self.MarksChanged(self))
        self.action_move(1)

    # -- drawing ------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if not self._rows:
            return self._empty_line(y, width)
        index, line = divmod(self.scroll_offset.y + y, self._row_height)
        if index >= len(self._rows):
            return Strip.blank(width, self.visual_style.rich_style)
        cursor = index == self._cursor
        wanted = (index, cursor, cursor and self.has_focus)
        strips = self._strips.get(wanted)
        if strips is None:
            strips = self._strips[wanted] = self._draw(index, cursor, width)
        return strips[line]

    def _draw(self, index: int, cursor: bool, width: int) -> tuple[Strip, ...]:
        row = self._rows[index]
        plain = self.visual_style
        if isinstance(row, GroupHeader):
            style = self.get_visual_style("virtual-list--header")
            return list_rows.header_strips(self._painter, row, self._row_height, width, style, plain)
        base = self.get_visual_style("virtual-list--cursor") if cursor else plain
        bar = self.get_visual_style("virtual-list--cursor", "virtual-list--bar") if cursor else None
        content = self.render_row(row, width - GUTTER, cursor)
        marked = self._markable and self.row_key(row) in self._marked
        height = self._row_height
        return list_rows.row_strips(self._painter, content, height, width, base, bar=bar, marked=marked)

    def _empty_line(self, y: int, width: int) -> Strip:
        lines = self._empty_text.splitlines()
        line = f" {lines[y]}" if y < len(lines) else ""
        return self._painter.paint(line, width, self.get_visual_style("virtual-list--empty"))

    def notify_style_update(self) -> None:
        self._painter = LinePainter()
        self._forget_strips()
        super().notify_style_update()

    # -- events -------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._forget_strips()
        self._fit_virtual_size()
        self._bring_into_view()
        self._tell_end()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = (offset.y + self.scroll_offset.y) // self._row_height
        if index >= len(self._rows) or isinstance(self._rows[index], GroupHeader):
            return
        if index == self._cursor:
            self.action_select()
        else:
            self._set_cursor(index)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._tell_end()

    # -- inside -------------------------------------------------------------------------------------------------

    def _step(self, index: int, direction: int) -> None:
        index = min(max(index, 0), len(self._rows) - 1)
        self._set_cursor(list_rows.nearest_row(self._rows, index, 1 if direction > 0 else -1))

    def _set_cursor(self, index: int) -> None:
        if index == self._cursor or index < 0:
            # Moving up from the first row still shows the header above it.
            self._bring_into_view()
            return
        previous, self._cursor = self._cursor, index
        self._refresh_row(previous)
        self._refresh_row(index)
        self._bring_into_view()
        self._tell_highlighted()
        self._tell_end()

    def _refresh_row(self, index: int) -> None:
        top = index * self._row_height - self.scroll_offset.y
        height = self.size.height
        if index >= 0 and -self._row_height < top < height:
            self.refresh(Region(0, top, self.size.width, self._row_height))

    def _bring_into_view(self) -> None:
        height = self.scrollable_content_region.height
        if self._cursor < 0 or height <= 0:
            return
        top = list_rows.first_header_above(self._rows, self._cursor) * self._row_height
        bottom = (self._cursor + 1) * self._row_height
        spare = height // 2 if thrift_of(self.app).jumps else 0
        if bottom - top > height:
            top = self._cursor * self._row_height
        if top < self.scroll_offset.y:
            self.scroll_to(y=max(0, top - spare), animate=False, force=True)
        elif bottom > self.scroll_offset.y + height:
            self.scroll_to(y=bottom - height + spare, animate=False, force=True)

    def _page_rows(self) -> int:
        return max(1, self.scrollable_content_region.height // self._row_height - 1)

    def _fit_virtual_size(self) -> None:
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, len(self._rows) * self._row_height)

    def _forget_strips(self) -> None:
        self._strips.clear()

    def _index_of(self, key: Hashable) -> int | None:
        return list_rows.find_key(self._rows, self.row_key, key, self._cursor)

    def _tell_highlighted(self) -> None:
        self.post_message(self.Highlighted(self, self._cursor, self.cursor_row))

    def _tell_end(self) -> None:
        count = len(self._rows)
        if not count or self._end_told_at == count or not self.size.height:
            return
        bottom = (self.scroll_offset.y + self.size.height) // self._row_height
        if max(bottom, self._cursor) + _END_MARGIN >= count:
            self._end_told_at = count
            self.post_message(self.ReachedEnd(self))
