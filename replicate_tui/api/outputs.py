"""Files that a run made, as they stand in its output: URLs and data URIs."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from replicate_tui.api.uploads import UploadProgress

_FILE_URL = re.compile(r"https://[^\s]+\Z|data:[\w.+/-]*(?:;[\w.=+-]+)*,", re.ASCII)
_DEEPEST = 64


class Delivery(Protocol):
    """A file on its way here: media type, size in bytes if it is known, and the bytes."""

    content_type: str
    length: int | None

    def chunks(self) -> AsyncIterator[bytes]: ...


class Courier(Protocol):
    """Whoever fetches files."""

    def open(self, url: str) -> AbstractAsyncContextManager[Delivery]: ...

    async def download(self, url: str, target: Path, on_progress: UploadProgress | None = None) -> Path: ...

    async def read(self, url: str) -> bytes: ...

    def is_own(self, url: str) -> bool: ...


class FileOutput:
    """A file of an output. `str()` gives its URL; nothing is fetched before it is asked for."""

    def __init__(self, url: str, courier: Courier) -> None:
        self.url = url
        self._courier = courier

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        shown = self.url if len(self.url) <= 100 else f"{self.url[:99]}…"
        return f"FileOutput({shown!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FileOutput) and other.url == self.url

    def __hash__(self) -> int:
        return hash(self.url)

    async def read(self) -> bytes:
        """Return the whole file; raises FileError, APIStatusError (404: expired), APIConnectionError."""
        return await self._courier.read(self.url)

    async def aread(self) -> bytes:
        return await self.read()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async with self._courier.open(self.url) as delivery:
            async for chunk in delivery.chunks():
                yield chunk

    async def save(self, path: str | Path, *, on_progress: UploadProgress | None = None) -> Path:
        """Write the file to `path`, whole or not at all, and return it; raises as `read` does."""
        return await self._courier.download(self.url, Path(path), on_progress)


def with_file_outputs(value: Any, courier: Courier, depth: int = 0) -> Any:
    """Return `value` with every https URL and data URI in it, at any depth, made a `FileOutput`."""
    if isinstance(value, str):
        return FileOutput(value, courier) if _FILE_URL.match(value) or courier.is_own(value) else value
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {name: with_file_outputs(inner, courier, depth + 1) for name, inner in value.items()}
        if isinstance(value, list):
            return [with_file_outputs(inner, courier, depth + 1) for inner in value]
    return value
