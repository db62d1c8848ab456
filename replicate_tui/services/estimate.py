"""What a run will cost, and what it has cost, with the basis of the figure; what is not known is said, not guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from replicate_tui.schema.fields import OutputSchema
from replicate_tui.services.views import Usual
from replicate_tui.store.records import RunRecord

#: How people call the hardware (names of Replicate's price list); a SKU without a name is shown as it is.
_HARDWARE_NAMES: Final[Mapping[str, str]] = {
    "cpu": "CPU",
    "cpu-small": "CPU small",
    "gpu-t4": "T4",
    "gpu-l40s": "L40S",
    "gpu-a100-large": "A100",
    "gpu-h100": "H100",
}


_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_NOTHING: Final = "nothing, it runs on this machine"
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Estimate:
    """A cost in US dollars, or None when unknown; `text` is the sentence to show, with its basis."""

    text: str
    dollars: float | None = None

    @property
    def is_known(self) -> bool:
        return self.dollars is not None


class PriceTables(NamedTuple):
    """US dollars per second by SKU, SKU by model ("owner/name"), and dollars by model and metric ("image_count")."""

    per_second: Mapping[str, float]
    hardware: Mapping[str, str]
    units: Mapping[str, Mapping[str, float]]


class PriceList:
    """The user's own tables in US dollars: per second by hardware SKU, the hardware of models, per unit by model.

    The API tells none of these; only a deployment names its hardware. With `is_free` nothing costs anything. Who
    holds the list reckons with new tables as soon as `replace` gives it some.
    """

    def __init__(
        self,
        prices: Mapping[str, float],
        hardware: Mapping[str, str],
        unit_prices: Mapping[str, Mapping[str, float]] | None = None,
        *,
        is_free: bool = False,
    ) -> None:
        self._is_free = is_free
        self.replace(prices, hardware, unit_prices or {})

    def replace(
        self, prices: Mapping[str, float], hardware: Mapping[str, str], unit_prices: Mapping[str, Mapping[str, float]]
    ) -> None:
        """Reckon with these tables from now on."""
        self._prices = prices
        self._hardware = hardware
        self._unit_prices = unit_prices

    def copy(self) -> "PriceList":
        """Return a list with the same tables, which may be given others."""
        return PriceList(self._prices, self._hardware, self._unit_prices, is_free=self._is_free)

    @property
    def tables(self) -> PriceTables:
        return PriceTables(self._prices, self._hardware, self._unit_prices)

    def estimate(
        self,
        model: str,
        *,
        usual: Usual | None,
        is_official: bool = False,
        output: OutputSchema | None = None,
        deployment_hardware: str | None = None,
    ) -> Estimate:
        """Return what one run of `model` ("owner/name") is likely to cost, from the median of past runs here."""
        if self._is_free:
            return Estimate(_NOTHING, 0.0)
        if model in self._unit_prices:
            return self._estimate_by_unit(usual)
        sku = deployment_hardware or self._hardware.get(model)
        if sku is None:
            return Estimate(
                f"unknown: {_unit(output)}" if is_official else "unknown: no hardware is set for this model"
            )
        price = self._prices.get(sku)
        if price is None:
            return Estimate(f"unknown: no price is set for {sku}")
        rate = _rate(price, sku, is_deployment=bool(deployment_hardware))
        if usual is None or not usual.count or usual.ran_median is None:
            return Estimate(f"unknown: no past run here to go by; {rate}")
        dollars = usual.ran_median * price
        runs = "your last run" if usual.count == 1 else f"median of your last {usual.count} runs"
        return Estimate(f"≈ {dollars_text(dollars)}: {_seconds(usual.ran_median)} {runs} {_TIMES} {rate}", dollars)

    def _estimate_by_unit(self, usual: Usual | None) -> Estimate:
        if usual is None or usual.cost_median is None:
            return Estimate("unknown: no past run here to go by; you pay per unit (your prices)")
        runs = "your last run" if usual.count == 1 else f"the median of your last {usual.count} runs"
        return Estimate(f"≈ {dollars_text(usual.cost_median)}: {runs} (your prices per unit)", usual.cost_median)

    @property
    def is_free(self) -> bool:
        """Whether nothing costs anything here; the prices of hardware are then Replicate's."""
        return self._is_free

    def per_second(self, sku: str) -> float | None:
        """Return the price of a second on `sku` in US dollars, None when none is set."""
        return self._prices.get(sku)

    def hourly(self, sku: str, instances: int) -> Estimate:
        """Return what keeping `instances` of `sku` ready costs in an hour, whether or not anything runs on them."""
        if not instances:
            return Estimate("$0/h: no instance is kept ready", 0.0)
        price = self._prices.get(sku)
        if price is None:
            missing = f"unknown: no price for {sku}"
            return Estimate(_NOTHING, 0.0) if self._is_free else Estimate(missing)
        dollars = price * instances * _HOUR
        text = f"{dollars_text(dollars)}/h: {instances} {_TIMES} {plain_dollars(price)}/s {hardware_name(sku)}"
        return Estimate(f"{text} (on Replicate; nothing here)", 0.0) if self._is_free else Estimate(text, dollars)

    def priced(self, record: RunRecord) -> RunRecord:
        """Return an ended run with its cost and the basis of it; both stay as they are where they are not known.

        A run is charged also when it failed or was canceled, for as long as it ran.
        """
        if not record.is_final:
            return record
        cost = self._cost_of(record)
        return replace(record, cost=cost.dollars, cost_basis=cost.text) if cost else record

    def _cost_of(self, record: RunRecord) -> Estimate | None:
        if self._is_free:
            return Estimate(_NOTHING, 0.0)
        if units := self._unit_prices.get(record.model):
            return _cost_of_units(units, record.metrics)
        hardware = record.options.get("hardware")
        its_own = hardware if isinstance(hardware, str) else ""
        sku = its_own or self._hardware.get(record.model, "")
        price, seconds = self._prices.get(sku), _number(record.metrics.get("predict_time"))
        if price is None or seconds is None:
            return None
        return Estimate(
            f"{_seconds(seconds)} {_TIMES} {_rate(price, sku, is_deployment=bool(its_own))}", seconds * price
        )


#: Of the demo service, which runs everything on this machine.
FREE: Final = PriceList({}, {}, is_free=True)


def _cost_of_units(units: Mapping[str, float], metrics: Mapping[str, object]) -> Estimate | None:
    counted = {name: count for name in units if (count := _number(metrics.get(name))) is not None}
    if not counted:
        return None
    parts = [f"{count:g} {name} {_TIMES} {plain_dollars(units[name])}" for name, count in counted.items()]
    return Estimate(" + ".join(parts) + " (your prices)", sum(units[name] * count for name, count in counted.items()))


def _rate(price: float, sku: str, *, is_deployment: bool) -> str:
    return f"{plain_dollars(price)}/s {hardware_name(sku)} ({'its deployment' if is_deployment else 'your mapping'})"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def usual_words(usual: Usual | None) -> str:
    """Return "usually 1.1 s (p90 2.0 s, your last 8)", or "" before the first run."""
    if usual is None or not usual.count or usual.ran_median is None:
        return ""
    slow = f"p90 {_seconds(usual.ran_p90)}, " if usual.ran_p90 is not None else ""
    return f"usually {_seconds(usual.ran_median)} ({slow}your last {usual.count}){_waiting_words(usual)}"


def _waiting_words(usual: Usual) -> str:
    if usual.waited_median is None or usual.waited_p90 is None:
        return ""
    return f" after waiting {_seconds(usual.waited_median)} (p90 {_seconds(usual.waited_p90)})"


def hardware_name(sku: str) -> str:
    """Return how people call a SKU: the last part of "gpu-l40s-2x" is a count."""
    base, dash, count = sku.rpartition("-")
    if dash and count.endswith("x") and count[:-1].isdecimal():
        return f"{count[:-1]}{_TIMES} {_HARDWARE_NAMES.get(base, base)}"
    return _HARDWARE_NAMES.get(sku, sku)


def dollars_text(dollars: float) -> str:
    """Return an amount with two significant digits below a dollar ("$0.003"), else with cents ("$1,204.50")."""
    if dollars >= 0.995:
        return f"${dollars:,.2f}"
    return plain_dollars(float(f"{dollars:.2g}"))


def plain_dollars(dollars: float) -> str:
    """Return an amount exactly, without an exponent: "$0.000975"."""
    return f"${dollars:.12f}".rstrip("0").rstrip(".")


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def _unit(output: OutputSchema | None) -> str:
    """Say by what an official model is priced; its output hints at the unit."""
    if output is not None and output.concatenates:
        return "priced per token"
    return "priced per output" if output is not None and output.is_file else "priced by the service per unit"
