"""Wrapping in pieces equals wrapping the whole, and nothing of the text is lost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from replicate_tui.text import clean
from replicate_tui.ui.widgets.wrapping import WrappedText, wrap_paragraph

# Spaces and line feeds often, wide and joined characters, marks that take no cell.
PIECES = st.lists(st.text(alphabet="aaab   \n日é\u0301\U0001f468\u200d\ufe0f\u2764x-", max_size=12), max_size=12)
WIDTHS = st.integers(min_value=2, max_value=14)


def wrapped(text: str, width: int) -> list[str]:
    lines = WrappedText(width)
    lines.append(text)
    return list(lines)


@given(PIECES, WIDTHS)
def test_pieces_wrap_like_the_whole(pieces: list[str], width: int) -> None:
    lines = WrappedText(width)
    for piece in pieces:
        lines.append(piece)
    assert list(lines) == wrapped("".join(pieces), width)


@given(PIECES, WIDTHS)
@example(["aa \u0301"], 2)
def test_nothing_is_lost_and_nothing_is_too_wide(pieces: list[str], width: int) -> None:
    text = clean("".join(pieces))
    lines = WrappedText(width)
    lines.append(text)
    assert lines.slice(None, None) == text
    assert all(cell_len(line.rstrip(" ")) <= width for line in lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one ", "two ", "three"]),
        ("one   two", ["one   ", "two"]),
        ("abcdefghij", ["abcde", "fghij"]),
        ("ab abcdefg x", ["ab ", "abcde", "fg x"]),
        ("日本語です", ["日本", "語で", "す"]),
        ("\tx", ["    x"]),
        ("  a b", ["  a b"]),
        ("", [""]),
    ],
)
def test_where_lines_break(text: str, lines: list[str]) -> None:
    assert wrap_paragraph(text, 5) == lines


def test_append_tells_the_first_line_that_changed() -> None:
    lines = WrappedText(5)
    assert lines.append("one two") == 0
    assert lines.append(" three\nfour") == 1
    assert list(lines) == ["one ", "two ", "three", "four"]


def test_a_slice_joins_wrapped_lines_and_keeps_line_feeds() -> None:
    lines = WrappedText(5)
    lines.append("one two\nthree")
    assert lines.slice((0, 1), (2, 2)) == "two\nth"
    assert lines.slice((1, 0), (1, 1)) == "ne t"
