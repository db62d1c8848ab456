"""A form of any length: rows are lines, and only the row in hand has an editor mounted."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from replicate_tui.ui.form.drawing import MARK_CELLS, FormDrawing
from replicate_tui.ui.form.rows import Row, RowId
from replicate_tui.ui.removal import Removable
from replicate_tui.ui.widgets.fields.base import EditorDone
from replicate_tui.ui.widgets.fields.make import AnyEditor, make_editor
from replicate_tui.ui.widgets.lines import LinePainter
from replicate_tui.ui.wire.frugal import thrift_of

_PAGE_ROWS = 10
#: Lines kept free for the description when it is decided whether rows can stand apart.
_DETAIL_LINES = 4


class _Words(Static):
    """A static text that lays the form out again only when its size may have changed."""

    DEFAULT_CSS = """
    _Words { height: auto; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._shown = Content("")
        self.display = False

    def show(self, content: Content) -> None:
        before = self._shown
        if content.is_same(before):
            return
        self._shown = content
        self.display = bool(content.plain)
        self.update(content, layout=content.plain != before.plain)


class RowsPart(Widget):
    """The closed rows above or below the row in hand."""

    # A changed size is painted by the layout that changed it; once is enough.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)

    DEFAULT_CSS = """
    RowsPart { width: 1fr; height: auto; }
    """

    def __init__(self, form: "FormList") -> None:
        super().__init__()
        self._form = form
        self._rows: Sequence[Row] = ()
        self._painter = LinePainter()

    def show_rows(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  (Textual's)
        return len(self._rows) * self._form.pitch

    def render_line(self, y: int) -> Strip:
        index, line = divmod(y, self._form.pitch)
        width = self.size.width
        if line or index >= len(self._rows):
            return Strip.blank(width, self.visual_style.rich_style)
        content = self._form.drawing.line(self._rows[index], width, self._form.name_cells)
        return self._painter.paint(content, width, self.visual_style)

    def notify_style_update(self) -> None:
        self._painter = LinePainter()
        super().notify_style_update()

    def on_click(self, event: events.Click) -> None:
        index = event.y // self._form.pitch
        if index < len(self._rows):
            self._form.go_to(self._rows[index].id)


class FormList(Removable, VerticalScroll, can_focus=False):
    """Shows rows and moves one editor among them. The row in hand stands open, its description below it."""

    DEFAULT_CSS = """
    FormList { height: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    FormList #open { height: auto; }
    FormList #open.-empty { display: none; }
    FormList #edit { height: auto; }
    FormList #label { height: 1; }
    FormList #facts { width: auto; height: 1; margin: 0 1; }
    FormList #edit > .editor { width: 1fr; }
    FormList #detail { height: auto; max-height: 6; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # Ahead of the editors, so that what is typed right after it lands in the next field.
        Binding("tab", "move(1)", "Next field", id="form.next", show=False, priority=True),
        Binding("shift+tab", "move(-1)", "Field before", id="form.previous", show=False, priority=True),
        Binding("down,j", "move(1)", "Next field", id="form.down", show=False),
        Binding("up,k", "move(-1)", "Field before", id="form.up", show=False),
        Binding("pagedown", f"move({_PAGE_ROWS})", "Ten fields on", id="form.page_down", show=False),
        Binding("pageup", f"move({-_PAGE_ROWS})", "Ten fields back", id="form.page_up", show=False),
        Binding("ctrl+home", "first", "First field", id="form.first", show=False),
        Binding("ctrl+end", "last", "Last field", id="form.last", show=False),
    ]

    class RowLeft(Message):
        """The editor has moved on from `row`."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    def __init__(self, drawing: FormDrawing, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.drawing = drawing
        self.pitch = 1
        self.name_cells = 12
        self._rows: list[Row] = []
        self._at = 0
        self._editor: AnyEditor | None = None

    def compose(self) -> ComposeResult:
        self._above, self._below = RowsPart(self), RowsPart(self)
        self._label, self._facts, self._detail = _Words(id="label"), _Words(id="facts"), _Words(id="detail")
        self._edit = Horizontal(self._label, self._facts, id="edit")
        yield self._above
        yield Vertical(self._edit, self._detail, id="open", classes="-empty")
        yield self._below

    # -- rows ---------------------------------------------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The row in hand."""
        return self._rows[self._at] if self._at < len(self._rows) else None

    @property
    def editor(self) -> AnyEditor | None:
        """The one editor there is."""
        return self._editor

    def show_rows(self, rows: list[Row], current: RowId | None = None, *, anew: bool = False) -> None:
        """Show `rows` with `current` in hand, or the same row as before; `anew` makes its editor again."""
        before = self.current
        wanted = current or (before.id if before else None)
        self._rows = rows
        self._at = next((at for at, row in enumerate(rows) if row.id == wanted), min(self._at, max(0, len(rows) - 1)))
        self._fit()
        self._open(anew=anew or before is None or self.current is None or before != self.current)

    def redraw(self) -> None:
        """Draw the rows again, their values or problems having changed; the editor stays."""
        self._above.refresh()
        self._below.refresh()
        self._describe()

    def redraw_current(self) -> None:
        """Draw again what goes with the row in hand, its text having changed."""
        if self.current and self.current.kind == "item":
            self._above.refresh()
        self._describe()

    def go_to(self, row_id: RowId) -> None:
        """Open a row; an unknown one changes nothing."""
        at = next((at for at, row in enumerate(self._rows) if row.id == row_id), None)
        if at is not None:
            self._go(at)

    def action_move(self, step: int) -> None:
        self._go(min(max(self._at + step, 0), len(self._rows) - 1))

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._rows) - 1)

    def on_editor_done(self, message: EditorDone) -> None:
        message.stop()
        if self.current and message.row == self.current.id:
            self.action_move(message.step)

    def _go(self, at: int) -> None:
        left = self.current
        if left is None or at == self._at:
            self.focus_editor()
            return
        self._at = at
        self._open(anew=True)
        self.post_message(self.RowLeft(left))

    # -- the row in hand ----------------------------------------------------------------------------------------

    def focus_editor(self) -> None:
        if self._editor is not None and self.screen.focused is not self._editor:
            self.screen.set_focus(self._editor, scroll_visible=False)

    def _open(self, *, anew: bool) -> None:
        row = self.current
        self.query_one("#open").set_class(row is None, "-empty")
        self._above.show_rows(self._rows[: self._at])
        self._below.show_rows(self._rows[self._at + 1 :])
        if anew and row is not None:
            self._change_editor(row)
        self._describe()
        self._scroll_to_row()
        self.call_after_refresh(self._scroll_to_row)

    def _change_editor(self, row: Row) -> None:
        old = self._editor
        text = self.drawing.text(row)
        self._editor = make_editor(row, text, label=self.drawing.labels.get(text, ""))
        self._editor.add_class("editor")
        self._edit.mount(self._editor, before=self._facts)
        self.focus_editor()
        if old is not None:
            old.display = False
            # Through its own queue: keys that reached it before are still taken, and told, before it goes.
            old.call_later(old.remove)

    def _describe(self) -> None:
        row = self.current
        if row is None:
            return
        label = Content.assemble(self.drawing.mark(row), self.drawing.name(row, in_hand=True))
        self._label.styles.width = 1 if row.kind == "fold" else MARK_CELLS + self.name_cells
        self._label.show(label.truncate(MARK_CELLS + self.name_cells - 1, ellipsis=True))
        self._facts.show(self.drawing.facts(row) if self.size.width >= 60 else Content(""))
        indent = MARK_CELLS + self.name_cells + 1
        detail = self.drawing.detail(row, max(20, self.size.width - indent - 2), 2 if self.app.size.height < 30 else 4)
        self._detail.styles.padding = (0, 1, 0, indent)
        self._detail.show(detail)

    # -- size ---------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._fit()
        self._describe()
        self.call_after_refresh(self._scroll_to_row)

    def _fit(self) -> None:
        """Set the column of names, and rows apart where all of them fit that way."""
        height, width = self.size.height, self.size.width
        if not self._rows or not width:
            return
        self.name_cells = self.drawing.name_cells(self._rows, width)
        pitch = 2 if 2 * len(self._rows) + _DETAIL_LINES <= height else 1
        if pitch != self.pitch:
            self.pitch = pitch
            self.query_one("#open").styles.margin = (0, 0, pitch - 1, 0)
            self._above.refresh(layout=True)
            self._below.refresh(layout=True)

    def show_below(self) -> None:
        """Scroll so far that what stands below the row in hand comes into view."""
        self.call_after_refresh(lambda: self.scroll_to(y=self._at * self.pitch, animate=False, force=True))

    def _scroll_to_row(self) -> None:
        height = self.size.height
        top = self._at * self.pitch
        bottom = top + max(self.query_one("#open").outer_size.height, 2)
        spare = height // 2 if thrift_of(self.app).jumps and bottom - top <= height // 2 else 0
        if bottom - top > height or top < self.scroll_offset.y:
            self.scroll_to(y=max(0, top - spare), animate=False, force=True)
        elif bottom > self.scroll_offset.y + height:
            self.scroll_to(y=bottom - height + spare, animate=False, force=True)
