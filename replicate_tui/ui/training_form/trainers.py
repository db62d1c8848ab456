"""Lets the person pick the model that trains."""

import re
from typing import Any, Final

from textual.app import App

from replicate_tui.services.bundle import Services
from replicate_tui.services.trainers import known_trainers, searched_trainers
from replicate_tui.ui.modals.choose import ChooseDialog
from replicate_tui.ui.modals.name import NameDialog

_OTHER: Final = ""
_FULL_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*", re.IGNORECASE)
_NAME_HINT: Final = "owner/name of any model whose version can be trained   enter goes on   esc closes"


async def pick_trainer(app: App[Any], services: Services) -> str | None:
    """Return "owner/name" of the trainer that was picked or typed; raises ServiceProblem."""
    known = {card.full_name: card for card in await known_trainers(services.runs, services.search)}
    known |= {card.full_name: card for card in await searched_trainers(services.search) if card.full_name not in known}
    choices = [(name, f"{name}  {card.description}".rstrip()) for name, card in known.items()]
    choices.append((_OTHER, "Another model, by its name …"))
    picked = await app.push_screen_wait(ChooseDialog("Train with which model?", choices, choices[0][0]))
    if picked != _OTHER:
        return picked
    name = await app.push_screen_wait(NameDialog("Train with which model?", _NAME_HINT))
    return name if name and _FULL_NAME.fullmatch(name) else None
