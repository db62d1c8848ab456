"""`python -m tests.reliability.child ORIGIN TOKEN FOLDER [MODEL INPUT]`: the app's services as a process of their own.

It takes up what is in the folder, makes a run when it is told one (a training, when the input has a destination), and
stays until it is stopped.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
import uuid
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any

from replicate_tui.services.bundle import Services
from replicate_tui.services.views import AnyRequest, RunRequest, TrainingRequest
from replicate_tui.store.records import RunRecord
from tests.reliability.lanes import PATIENCE, TRAINER_VERSION, hurried, services_on


async def start_child(origin: str, token: str, folder: Path, *wish: Any, **environment: str) -> Process:
    """Start one; `wish` is a model and its input."""
    told = [wish[0], json.dumps(wish[1])] if wish else []
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.reliability.child", origin, token, str(folder), *told),
        env={**os.environ, **environment},
    )


def _request(model: str, given: dict[str, Any]) -> AnyRequest:
    destination = given.pop("destination", None)
    if destination is None:
        return RunRequest(model=model, input=given)
    return TrainingRequest(model, TRAINER_VERSION, destination, given)


async def end(child: Process) -> None:
    """Kill it, also while it stands still."""
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    await child.wait()


async def until_kept(services: Services, test: Callable[[RunRecord], bool]) -> RunRecord:
    """Return the one run of a history that a child writes, once it is so; `services` are another copy on it."""
    record: RunRecord | None = None
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        rows = await services.runs.rows()
        record = await services.runs.get(rows[0].id) if rows else None
        if record is not None and test(record):
            return record
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {PATIENCE:g} s: {record}")


async def _main(origin: str, token: str, folder: str, *wish: str) -> None:
    with hurried():
        services = services_on(origin, token, Path(folder))
        await services.open()
        await services.tracker.resume()
        if wish:
            await services.creator.create(_request(wish[0], json.loads(wish[1])), uuid.uuid4().hex)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
