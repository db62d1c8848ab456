"""The view of a growing log alone: `FILE STEADY_LINES`; each key lets it grow in another way, up to a mark."""

import asyncio
import sys
from pathlib import Path

from textual import work
from textual.app import ComposeResult

from replicate_tui.ui.stack import StackApp
from replicate_tui.ui.widgets.file_log import FileLog

PER_SECOND, CHUNKS_PER_SECOND = 200, 20
BURST, BAR_UPDATES = 20_000, 5_000
#: In each state of the bar, and nowhere else.
BAR = f"/{BAR_UPDATES}"


class LiveLog(StackApp[None]):
    AUTO_FOCUS = "FileLog"

    def __init__(self, file: Path, steady_lines: int) -> None:
        super().__init__()
        self._file = file.open("a")
        self._path = file
        self._steady_lines = steady_lines
        self._done = 0

    def compose(self) -> ComposeResult:
        yield FileLog(self._path)

    def _grow(self, text: str) -> None:
        self._file.write(text)
        self._file.flush()
        self.query_one(FileLog).grew()

    def _end(self) -> None:
        self._done += 1
        self._grow(f"{end_mark(self._done)}\n")

    def key_o(self) -> None:
        """One line."""
        self._end()

    def key_b(self) -> None:
        """All lines of a burst at once."""
        self._grow("".join(line(number) for number in range(BURST)))
        self._end()

    @work
    async def key_s(self) -> None:
        """Lines at a steady pace, as a training writes them."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        each = PER_SECOND // CHUNKS_PER_SECOND
        for chunk in range(self._steady_lines // each):
            self._grow("".join(line(chunk * each + number) for number in range(each)))
            await asyncio.sleep(begun + (chunk + 1) / CHUNKS_PER_SECOND - clock())
        self._end()

    @work
    async def key_p(self) -> None:
        """A progress bar that is redrawn on its line."""
        for number in range(BAR_UPDATES):
            self._grow(f"\r{number * 100 // BAR_UPDATES:3}%|{'#' * (number * 40 // BAR_UPDATES):40}| {number}{BAR}")
            if number % 50 == 0:
                await asyncio.sleep(0)
        self._grow("\n")
        self._end()


def line(number: int) -> str:
    """Return a line of a training's log, about as long as they are."""
    loss, speed = 2.0 / (1 + number % 977), 3 + number % 70 / 10
    return f"step {number:6} of a run | loss {loss:.5f} | learning rate {4e-4 - number * 1e-9:.7f} | {speed:.1f} it/s\n"


def end_mark(number: int) -> str:
    return f"<end of part {number}>"


def main() -> None:
    LiveLog(Path(sys.argv[1]), int(sys.argv[2])).run()
