"""The heading of the history in plain words, shorter where there is less room."""

from datetime import UTC, datetime

import pytest

from replicate_tui.services.pull import PullState
from replicate_tui.store.orders import RunOrder
from replicate_tui.store.records import RunTotals
from replicate_tui.ui.history.sums import heading_words, pull_words, sums_words

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
    ("order", "room", "words"),
    [
        (RunOrder.NEWEST, 80, "newest first · 1,204 runs · 2 h 14 min running · ≈ $3.12, 40 without a price"),
        (RunOrder.NEWEST, 70, "1,204 runs · 2 h 14 min running · ≈ $3.12, 40 without a price"),
        (RunOrder.DEAREST, 70, "dearest first · 1,204 runs · 2 h 14 min running · ≈ $3.12"),
        (RunOrder.MODEL, 22, "by model · 1,204 runs"),
    ],
)
def test_an_order_that_was_chosen_is_said_before_the_sums(order: RunOrder, room: int, words: str) -> None:
    assert heading_words(MANY, order, room) == words


def test_what_is_going_is_counted_apart() -> None:
    words = heading_words(RunTotals(2, 0.0), RunOrder.NEWEST, 80, noun="training", going=1)
    assert words == "newest first · 1 going · 2 trainings"


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
