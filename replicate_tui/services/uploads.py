"""Uploaded files: send, list, look at, fetch back and delete them; each is checked by its SHA-256."""

import asyncio
import contextlib
import hashlib
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from replicate_tui.services.cards import moment, objects
from replicate_tui.services.connection import Connection
from replicate_tui.services.inputs import UPLOAD_LIMIT, Unsendable, checked_size
from replicate_tui.services.kept_answers import KeptAnswers, rows_of
from replicate_tui.services.new_file import NewFile
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.run_folder import DiskProblem
from replicate_tui.services.upload_details import AS_IT_IS, UploadDetails
from replicate_tui.services.upload_queue import Progress, UploadQueue
from replicate_tui.services.upload_views import LocalCopy, SignedLink, UploadedFile, signed_link, uploaded_file
from replicate_tui.services.views import Aged
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.remembered import Remembered
from replicate_tui.text import clean_line

#: The list is read this far.
_MOST_FILES: Final = 5000
_LIST: Final = "files"
_NOTHING_SENT: Final = "Nothing was sent."
_NOTHING_SAVED: Final = "Nothing was saved."
#: After these the service may have the file all the same.
_ANSWER_LOST: Final = frozenset(
    {ProblemKind.OFFLINE, ProblemKind.SERVICE, ProblemKind.NOT_UNDERSTOOD, ProblemKind.OUTCOME_UNKNOWN}
)

#: The API describes uploaded files and gives their bytes only for a signature (Replicate API, files.download).
NO_LINK: Final = (
    "The service gives an uploaded file back only by a signed link, which its API tells nobody; "
    "and there is no copy of it on this machine."
)


class UploadService:
    """`cached_list` answers at once from what is kept; everything else asks the service and raises ServiceProblem.

    `queue` sends files in the background. Where a file came from is remembered, so that it can be had back.
    """

    def __init__(self, connection: Connection, answers: KeptAnswers, memory: Remembered) -> None:
        self.queue = UploadQueue(self.upload)
        self._connection = connection
        self._answers = answers
        self._memory = memory
        self._remembering = asyncio.Lock()
        self._downloaded: dict[str, Path] = {}
        self._checksums: dict[Path, tuple[tuple[int, ...], str]] = {}

    async def close(self) -> None:
        """Stop what is being sent."""
        await self.queue.stop()

    # -- reading ------------------------------------------------------------------------------------------------

    async def cached_list(self) -> Aged[tuple[UploadedFile, ...]] | None:
        return await self._answers.cached(_LIST, _files)

    async def list(self) -> Aged[tuple[UploadedFile, ...]]:
        """Return all uploaded files, newest first; offline those of the last time, with their age."""
        return await self._answers.fresh(_LIST, lambda client: rows_of(client.files.list(), _MOST_FILES), _files)

    async def get(self, file_id: str) -> UploadedFile:
        """Return what the service knows of a file now."""
        found = await self._connection.call(lambda client: client.files.get(file_id))
        return uploaded_file(found.to_dict())

    # -- sending ------------------------------------------------------------------------------------------------

    async def upload(
        self, path: Path, on_progress: Progress | None = None, details: UploadDetails = AS_IT_IS
    ) -> UploadedFile:
        """Send a file and compare the service's checksum with that of the file here.

        `on_progress` is told bytes sent and all bytes, `details` may call it otherwise. Raises ServiceProblem FILE
        before anything is sent when it cannot be (no file, empty, 100 MB and more, not readable), or when the service
        got other bytes, which it is told to delete. Where the answer was lost, the file is looked up in the list.
        """
        size, sha256 = await asyncio.to_thread(_looked_at, path)
        if on_progress is not None:
            on_progress(0, size)
        began = datetime.now(UTC)
        try:
            made = await self._connection.call(
                lambda client: client.files.create(
                    content=path,
                    filename=details.name or None,
                    type=details.content_type or None,
                    metadata=details.metadata or None,
                    on_progress=on_progress,
                )
            )
        except ServiceProblem as problem:
            name = details.name or path.name
            file = await self._find_lost(name, sha256, began) if problem.kind in _ANSWER_LOST else None
            if file is None:
                raise
        else:
            file = uploaded_file(made.to_dict())
        if file.sha256 and file.sha256 != sha256:
            with contextlib.suppress(ServiceProblem):
                await self.delete(file.id)
            raise ServiceProblem(
                ProblemKind.FILE,
                f"{clean_line(path.name)} arrived with another checksum: it changed while it was sent, or on the way.",
                kept="It was deleted there; nothing changed here.",
            )
        await self._remember_source(file, path)
        return file

    async def delete(self, file_id: str) -> None:
        """Delete a file at the service; one that is gone already is no problem."""
        try:
            await self._connection.call(lambda client: client.files.delete(file_id))
        except ServiceProblem as problem:
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise

    # -- having it back -----------------------------------------------------------------------------------------

    async def local_copy(self, file: UploadedFile) -> Path | None:
        """Return where a copy of `file` lies on this machine, if it has the same bytes still."""
        copy = await self.find_copy(file)
        return copy.path if copy and copy.is_same else None

    async def find_copy(self, file: UploadedFile) -> LocalCopy | None:
        """Return where `file` was sent from or saved to on this machine, the place with the same bytes first.

        None where none is known or none is there any more.
        """
        changed = None
        for place in (self._downloaded.get(file.id), await self._source(file.id)):
            if place is None or not file.sha256:
                continue
            if await asyncio.to_thread(self._checksum_of, place, file.size) == file.sha256:
                return LocalCopy(place, is_same=True)
            if changed is None and await asyncio.to_thread(_is_file, place):
                changed = LocalCopy(place, is_same=False)
        return changed

    async def download(
        self, file: UploadedFile, target: Path, link: str = "", on_progress: Callable[[int], None] | None = None
    ) -> Path:
        """Save a file at `target`, or in it when that is a folder, and return where it lies; nothing is overwritten.

        The bytes come by the signed address `link`, without one from the copy on this machine; `on_progress` is told
        how many have come. Raises ServiceProblem:
        INVALID for what is no such address, FILE where there is no copy or the checksum is another, DISK.
        """
        if link:
            content = await self._fetch(signed_link(link, file), on_progress)
        else:
            copy = await self.local_copy(file)
            if copy is None:
                raise ServiceProblem(ProblemKind.FILE, NO_LINK, kept=_NOTHING_SAVED)
            content = await asyncio.to_thread(_read, copy)
        saved = await asyncio.to_thread(_save, content, file, target)
        self._downloaded[file.id] = saved
        return saved

    async def _fetch(self, link: SignedLink, on_progress: Callable[[int], None] | None) -> bytes:
        answer = await self._connection.call(
            lambda client: client.files.download(
                link.file_id, owner=link.owner, expiry=link.expiry, signature=link.signature, on_progress=on_progress
            )
        )
        return answer.content

    def _checksum_of(self, path: Path, size: int | None) -> str:
        """Return the SHA-256 of the file at `path` if it has that size, else ""; read anew only when it changed."""
        try:
            found = path.stat()
            if found.st_size != size or not stat.S_ISREG(found.st_mode):
                return ""
            state = (found.st_size, found.st_mtime_ns, found.st_ino)
            if self._checksums.get(path, ((), ""))[0] != state:
                with path.open("rb") as file:
                    self._checksums[path] = (state, hashlib.file_digest(file, "sha256").hexdigest())
            return self._checksums[path][1]
        except (OSError, ValueError):
            return ""

    # -- inside -------------------------------------------------------------------------------------------------

    async def _find_lost(self, name: str, sha256: str, began: datetime) -> UploadedFile | None:
        """Return the file that a lost answer was about, None where it is not there or cannot be told."""
        try:
            listed = await self._connection.call(lambda client: client.files.list())
        except ServiceProblem:
            return None
        known = await self._sources()
        for body in listed.results:
            file = uploaded_file(body.to_dict())
            if file.sha256 == sha256 and file.name == clean_line(name) and file.id not in known:
                # One of an earlier day has the same bytes, but not the time that is left.
                is_new = file.created_at is None or (began - file.created_at).total_seconds() < 600
                return file if is_new else None
        return None

    @property
    def _sources_key(self) -> str:
        return f"uploaded from here to {self._connection.origin}"

    async def _sources(self) -> dict[str, Any]:
        with contextlib.suppress(HistoryProblem):
            kept = await self._memory.get(self._sources_key)
            return kept if isinstance(kept, dict) else {}
        return {}

    async def _source(self, file_id: str) -> Path | None:
        entry = (await self._sources()).get(file_id)
        path = entry.get("path") if isinstance(entry, dict) else None
        return Path(path) if isinstance(path, str) and path else None

    async def _remember_source(self, file: UploadedFile, path: Path) -> None:
        """Remember where a file came from until the service has deleted it."""
        now = datetime.now(UTC)
        place = str(await asyncio.to_thread(path.absolute))
        async with self._remembering:
            kept = {known: entry for known, entry in (await self._sources()).items() if not _is_over(entry, now)}
            kept[file.id] = {"path": place, "until": file.expires_at.isoformat() if file.expires_at else None}
            # The database tells its standing problem itself; without this the file is only harder to have back.
            with contextlib.suppress(HistoryProblem, UnicodeError):
                await self._memory.set(self._sources_key, kept)


def upload_size(path: Path) -> int:
    """Return the size in bytes of a file that can be uploaded; touches the disk. Raises Unsendable."""
    size = checked_size(path)
    if not size:
        raise Unsendable(f"{path} is empty.")
    return size


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _files(body: Any) -> tuple[UploadedFile, ...]:
    return tuple(map(uploaded_file, objects(body)))


def _is_over(entry: Any, now: datetime) -> bool:
    until = moment(entry.get("until")) if isinstance(entry, dict) else now
    return until is not None and until <= now


def _looked_at(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file that can be sent; raises ServiceProblem FILE."""
    try:
        size = upload_size(path)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except Unsendable as reason:
        raise _unsendable(str(reason)) from None
    except OSError as error:
        raise _unsendable(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    return size, sha256


def _unsendable(words: str) -> ServiceProblem:
    return ServiceProblem(ProblemKind.FILE, clean_line(words, 400), kept=_NOTHING_SENT)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(UPLOAD_LIMIT)
    except OSError as error:
        words = f"The copy on this machine cannot be read: {(error.strerror or str(error)).lower()}."
        raise ServiceProblem(ProblemKind.FILE, words, kept=_NOTHING_SAVED) from error


def _save(content: bytes, file: UploadedFile, target: Path) -> Path:
    """Write a file that is whole or not there; raises ServiceProblem FILE or DISK."""
    if file.sha256 and hashlib.sha256(content).hexdigest() != file.sha256:
        words = f"What came is not {file.name}: the checksum is another."
        raise ServiceProblem(ProblemKind.FILE, words, kept=_NOTHING_SAVED)
    try:
        if target.is_dir():
            target /= _plain_name(file)
        with contextlib.closing(NewFile(target)) as new:
            new.write(content)
            new.settle()
    except FileExistsError:
        words = f"Not saved: something is there already: {clean_line(str(target), 400)}."
        raise ServiceProblem(ProblemKind.DISK, words) from None
    except (DiskProblem, OSError, ValueError) as error:
        raise ServiceProblem(ProblemKind.DISK, f"Not saved: {clean_line(str(error))}.") from error
    return target


def _plain_name(file: UploadedFile) -> str:
    """Return the name of a file as one step of a path: no folder in it, and not hidden."""
    name = "".join(letter if letter.isprintable() and letter not in "/\\" else "-" for letter in file.name)
    return name.lstrip(".")[:120] or "file"
