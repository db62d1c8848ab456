"""Whether a folder lies on a disk of this machine: shared memory, and so WAL, works only there."""

import re
import sys
from pathlib import Path
from typing import Final

_LOCAL_TYPES: Final = frozenset(
    (
        *("apfs", "bcachefs", "btrfs", "ecryptfs", "ext2", "ext3", "ext4", "f2fs", "hfs", "jfs", "nilfs2"),
        *("overlay", "ramfs", "reiserfs", "rootfs", "tmpfs", "ubifs", "ufs", "xfs", "zfs"),
    )
)
_OCTAL_ESCAPE = re.compile(r"\\([0-7]{3})")


def is_local(folder: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """Return whether `folder` is on a file system known to be local; one that is not known counts as remote."""
    try:
        table = mounts.read_text("utf-8", "surrogateescape")
    except OSError:
        return sys.platform == "darwin" and _on_system_disk(folder)
    kind = _type_of(folder.resolve(), table)
    return kind in _LOCAL_TYPES


def _type_of(folder: Path, table: str) -> str | None:
    """Return the type of the mount that holds `folder`; of mounts on the same place the last one is on top."""
    found: tuple[int, str] | None = None
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = Path(_OCTAL_ESCAPE.sub(lambda match: chr(int(match[1], 8)), fields[1]))
        depth = len(place.parts)
        if folder.is_relative_to(place) and (found is None or depth >= found[0]):
            found = (depth, fields[2])
    return found[1] if found else None


def _on_system_disk(folder: Path) -> bool:
    # macOS has no mount table to read; homes on the network are never on the volume of /Users itself.
    try:
        return folder.stat().st_dev == Path("/Users").stat().st_dev
    except OSError:
        return False
