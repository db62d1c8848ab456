"""What the history holds, as plain dataclasses: the store speaks these and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from replicate_tui.store.statuses import FINAL_STATUSES, GONE, NOT_SENT, SUBMITTING, UNKNOWN, SaveState

__all__ = [
    "FINAL_STATUSES",
    "GONE",
    "NOT_SENT",
    "SUBMITTING",
    "UNKNOWN",
    "CachedDocument",
    "Draft",
    "Preset",
    "RunKind",
    "RunRecord",
    "RunRow",
    "RunTotals",
    "SaveState",
    "SavedFile",
    "SeenModel",
    "UsualTimes",
]

RunKind = Literal["prediction", "training"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """One output file of a run: where it came from and where it lies (`name` is relative to the run's folder)."""

    index: int
    url: str
    name: str | None
    size: int | None = None
    media_type: str | None = None
    sha256: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A prediction or a training as this machine knows it.

    `id` is ours and exists before the service has been asked; `remote_id` is the service's.
    Secret inputs are stored as "(secret)". Times are aware UTC datetimes. `folder` is relative to the runs folder.
    `cost` is in US dollars, as reckoned at the end of the run (None: unknown), and `cost_basis` says from what.
    """

    id: str
    kind: RunKind = "prediction"
    origin: str
    account: str = ""
    remote_id: str | None = None
    model: str
    version: str | None = None
    deployment: str | None = None
    source: str = "here"
    status: str = SUBMITTING
    title: str = ""
    input: Mapping[str, Any] = field(default_factory=dict)
    input_hash: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    output: Any = None
    error: str | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    submitted_at: datetime
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    deadline: str | None = None
    data_removed: bool = False
    folder: str | None = None
    saved: SaveState = SaveState.NOT_YET
    files: tuple[SavedFile, ...] = ()
    cost: float | None = None
    cost_basis: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """The slim form of a run for lists: no input, no output, no logs.

    `cursor` says where the row stands in the history; the next page begins before it.
    """

    id: str
    kind: RunKind
    remote_id: str | None
    model: str
    version: str | None
    deployment: str | None
    source: str
    status: str
    title: str
    error: str | None
    submitted_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    predict_seconds: float | None
    file_count: int
    saved: SaveState
    cost: float | None = None
    has_note: bool = False
    tags: tuple[str, ...] = ()
    cursor: int = 0

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATUSES


@dataclass(frozen=True, slots=True)
class RunTotals:
    """What a set of runs adds up to: running time and US dollars, as far as they are known.

    `unpriced` is the number of runs whose cost is not known.
    """

    count: int
    seconds: float
    cost: float = 0.0
    unpriced: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualTimes:
    """What a model's latest succeeded runs took, in seconds, and cost, in US dollars; None where none has told."""

    count: int
    waited_median: float | None
    waited_p90: float | None
    ran_median: float | None
    ran_p90: float | None
    cost_median: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A half-filled form, kept until it is run: the texts in its fields, by field name."""

    target: str
    values: Mapping[str, Any]
    options: Mapping[str, Any]
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A named set of input values for a model."""

    target: str
    name: str
    values: Mapping[str, Any]
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedDocument:
    """An answer of the service kept for offline use, with when it was fetched."""

    key: str
    body: Any
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenModel:
    """A model this machine has seen ("owner/name"), for search without the service; `extra` is the caller's own."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    run_count: int | None = None
    is_official: bool = False
    visibility: str = "public"
    extra: Mapping[str, Any] = field(default_factory=dict)
    pinned_at: datetime | None = None
    opened_at: datetime | None = None
