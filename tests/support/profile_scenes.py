"""What the picture of profiles shows: four of them, one in use, one with runs that are not finished."""

from datetime import timedelta
from typing import Final

from replicate_tui import config
from replicate_tui.config import KeptProfile
from replicate_tui.paths import profile_paths
from replicate_tui.services.account import account_key
from replicate_tui.store.database import Database
from replicate_tui.store.records import RunRecord
from replicate_tui.store.remembered import Remembered
from replicate_tui.store.runs import RunRepository
from tests.support.studio import NOW, Stage

#: Name, account, address ("" for Replicate's own), whether a token is kept, and how many runs are over.
KEPT: Final = (
    ("default", "ada", "", True, 214),
    ("studio", "harbour-studio", "", True, 38),
    ("proxy", "ada", "https://replicate.internal.example/v1", True, 7),
    ("old", "ada-2024", "", False, 61),
)
#: Of the studio: how long ago, the model, what it was asked for, and how far it is.
GOING: Final = (
    (timedelta(hours=2), "ostris/flux-dev-lora-trainer", "night-trains", "processing"),
    (timedelta(minutes=4), "stability-ai/sdxl", "a pier in the rain, wide", "processing"),
    (timedelta(minutes=1), "stability-ai/sdxl", "a pier in the rain, tall", "starting"),
)


async def profiles(stage: Stage) -> None:
    """Open the list with the cursor on the profile of which something is not finished."""
    for name, account, base_url, has_token, runs in KEPT:
        paths = profile_paths(name)
        config.keep_profile(paths, KeptProfile(base_url, account))
        if has_token:
            config.save_token(paths, "r8_" + "a" * 37)
        await _fill(name, account, base_url or config.OFFICIAL_BASE_URL, runs)
    # The stage has the demo's services, which know no profiles.
    stage.services.connection.is_demo = False
    await stage.press("8")
    await stage.until("Connection")
    await stage.press("P")
    await stage.until("in use: default")
    await stage.until("harbour-studio")
    await stage.press("down", "down", "down")
    await stage.until("not in use")


async def _fill(name: str, account: str, origin: str, runs: int) -> None:
    over = [(timedelta(days=1, minutes=number), "stability-ai/sdxl", "", "succeeded") for number in range(runs)]
    async with Database(profile_paths(name).database) as database:
        repository = RunRepository(database)
        for number, (ago, model, title, status) in enumerate([*over, *(GOING if name == "studio" else ())]):
            await repository.insert_intent(
                RunRecord(
                    id=f"{name}-{number}",
                    origin=origin,
                    model=model,
                    title=title,
                    status=status,
                    submitted_at=NOW - ago,
                )
            )
        await Remembered(database).set(account_key(origin), account)
