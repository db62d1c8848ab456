"""What this terminal can do, as far as it is known, and what the app makes of it."""

import os
from typing import Any, Final

from replicate_tui.text import clean_line
from replicate_tui.ui.account.lines import AccountLine, Row
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.widgets.list_rows import GroupHeader
from replicate_tui.ui.wire.capabilities import ImageMode
from replicate_tui.ui.wire.surroundings import around_text, clipboard_text, colours_text, program_text

_MODES: Final = {
    ImageMode.KITTY: "kitty's own pictures",
    ImageMode.SIXEL: "sixels",
    ImageMode.HALF: "half-blocks",
    ImageMode.OFF: "none",
}
_NOTICES: Final = {
    "bell": "the bell",
    "osc9": "a notice by OSC 9 (iTerm2, kitty)",
    "osc777": "a notice by OSC 777 (rxvt, foot)",
    "title": "the window's title",
    "command": "a command of yours",
}
_SUFFIX: Final = "in the settings"


class TerminalSection(Section):
    name = "terminal"
    title = "Terminal"
    about = "What this terminal can do, as far as it is known"

    async def read(self) -> None:
        self.changed()

    def lines(self) -> list[Row]:
        settings = self.house.settings
        graphics = self.house.graphics
        app: Any = self.screen.app
        size = app.size
        notice = _NOTICES[settings.notify]
        if settings.notify == "command":
            notice = clean_line(settings.notify_command, 60) or "a command, but none is set"
        return [
            GroupHeader("Terminal"),
            AccountLine("program", "TERM", clean_line(program_text())),
            AccountLine("inside", "inside", around_text(), detail="What lies between the app and your own terminal."),
            AccountLine(
                "size", "size", f"{size.width} columns, {size.height} rows", detail="Everything works from 80 by 24 up."
            ),
            GroupHeader("What it shows"),
            AccountLine(
                "colours",
                "colours",
                colours_text(),
                detail="COLORTERM=truecolor says that there are all; NO_COLOR takes them away.",
            ),
            AccountLine(
                "pictures",
                "pictures",
                f"{_MODES.get(graphics.mode, graphics.mode.value)} (set to {settings.images})",
                detail=f"`images` {_SUFFIX}; i on a picture goes through the modes. A cell is {graphics.cell_width} by "
                f"{graphics.cell_height} pixels.",
            ),
            AccountLine(
                "frames",
                "whole frames",
                "yes, the terminal says so" if app._sync_available else "not known to",  # noqa: SLF001  (no public way)
                detail="Synchronized output (mode 2026): a frame is shown when all of it has arrived.",
            ),
            GroupHeader("What it takes"),
            AccountLine(
                "clipboard",
                "clipboard",
                clipboard_text(),
                detail="A terminal does not answer whether it took a copy"
                + ("; in tmux `set -g set-clipboard on` lets it through." if os.environ.get("TMUX") else "."),
            ),
            AccountLine(
                "notices",
                "end of a run",
                notice,
                detail=f"`notify` {_SUFFIX}; w on a run asks for it. Whether the terminal shows it is not known.",
            ),
            AccountLine(
                "browser",
                "web pages",
                "shown to copy, over SSH" if os.environ.get("SSH_CONNECTION") else "opened by the desktop, else shown",
            ),
        ]
