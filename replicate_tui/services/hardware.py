"""The hardware that models and deployments can run on: the service's own list, with the prices of the settings."""

from typing import Any, NamedTuple

from replicate_tui.services.cards import objects
from replicate_tui.services.estimate import PriceList
from replicate_tui.services.kept_answers import KeptAnswers
from replicate_tui.services.views import Aged
from replicate_tui.text import clean_line

_KEY = "hardware"


class Machine(NamedTuple):
    """One kind of hardware; `per_second` is in US dollars, None when no price is set for it."""

    sku: str
    name: str
    per_second: float | None = None


class HardwareService:
    """Lists what this account can use now: other lists of SKUs go out of date (Replicate API, hardware)."""

    def __init__(self, answers: KeptAnswers, prices: PriceList) -> None:
        self._answers = answers
        self._prices = prices

    async def cached(self) -> Aged[tuple[Machine, ...]] | None:
        return await self._answers.cached(_KEY, self._machines)

    async def list(self) -> Aged[tuple[Machine, ...]]:
        """Return the hardware as the service offers it; see KeptAnswers for what happens offline."""
        return await self._answers.fresh(_KEY, lambda client: client.hardware.list(), self._machines)

    def _machines(self, body: Any) -> tuple[Machine, ...]:
        return tuple(
            Machine(sku, clean_line(str(entry.get("name") or sku)), self._prices.per_second(sku))
            for entry in objects(body)
            if (sku := clean_line(str(entry.get("sku") or "")))
        )
