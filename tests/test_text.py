"""Foreign text becomes visible, never obeyed; cuts in a stream change nothing."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from replicate_tui.text import StreamCleaner, clean, clean_line, printable_url
from tests.support.hostile import EVERYTHING, LIVE, MARKUP

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

# Characters that matter to the cleaner, so that random text is dense with trouble.
TROUBLE = st.text(
    alphabet="\x1b[0;31m:\r\n\tab\x9b\x07\x85\u200d\u200c\ufe0f\u202e\ud800é#4\u2764\U0001f468\u0915\u4e00\U000e0100"
)


@pytest.mark.parametrize(("name", "text"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_nothing_live_is_left(name: str, text: str) -> None:
    assert not LIVE.search(clean(text))
    line = clean_line(text)
    assert not LIVE.search(line)
    assert "\n" not in line
    assert "\t" not in line


@pytest.mark.parametrize(
    "text",
    [
        "plain, and nothing else",
        "tabs\tand\nlines\n",
        "Grüße, żółw, Ελληνικά, 日本語, ไทย, مرحبا 123",
        FAMILY,
        "\u2764\ufe0f and 1\ufe0f\u20e3",
        "\u0915\u094d\u200d\u0937",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u845b\U000e0100",
        "non-breaking\u00a0space",
        "^[]52;c;already harmless^G",
        *(text for _, text in MARKUP),
    ],
)
def test_legitimate_text_is_unchanged(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a\u2400b"),
        ("\x1b[2J", "\u241b[2J"),
        ("\x7f", "\u2421"),
        ("\x9b2J", "<U+009B>2J"),
        ("x\u202ey", "x<U+202E>y"),
        ("one\r\ntwo", "one\ntwo"),
        ("one\rtwo", "one\u240dtwo"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred\x9bm", "red"),
        ("\ud800", "\ufffd"),
        ("pay\u200dpal", "pay<U+200D>pal"),
        ("x\U000e0041", "x<U+E0041>"),
        ("\x1b\x1b[31m[31m", "\u241b[31m"),
    ],
)
def test_what_is_shown_instead(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(TROUBLE)
def test_nothing_is_lost_but_colours_and_carriage_returns(text: str) -> None:
    letters = [c for c in text if c in "abé\u4e00\n\t"]
    assert [c for c in clean(text) if c in "abé\u4e00\n\t"] == letters


@given(st.lists(TROUBLE, max_size=8))
@example(["\x1b", "[", "31", "m", "x"])
@example(["a\r", "\n"])
@example(["\U0001f468", "\u200d", "\U0001f469"])
@example(["\u2764", "\ufe0f"])
@example(["\x1b[" + "1" * 64, "m"])
@example(["\x1b[" + "1" * 65, "m"])
def test_cuts_change_nothing(chunks: list[str]) -> None:
    cleaner = StreamCleaner()
    pieces = [cleaner.feed(chunk) for chunk in chunks]
    assert "".join(pieces) + cleaner.close() == clean("".join(chunks))


@given(TROUBLE)
def test_one_character_at_a_time(text: str) -> None:
    cleaner = StreamCleaner()
    assert "".join(map(cleaner.feed, text)) + cleaner.close() == clean(text)


@given(TROUBLE)
@example("\ufe0f\u200d\u2764")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_stream_holds_back_only_what_is_undecided() -> None:
    cleaner = StreamCleaner()
    assert cleaner.feed("ready \x1b[3") == "ready "
    assert cleaner.feed("1mset") == "set"
    assert cleaner.feed("\x1b]0;") == "\u241b]0;"


def test_a_line_is_one_line_and_short() -> None:
    assert clean_line("one\n\n  two\tthree") == "one\u23cetwo three"
    assert clean_line("x" * 300, limit=10) == "x" * 9 + "\u2026"
    assert clean_line("x" * 10, limit=10) == "x" * 10
    assert len(clean_line("\x1b" * 10_000, limit=50)) == 50


def test_piled_up_marks_are_capped_and_none_comes_first() -> None:
    line = clean_line("Z" + "\u0315\u0322\u0488" * 50)
    assert sum(unicodedata.category(c) in ("Mn", "Me") for c in line) == 3
    assert clean_line("\u0301start").startswith("\u25cc\u0301")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://replicate.com/a/b?c=d#e", "https://replicate.com/a/b?c=d#e"),
        ("https://\u0430pple.com/", "https://xn--pple-43d.com/"),
        ("https://x.test/\x1b]0;t\x07", "https://x.test/%1B]0;t%07"),
        ("https://x.test/a b\u202e", "https://x.test/a%20b%E2%80%AE"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_urls_are_shown_in_ascii(url: str, shown: str) -> None:
    assert printable_url(url) == shown
