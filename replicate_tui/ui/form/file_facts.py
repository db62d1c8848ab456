"""What is known of the files a form names: sizes, and what is wrong with a path. All of it is read in threads."""

import asyncio
import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from replicate_tui.schema.coerce import is_remote_file
from replicate_tui.schema.media import OutputKind, kind_of_extension, sniff_extension
from replicate_tui.schema.validate import Severity
from replicate_tui.services.inputs import UPLOAD_LIMIT
from replicate_tui.ui.wording import size

#: More entries than this are not looked through for a completion.
_MOST_ENTRIES: Final = 20_000
#: Endings of pictures that are known by their first bytes.
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
_HEAD_BYTES: Final = 32
_ESCAPED: Final = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class FileFact:
    """One line about a file: its size and place, or `problem` in words that follow the field's name.

    With `only_doubtful` the problem is no reason against sending: the model decides what it takes.
    """

    words: str = ""
    problem: str = ""
    only_doubtful: bool = False

    @property
    def severity(self) -> Severity:
        return "warning" if self.only_doubtful else "error"


class FileFacts:
    """Remembers facts by the text that names the file; a form asks again when it is about to be sent.

    `look_at` tells of a path what is known; it touches the disk.
    """

    def __init__(self, look_at: Callable[[str], FileFact] | None = None) -> None:
        self._look_at = look_at or local_fact
        self._facts: dict[str, FileFact] = {}

    def known(self, text: str) -> FileFact | None:
        """Return the fact about `text` if it was looked up, or needs no disk."""
        if not text:
            return FileFact()
        return remote_fact(text) or self._facts.get(text)

    async def look_up(self, texts: Iterable[str]) -> None:
        """Look at the files behind `texts` now."""
        wanted = [text for text in texts if text and remote_fact(text) is None]
        facts = await asyncio.to_thread(lambda: {text: self._look_at(text) for text in wanted})
        self._facts |= facts


def remote_fact(text: str) -> FileFact | None:
    """Return the fact about a URL or a data URI, None for a path."""
    if not is_remote_file(text):
        return None
    if text[:5].lower() != "data:":
        return FileFact("URL")
    head, _, body = text.partition(",")
    media = head[5:].split(";")[0] or "text"
    octets = len(body) * 3 // 4 if head.endswith(";base64") else len(body)
    return FileFact(f"data URI, {media}, {size(octets)}")


def local_fact(text: str) -> FileFact:
    """Return the fact about a path; touches the disk."""
    try:
        found = Path(text).expanduser().stat()
    except FileNotFoundError:
        return FileFact(problem="no such file")
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        return FileFact(problem=f"cannot be read: {reason.lower()}")
    if stat.S_ISDIR(found.st_mode):
        return FileFact(problem="is a folder")
    if not stat.S_ISREG(found.st_mode):
        return FileFact(problem="is not a regular file")
    if found.st_size >= UPLOAD_LIMIT:
        return FileFact(problem=f"has {size(found.st_size)}; the service takes less than 100 MB")
    return _content_fact(Path(text).expanduser(), size(found.st_size))


def _content_fact(path: Path, words: str) -> FileFact:
    """Return the fact about a file of the size `words`: one that is named as a picture should be one."""
    if path.suffix.lower() not in _PICTURES:
        return FileFact(words)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        return FileFact(problem=f"cannot be read: {(error.strerror or str(error)).lower()}")
    if kind_of_extension(sniff_extension(head)) is OutputKind.IMAGE:
        return FileFact(words)
    return FileFact(words, problem=f"{words} that are not a picture", only_doubtful=True)


def is_folder(path: Path) -> bool:
    """Return whether `path` is a folder that can be looked at; touches the disk."""
    try:
        return path.is_dir()
    except OSError:
        return False


def complete_path(text: str) -> str | None:
    """Return `text` with the name of the first fitting file or folder completed; touches the disk."""
    if is_remote_file(text) or text.startswith(("http:", "https:", "data:")):
        return None
    folder_text, slash, start = text.rpartition("/")
    if not start:
        return None
    folder = Path(f"{folder_text}{slash}" or ".").expanduser()
    best: tuple[str, bool] | None = None
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= _MOST_ENTRIES:
                    break
                if entry.name.startswith(start) and (best is None or entry.name < best[0]):
                    best = (entry.name, entry.is_dir())
    except (OSError, ValueError):
        return None
    if best is None or not best[0].isprintable():
        return None
    return f"{folder_text}{slash}{best[0]}{'/' if best[1] else ''}"


def pasted_path(text: str) -> str:
    """Return what a terminal pastes for a dropped file (a file URL, quotes, escaped blanks) as a plain path."""
    line = text.strip()
    if line[:7].lower() == "file://":
        return unquote(urlsplit(line).path)
    if len(line) > 1 and line[0] == line[-1] and line[0] in "'\"":
        return line[1:-1]
    return _ESCAPED.sub(r"\1", line) if line.startswith(("/", "~")) else line
