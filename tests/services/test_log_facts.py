"""What growing logs tell: the same as the whole log at once, at every step of the way."""

from pathlib import Path

import pytest

from replicate_tui.services import log_facts
from replicate_tui.services.log_facts import LogReader, series_in_file


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


LOG = "Loaded\n" + "".join(
    f"{step:3}%|█████     | {step}/30 [00:45 left]\r\nstep={step} loss={1 / step:.4f} lr=1e-4\n"
    for step in range(1, 31)
)


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
async def test_a_log_in_pieces_tells_what_the_whole_one_does(size: int, tmp_path: Path) -> None:
    reader = LogReader()
    for end in range(size, len(LOG) + size, size):
        facts = await reader.read(LOG[:end], anew=False)
        for series in facts.series:
            assert len(series.steps) == len(series.values)
            assert list(series.steps) == sorted(set(series.steps))
    loss, rate = facts.series
    assert (loss.name, loss.steps) == ("loss", tuple(range(1, 31)))
    assert loss.values[1] == 0.5
    assert (rate.name, rate.values) == ("lr", (1e-4,) * 30)
    assert facts.progress is not None
    assert (facts.progress.current, facts.progress.total) == (30, 30)
    saved = tmp_path / "logs.txt"
    saved.write_text(LOG)
    assert series_in_file(saved) == facts.series


async def test_the_last_line_counts_before_it_is_ended_and_not_twice() -> None:
    reader = LogReader()
    half = await reader.read("step=1 loss=0.5\nstep=2 loss=0.2", anew=False)
    assert half.series == (log_facts.RunSeries("loss", (1, 2), (0.5, 0.2)),)
    more = await reader.read("step=1 loss=0.5\nstep=2 loss=0.25\n", anew=False)
    assert more.series == (log_facts.RunSeries("loss", (1, 2), (0.5, 0.25)),)
    uncounted = await reader.read("loss: 3\nloss: 2", anew=True)
    assert uncounted.series == (log_facts.RunSeries("loss", (1, 2), (3.0, 2.0)),)


async def test_a_log_that_begins_anew_is_read_anew() -> None:
    reader = LogReader()
    await reader.read("step=1 loss=9\n", anew=False)
    facts = await reader.read("step=5 loss=1\n", anew=True)
    assert facts.series == (log_facts.RunSeries("loss", (5,), (1.0,)),)


async def test_the_speed_is_measured_where_the_log_does_not_tell_it() -> None:
    clock = Clock()
    reader = LogReader(clock)
    first = await reader.read("step 10/100", anew=False)
    assert first.progress is not None
    assert (first.progress.rate, first.progress.seconds_left) == (None, None)
    clock.now += 20
    second = await reader.read("step 10/100\nstep 50/100", anew=False)
    assert second.progress is not None
    assert (second.progress.rate, second.progress.seconds_left) == (2.0, 25.0)
    clock.now += 5
    other_bar = await reader.read("step 10/100\nstep 50/100\nbatch 3/4", anew=False)
    assert other_bar.progress is not None
    assert other_bar.progress.rate is None
    told = await reader.read("100%|██| 4/8 [00:45<02:15,  0.5it/s]", anew=True)
    assert told.progress is not None
    assert (told.progress.rate, told.progress.seconds_left) == (0.5, 8.0)


async def test_long_logs_become_curves_of_bounded_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(log_facts, "MOST_POINTS", 100)
    monkeypatch.setattr(log_facts, "MOST_READ", 10_000)
    lines = [f"step={step} loss={step}" for step in range(5_000)]
    reader = LogReader()
    for end in range(500, 5_001, 500):
        facts = await reader.read("\n".join(lines[:end]), anew=False)
        (loss,) = facts.series
        assert len(loss.steps) <= 101
        assert loss.steps[0] == 0
        assert loss.steps[-1] == end - 1
    saved = tmp_path / "logs.txt"
    saved.write_text("\n".join(lines))
    (loss,) = series_in_file(saved)
    assert 50 <= len(loss.steps) <= 100
    assert all(step == value for step, value in zip(loss.steps, loss.values, strict=True))
    assert series_in_file(tmp_path / "none") == ()
