"""Output files as a fault rule wants them: any name, any bytes, any headers, and gone when it says."""

import base64
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from replicate_tui.demo.records import Run
from replicate_tui.demo.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedFile:
    """A file: `name` may hold anything, `headers` go over those of its delivery.

    Its bytes are the `text`, or the bytes of `base64`; with `size` they are repeated, or cut, to so many.
    """

    name: str
    text: str = ""
    base64: str = ""
    size: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        # Not validated: characters that are no base64 are left out, and the rest is as good as any bytes.
        told = base64.b64decode(self.base64 + "==") if self.base64 else self.text.encode("utf-8", "surrogateescape")
        if self.size is None:
            return told
        pattern = told or b"\0"
        return (pattern * (self.size // len(pattern) + 1))[: self.size]


class ScriptedFiles:
    """Publishes files of scripts; `origin` is `http://127.0.0.1:PORT`."""

    def __init__(self, state: State, origin: str) -> None:
        self._state = state
        self._origin = origin
        self._headers: dict[str, Mapping[str, str]] = {}
        self._keys: dict[str, list[str]] = {}
        self._numbers = itertools.count()

    def publish(self, run: Run, file: ScriptedFile) -> str:
        """Store an output file of `run` and return the URL it is delivered from."""
        key = f"{self._state.ids.key(f'{run.id}:script:{next(self._numbers)}')}/{file.name}"
        run.blobs.append(key)
        self._state.storage.put(key, file.content)
        if file.headers:
            self._keys.setdefault(run.id, []).append(key)
            self._headers[key] = {name.lower(): value for name, value in file.headers.items()}
        return f"{self._origin}/delivery/{quote(key, errors='surrogatepass')}"

    def headers_of(self, key: str) -> Mapping[str, str]:
        return self._headers.get(key, {})

    def remove(self, run: Run) -> None:
        """Remove the files of `run`; its output goes on naming them."""
        for key in run.blobs:
            self._state.storage.drop(key)

    def forget(self, run: Run) -> None:
        for key in self._keys.pop(run.id, ()):
            self._headers.pop(key, None)
