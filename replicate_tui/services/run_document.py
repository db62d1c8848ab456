"""A run as the JSON files in its folder, for people and for other programs."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from replicate_tui.services.merge import destination_of
from replicate_tui.store.records import RunRecord

#: Under this name the options of a run tell of the local files it was sent: field, path, size, sha256, copy.
INPUT_FILES: Final = "input_files"

_LONGEST_DATA_URI: Final = 200
_DEEPEST: Final = 64
#: Other URLs of a run are signed: whoever reads the file could use them.
_KEPT_URLS: Final = ("get", "web")
_LEFT_OUT: Final = frozenset({"input", "options", "urls", "input_hash", "origin", "account", "folder", "saved"})


def input_document(record: RunRecord) -> bytes:
    """Return the input as it was sent, with "(secret)" in place of secrets."""
    return json_bytes(dict(record.input))


def run_document(record: RunRecord) -> bytes:
    """Return what is known of the run; files sent inline in the output stand under their saved names only.

    The queries of addresses are left out: they are signatures, which the history alone keeps for fetching.
    """
    known = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name in record.__dataclass_fields__
        if name not in _LEFT_OUT and (value := getattr(record, name)) not in (None, "", ())
    }
    if record.kind == "training":
        known["destination"] = destination_of(record)
    known["urls"] = {name: record.urls[name] for name in _KEPT_URLS if name in record.urls}
    known["files"] = [{**asdict(file), "url": without_query(file.url)} for file in record.files]
    known["output"] = unsigned(shortened(record.output))
    if record.options.get(INPUT_FILES):
        known["input_files"] = record.options[INPUT_FILES]
    return json_bytes(known)


def json_bytes(value: Any, *, indent: int | None = 2) -> bytes:
    """Return JSON, with a line break at its end, in which no character can act on a terminal."""
    try:
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    except (RecursionError, ValueError):
        text = '"(nested too deeply to be written)"'
    if not text.replace("\n", "").isprintable():
        text = "".join(letter if letter == "\n" or letter.isprintable() else _escaped(letter) for letter in text)
    return text.encode() + b"\n"


def shortened(value: Any, depth: int = 0) -> Any:
    """Return `value` with long data URIs cut to their beginning."""
    if isinstance(value, str):
        if value[:5].lower() == "data:" and len(value) > _LONGEST_DATA_URI:
            return short_url(value)
    elif depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {name: shortened(part, depth + 1) for name, part in value.items()}
        if isinstance(value, list):
            return [shortened(part, depth + 1) for part in value]
    return value


def short_url(url: str) -> str:
    """Return a URL as it is, and a data URI by its beginning: its bytes are the file."""
    if url[:5].lower() == "data:" and len(url) > _LONGEST_DATA_URI:
        return url[: url.find(",", 0, 100) + 17] + "…"
    return url


def unsigned(value: Any, depth: int = 0) -> Any:
    """Return `value` with the queries of its URLs cut off."""
    if isinstance(value, str):
        return without_query(value)
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {name: unsigned(part, depth + 1) for name, part in value.items()}
        if isinstance(value, list):
            return [unsigned(part, depth + 1) for part in value]
    return value


def without_query(text: str) -> str:
    """Return a URL up to its query, and any other text as it is."""
    is_url = text[:8].lower().startswith(("https://", "http://")) and not any(letter.isspace() for letter in text)
    return text.partition("?")[0] if is_url else text


def _escaped(letter: str) -> str:
    # All of these stand within strings, where JSON knows this form (RFC 8259, section 7).
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))
