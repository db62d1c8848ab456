"""What the pictures of trainings show: some that are over, one that goes, and the form of the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from replicate_tui.services import pace
from replicate_tui.services.log_facts import LogReader
from replicate_tui.services.views import TrainingRequest
from replicate_tui.store.records import SaveState
from replicate_tui.ui import messages
from tests.support.pictures import picture
from tests.support.studio import NOW, Stage
from tests.support.waiting import wait_for

TRAINER: Final = "ostris/flux-dev-lora-trainer"
PICTURES: Final = "data:application/zip;base64,UEs="
#: How long ago, the destination, and the input.
PAST: Final[tuple[tuple[timedelta, str, dict[str, Any]], ...]] = (
    (timedelta(days=4), "paper-boats", {"steps": 600}),
    (timedelta(days=2, hours=3), "old-maps", {"steps": 1200, "learning_rate": 0.2}),
    (timedelta(days=1, hours=5), "old-maps", {"steps": 1200, "learning_rate": 0.0003}),
    (timedelta(hours=6), "night-trains", {"steps": 2000, "trigger_word": "NGHT"}),
)
_PATIENCE: Final = 60.0


@contextmanager
def training_time(stage: Stage) -> Iterator[None]:
    """Let speeds be measured in the scene's time, and news come soon."""
    with (
        patch.dict(pace.SHORTEST, {"training": 0.05}),
        patch.object(LogReader.__init__, "__defaults__", (stage.clock.monotonic,)),
    ):
        yield


async def make_models(stage: Stage, *names: str) -> None:
    client = await stage.services.connection.client()
    for name in names:
        await client.models.create("demo", name, visibility="private", hardware="gpu-l40s")


async def train(stage: Stage, destination: str, given: dict[str, Any]) -> str:
    owner, _, name = TRAINER.partition("/")
    page = (await stage.services.catalog.model(owner, name)).value
    assert page.version is not None
    wish = TrainingRequest(
        TRAINER, page.version.id, f"demo/{destination}", {"input_images": PICTURES, "trigger_word": "TOK", **given}
    )
    return (await stage.services.trainings.create(wish, destination)).id


async def train_before(stage: Stage) -> None:
    await make_models(stage, *dict.fromkeys(destination for _, destination, _ in PAST), "fog-style")
    for ago, destination, given in PAST:
        stage.clock.move_to(NOW - ago)
        run = await train(stage, destination, given)
        await until_over(stage, run)
    stage.clock.move_to(NOW)


async def until_over(stage: Stage, run_id: str) -> None:
    def is_over() -> bool:
        snapshot = stage.snapshot(run_id)
        return bool(snapshot and snapshot.run.is_final and snapshot.run.saved is not SaveState.SAVING)

    await wait_for(is_over, "the end of a training", seconds=_PATIENCE)
    await stage.services.tracker.until_done(run_id)


async def train_half_way(stage: Stage) -> str:
    """Start a training, and let the time stand in the middle of it."""
    stage.clock.hold(60.0)
    run = await train(stage, "fog-style", {"steps": 1000})
    await stage.hold_at(60.0)
    await wait_for(lambda: has_steps(stage, run, 1), "the first steps", seconds=_PATIENCE)
    await stage.hold_at(120.0)
    await wait_for(lambda: has_steps(stage, run, 400), "the middle", seconds=_PATIENCE)
    return run


def has_steps(stage: Stage, run_id: str, steps: int) -> bool:
    snapshot = stage.snapshot(run_id)
    return bool(snapshot and snapshot.progress and (snapshot.progress.current or 0) >= steps)


async def quiet(stage: Stage) -> None:
    stage.app.clear_notifications()
    await stage.pilot.pause()


async def trainings(stage: Stage) -> None:
    await stage.until("Popular")
    with training_time(stage):
        await train_before(stage)
        await train_half_way(stage)
        await stage.press("5")
        await stage.until("5 trainings")
        await stage.until("● processing")
        await stage.press("g")
        await stage.until("≈")
        await quiet(stage)


async def training_monitor(stage: Stage) -> None:
    await stage.until("Popular")
    with training_time(stage):
        await make_models(stage, "fog-style")
        run = await train_half_way(stage)
        stage.app.post_message(messages.OpenRun(run))
        await stage.until("ends about")
        await stage.until("step=")
        await quiet(stage)


async def training_form(stage: Stage) -> None:
    await stage.until("Popular")
    await make_models(stage, "fog-style")
    folder = Path.home() / "fog-pictures"
    folder.mkdir()
    for number in range(24):
        (folder / f"{number:02}.png").write_bytes(picture() + b"\0" * 180_000)
        (folder / f"{number:02}.txt").write_text("fog over a harbour")
    stage.app.post_message(messages.OpenTraining(TRAINER, destination="demo/fog-style"))
    await stage.until("input_images")
    await stage.press("tab")
    await stage.type("~/fog-pictures")
    await stage.press("tab")
    await stage.until("24 pictures")
    await quiet(stage)
