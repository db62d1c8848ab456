"""What the service remembers, as plain data that can be written down and read back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

TERMINAL = frozenset({"succeeded", "failed", "canceled", "aborted"})


class LogText:
    """A log that grows by lines at a cost that does not grow with it."""

    __slots__ = ("_parts",)

    def __init__(self, text: str = "") -> None:
        self._parts = [text] if text else []

    def append(self, line: str) -> None:
        self._parts.append(f"\n{line}" if self._parts else line)

    def write(self, text: str) -> None:
        """Append `text` as it is, with no line end of its own."""
        self._parts.append(text)

    def clear(self) -> None:
        self._parts.clear()

    def __str__(self) -> str:
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""


@dataclass(slots=True, kw_only=True)
class Run:
    """A prediction or a training; times are unix nanoseconds.

    `version` is what answers show, `runs_version` the 64 hex digits behind it. `input` has its secrets redacted.
    `stream` is the path of the event stream, None where there is none. `blobs` are the keys of its output files.
    """

    id: str
    kind: Literal["prediction", "training"] = "prediction"
    model: str
    version: str
    runs_version: str
    input: dict[str, Any]
    created: int
    status: str = "starting"
    output: Any = None
    error: str | None = None
    logs: LogText = field(default_factory=LogText)
    metrics: dict[str, Any] = field(default_factory=dict)
    started: int | None = None
    completed: int | None = None
    deadline: int | None = None
    source: Literal["api", "web"] = "api"
    data_removed: bool = False
    deployment: str | None = None
    destination: str | None = None
    webhook: str | None = None
    webhook_events: list[str] | None = None
    stream: str | None = None
    blobs: list[str] = field(default_factory=list)

    @property
    def is_terminal(self) -> bool:
        return self.status in TERMINAL

    def to_record(self) -> dict[str, Any]:
        record = {each.name: getattr(self, each.name) for each in fields(self)}
        return record | {"logs": str(self.logs), "metrics": dict(self.metrics), "blobs": list(self.blobs)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        return cls(**{**record, "logs": LogText(record["logs"])})


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """An uploaded file; `size` in bytes, times in unix nanoseconds. Its bytes lie in the storage under `blob`."""

    id: str
    name: str
    content_type: str
    size: int
    sha256: str
    md5: str
    metadata: dict[str, Any]
    created: int
    expires: int

    @property
    def blob(self) -> str:
        return f"files/{self.id}"

    @property
    def key(self) -> str:
        return self.id

    def to_record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        return cls(**record)


@dataclass(slots=True, kw_only=True)
class TrainedVersion:
    """A version that a training pushed; `base` is the version whose stand-in runs it."""

    id: str
    created: int
    base: str


@dataclass(slots=True, kw_only=True)
class OwnModel:
    """A model of the account; `versions` newest first, `created` in unix nanoseconds."""

    owner: str
    name: str
    visibility: str
    hardware: str
    created: int
    description: str | None = None
    readme: str | None = None
    github_url: str | None = None
    paper_url: str | None = None
    license_url: str | None = None
    weights_url: str | None = None
    cover_image_url: str | None = None
    versions: list[TrainedVersion] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.owner}/{self.name}"

    def to_record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        return cls(**{**record, "versions": [TrainedVersion(**each) for each in record["versions"]]})


@dataclass(slots=True, kw_only=True)
class Deployment:
    """A deployment with its current release; `last_online` is when it could last have run something."""

    owner: str
    name: str
    created: int
    number: int
    model: str
    version: str
    released: int
    hardware: str
    min_instances: int
    max_instances: int
    last_online: int

    @property
    def key(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def is_online(self) -> bool:
        return self.max_instances > 0

    def to_record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        return cls(**record)
