"""Several runs once more: what that would send and cost, then each sent once, until one is refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from replicate_tui.services.estimate import PriceList
from replicate_tui.services.inputs import SECRET
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.runs import RunService
from replicate_tui.services.views import RunRequest, Usual
from replicate_tui.store.records import RunRecord


@dataclass(frozen=True, slots=True)
class AgainPlan:
    """What would be sent, by the id of the earlier run, with an estimate in US dollars as far as it is known.

    `unpriced` of them have no estimate. Left out are trainings, and runs whose secrets would have to be typed again.
    """

    requests: dict[str, RunRequest] = field(default_factory=dict)
    dollars: float = 0.0
    unpriced: int = 0
    trainings: int = 0
    with_secrets: int = 0


class AgainResult(NamedTuple):
    """What came of it: how many were sent, the earlier runs whose turn did not come, and why not."""

    sent: int
    not_sent: tuple[str, ...] = ()
    problem: ServiceProblem | None = None


async def plan_again(runs: RunService, prices: PriceList, run_ids: Sequence[str]) -> AgainPlan:
    """Read the runs and plan them once more; raises ServiceProblem."""
    requests: dict[str, RunRequest] = {}
    dollars, unpriced, trainings, with_secrets = 0.0, 0, 0, 0
    usual: dict[tuple[str, str | None], Usual] = {}
    for run_id in run_ids:
        run = await runs.get(run_id)
        if run.kind == "training":
            trainings += 1
        elif SECRET in run.input.values():
            with_secrets += 1
        else:
            requests[run_id] = await runs.request_of(run)
            kind = (run.model, run.version)
            if kind not in usual:
                usual[kind] = await runs.usual(*kind)
            cost = _estimated(prices, run, usual[kind])
            dollars += cost or 0.0
            unpriced += cost is None
    return AgainPlan(requests, dollars, unpriced, trainings, with_secrets)


async def run_again(runs: RunService, plan: AgainPlan, on_sent: Callable[[int], None] | None = None) -> AgainResult:
    """Create the runs of a plan one after the other, each once; the first refusal ends it."""
    waiting = list(plan.requests)
    for run_id, request in plan.requests.items():
        try:
            await runs.create(request, latch=f"again {run_id}")
        except ServiceProblem as problem:
            return AgainResult(len(plan.requests) - len(waiting), tuple(waiting), problem)
        waiting.remove(run_id)
        if on_sent is not None:
            on_sent(len(plan.requests) - len(waiting))
    return AgainResult(len(plan.requests))


def _estimated(prices: PriceList, run: RunRecord, usual: Usual) -> float | None:
    hardware = run.options.get("hardware")
    deployment_hardware = hardware if isinstance(hardware, str) else None
    return prices.estimate(run.model, usual=usual, deployment_hardware=deployment_hardware).dollars
