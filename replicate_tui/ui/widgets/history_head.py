"""The top of the history: its sums, the filter line, and one line of help or of what is going on."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from replicate_tui.services.pull import OTHER_COPY, PullState
from replicate_tui.store.orders import RunOrder
from replicate_tui.store.records import RunTotals
from replicate_tui.ui import wording
from replicate_tui.ui.history.hints import FilterSuggester, filter_hint
from replicate_tui.ui.history.sums import heading_words, pull_words
from replicate_tui.ui.removal import Removable, is_whole
from replicate_tui.ui.widgets.title_line import TitleLine

PLACEHOLDER: Final = "filter: words, model: status: tag: since:7d cost>0.1 …"


class HeadFacts(NamedTuple):
    """What the head shows; `progress` is one line on what is going on, `problem` why the history cannot be read.

    `going` is how many are going, where the head is to say it.
    """

    totals: RunTotals | None = None
    pull: PullState = PullState()
    tags: Sequence[tuple[str, int]] = ()
    marked: int = 0
    progress: str = ""
    problem: str = ""
    order: RunOrder = RunOrder.NEWEST
    going: int = 0


class HistoryHead(Removable, Vertical):
    """The filter is the Input `#filter`; `mistakes_in` returns what is wrong with a filter line.

    `title` is what stands at the start, `noun` what one row is called.
    """

    DEFAULT_CSS = """
    HistoryHead { height: auto; }
    """

    class Left(Message):
        """Enter or down in the filter: on to the list."""

    def __init__(
        self,
        mistakes_in: Callable[[str], Sequence[str]],
        *,
        title: str = "Runs",
        noun: str = "run",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._mistakes_in = mistakes_in
        self._title = Content.styled(title, "bold")
        self._noun = noun
        self._facts = HeadFacts()

    def compose(self) -> ComposeResult:
        yield TitleLine(self._title, id="heading")
        field = Input(placeholder=PLACEHOLDER, suggester=FilterSuggester(lambda: self._facts.tags), id="filter")
        field.cursor_blink = False
        yield field
        yield TitleLine(id="told")

    @property
    def field(self) -> Input:
        return self.query_one("#filter", Input)

    def tell(self, **changes: Any) -> None:
        """Show other facts, named as in HeadFacts."""
        self._facts = self._facts._replace(**changes)
        self._redraw()

    def on_resize(self) -> None:
        self._redraw()

    @on(Input.Changed, "#filter")
    def _filter_changed(self) -> None:
        self._redraw()

    @on(Input.Submitted, "#filter")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())

    def on_key(self, event: events.Key) -> None:
        if event.key == "down" and self.field.has_focus:
            event.stop()
            self.post_message(self.Left())

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _focus_moved(self) -> None:
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        if not is_whole(self):
            return
        facts = self._facts
        pull = Content.styled(pull_words(facts.pull, datetime.now(UTC)), "$text-muted")
        title = Content.assemble(self._title, "  ", pull)
        # Around the title line there is a cell on each side, and between its parts there are two at least.
        room = self.size.width - title.cell_length - 4
        totals = facts.totals
        sums = heading_words(totals, facts.order, room, noun=self._noun, going=facts.going) if totals else ""
        self.query_one("#heading", TitleLine).show(title, Content.styled(sums, "$text-muted"))
        marked = f"{wording.count(facts.marked)} marked" if facts.marked else ""
        self.query_one("#told", TitleLine).show(self._words_to_tell(), Content.styled(marked, "$text-primary"))

    def _words_to_tell(self) -> Content:
        """Return what matters most now: what is wrong, help while typing, what is going on."""
        facts, field = self._facts, self.field
        if problem := facts.problem or next(iter(self._mistakes_in(field.value)), ""):
            return Content.styled(problem, "$text-warning")
        if field.has_focus:
            return Content.styled(filter_hint(field.value[: field.cursor_position], facts.tags), "$text-muted")
        if facts.progress:
            return Content.styled(facts.progress, "$text-primary")
        return Content.styled(facts.pull.problem or "", _pull_style(facts.pull))


def _pull_style(state: PullState) -> str:
    return "$text-muted" if state.problem == OTHER_COPY else "$text-warning"
