"""All rows, in the order of the report."""

from tests.reliability import (
    cancels,
    clocks,
    copies,
    crash,
    crash_app,
    damages,
    disk,
    endings,
    files,
    foreign,
    kills,
    markup,
    money,
    odd_streams,
    savings,
    secrets,
    sending,
    streams,
    surroundings,
    terminal,
    unread,
)
from tests.reliability.row import Row

ROWS: tuple[Row, ...] = (
    *(*money.ROWS, *sending.ROWS, *kills.ROWS, *cancels.ROWS),
    *(*streams.ROWS, *odd_streams.ROWS, *savings.ROWS, *clocks.ROWS),
    *(*crash_app.ROWS, *crash.ROWS, *copies.ROWS, *disk.ROWS, *damages.ROWS, *files.ROWS),
    *(*endings.ROWS, *unread.ROWS, *terminal.ROWS, *surroundings.ROWS, *secrets.ROWS, *markup.ROWS, *foreign.ROWS),
)
