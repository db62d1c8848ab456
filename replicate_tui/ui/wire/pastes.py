"""Pasted text, taken out of what the terminal sends before any of it can be read as keys.

Textual looks for escape sequences inside a paste too, and hands those it does not know on as keys.
"""

import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

#: What is longer is cut: no field of a model takes as much, and files are picked, not pasted.
MOST_CHARACTERS: Final = 1_000_000
#: A paste that has been silent for so long is handed on as it is, and what then comes in a small piece was typed.
SILENCE_SECONDS: Final = 3.0
_TYPED_CHARACTERS: Final = 16
_START: Final = "\x1b[200~"
_END: Final = "\x1b[201~"


class Pasted(NamedTuple):
    """A text that was pasted, or the first part of one that `is_cut`."""

    text: str
    is_cut: bool = False


class PasteReader:
    """Parts what is typed from what is pasted; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pieces: list[str] | None = None
        self._size = 0
        self._held = ""
        self._heard_at = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether `release` is to be called when nothing more comes, after `patience` seconds."""
        return bool(self._held) or bool(self._pieces)

    @property
    def patience(self) -> float:
        return SILENCE_SECONDS if self._pieces is not None else 0.05

    def feed(self, text: str) -> Iterator[str | Pasted]:
        """Return in order what was typed, as text, and what was pasted."""
        now = self._clock()
        silent, self._heard_at = now - self._heard_at, now
        if self._pieces is not None and silent >= SILENCE_SECONDS and self._is_typed(text):
            yield from self._end()
        text, self._held = self._held + text, ""
        while text:
            mark = _START if self._pieces is None else _END
            before, found, after = text.partition(mark)
            if not found:
                before, self._held = _without_begun(text, mark)
            if self._pieces is not None:
                self._keep(before)
            elif before:
                yield before
            if not found:
                return
            if self._pieces is None:
                self._pieces = []
            else:
                yield from self._end()
            text = after

    def release(self) -> Iterator[str | Pasted]:
        """Return what was held back, after a silence; a paste that never ended goes on when more comes."""
        held, self._held = self._held, ""
        if self._pieces is None:
            if held:
                yield held
            return
        self._keep(held)
        yield from self._end()
        self._pieces = []

    def _is_typed(self, text: str) -> bool:
        return len(text) <= _TYPED_CHARACTERS and _END not in self._held + text

    def _keep(self, piece: str) -> None:
        if self._pieces is not None:
            self._pieces.append(piece[: max(0, MOST_CHARACTERS - self._size)])
            self._size += len(piece)

    def _end(self) -> Iterator[Pasted]:
        # As Textual does: no field can hold a NUL.
        text = "".join(self._pieces or ()).replace("\x00", "")
        is_cut = self._size > MOST_CHARACTERS
        self._pieces, self._size = None, 0
        if text:
            yield Pasted(text, is_cut)


def _without_begun(text: str, mark: str) -> tuple[str, str]:
    """Cut off the end of `text` where `mark` may have begun; an escape that is typed by itself is a key."""
    if text == "\x1b" and mark == _START:
        return text, ""
    for length in range(min(len(mark) - 1, len(text)), 0, -1):
        if text.endswith(mark[:length]):
            return text[:-length], text[-length:]
    return text, ""
