"""Help with the filter line of the history while it is typed: what a key takes, and how a word may go on."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from textual.suggester import Suggester

from replicate_tui.store.filters import KEYS, KINDS, SOURCES, STATUSES
from replicate_tui.text import clean_line

ALL_KEYS: Final = "words, model: version: status: source: since: before: tag: note: cost> kind:"
_TIME: Final = "90min, 12h, 7d, 2w, today, yesterday or a date like 2026-01-31"
_TAKES: Final = {
    "model": "part of a model's name: model:flux or model:owner/name",
    "version": "the beginning of a version's id",
    "since": _TIME,
    "before": _TIME,
    "note": "a word of your note; several in quotation marks",
    "cost": "US dollars: cost>0.05, cost<1, or cost:unknown",
}
_FIXED: Final = {"status": STATUSES, "source": SOURCES, "kind": KINDS}
_LAST_TOKEN: Final = re.compile(r"(?:\S*\"[^\"]*|\S*)$")
_COST: Final = re.compile(r"cost[<>:]")
_MOST_TAGS: Final = 12

Tags = Sequence[tuple[str, int]]


def filter_hint(line: str, tags: Tags) -> str:
    """Return one line about the last word of `line`; `tags` are the known ones with how many runs have them."""
    token = _last_token(line)
    key, colon, value = token.partition(":")
    key = key.lower()
    if _COST.match(token.lower()):
        return _TAKES["cost"]
    if not colon:
        return _hint_for_keys(token.lower())
    value = value.rpartition(",")[2].lower()
    if key in _FIXED:
        return _either(_that_begin(value, _FIXED[key]) or _FIXED[key])
    if key == "tag":
        return _hint_for_tags(value, tags)
    return _TAKES.get(key, ALL_KEYS)


def completion_of(line: str, tags: Tags) -> str | None:
    """Return `line` with its last word as it may go on, or None."""
    token = _last_token(line)
    key, colon, value = token.partition(":")
    if not token or '"' in token:
        return None
    if not colon:
        whole = [f"{name}>" if name == "cost" else f"{name}:" for name in KEYS if len(token) > 1]
        return _completed(line, token, whole)
    value = value.rpartition(",")[2]
    known = [tag for tag, _ in tags if " " not in tag] if key.lower() == "tag" else _FIXED.get(key.lower(), ())
    return _completed(line, value, known) if value else None


class FilterSuggester(Suggester):
    """Suggests how the last word goes on; the right arrow takes it over. `tags` returns the known ones."""

    def __init__(self, tags: Callable[[], Tags]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._tags = tags

    async def get_suggestion(self, value: str) -> str | None:
        return completion_of(value, self._tags())


def _last_token(line: str) -> str:
    found = _LAST_TOKEN.search(line)
    return found[0] if found else ""


def _hint_for_keys(begin: str) -> str:
    fitting = _that_begin(begin, KEYS) if begin else []
    if len(fitting) == 1 and len(begin) > 1:
        name = fitting[0]
        takes = _TAKES.get(name) or ("one of your tags" if name == "tag" else _either(_FIXED[name]))
        return f"{name}{'>' if name == 'cost' else ':'}  {takes}"
    return ALL_KEYS


def _hint_for_tags(begin: str, tags: Tags) -> str:
    if not tags:
        return "no run has a tag yet; t adds one"
    fitting = [(tag, number) for tag, number in tags if tag.lower().startswith(begin)]
    if not fitting:
        others = f"the only one is {clean_line(tags[0][0], 40)}" if len(tags) == 1 else f"there are {len(tags)} others"
        return f"no tag begins with “{clean_line(begin, 40)}”; {others}"
    shown = sorted(fitting, key=lambda known: -known[1])[:_MOST_TAGS]
    return "  ".join(f"{clean_line(tag, 40)} {number:,}" for tag, number in shown)


def _either(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _that_begin(begin: str, known: Sequence[str]) -> list[str]:
    return [word for word in known if word.startswith(begin)]


def _completed(line: str, begin: str, known: Sequence[str]) -> str | None:
    word = next((word for word in known if word.lower().startswith(begin.lower()) and word != begin), None)
    return None if word is None else line + word[len(begin) :]
