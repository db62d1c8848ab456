"""Local files on their way out: where the bytes are, and the multipart body they travel in."""

import asyncio
import contextlib
import io
import json
import mimetypes
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from replicate_tui.api.errors import FileError
from replicate_tui.api.limits import CHUNK_BYTES, FILE_NAME_BYTES
from replicate_tui.api.options import Upload

#: Told while a file is sent: bytes sent so far, and all bytes.
UploadProgress = Callable[[int, int], None]
FileContent = bytes | bytearray | str | os.PathLike[str] | IO[bytes] | IO[str]
FileInput = FileContent | tuple[str, FileContent] | tuple[str, FileContent, str]

_UNSAFE_IN_HEADER = re.compile(r'[\x00-\x1f\x7f"\\]')
_ANY_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to send: `source` is read anew for each try; `size` is its size when it was chosen."""

    source: bytes | Path | IO[bytes]
    name: str
    content_type: str
    size: int
    start: int = 0

    @classmethod
    async def of(cls, content: Any, *, name: str | None = None, content_type: str | None = None) -> "LocalFile":
        """Describe bytes, a path, an open file, or a (name, content, type) tuple; raises FileError."""
        if isinstance(content, tuple):
            name = name or str(content[0])
            content_type = content_type or (content[2] if len(content) > 2 else None)
            content = content[1]
        if isinstance(content, bytes | bytearray | memoryview):
            file = cls(bytes(content), name or "file", "", len(content))
        elif isinstance(content, os.PathLike):
            file = await asyncio.to_thread(_from_path, Path(content))
        elif hasattr(content, "read"):
            file = await asyncio.to_thread(_from_object, content)
        else:
            raise FileError(f"not a file: {type(content).__name__}")
        name = _short_name(name or file.name)
        guessed = mimetypes.guess_type(name)[0] or _ANY_TYPE
        return replace(file, name=name, content_type=content_type or guessed)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Read the file; raises FileError when it is gone, or no longer as large as it was."""
        if isinstance(self.source, bytes):
            for start in range(0, len(self.source), CHUNK_BYTES):
                yield self.source[start : start + CHUNK_BYTES]
            return
        opened = await _in_thread(self.name, self._open)
        try:
            left = self.size
            while chunk := await _in_thread(self.name, lambda: opened.read(CHUNK_BYTES)):
                left -= len(chunk)
                if left < 0:
                    break
                yield chunk
            if left != 0:
                raise FileError(f"{self.name} changed while it was read")
        finally:
            await asyncio.to_thread(self._leave, opened)

    async def read(self) -> bytes:
        return b"".join([chunk async for chunk in self.chunks()])

    def _leave(self, opened: IO[bytes]) -> None:
        """Close what was opened here; put an open file of the caller back to where it stood."""
        if opened is not self.source:
            opened.close()
            return
        with contextlib.suppress(OSError, ValueError):
            opened.seek(self.start)

    def _open(self) -> IO[bytes]:
        if isinstance(self.source, Path):
            return self.source.open("rb")
        if isinstance(self.source, bytes):
            return io.BytesIO(self.source)
        self.source.seek(self.start)
        return self.source


async def _in_thread(name: str, work: Callable[[], Any]) -> Any:
    try:
        return await asyncio.to_thread(work)
    except (OSError, ValueError) as problem:
        raise FileError(f"{name} cannot be read: {problem}") from problem


def _from_path(path: Path) -> LocalFile:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileError(f"{path.name} is not a file")
    except (OSError, ValueError) as problem:
        raise FileError(f"{path.name} cannot be read: {problem}") from problem
    return LocalFile(path, path.name, "", size)


def _from_object(opened: Any) -> LocalFile:
    """An open file is read from where it stands; one that cannot seek, or gives text, is read at once."""
    name = getattr(opened, "name", None)
    name = Path(name).name if isinstance(name, str) and name else "file"
    try:
        if isinstance(opened, io.TextIOBase) or not opened.seekable():
            data = opened.read()
            data = data.encode() if isinstance(data, str) else bytes(data)
            return LocalFile(data, name, "", len(data))
        start = opened.tell()
        size = opened.seek(0, os.SEEK_END) - start
        opened.seek(start)
    except (OSError, ValueError, AttributeError) as problem:
        raise FileError(f"{name} cannot be read: {problem}") from problem
    return LocalFile(opened, name, "", size, start)


def _short_name(name: str) -> str:
    """Cut a name to the 255 bytes that the API takes, at a whole character, keeping its suffix."""
    raw = name.encode("utf-8", "replace")
    if len(raw) <= FILE_NAME_BYTES:
        return raw.decode()
    suffix = Path(name).suffix[:20]
    room = FILE_NAME_BYTES - len(suffix.encode("utf-8", "replace"))
    return raw[:room].decode("utf-8", "ignore") + suffix


def multipart(
    file: LocalFile,
    *,
    filename: str | None = None,
    type: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    on_progress: UploadProgress | None = None,
) -> Upload:
    """Return the body that uploads `file`, with the text fields that were given."""
    boundary = f"replicate-tui-{os.urandom(16).hex()}"
    fields = {"filename": filename, "type": type, "metadata": json.dumps(metadata) if metadata is not None else None}
    texts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
        if value is not None
    )
    opening = (
        f"{texts}--{boundary}\r\n"
        f'Content-Disposition: form-data; name="content"; filename="{_header_text(file.name)}"\r\n'
        f"Content-Type: {_header_text(file.content_type)}\r\n\r\n"
    ).encode("utf-8", "replace")
    closing = f"\r\n--{boundary}--\r\n".encode()

    async def chunks() -> AsyncIterator[bytes]:
        yield opening
        sent = 0
        async for chunk in file.chunks():
            yield chunk
            sent += len(chunk)
            if on_progress is not None:
                on_progress(sent, file.size)
        yield closing

    return Upload(
        chunks=chunks,
        length=len(opening) + file.size + len(closing),
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def _header_text(text: str) -> str:
    """Quote what would end a header value, as browsers do, and the backslash: some servers take it for an escape."""
    return _UNSAFE_IN_HEADER.sub(lambda match: f"%{ord(match[0]):02X}", text)
