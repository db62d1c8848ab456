"""What the heading of the history says: what the rows add up to, and how far the account's runs are known."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from replicate_tui.services.estimate import dollars_text
from replicate_tui.services.pull import PullState
from replicate_tui.store.orders import RunOrder
from replicate_tui.store.records import RunTotals
from replicate_tui.ui import wording

#: How each order is said.
ORDER_WORDS: Final[Mapping[RunOrder, str]] = {
    RunOrder.NEWEST: "newest first",
    RunOrder.OLDEST: "oldest first",
    RunOrder.LONGEST: "longest first",
    RunOrder.DEAREST: "dearest first",
    RunOrder.MODEL: "by model",
    RunOrder.STATUS: "by status",
}


def heading_words(totals: RunTotals, order: RunOrder, room: int, *, noun: str = "run", going: int = 0) -> str:
    """Return the order, how many are going, and what all add up to; the usual order goes first for want of room."""
    first = [f"{wording.count(going)} going"] if going else []
    for words in (ORDER_WORDS[order], "") if order is RunOrder.NEWEST else (ORDER_WORDS[order],):
        before = " · ".join(filter(None, [words, *first]))
        line = " · ".join(filter(None, [before, sums_words(totals, room - len(before) - 3, noun)]))
        # Without the order there may be room for all of the sums.
        if not words or sums_words(totals, room, noun) in line:
            return line
    return line


def sums_words(totals: RunTotals, room: int, noun: str = "run") -> str:
    """Return "1,204 runs · 2 h 14 min running · ≈ $3.12, 40 without a price", or less where there is less room."""
    runs = wording.plural(totals.count, noun)
    time = wording.span(totals.seconds) if totals.seconds >= 60 else wording.seconds(totals.seconds)
    cost = f"≈ {dollars_text(totals.cost)}" if totals.cost else ""
    unpriced = f"{wording.count(totals.unpriced)} without a price" if totals.cost and totals.unpriced else ""
    running = f"{time} running" if totals.seconds else ""
    short = time if totals.seconds else ""
    for parts in (
        (runs, running, ", ".join(filter(None, (cost, unpriced)))),
        (runs, running, cost),
        (runs, short, cost),
        (runs, cost),
    ):
        words = " · ".join(filter(None, parts))
        if len(words) <= room:
            return words
    return runs


def pull_words(state: PullState, now: datetime) -> str:
    """Return how far the account's runs are known: being read, read to when, or ""."""
    when = wording.clock(state.last_complete_at, now)
    if state.is_reading:
        return f"reading the account's runs, page {state.pages + 1}"
    if state.problem:
        return f"account read {when}, not since" if when else ""
    if state.has_older:
        return f"reading older runs, page {state.pages + 1}"
    return f"account read {when}" if when else ""
