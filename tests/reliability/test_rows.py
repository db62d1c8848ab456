"""Every row of the report, a few trials each."""

import traceback
from pathlib import Path

import pytest

from tests.reliability.row import Row, Trials
from tests.reliability.rows import ROWS

SEED = 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
async def test_row(row: Row, tmp_path: Path) -> None:
    if lack := row.missing():
        pytest.skip(lack)
    result = await row.run(row.short, SEED, tmp_path)
    told = [f"trial {trial.number}: {''.join(traceback.format_exception(trial.failure))}" for trial in result.failures]
    assert not told, f"{row.id}: {row.fault}; {len(told)} of {row.short}\n" + "\n".join(told)


def test_rows_have_names_of_their_own() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)


async def test_a_trial_that_fails_is_counted_and_the_next_goes_on(tmp_path: Path) -> None:
    def check(trials: Trials) -> None:
        for trial in trials:
            with trial:
                trial.took = float(trial.number)
                assert trial.number != 1

    row = Row(id="X", fault="every second", goal="none fails", check=check, short=3, long=3, limit=1.5)
    result = await row.run(3, SEED, tmp_path)
    assert [trial.failure is None for trial in result.trials] == [True, False, True]
    assert result.p95 == 2.0
    assert not result.is_met


async def test_a_row_that_makes_fewer_trials_than_it_says_is_a_mistake(tmp_path: Path) -> None:
    row = Row(id="X", fault="none", goal="none", check=lambda _: None, short=3, long=3)
    with pytest.raises(RuntimeError, match="made 0 of 3"):
        await row.run(3, SEED, tmp_path)
