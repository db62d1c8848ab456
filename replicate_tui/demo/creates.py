"""How many runs each client's mark has made: the proof that nothing was created twice, or lost."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.json_pointer import look_up
from replicate_tui.demo.records import Run


class CreateCounter:
    """Counts creates that took effect by a mark that the caller chooses; off until it is chosen."""

    def __init__(self) -> None:
        self._header: bytes | None = None
        self._pointer: str | None = None
        self.counts: Counter[str] = Counter()

    def count_by(self, *, header: str | None = None, pointer: str | None = None) -> None:
        """Begin anew, by the value of a request header or of what a JSON pointer finds in `{"input": …}`."""
        self._header = None if header is None else header.lower().encode()
        self._pointer = pointer
        self.counts = Counter()

    def note(self, run: Run, scope: Mapping[str, Any]) -> None:
        """Count a create of the request of `scope`; one without the mark counts under the empty text."""
        if self._header is not None:
            found = next((value for name, value in scope["headers"] if name == self._header), b"")
            self.counts[found.decode("latin-1")] += 1
        elif self._pointer is not None:
            value = look_up({"input": run.input}, self._pointer)
            self.counts["" if value is None else str(value)] += 1
