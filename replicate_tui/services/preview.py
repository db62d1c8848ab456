"""The text of a run as it grows: streamed, polled or both, cleaned for the terminal, settled by the final answer."""

import asyncio
from typing import Any, Final

from replicate_tui.schema.fields import OutputSchema
from replicate_tui.schema.outputs import is_file_url, joined_text
from replicate_tui.services.live import LiveRun
from replicate_tui.text import StreamCleaner, clean

#: Cleaning longer texts than this, in characters, is done in a thread.
LONG_TEXT: Final = 100_000


class Preview:
    """Feeds the text of one run to its listeners; what is shown only grows until the service's final text."""

    def __init__(self, live: LiveRun) -> None:
        self._live = live
        self._raw: list[str] = []
        self._cleaner = StreamCleaner()
        self._fed = 0
        self._is_settled = False
        self._is_in_pieces = False

    @property
    def raw(self) -> str:
        """What was streamed, as the service sent it."""
        return "".join(self._raw)

    @property
    def is_streamed(self) -> bool:
        return bool(self._raw)

    @property
    def is_in_pieces(self) -> bool:
        """Whether the text came in pieces, as tokens that belong together."""
        return self._is_in_pieces or self.is_streamed

    async def recalled(self, text: str) -> None:
        """Show the text of an earlier start."""
        self._live.replace_text(await _cleaned(text))

    def opened(self) -> None:
        """Note that a stream begins, or begins anew: it sends everything from the start."""
        self._raw = []
        self._cleaner = StreamCleaner()
        self._fed = 0

    def feed(self, chunk: str) -> None:
        """Take a chunk of the stream; what comes after the final text is old news."""
        if self._is_settled:
            return
        self._raw.append(chunk)
        text = self._cleaner.feed(chunk)
        # What a poll or an earlier stream has shown already is passed over.
        known = max(self._live.text_length - self._fed, 0)
        self._fed += len(text)
        self._live.append_text(text[known:])

    def note_pieces(self, output: Any) -> None:
        """Note the shape of an output that is text."""
        self._is_in_pieces = isinstance(output, list)

    async def polled(self, text: str) -> None:
        """Take the text so far from a poll, when no stream brings it."""
        cleaned = await _cleaned(text)
        if not self._live.text.startswith(cleaned):
            self._live.replace_text(cleaned)

    async def settled(self, text: str | None) -> None:
        """Take the final text; None when the final output is no text, then the preview stays as it is."""
        self._is_settled = True
        if text is None:
            self._live.append_text(self._cleaner.close())
        else:
            self._live.replace_text(await _cleaned(text))


def output_text(output: Any, schema: OutputSchema | None, *, streamed: bool) -> str | None:
    """Return the text that an output is, or None when it is files or data; `streamed` says it came as text."""
    if output is None:
        return None
    if schema is not None and schema.concatenates:
        return joined_text(output)
    if isinstance(output, str):
        return None if is_file_url(output, schema) else output
    is_tokens = isinstance(output, list) and all(isinstance(token, str) for token in output)
    return joined_text(output) if streamed and is_tokens else None


async def _cleaned(text: str) -> str:
    return clean(text) if len(text) < LONG_TEXT else await asyncio.to_thread(clean, text)
