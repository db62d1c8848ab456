"""Copies of saved files, where a person wants them; nothing that is there already is ever touched."""

import shutil
from pathlib import Path


def copy_without_overwriting(source: Path, target: Path) -> Path:
    """Copy a file or a folder to `target`, or into it when it is a folder, and return where the copy lies.

    Raises FileExistsError when something is there already, and OSError; then nothing half-written is left.
    """
    if target.is_dir():
        target /= source.name
    if source.is_dir():
        _copy_folder(source, target)
        return target
    with source.open("rb") as original, target.open("xb") as copy:
        try:
            shutil.copyfileobj(original, copy)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    return target


def _copy_folder(source: Path, target: Path) -> None:
    target.mkdir()
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
