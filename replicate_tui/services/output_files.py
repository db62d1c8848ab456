"""The files a run has made: fetched while the service has them, each whole or not there, each told of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from replicate_tui.schema.media import extension_of_media_type, sniff_extension
from replicate_tui.schema.outputs import OutputItem
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.run_document import short_url
from replicate_tui.services.run_folder import DiskProblem, PartFile, is_there
from replicate_tui.services.translate import problem_from
from replicate_tui.store.records import RunRecord, SavedFile

_PIECE: Final = 256 * 1024
_DOWNLOADS_AT_ONCE: Final = 4
_GONE: Final = "The service has deleted it."


class Delivery(Protocol):
    """A file on its way here: media type, size in bytes if it is known, and the bytes."""

    content_type: str
    length: int | None

    def chunks(self) -> AsyncIterator[bytes]: ...


class FileClient(Protocol):
    """Opens the file at a URL or data URI; raises the client's errors, also while the bytes are read."""

    def open_file(self, url: str) -> AbstractAsyncContextManager[Delivery]: ...


class FileSource(Protocol):
    """Whoever has the client; raises ServiceProblem when there is none."""

    async def client(self) -> FileClient: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not saved: `is_gone` when it never will be, `disk` in the disk's words when that is at fault."""

    words: str
    is_gone: bool = False
    disk: str | None = None


class OutputFiles:
    """Fetches files into the folders of runs; those above `most_bytes` are told of and not saved."""

    def __init__(self, source: FileSource, *, most_bytes: int) -> None:
        self._source = source
        self._most_bytes = most_bytes
        self._downloads = asyncio.Semaphore(_DOWNLOADS_AT_ONCE)
        self._too_large: set[tuple[str, int]] = set()

    async def save(self, root: Path, record: RunRecord, item: OutputItem) -> tuple[SavedFile, Refusal | None]:
        """Return the file as it is saved now below `root`, and why not if it is not.

        One that lies there is not fetched again.
        """
        relative = record.folder or ""
        known = next((file for file in record.files if file.index == item.index), None)
        if known is not None and await asyncio.to_thread(is_there, root, relative, known):
            return known, None
        file = SavedFile(index=item.index, url=short_url(item.url), name=None)
        place = (record.id, item.index)
        if place in self._too_large:
            return replace(file, problem=self._size_words), Refusal(self._size_words)
        async with self._downloads:
            outcome = await self._download(root, relative, item)
        if isinstance(outcome, SavedFile):
            return outcome, None
        if outcome.words == self._size_words:
            self._too_large.add(place)
        return replace(file, problem=outcome.words), outcome

    def is_hopeless(self, record: RunRecord) -> bool:
        """Whether nothing but the size of files keeps them from being saved: another try would not help."""
        missing = [file for file in record.files if file.name is None]
        return bool(missing) and all((record.id, file.index) in self._too_large for file in missing)

    async def _download(self, root: Path, relative: str, item: OutputItem) -> SavedFile | Refusal:
        try:
            client = await self._source.client()
            with ExitStack() as stack:
                async with client.open_file(item.url) as delivery:
                    if delivery.length is not None and delivery.length > self._most_bytes:
                        return Refusal(self._size_words)
                    part = stack.enter_context(await asyncio.to_thread(PartFile, root, relative))
                    async for piece in _pieces(delivery.chunks()):
                        await asyncio.to_thread(part.write, piece)
                        if part.size > self._most_bytes:
                            return Refusal(self._size_words)
                    media_type = str(delivery.content_type)
                extension = sniff_extension(part.head) or extension_of_media_type(media_type) or ".bin"
                name = await asyncio.to_thread(part.settle, f"out-{item.index}", extension)
                return SavedFile(
                    index=item.index,
                    url=short_url(item.url),
                    name=name,
                    size=part.size,
                    media_type=media_type or None,
                    sha256=part.sha256,
                )
        except DiskProblem as problem:
            return Refusal(f"Not saved: {problem}.", disk=str(problem))
        except Exception as error:  # noqa: BLE001  (translated below, which raises again what is not the client's)
            return _refusal_of(problem_from(error))

    @property
    def _size_words(self) -> str:
        return f"Larger than {self._most_bytes // 1_000_000:,} MB, the most that is saved (a setting)."


def _refusal_of(problem: ServiceProblem) -> Refusal:
    if problem.kind is ProblemKind.NOT_FOUND:
        return Refusal(_GONE, is_gone=True)
    return Refusal(problem.message)


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Gather chunks into pieces that are worth the way to a thread."""
    piece = bytearray()
    async for chunk in chunks:
        piece += chunk
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
