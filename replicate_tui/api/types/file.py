"""Files uploaded as inputs; the service removes them after a day."""

from typing import Any

from replicate_tui.api.types.base import ApiObject


class FileUrls(ApiObject):
    get: str | None = None


class File(ApiObject):
    """An uploaded file; `urls.get` is what goes into an input. `size` is in bytes."""

    id: str
    name: str | None = None
    content_type: str | None = None
    size: int | None = None
    etag: str | None = None
    checksums: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    created_at: str | None = None
    expires_at: str | None = None
    urls: FileUrls | None = None
