"""Files inside inputs: small ones travel in the request, larger ones are uploaded first."""

import asyncio
import base64
import io
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from replicate_tui.api.errors import FileError
from replicate_tui.api.limits import INLINE_FILE_BYTES
from replicate_tui.api.outputs import FileOutput
from replicate_tui.api.types.file import File
from replicate_tui.api.uploads import LocalFile

#: "base64" puts every file into the request, "url" uploads every file; None decides by size.
FileEncodingStrategy = Literal["base64", "url"]
SendFile = Callable[[LocalFile], Awaitable[File]]

_DEEPEST = 64


async def prepare_input(value: Any, upload: SendFile, strategy: FileEncodingStrategy | None = None) -> Any:
    """Return `value` as JSON, with every file in it (paths, open files, bytes; at any depth) made a URL.

    Texts stay texts, whatever they say: only a `Path` or an open file is ever read from disk.
    Raises FileError for a file that cannot be read or sent.
    """
    return await _Preparation(upload, strategy).of(value, 0)


class _Preparation:
    def __init__(self, upload: SendFile, strategy: FileEncodingStrategy | None) -> None:
        self._upload = upload
        self._strategy = strategy

    async def of(self, value: Any, depth: int) -> Any:
        if depth > _DEEPEST:
            raise FileError("the input is nested too deeply")
        match value:
            case str() | bool() | int() | float() | None:
                return value
            case FileOutput():
                return value.url
            case File():
                return self._url(value)
            case Mapping():
                return {str(name): await self.of(inner, depth + 1) for name, inner in value.items()}
            case list() | tuple() | set() | frozenset():
                return [await self.of(inner, depth + 1) for inner in value]
            case bytes() | bytearray() | memoryview() | os.PathLike() | io.IOBase():
                return await self._file(value)
        if hasattr(value, "read"):
            return await self._file(value)
        return value

    async def _file(self, content: Any) -> str:
        file = await LocalFile.of(content)
        inline = file.size <= INLINE_FILE_BYTES if self._strategy is None else self._strategy == "base64"
        if not inline:
            return self._url(await self._upload(file))
        data = await file.read()
        encoded = await asyncio.to_thread(base64.b64encode, data)
        return f"data:{file.content_type};base64,{encoded.decode('ascii')}"

    def _url(self, file: File) -> str:
        if file.urls is None or not file.urls.get:
            raise FileError("the service did not say where the uploaded file is")
        return file.urls.get
