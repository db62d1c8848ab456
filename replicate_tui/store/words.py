"""Words to be found, and how they are asked of SQLite's word index."""

import re
from typing import Final, NamedTuple

from replicate_tui.store.codec import to_text

MOST_WORDS: Final = 32
_MOST_CHARACTERS: Final = 1_000
_WORD: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')


class SearchWord(NamedTuple):
    """Words to be found: as the beginning of a word, or exactly and in this order when they were quoted."""

    text: str
    is_exact: bool = False


def is_searchable(text: str) -> bool:
    """Return whether the index could know `text`: it holds letters and digits only."""
    return any(character.isalnum() for character in text)


def parse_words(text: str) -> tuple[SearchWord, ...]:
    """Return the words and quoted phrases of `text`; never raises."""
    found = (
        SearchWord(phrase if word is None else word, is_exact=word is None)
        for phrase, word in (match.groups() for match in _WORD.finditer(to_text(text)[:_MOST_CHARACTERS]))
    )
    return tuple(word for word in found if is_searchable(word.text))[:MOST_WORDS]


def match_expression(words: tuple[SearchWord, ...]) -> str:
    """Return FTS5 syntax that finds all `words`; each is quoted, so that none of it is taken as syntax."""
    return " ".join(f'"{_escaped(word.text)}"{"" if word.is_exact else "*"}' for word in words)


def _escaped(text: str) -> str:
    return text.replace('"', '""').replace("\0", " ")
