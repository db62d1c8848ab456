"""The view of a saved log alone: `FILE`."""

import sys
from pathlib import Path

from textual.app import ComposeResult

from replicate_tui.ui.widgets.file_log import FileLog
from replicate_tui.ui.wire.wired_app import WiredApp


class OneLog(WiredApp[None]):
    AUTO_FOCUS = "FileLog"

    def compose(self) -> ComposeResult:
        yield FileLog(Path(sys.argv[1]))


def main() -> None:
    OneLog().run()
