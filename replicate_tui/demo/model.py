"""What a demo model is: its schema, its words, and one async function that really does the work.

To add a model, write one file in `demo/models/` that ends in `MODEL = DemoModel(...)` and name it in
`demo/catalogue.py`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class ModelFailure(Exception):
    """The model itself fails; its text becomes the prediction's `error`."""


class Job(Protocol):
    """What a model may do while it runs; every wait is scaled by the service's speed and ends on cancel."""

    prediction_id: str
    seed: int

    def log(self, line: str) -> None:
        """Append a line to the logs."""

    def metric(self, name: str, value: Any) -> None:
        """Record a metric beside predict_time and total_time."""

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` at speed 1."""

    async def emit(self, output: Any) -> None:
        """Stream one more element of a list output (a token, a file URL)."""

    async def read(self, url: str) -> bytes:
        """Fetch an input file: a data URI, an uploaded file, or an earlier output.

        Raises ModelFailure for anything that is not on this machine.
        """

    def publish(self, content: bytes, name: str) -> str:
        """Store an output file and return the URL it is delivered from."""

    async def compute(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run blocking work (Pillow) off the event loop."""


Run = Callable[[Job, Mapping[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoModel:
    """One model of the catalogue.

    `input_schema` is the `Input` component with x-order; `enums` are the further components that it and the output
    name by `$ref`; `output_schema` is the `Output` component. With `has_schema` false the version's
    `openapi_schema` is null and anything goes as input. `version` is 64 hex digits; an official model hides it.
    `answers_unversioned` is for a community model in such demand that it runs by its name alone, as official ones do.
    `run` returns the whole output, or None when everything was emitted. `examples` are inputs; the service makes
    their outputs when first asked. `cold_boot` and `queue` are seconds at speed 1.
    """

    owner: str
    name: str
    description: str
    readme: str
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    run: Run
    version: str
    enums: Mapping[str, Any] = field(default_factory=dict)
    training_schema: Mapping[str, Any] | None = None
    has_schema: bool = True
    cog_version: str = "0.16.9"
    is_official: bool = False
    answers_unversioned: bool = False
    older_versions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    run_count: int = 0
    cold_boot: float = 0.0
    queue: float = 0.2
    examples: tuple[Mapping[str, Any], ...] = ()
    github_url: str | None = None
    paper_url: str | None = None
    license_url: str | None = None
    created_at: str = "2025-06-01T12:00:00.000000Z"

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"
