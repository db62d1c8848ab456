"""How a person who looks elsewhere is told that a run ended: by the terminal, or by a command of their own."""

import asyncio
import os
import shlex
from typing import Any, Final

from textual.app import App

from replicate_tui.config import NotifyChoice, Settings
from replicate_tui.text import clean_line

#: A command that takes longer is left to itself, and its outcome is not told.
COMMAND_SECONDS: Final = 10.0
_LONGEST: Final = 200


async def notify(app: App[Any], settings: Settings, title: str, text: str) -> str:
    """Tell `text` in the way of the settings, and return what went wrong, "" for nothing that is known.

    A terminal gives no answer: whether it shows such notices is not known.
    """
    if settings.notify == "command" and settings.notify_command.strip():
        return await _run(settings.notify_command, clean_line(title, _LONGEST), clean_line(text, _LONGEST))
    if settings.notify in ("bell", "command"):
        app.bell()
    elif app._driver is not None:  # noqa: SLF001  (as Textual's own `bell` does it; there is no public way)
        sequence = notice_sequence(settings.notify, title, text, in_tmux=bool(os.environ.get("TMUX")))
        app._driver.write(sequence)  # noqa: SLF001
    return ""


def notice_sequence(way: NotifyChoice, title: str, text: str, *, in_tmux: bool) -> str:
    """Return what to write to the terminal: OSC 9 (iTerm2, kitty), OSC 777 (rxvt, foot), or a title (OSC 2).

    tmux hands notices on only inside its own passthrough (tmux(1), allow-passthrough); a title it takes itself.
    """
    title, text = clean_line(title, _LONGEST), clean_line(text, _LONGEST)
    match way:
        case "osc9":
            # A text that begins with a number and a semicolon would be another command.
            sequence = f"\x1b]9;{title}: {text}\x07"
        case "osc777":
            sequence = f"\x1b]777;notify;{title.replace(';', ',')};{text.replace(';', ',')}\x07"
        case "title":
            return f"\x1b]2;{text}\x07"
        case _:
            return "\x07"
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\" if in_tmux else sequence


async def _run(command: str, title: str, text: str) -> str:
    """Run the person's command with the title and the text as its last two arguments."""
    try:
        words = shlex.split(command)
        process = await asyncio.create_subprocess_exec(
            *words,
            title,
            text,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"notify_command cannot be run: {getattr(error, 'strerror', None) or error}."
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            code = await process.wait()
    except TimeoutError:
        return ""
    return f"notify_command failed ({code})." if code else ""
