"""Words to be found, as an expression for the word index that gives its newest runs first without reading all others.

SQLite's word index answers `"lig"*` by merging the lists of all words that begin so, whole, before it gives the first
run. The same words joined by OR are walked newest first instead, and end with the page. Beginnings of one or two
letters have lists of their own in the index (migration 1) and need no such care.
"""

import sqlite3
from typing import Final, NamedTuple

from replicate_tui.store.words import SearchWord, match_expression

_SHORTEST: Final = 3
#: So many words with one beginning are asked for one by one, at about 25 microseconds each.
_MOST_WORDS: Final = 64
_MERGED: Final = 1_000_000
_AFTER_ALL_LETTERS: Final = "\U0010ffff"
_JUST_AFTER: Final = "\x01"


class WordExpression(NamedTuple):
    """FTS5 syntax, and how many lists of the index are walked for it; merged lists count as very many."""

    text: str
    lists: int


def word_expression(
    connection: sqlite3.Connection, words: tuple[SearchWord, ...], in_notes: tuple[SearchWord, ...] = ()
) -> WordExpression | None:
    """Return what finds the runs with all `words`, and with all of `in_notes` in their note.

    None means that no run has them.
    """
    parts: list[str] = []
    lists = 0
    for column, wanted in (("", words), ("note : ", in_notes)):
        for word in wanted:
            found = _one_word(connection, word)
            if found is None:
                return None
            parts.append(f"{column}({found.text})")
            lists += found.lists
    return WordExpression(" AND ".join(parts), lists)


def _one_word(connection: sqlite3.Connection, word: SearchWord) -> WordExpression | None:
    whole = match_expression((word,))
    if word.is_exact or len(word.text) < _SHORTEST:
        return WordExpression(whole, 1)
    # Only for plain letters is it known how the index folds them.
    if not (word.text.isascii() and word.text.isalnum()):
        return WordExpression(whole, _MERGED)
    known = _words_beginning(connection, word.text.lower())
    if known is None:
        return WordExpression(whole, _MERGED)
    return WordExpression(" OR ".join(f'"{each}"' for each in known), len(known)) if known else None


def _words_beginning(connection: sqlite3.Connection, beginning: str) -> list[str] | None:
    """Return the words of the index that begin so, or None when they are too many."""
    found: list[str] = []
    place = beginning
    while len(found) <= _MOST_WORDS:
        next_word = connection.execute(
            "select term from run_words where term >= ? and term < ? limit 1", (place, beginning + _AFTER_ALL_LETTERS)
        ).fetchone()
        if next_word is None:
            return found
        found.append(next_word[0])
        place = next_word[0] + _JUST_AFTER
    return None
