"""What each part of the Account place is: its lines, how it is read, and which keys it answers."""

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.content import Content

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui import messages
from replicate_tui.ui.account.lines import AccountLine, Row, detail_of

if TYPE_CHECKING:
    from replicate_tui.ui.house import House
    from replicate_tui.ui.screens.base import HouseScreen


class Section:
    """Base of the sections; `changed` has the screen draw the lines anew.

    `note` says how much there is, `problem` what could not be learnt. A section offers the actions in `offers`, and
    has a method of that name for each.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    offers: ClassVar[frozenset[str]] = frozenset()
    page: ClassVar[str] = ""
    """What o opens where the line has no address of its own."""
    about: ClassVar[str] = ""
    """One line that stands above where there is nothing to warn of."""

    def __init__(self, screen: "HouseScreen", changed: Callable[[], None]) -> None:
        self.screen = screen
        self.changed = changed
        self.note = ""
        self.problem = ""

    @property
    def house(self) -> "House":
        return self.screen.house

    def lines(self) -> Sequence[Row]:
        """Return what is known now."""
        return ()

    def detail(self, line: AccountLine | None) -> Content:
        """Return what stands beside the list for a line."""
        return detail_of(line)

    async def read(self) -> None:
        """Learn what there is, and call `changed` whenever that is more than before; raises nothing."""

    def shown(self) -> None:
        """Come into view."""

    def left(self) -> None:
        """Go out of view: another section was opened, or another screen."""

    def copy(self, line: AccountLine) -> None:
        text = line.copied or line.value
        if text:
            self.screen.post_message(messages.CopyText(text, line.label))

    def start(self, errand: Coroutine[Any, Any, None], description: str) -> None:
        """Run an errand as the app's worker, so that leaving the screen stops nothing half-way."""
        self.screen.app.run_worker(self._told(errand), group="account", description=description)

    async def _told(self, errand: Coroutine[Any, Any, None]) -> None:
        try:
            await errand
        except ServiceProblem as problem:
            self.screen.app.post_message(messages.SayProblem(problem))

    def say(self, words: str) -> None:
        self.screen.app.post_message(messages.Say(words))
