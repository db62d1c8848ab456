"""A screen with tabs, some of them lists: `/` narrows the list that is open, `p` shows all of its row in hand."""

from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Input

from replicate_tui.ui.house import House
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets.filtered_list import FilteredList
from replicate_tui.ui.widgets.row_detail import DrawDetail, RowDetail
from replicate_tui.ui.widgets.virtual_list import VirtualList


class ListedTabs(HouseScreen):
    """Base of such screens: subclasses give the tabs, and say what is to be shown of a row.

    Each list keeps its filter while others are looked at.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="model.filter", key_display="/"),
        Binding("p", "preview", "preview", id="model.preview", tooltip="Show or hide all of the row; tab goes there"),
        Binding("escape", "leave_filter_or_back", "back", id="model.back"),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._wants_detail: bool | None = None

    # What subclasses say:

    def compose_tabs(self) -> ComposeResult:
        """Give the tabs, each with its id."""
        yield from ()

    def detail_of(self, row: Any) -> DrawDetail | None:
        """Return what draws all of a row, None for what needs no more room."""
        raise NotImplementedError

    def narrow(self, shown: "VirtualList[Any]", words: str) -> None:
        """Show the rows of a list that hold `words`."""
        if isinstance(shown, FilteredList):
            shown.use_filter(words)

    def words_of(self, shown: "VirtualList[Any]") -> str:
        """Return the filter of a list."""
        return shown.words if isinstance(shown, FilteredList) else ""

    # -- what is shown ------------------------------------------------------------------------------------------

    def compose_panes(self, first: str) -> ComposeResult:
        with Vertical(id="panes"):
            with ContentSwitcher(initial=first, id="body"):
                yield from self.compose_tabs()
            yield RowDetail(id="preview")
        field = Input(placeholder="filter: words of a row", id="filter")
        field.cursor_blink = False
        yield field

    @property
    def open_tab(self) -> Widget | None:
        """The tab that is open, whatever it is."""
        return self.query_one("#body", ContentSwitcher).visible_content

    @property
    def open_list(self) -> "VirtualList[Any] | None":
        """The list that is open."""
        shown = self.open_tab
        return shown if isinstance(shown, VirtualList) else None

    @on(VirtualList.Highlighted)
    def show_detail(self) -> None:
        """Show all of the row under the cursor, where there is room for it or it was asked for."""
        pane, shown = self.query_one("#preview", RowDetail), self.open_list
        wanted = self.has_class("-wide") if self._wants_detail is None else self._wants_detail
        pane.display = wanted and shown is not None
        if pane.display and shown is not None:
            pane.show(None if shown.cursor_row is None else self.detail_of(shown.cursor_row))

    def action_preview(self) -> None:
        pane = self.query_one("#preview")
        self._wants_detail = not pane.display
        if pane.has_focus:
            self.leave_filter()
        self.show_detail()

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_detail)

    # -- filter -------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        if shown := self.open_list:
            field = self.query_one("#filter", Input)
            field.display = True
            field.value = self.words_of(shown)
            self.set_focus(field)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        shown = self.open_list
        if shown is not None and event.value.strip() != self.words_of(shown):
            self.narrow(shown, event.value.strip())
            self.show_detail()

    @on(Input.Submitted, "#filter")
    def leave_filter(self) -> None:
        """Go from the filter to the list below it."""
        self.query_one("#filter", Input).display = False
        if shown := self.open_list:
            self.set_focus(shown)

    def on_key(self, event: events.Key) -> None:
        if event.key == "down" and self.query_one("#filter", Input).has_focus:
            event.stop()
            self.leave_filter()

    async def action_leave_filter_or_back(self) -> None:
        """Leave the filter and take it off, else go back."""
        field, shown = self.query_one("#filter", Input), self.open_list
        words = self.words_of(shown) if shown is not None else ""
        if not field.has_focus and not words:
            await self.run_action("app.back")
            return
        self.leave_filter()
        if shown is not None and words:
            self.narrow(shown, "")
            self.show_detail()
