"""A table of records that is written down as it changes."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from replicate_tui.demo.storage import Storage


class Recordable(Protocol):
    """What can be kept: it knows its key and its plain form."""

    @property
    def key(self) -> str: ...
    def to_record(self) -> dict[str, Any]: ...


R = TypeVar("R", bound=Recordable)


class Kept(Generic[R]):
    """Records of one kind, in the order in which they were made."""

    def __init__(self, storage: Storage, kind: str, read: Callable[[Mapping[str, Any]], R]) -> None:
        self.kind = kind
        self._storage = storage
        self._read = read
        self._records: dict[str, R] = {}

    def restore(self, record: Mapping[str, Any]) -> None:
        """Take back a record that an earlier start kept."""
        found = self._read(record)
        self._records[found.key] = found

    def save(self, record: R) -> None:
        """Keep `record` as it is now, new or changed."""
        self._records[record.key] = record
        self._storage.save(self.kind, record.key, record.to_record())

    def remove(self, record: R) -> None:
        self._records.pop(record.key, None)
        self._storage.forget(self.kind, record.key)

    def get(self, key: str) -> R | None:
        return self._records.get(key)

    def values(self) -> list[R]:
        return list(self._records.values())
