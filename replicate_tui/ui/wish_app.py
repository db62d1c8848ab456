"""What screens ask the app for by message: other screens, words below, copies, pages, files opened outside."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from textual import on, work
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui import messages
from replicate_tui.ui.errands import Errands
from replicate_tui.ui.launcher import OpenedProfile
from replicate_tui.ui.navigator import Navigator
from replicate_tui.ui.sessions import Sessions
from replicate_tui.ui.stack import StackApp


class WishApp(StackApp[int]):
    """Does what messages of `ui/messages.py` ask for, in the profile on the screens; a subclass makes `_sessions`."""

    _sessions: Sessions

    def __init__(self, driver_class: type[Driver] | None) -> None:
        super().__init__(driver_class=driver_class)
        self._errands = Errands(self)
        self._wishes: WeakKeyDictionary[Screen[Any], Message] = WeakKeyDictionary()

    @property
    def _navigator(self) -> Navigator | None:
        return self._sessions.current.navigator if self._sessions.current else None

    # -- other screens ------------------------------------------------------------------------------------------

    @on(messages.OpenModel)
    def _open_model(self, message: messages.OpenModel) -> None:
        self._open(lambda navigator: navigator.model(message), message)

    @on(messages.OpenModelForm)
    def _open_model_form(self, message: messages.OpenModelForm) -> None:
        self._open(lambda navigator: navigator.model_form(message), message)

    @on(messages.OpenForm)
    def _open_form(self, message: messages.OpenForm) -> None:
        self._open(lambda navigator: navigator.form(message), message)

    @on(messages.OpenTraining)
    def _open_training(self, message: messages.OpenTraining) -> None:
        self._open(lambda navigator: navigator.training(message), message)

    @on(messages.OpenCollection)
    def _open_collection(self, message: messages.OpenCollection) -> None:
        self._open(lambda navigator: navigator.collections(message.slug), message)

    @on(messages.OpenRun)
    def _open_run(self, message: messages.OpenRun) -> None:
        if message.replaces is not None:
            if self.screen is not message.replaces:
                self._errands.say("The run was sent; it is in Runs.")
                return
            self.pop_screen()
        self._open(lambda navigator: navigator.monitor(message.run_id, message.kind), message)

    @on(messages.OpenDeployment)
    def _open_deployment(self, message: messages.OpenDeployment) -> None:
        if message.replaces is not None and self.screen is message.replaces:
            self.pop_screen()
        self._open(lambda navigator: navigator.deployment(message.full_name), message)

    @on(messages.OpenDeploymentForm)
    def _open_deployment_form(self, message: messages.OpenDeploymentForm) -> None:
        self._open(lambda navigator: navigator.deployment_form(message), message)

    @on(messages.OpenWebhooks)
    def _open_webhooks(self) -> None:
        self._open(lambda navigator: navigator.webhooks())

    @on(messages.OpenDelivery)
    def _open_delivery(self, message: messages.OpenDelivery) -> None:
        self._open(lambda navigator: navigator.delivery(message.number), message)

    @on(messages.OpenRemoteRun)
    @work(group="open remote run", exclusive=True, description="find a run by the service's id")
    async def _open_remote_run(self, message: messages.OpenRemoteRun) -> None:
        navigator = self._navigator
        if navigator is None:
            return
        for reference in (*reversed(message.others), message.reference):
            try:
                run = await navigator.house.services.runs.open_remote(reference)
            except ServiceProblem as problem:
                self._errands.say_problem(problem)
                continue
            if self._navigator is navigator:
                self.push_screen(navigator.monitor(run.id, run.kind))

    def _open(self, make: Callable[[Navigator], Screen[Any]], wish: Message | None = None) -> None:
        # Keys and clicks that come faster than a screen ask the one below for it again and again.
        if self._navigator and (wish is None or self._wishes.get(self.screen) != wish):
            screen = make(self._navigator)
            if wish is not None:
                self._wishes[screen] = wish
            self.push_screen(screen)

    # -- errands ------------------------------------------------------------------------------------------------

    @on(messages.Say)
    def _say(self, message: messages.Say) -> None:
        self._errands.say(self._whose(message.profile) + message.text, message.severity)

    @on(messages.SayProblem)
    def _say_problem(self, message: messages.SayProblem) -> None:
        if whose := self._whose(message.profile):
            self._errands.say(f"{whose}{message.problem}", "error", seconds=10)
        else:
            self._errands.say_problem(message.problem)

    def _whose(self, profile: OpenedProfile | None) -> str:
        """Return what goes before news of a profile that is not on the screens any more."""
        current = self._sessions.current
        return f"{profile.name}: " if profile and current and current.profile is not profile else ""

    @on(messages.OpenCopyMenu)
    def _open_copy_menu(self, message: messages.OpenCopyMenu) -> None:
        from replicate_tui.ui.modals.copy_menu import CopyMenu

        self.push_screen(CopyMenu(message.choices))

    @on(messages.CopyText)
    @work(group="errands", description="copy a text")
    async def _copy(self, message: messages.CopyText) -> None:
        await self._errands.copy(message.text, message.what)

    @on(messages.OpenWebPage)
    @work(group="errands", description="open a web page")
    async def _open_web_page(self, message: messages.OpenWebPage) -> None:
        await self._errands.open_web_page(message.url)

    @on(messages.OpenOutside)
    @work(group="errands", description="open a file outside")
    async def _open_outside(self, message: messages.OpenOutside) -> None:
        await self._errands.open_file(message.path)
