"""Answers of the terminal that nobody waits for any more: found in its input and dropped before they become keys."""

import re
from typing import Final

# What terminals answer to questions; replies Textual itself asks for (cursor, modes, in-band size) are not among them.
_STRING_STARTS: Final = r"\x1b(?:_G|P(?:[01][$+]r|>\||!\|)|\]\d{1,4};)"
_REPLY: Final = re.compile(
    r"\x1b\[[?>=][\d;]*c"  # device attributes
    r"|\x1b\[[468];\d{1,5};\d{1,5}t"  # sizes of window, cell and text area
    r"|\x1b\[\?\d*u"  # keyboard flags
    rf"|{_STRING_STARTS}[^\x07\x1b]{{0,4096}}(?:\x07|\x1b\\)"  # kitty, settings, versions, colours, clipboard
)
# The same, cut short. A lone escape is not held back: it is a key more often than the start of a reply.
_BEGUN: Final = re.compile(
    r"(?:\x1b\[(?:[?>=][\d;]*|[468](?:;[\d;]*)?)?"
    r"|\x1b_|\x1bP(?:[01][$+]?|>|!)?|\x1b\]\d{0,4}"
    rf"|{_STRING_STARTS}[^\x07\x1b]{{0,4096}}\x1b?)\Z"
)


class ReplyFilter:
    """Takes replies out of what the terminal sends; a reply cut in two is held back until `release`."""

    def __init__(self) -> None:
        self._held = ""

    @property
    def is_holding(self) -> bool:
        return bool(self._held)

    def feed(self, data: str) -> str:
        """Return `data` without replies."""
        text = self._held + data
        self._held = ""
        if "\x1b" not in text:
            return text
        text = _REPLY.sub("", text)
        begun = _BEGUN.search(text)
        if begun:
            self._held = begun.group()
            return text[: begun.start()]
        return text

    def release(self) -> str:
        """Return what was held back: nothing more came, so it was typed."""
        held, self._held = self._held, ""
        return held
