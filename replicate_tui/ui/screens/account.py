"""Account: who the token belongs to, prices, limits, storage, the terminal, keys and the theme, a tab for each."""

from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.ui import messages
from replicate_tui.ui.account.identity import IdentitySection
from replicate_tui.ui.account.keys import KeysSection
from replicate_tui.ui.account.limits import LimitsSection
from replicate_tui.ui.account.lines import AccountLine, aired, draw, label_cells, matching
from replicate_tui.ui.account.prices import PricesSection
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.account.storage import StorageSection
from replicate_tui.ui.account.terminal import TerminalSection
from replicate_tui.ui.account.theme import ThemeSection
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.house import House
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets.tab_line import TabLine
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

SECTIONS: Final[tuple[type[Section], ...]] = (
    IdentitySection,
    PricesSection,
    LimitsSection,
    StorageSection,
    TerminalSection,
    KeysSection,
    ThemeSection,
)
_TABS: Final = tuple((section.name, section.title) for section in SECTIONS)
#: Actions that only some sections answer: elsewhere their keys are not there.
_OF_SECTIONS: Final = frozenset().union(*(section.offers for section in SECTIONS))


class AccountScreen(HouseScreen):
    """Shows what is known at once, then what is learnt; each tab keeps its filter and its line."""

    CSS_PATH = "account.tcss"
    AUTO_FOCUS = "#lines"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left_square_bracket", "tab(-1)", "Previous tab", id="account.previous_tab", key_display="[", show=False
        ),
        Binding("right_square_bracket", "tab(1)", "tabs", id="account.next_tab", key_display="[ ]"),
        Binding("P", "profiles", "profiles", id="account.profiles", tooltip="Other tokens, each with its own history"),
        Binding("W", "webhooks", "webhooks", id="account.webhooks", tooltip="Receive what runs report"),
        Binding("v", "section('reveal')", "secret", id="account.reveal", tooltip="Show or hide the signing secret"),
        Binding("e", "section('edit')", "edit", id="account.edit", tooltip="Change a price, what models run on, a key"),
        Binding("n", "section('add')", "add", id="account.add", tooltip="Add a price, or what a model runs on"),
        Binding("d", "section('remove')", "take out", id="account.remove", tooltip="Take out what you have set"),
        Binding("O", "section('folder')", "folder", id="account.folder", tooltip="Open the folder"),
        Binding("c", "section('check')", "check", id="account.check", tooltip="Check the history for damage"),
        Binding("C", "section('compact')", "compact", id="account.compact", tooltip="Compact the history"),
        Binding("x", "section('empty')", "caches", id="account.empty", tooltip="Empty the caches, after a question"),
        Binding("slash", "filter", "filter", id="account.filter", key_display="/"),
        Binding("y", "copy", "copy", id="account.copy", tooltip="Copy the line; the secret unseen"),
        Binding("o", "web", "web", id="account.web", tooltip="Open the web page"),
        Binding("r", "refresh", "Read again", id="account.refresh", show=False),
        Binding("escape", "leave_filter", "Leave the filter", id="account.leave_filter", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._sections = {section.name: section(self, self._draw_again) for section in SECTIONS}
        self._words: dict[str, str] = {}
        self._cursors: dict[str, Any] = {}
        self._cells: dict[str, int] = {}
        self._is_ready = False
        self._reading = Coalesced(self, self._read, description="read the account")

    def compose_body(self) -> ComposeResult:
        yield TabLine(_TABS, IdentitySection.name, id="tabs")
        yield TitleLine(id="told")
        with Horizontal(id="panes"):
            yield VirtualList[AccountLine](self._draw, key=lambda line: line.key, empty_text="Reading …", id="lines")
            with VerticalScroll(id="beside", can_focus=False):
                yield Static("", id="detail")
        field = Input(placeholder="filter: any words of the line", id="filter")
        field.cursor_blink = False
        yield field

    @property
    def _list(self) -> VirtualList[AccountLine]:
        return self.query_one("#lines", VirtualList)

    @property
    def _active(self) -> str:
        return self.query_one(TabLine).active

    @property
    def _section(self) -> Section:
        return self._sections[self._active]

    def _draw(self, line: AccountLine, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (list's contract)
        return draw(line, width, self._cells.get(line.key, 8))

    # -- reading ------------------------------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        self._draw_again()
        self._reading.want()

    def on_screen_suspend(self) -> None:
        if is_whole(self):
            self._section.left()

    def on_unmount(self) -> None:
        for section in self._sections.values():
            section.left()

    async def _read(self) -> None:
        await self.house.profile.until_prepared()
        self._is_ready = True
        if self.is_current:
            self._section.shown()
        await self._section.read()

    def _draw_again(self) -> None:
        """Draw the lines of the open section as it knows them now."""
        if not is_whole(self) or not self._is_ready:
            return
        section, words = self._section, self._words.get(self._active, "")
        rows = section.lines()
        shown = matching(rows, words) if words else aired(rows, self._list.size.height)
        self._cells = label_cells(rows, self._list.size.width)
        self._list.empty_text = "Nothing matches the filter; esc takes it off." if rows else "Reading …"
        self._list.set_rows(shown, keep=self._list.cursor_key or self._cursors.get(self._active))
        note = f"filter: {words}" if words else section.note
        told = Content.styled(section.problem or section.about, "$text-warning" if section.problem else "$text-muted")
        self.query_one("#told", TitleLine).show(told, Content.styled(note, "$text-muted"))
        self._show_detail()

    @on(VirtualList.Highlighted)
    def _show_detail(self) -> None:
        self.query_one("#detail", Static).update(self._section.detail(self._list.cursor_row))

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw_again)

    def action_profiles(self) -> None:
        self.post_message(messages.OpenProfiles())

    def action_webhooks(self) -> None:
        self.post_message(messages.OpenWebhooks())

    def action_refresh(self) -> None:
        self._reading.want()

    # -- tabs and filter ----------------------------------------------------------------------------------------

    def action_tab(self, by: int) -> None:
        self._cursors[self._active] = self._list.cursor_key
        self._section.left()
        self.query_one(TabLine).step(by)

    @on(TabLine.Changed)
    def _tab_changed(self) -> None:
        for section in self._sections.values():
            if section is not self._section:
                section.left()
        self._close_filter()
        self._list.set_rows(())
        self._draw_again()
        self.refresh_bindings()
        self._reading.want_anew()

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        field.value = self._words.get(self._active, "")
        self.set_focus(field)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        if event.value.strip() != self._words.get(self._active, ""):
            self._words[self._active] = event.value.strip()
            self._draw_again()

    @on(Input.Submitted, "#filter")
    def _close_filter(self) -> None:
        self.query_one("#filter", Input).display = False
        self.set_focus(self._list)

    def on_key(self, event: events.Key) -> None:
        if self.query_one("#filter", Input).has_focus and event.key == "down":
            event.stop()
            self._close_filter()

    def action_leave_filter(self) -> None:
        self._close_filter()
        if self._words.pop(self._active, ""):
            self._draw_again()

    # -- keys on a line -----------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "section" and is_whole(self):
            return parameters[0] in self._section.offers
        return super().check_action(action, parameters)

    def action_section(self, name: str) -> None:
        """Have the open section do what its key is for."""
        if name in self._section.offers:
            getattr(self._section, name)(self._list.cursor_row)

    @on(VirtualList.Selected)
    def _choose(self) -> None:
        """What enter means: to choose or to change where there is something to, else to read all of the line."""
        for name in ("choose", "edit"):
            if name in self._section.offers:
                self.action_section(name)
                return
        if line := self._list.cursor_row:
            from replicate_tui.ui.modals.text import TextDialog

            self.app.push_screen(TextDialog(line.label, line.all_text))

    def action_copy(self) -> None:
        if line := self._list.cursor_row:
            self._section.copy(line)

    def action_web(self) -> None:
        line = self._list.cursor_row
        url = (line.url if line else "") or self._section.page
        if url:
            self.post_message(messages.OpenWebPage(url))
