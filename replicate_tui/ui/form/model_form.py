"""The forms of one's own models: a new one, and the texts and links of one there is."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, cast

from textual.content import Content

from replicate_tui.schema.fields import MISSING, FieldKind, InputField, InputSchema
from replicate_tui.services.estimate import plain_dollars
from replicate_tui.services.hardware import Machine
from replicate_tui.services.own_model_rules import (
    CHANGEABLE,
    Change,
    NewModel,
    Visibility,
    change_problems,
    changes,
    new_model_problems,
)
from replicate_tui.services.problems import FieldProblem
from replicate_tui.text import clean_line
from replicate_tui.ui.form.fields_form import FieldsForm
from replicate_tui.ui.wording import plural

_ABOUT: Final[Mapping[str, str]] = {
    "name": "How it is called below your account. It cannot be changed later.",
    "visibility": "Who can see and run it. The API changes it never again, and deletes private models only.",
    "hardware": "What its runs and trainings run on. The API neither tells nor changes it later.",
    "description": "One sentence, shown in lists.",
    "readme": "The README, as Markdown; ctrl+o opens it in your editor.",
    "github_url": "Where its source is.",
    "paper_url": "Where its paper is.",
    "license_url": "Where its licence is.",
    "weights_url": "Where its weights are.",
    "cover_image_url": "A picture for its page on the web. It cannot be changed later by the API.",
}
_NEW_LINKS: Final = ("github_url", "paper_url", "license_url", "cover_image_url")
_LABEL_CELLS: Final = 16
_SHOWN_CELLS: Final = 40


class NewModelForm(FieldsForm):
    """A model to be made; `account` is "" while it is not known."""

    def __init__(self) -> None:
        self.account = ""
        self._machines: tuple[Machine, ...] = ()
        super().__init__(self._schema())

    @property
    def skus(self) -> tuple[str, ...]:
        """The hardware on offer; empty while it is not known."""
        return tuple(machine.sku for machine in self._machines)

    def offer_machines(self, machines: tuple[Machine, ...]) -> None:
        self._machines = machines
        self.labels |= {machine.sku: _machine_label(machine) for machine in machines}
        self.take_schema(self._schema())

    def wish(self) -> NewModel:
        """Return what the form asks for."""
        links = {name: self.text(name).strip() for name in _NEW_LINKS}
        return NewModel(
            name=self.text("name").strip(),
            hardware=self.text("hardware").strip(),
            visibility=cast("Visibility", self.text("visibility") or "private"),
            description=self.text("description").strip(),
            **links,
        )

    def problems(self) -> Sequence[FieldProblem]:
        return new_model_problems(self.wish(), account=self.account, skus=self.skus)

    def _schema(self) -> InputSchema:
        hardware = FieldKind.CHOICE if self._machines else FieldKind.TEXT
        return InputSchema(
            fields=(
                _field("name", required=True),
                _field("visibility", FieldKind.CHOICE, choices=("private", "public"), default="private"),
                _field("hardware", hardware, choices=self.skus, required=True),
                _field("description"),
                *map(_field, _NEW_LINKS),
            )
        )


class ModelTextsForm(FieldsForm):
    """The texts and links of a model, `before` as they are now."""

    def __init__(self) -> None:
        self.before: Mapping[str, str] = {}
        super().__init__(InputSchema())
        self.drawing.default_word = "Now"

    @property
    def is_loaded(self) -> bool:
        return bool(self.state.schema.fields)

    def take_texts(self, before: Mapping[str, str]) -> None:
        """Show the texts as they are now; what was entered meanwhile stays."""
        self.before = before
        fields = (
            _field(name, default=before.get(name, ""), multiline=name in ("readme", "description"))
            for name in CHANGEABLE
        )
        self.take_schema(InputSchema(fields=tuple(fields)))

    def wish(self) -> tuple[Change, ...]:
        """Return what would be changed."""
        after = {known.name: self.text(known.name) for known in self.state.schema.fields}
        links = {name: text.strip() for name, text in after.items() if name.endswith("_url")}
        return changes(self.before, after | links)

    @property
    def has_changes(self) -> bool:
        return bool(self.wish())

    def problems(self) -> Sequence[FieldProblem]:
        return change_problems(self.wish())

    def summary(self) -> list[Content]:
        wanted = self.wish()
        if not wanted:
            return [Content.styled("Nothing is changed yet", "$text-muted")]
        return [Content.styled("Will be changed", "bold"), *map(_change_line, wanted)]


def _change_line(change: Change) -> Content:
    label = Content.styled(f" {change.field}".ljust(_LABEL_CELLS), "$text-muted")
    if change.field == "readme":
        return Content.assemble(label, _lines_changed(change.before, change.after))
    return Content.assemble(label, _shown(change.before), " → ", Content.styled(_shown(change.after), "bold"))


def _shown(text: str) -> str:
    return clean_line(" ".join(text.split()), _SHOWN_CELLS) or "empty"


def _lines_changed(before: str, after: str) -> str:
    """Say how a long text changes: 12 lines → 14 lines, 3 new, 1 gone."""
    old, new = before.splitlines(), after.splitlines()
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if len(old) + len(new) < 2000 else []
    added = sum(j2 - j1 for tag, _, _, j1, j2 in steps if tag in ("insert", "replace"))
    gone = sum(i2 - i1 for tag, i1, i2, _, _ in steps if tag in ("delete", "replace"))
    sums = f"{plural(len(old), 'line')} → {plural(len(new), 'line')}"
    return f"{sums}, {added} new, {gone} gone" if steps else sums


def _field(name: str, kind: FieldKind = FieldKind.TEXT, **more: Any) -> InputField:
    more.setdefault("default", MISSING)
    return InputField(name=name, title="", kind=kind, order=0, description=_ABOUT[name], **more)


def _machine_label(machine: Machine) -> str:
    price = machine.per_second
    words = "no price set" if price is None else f"{plain_dollars(price)}/s · ${price * 3600:,.2f}/h"
    return f"{machine.sku:<18} {machine.name}  {words}"
