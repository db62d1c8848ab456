"""Uploaded files and uploads as they are shown: every text cleaned, every odd shape survived."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from replicate_tui.services.cards import Json, moment
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.upload_details import AS_IT_IS, UploadDetails
from replicate_tui.text import clean_line

_LONGEST_URL: Final = 2_000
_LONGEST_VALUE: Final = 400
_MOST_ENTRIES: Final = 80
_LINK_PARTS: Final = ("owner", "expiry", "signature")


class UploadedFile(NamedTuple):
    """A file at the service: `size` in bytes, None when it is not told; `url` is what goes into an input.

    `metadata` is what was sent along, by name, each value in words.
    """

    id: str
    name: str
    content_type: str
    size: int | None
    sha256: str
    md5: str
    metadata: tuple[tuple[str, str], ...]
    created_at: datetime | None
    expires_at: datetime | None
    url: str

    def is_expired(self, now: datetime | None = None) -> bool:
        return self.expires_at is not None and self.expires_at <= (now or datetime.now(UTC))


class UploadState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way to the service, or one that did not get there; `sent` and `size` in bytes."""

    number: int
    path: Path
    size: int = 0
    sent: int = 0
    state: UploadState = UploadState.WAITING
    problem: str = ""
    details: UploadDetails = AS_IT_IS

    @property
    def name(self) -> str:
        return clean_line(self.details.name or self.path.name) or "?"

    @property
    def share(self) -> float:
        """How much of it is sent, from 0 to 1."""
        return min(1.0, self.sent / self.size) if self.size else 0.0


class LocalCopy(NamedTuple):
    """Where the bytes of an uploaded file lie on this machine; `is_same` is False for what has another checksum now."""

    path: Path
    is_same: bool


class SignedLink(NamedTuple):
    """The query of a signed download address; `expiry` in Unix seconds. Only the service can make the signature."""

    file_id: str
    owner: str
    expiry: int
    signature: str


def uploaded_file(body: Json) -> UploadedFile:
    """Return a file of the service's JSON."""
    checksums, metadata, urls = (_mapping(body.get(name)) for name in ("checksums", "metadata", "urls"))
    size = body.get("size")
    identifier = _line(body.get("id"))
    return UploadedFile(
        id=identifier,
        name=_line(body.get("name")) or identifier or "?",
        content_type=_line(body.get("content_type")),
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 1e15 else None,
        sha256=_line(checksums.get("sha256")).lower(),
        md5=_line(checksums.get("md5")).lower(),
        metadata=tuple((_line(str(name)), _words(value)) for name, value in list(metadata.items())[:_MOST_ENTRIES]),
        created_at=moment(body.get("created_at")),
        expires_at=moment(body.get("expires_at")),
        url=_line(urls.get("get"), _LONGEST_URL),
    )


def link_of(text: str, file: UploadedFile) -> str:
    """Return which of the addresses in `text`, apart by blanks or line breaks, is that of `file`; "" for none."""
    return next((word for word in text.split() if f"/{file.id}/download" in word), "")


def signed_link(text: str, file: UploadedFile) -> SignedLink:
    """Read the signed address of `file` that a person has.

    Raises ServiceProblem INVALID: no such address, one of another host or file, or one whose time is over.
    """
    try:
        parts, home = urlsplit(text.strip()), urlsplit(file.url)
        values = parse_qs(parts.query)
    except ValueError:
        raise _no_link("This is no address") from None
    steps = [step for step in parts.path.split("/") if step]
    if file.url and (parts.scheme.lower(), parts.netloc.lower()) != (home.scheme.lower(), home.netloc.lower()):
        raise _no_link(f"This is no address at {home.netloc}")
    if steps[-1:] != ["download"] or steps[-2:-1] != [file.id]:
        raise _no_link("This is not the download address of this file")
    missing = [name for name in _LINK_PARTS if not values.get(name)]
    if missing:
        raise _no_link(f"This address has no {missing[0]}")
    expiry = values["expiry"][0]
    if not (expiry.isascii() and expiry.isdecimal() and len(expiry) < 16):
        raise _no_link("The expiry in this address is no number")
    if int(expiry) <= datetime.now(UTC).timestamp():
        raise _no_link("The time of this address is over")
    # A plus in a query reads as a blank, and base64 has no blanks.
    return SignedLink(file.id, values["owner"][0], int(expiry), values["signature"][0].replace(" ", "+"))


def _no_link(words: str) -> ServiceProblem:
    return ServiceProblem(ProblemKind.INVALID, f"{words}.")


def _mapping(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}


def _line(value: Any, limit: int = 200) -> str:
    return clean_line(value, limit) if isinstance(value, str) else ""


def _words(value: Any) -> str:
    return clean_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _LONGEST_VALUE)
