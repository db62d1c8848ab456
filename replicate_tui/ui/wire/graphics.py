"""Sends our own picture bytes past Textual's strips, which know text only."""

from typing import Any

from textual.app import App


def send_graphics(app: App[Any], message: str) -> bool:
    """Write `message` to the terminal in order with Textual's own output; False where there is none (tests, web)."""
    driver = app._driver  # noqa: SLF001 (Textual has no public way to the terminal)
    if driver is None or driver.is_headless or driver.is_web:
        return False
    driver.write(message)
    return True
