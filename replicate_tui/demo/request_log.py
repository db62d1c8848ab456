"""The request log: one line of JSON for each request, written off the event loop."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any


class RequestLog:
    """Appends to a file that only its owner may read.

    Raises OSError from the constructor when the file cannot be opened. What a full disk refuses later is lost.
    """

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", errors="backslashreplace")
        self._lines: SimpleQueue[Mapping[str, Any] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="demo-request-log", daemon=True)
        self._thread.start()

    def write(self, line: Mapping[str, Any]) -> None:
        """Append `line`, which must not change afterwards."""
        self._lines.put(line)

    def close(self) -> None:
        """Return when everything is written."""
        self._lines.put(None)
        self._thread.join()

    def _write_all(self) -> None:
        with self._file as file:
            while (line := self._lines.get()) is not None:
                try:
                    file.write(json.dumps(line, ensure_ascii=True) + "\n")
                    file.flush()
                except OSError:
                    continue
