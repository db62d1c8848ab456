"""What can be done at the webhook receiver: start, stop and set it up, replay, copy and forget deliveries."""

import asyncio
import shlex
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.webhook_judge import body_text
from replicate_tui.services.webhook_replay import target_of
from replicate_tui.services.webhook_settings import checked_port, checked_public_url
from replicate_tui.services.webhook_views import EVENTS, Delivery
from replicate_tui.ui import messages
from replicate_tui.ui.modals.ask import AskDialog
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog

if TYPE_CHECKING:
    from replicate_tui.ui.screens.base import HouseScreen

_URL_HINT: Final = (
    "The https address of a tunnel that leads to this port (cloudflared, ngrok, ssh -R). Runs started here get it with "
    "a segment behind it that nobody can guess.\n\nenter keeps it, empty for none   esc closes"
)
_DEMO_URL_HINT: Final = (
    "The demo delivers to this machine by itself, so empty is right; to other machines it delivers nothing.\n\n"
    "enter keeps it, empty for none   esc closes"
)
_PORT_HINT: Final = "1024 to 65535, or 0 for any that is free   enter keeps it   esc closes"
_COMMAND_HINT: Final = (
    "The body goes to its standard input, the headers to its environment (WEBHOOK_ID, WEBHOOK_EVENT and so on). No "
    "shell runs. An address on this machine (http://127.0.0.1:3000/hook) gets it posted.\n\n"
    "enter runs it   esc closes   webhook_command in the settings saves typing"
)
_EVENT_ANSWERS: Final = (
    (Answer("c", "Their end", "completed"), ("completed",)),
    (Answer("s", "Start and end", "start"), ("start", "completed")),
    (Answer("o", "Output and end", "output"), ("output", "completed")),
    (Answer("a", "Everything: start, output, logs, end", "all"), EVENTS),
    (Answer("n", "Nothing: they do not report here", "none"), ()),
)
#: Linux takes at most 128 kB in one argument of a command.
_MOST_ARGUMENT: Final = 100_000


class WebhookErrands:
    """Errands run as the app's workers. `told` gets what is to stand on the screen, "" for nothing."""

    def __init__(self, screen: "HouseScreen", told: Callable[[str], None]) -> None:
        self._screen = screen
        self._services = screen.house.services
        self._receiver = self._services.webhooks
        self._told = told
        self._command = ""

    # -- the receiver -------------------------------------------------------------------------------------------

    def recall(self) -> None:
        self._start(self._receiver.recall(), "read how the webhook receiver is set up")

    def start_or_stop(self) -> None:
        stops = self._receiver.state.is_listening
        self._start(self._receiver.stop() if stops else self._receiver.start(), "start or stop the webhook receiver")

    def learn_secret(self) -> None:
        self._start(self._receiver.learn_secret(), "ask for the signing secret")

    def ask_public_url(self) -> None:
        """Ask for the address that leads here from outside."""
        is_demo = self._services.connection.is_demo
        dialog = AskDialog(
            "Public URL that leads here",
            _DEMO_URL_HINT if is_demo else _URL_HINT,
            self._receiver.state.public_url,
            placeholder="https://…",
            check=lambda text: checked_public_url(text, is_demo=is_demo),
        )

        def answered(text: str | None) -> None:
            if text is not None:
                self._start(self._receiver.set_public_url(text), "keep the public URL")

        self._screen.app.push_screen(dialog, answered)

    def ask_port(self) -> None:
        """Ask where to listen."""
        port = str(self._receiver.state.wanted_port)

        def answered(text: str | None) -> None:
            if text is not None:
                self._start(self._receiver.set_port(checked_port(text)), "listen at another port")

        self._screen.app.push_screen(AskDialog("Port on this machine", _PORT_HINT, port, check=checked_port), answered)

    def ask_events(self) -> None:
        """Ask of what runs are to report."""
        events = {answer.value: events for answer, events in _EVENT_ANSWERS}

        def answered(answer: str | None) -> None:
            if answer is not None:
                self._start(self._receiver.set_events(events[answer]), "choose what runs report")

        dialog = ChoiceDialog("Of what do runs that are started here report?", tuple(a for a, _ in _EVENT_ANSWERS))
        self._screen.app.push_screen(dialog, answered)

    # -- deliveries ---------------------------------------------------------------------------------------------

    def replay(self, delivery: Delivery) -> None:
        """Give a delivery to the command of the settings, or to one that is asked for."""
        if command := self._screen.house.settings.webhook_command.strip():
            self._replay(delivery, command)
            return

        def answered(text: str | None) -> None:
            if text is not None:
                self._command = text
                self._replay(delivery, text)

        dialog = AskDialog(
            f"Replay #{delivery.number} to a command", _COMMAND_HINT, self._command, placeholder="jq .", check=target_of
        )
        self._screen.app.push_screen(dialog, answered)

    def _replay(self, delivery: Delivery, command: str) -> None:
        from replicate_tui.ui.modals.replay import ReplayDialog

        try:
            self._screen.app.push_screen(ReplayDialog(delivery, target_of(command)))
        except ServiceProblem as problem:
            self._told(f"webhook_command in the settings: {problem}")

    def copy(self, delivery: Delivery | None) -> None:
        """Open the menu of what can be copied, of a delivery and of the receiver."""
        self._start(self._copy(delivery), "read what can be copied")

    async def _copy(self, delivery: Delivery | None) -> None:
        state = self._receiver.state
        choices: list[tuple[str, str]] = []
        if delivery is not None:
            choices = await asyncio.to_thread(copy_choices, delivery, state.local_url)
        choices += [("for service", state.hook_url), ("address here", state.local_url)]
        shown = tuple(choice for choice in choices if choice[1])
        if shown:
            self._screen.app.post_message(messages.OpenCopyMenu(shown))
        else:
            self._say("There is nothing to copy yet.")

    def open_run(self, delivery: Delivery) -> None:
        """Open the monitor of the run that was told of."""
        facts = delivery.facts
        if delivery.known_run:
            self._screen.post_message(messages.OpenRun(delivery.known_run, kind=delivery.known_kind))
        elif facts.run_id:
            self._screen.post_message(messages.OpenRemoteRun(facts.run_id))
        else:
            self._told(f"#{delivery.number} tells of no run: it is {facts.problem}.")

    def forget(self, deliveries: Sequence[Delivery]) -> None:
        self._receiver.forget([each.number for each in deliveries])

    def _say(self, text: str) -> None:
        self._screen.app.post_message(messages.Say(text))

    def _start(self, errand: Coroutine[Any, Any, None], description: str) -> None:
        self._told("")
        self._screen.app.run_worker(self._tell_problems(errand), group="webhooks", description=description)

    async def _tell_problems(self, errand: Coroutine[Any, Any, None]) -> None:
        try:
            await errand
        except ServiceProblem as problem:
            self._told(str(problem))


def copy_choices(delivery: Delivery, local_url: str) -> list[tuple[str, str]]:
    """Return what of a delivery may be copied: (label, text)."""
    text = body_text(delivery.body)
    headers = "\n".join(f"{name}: {value}" for name, value in delivery.headers)
    return [
        ("body", text),
        ("curl", curl(delivery, local_url)),
        ("run", delivery.facts.run_id),
        ("headers", headers),
        ("webhook-id", delivery.id),
    ]


def curl(delivery: Delivery, url: str) -> str:
    """Return the command that posts a delivery again as it came, "" for one that no argument can hold."""
    try:
        body = delivery.body.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if not url or len(delivery.body) > _MOST_ARGUMENT or "\x00" in body:
        return ""
    passed = [
        (name, value) for name, value in delivery.headers if name == "content-type" or name.startswith("webhook-")
    ]
    lines = [f"curl {shlex.quote(url)}", *(f"--header {shlex.quote(f'{name}: {value}')}" for name, value in passed)]
    return " \\\n  ".join([*lines, f"--data-binary {shlex.quote(body)}"])
