"""Which files a line of text names: one path, several as a shell would take them, or a pattern. Touches the disk."""

import shlex
from pathlib import Path
from typing import Final, NamedTuple

from replicate_tui.services.inputs import Unsendable
from replicate_tui.services.uploads import upload_size
from replicate_tui.text import clean_line
from replicate_tui.ui.form.file_facts import pasted_path

#: More than these are not uploaded at a time.
MOST_FILES: Final = 200
_MAGIC: Final = frozenset("*?[")


class Chosen(NamedTuple):
    """A file to upload: `size` in bytes, or `problem` in words why it cannot be sent."""

    path: Path
    size: int = 0
    problem: str = ""


def chosen_files(text: str) -> list[Chosen]:
    """Return the files that `text` names, each checked; those that cannot be sent say why."""
    return [_checked(path) for path in list(dict.fromkeys(_paths_in(text)))[:MOST_FILES]]


def quoted(path: str) -> str:
    """Return a path as it may stand among several."""
    return path if path.startswith("~") and " " not in path else shlex.quote(path)


def _paths_in(text: str) -> list[Path]:
    line = text.strip()
    if not line:
        return []
    whole = _expanded(pasted_path(line))
    if _is_there(whole):
        return [whole]
    try:
        parts = shlex.split(line)
    except ValueError:
        # An apostrophe in a name opens a quote that never ends.
        return [whole]
    return [path for part in parts for path in _matching(_expanded(pasted_path(part)))]


def _matching(path: Path) -> list[Path]:
    """Return what fits a pattern, as far as its last step is one; else the path itself."""
    if _is_there(path) or not _MAGIC.intersection(path.name):
        return [path]
    try:
        return sorted(path.parent.glob(path.name)) or [path]
    except (OSError, ValueError):
        return [path]


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _checked(path: Path) -> Chosen:
    try:
        return Chosen(path, upload_size(path))
    except Unsendable as reason:
        return Chosen(path, problem=clean_line(str(reason), 400))
