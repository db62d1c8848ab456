"""Where a run stands: waited, running, saving, each with its own time."""

from datetime import UTC, datetime

from textual.content import Content

from replicate_tui.store.records import RunRecord, SaveState
from replicate_tui.ui import wording

DONE, NOW, AHEAD = "●", "◉", "○"


def phase_line(run: RunRecord, now: datetime) -> Content:
    """Return "● waited 0.4 s ─ ◉ running 2.3 s ─ ○ saving".

    The API does not tell queue from boot, so waiting is one phase. Times never go below zero, whatever the clocks.
    """
    parts = [_waiting(run, now), _running(run, now), _saving(run)]
    return Content.styled(" ─ ", "$text-muted").join(parts)


def _seconds_between(start: datetime | None, end: datetime) -> float | None:
    return None if start is None else max(0.0, (end - start).total_seconds())


def _waiting(run: RunRecord, now: datetime) -> Content:
    began = run.created_at or run.submitted_at
    if run.started_at:
        return _phase(DONE, "waited", _seconds_between(began, run.started_at))
    if run.is_final:
        return _phase(DONE, "waited", _seconds_between(began, run.completed_at or began))
    return _phase(NOW, "waiting", _seconds_between(began, now))


def _running(run: RunRecord, now: datetime) -> Content:
    if run.is_final:
        measured = run.metrics.get("predict_time")
        ran = measured if isinstance(measured, int | float) else None
        if ran is None and run.completed_at:
            ran = _seconds_between(run.started_at, run.completed_at)
        return _phase(DONE if run.started_at or ran else AHEAD, "ran", ran)
    if run.started_at:
        return _phase(NOW, "running", _seconds_between(run.started_at, now))
    return _phase(AHEAD, "running", None)


def _saving(run: RunRecord) -> Content:
    match run.saved:
        case SaveState.SAVING:
            return _phase(NOW, "saving", None)
        case SaveState.NOT_YET:
            return _phase(AHEAD, "saving", None)
        case SaveState.SAVED:
            return _phase(DONE, "saved", None)
        case _:
            return Content.styled(f"✗ {wording.save_word(run.saved)}", "$text-error")


def _phase(glyph: str, word: str, duration: float | None) -> Content:
    style = {DONE: "$text-muted", NOW: "$text-primary", AHEAD: "$text-disabled"}[glyph]
    time = f" {wording.seconds(duration)}" if duration is not None else ""
    return Content.styled(f"{glyph} {word}{time}", style)


def utc_now() -> datetime:
    return datetime.now(UTC)
