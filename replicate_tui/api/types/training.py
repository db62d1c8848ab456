"""A training: a run that makes a new version of a model."""

from typing import Any

from replicate_tui.api.types.base import ApiObject
from replicate_tui.api.types.prediction import FINAL_STATUSES, Metrics, PredictionStatus, RunUrls


class TrainingOutput(ApiObject):
    """What a training made: `version` as owner/name:id, and the URL of its weights."""

    version: str | None = None
    weights: str | None = None


class Training(ApiObject):
    """A run of a trainer. Its `urls` may name the predictions routes; use the id."""

    id: str
    status: PredictionStatus
    model: str = ""
    version: str | None = None
    input: dict[str, Any] | None = None
    output: TrainingOutput | None = None
    error: Any = None
    logs: str | None = None
    metrics: Metrics | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    source: str | None = None
    webhook: str | None = None
    webhook_events_filter: list[str] | None = None
    urls: RunUrls | None = None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATUSES
