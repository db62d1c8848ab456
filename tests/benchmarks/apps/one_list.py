"""A list alone: `ROWS plain` for short texts, `ROWS run` for the rows of the Runs place."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from textual.app import ComposeResult

from replicate_tui.store.records import RunRow, SaveState
from replicate_tui.ui.run_rows import run_line
from replicate_tui.ui.theme import THEMES
from replicate_tui.ui.widgets.virtual_list import VirtualList
from replicate_tui.ui.wire.wired_app import WiredApp

#: The first row, plain or as a run (whose title a narrow terminal cuts).
READY = "prompt number 0 |model-0 "
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class OneList(WiredApp[None]):
    def __init__(self, number: int, kind: str) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self._rows: list[Any] = [_run(index) if kind == "run" else _words(index) for index in range(number)]
        self._draw = (lambda row, width, cursor: run_line(row, width)) if kind == "run" else None

    def compose(self) -> ComposeResult:
        yield VirtualList[Any](self._draw)

    def on_mount(self) -> None:
        self.query_one(VirtualList).set_rows(self._rows)


def _words(index: int) -> str:
    return f"prompt number {index} of a model that draws, and how it went"


def _run(index: int) -> RunRow:
    begun = _BEGINNING - timedelta(seconds=20 * index)
    return RunRow(
        id=f"run-{index}",
        kind="prediction",
        remote_id=f"remote-{index}",
        model=f"owner{index % 40}/model-{index % 300}",
        version=None,
        deployment=None,
        source="here",
        status=("succeeded", "failed", "canceled")[index % 3],
        title=_words(index),
        error=None,
        submitted_at=begun,
        started_at=begun,
        completed_at=begun,
        predict_seconds=3.0,
        file_count=index % 4,
        saved=SaveState.SAVED,
    )


def main() -> None:
    OneList(int(sys.argv[1]), sys.argv[2]).run()
