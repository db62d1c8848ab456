"""The disk after a power cut, from what the shim wrote down: what was synced is there, the rest as chance has it.

Each write and truncation that no sync followed survives or not. Names (made, renamed, removed) survive in their order
up to some point, as a file system with a journal has them, and those before the last sync of a folder all do.
"""

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

_HEAD: Final = struct.Struct("=cqqqq")


class Operation(NamedTuple):
    """One operation: Create, Write, Truncate, Sync, sync of a folDer, Rename, Link, Unlink, Make a folder, or A mark.

    `number` is the place of a write or the length of a truncation, `data` what was written or the second name.
    """

    kind: str
    inode: int
    number: int
    path: str
    data: bytes


@dataclass
class _File:
    synced: bytearray = field(default_factory=bytearray)
    loose: list[Operation] = field(default_factory=list)

    def sync(self) -> None:
        self.synced = self.after(self.loose)
        self.loose = []

    def after(self, operations: list[Operation]) -> bytearray:
        content = bytearray(self.synced)
        for operation in operations:
            length = operation.number + (len(operation.data) if operation.kind == "W" else 0)
            content.extend(bytes(max(0, length - len(content))))
            if operation.kind == "W":
                content[operation.number : length] = operation.data
            else:
                del content[length:]
        return content


def read_journal(path: Path) -> list[Operation]:
    """Return what the shim wrote down, in order."""
    content = path.read_bytes()
    operations = []
    place = 0
    while place < len(content):
        kind, inode, number, path_length, length = _HEAD.unpack_from(content, place)
        place += _HEAD.size
        name = content[place : place + path_length].decode()
        place += path_length
        operations.append(Operation(kind.decode(), inode, number, name, content[place : place + length]))
        place += length
    return operations


def marks(operations: list[Operation]) -> list[Any]:
    """Return the promises among the operations, each as [promise, run id]."""
    return [operation.path.split(" ") for operation in operations if operation.kind == "A"]


def write_image(operations: list[Operation], chance: random.Random, root: Path, image: Path) -> None:
    """Write into `image` what a cut after `operations` on `root` leaves."""
    files: dict[int, _File] = {}
    names: list[tuple[Operation, _File | None]] = []
    kept_names = 0
    for operation in operations:
        file = files.get(operation.inode)
        if operation.kind == "C":
            file = files[operation.inode] = _File()
        if operation.kind in "CMRLU":
            names.append((operation, file))
        elif operation.kind == "D":
            kept_names = len(names)
        elif operation.kind == "S" and file is not None:
            file.sync()
        elif operation.kind in "WT" and file is not None:
            file.loose.append(operation)
    tree = _tree(names[: chance.randint(kept_names, len(names))])
    surviving: dict[int, bytes] = {}
    for path, found in tree.items():
        target = image / Path(path).relative_to(root)
        if found is None:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            continue
        # One file under two names has one content.
        content = surviving.get(id(found))
        if content is None:
            content = bytes(found.after([write for write in found.loose if chance.random() < 0.5]))
            surviving[id(found)] = content
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(content)
    image.mkdir(mode=0o700, parents=True, exist_ok=True)


def _tree(names: list[tuple[Operation, _File | None]]) -> dict[str, _File | None]:
    """Return what each path leads to: a file, or None for a folder."""
    tree: dict[str, _File | None] = {}
    for operation, file in names:
        if operation.kind in "CM":
            tree[operation.path] = file if operation.kind == "C" else None
        elif operation.kind == "U":
            tree.pop(operation.path, None)
        elif operation.path in tree:
            moved = tree[operation.path] if operation.kind == "L" else tree.pop(operation.path)
            tree[operation.data.decode()] = moved
    return tree
