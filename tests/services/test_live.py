"""News of a run: coalesced, complete, and consistent with snapshots."""

from datetime import UTC, datetime

from replicate_tui.services.events import OutputAppended, OutputReplaced, RunChanged, RunEnded, RunEvent
from replicate_tui.services.live import LiveRun
from replicate_tui.store.records import RunRecord
from tests.support.waiting import wait_for


def record(**changes: object) -> RunRecord:
    values = {
        "id": "run1",
        "origin": "http://127.0.0.1:1",
        "model": "acme/text",
        "submitted_at": datetime(2026, 5, 1, tzinfo=UTC),
        "status": "starting",
        **changes,
    }
    return RunRecord(**values)  # type: ignore[arg-type]


class Listener:
    """Applies events as a screen does: a snapshot first, then what is newer."""

    def __init__(self) -> None:
        self.events: list[RunEvent] = []
        self.live = LiveRun(record(), self.hear)
        snapshot = self.live.snapshot()
        self.seq, self.text = snapshot.seq, snapshot.text

    def hear(self, event: RunEvent) -> None:
        self.events.append(event)
        if event.seq <= self.seq:
            return
        self.seq = event.seq
        if isinstance(event, OutputAppended):
            self.text += event.delta
        elif isinstance(event, OutputReplaced):
            self.text = event.text
        elif isinstance(event, RunChanged):
            snapshot = self.live.snapshot()
            self.seq, self.text = snapshot.seq, snapshot.text


async def test_a_burst_of_tokens_becomes_few_events_and_the_exact_text() -> None:
    listener = Listener()
    for number in range(500):
        listener.live.append_text(f"{number} ")
    await wait_for(lambda: listener.text.endswith("499 "), "the last token")
    assert listener.text == "".join(f"{number} " for number in range(500))
    assert len(listener.events) <= 2


async def test_the_first_token_is_told_at_once() -> None:
    import asyncio

    listener = Listener()
    listener.live.append_text("Fog")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert listener.text == "Fog"


async def test_a_snapshot_taken_while_news_is_pending_does_not_double_it() -> None:
    listener = Listener()
    listener.live.set_record(record(status="processing"))
    listener.live.append_text("Fog")
    listener.live.append_text(" rolls")
    await wait_for(lambda: listener.text == "Fog rolls", "the text")
    listener.live.append_text(" in")
    assert listener.live.snapshot().text == "Fog rolls in"
    assert listener.text == "Fog rolls in"
    seqs = [event.seq for event in listener.events]
    assert seqs == sorted(set(seqs))


async def test_the_final_text_replaces_a_preview_that_differs_and_says_nothing_when_equal() -> None:
    listener = Listener()
    listener.live.append_text("Fog rolls")
    listener.live.replace_text("Fog rolls")
    listener.live.tell()
    assert not any(isinstance(event, OutputReplaced) for event in listener.events)
    listener.live.replace_text("Fog rolled")
    listener.live.end()
    assert listener.text == "Fog rolled"
    assert isinstance(listener.events[-1], RunEnded)
