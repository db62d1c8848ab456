"""The shim of `shim.c`: compiled for this machine, preloaded into a process, and armed by it."""

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Final

_SOURCE: Final = Path(__file__).with_name("shim.c")


class Mode(IntEnum):
    """What becomes of the operations on files of the folder; the numbers are those of the shim."""

    OFF = 0
    COUNT = 1
    KILL = 2
    FAIL = 3
    RECORD = 4


def missing() -> str | None:
    """Return what this machine lacks for it, or None."""
    if sys.platform != "linux":
        return "the shim needs Linux"
    return None if _compiler() else "no C compiler"


def compiled(folder: Path) -> Path:
    """Compile the shim into `folder` and return the library."""
    library = folder / "shim.so"
    command = [_compiler() or "cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True)
    return library


def preloading(library: Path) -> dict[str, str]:
    """Return the environment of a process that has it."""
    return {**os.environ, "LD_PRELOAD": str(library)}


def arm(
    folder: Path, mode: Mode, *, at: int = 0, times: int = 1, error: int = errno.ENOSPC, journal: Path | None = None
) -> None:
    """Have this process's operation number `at` (from 1) below `folder` killed, or `times` from it on refused."""
    descriptor = -1 if journal is None else os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    values = (ctypes.c_long(at), ctypes.c_long(times), error, descriptor)
    _library().shim_arm(os.fsencode(folder.resolve()), int(mode), *values)


def seen() -> int:
    """Return how many operations there were since it was armed."""
    return int(_library().shim_seen())


def mark(text: str) -> None:
    """Put a text between the operations that are written down."""
    _library().shim_mark(text.encode())


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None)
    library.shim_seen.restype = ctypes.c_long
    return library


def _compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc")
