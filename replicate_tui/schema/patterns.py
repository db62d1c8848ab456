"""Patterns of strangers, tried only where a match is certain to be quick."""

import re
from typing import Final

_MAX_PATTERN: Final = 200
_MAX_BRANCHES: Final = 10
#: Steps a backtracking match may take at worst: about 50 ms.
_MAX_STEPS: Final = 500_000

_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_SUSPICIOUS: Final = re.compile(
    r"\)[*+{]"  # a repeated group can nest repetitions
    r"|\(\?[^:]"  # look-around, named groups, flags
    r"|\[\[|--|&&|~~|\|\|"  # what Python warns about inside a set
)
_REPEAT: Final = re.compile(r"[*+{]")
_BRANCH: Final = re.compile(r"\||(?<![*+?}(])\?")


def matches(pattern: str, text: str) -> bool:
    """Whether `text` contains `pattern`; True as well when the pattern is unreadable or could take long.

    The check is a courtesy: the service has the last word, so a doubtful pattern complains about nothing.
    """
    if not _is_quick(pattern, len(text)):
        return True
    try:
        return re.search(pattern, text) is not None
    except (re.error, RecursionError, OverflowError):
        return True


def _is_quick(pattern: str, length: int) -> bool:
    if len(pattern) > _MAX_PATTERN or any(escaped.isdigit() for escaped in _ESCAPE.findall(pattern)):
        return False
    bare = _ESCAPE.sub("x", pattern)
    if _SUSPICIOUS.search(bare):
        return False
    branches = len(_BRANCH.findall(bare))
    # Every repetition, and a start that is not fixed, can multiply the work by the length of the text.
    exponent = len(_REPEAT.findall(bare)) + (0 if bare.startswith("^") else 1)
    if branches > _MAX_BRANCHES or exponent > _MAX_BRANCHES:
        return False
    steps: int = 2**branches * max(length, 2) ** max(exponent, 1)
    return steps <= _MAX_STEPS
