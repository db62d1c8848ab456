"""A job without a service: it never waits, and keeps what a model does."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from replicate_tui.demo.catalogue import MODELS
from replicate_tui.demo.model import DemoModel, ModelFailure


class LoneJob:
    """Implements `Job` in memory; `inputs` are the files that `read` knows besides data URIs."""

    def __init__(self, seed: int = 7, inputs: Mapping[str, bytes] | None = None) -> None:
        self.prediction_id = "0" * 26
        self.seed = seed
        self.inputs = dict(inputs or {})
        self.logs: list[str] = []
        self.metrics: dict[str, Any] = {}
        self.emitted: list[Any] = []
        self.files: dict[str, bytes] = {}
        self.slept = 0.0

    def log(self, line: str) -> None:
        self.logs.append(line)

    def metric(self, name: str, value: Any) -> None:
        self.metrics[name] = value

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds

    async def emit(self, output: Any) -> None:
        self.emitted.append(output)

    async def read(self, url: str) -> bytes:
        if url in self.inputs:
            return self.inputs[url]
        if url.startswith("data:"):
            return base64.b64decode(url.partition(",")[2])
        raise ModelFailure(f"{url} is not on this machine")

    def publish(self, content: bytes, name: str) -> str:
        url = f"http://127.0.0.1:9/files/{len(self.files)}/{name}"
        self.files[url] = content
        return url

    async def compute(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)


def model(full_name: str) -> DemoModel:
    return next(one for one in MODELS if one.full_name == full_name)


async def run(
    full_name: str, given: Mapping[str, Any], *, seed: int = 7, files: Mapping[str, bytes] | None = None
) -> tuple[Any, LoneJob]:
    """Run a model and return its whole output (what it returned, else what it emitted) and its job."""
    job = LoneJob(seed, files)
    output = await model(full_name).run(job, given)
    return (output if output is not None else job.emitted or None), job


async def file_of(
    full_name: str, given: Mapping[str, Any], *, seed: int = 7, files: Mapping[str, bytes] | None = None
) -> bytes:
    """Run a model and return the last file that it published."""
    _, job = await run(full_name, given, seed=seed, files=files)
    return list(job.files.values())[-1]
