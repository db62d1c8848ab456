"""Copying over SSH and inside tmux: by the terminal (OSC 52) and by tmux's own buffer."""

import asyncio
import os
import shutil
from typing import Any, Final

from textual.app import App

from replicate_tui.text import clean

TMUX_SECONDS: Final = 2.0
# Many terminals drop longer OSC 52 sequences without a word.
LONGEST_SEQUENCE: Final = 74_000


async def copy_text(app: App[Any], text: str) -> str:
    """Copy `text`, cleaned of controls, and return how, in words: "sent to your terminal and to tmux".

    A terminal gives no answer, so nothing more can be known; tmux is only said when it took the text.
    """
    safe = clean(text)
    app.copy_to_clipboard(safe)
    in_tmux = await _load_tmux_buffer(safe)
    way = "sent to your terminal and to tmux" if in_tmux else "sent to your terminal"
    if len(safe.encode("utf-8", "replace")) * 4 // 3 > LONGEST_SEQUENCE:
        way += ", which may refuse this much"
    return way


async def _load_tmux_buffer(text: str) -> bool:
    tmux = shutil.which("tmux")
    if not os.environ.get("TMUX") or tmux is None:
        return False
    try:
        process = await asyncio.create_subprocess_exec(
            tmux,
            "load-buffer",
            "-w",
            "-",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(TMUX_SECONDS):
            await process.communicate(text.encode("utf-8", "replace"))
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
    return process.returncode == 0
