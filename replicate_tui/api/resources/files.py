"""Uploaded files: create, look at, list, delete, download."""

from collections.abc import Callable, Mapping
from typing import Any, Unpack

from replicate_tui.api.errors import FileError
from replicate_tui.api.limits import DOWNLOAD_BYTES, DOWNLOAD_TIMEOUTS
from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.origins import path_of
from replicate_tui.api.pagination import Paginator
from replicate_tui.api.resources.creating import CreatingResource
from replicate_tui.api.responses import Response
from replicate_tui.api.types.file import File
from replicate_tui.api.uploads import FileInput, LocalFile, UploadProgress


class BinaryResponse:
    """A downloaded file."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.content = response.content

    @property
    def content_type(self) -> str:
        return self.response.content_type

    async def read(self) -> bytes:
        return self.content


class Files(CreatingResource):
    async def create(
        self,
        *,
        content: FileInput | None = None,
        file: FileInput | None = None,
        filename: str | None = None,
        type: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        on_progress: UploadProgress | None = None,
        **options: Unpack[CallOptions],
    ) -> File:
        """Upload bytes, a path, an open file, or a (name, content, type) tuple; it expires after a day.

        Sent in pieces, so memory does not grow with the file. `file` is another word for `content`.
        Raises FileError when it cannot be read or changes meanwhile, APIStatusError (413 above 100 MB).
        """
        chosen = content if content is not None else file
        if chosen is None:
            raise FileError("a file needs content=")
        local = await LocalFile.of(chosen, name=filename, content_type=type)
        return await self._upload(
            local,
            filename=local.name if filename else None,
            type=type,
            metadata=metadata,
            on_progress=on_progress,
            **options,
        )

    async def get(self, file_id: str, **options: Unpack[CallOptions]) -> File:
        """Return what is known of a file; its bytes are not here."""
        return await self._object(File, Request(method="GET", path=path_of("files", file_id)), "file", options)

    def list(self, **options: Unpack[CallOptions]) -> Paginator[File]:
        """List uploaded files, newest first."""
        return self._pages(File, "/files", "files", options)

    async def delete(self, file_id: str, **options: Unpack[CallOptions]) -> None:
        await self._nothing(Request(method="DELETE", path=path_of("files", file_id)), options)

    async def download(
        self,
        file_id: str,
        *,
        owner: str,
        expiry: int,
        signature: str,
        on_progress: Callable[[int], None] | None = None,
        **options: Unpack[CallOptions],
    ) -> BinaryResponse:
        """Fetch a file by a signed link, into memory; `expiry` is in Unix seconds, `on_progress` is told bytes so far.

        Only the service can make the signature. Outputs of runs are fetched with `client.download`, to disk.
        """
        request = Request(
            method="GET",
            path=path_of("files", file_id, "download"),
            query={"owner": owner, "expiry": expiry, "signature": signature},
            headers={"Accept": "application/octet-stream"},
            timeouts=DOWNLOAD_TIMEOUTS,
            answer_bytes=DOWNLOAD_BYTES,
            on_progress=on_progress,
        )
        return await self._caller.fetch(request.with_options(options), BinaryResponse)
