"""A dialog that gives tags to runs and takes them away: type a new one, or pick one there is."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.widgets.lines import fit
from replicate_tui.ui.widgets.list_messages import Highlighted, Selected
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList
from replicate_tui.ui.wording import plural

MOST_LINES = 10


class TagChange(NamedTuple):
    """Tags to give to the chosen runs, and tags to take away from them."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class TagRow(NamedTuple):
    """A known tag: how many runs of the history have it, and how many of the chosen ones."""

    tag: str
    total: int
    chosen: int


class TagsDialog(Dialog[TagChange]):
    """`known` are all tags with their counts, `on_chosen` says on how many of the `chosen` runs each is.

    Enter gives the tag under the cursor, which is what is typed at first, or takes it away when all chosen runs have
    it; several tags are typed with commas between them. Delete takes away a tag that only some have.
    """

    DEFAULT_CSS = """
    TagsDialog #tags { background: $panel; margin-top: 1; }
    TagsDialog #hint { height: auto; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("delete,ctrl+x", "take_away", "Take away", id="tags.remove", priority=True),
    ]

    def __init__(self, known: Sequence[tuple[str, int]], on_chosen: Mapping[str, int], chosen: int) -> None:
        super().__init__(f"Tags of {plural(chosen, 'run')}")
        # Those that the chosen runs have stand on top, then the most used.
        rows = [TagRow(tag, total, on_chosen.get(tag, 0)) for tag, total in known]
        self._rows = sorted(rows, key=lambda row: (-row.chosen, -row.total, row.tag))
        self._chosen = chosen

    def compose_dialog(self) -> ComposeResult:
        field = Input(placeholder="a tag, or several parted by commas", id="field")
        field.cursor_blink = False
        yield field
        self._list: VirtualList[TagRow] = VirtualList(
            self._draw, key=lambda row: row.tag, empty_text="No run has a tag yet.", id="tags"
        )
        self._list.can_focus = False
        self._list.styles.height = min(MOST_LINES, max(1, len(self._rows)))
        yield self._list
        yield Static("", id="hint")

    def on_mount(self) -> None:
        self._list.set_rows(self._rows)
        self._show_hint()

    def _draw(self, row: TagRow, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        facts = f"{self._state(row):>12}  {plural(row.total, 'run') if row.total else 'new':>10}"
        name = fit(f"#{clean_line(row.tag, 64)}", max(8, width - len(facts)))
        colour = "$text-primary" if row.chosen else "$foreground"
        return Content.assemble(Content.styled(name, colour), Content.styled(facts, "$text-muted"))

    def _state(self, row: TagRow) -> str:
        """Say how many of the chosen runs have a tag."""
        if not row.chosen:
            return ""
        if row.chosen < self._chosen:
            return f"on {row.chosen} of {self._chosen}"
        return "on it" if self._chosen == 1 else "on all"

    @property
    def _typed(self) -> tuple[str, ...]:
        typed = self.query_one("#field", Input).value
        return tuple(dict.fromkeys(tag for part in typed.split(",") if (tag := part.strip().removeprefix("#"))))

    def _change(self) -> TagChange | None:
        """Return what enter does now."""
        typed, row = self._typed, self._list.cursor_row
        if len(typed) > 1:
            return TagChange(add=typed)
        if row is None:
            return None
        return TagChange(remove=(row.tag,)) if row.chosen == self._chosen else TagChange(add=(row.tag,))

    @on(Input.Changed, "#field")
    def _narrow(self) -> None:
        typed = self._typed
        known = {row.tag: row for row in self._rows}
        rows = [known.get(tag, TagRow(tag, 0, 0)) for tag in typed]
        if len(typed) < 2:
            begin = typed[0].casefold() if typed else ""
            rows += [row for row in self._rows if row not in rows and row.tag.casefold().startswith(begin)]
        self._list.styles.height = min(MOST_LINES, max(1, len(rows)))
        self._list.set_rows(rows)
        self._show_hint()

    @on(Highlighted)
    def _show_hint(self) -> None:
        change = self._change()
        runs = plural(self._chosen, "run")
        words = "type a tag"
        if change and change.add:
            words = f"enter gives {' '.join(f'#{tag}' for tag in change.add)} to {runs}"
        elif change:
            words = f"enter takes #{change.remove[0]} away from {runs}"
        row = self._list.cursor_row
        partly = "   del takes it away" if row and 0 < row.chosen < self._chosen else ""
        self.query_one("#hint", Static).update(Content(clean_line(f"{words}{partly}   esc closes", 200)))

    @on(Input.Submitted, "#field")
    def _take(self) -> None:
        if change := self._change():
            self.dismiss(change)

    def on_virtual_list_selected(self, event: Selected) -> None:
        event.stop()
        self._take()

    def action_move(self, step: int) -> None:
        self._list.action_move(step)

    def action_take_away(self) -> None:
        row = self._list.cursor_row
        if row is not None and row.chosen:
            self.dismiss(TagChange(remove=(row.tag,)))
