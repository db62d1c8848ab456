"""Pages by time: absolute addresses with opaque cursors, so that new items shift nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, urlencode

from starlette.datastructures import URL

from replicate_tui.demo.clock import parse_timestamp, timestamp
from replicate_tui.demo.problems import plain

RUNS_PER_PAGE = 100
MODELS_PER_PAGE = 25

T = TypeVar("T")


def paginate(
    items: Sequence[T], url: URL, *, size: int, time: Callable[[T], int], shape: Callable[[T], Any]
) -> dict[str, Any]:
    """Return the page of `items` that the cursor in `url` asks for.

    The items are in the order they are shown; `time` is unique among them, rising or falling.
    Raises ApiProblem (404) for a cursor that is none.
    """
    start, stop = 0, size
    cursor = parse_qs(url.query).get("cursor")
    if cursor:
        moment, backwards = _read_cursor(cursor[0])
        falling = len(items) < 2 or time(items[0]) > time(items[-1])
        past = [index for index, item in enumerate(items) if (time(item) < moment if falling else time(item) > moment)]
        if backwards:
            at = next((index for index, item in enumerate(items) if time(item) == moment), (past or [len(items)])[0])
            start, stop = max(0, at - size), at
        else:
            start = past[0] if past else len(items)
            stop = start + size
    shown = items[start:stop]
    return {
        "previous": _link(url, time(shown[0]), backwards=True) if shown and start > 0 else None,
        "next": _link(url, time(shown[-1])) if shown and stop < len(items) else None,
        "results": [shape(item) for item in shown],
    }


def _link(url: URL, moment: int, *, backwards: bool = False) -> str:
    position = ("r=1&" if backwards else "") + "p=" + quote(timestamp(moment, width=9))
    kept = [(name, item) for name, values in parse_qs(url.query).items() for item in values if name != "cursor"]
    query = urlencode([("cursor", base64.b64encode(position.encode()).decode()), *kept])
    return str(url.replace(query=query))


def _read_cursor(cursor: str) -> tuple[int, bool]:
    try:
        position = parse_qs(base64.b64decode(cursor, validate=True).decode())
        return parse_timestamp(position["p"][0]), "r" in position
    except (binascii.Error, UnicodeDecodeError, ValueError, KeyError):
        raise plain(404, "Invalid cursor") from None
