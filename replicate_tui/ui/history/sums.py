"""What the heading of the history says: what the rows add up to, and how far the account's runs are known."""

from datetime import datetime

from replicate_tui.services.estimate import dollars_text
from replicate_tui.services.pull import PullState
from replicate_tui.store.records import RunTotals
from replicate_tui.ui import wording


def sums_words(totals: RunTotals, room: int) -> str:
    """Return "1,204 runs · 2 h 14 min running · ≈ $3.12, 40 without a price", or less where there is less room."""
    runs = wording.plural(totals.count, "run")
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
