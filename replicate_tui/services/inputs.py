"""A run's input on its way out: local files checked, secrets set apart, and a fingerprint to know it again."""

import hmac
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeGuard

from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.services.views import AnyRequest

#: What stands in the history where a secret was sent.
SECRET: Final = "(secret)"  # noqa: S105  (the mark, not a secret)

#: Replicate refuses uploads of 100 MB and more; up to 256 kB may travel inside the request (Replicate API, files).
UPLOAD_LIMIT: Final = 100_000_000
INLINE_LIMIT: Final = 256_000

_REMOTE_PREFIXES = ("http://", "https://", "data:")


class Unsendable(Exception):
    """Why a file cannot be sent, in plain words."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """One file of this machine in an input: `index` is its place in a list field, None outside lists."""

    field: str
    index: int | None
    path: Path
    size: int


def local_files(request: AnyRequest, packed: Mapping[str, Path] | None = None) -> list[LocalFile]:
    """Find and check the local files of a request; touches the disk, so call it in a thread.

    `packed` has, by the texts that name folders, the zips that are sent in their place.
    Raises ServiceProblem FILE with one complaint for each file that cannot be sent.
    """
    files: list[LocalFile] = []
    complaints: list[FieldProblem] = []
    for name, index, text in local_paths(request.input, request.file_fields):
        path = (packed or {}).get(text) or Path(text).expanduser()
        try:
            size = checked_size(path)
        except Unsendable as reason:
            complaints.append(FieldProblem(name, str(reason)))
        else:
            files.append(LocalFile(name, index, path, size))
    if complaints:
        raise ServiceProblem(
            ProblemKind.FILE,
            complaints[0].message,
            kept="Nothing was sent; the form is kept.",
            fields=tuple(complaints),
        )
    return files


def with_files(input: Mapping[str, Any], sent: Mapping[LocalFile, str]) -> dict[str, Any]:
    """Return `input` with each local file replaced by the URL or data URI it is sent as."""
    result = dict(input)
    for file, url in sent.items():
        if file.index is None:
            result[file.field] = url
        else:
            items = list(result[file.field])
            items[file.index] = url
            result[file.field] = items
    return result


def without_secrets(input: Mapping[str, Any], secret_fields: Iterable[str]) -> dict[str, Any]:
    """Return `input` as it may be stored: secrets that are set are replaced by a mark."""
    secrets = frozenset(secret_fields)
    return {name: SECRET if name in secrets and value else value for name, value in input.items()}


def fingerprint(input: Mapping[str, Any], loose_fields: Iterable[str], key: bytes) -> str:
    """Return a keyed hash by which the same input is known again in the service's list.

    The service gives whole floats back as integers, secrets redacted and inlined files as it likes: numbers are
    made alike, and of `loose_fields` only the presence counts. The key stays on this machine, so that a hash of a
    short prompt tells a reader of the file nothing.
    """
    loose = frozenset(loose_fields)
    alike = {name: "" if name in loose else _alike(value) for name, value in input.items() if value is not None}
    text = json.dumps(alike, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode("ascii"), "sha256").hexdigest()


def local_paths(input: Mapping[str, Any], file_fields: Iterable[str]) -> Iterable[tuple[str, int | None, str]]:
    """Yield the texts of an input that name files of this machine: field, place in a list field or None, path."""
    for name in sorted(file_fields):
        value = input.get(name)
        if _is_local(value):
            yield name, None, value
        elif isinstance(value, list | tuple):
            for index, item in enumerate(value):
                if _is_local(item):
                    yield name, index, item


def checked_size(path: Path) -> int:
    """Return the size in bytes of a file that can be sent; touches the disk. Raises Unsendable."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise Unsendable(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise Unsendable(f"{path} cannot be read: {reason or 'not a path'}.") from None
    if stat.S_ISDIR(found.st_mode):
        raise Unsendable(f"{path} is a folder, not a file.")
    if not stat.S_ISREG(found.st_mode):
        raise Unsendable(f"{path} is not a regular file.")
    if not os.access(path, os.R_OK):
        raise Unsendable(f"{path} cannot be read: no permission.")
    if found.st_size >= UPLOAD_LIMIT:
        raise Unsendable(f"{path} has {found.st_size / 1e6:,.0f} MB; the service takes less than 100 MB.")
    return found.st_size


def _is_local(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value not in ("", SECRET) and not value.lower().startswith(_REMOTE_PREFIXES)


def _alike(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _alike(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_alike(item) for item in value]
    return value
