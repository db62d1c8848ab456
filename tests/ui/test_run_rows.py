"""Rows of runs at every width: never wider than their place, the title has the room, and what matters stays."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from replicate_tui.store.records import SUBMITTING, RunRow, SaveState
from replicate_tui.ui.run_rows import kept_words, run_line
from tests.support.hostile import EVERYTHING

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RUN = RunRow(
    id="1",
    kind="prediction",
    remote_id="abc",
    model="black-forest-labs/flux-schnell",
    version=None,
    deployment=None,
    source="here",
    status="succeeded",
    title="a lighthouse in fog " * 10,
    error=None,
    submitted_at=NOW - timedelta(minutes=20),
    started_at=NOW - timedelta(minutes=20),
    completed_at=NOW - timedelta(minutes=19),
    predict_seconds=4.1,
    file_count=2,
    saved=SaveState.SAVED,
    cost=0.0031,
)
HOSTILE = "".join(text for _, text in EVERYTHING)
#: The Runs place at 80 columns, and at 120 beside a preview.
NARROW, BESIDE = 77, 76


@pytest.mark.parametrize("costs", [False, True])
@pytest.mark.parametrize("width", [20, 40, NARROW, 96, 118, 150, 220])
def test_no_row_is_wider_than_its_place(width: int, costs: bool) -> None:
    many = replace(RUN, tags=("東京" * 9, "x" * 60, HOSTILE), has_note=True, title="画像" * 50)
    failed = replace(RUN, status="failed", error=HOSTILE, title=HOSTILE)
    for row in (RUN, many, failed, replace(RUN, status=SUBMITTING), replace(RUN, status="new" * 20)):
        assert run_line(row, width, now=NOW, costs=costs).cell_length <= width


@pytest.mark.parametrize("width", [NARROW, 96, 118, 200])
def test_a_run_shows_status_model_time_and_result(width: int) -> None:
    line = run_line(RUN, width, now=NOW).plain
    for words in ("✓ succeeded", "flux-schnell", "a lighthouse", "4.1 s", "2 files"):
        assert words in line


def test_the_owner_of_a_model_stands_where_there_is_room() -> None:
    assert "black-forest-labs/" not in run_line(RUN, 118, now=NOW).plain
    assert "black-forest-labs/flux-schnell" in run_line(RUN, 150, now=NOW).plain


def test_at_eighty_columns_the_title_has_more_room_than_the_result() -> None:
    line = run_line(RUN, NARROW, now=NOW).plain
    assert "a lighthouse in f" in line
    assert "saved" not in line, "what does not fit whole is left out"


def test_costs_stand_in_a_column_where_they_are_asked_for() -> None:
    assert "$" not in run_line(RUN, 118, now=NOW).plain
    costly, unknown = (run_line(replace(RUN, cost=cost), BESIDE, now=NOW, costs=True).plain for cost in (0.0031, None))
    assert "$0.0031" in costly
    assert costly.index("2 files") == unknown.index("2 files")


@pytest.mark.parametrize(("cost", "words"), [(0.00006, "<$0.001"), (1234.5, "$1,234"), (0.0, "free")])
def test_a_cost_keeps_to_its_column(cost: float, words: str) -> None:
    line = run_line(replace(RUN, cost=cost), BESIDE, now=NOW, costs=True).plain
    assert f" {words:>7} 2 files" in line or f" {words:>7}  2 files" in line


def test_what_went_wrong_takes_the_place_of_a_cost_that_is_not_there() -> None:
    failed = replace(RUN, status="failed", error="CUDA out of memory", cost=None)
    assert "CUDA out of mem" in run_line(failed, BESIDE, now=NOW, costs=True).plain
    assert "$0.0031" in run_line(replace(failed, cost=0.0031), BESIDE, now=NOW, costs=True).plain


def test_tags_and_the_sign_of_a_note_follow_the_title_and_leave_it_half_the_room() -> None:
    noted = replace(RUN, has_note=True, tags=("expo", "a very long tag that would take all the room there is"))
    for width in (NARROW, 118):
        line = run_line(noted, width, now=NOW).plain
        assert "¶ #expo" in line
        assert "a light" in line
    assert "a lighth… ¶ #" in run_line(noted, BESIDE, now=NOW, costs=True).plain, "little room is the title's"


@pytest.mark.parametrize(
    ("changes", "left", "words"),
    [
        ({}, 41, "kept 41 min more"),
        ({"saved": SaveState.PARTLY}, 41, "kept 41 min more"),
        ({"source": "api"}, 0.5, "kept 30 s more"),
        ({}, -1, ""),
        ({"saved": SaveState.SAVED}, 41, ""),
        ({"saved": SaveState.EXPIRED}, 41, ""),
        ({"source": "web"}, 41, ""),
        ({"status": "failed"}, 41, ""),
    ],
)
def test_the_countdown_of_what_is_not_saved(changes: dict[str, str], left: float, words: str) -> None:
    ended = NOW - timedelta(hours=1) + timedelta(minutes=left)
    row = replace(RUN, **{"saved": SaveState.NOT_YET, "completed_at": ended, **changes})  # type: ignore[arg-type]
    assert kept_words(row, NOW) == words
    if words:
        assert words in run_line(row, 118, now=NOW).plain
        assert words.removesuffix(" more") in run_line(row, NARROW, now=NOW).plain
        assert "kept" in run_line(row, BESIDE, now=NOW, costs=True).plain


def test_a_run_that_is_going_shows_a_clock() -> None:
    going = replace(RUN, status="processing", completed_at=None, predict_seconds=None, started_at=NOW)
    assert "12 s" in run_line(going, NARROW, now=NOW + timedelta(seconds=12)).plain
    waiting = replace(going, status="starting", started_at=None, submitted_at=NOW)
    line = run_line(waiting, NARROW, now=NOW + timedelta(seconds=8)).plain
    assert "8.0 s" in line
    assert "waiting" in line
    assert "now" in line


def test_foreign_words_are_no_markup_and_cannot_act() -> None:
    row = replace(RUN, status="failed", error="[bold]CUDA[/bold] \x1b[31mout", title="[red]t", tags=("[b]\x1b]52;c",))
    line = run_line(row, 200, now=NOW).plain
    assert "[bold]CUDA[/bold]" in line
    assert "[red]t" in line
    assert "\x1b" not in line
