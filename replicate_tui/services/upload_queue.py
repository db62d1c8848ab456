"""Uploads under way: several at once, each with its progress; they outlive the screen that asked for them."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.upload_details import AS_IT_IS, UploadDetails
from replicate_tui.services.upload_views import Upload, UploadState

#: More at a time only share the line, and each takes longer.
AT_ONCE: Final = 3

Progress = Callable[[int, int], None]
Send = Callable[[Path, Progress, UploadDetails], Awaitable[Any]]


class UploadQueue:
    """Sends files in the order they were added, `AT_ONCE` at a time.

    One that arrives leaves the queue; one that fails stays, with its problem, until it is tried again or taken off.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._numbers = itertools.count(1)
        self._uploads: dict[int, Upload] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._listeners: list[Callable[[bool], None]] = []

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """What is under way or has failed, in the order of adding."""
        return tuple(self._uploads.values())

    @property
    def is_busy(self) -> bool:
        return bool(self._tasks)

    @property
    def going(self) -> int:
        """How many are under way or wait for their turn."""
        return sum(upload.state is not UploadState.FAILED for upload in self.uploads)

    def subscribe(self, listener: Callable[[bool], None]) -> Callable[[], None]:
        """Call `listener` at each change, with True when the service may have another file now; returns the way out."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def add(self, path: Path, details: UploadDetails = AS_IT_IS) -> Upload:
        """Send a file when its turn comes; one that is on its way already is not sent twice."""
        for upload in self.uploads:
            if (upload.path, upload.details) == (path, details):
                return self.again(upload.number) or upload
        return self._start(Upload(next(self._numbers), path, details=details))

    def again(self, number: int) -> Upload | None:
        """Try an upload again that has failed; None when it is none of those."""
        upload = self._uploads.get(number)
        if upload is None or upload.state is not UploadState.FAILED:
            return None
        return self._start(Upload(number, upload.path, details=upload.details))

    def cancel(self, number: int) -> None:
        """Stop an upload and forget it; one that has failed is only forgotten."""
        if self._uploads.pop(number, None) is None:
            return
        if task := self._tasks.get(number):
            task.cancel()
        self._tell()

    async def stop(self) -> None:
        """Stop all uploads."""
        tasks = tuple(self._tasks.values())
        self._uploads.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, upload: Upload) -> Upload:
        number = upload.number
        self._uploads[number] = upload
        task = self._tasks[number] = asyncio.create_task(self._run(upload), name=f"upload {number}")
        task.add_done_callback(lambda _: self._forget_task(number, task))
        self._tell()
        return upload

    def _forget_task(self, number: int, task: "asyncio.Task[None]") -> None:
        if self._tasks.get(number) is task:
            del self._tasks[number]

    async def _run(self, upload: Upload) -> None:
        number = upload.number

        def progress(sent: int, size: int) -> None:
            self._become(number, sent=sent, size=size)

        try:
            async with self._turn:
                self._become(number, state=UploadState.SENDING)
                await self._send(upload.path, progress, upload.details)
        except ServiceProblem as problem:
            self._become(number, state=UploadState.FAILED, problem=str(problem))
        except asyncio.CancelledError:
            # All of it may have left before the stop: then the service has the file.
            self._tell(may_be_new=True)
            raise
        else:
            self._uploads.pop(number, None)
            self._tell(may_be_new=True)

    def _become(self, number: int, **changes: Any) -> None:
        if upload := self._uploads.get(number):
            self._uploads[number] = replace(upload, **changes)
            self._tell()

    def _tell(self, *, may_be_new: bool = False) -> None:
        for listener in tuple(self._listeners):
            listener(may_be_new)
