"""What services hand to screens: slim, unchangeable, and every foreign text in them already cleaned for the terminal.

The first screen imports this before it is painted, and a named tuple is made in a tenth of a dataclass's time. All
are made and read by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from replicate_tui.schema.fields import ModelSchema
    from replicate_tui.store.records import RunRecord

T = TypeVar("T")


class Aged(NamedTuple, Generic[T]):
    """A value with when it was fetched; `problem` says why it could not be fetched anew (offline, for example)."""

    value: T
    fetched_at: datetime
    problem: str | None = None


class ModelCard(NamedTuple):
    """A model as a row of a list. `stand_in` is true for the demo service's local imitations.

    `takes_files` says whether an input is a file or a list of files, None where that is not known.
    """

    owner: str
    name: str
    description: str = ""
    run_count: int | None = None
    is_official: bool = False
    visibility: str = "public"
    tags: tuple[str, ...] = ()
    stand_in: bool = False
    takes_files: bool | None = None

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


class CollectionCard(NamedTuple):
    slug: str
    name: str
    description: str = ""
    model_count: int | None = None


class CollectionPage(NamedTuple):
    card: CollectionCard
    full_description: str = ""
    models: tuple[ModelCard, ...] = ()


class VersionCard(NamedTuple):
    id: str
    schema: "ModelSchema"
    created_at: datetime | None = None
    cog_version: str = ""


class ModelPage(NamedTuple):
    """A model with the version that runs by default; `version` is None for a model that has none yet."""

    card: ModelCard
    version: VersionCard | None
    url: str = ""
    links: Mapping[str, str] = MappingProxyType({})
    cover_image_url: str = ""
    default_example: "ExampleCard | None" = None


class ExampleCard(NamedTuple):
    """An example run of the author: the input as sent (not cleaned: it fills a form) and a one-line title."""

    id: str
    title: str
    input: Mapping[str, Any]
    output: Any = None
    status: str = ""
    predict_seconds: float | None = None


class DocPage(NamedTuple):
    name: str
    url: str


class SearchResults(NamedTuple):
    query: str
    models: tuple[ModelCard, ...] = ()
    collections: tuple[CollectionCard, ...] = ()
    pages: tuple[DocPage, ...] = ()


class RunOptions(NamedTuple):
    """How to run: all optional. `cancel_after` is Replicate's duration text ("90s", "1h30m").

    `hardware` is the SKU of the deployment, as far as it is known when the run is sent. Without a `webhook`, the run
    reports to the receiver of this app while that listens, unless `receiver` is False.
    """

    version: str | None = None
    deployment: str | None = None
    cancel_after: str | None = None
    webhook: str | None = None
    webhook_events: tuple[str, ...] = ()
    notify: bool = False
    hardware: str | None = None
    receiver: bool = True


class RunRequest(NamedTuple):
    """A wish to run `model` ("owner/name"); `input` is JSON as it will be sent, file fields may hold local paths.

    `secret_fields` are sent and never stored; `file_fields` may hold paths, URLs or data URIs, alone or in lists.
    """

    model: str
    input: Mapping[str, Any]
    options: RunOptions = RunOptions()
    secret_fields: frozenset[str] = frozenset()
    file_fields: frozenset[str] = frozenset()


class TrainingRequest(NamedTuple):
    """A wish to train `version` of the trainer `model` into `destination`, both "owner/name".

    The rest is as in RunRequest and RunOptions.
    """

    model: str
    version: str
    destination: str
    input: Mapping[str, Any]
    webhook: str | None = None
    webhook_events: tuple[str, ...] = ()
    notify: bool = False
    secret_fields: frozenset[str] = frozenset()
    file_fields: frozenset[str] = frozenset()
    receiver: bool = True


AnyRequest: TypeAlias = RunRequest | TrainingRequest


class RunProgress(NamedTuple):
    """How far a run says it is: `fraction` 0..1, the counts it gave, and `rate` in counts per second."""

    fraction: float
    current: int | None = None
    total: int | None = None
    label: str = ""
    rate: float | None = None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate, None when the counts or the rate are not known."""
        if not self.rate or self.current is None or self.total is None:
            return None
        return max(self.total - self.current, 0) / self.rate


class RunSeries(NamedTuple):
    """A value that a run logs over its steps (a loss, a learning rate); `steps` and `values` are of equal length."""

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]


class RunSnapshot(NamedTuple):
    """All that is known of a run at `seq`; take it once, then apply events with a higher `seq`.

    `text` is the cleaned streamed text, whole. `log_path` is a file that only grows while the run lives
    (None before there are logs). `heard_at` is `time.monotonic()` of the service's last sign of life.
    `link` says how news comes: by stream, by poll, or not at all ("offline", with `retry_at` monotonic).
    `folder` is where its files are, None before there are any, and while what was saved cannot be found: then
    `folder_problem` says where that should be. `series` is what its logs tell over steps. Of a training,
    `destination` ("owner/name") and the id of the `new_version` it has made are "" while they are not known.
    """

    seq: int
    run: "RunRecord"
    text: str = ""
    log_path: Path | None = None
    progress: RunProgress | None = None
    link: Literal["stream", "poll", "offline", "none"] = "none"
    heard_at: float | None = None
    retry_at: float | None = None
    folder: Path | None = None
    folder_problem: str | None = None
    notice: str | None = None
    series: tuple[RunSeries, ...] = ()
    destination: str = ""
    new_version: str = ""

    @property
    def kept_until(self) -> datetime | None:
        """When the service deletes what is not saved here; None when there is nothing to lose."""
        from replicate_tui.services.saving import kept_until  # the first screen has no use for it

        return kept_until(self.run)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What past runs of a model or of one version took here: median and 90th percentile over `count` runs.

    Times are in seconds; `cost_median` is in US dollars, over those whose cost is known.
    """

    count: int
    waited_median: float | None = None
    waited_p90: float | None = None
    ran_median: float | None = None
    ran_p90: float | None = None
    cost_median: float | None = None
