"""Where a training may go: a model of the person's own, or one that is made right here."""

from collections.abc import Sequence
from typing import Any, Final

from textual.app import App

from replicate_tui.services.bundle import Services
from replicate_tui.services.estimate import dollars_text
from replicate_tui.services.hardware import Machine
from replicate_tui.services.own_model_rules import NewModel, Visibility, name_problem
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import ModelCard
from replicate_tui.ui import messages
from replicate_tui.ui.modals.ask import AskDialog
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.modals.choose import ChooseDialog

_NEW: Final = ""
_NAME_HINT: Final = "lower case letters, digits, dots, dashes and underscores   enter goes on   esc closes"


async def pick_destination(app: App[Any], services: Services, current: str) -> str | None:
    """Let the person pick one of their models, or make one; returns "owner/name", None when nothing was picked."""
    try:
        mine: Sequence[ModelCard] = await services.model_lists.known_mine()
    except ServiceProblem:
        mine = ()
    choices = [(_NEW, "Make a new model …"), *((card.full_name, _words(card)) for card in mine)]
    picked = await app.push_screen_wait(ChooseDialog("Train into which model of yours?", choices, current))
    return await make_destination(app, services) if picked == _NEW else picked


async def make_destination(app: App[Any], services: Services) -> str | None:
    """Ask for a name, who may see it and its hardware, and make a model; None when it was not made.

    What the service refuses comes back with the name that was typed.
    """
    typed = ""
    try:
        owner = await services.own_models.account()
        machines = (await services.hardware.list()).value
    except ServiceProblem as problem:
        app.post_message(messages.SayProblem(problem))
        return None
    while (text := await app.push_screen_wait(_ask_name(owner, typed))) is not None:
        typed = text.strip()
        visibility = await _ask_visibility(app, f"{owner}/{typed}")
        if visibility is None:
            return None
        hardware = await app.push_screen_wait(
            ChooseDialog("Run its versions on which hardware?", [(one.sku, _machine_words(one)) for one in machines])
        )
        if hardware is None:
            return None
        new = NewModel(name=typed, hardware=hardware, visibility=visibility)
        try:
            made = await services.own_models.create(new, skus=[one.sku for one in machines])
        except ServiceProblem as problem:
            app.post_message(messages.SayProblem(problem))
            continue
        app.post_message(messages.Say(f"Made {made.full_name}."))
        return made.full_name
    return None


def _ask_name(owner: str, typed: str) -> AskDialog:
    return AskDialog(f"A new model: {owner}/…", _NAME_HINT, typed, check=_check_name)


def _check_name(text: str) -> None:
    if problem := name_problem(text.strip()):
        raise ServiceProblem(ProblemKind.INVALID, problem)


async def _ask_visibility(app: App[Any], full_name: str) -> Visibility | None:
    answers = (
        Answer("n", "Only you (private); online time is billed", "private"),
        Answer("p", "Everybody (public)", "public"),
    )
    answer = await app.push_screen_wait(ChoiceDialog(f"Who may see and run {full_name}?", answers))
    return answer if answer in ("private", "public") else None  # type: ignore[return-value]  # one of the two


def _words(card: ModelCard) -> str:
    return f"{card.full_name}  {card.visibility}  {card.description}".rstrip()


def _machine_words(machine: Machine) -> str:
    price = f"  {dollars_text(machine.per_second * 3600)}/h" if machine.per_second else ""
    return f"{machine.name}  {machine.sku}{price}"
