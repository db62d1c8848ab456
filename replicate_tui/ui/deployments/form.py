"""The form of a deployment without a screen: its fields, the wish they make, and what it would change."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from textual.content import Content

from replicate_tui.schema.fields import MISSING, FieldKind, InputField, InputSchema
from replicate_tui.services.deployment_views import (
    MOST_INSTANCES,
    MOST_MIN_INSTANCES,
    DeploymentCard,
    DeploymentWish,
    Release,
    change_problems,
    changes_of,
    wish_problems,
)
from replicate_tui.services.estimate import PriceList, hardware_name, plain_dollars
from replicate_tui.services.hardware import Machine
from replicate_tui.services.problems import FieldProblem
from replicate_tui.services.views import VersionCard
from replicate_tui.ui.form.fields_form import FieldsForm
from replicate_tui.ui.form.options import version_labels

_VERSION_DIGITS: Final = 12
_BOUNDS: Final = ("min_instances", "max_instances")


class DeploymentForm(FieldsForm):
    """The fields of a new deployment, or of a change to `card`."""

    def __init__(self, card: DeploymentCard | None, prices: PriceList) -> None:
        self.card = card
        self._prices = prices
        self._machines: tuple[Machine, ...] = ()
        self._versions: tuple[VersionCard, ...] = ()
        super().__init__(self._schema())
        if card is not None:
            self.drawing.default_word = "Now"
            self.labels |= {card.release.version: card.release.version[:_VERSION_DIGITS]}

    # -- what there is to choose --------------------------------------------------------------------------------

    @property
    def skus(self) -> tuple[str, ...]:
        """The hardware on offer; empty while it is not known."""
        return tuple(machine.sku for machine in self._machines)

    def offer_machines(self, machines: tuple[Machine, ...]) -> None:
        self._machines = machines
        self.labels |= {machine.sku: _machine_label(machine) for machine in machines}
        self.take_schema(self._schema())

    def offer_versions(self, versions: Sequence[VersionCard]) -> None:
        """Offer the versions of the model; the newest is taken where none of them is chosen yet."""
        self._versions = tuple(versions)
        self.labels |= version_labels(versions)
        self.take_schema(self._schema())
        ids = [version.id for version in versions]
        if self.card is None and ids and self._stripped("version") not in ids:
            self.state.set_text("version", ids[0])

    def fill(self, release: Release) -> None:
        """Put in what an earlier release had, or what a new deployment begins with."""
        texts = {
            "model": release.model if self.card is None else "",
            "version": release.version,
            "hardware": release.hardware,
            "min_instances": _count_text(release.min_instances),
            "max_instances": _count_text(release.max_instances),
        }
        for name, text in texts.items():
            if text and self.state.schema.get(name):
                self.labels.setdefault(text, text[:_VERSION_DIGITS] if name == "version" else text)
                self.state.set_text(name, text)

    def _schema(self) -> InputSchema:
        now = self.card.release if self.card else None
        versions = [version.id for version in self._versions]
        fields = [
            self._choice("version", versions, now and now.version, "What it runs: one version of the model."),
            self._choice("hardware", self.skus, now and now.hardware, "What each instance runs on."),
            _number(
                "min_instances",
                MOST_MIN_INSTANCES,
                0 if now is None else now.min_instances,
                "Kept ready all the time, and paid for all the time. With 0 the first run waits for a cold boot.",
            ),
            _number(
                "max_instances",
                MOST_INSTANCES,
                1 if now is None else now.max_instances,
                "As many at most, when many runs come at once. 0 switches it off.",
            ),
        ]
        if now is None:
            model = _text("model", "The model to run, as owner/name: yours, or any public one with versions.")
            name = _text("name", "How the deployment is called below your account; it cannot be changed later.")
            fields = [model, fields[0], name, *fields[1:]]
        return InputSchema(fields=tuple(fields))

    def _choice(self, name: str, choices: Sequence[str], now: str | None, about: str) -> InputField:
        """Return a field with what is on offer and what is in use; where neither is known it is typed."""
        known = tuple(dict.fromkeys((*choices, now) if now else choices))
        return InputField(
            name=name,
            title="",
            kind=FieldKind.CHOICE if known else FieldKind.TEXT,
            order=0,
            required=not now,
            default=now or MISSING,
            choices=known,
            description=about,
        )

    def take_draft(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Put a draft back; what it has of versions and hardware stays on offer."""
        for name in ("version", "hardware"):
            if isinstance(text := values.get(name), str) and text:
                self.labels.setdefault(text, text[:_VERSION_DIGITS] if name == "version" else text)
        super().take_draft(values, options)

    @property
    def model(self) -> str:
        return self.card.release.model if self.card else self._stripped("model")

    # -- the wish -----------------------------------------------------------------------------------------------

    def wish(self) -> DeploymentWish:
        """Return what the form asks for; counts that cannot be read stay as they are."""
        values = self.state.values()

        def count(name: str, otherwise: int) -> int:
            known = self.state.field(name).default
            value = values.get(name, known)
            return value if isinstance(value, int) else otherwise

        return DeploymentWish(
            name=self.card.name if self.card else self._stripped("name"),
            model=self.model,
            version=self._stripped("version"),
            hardware=self._stripped("hardware"),
            min_instances=count("min_instances", 0),
            max_instances=count("max_instances", 0),
        )

    def _stripped(self, name: str) -> str:
        return self.text(name).strip()

    def problems(self) -> Sequence[FieldProblem]:
        wish = self.wish()
        return change_problems(self.card, wish, self.skus) if self.card else wish_problems(wish, self.skus)

    def check_field(self, name: str) -> None:
        """Look for what the service would refuse of one field; one bound of the instances judges the other."""
        if name in _BOUNDS and self.state.is_touched(name):
            self.state.tell([problem for problem in self.state.problems() if problem.field not in _BOUNDS])
            for bound in _BOUNDS:
                super().check_field(bound)
        else:
            super().check_field(name)

    @property
    def keeps_more_ready(self) -> bool:
        """Whether more is paid for while nothing runs than before."""
        wish = self.wish()
        if not wish.min_instances:
            return False
        before = self.card.release if self.card else Release()
        return wish.min_instances > (before.min_instances or 0) or wish.hardware != before.hardware

    @property
    def switches_off(self) -> bool:
        return self.card is not None and not self.card.release.is_off and self.wish().max_instances == 0

    # -- what it would mean -------------------------------------------------------------------------------------

    def cost(self) -> str:
        """Return the hourly cost of the minimum, before → after where it changes."""
        wish = self.wish()
        after = self._prices.hourly(wish.hardware, wish.min_instances).text
        if self.card is None or not changes_of(self.card, wish):
            return after
        now = self.card.release
        before = self._prices.hourly(now.hardware, now.min_instances or 0).text
        return after if before == after else f"{before.partition(':')[0]} → {after}"

    def summary(self) -> list[Content]:
        """Return the lines below the form: what becomes of what, and what the minimum costs."""
        lines = []
        if self.card is not None:
            changes = changes_of(self.card, self.wish())
            number = self.card.release.number
            heading = f"Release {number} → {number + 1}" if changes and number is not None else "Nothing is changed yet"
            lines = [
                Content.styled(heading, "bold"),
                *(self._change_line(name, after) for name, after in changes.items()),
            ]
        cost = Content.assemble(Content.styled(" the minimum costs".ljust(20), "$text-muted"), self.cost())
        return [*lines, cost]

    def _change_line(self, name: str, after: Any) -> Content:
        before = getattr(self.card.release, name) if self.card else None
        label = Content.styled(f" {name}".ljust(20), "$text-muted")
        return Content.assemble(
            label, self._words(name, before), " → ", Content.styled(self._words(name, after), "bold")
        )

    @staticmethod
    def _words(name: str, value: Any) -> str:
        if value is None or value == "":
            return "unknown"
        if name == "version":
            return str(value)[:_VERSION_DIGITS]
        return hardware_name(value) if name == "hardware" else str(value)


def _machine_label(machine: Machine) -> str:
    price = f"{plain_dollars(machine.per_second)}/s" if machine.per_second is not None else "no price set"
    return f"{machine.sku:<18} {machine.name}  {price}"


def _count_text(count: int | None) -> str:
    return "" if count is None else str(count)


def _text(name: str, about: str) -> InputField:
    return InputField(name=name, title="", kind=FieldKind.TEXT, order=0, required=True, description=about)


def _number(name: str, most: int, now: int | None, about: str) -> InputField:
    return InputField(
        name=name,
        title="",
        kind=FieldKind.INTEGER,
        order=0,
        default=MISSING if now is None else now,
        minimum=0,
        maximum=most,
        description=about,
    )
