"""Outputs that the service deletes, and saves that fail: what can be kept is kept, and the rest is said to be gone."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import Final

from replicate_tui.demo.scripted_files import ScriptedFile
from replicate_tui.demo.scripts import RunScript, Step
from replicate_tui.services.events import RunEnded
from replicate_tui.store.records import SaveState
from tests.reliability.child import end, start_child, until_kept
from tests.reliability.lanes import PATIENCE, SPEED, Lane, in_lanes, services_on
from tests.reliability.row import Row, Trial, Trials
from tests.services.proxy import PASS, Fault, Seen
from tests.support.waiting import wait_for

_HOUR: Final = 3600
_FILES: Final = (ScriptedFile(name="one.txt", text="the first\n", size=5000), ScriptedFile(name="two.txt", text="b"))


async def _expiries(trials: Trials) -> None:
    await in_lanes(trials, _is_saved_or_said_to_be_gone, data_lifetime=_HOUR)


async def _is_saved_or_said_to_be_gone(trial: Trial, lane: Lane) -> None:
    if trial.number % 2:
        await _is_asleep(trial, lane)
    else:
        await _is_awake(trial, lane)


async def _is_awake(trial: Trial, lane: Lane) -> None:
    """The files are gone moments after the end: they are saved by then."""
    text = f"awake {trial.number}"
    lane.script(text, RunScript(files=_FILES, files_gone_after=2.0 * SPEED))
    record = await lane.run(text=text)
    await wait_for(lambda: lane.count(record, RunEnded), "the end", seconds=PATIENCE)
    with trial.timed():
        snapshot = await lane.until_saved(record)
    assert snapshot.folder is not None
    saved = [(snapshot.folder / (file.name or "")).read_bytes() for file in snapshot.run.files]
    assert saved == [file.content for file in _FILES]


async def _is_asleep(trial: Trial, lane: Lane) -> None:
    """The process stands still from before the end of the run until an hour after it."""
    text = f"asleep {trial.number}"
    lane.script(text, RunScript(files=_FILES, works=False, steps=(Step(after=SPEED, status="succeeded"),)))
    folder = lane.folder / f"{trial.number}"
    child = await start_child(lane.proxy.origin, lane.demo.token, folder, "tests/greeter", {"text": text})
    other = services_on(lane.proxy.origin, lane.demo.token, folder)
    try:
        await wait_for(lambda: lane.at_server(text), "the run to be made", seconds=PATIENCE)
        await asyncio.sleep(trial.random.uniform(0.1, 0.5))
        child.send_signal(signal.SIGSTOP)
        (made,) = lane.at_server(text)
        await wait_for(lambda: made.is_terminal, "the end of the run", seconds=PATIENCE)
        lane.demo.service.clock.advance(_HOUR + 60)
        await _swept(lane, made.id)
        child.send_signal(signal.SIGCONT)
        await other.open()
        record = await until_kept(other, lambda it: it.saved is SaveState.EXPIRED)
    finally:
        await end(child)
        await other.close()
    assert (record.status, record.remote_id, record.input) == ("succeeded", made.id, {"text": text})
    assert record.completed_at is not None


async def _swept(lane: Lane, remote_id: str) -> None:
    """Wait until the service has removed the data, as the first look at a run makes it do."""
    client = await lane.services.connection.client()
    assert (await client.predictions.get(remote_id)).to_dict().get("data_removed") is True


async def _failing_saves(trials: Trials) -> None:
    # Half of the services are three hours behind this machine, where an hour after the end is long ago.
    await in_lanes(
        trials,
        _is_saved_once_it_can_be,
        prepare=lambda lane: lane.demo.service.clock.advance(-3 * _HOUR * (lane.number // 2 % 2)),
        data_lifetime=_HOUR,
    )


async def _is_saved_once_it_can_be(trial: Trial, lane: Lane) -> None:
    text = f"later {trial.number}"
    lane.script(text, RunScript(files=_FILES))
    seconds = trial.random.uniform(0, 60) / SPEED
    is_disk = trial.number % 2 == 1
    record = await lane.run(text=text)
    mended = _break_disk(lane) if is_disk else _break_line(trial, lane)
    with mended:
        await lane.until_final(record)
        await asyncio.sleep(seconds)
        assert lane.now(record).run.saved is not SaveState.SAVED
    snapshot = await lane.until_saved(record)
    assert snapshot.folder is not None
    saved = [(snapshot.folder / (file.name or "")).read_bytes() for file in snapshot.run.files]
    assert saved == [file.content for file in _FILES]


def _break_line(trial: Trial, lane: Lane) -> contextlib.AbstractContextManager[None]:
    """Let no file through, in one way or another."""
    faults = [Fault(refuse=True), Fault(lose=True), Fault(cut_after=250), Fault(status=500), Fault(status=503)]

    def strike(seen: Seen) -> Fault:
        return trial.random.choice(faults) if "/delivery/" in seen.path else PASS

    @contextlib.contextmanager
    def broken() -> Iterator[None]:
        lane.proxy.fault = strike
        yield
        lane.proxy.fault = lambda _: PASS

    return broken()


@contextlib.contextmanager
def _break_disk(lane: Lane) -> Iterator[None]:
    """Put a plain file where the folder of all runs was, as a wrong mount would."""
    runs = lane.folder / "data" / "runs"
    aside = runs.with_name("runs-aside")
    if runs.exists():
        runs.rename(aside)
    runs.write_text("no folder")
    try:
        yield
    finally:
        runs.unlink()
        if aside.exists():
            aside.rename(runs)


ROWS = (
    Row(
        id="C11",
        fault="files that expire, with the app awake and asleep",
        goal="saved within 2 s of the end; what is missed is said",
        check=_expiries,
        short=4,
        long=40,
        limit=2.0,
    ),
    Row(
        id="C12",
        fault="line or disk fail a save for up to a minute",
        goal="tried until it is saved",
        check=_failing_saves,
        short=4,
        long=50,
    ),
)
