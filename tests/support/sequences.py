"""What a program says to its terminal besides text: every control sequence, whole."""

import re

_TOKEN = re.compile(
    rb"""
      \x1b\[ [0-?]* [ -/]* [@-~]                              # CSI
    | \x1b\] [^\x07\x1b]* (?: \x07 | \x1b\\ )?                # OSC
    | \x1b[PX^_] .*? (?: \x1b\\ | \Z )                        # DCS, SOS, PM, APC
    | \x1b [ -/]* [0-~]                                       # other escapes
    | \x1b
    | \xc2[\x80-\x9f]                                         # C1, as UTF-8
    | [\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]                       # C0 but tab, line feed and escape; DEL
    """,
    re.VERBOSE | re.DOTALL,
)

#: Colours and cursor moves: their parameters follow the picture on the screen, so only their kind counts.
_DRAWING = re.compile(rb"\x1b\[[0-9;:]*[mHABCDGdJKX]")


def control_tokens(raw: bytes) -> set[bytes]:
    """Return the kinds of control sequences in `raw`: drawing ones by their final byte, all others whole."""
    kinds = set()
    for match in _TOKEN.finditer(raw):
        token = match[0]
        kinds.add(b"\x1b[" + token[-1:] if _DRAWING.fullmatch(token) else token)
    return kinds


_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KITTY_KEYS = re.compile(rb"\x1b\[([>=<])[0-9;]*u")


def modes_left_on(raw: bytes) -> set[int]:
    """Return the private modes that were set and not unset after; kitty's key mode counts as 0."""
    # Wrapping (7) and the cursor (25) are on in a terminal at rest: these must not be left off.
    is_on: dict[int, bool] = {}
    for match in _MODE.finditer(raw):
        for number in match[1].split(b";"):
            is_on[int(number)] = match[2] == b"h"
    left = {number for number, on in is_on.items() if on != (number in (7, 25))}
    depth = 0
    for match in _KITTY_KEYS.finditer(raw):
        depth = depth + 1 if match[1] == b">" else max(0, depth - 1) if match[1] == b"<" else depth
    return left | {0} if depth else left
