"""What a run has cost: by the hardware of its deployment where that was seen here, else by the prices' own mapping."""

import contextlib
from dataclasses import replace

from replicate_tui.services.estimate import PriceList
from replicate_tui.services.releases import SeenReleases
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.records import RunRecord


class Costs:
    """Prices ended runs; what it learns of the hardware is kept in their options."""

    def __init__(self, prices: PriceList, releases: SeenReleases) -> None:
        self._prices = prices
        self._releases = releases

    async def priced(self, record: RunRecord) -> RunRecord:
        """Return an ended run with its cost and the basis of it, and any other as it is."""
        if not record.is_final:
            return record
        if record.deployment and not record.options.get("hardware"):
            record = await self._with_hardware(record, record.deployment)
        return self._prices.priced(record)

    async def _with_hardware(self, record: RunRecord, deployment: str) -> RunRecord:
        """Return a run of others with the SKU that its deployment ran on, if a release of then was seen here."""
        # The history tells its standing problem itself, and the run has a cost of sorts without this.
        with contextlib.suppress(HistoryProblem):
            made = record.created_at or record.submitted_at
            # The service names the deployment of a run without its owner (Replicate API, predictions).
            full_name = deployment if "/" in deployment else f"{record.account}/{deployment}"
            for release in await self._releases.of(full_name):
                if release.hardware and (release.created_at is None or release.created_at <= made):
                    return replace(record, options={**record.options, "hardware": release.hardware})
        return record
