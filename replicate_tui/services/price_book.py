"""The prices in use and where each is from, and changing them: in the settings file, and everywhere at once."""

import contextlib
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from replicate_tui.config import DEFAULT_PRICES, Settings, nearest_to
from replicate_tui.services.estimate import PriceList
from replicate_tui.services.hardware import Machine
from replicate_tui.services.settings_file import SettingsFile
from replicate_tui.store.metric_names import MetricNames
from replicate_tui.store.problems import HistoryProblem

#: Metrics that count what is paid for, as models of the service tell them; a run may bring others.
KNOWN_UNITS: Final = (
    "image_output_count",
    "image_count",
    "input_token_count",
    "output_token_count",
    "token_input_count",
    "token_output_count",
    "character_input_count",
    "audio_output_count",
    "video_output_count",
    "predict_time",
)
_MODEL: Final = re.compile(r"[\w.-]+/[\w.-]+")


class PriceSource(StrEnum):
    BUILT_IN = "built in"
    YOURS = "yours"
    NONE = "none"


class HardwarePrice(NamedTuple):
    """A kind of hardware; prices are in US dollars per second. `is_offered` is None where nobody has told."""

    sku: str
    name: str
    per_second: float | None
    built_in: float | None
    is_offered: bool | None = None

    @property
    def source(self) -> PriceSource:
        if self.per_second is None:
            return PriceSource.NONE
        return PriceSource.BUILT_IN if self.per_second == self.built_in else PriceSource.YOURS


class ModelHardware(NamedTuple):
    """What a model ("owner/name") runs on, by the person's own word."""

    model: str
    sku: str


class UnitPrice(NamedTuple):
    """US dollars for each `unit` (the name of a metric) that a model has made or taken."""

    model: str
    unit: str
    dollars: float


class PriceBook:
    """Shows and changes what `prices` knows. Every change raises ServiceProblem when it cannot be kept."""

    def __init__(self, file: SettingsFile, prices: PriceList, metrics: MetricNames) -> None:
        self._file = file
        self._prices = prices
        self._metrics = metrics
        self._unsubscribe = file.subscribe(self._follow)

    def _follow(self, settings: Settings) -> None:
        self._prices.replace(settings.prices, settings.hardware, settings.unit_prices)

    def close(self) -> None:
        """Follow the settings no more."""
        self._unsubscribe()

    @property
    def file(self) -> Path:
        """Where the person's own prices are kept."""
        return self._file.path

    @property
    def is_free(self) -> bool:
        return self._prices.is_free

    def hardware(self, offered: Sequence[Machine] | None) -> tuple[HardwarePrice, ...]:
        """Return all hardware that has a price or is offered by the service (None: not known what is)."""
        named = {machine.sku: machine.name for machine in offered or ()}
        return tuple(
            HardwarePrice(
                sku,
                named.get(sku, ""),
                self._prices.per_second(sku),
                DEFAULT_PRICES.get(sku),
                None if offered is None else sku in named,
            )
            for sku in dict.fromkeys((*self._prices.tables.per_second, *named))
        )

    @property
    def model_hardware(self) -> tuple[ModelHardware, ...]:
        return tuple(ModelHardware(model, sku) for model, sku in sorted(self._prices.tables.hardware.items()))

    @property
    def unit_prices(self) -> tuple[UnitPrice, ...]:
        return tuple(
            UnitPrice(model, unit, dollars)
            for model, units in sorted(self._prices.tables.units.items())
            for unit, dollars in sorted(units.items())
        )

    async def units(self) -> tuple[str, ...]:
        """Return what a model may be priced by: the metrics that models tell, and those that runs here have told."""
        seen: tuple[str, ...] = ()
        with contextlib.suppress(HistoryProblem):
            seen = await self._metrics.seen()
        return tuple(dict.fromkeys((*KNOWN_UNITS, *seen, *(price.unit for price in self.unit_prices))))

    # -- changes ------------------------------------------------------------------------------------------------

    async def set_per_second(self, sku: str, dollars: float | None) -> None:
        """Set the price of a second on `sku`; None goes back to what is built in."""
        await self._file.change({("prices", sku): dollars})

    async def set_hardware(self, model: str, sku: str | None) -> None:
        """Say what a model runs on; None forgets it."""
        await self._file.change({("hardware", model): sku})

    async def set_unit_price(self, model: str, unit: str, dollars: float | None) -> None:
        """Set the price of a unit of a model; None takes it out."""
        others = self._file.settings.unit_prices.get(model, {}).keys() - {unit}
        if dollars is None and not others:
            await self._file.change({("unit_prices", model): None})
        else:
            await self._file.change({("unit_prices", model, unit): dollars})


def model_mistake(model: str) -> str:
    """Say what is wrong with the name of a model, "" for nothing."""
    if not model:
        return "A model is missing: owner/name."
    return "" if _MODEL.fullmatch(model) else "A model is written as owner/name."


def sku_mistake(sku: str, known: Sequence[str]) -> str:
    """Say what is wrong with a SKU that should be one of `known`, "" for nothing."""
    if not sku:
        return "A SKU is missing, such as gpu-t4."
    return "" if sku in known else _not_known(f"{sku} is no hardware that is known here.", sku, known)


def unit_mistake(unit: str, known: Sequence[str]) -> str:
    """Say what is wrong with a unit that should be one of `known`, "" for nothing."""
    if not unit:
        return "A unit is missing: the name of a metric, such as image_output_count."
    return "" if unit in known else _not_known(f"{unit} is no metric that is known here.", unit, known)


def _not_known(words: str, text: str, known: Sequence[str]) -> str:
    nearest = nearest_to(text, known)
    return f"{words} Did you mean {nearest}?" if nearest else f"{words} Known are {', '.join(known[:4])} …"
