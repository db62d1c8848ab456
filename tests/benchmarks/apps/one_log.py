"""The view of a saved log alone: `FILE`."""

import sys
from pathlib import Path

from textual.app import App, ComposeResult

from replicate_tui.ui.widgets.file_log import FileLog


class OneLog(App[None]):
    AUTO_FOCUS = "FileLog"

    def compose(self) -> ComposeResult:
        yield FileLog(Path(sys.argv[1]))


def main() -> None:
    OneLog().run()
