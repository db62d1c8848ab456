"""What is pasted is never typed, however it is cut on its way."""

import random

import pytest

from replicate_tui.ui.wire.pastes import MOST_CHARACTERS, SILENCE_SECONDS, Pasted, PasteReader

START, END = "\x1b[200~", "\x1b[201~"
KEYS = "\x1b[A\x07q\x1b"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def read(reader: PasteReader, *pieces: str) -> list[str | Pasted]:
    return [part for piece in pieces for part in reader.feed(piece)]


def joined(parts: list[str | Pasted]) -> tuple[str, list[str]]:
    """Return what was typed, and each paste."""
    typed = "".join(part for part in parts if isinstance(part, str))
    return typed, [part.text for part in parts if isinstance(part, Pasted)]


def test_keys_inside_a_paste_are_text() -> None:
    assert read(PasteReader(), f"a{START}{KEYS}{END}b") == ["a", Pasted(KEYS), "b"]


@pytest.mark.parametrize("seed", range(50))
def test_cut_anywhere_it_reads_the_same(seed: int) -> None:
    dice = random.Random(seed)
    whole = f"ab{START}one {KEYS}{END}c{START}two\x1b[201{END}{START}{END}d"
    cuts = sorted(dice.randrange(len(whole)) for _ in range(6))
    # An escape that comes by itself is a key, so no cut falls behind one that was typed.
    cuts = [
        cut for cut in cuts if whole[:cut].count(START) > whole[:cut].count(END) or not whole[:cut].endswith("\x1b")
    ]
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert joined(read(PasteReader(), *pieces)) == ("abcd", [f"one {KEYS}", "two\x1b[201"])


def test_a_key_that_begins_like_a_paste_is_a_key() -> None:
    reader = PasteReader()
    assert read(reader, "\x1b") == ["\x1b"]
    assert read(reader, "\x1b[2") == []
    assert list(reader.release()) == ["\x1b[2"]
    assert read(reader, "\x1b[2", "~") == ["\x1b[2~"]


def test_a_long_one_is_cut() -> None:
    (pasted,) = read(PasteReader(), START, *["x" * 4096] * 300, END)
    assert pasted == Pasted("x" * MOST_CHARACTERS, is_cut=True)


def test_one_that_never_ends_is_handed_on_and_typing_ends_it() -> None:
    clock = Clock()
    reader = PasteReader(clock)
    assert read(reader, f"{START}half") == []
    clock.now += SILENCE_SECONDS
    assert list(reader.release()) == [Pasted("half")]
    assert not reader.is_waiting
    # A stalled line goes on with a large piece: still no keys.
    assert read(reader, f"\x07{'y' * 20}") == []
    clock.now += SILENCE_SECONDS
    assert list(reader.release()) == [Pasted(f"\x07{'y' * 20}")]
    clock.now += 1
    assert read(reader, "q") == ["q"]
