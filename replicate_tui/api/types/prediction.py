"""A prediction: one run of a model, from its creation to its final state."""

from typing import Any, Final

from replicate_tui.api.types.base import ApiObject

#: Statuses after which nothing changes. An unheard-of status is not final, and never an error.
FINAL_STATUSES: Final = frozenset({"succeeded", "failed", "canceled", "aborted"})

PredictionStatus = str


class Metrics(ApiObject):
    """What a run measured, in seconds where it is a time; other keys are the model's own."""

    predict_time: float | None = None
    total_time: float | None = None


class RunUrls(ApiObject):
    """Where a run lives. Follow only `stream` and `web`; the others are built from the id."""

    get: str | None = None
    cancel: str | None = None
    web: str | None = None
    stream: str | None = None


class Prediction(ApiObject):
    """A run of a model. `output` is None until something came; its shape is the model's."""

    id: str
    status: PredictionStatus
    model: str = ""
    version: str | None = None
    input: dict[str, Any] | None = None
    output: Any = None
    error: Any = None
    logs: str | None = None
    metrics: Metrics | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    deadline: str | None = None
    deployment: str | None = None
    source: str | None = None
    data_removed: bool | None = None
    webhook: str | None = None
    webhook_events_filter: list[str] | None = None
    urls: RunUrls | None = None

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATUSES

    @property
    def stream_url(self) -> str | None:
        return self.urls.stream if self.urls is not None else None
