"""The heading of the history in plain words, shorter where there is less room."""

from datetime import UTC, datetime

import pytest

from replicate_tui.services.pull import PullState
from replicate_tui.store.records import RunTotals
from replicate_tui.ui.history.sums import pull_words, sums_words

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC).astimezone()
MANY = RunTotals(1204, 8045.0, 3.12, 40)


@pytest.mark.parametrize(
    ("totals", "room", "words"),
    [
        (MANY, 80, "1,204 runs · 2 h 14 min running · ≈ $3.12, 40 without a price"),
        (MANY, 50, "1,204 runs · 2 h 14 min running · ≈ $3.12"),
        (MANY, 36, "1,204 runs · 2 h 14 min · ≈ $3.12"),
        (MANY, 24, "1,204 runs · ≈ $3.12"),
        (MANY, 4, "1,204 runs"),
        (RunTotals(1, 2.3, 0.0, 1), 80, "1 run · 2.3 s running"),
        (RunTotals(0, 0.0), 80, "0 runs"),
    ],
)
def test_sums(totals: RunTotals, room: int, words: str) -> None:
    assert sums_words(totals, room) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PullState(), ""),
        (PullState(is_reading=True, pages=2), "reading the account's runs, page 3"),
        (PullState(has_older=True, pages=7, last_complete_at=NOW), "reading older runs, page 8"),
        (PullState(last_complete_at=NOW), f"account read {NOW:%H:%M}"),
        (
            PullState(last_complete_at=NOW, problem="The service cannot be reached."),
            f"account read {NOW:%H:%M}, not since",
        ),
        (PullState(problem="The service cannot be reached."), ""),
    ],
)
def test_how_far_the_account_is_read(state: PullState, words: str) -> None:
    assert pull_words(state, NOW) == words
