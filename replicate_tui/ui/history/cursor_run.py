"""What the preview shows of the run under the cursor, read without changing anything about the run."""

from replicate_tui.services.bundle import Services
from replicate_tui.services.saving import can_be_fetched
from replicate_tui.services.views import RunSnapshot, Usual


async def read_run(services: Services, run_id: str) -> RunSnapshot:
    """Return what is known of a run; raises ServiceProblem.

    Looking is not watching: a run of others is neither followed nor fetched for being under the cursor.
    """
    record = await services.runs.get(run_id)
    live = services.tracker.snapshot(run_id)
    if live is not None:
        return live._replace(run=record)
    if record.is_final and not can_be_fetched(record):
        return await services.tracker.load(run_id)
    return RunSnapshot(0, record)


class UsualTimes:
    """What runs of a model took, read once for each model until it is forgotten."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: dict[tuple[str, str | None], Usual] = {}

    async def of(self, model: str, version: str | None) -> Usual:
        """Return it for one version where that is known; raises ServiceProblem."""
        wanted = (model, version)
        if wanted not in self._known:
            self._known[wanted] = await self._services.runs.usual(model, version)
        return self._known[wanted]

    def forget(self) -> None:
        self._known.clear()
