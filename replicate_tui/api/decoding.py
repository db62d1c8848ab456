"""Bytes of an answer to values: bounded decompression, and JSON that no body can trip over."""

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, Final, Protocol

from pydantic_core import from_json, to_json

from replicate_tui.api.errors import ResponseNotUnderstoodError

_BOM: Final = b"\xef\xbb\xbf"
_PIECE: Final = 1_048_576
_DEEPEST: Final = 200
_TOO_DEEP: Final = "[nested too deeply]"
_SURROGATE = re.compile("[\ud800-\udfff]")


class Decoder(Protocol):
    """Undoes a content encoding, in pieces small enough that a limit between them holds."""

    def decode(self, chunk: bytes) -> Iterator[bytes]: ...

    @property
    def is_complete(self) -> bool: ...


class _Identity:
    is_complete = True

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk


class _Zlib:
    """gzip and deflate. Raises ResponseNotUnderstoodError for bytes that are neither."""

    def __init__(self) -> None:
        # 32 + 15 lets zlib tell gzip from deflate by the header.
        self._zlib = zlib.decompressobj(32 + zlib.MAX_WBITS)
        self._started = False

    @property
    def is_complete(self) -> bool:
        return self._zlib.eof or not self._started

    def decode(self, chunk: bytes) -> Iterator[bytes]:
        self._started = self._started or bool(chunk)
        while True:
            try:
                piece = self._zlib.decompress(chunk, _PIECE)
            except zlib.error as problem:
                raise ResponseNotUnderstoodError("the answer is not compressed as it says") from problem
            yield piece
            chunk = self._zlib.unconsumed_tail
            if not chunk and len(piece) < _PIECE:
                return


def decoder_for(content_encoding: str) -> Decoder:
    """Return the decoder of a Content-Encoding; raises ResponseNotUnderstoodError for one nobody asked for."""
    encoding = content_encoding.strip().lower()
    if encoding in ("", "identity"):
        return _Identity()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _Zlib()
    raise ResponseNotUnderstoodError(f"the answer is encoded in a way nobody asked for: {encoding[:40]!r}")


def parse_json(body: bytes) -> Any:
    """Return the JSON value of `body`: finite numbers, text without lone surrogates, at most 200 levels.

    Deeper levels become a text that says so. Raises ResponseNotUnderstoodError for anything that is not JSON.
    """
    body = body.removeprefix(_BOM)
    try:
        value = from_json(body, allow_inf_nan=False)
    except ValueError:
        return _parse_odd_json(body)
    # 1e999 parses to infinity, which no JSON can say again. Writing the value out is the quickest way to find one.
    return _parse_odd_json(body) if b"Infinity" in to_json(value, inf_nan_mode="constants") else value


def _parse_odd_json(body: bytes) -> Any:
    """The slow way, for deep nesting, lone surrogates, overflowing numbers and broken UTF-8."""
    try:
        value = json.loads(body.decode("utf-8", "replace"), parse_constant=_refuse_constant)
    except RecursionError as problem:
        raise ResponseNotUnderstoodError("the answer is nested too deeply") from problem
    except ValueError as problem:
        raise ResponseNotUnderstoodError(f"the answer is not JSON: {str(problem)[:120]}") from problem
    return _sound(value, _DEEPEST)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _sound(value: Any, levels: int) -> Any:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case float() if value in (float("inf"), float("-inf")):
            return None
        case dict() | list() if levels == 0:
            return _TOO_DEEP
        case dict():
            return {_sound(key, levels): _sound(inner, levels - 1) for key, inner in value.items()}
        case list():
            return [_sound(inner, levels - 1) for inner in value]
    return value
