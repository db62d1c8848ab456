"""How numbers, times and states are said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from replicate_tui.store.records import FINAL_STATUSES, SaveState
from replicate_tui.ui import wording

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, ""),
        (0, "0"),
        (999, "999"),
        (1_000, "1 k"),
        (71_234, "71.2 k"),
        (190_000_000, "190 M"),
        (2_500_000_000, "2.5 G"),
    ],
)
def test_large_counts_are_short(number: int | None, words: str) -> None:
    assert wording.short_count(number) == words


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (None, ""),
        (-3.0, "0.0 s"),
        (0.44, "0.4 s"),
        (12.4, "12 s"),
        (724.0, "12:04"),
        (11_109.0, "3:05:09"),
    ],
)
def test_durations(duration: float | None, words: str) -> None:
    assert wording.seconds(duration) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-90), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=2), "2 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=40), "40 days ago"),
    ],
)
def test_ages_are_never_negative(ago: timedelta, words: str) -> None:
    assert wording.age(NOW - ago, NOW) == words


@pytest.mark.parametrize(("ago", "cells"), [(timedelta(), 5), (timedelta(days=20), 6), (timedelta(days=900), 7)])
def test_a_clock_fits_its_column(ago: timedelta, cells: int) -> None:
    assert 0 < len(wording.clock(NOW - ago, NOW)) <= cells
    assert wording.clock(None) == ""


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (84_300, "84 kB"),
        (1_240_000, "1.2 MB"),
        (5 * 10**15, "5000 TB"),
    ],
)
def test_sizes(octets: int | None, words: str) -> None:
    assert wording.size(octets) == words


def test_a_status_is_always_a_glyph_and_a_word() -> None:
    for status in (*FINAL_STATUSES, "starting", "processing", "submitting", "unknown"):
        look = wording.status_look(status)
        assert look.glyph
        assert look.word
    assert wording.status_look("hibernating") == ("?", "hibernating", "$text-warning")
    assert wording.status_content("succeeded", 14).plain == "✓ succeeded   "


def test_each_state_of_saving_has_its_words() -> None:
    assert [state for state in SaveState if not wording.save_word(state)] == [SaveState.NOT_YET]


def test_plurals() -> None:
    assert wording.plural(1, "run") == "1 run"
    assert wording.plural(12_804, "run") == "12,804 runs"
    assert wording.plural(2, "copy", "copies") == "2 copies"


def test_places_begin_at_home(private_home: Path) -> None:
    assert wording.place(private_home / "runs") == "~/runs"
    assert wording.place(private_home) == "~"
    assert wording.place(Path("/elsewhere/runs")) == "/elsewhere/runs"
