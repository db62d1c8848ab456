"""The tiers notice a store that does one thing wrong, and find nothing in the one that is shipped."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.reliability import shim
from tests.reliability.builds import ACKNOWLEDGES_FIRST, GOOD, JOURNAL_IN_MEMORY, UNSYNCED_FILES, UNSYNCED_HISTORY
from tests.reliability.crash import kills_at_operations, power_cuts
from tests.reliability.row import Trials

SEED = 1
COUNT = 40

pytestmark = pytest.mark.skipif(shim.missing() is not None, reason=str(shim.missing()))


async def failures(tier: Callable[..., Awaitable[None]], build: str, folder: Path) -> int:
    folder.mkdir()
    trials = Trials("seeded", COUNT, SEED, folder)
    await tier(trials, build=build)
    assert len(trials.done) == COUNT
    strange = [trial.failure for trial in trials.done if not isinstance(trial.failure, AssertionError | type(None))]
    assert strange == []
    return sum(trial.failure is not None for trial in trials.done)


@pytest.mark.parametrize(
    ("tier", "build"),
    [
        (kills_at_operations, ACKNOWLEDGES_FIRST),
        (kills_at_operations, JOURNAL_IN_MEMORY),
        (power_cuts, UNSYNCED_HISTORY),
        (power_cuts, UNSYNCED_FILES),
    ],
    ids=[ACKNOWLEDGES_FIRST, JOURNAL_IN_MEMORY, UNSYNCED_HISTORY, UNSYNCED_FILES],
)
async def test_a_wrong_build_is_noticed(tier: Callable[..., Awaitable[None]], build: str, tmp_path: Path) -> None:
    assert await failures(tier, build, tmp_path / "wrong") > COUNT // 10


@pytest.mark.parametrize("tier", [kills_at_operations, power_cuts])
async def test_nothing_is_found_in_the_right_one(tier: Callable[..., Awaitable[None]], tmp_path: Path) -> None:
    assert await failures(tier, GOOD, tmp_path / "right") == 0
