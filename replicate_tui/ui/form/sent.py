"""The request as it will be sent, shortened for a narrow pane and coloured line by line."""

import re
from collections.abc import Mapping
from typing import Any, Final

from textual.content import Content

from replicate_tui.schema.jsontext import dump_json
from replicate_tui.text import clean_line
from replicate_tui.ui.wording import count

_LONGEST_TEXT: Final = 160
_MOST_ITEMS: Final = 12
_MOST_LINES: Final = 400
_KEY: Final = re.compile(r'(\s*)("(?:[^"\\]|\\.)*")(: )(.*)')


def shortened(value: Any) -> Any:
    """Return `value` with long texts and lists cut, and said so inside them."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[: _LONGEST_TEXT // 2]}… ({count(len(value))} characters)"
    if isinstance(value, Mapping):
        return {name: shortened(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        more = len(value) - _MOST_ITEMS
        return [shortened(part) for part in value[:_MOST_ITEMS]] + ([f"… {count(more)} more"] if more > 0 else [])
    return value


def json_lines(value: Any) -> list[Content]:
    """Return `value` as lines of JSON: names in the accent colour, the rest plain."""
    lines = []
    for line in dump_json(shortened(value), indent=2).split("\n")[:_MOST_LINES]:
        found = _KEY.fullmatch(line)
        if found is None:
            lines.append(Content(_indented(line)))
            continue
        indent, key, colon, rest = found.groups()
        lines.append(
            Content.assemble(indent, Content.styled(clean_line(key, 80), "$text-primary"), colon, clean_line(rest, 400))
        )
    return lines


def _indented(line: str) -> str:
    bare = line.lstrip(" ")
    return " " * (len(line) - len(bare)) + clean_line(bare, 400)
