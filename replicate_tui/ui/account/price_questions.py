"""What is asked to change prices and what models run on: each answer is checked at its field, then kept."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

from replicate_tui.services.price_book import PriceBook, model_mistake, sku_mistake, unit_mistake
from replicate_tui.services.price_texts import PER_SECOND, PER_UNIT, PriceTextError, read_price
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.modals.fields import AskedField, FieldsDialog

_ADD: Final = (
    Answer("h", "What a model runs on, so that its runs can be estimated", "hardware"),
    Answer("u", "A price per unit of what a model makes, for models priced so", "unit"),
    Answer("s", "The price of other hardware", "sku"),
)
_KEEP_OR_NOT: Final = (Answer("n", "Leave it as it is", "keep"), Answer("y", "Take it out", "remove"))
_PER_SECOND_HINT: Final = "0.000975, or with a unit: 3.51/h, 0.06/min"
_PER_UNIT_HINT: Final = "0.003, or for many: 3/1k, 3.75/M"


class PriceQuestions:
    """Asks for `section`; `skus` returns the hardware that may be named."""

    def __init__(self, section: Section, skus: Callable[[], Sequence[str]]) -> None:
        self._section = section
        self._skus = skus

    @property
    def _book(self) -> PriceBook:
        return self._section.house.services.price_book

    def add(self) -> None:
        """Ask what is to be added, then for its values."""

        def answered(answer: str | None) -> None:
            if answer == "hardware":
                self.hardware("", "")
            elif answer == "unit":
                self.unit_price("", "", "")
            elif answer == "sku":
                self.price("", "")

        self._section.screen.app.push_screen(ChoiceDialog("Add", _ADD), answered)

    def price(self, sku: str, dollars: str) -> None:
        """Ask for the price of a second on `sku`, and for the SKU itself when it is ""."""
        fields = [AskedField("dollars", "US dollars per second", dollars, _PER_SECOND_HINT)]
        if not sku:
            fields.insert(0, AskedField("sku", "SKU", "", "gpu-…", self._skus()))

        def check(values: Mapping[str, str]) -> dict[str, str]:
            named = values.get("sku", sku)
            # A SKU that nobody offers yet may have a price: it may be a new one.
            missing = "" if named and " " not in named else "A SKU is one word, such as gpu-t4."
            return {"sku": missing, "dollars": _price_mistake(values["dollars"], PER_SECOND)}

        async def keep(values: Mapping[str, str]) -> None:
            await self._book.set_per_second(values.get("sku", sku), read_price(values["dollars"], PER_SECOND))

        self._ask(f"Price of {sku}" if sku else "Price of hardware", fields, check, keep)

    def hardware(self, model: str, sku: str) -> None:
        """Ask what a model runs on; another name takes the place of `model`."""
        skus = self._skus()
        fields = [
            AskedField("model", "model", model, "owner/name"),
            AskedField("sku", "runs on", sku, ", ".join(skus[:4]), skus),
        ]

        def check(values: Mapping[str, str]) -> dict[str, str]:
            return {"model": model_mistake(values["model"]), "sku": sku_mistake(values["sku"], skus)}

        async def keep(values: Mapping[str, str]) -> None:
            await self._book.set_hardware(values["model"], values["sku"])
            if model and values["model"] != model:
                await self._book.set_hardware(model, None)

        self._ask("What a model runs on", fields, check, keep)

    def unit_price(self, model: str, unit: str, dollars: str) -> None:
        """Ask for a price per unit; another model or unit takes the place of the one before."""
        self._section.start(self._unit_price(model, unit, dollars), "ask for a price")

    async def _unit_price(self, model: str, unit: str, dollars: str) -> None:
        units = await self._book.units()
        fields = [
            AskedField("model", "model", model, "owner/name"),
            AskedField("unit", "unit: the metric of its runs that counts it", unit, units[0], units),
            AskedField("dollars", "US dollars per unit", dollars, _PER_UNIT_HINT),
        ]

        def check(values: Mapping[str, str]) -> dict[str, str]:
            return {
                "model": model_mistake(values["model"]),
                "unit": unit_mistake(values["unit"], units),
                "dollars": _price_mistake(values["dollars"], PER_UNIT),
            }

        async def keep(values: Mapping[str, str]) -> None:
            price = read_price(values["dollars"], PER_UNIT)
            await self._book.set_unit_price(values["model"], values["unit"], price)
            if model and (values["model"], values["unit"]) != (model, unit):
                await self._book.set_unit_price(model, unit, None)

        self._ask("Price per unit", fields, check, keep)

    def remove(self, question: str, detail: str, remove: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Ask, with the safe answer first, and take out what the person has set."""

        async def removed() -> None:
            await remove()
            self._section.changed()

        def answered(answer: str | None) -> None:
            if answer == "remove":
                self._section.start(removed(), "change prices")

        self._section.screen.app.push_screen(ChoiceDialog(question, _KEEP_OR_NOT, detail=detail), answered)

    def _ask(
        self,
        heading: str,
        fields: Sequence[AskedField],
        check: Callable[[Mapping[str, str]], Mapping[str, str]],
        keep: Callable[[Mapping[str, str]], Coroutine[Any, Any, None]],
    ) -> None:
        detail = f"Kept in {clean_line(wording.place(self._book.file))}; estimates follow at once."
        dialog = FieldsDialog(heading, fields, check=check, attempt=keep, detail=detail)
        self._section.screen.app.push_screen(dialog, lambda _: self._section.changed())


def _price_mistake(text: str, divisors: Mapping[str, float]) -> str:
    try:
        read_price(text, divisors)
    except PriceTextError as mistake:
        return str(mistake)
    return ""
