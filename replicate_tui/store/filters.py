"""The filter line of the history: free words, and `key:value` pairs, with a plain message for each mistake."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, cast

from replicate_tui.store.codec import to_text
from replicate_tui.store.records import FINAL_STATUSES, SUBMITTING, UNKNOWN, RunKind
from replicate_tui.store.words import MOST_WORDS, SearchWord, is_searchable

KEYS: Final = ("model", "version", "status", "source", "since", "before", "tag", "note", "cost", "kind")
STATUSES: Final = tuple(sorted({*FINAL_STATUSES, SUBMITTING, UNKNOWN, "starting", "processing"}))
SOURCES: Final = ("here", "web", "api")
KINDS: Final[tuple[RunKind, ...]] = ("prediction", "training")

_MOST_CHARACTERS: Final = 1_000
_TOKEN: Final = re.compile(r'[Cc][Oo][Ss][Tt]:?([<>]=?)(\S*)|([A-Za-z]+):(?:"([^"]*)"?|(\S*))|"([^"]*)"?|(\S+)')
_DOLLARS: Final = re.compile(r"\$?(\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})")
_AGO: Final = re.compile(r"(\d{1,6})(min|m|h|d|w|mo|y)")
_DAY: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[tT ](\d{1,2}):(\d{2}))?)?)?")
_AGES: Final = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "mo": timedelta(days=30),
    "y": timedelta(days=365),
}


class CostBound(NamedTuple):
    """A bound of the cost in US dollars; a run without a known cost is within none."""

    sign: Literal[">", ">=", "<", "<="]
    dollars: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs to show: every kind of condition must hold, and of several values for one kind any.

    `models` are parts of names, `versions` beginnings of ids, `notes` words of the note, `costs` bounds that must all
    hold; `since` is inclusive, `before` is not. `problems` are the mistakes in the line it came from, in plain words.
    """

    words: tuple[SearchWord, ...] = ()
    notes: tuple[SearchWord, ...] = ()
    models: tuple[str, ...] = ()
    exact_model: str | None = None
    versions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kinds: tuple[RunKind, ...] = ()
    costs: tuple[CostBound, ...] = ()
    is_cost_unknown: bool = False
    account: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    problems: tuple[str, ...] = ()


ALL_RUNS: Final = RunFilter()


def parse_filter(line: str, now: datetime | None = None) -> RunFilter:
    """Return what `line` asks for; never raises, since a person is still typing it. Dates are local days."""
    parser = _Parser(now or datetime.now().astimezone())
    line = to_text(line).replace("\0", " ")
    if len(line) > _MOST_CHARACTERS:
        parser.problems.append(f"Only the first {_MOST_CHARACTERS:,} characters of the filter are used.")
    for match in _TOKEN.finditer(line[:_MOST_CHARACTERS]):
        sign, dollars, key, quoted_value, value, phrase, word = match.groups()
        if sign is not None:
            parser.add_bound(sign, dollars)
        elif key is None:
            parser.add_word(phrase if word is None else word, is_exact=word is None)
        elif key.lower() == "note":
            parser.add_note(value if quoted_value is None else quoted_value, is_exact=quoted_value is not None)
        elif key.lower() in KEYS:
            parser.add_pair(key.lower(), value if quoted_value is None else quoted_value)
        else:
            parser.add_unknown_key(key, match[0])
    return parser.result()


class _Parser:
    def __init__(self, now: datetime) -> None:
        self.problems: list[str] = []
        self._now = now
        self._words: list[SearchWord] = []
        self._notes: list[SearchWord] = []
        self._costs: list[CostBound] = []
        self._is_cost_unknown = False
        self._values: dict[str, list[str]] = {}
        self._since: datetime | None = None
        self._before: datetime | None = None

    def add_word(self, text: str, *, is_exact: bool) -> None:
        self._add_word(self._words, text, is_exact=is_exact)

    def add_note(self, text: str, *, is_exact: bool) -> None:
        self._add_word(self._notes, text, is_exact=is_exact)

    def add_bound(self, sign: str, value: str) -> None:
        number = _DOLLARS.fullmatch(value)
        if number is not None:
            self._costs.append(CostBound(cast('Literal[">", ">=", "<", "<="]', sign), float(number[1])))
        elif value.strip("$"):
            self.problems.append(f"“cost{sign}{value}” is not an amount; write cost{sign}0.5 for half a dollar.")

    def add_unknown_key(self, key: str, text: str) -> None:
        import difflib  # only for a mistake, not for the first paint

        near = difflib.get_close_matches(key.lower(), KEYS, n=1)
        if near:
            self.problems.append(f"There is no filter “{key}:”; did you mean “{near[0]}:”? Looking for the words.")
        # An address, and a word with a colon at its end, are looked for as they are.
        elif not text.startswith("://", len(key)) and len(text) > len(key) + 1:
            self.problems.append(f"There is no filter “{key}:”; looking for the words.")
        self.add_word(text, is_exact=False)

    def add_pair(self, key: str, value: str) -> None:
        if not value:
            return
        if key in ("since", "before"):
            self._add_time(key, value)
        elif key == "cost":
            self._add_cost(value.lower())
        else:
            self._values.setdefault(key, []).extend(part for part in value.split(",") if part)

    def result(self) -> RunFilter:
        return RunFilter(
            words=tuple(self._words),
            notes=tuple(self._notes),
            models=tuple(self._values.get("model", ())),
            versions=tuple(self._values.get("version", ())),
            statuses=tuple(self._known("status", STATUSES)),
            sources=tuple(self._known("source", SOURCES)),
            tags=tuple(self._values.get("tag", ())),
            kinds=tuple(kind for kind in KINDS if kind in set(self._known("kind", KINDS))),
            costs=tuple(self._costs),
            is_cost_unknown=self._is_cost_unknown,
            since=self._since,
            before=self._before,
            problems=tuple(dict.fromkeys(self.problems)),
        )

    def _known(self, key: str, known: tuple[str, ...]) -> Iterator[str]:
        """Yield the known words that begin as typed; any other stands for itself, as the service may have new ones."""
        for value in self._values.get(key, ()):
            matches = [word for word in known if word.startswith(value.lower())]
            if not matches:
                self.problems.append(f"No {key} begins with “{value}”; known are {', '.join(known)}.")
            yield from matches or [value.lower()]

    def _add_word(self, words: list[SearchWord], text: str, *, is_exact: bool) -> None:
        if not is_searchable(text):
            if text.strip():
                self.problems.append(f"“{text}” has no letter or digit to look for.")
        elif len(words) == MOST_WORDS:
            self.problems.append(f"Only the first {MOST_WORDS} words are looked for.")
        else:
            words.append(SearchWord(text, is_exact))

    def _add_cost(self, value: str) -> None:
        if value == "unknown":
            self._is_cost_unknown = True
        elif not "unknown".startswith(value):
            self.problems.append(
                f"“cost:{value}” says neither more nor less; write cost>0.5, cost<0.1 or cost:unknown."
            )

    def _add_time(self, key: str, value: str) -> None:
        moment = _moment(value.lower(), self._now)
        if moment is None:
            self.problems.append(
                f"“{key}:{value}” is not a time; write 90min, 12h, 7d, 2w, today, yesterday or 2026-01-31."
            )
        elif key == "since":
            self._since = moment
        else:
            self._before = moment


def _moment(text: str, now: datetime) -> datetime | None:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if text in ("today", "yesterday"):
        return today if text == "today" else _local(today - timedelta(days=1), now)
    if ago := _AGO.fullmatch(text):
        try:
            return now - int(ago[1]) * _AGES[ago[2]]
        except OverflowError:
            return None
    if day := _DAY.fullmatch(text):
        year, month, number, hour, minute = (
            int(part or otherwise) for part, otherwise in zip(day.groups(), "11100", strict=True)
        )
        try:
            return _local(datetime(year, month, number, hour, minute), now)  # noqa: DTZ001
        except (ValueError, OverflowError, OSError):
            return None
    return None


def _local(wall: datetime, now: datetime) -> datetime:
    """Return the moment of a local wall time; its own offset may differ from today's (summer time)."""
    if now.tzinfo is not None and now.utcoffset() != now.astimezone().utcoffset():
        return wall.replace(tzinfo=now.tzinfo)
    return wall.replace(tzinfo=None).astimezone()
