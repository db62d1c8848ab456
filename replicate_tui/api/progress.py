"""How far a run says it is, read from its logs."""

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

#: The rule of the official clients: percent, bar, count of total, at the start of a line.
_OFFICIAL: Final = re.compile(r"\s*(\d+)%\s*\|.+?\|\s*(\d+)/(\d+)", re.ASCII)
#: Other bars: a label before, decimals, no bar, an empty bar. Every repetition is bounded: logs are hostile too.
_PERCENT: Final = re.compile(r"(?<![\d.,-])(\d{1,3}(?:\.\d{1,9})?)\s?%", re.ASCII)
#: A percentage says how far when a bar, a bracket or nothing follows it.
_BAR: Final = re.compile(r"\s{0,3}[\])]?\s{0,3}(?:[|▕▏\[(#█=>.-]|$|of\b|done|complete|finished)", re.IGNORECASE)
#: Unless the words before it say that it is a share of something else.
_OTHER_SHARE: Final = re.compile(
    r"\b(?:memory|mem|v?ram|gpu|cpu|disk|util\w*|usage|used|using|mfu|acc\w*|confidence|prob\w*|score|similar\w*|loss)\b",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(
    r"(?:\b(?:step|epoch|iter(?:ation)?|frame|batch|image|sample|chunk)s?[ :#]{0,12}|[\[(|]\s{0,3}|^(?=\d+/\d+ \[))"
    r"(\d{1,9})\s{0,2}(?:/|\sof\s)\s{0,8}(\d{1,9})\b",
    re.ASCII | re.IGNORECASE,
)
_COUNT_AFTER_BAR: Final = re.compile(r"\|\s{0,3}(\d{1,9})/(\d{1,9})\b", re.ASCII)

_UNIT: Final = r"(?:it(?:er(?:ation)?)?|step)s?"
_RATE: Final = re.compile(
    rf"(?<![\d.])(?P<number>\d{{1,9}}(?:\.\d{{1,9}})?)\s?(?:(?P<many>{_UNIT}/s)|s(?:ec)?/{_UNIT})(?![a-z/])",
    re.ASCII | re.IGNORECASE,
)

_CHARACTERS: Final = 250_000
_LINES: Final = 2_000
_TOLERANT_LINES: Final = 200
_LINE_CHARACTERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far: `percentage` from 0 to 1 as the official clients have it, and the counts if there were any."""

    percentage: float
    current: int | None = None
    total: int | None = None
    label: str = ""

    @classmethod
    def parse(cls, logs: str) -> "Progress | None":
        """Return what the last progress bar in `logs` says, by the rule of the official clients; None without one."""
        for line in _last_lines(logs):
            match = _OFFICIAL.match(line)
            if match is not None:
                return cls(int(match[1]) / 100, int(match[2]), int(match[3]))
        return None


def progress_of(logs: str | None) -> Progress | None:
    """Return how far a run is: by the official rule, else by the last line that looks like progress; 0 to 1."""
    if not logs:
        return None
    official = Progress.parse(logs)
    if official is not None and 0 <= official.percentage <= 1:
        return official
    for line in itertools.islice(_last_lines(logs), _TOLERANT_LINES):
        found = _tolerant(line)
        if found is not None:
            return found
    return None


def rate_of(logs: str | None) -> float | None:
    """Return how many steps a second the last line says that tells it (`5.55it/s`, `1.2s/it`), None without one."""
    for line in itertools.islice(_last_lines(logs or ""), _TOLERANT_LINES):
        match = _RATE.search(line)
        if match is not None:
            number = float(match["number"])
            rate = number if match["many"] else 1 / number if number else 0.0
            return rate or None
    return None


def _tolerant(line: str) -> Progress | None:
    percent = _PERCENT.search(line)
    counts = _COUNT_AFTER_BAR.search(line)
    if percent is not None and float(percent[1]) <= 100 and (counts or _says_how_far(line, percent)):
        current, total = (int(counts[1]), int(counts[2])) if counts else (None, None)
        return Progress(float(percent[1]) / 100, current, total, _label(line[: percent.start()]))
    counts = _COUNT.search(line)
    if counts is not None and 0 < int(counts[2]) >= int(counts[1]):
        return Progress(int(counts[1]) / int(counts[2]), int(counts[1]), int(counts[2]), _label(line[: counts.start()]))
    return None


def _says_how_far(line: str, percent: re.Match[str]) -> bool:
    before = line[: percent.start()]
    return _BAR.match(line, percent.end()) is not None and _OTHER_SHARE.search(before) is None


def _label(text: str) -> str:
    return text.strip(" \t:-[(=>")[-60:]


def _last_lines(logs: str) -> Iterator[str]:
    """The last lines, newest first; a carriage return redraws a line, so it ends one too."""
    # Only the end is looked at: this is asked at every poll, and logs grow to tens of megabytes.
    lines = logs[-_CHARACTERS:].replace("\r", "\n").split("\n")
    for line in itertools.islice(reversed(lines), _LINES):
        stripped = line.strip()
        if stripped:
            yield stripped[:_LINE_CHARACTERS]


_NUMBER: Final = r"[-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,4})?"
#: A value with its sign of assignment; the name is what stands before it.
_ASSIGNED: Final = re.compile(rf"""["']?\s{{0,2}}[=:]\s{{0,3}}(?P<value>{_NUMBER}|nan|inf)(?![\w.%/])""", re.ASCII)
_SAID: Final = re.compile(rf"(?<=loss)\s{{1,3}}(?P<value>{_NUMBER})(?![\w.%/])", re.ASCII | re.IGNORECASE)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]{0,40}\Z", re.ASCII)
#: Two letters at least: `T12:30` is a time, and `s: 5` a unit.
_OTHER_NAME: Final = re.compile(r"[A-Za-z][A-Za-z_]", re.ASCII)
_STEP: Final = re.compile(
    r"""\b(?:global[_ ]?)?(?:step|iter(?:ation)?)s?["']?\s{0,2}[:=#]?\s{0,12}(\d{1,9})\b""", re.ASCII | re.IGNORECASE
)
#: Numbers that say where a line stands, not how the training goes.
_COUNTERS: Final = frozenset(
    ("step", "steps", "global_step", "iter", "iters", "iteration", "epoch", "batch", "eta", "elapsed", "time", "seed")
)
_MOST_SERIES: Final = 64
_BAR_STEP: Final = re.compile(r"(?:[|\[]\s{0,3}|^)(\d{1,9})/\d{1,9}\s{0,3}[\[\]]", re.ASCII)


@dataclass(slots=True)
class Series:
    """A value over the steps of a training; `steps` and `values` are of equal length."""

    name: str
    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


class LossReader:
    """Reads losses from training logs line by line, as they grow. Series come in the order they were first seen.

    Understands `step 10, loss: 0.5`, `{'loss': 0.5, 'epoch': 1}`, `Epoch 1 ... train_loss=0.5`, progress bars with
    `loss=0.5`, and `step=10 loss/train=0.5`. Without a step in the line, lines are counted. `with_others` takes the
    other values of such lines too (a learning rate, a gradient norm).
    """

    def __init__(self, *, with_others: bool = False) -> None:
        self._series: dict[str, Series] = {}
        self._counted = 0
        self._with_others = with_others

    @property
    def series(self) -> list[Series]:
        return list(self._series.values())

    def feed(self, lines: Iterable[str]) -> None:
        """Take whole lines; a line without a loss changes nothing."""
        for line in lines:
            told = self._read(line)
            self._counted += bool(told)
            for name, step, value in told:
                if math.isfinite(value):
                    self._add(name, step, value)

    def told_by(self, line: str) -> list[tuple[str, int, float]]:
        """Return (series, step, value) of a line that may go on, without taking it."""
        return [told for told in self._read(line) if math.isfinite(told[2])]

    def _read(self, line: str) -> list[tuple[str, int, float]]:
        line = line[:_LINE_CHARACTERS]
        if "loss" not in line.lower():
            return []
        values = _named_values(line)
        losses = [value for value in values if "loss" in value[0].lower()]
        if not losses:
            values = losses = _said_losses(line)
        if not losses:
            return []
        match = _BAR_STEP.search(line) or _STEP.search(line)
        step = int(match[1]) if match is not None else self._counted + 1
        return [(name, step, value) for name, value in (values if self._with_others else losses)]

    def _add(self, name: str, step: int, value: float) -> None:
        series = self._series.get(name)
        if series is None:
            if len(self._series) >= _MOST_SERIES:
                return
            series = self._series[name] = Series(name)
        if series.steps and series.steps[-1] == step:
            # A progress bar redraws a step: the last value counts.
            series.values[-1] = value
        else:
            series.steps.append(step)
            series.values.append(value)


def _values(pattern: re.Pattern[str], line: str) -> Iterator[tuple[str, re.Match[str]]]:
    for match in pattern.finditer(line):
        name = _NAME.search(line[max(0, match.start() - 41) : match.start()])
        if name is not None:
            yield name[0], match


def _named_values(line: str) -> list[tuple[str, float]]:
    """Return the assigned values of a line but those that only count."""
    return [(name, float(match["value"])) for name, match in _values(_ASSIGNED, line) if _is_value(name, match)]


def _said_losses(line: str) -> list[tuple[str, float]]:
    return [(name, float(match["value"])) for name, match in _values(_SAID, line) if "loss" in name.lower()]


def _is_value(name: str, match: re.Match[str]) -> bool:
    if "loss" in name.lower():
        return True
    # A time of day looks like an assignment too.
    is_time = match.string[match.end() : match.end() + 1] == ":"
    return not is_time and name.lower() not in _COUNTERS and _OTHER_NAME.match(name) is not None


def losses_of(logs: str | None) -> list[Series]:
    """Return the loss series in the logs of a training."""
    reader = LossReader()
    reader.feed((logs or "").replace("\r", "\n").split("\n"))
    return reader.series
