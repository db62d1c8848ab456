"""One owner for each state folder: a lock, and a note of where its service answers."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_NOTE = "address.json"
_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service answers and what it takes; `base_url` ends in `/v1`."""

    base_url: str
    token: str

    @property
    def port(self) -> int:
        return int(self.base_url.removesuffix("/v1").rpartition(":")[2])


class StateFolder:
    """A folder that one process at a time may serve from.

    Raises OSError from the constructor when it cannot be made or is no folder.
    """

    def __init__(self, path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self._lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)

    def try_lock(self) -> bool:
        """Return whether this process owns the folder now."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def lock(self) -> None:
        """Return when this process owns the folder, however long that takes."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def read_address(self) -> Address | None:
        """Return where the folder's service answers, or answered last; None when there was none yet."""
        try:
            note = json.loads((self.path / _NOTE).read_bytes())
            return Address(str(note["base_url"]), str(note["token"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write_address(self, address: Address) -> None:
        part = self.path / f"{_NOTE}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(address), file)
        part.replace(self.path / _NOTE)
