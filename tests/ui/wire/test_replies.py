"""Answers of the terminal are dropped from the input; everything a person types is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate_tui.ui.wire.replies import ReplyFilter

REPLIES = [
    "\x1b[?62;4c",
    "\x1b[?1;2c",
    "\x1b[>0;276;0c",
    "\x1b[6;20;10t",
    "\x1b[4;800;1000t",
    "\x1b[?1u",
    "\x1b_Gi=31;OK\x1b\\",
    "\x1b_Gi=31;EINVAL:no\x1b\\",
    "\x1bP>|kitty(0.35.2)\x1b\\",
    "\x1bP1+r544e=787465726d\x1b\\",
    '\x1bP1$r0"p\x1b\\',
    "\x1b]11;rgb:1414/1515/1a1a\x07",
    "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
    "\x1b]52;c;Y2FuYXJ5\x07",
]

TYPED = [
    "abc",
    "\x1b",
    "\x1b[A",
    "\x1b[<0;10;5M",
    "\x1b[I",
    "\x1b[200~pasted\x1b[201~",
    "\x1b[97;5u",
    "\x1b[12;40R",
    "\x1b[?2026;2$y",
    "\x1b[48;30;100;600;1000t",
    "\x1bp",
    "\x1b]",
    "\x1b_",
    "é日",
]


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_disappears_wherever_it_is_cut(reply: str) -> None:
    for cut in range(2, len(reply)):
        replies = ReplyFilter()
        assert replies.feed("a" + reply[:cut]) + replies.feed(reply[cut:] + "b") == "ab"
        assert not replies.is_holding


@given(st.lists(st.sampled_from(TYPED), max_size=8))
def test_what_is_typed_is_kept(keys: list[str]) -> None:
    replies = ReplyFilter()
    assert "".join(replies.feed(key) + replies.release() for key in keys) == "".join(keys)


def test_what_only_began_like_a_reply_is_typed_after_all() -> None:
    replies = ReplyFilter()
    assert replies.feed("\x1b]52;half") == ""
    assert replies.is_holding
    assert replies.release() == "\x1b]52;half"
    assert replies.feed("next") == "next"
