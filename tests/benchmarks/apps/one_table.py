"""Textual's own table alone, as most apps would show a list: `ROWS`."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable

READY = "prompt number 0 "
_COLUMNS = ("status", "model", "title", "took")


class OneTable(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns(*_COLUMNS)
        table.add_rows(
            (
                "succeeded",
                f"model-{index % 300}",
                f"prompt number {index} of a model that draws, and how it went",
                "3 s",
            )
            for index in range(int(sys.argv[1]))
        )


def main() -> None:
    OneTable().run()
