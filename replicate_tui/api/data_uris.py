"""Data URIs, decoded piece by piece: a file of 30 MB must not be held three times."""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from replicate_tui.api.errors import FileError

_PIECE = 256 * 1024
_SPACE = re.compile(r"\s+")


def is_data_uri(url: str) -> bool:
    return url[:5].lower() == "data:"


def media_type(url: str) -> str:
    """The media type a data URI claims, lower case, "text/plain" when it claims none."""
    head = url[5:1_000].partition(",")[0]
    return head.partition(";")[0].strip().lower() or "text/plain"


def data_uri_chunks(url: str) -> Iterator[bytes]:
    """Decode a data URI; raises FileError for one without a comma or with broken base64."""
    comma = url.find(",")
    if comma < 0 or comma > 1_000:
        raise FileError("a data URI without data")
    is_base64 = url[:comma].rstrip().lower().endswith(";base64")
    start = comma + 1
    rest = ""
    while start < len(url):
        piece = url[start : start + _PIECE]
        start += len(piece)
        if not is_base64:
            # A percent escape may lie across two pieces.
            while piece[-2:].find("%") >= 0 and start < len(url):
                piece += url[start]
                start += 1
            yield unquote_to_bytes(piece)
            continue
        rest += _SPACE.sub("", piece.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="))
        whole = len(rest) - len(rest) % 4
        yield _decoded(rest[:whole])
        rest = rest[whole:]
    if rest:
        yield _decoded(rest + "=" * (-len(rest) % 4))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"}), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise FileError("a data URI whose base64 is broken") from problem
