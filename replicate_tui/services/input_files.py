"""The local files that a run was sent: copied to its folder when they are small, known by their hash in any case."""

import hashlib
from pathlib import Path
from typing import Any, Final

from replicate_tui.services.inputs import local_paths
from replicate_tui.services.run_folder import PartFile, safe_name
from replicate_tui.store.records import RunRecord

#: Larger files stay where they are: a sweep over one of them would fill the disk with copies.
COPIED_BYTES: Final = 10_000_000

_LONGEST_STEM: Final = 60


def keep_input_files(root: Path, record: RunRecord) -> list[dict[str, Any]]:
    """Copy and describe the local files in the input of `record`; blocks, and raises DiskProblem.

    A file that cannot be read any more is described with its problem.
    """
    options = record.options
    names = options.get("file_fields")
    found = local_paths(record.input, names if isinstance(names, list) else ())
    return [_kept(root, record.folder or "", field, index, Path(path).expanduser()) for field, index, path in found]


def _kept(root: Path, relative: str, field: str, index: int | None, path: Path) -> dict[str, Any]:
    told: dict[str, Any] = {"field": field, "index": index, "path": str(path)}
    try:
        size = path.stat().st_size
        with path.open("rb") as source:
            if size > COPIED_BYTES:
                return told | {"size": size, "sha256": hashlib.file_digest(source, "sha256").hexdigest()}
            content = source.read(COPIED_BYTES + 1)
    except OSError as error:
        return told | {"problem": (error.strerror or str(error)).lower()}
    with PartFile(root, relative) as part:
        part.write(content)
        stem = f"in-{safe_name(field)}" if index is None else f"in-{safe_name(field)}-{index}"
        name = part.settle(stem[:_LONGEST_STEM], _extension(path))
        return told | {"size": part.size, "sha256": part.sha256, "name": name}


def _extension(path: Path) -> str:
    suffix = path.suffix.lower()
    return suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= 10 else ""
