"""What is to be trained on, a zip or a folder: looked through here first, and a folder made into a zip."""

import asyncio
import os
import stat
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from replicate_tui.services.inputs import UPLOAD_LIMIT, local_paths
from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.services.views import TrainingRequest

#: More entries than this are no folder of training data, but somebody's home.
MOST_FILES: Final = 50_000
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic"})
_CAPTIONS: Final = frozenset({".txt", ".caption"})
#: What archivers and desktops put beside the data.
_LITTER: Final = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
#: What is left for the archive's own table, which is small beside the pictures.
_TABLE_BYTES_PER_FILE: Final = 200


class DataFacts(NamedTuple):
    """What there is to train on; `size` is in bytes, of a zip as it lies there, of a folder all of its files."""

    files: int
    images: int
    captions: int
    size: int


class DataProblem(Exception):
    """Why data cannot be trained on, in words that follow the name of its field."""


def look_at(path: Path) -> DataFacts:
    """Look through a folder or a zip; blocks. Raises DataProblem, and OSError when it cannot be read."""
    return _look_at_folder(path) if path.is_dir() else _look_at_zip(path)


def make_zip(folder: Path, target: Path) -> None:
    """Write the files of `folder` to the zip `target`; blocks. Raises DataProblem and OSError."""
    # Pictures are compressed already; the rest is small beside them.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False) as archive:
        for path in _files_of(folder):
            archive.write(path, path.relative_to(folder))
    if target.stat().st_size >= UPLOAD_LIMIT:
        raise DataProblem(_too_large(target.stat().st_size))


@asynccontextmanager
async def packed(request: TrainingRequest) -> AsyncIterator[dict[str, Path]]:
    """Check the data of a request and make zips of its folders; yields the zip for each folder by its text.

    The zips are gone afterwards. Raises ServiceProblem FILE, with the complaint at its field.
    """
    with tempfile.TemporaryDirectory(prefix="replicate-tui-") as made:
        zips: dict[str, Path] = {}
        for number, (field, _, text) in enumerate(local_paths(request.input, request.file_fields)):
            try:
                zipped = await asyncio.to_thread(_pack, text, Path(made) / str(number))
            except (DataProblem, OSError, RuntimeError) as error:
                reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
                raise ServiceProblem(
                    ProblemKind.FILE,
                    f"{text} {reason}." if isinstance(error, DataProblem) else f"{text} cannot be read: {reason}.",
                    kept="Nothing was sent; the form is kept.",
                    fields=(FieldProblem(field, reason),),
                ) from error
            if zipped is not None:
                zips[text] = zipped
        yield zips


def _pack(text: str, folder: Path) -> Path | None:
    """Return the zip of the folder that `text` names, made in `folder`, which is new; None for a file."""
    path = Path(text).expanduser()
    if not path.is_dir():
        if path.suffix.lower() == ".zip":
            _look_at_zip(path)
        return None
    _look_at_folder(path)
    folder.mkdir()
    target = folder / f"{path.resolve().name or 'data'}.zip"
    make_zip(path, target)
    return target


def _look_at_folder(folder: Path) -> DataFacts:
    files = images = captions = size = 0
    for path in _files_of(folder):
        files += 1
        images += path.suffix.lower() in _PICTURES
        captions += path.suffix.lower() in _CAPTIONS
        size += path.stat().st_size
        if files > MOST_FILES:
            raise DataProblem(f"has more than {MOST_FILES:,} files")
    if not files:
        raise DataProblem("is a folder without files")
    # Pictures do not get smaller in a zip; what does is said no before hours of other work.
    if size >= UPLOAD_LIMIT and images * 2 >= files:
        raise DataProblem(_too_large(size))
    return DataFacts(files, images, captions, size + files * _TABLE_BYTES_PER_FILE)


def _files_of(folder: Path) -> Iterator[Path]:
    """Yield the regular files below a folder in the order of their names; no hidden ones, and no way out by links."""
    for root, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _LITTER and not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            is_wanted = name not in _LITTER and not name.startswith(".")
            if is_wanted and stat.S_ISREG(path.lstat().st_mode):
                yield path


def _look_at_zip(path: Path) -> DataFacts:
    size = path.stat().st_size
    if size >= UPLOAD_LIMIT:
        raise DataProblem(_too_large(size))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        raise DataProblem("is no zip that can be read") from error
    files = images = captions = 0
    for member in members:
        _check_member(member)
        place = PurePosixPath(member.filename)
        if _LITTER.intersection(place.parts) or place.name.startswith("."):
            continue
        files += 1
        images += place.suffix.lower() in _PICTURES
        captions += place.suffix.lower() in _CAPTIONS
    if not files:
        raise DataProblem("is a zip without files")
    return DataFacts(files, images, captions, size)


def _check_member(member: zipfile.ZipInfo) -> None:
    """Raise DataProblem for a path that leads out of the folder it is unpacked in, a link, or a locked file."""
    place = PurePosixPath(member.filename.replace("\\", "/"))
    has_drive = len(member.filename) > 1 and member.filename[1] == ":"
    if place.is_absolute() or ".." in place.parts or has_drive:
        raise DataProblem(f"has a path that leads out of it: {member.filename[:80]}")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise DataProblem(f"has a link in it: {member.filename[:80]}")
    if member.flag_bits & 0x1:
        raise DataProblem("is locked with a password")


def _too_large(size: int) -> str:
    return f"has {size / 1e6:,.0f} MB; the service takes less than 100 MB"
