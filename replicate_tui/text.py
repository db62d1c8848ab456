r"""The one place where foreign text becomes safe to show in a terminal.

Model output, logs, names, READMEs, errors and file names are other people's text. Here every character that a
terminal would obey, or that a reader could not see, is turned into something visible. Two things are dropped because
they carry no text: SGR sequences (colour) and the carriage return of a CR LF. Nothing else is ever removed, so no
removal can join two harmless halves into a live sequence.

    ESC, BEL, a lone CR ...     U+2400 control pictures      \x1b  ->  U+241B
    C1, bidi, tags, invisible   the code in angle brackets   U+202E  ->  <U+202E>
    lone surrogates             U+FFFD
"""

import re
import unicodedata
from functools import cache, lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

# Parameters of a real SGR sequence are short; a bound keeps what a stream must hold back small.
_SGR_TAIL = r"[0-9;:]{0,64}"

_EMOJI = "\u00a9\u00ae\u203c\u2049\u2100-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Scripts that spell words with joiners: Arabic to Sinhala, Myanmar, Khmer, Mongolian.
_JOINING_SCRIPTS = "\u0620-\u06d3\u06fa-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1820-\u18aa"

_INVISIBLE = (
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_NOT_CHARACTERS = "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17)
)
# Cells with this one are filled by kitty with a picture sent before; only our own pictures may use it.
_PICTURE_CELL = "\U0010eeee"

# A class at the front lets the matcher skip clean text at full speed; what may follow it is asked afterwards.
_ODD = (
    rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_INVISIBLE}{_NOT_CHARACTERS}{_PICTURE_CELL}]"
    rf"(?:(?<=\x1b)\[{_SGR_TAIL}m|(?<=\x9b){_SGR_TAIL}m|(?<=\r)\n)?"
)
_ODD_ASCII = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LEGITIMATE = (
    rf"(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])"
    rf"|(?<=[{_JOINING_SCRIPTS}])[\u200c\u200d](?=[{_JOINING_SCRIPTS}])"
    rf"|(?<=[{_EMOJI}#*0-9])[\ufe0e\ufe0f]"
    rf"|(?<=[{_IDEOGRAPHS}])[\ufe00-\ufe02\U000e0100-\U000e01ef]"
)
# What a stream cannot judge before more of it has come.
_OPEN_END = re.compile(rf"(?:\x1b(?:\[{_SGR_TAIL})?|\x9b{_SGR_TAIL}|\r|[\u200c\u200d])\Z")
_LONGEST_OPEN_END = 66

_BREAKS = re.compile(r"[ ]*\n[ \t\n]*")
_STACKED_MARKS = 3
_NEWLINE_SIGN = "\u23ce"
_ELLIPSIS = "\u2026"


def clean(text: str) -> str:
    r"""Return `text` with nothing left that a terminal obeys; `\n` and `\t` stay.

    Text without anything odd is returned as it is, at the speed of a scan.
    """
    if text.isascii() and _ODD_ASCII.search(text) is None:
        return text
    return _odd().sub(_shown, text)


def clean_line(text: str, limit: int = 200) -> str:
    """Return `text` as one line of at most `limit` characters for a cell of a list or a title.

    Line breaks become a sign, tabs spaces, piled-up combining marks are capped, and what is cut ends in an ellipsis.
    """
    line = clean(text[: limit * 8]).strip()
    if "\n" in line:
        line = _BREAKS.sub(_NEWLINE_SIGN, line)
    line = line.replace("\t", " ")
    if not line.isascii():
        line = _cap_marks(line)
    if len(line) > limit or len(text) > limit * 8:
        return line[: max(0, limit - 1)].rstrip() + _ELLIPSIS
    return line


def printable_url(url: str) -> str:
    """Return `url` in printable ASCII, so that the reader sees the host that would really be visited.

    Host names outside ASCII are shown in their registered form (`xn--...`), everything else is percent-encoded.
    """
    try:
        parts = urlsplit(url)
        if not parts.netloc.isascii():
            parts = parts._replace(netloc=parts.netloc.encode("idna").decode("ascii"))
        url = urlunsplit(parts)
    except ValueError:
        pass  # not a URL, or a host that has no registered form: encoded below, character by character
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~-._", errors="replace")


class StreamCleaner:
    """`clean` for text that comes in pieces: whatever the cuts, the pieces joined equal `clean` of the whole.

    A piece that ends inside something undecided (half an SGR sequence, a CR, a joiner) is held back, at most 66
    characters, until the next `feed` or `close`.
    """

    def __init__(self) -> None:
        self._before = ""
        self._held = ""

    def feed(self, chunk: str) -> str:
        """Return the cleaned text that can be shown by now."""
        if not self._held and chunk.isascii() and _ODD_ASCII.search(chunk) is None:
            self._before = (self._before + chunk[-2:])[-2:]
            return chunk
        text = self._before + self._held + chunk
        start = len(self._before)
        open_end = _OPEN_END.search(text, max(start, len(text) - _LONGEST_OPEN_END))
        return self._take(text, start, open_end.start() if open_end else len(text))

    def close(self) -> str:
        """Return what was held back; the cleaner is then as new."""
        text = self._before + self._held
        rest = self._take(text, len(self._before), len(text))
        self._before = ""
        return rest

    def _take(self, text: str, start: int, stop: int) -> str:
        parts = []
        at = start
        for match in _odd().finditer(text, start, stop):
            parts.append(text[at : match.start()])
            parts.append(_shown(match))
            at = match.end()
        parts.append(text[at:stop])
        self._held = text[stop:]
        # Joiners and variation selectors are judged by what is before them, at most two characters.
        self._before = text[max(0, stop - 2) : stop]
        return "".join(parts)


@cache
def _odd() -> re.Pattern[str]:
    """Compiled when the first text beyond ASCII comes, which is after the first paint."""
    return re.compile(_ODD)


@cache
def _legitimate() -> re.Pattern[str]:
    """Compiled when something odd first comes: its large classes take longer than all the rest of this module."""
    return re.compile(_LEGITIMATE)


def _shown(match: re.Match[str]) -> str:
    odd = match.group()
    if len(odd) > 1:
        return "\n" if odd == "\r\n" else ""
    if _legitimate().match(match.string, match.start()):
        return odd
    return visible_character(odd)


@lru_cache(maxsize=512)
def visible_character(character: str) -> str:
    """Return what stands for a character that may not be shown itself."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"<U+{code:04X}>"


def _cap_marks(line: str) -> str:
    kept: list[str] = []
    run = 0
    for character in line:
        if unicodedata.combining(character) or unicodedata.category(character) == "Me":
            if not kept:
                kept.append("\u25cc")  # a mark needs something to sit on
            run += 1
            if run > _STACKED_MARKS:
                continue
        else:
            run = 0
        kept.append(character)
    return "".join(kept)
