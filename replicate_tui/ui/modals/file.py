"""Walks to a file of this machine."""

from pathlib import Path

from rich.text import Text
from textual_fspicker import FileOpen
from textual_fspicker.icons import Icons

from replicate_tui.ui.form.file_facts import is_folder
from replicate_tui.ui.removal import RemovableScreen


class FileDialog(RemovableScreen[Path | None], FileOpen):
    """Dismisses with a path, or None."""


def _plain_icon(location: str | Path) -> Text:
    return Text("\u25b8" if is_folder(Path(location)) else " ")


# The library's own are emoji, whose width terminals disagree about.
Icons.set_picker(_plain_icon)
