"""Sends what a run made on to another model: its form opens with the output in the first input that takes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from textual.app import App

from replicate_tui.schema.fields import FieldKind, InputField
from replicate_tui.services.bundle import Services
from replicate_tui.services.views import ModelCard
from replicate_tui.text import clean_line
from replicate_tui.ui.messages import OpenForm, Say
from replicate_tui.ui.modals.choose import ChooseDialog

_MOST_MODELS: Final = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """What is sent on: the path of a saved file or the URL of one, or a text; `origin` says where it comes from.

    `more` are further values, which only a list can take with the first.
    """

    value: str
    is_file: bool
    origin: str = "the output of a run"
    more: tuple[str, ...] = ()

    @property
    def kind(self) -> FieldKind:
        return FieldKind.FILE if self.is_file else FieldKind.TEXT


async def send_on(app: App[Any], services: Services, offer: Offer) -> OpenForm | Say | None:
    """Let the person choose a model, and return the wish for its form, or None; raises ServiceProblem."""
    models = await _models(services)
    heading = "Send it to which model?"
    if offer.is_file:
        # What is not known to take none comes after what is known to take one.
        models = sorted(
            (card for card in models if card.takes_files is not False), key=lambda card: not card.takes_files
        )
        heading = "Send it to which model? These take a file."
    choices = [(card.full_name, _words(card, offer)) for card in models]
    full_name = await app.push_screen_wait(ChooseDialog(heading, choices))
    if full_name is None:
        return None
    owner, _, name = full_name.partition("/")
    page = (await services.catalog.model(owner, name)).value
    fields = page.version.schema.input.fields if page.version else ()
    if offer.more:
        fields = tuple(field for field in fields if field.kind is FieldKind.LIST)
    field = fitting_field(fields, offer.kind)
    if field is None:
        what = "file" if offer.is_file else "text"
        what = f"list of {what}s; unmark all but one" if offer.more else what
        return Say(f"{clean_line(full_name)} takes no {what}.", "warning")
    value = [offer.value, *offer.more] if field.kind is FieldKind.LIST else offer.value
    # The path is one of ours: a file that was saved on this machine.
    return OpenForm(full_name, values={field.name: value}, origin=offer.origin, local_files=True)


def _words(card: ModelCard, offer: Offer) -> str:
    known = "" if card.takes_files or not offer.is_file else "inputs not known yet  "
    return f"{card.full_name}  {known}{card.description}"


async def _models(services: Services) -> list[ModelCard]:
    search = services.search
    known = (*await search.pinned(), *await search.recent(), *await search.popular(_MOST_MODELS))
    return list({card.full_name: card for card in known}.values())


def fitting_field(fields: Iterable[InputField], kind: FieldKind) -> InputField | None:
    """Return the input that takes a value of `kind`, alone or in a list: a required one, else the author's first."""
    fitting = [field for field in fields if kind in (field.kind, field.item.kind if field.item else None)]
    return min(fitting, key=lambda field: (not field.required, field.order), default=None)
