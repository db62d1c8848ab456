"""Version ids: 64 hex digits that stay the same from one start to the next."""

import hashlib


def version_id(full_name: str, revision: int = 1) -> str:
    """Return the id of the `revision`-th version of `owner/name`."""
    return hashlib.sha256(f"{full_name}@{revision}".encode()).hexdigest()


def version_ids(full_name: str, count: int) -> tuple[str, ...]:
    """Return the ids of the first `count` versions, newest first."""
    return tuple(version_id(full_name, revision) for revision in range(count, 0, -1))
