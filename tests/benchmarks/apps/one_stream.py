"""The view of streamed text alone: `BEFORE TOKENS`; the key s streams TOKENS more, a hundred in each second."""

import asyncio
import sys
from itertools import count, islice

from textual import work
from textual.app import ComposeResult

from replicate_tui.ui.widgets.text_view import TextView
from replicate_tui.ui.wire.wired_app import WiredApp

PER_SECOND = 100
_WORDS = ("the ", "quick ", "brown ", "fox ", "jumps ", "over, ", "and ", "rests.\n")


class OneStream(WiredApp[None]):
    def __init__(self, before: int, tokens: int) -> None:
        super().__init__()
        self._all = (_WORDS[index * 7 % len(_WORDS)] for index in count())
        self._before = before
        self._tokens = tokens
        self._streams = 0

    def compose(self) -> ComposeResult:
        yield TextView("".join(islice(self._all, self._before)) + end_mark(0))

    @work
    async def key_s(self) -> None:
        view = self.query_one(TextView)
        self._streams += 1
        clock = asyncio.get_running_loop().time
        begun = clock()
        for number, token in enumerate(islice(self._all, self._tokens), 1):
            view.write(token)
            await asyncio.sleep(begun + number / PER_SECOND - clock())
        view.write(end_mark(self._streams))


def end_mark(stream: int) -> str:
    """Return what stands at the end of a stream; the text before counts as stream 0."""
    return f"<end of stream {stream}>"


def main() -> None:
    OneStream(int(sys.argv[1]), int(sys.argv[2])).run()
