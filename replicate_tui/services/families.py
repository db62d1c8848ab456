"""The two families of runs at the service: predictions and trainings have the same verbs, each at its own routes."""

from typing import TYPE_CHECKING, TypeAlias, Unpack

from replicate_tui.store.records import RunKind

if TYPE_CHECKING:
    from replicate_tui.api.client import AsyncReplicate
    from replicate_tui.api.options import CallOptions
    from replicate_tui.api.resources.predictions import Predictions
    from replicate_tui.api.resources.trainings import Trainings
    from replicate_tui.api.types.prediction import Prediction
    from replicate_tui.api.types.training import Training

    RemoteRun: TypeAlias = Prediction | Training


def family_of(client: "AsyncReplicate", kind: RunKind) -> "Predictions | Trainings":
    """Return the calls for runs of `kind`."""
    return client.trainings if kind == "training" else client.predictions


async def get_run(
    client: "AsyncReplicate", kind: RunKind, remote_id: str, **options: "Unpack[CallOptions]"
) -> "RemoteRun":
    """Ask for one run of `kind` by the service's id."""
    return await family_of(client, kind).get(remote_id, **options)
