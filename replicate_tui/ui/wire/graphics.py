"""Sends our own picture bytes past Textual's strips, which know text only."""

from typing import Any

from textual.app import App
from textual.geometry import Region

from replicate_tui.ui.wire.wired_app import WiredApp


def send_graphics(app: App[Any], message: str, *, over: Region | None = None) -> bool:
    """Write `message` to the terminal in order with Textual's own output; False where there is none (tests, web).

    `over` are the cells of the screen that it draws over at once; none for what only shows in cells of its own.
    """
    driver = app._driver  # noqa: SLF001 (Textual has no public way to the terminal)
    if driver is None or driver.is_headless or driver.is_web:
        return False
    if over is None or not isinstance(app, WiredApp) or not app.send_picture(message, over):
        driver.write(message)
    return True
