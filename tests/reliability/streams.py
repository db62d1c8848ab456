"""Streams that are cut, replayed, full of holes or silent: the text is exact, and the GET has the last word."""

import itertools
import random
from typing import Final

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.scripts import RunScript, Step
from replicate_tui.demo.stream_faults import StreamFault
from replicate_tui.services.events import OutputReplaced, RunEnded
from replicate_tui.store.records import RunRecord
from tests.reliability.lanes import PATIENCE, SPEED, Lane, as_in_life, in_lanes, is_stream
from tests.reliability.row import Row, Trial, Trials
from tests.services.proxy import PASS, Fault, Seen
from tests.support.waiting import wait_for

_VOWELS: Final = ("a", "e", "i", "o", "u", "é", "ö", "日", "🌫")


def _words(dice: random.Random, count: int = 24) -> str:
    """Return words of many lengths, some beyond ASCII, so that a cut may fall inside a letter."""
    return " ".join("".join(dice.choice(_VOWELS) for _ in range(dice.randint(1, 9))) for _ in range(count))


async def _say(trial: Trial, lane: Lane, *, fault: StreamFault | None = None, seconds: float = 4.0) -> RunRecord:
    """Begin a run that says its words over so many seconds."""
    text = _words(trial.random)
    if fault is not None:
        lane.demo.faults.add(FaultRule(path="/stream/*", stream=fault))
    return await lane.run("tests/streamer", text=text, pause=seconds / len(text.split()))


async def _is_exact(lane: Lane, record: RunRecord, *, is_replaced: bool | None = False) -> None:
    """Wait for the end: the text is the run's output, and what was shown before was never wrong."""
    snapshot = await lane.until_saved(record)
    (made,) = lane.at_server(record.input["text"])
    expected = "".join(made.output or ())
    assert (snapshot.run.status, snapshot.text, lane.text_of(record)) == (made.status, expected, expected)
    assert snapshot.run.output == made.output
    if is_replaced is not None:
        assert (lane.count(record, OutputReplaced) > 0) == is_replaced
    assert lane.count(record, RunEnded) == 1


async def _cuts(trials: Trials) -> None:
    await in_lanes(trials, _goes_on_after_the_last_event)


async def _goes_on_after_the_last_event(trial: Trial, lane: Lane) -> None:
    cuts = [trial.random.randrange(1, 800) for _ in range(trial.random.randint(1, 4))]
    await _is_exact(lane, await _say_with_cuts(trial, lane, cuts))


async def _say_with_cuts(
    trial: Trial, lane: Lane, cuts: list[int], *, fault: StreamFault | None = None, renames: bool = False
) -> RunRecord:
    """Begin a run whose stream ends after so many bytes, again and again; `renames` gives every event another id."""
    opened = itertools.count()

    def line_fault(seen: Seen) -> Fault:
        if not is_stream(seen):
            return PASS
        turn = next(opened)
        name = b"id: %d" % (turn % 9 + 1)
        rewrite = (lambda chunk: chunk.replace(b"id: 1", name)) if renames else None
        return Fault(cut_after=cuts[turn] if turn < len(cuts) else None, rewrite=rewrite)

    lane.proxy.fault = line_fault
    record = await _say(trial, lane, fault=fault, seconds=10.0)
    await lane.until_final(record)
    assert next(opened) > 1, "the stream was never opened again"
    return record


async def _replays(trials: Trials) -> None:
    await in_lanes(trials, _hears_it_all_again)


async def _hears_it_all_again(trial: Trial, lane: Lane) -> None:
    cuts = [trial.random.randrange(200, 800) for _ in range(trial.random.randint(1, 3))]
    kind = trial.number % 3
    fault = StreamFault(forget_ids=True, ids="off" if kind == 1 else None)
    record = await _say_with_cuts(trial, lane, cuts, fault=fault, renames=kind == 2)
    # Events under other ids cannot be told from new ones: then only the end is sure.
    await _is_exact(lane, record, is_replaced=None if kind == 2 else False)


async def _gaps(trials: Trials) -> None:
    await in_lanes(trials, _ends_with_the_output)


async def _ends_with_the_output(trial: Trial, lane: Lane) -> None:
    dice = trial.random
    kind = trial.number % 3
    places = tuple(sorted(dice.sample(range(20), 3)))
    if kind == 0:
        fault = StreamFault(skip=places)
    elif kind == 1:
        fault = StreamFault(swap=places)
    else:
        fault = StreamFault(repeat=places, ids=dice.choice([None, "off"]))
    # What the stream told wrongly is put right; what came twice under one id was never shown twice.
    is_told_apart = kind == 2 and fault.ids is None
    await _is_exact(lane, await _say(trial, lane, fault=fault), is_replaced=not is_told_apart)


async def _unfinished(trials: Trials) -> None:
    await in_lanes(trials, _asks_how_it_ended)


async def _asks_how_it_ended(trial: Trial, lane: Lane) -> None:
    dice = trial.random
    status = dice.choice(["failed", "aborted", "canceled", "succeeded"])
    text = _words(dice)
    seconds = dice.uniform(1.0, 4.0)
    steps = (Step(after=seconds, status=status, error="out of memory" if status == "failed" else None),)
    lane.script(text, RunScript(steps=steps))
    lane.demo.faults.add(FaultRule(path="/stream/*", stream=StreamFault(no_done=True, drop_after=dice.randint(1, 20))))
    # It would say its words for longer than it is given.
    record = await lane.run("tests/streamer", text=text, pause=10 / len(text.split()))
    shown = {record.status}
    stop = lane.services.tracker.subscribe(lambda _: shown.add(lane.now(record).run.status))
    snapshot = await lane.until_saved(record)
    stop()
    assert snapshot.run.status == status == lane.at_server_by_id(record).status
    assert shown <= {"starting", "processing", status}
    assert lane.count(record, RunEnded) == 1


async def _silence(trials: Trials) -> None:
    await in_lanes(trials, _learns_the_end_from_the_poll, stream_timeout=600.0 / SPEED)


async def _learns_the_end_from_the_poll(trial: Trial, lane: Lane) -> None:
    fault = StreamFault(
        comments=0 if trial.number % 2 else 200,
        silence_after=trial.random.randint(0, 20),
        silence=600.0 / SPEED,
    )
    answered = len(lane.proxy.answered)
    record = await _say(trial, lane, fault=fault)
    await wait_for(lambda: lane.at_server_by_id(record).is_terminal, "the service to have ended it", seconds=PATIENCE)
    with as_in_life(trial):
        await lane.until_final(record)
    await _is_exact(lane, record)
    assert not any(map(is_stream, lane.proxy.answered[answered:])), "the stream was never silent"


async def _order(trials: Trials) -> None:
    await in_lanes(trials, _ends_once)


async def _ends_once(trial: Trial, lane: Lane) -> None:
    dice = trial.random
    behind = dice.uniform(0.05, 0.3)
    if trial.number % 2:
        # The stream tells everything, and its end, long before a GET knows of either.
        record = await _say_with(trial, lane, RunScript(shown_late=behind * SPEED))
    else:
        record = await _say(trial, lane, fault=StreamFault(late=behind))
    await _is_exact(lane, record)


async def _say_with(trial: Trial, lane: Lane, script: RunScript) -> RunRecord:
    text = _words(trial.random)
    lane.script(text, script)
    return await lane.run("tests/streamer", text=text, pause=2.0 / len(text.split()))


ROWS = (
    Row(
        id="C1",
        fault="a stream is cut at a random byte, and resumed",
        goal="the text is exact all along",
        check=_cuts,
        short=12,
        long=1000,
    ),
    Row(
        id="C2",
        fault="a stream begins anew when it is opened again",
        goal="the text is exact all along",
        check=_replays,
        short=8,
        long=200,
    ),
    Row(
        id="C3",
        fault="a stream has gaps, wrong order or duplicates",
        goal="the text is the output of the GET at the end",
        check=_gaps,
        short=6,
        long=200,
    ),
    Row(
        id="C4",
        fault="a stream closes without its end",
        goal="never taken for a success: the GET says how it ended",
        check=_unfinished,
        short=6,
        long=100,
    ),
    Row(
        id="C5",
        fault="a stream says nothing for 10 min, with or without comments",
        goal="the end is known within 60 s",
        check=_silence,
        short=4,
        long=20,
        limit=60.0,
    ),
    Row(
        id="C7",
        fault="the poll is ahead of the stream, or behind it",
        goal="one end, and the text of the GET",
        check=_order,
        short=6,
        long=100,
    ),
)
