"""A picture of half-blocks alone, over all of the screen but a line: `FILE THRIFT`; enter shows it."""

import sys
from pathlib import Path

from textual.app import ComposeResult
from textual.reactive import var

from replicate_tui.ui.widgets.picture import Picture
from replicate_tui.ui.wire.frugal import Thrift, find_thrift
from replicate_tui.ui.wire.wired_app import WiredApp

READY = "enter shows it"
SHOWN = "half blocks"


class OnePicture(WiredApp[None]):
    CSS = "Picture { height: 1fr; }"
    BINDINGS = [("enter", "show", "show")]
    thrift: var[Thrift] = var(find_thrift("off"))

    def compose(self) -> ComposeResult:
        self.set_reactive(OnePicture.thrift, find_thrift("on" if sys.argv[2] == "on" else "off"))
        yield Picture(caption=READY, fill=True)

    def action_show(self) -> None:
        self.query_one(Picture).show(Path(sys.argv[1]), caption="a picture")


def main() -> None:
    OnePicture().run()
