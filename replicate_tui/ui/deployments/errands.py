"""What the list and the page of deployments do with one: run on it, change it, scale it to zero, delete it."""

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from replicate_tui.services.deployment_views import DeploymentCard
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import RunOptions
from replicate_tui.ui import messages, wording
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.web_pages import deployment_page

if TYPE_CHECKING:
    from replicate_tui.ui.screens.base import HouseScreen

_ZERO_ANSWERS = (
    Answer("n", "Leave it as it is", "keep"),
    Answer("z", "Scale to zero: minimum 0, nothing is paid while nothing runs", "zero"),
    Answer("x", "Switch off: minimum and maximum 0, no runs at all", "off"),
)
_ZERO_DETAIL = (
    "Scaled to zero, the first run after a pause waits for a cold boot.\n"
    "Switched off, what runs now is canceled and new runs are refused; it can be deleted 15 minutes later."
)
_DELETE_RULE = "The service deletes a deployment only when it has been offline and unused for 15 minutes."


class DeploymentErrands:
    """Errands run as the app's workers: leaving the screen stops nothing half-way.

    `changed` is called when the service has another state than before, `told` with what is to stand on the screen
    ("" for nothing), such as a refusal.
    """

    def __init__(self, screen: "HouseScreen", changed: Callable[[], None], told: Callable[[str], None]) -> None:
        self._screen = screen
        self._changed = changed
        self._told = told

    def run(self, card: DeploymentCard) -> None:
        """Open the run form of what the deployment runs; it has a draft of its own."""
        release = card.release
        if not release.model:
            self._say("The service did not tell what this deployment runs.", "warning")
        elif release.is_off:
            self._say("It is switched off and takes no runs; e raises its maximum.", "warning")
        else:
            options = RunOptions(version=release.version or None, deployment=card.full_name)
            self._screen.post_message(messages.OpenForm(release.model, options=options))

    def copy(self, card: DeploymentCard) -> None:
        """Open the menu of what can be copied."""
        release = card.release
        choices = [
            ("name", card.full_name),
            ("URL", deployment_page(card.full_name)),
            ("model", release.model),
            ("version", release.version),
        ]
        self._screen.post_message(messages.OpenCopyMenu(tuple(choice for choice in choices if choice[1])))

    def open_web_page(self, card: DeploymentCard) -> None:
        self._screen.post_message(messages.OpenWebPage(deployment_page(card.full_name)))

    def scale_down(self, cards: Sequence[DeploymentCard], done: Callable[[], None] = lambda: None) -> None:
        """Ask, with the safe answer first, whether to scale to zero or to switch off; `done` follows success."""
        which = cards[0].full_name if len(cards) == 1 else wording.plural(len(cards), "deployment")
        prices = self._screen.house.services.prices
        now = [prices.hourly(card.release.hardware, card.release.min_instances or 0).text for card in cards]
        detail = f"Its minimum costs {now[0]}.\n{_ZERO_DETAIL}" if len(cards) == 1 else _ZERO_DETAIL

        def answered(answer: str | None) -> None:
            if answer in ("zero", "off"):
                self._start(self._scale_down(list(cards), answer, done), "scale deployments down")

        self._screen.app.push_screen(ChoiceDialog(f"Scale {which} to zero?", _ZERO_ANSWERS, detail=detail), answered)

    async def _scale_down(self, cards: list[DeploymentCard], how: str, done: Callable[[], None]) -> None:
        deployments = self._screen.house.services.deployments
        idle = "off" if how == "off" else "at zero"
        changed = 0
        for card in cards:
            release = card.release
            if release.is_off or (how == "zero" and release.min_instances == 0):
                continue
            await (deployments.switch_off(card) if how == "off" else deployments.scale_to_zero(card))
            changed += 1
            self._changed()
        words = f"{wording.plural(changed, 'deployment')} {idle} now." if changed else f"Already {idle}."
        self._say(words)
        self._told("")
        done()

    def delete(self, card: DeploymentCard, gone: Callable[[], None] = lambda: None) -> None:
        """Ask for the name and delete; a refusal of the service stays in the dialog and on the screen behind it.

        `gone` follows success.
        """
        from replicate_tui.ui.modals.typed_name import TypedNameDialog

        detail = f"It goes with its settings; runs and their files stay.\n{_DELETE_RULE}"
        if not card.release.is_off:
            detail += "\nThis one is on, so the service will refuse: 0 then x switches it off."

        async def attempt() -> None:
            try:
                await self._screen.house.services.deployments.delete(card.full_name)
            except ServiceProblem as problem:
                self._told(str(problem))
                raise

        def answered(is_gone: bool | None) -> None:
            if is_gone:
                self._say(f"Deleted {card.full_name}.")
                self._told("")
                self._changed()
                gone()

        dialog = TypedNameDialog(f"Delete {card.full_name}?", card.name, detail=detail, attempt=attempt)
        self._screen.app.push_screen(dialog, answered)

    def _say(self, text: str, severity: Any = "information") -> None:
        self._screen.app.post_message(messages.Say(text, severity))

    def _start(self, errand: Coroutine[Any, Any, None], description: str) -> None:
        self._screen.app.run_worker(self._tell_problems(errand), group="deployments", description=description)

    async def _tell_problems(self, errand: Coroutine[Any, Any, None]) -> None:
        try:
            await errand
        except ServiceProblem as problem:
            self._told(str(problem))
