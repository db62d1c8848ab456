"""Hardware with the price per second, what models run on, prices per unit: where each is from, and changing it."""

from typing import Final

from replicate_tui.services.estimate import hardware_name, plain_dollars
from replicate_tui.services.hardware import Machine
from replicate_tui.services.price_book import (
    HardwarePrice,
    ModelHardware,
    PriceBook,
    PriceSource,
    UnitPrice,
)
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import Aged
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.account.lines import AccountLine, Row
from replicate_tui.ui.account.price_questions import PriceQuestions
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.web_pages import PRICING, model_page
from replicate_tui.ui.widgets.list_rows import GroupHeader

_HOUR: Final = 3600


class PricesSection(Section):
    """What is changed here stands in the settings file, and every estimate follows."""

    name = "prices"
    title = "Prices"
    about = "What estimates reckon with; what you change counts at once"
    offers = frozenset({"edit", "add", "remove"})
    page = PRICING

    _machines: Aged[tuple[Machine, ...]] | None = None

    @property
    def _book(self) -> PriceBook:
        return self.house.services.price_book

    @property
    def _place(self) -> str:
        return clean_line(wording.place(self._book.file))

    @property
    def _hardware(self) -> tuple[HardwarePrice, ...]:
        return self._book.hardware(self._machines.value if self._machines else None)

    async def read(self) -> None:
        hardware = self.house.services.hardware
        if self._machines is None:
            self._machines = await hardware.cached()
            self.changed()
        try:
            self._machines = await hardware.list()
        except ServiceProblem as problem:
            self.problem = f"{problem} r tries again."
        else:
            age = wording.age(self._machines.fetched_at)
            self.problem = f"{self._machines.problem} As of {age}." if self._machines.problem else ""
        self.changed()

    def lines(self) -> list[Row]:
        free = "nothing is charged here; these are of Replicate" if self._book.is_free else "US dollars"
        rows: list[Row] = [GroupHeader("Hardware", free), *map(self._hardware_line, self._hardware)]
        rows.append(GroupHeader("What models run on", "the API does not tell; deployments do"))
        rows += [self._model_line(each) for each in self._book.model_hardware] or [
            _nothing("models", "n h adds a model")
        ]
        rows.append(GroupHeader("Prices per unit of a model", "where the service is not paid by the second"))
        rows += [self._unit_line(each) for each in self._book.unit_prices] or [_nothing("units", "n u adds a price")]
        return rows

    def _hardware_line(self, price: HardwarePrice) -> AccountLine:
        name = price.name or hardware_name(price.sku)
        if price.per_second is None:
            value, style = "no price", "$text-warning"
        else:
            value, style = f"{_rate(price.per_second):<12} {_hourly(price.per_second):>9}", ""
        return AccountLine(
            f"sku {price.sku}",
            price.sku,
            f"{value:<22}  {name}",
            price.source.value if price.source is not PriceSource.NONE else "",
            style,
            detail=self._about(price),
            copied=price.sku,
            thing=price,
        )

    def _about(self, price: HardwarePrice) -> str:
        match price.source:
            case PriceSource.YOURS:
                first = f"Your price, in {self._place}."
                first += f" Built in: {_rate(price.built_in)}; d goes back to it." if price.built_in is not None else ""
            case PriceSource.BUILT_IN:
                first = "From Replicate's public price list of November 2026. e sets your own."
            case PriceSource.NONE:
                first = "No price is known, so nothing on it can be estimated. e sets one."
        offered = "" if price.is_offered is not False else " The service does not offer it to this account now."
        return first + offered

    def _model_line(self, each: ModelHardware) -> AccountLine:
        price = self.house.services.prices.per_second(each.sku)
        rate = "no price" if price is None else _rate(price)
        return AccountLine(
            f"model {each.model}",
            clean_line(each.model),
            f"{clean_line(each.sku):<17}  {rate}",
            PriceSource.YOURS.value,
            "$text-warning" if price is None else "",
            detail=f"By your own word, in {self._place}. e changes it, d forgets it.",
            copied=each.model,
            url=model_page(each.model),
            thing=each,
        )

    def _unit_line(self, each: UnitPrice) -> AccountLine:
        return AccountLine(
            f"unit {each.model} {each.unit}",
            clean_line(each.model),
            f"{plain_dollars(each.dollars)} per {clean_line(each.unit)}",
            PriceSource.YOURS.value,
            detail=f"Your price, in {self._place}. e changes it, d takes it out.",
            copied=each.model,
            url=model_page(each.model),
            thing=each,
        )

    # -- changing -----------------------------------------------------------------------------------------------

    @property
    def _questions(self) -> PriceQuestions:
        return PriceQuestions(self, lambda: tuple(price.sku for price in self._hardware))

    def edit(self, line: AccountLine | None) -> None:
        """Ask for another value of what the line stands for."""
        match line.thing if line else None:
            case HardwarePrice() as price:
                self._questions.price(price.sku, "" if price.per_second is None else _plain(price.per_second))
            case ModelHardware() as each:
                self._questions.hardware(each.model, each.sku)
            case UnitPrice() as each:
                self._questions.unit_price(each.model, each.unit, _plain(each.dollars))
            case _:
                self.add(line)

    def add(self, line: AccountLine | None) -> None:  # noqa: ARG002  (what is new has no line yet)
        self._questions.add()

    def remove(self, line: AccountLine | None) -> None:
        """Take out what the person has set, after a question."""
        book, ask = self._book, self._questions.remove
        match line.thing if line else None:
            case HardwarePrice(source=PriceSource.YOURS) as price:
                back = "" if price.built_in is None else f"What is built in counts again: {_rate(price.built_in)}."
                ask(f"Take out your price of {price.sku}?", back, lambda: book.set_per_second(price.sku, None))
            case ModelHardware() as each:
                words = f"Forget what {clean_line(each.model)} runs on?"
                ask(words, "Its runs are not estimated then.", lambda: book.set_hardware(each.model, None))
            case UnitPrice() as each:
                words = f"Take out the price of {clean_line(each.model)} per {clean_line(each.unit)}?"
                ask(words, "", lambda: book.set_unit_price(each.model, each.unit, None))
            case _:
                self.say("There is nothing of yours on this line.")


def _nothing(key: str, words: str) -> AccountLine:
    return AccountLine(f"no {key}", "none yet", words, style="$text-muted")


def _rate(per_second: float) -> str:
    return f"{plain_dollars(per_second)}/s"


def _hourly(per_second: float) -> str:
    return f"${per_second * _HOUR:,.2f}/h"


def _plain(dollars: float) -> str:
    return plain_dollars(dollars).removeprefix("$")
