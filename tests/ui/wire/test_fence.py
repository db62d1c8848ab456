"""How long the app waits, as it leaves, for what the terminal may still answer."""

import pytest

from replicate_tui.ui.wire.fence import Fence

ANSWER = b"\x1b[?2026;2$y"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fence(clock: Clock) -> Fence:
    return Fence(clock)


def test_nothing_is_waited_for_that_was_not_asked(fence: Fence) -> None:
    assert fence.patience == 0
    fence.feed(ANSWER)
    assert not fence.is_answered


@pytest.mark.parametrize("cut", range(len(ANSWER) + 1))
def test_an_answer_counts_wherever_it_is_cut(fence: Fence, clock: Clock, cut: int) -> None:
    fence.asked()
    clock.now += 0.02
    fence.feed(b"\x1b[<35;10;5M" + ANSWER[:cut])
    fence.feed(ANSWER[cut:] + b"x")
    assert fence.is_answered
    assert fence.patience == 0


def test_a_far_terminal_gets_more_time_and_none_gets_long(fence: Fence, clock: Clock) -> None:
    patiences = []
    for round_trip in (0.001, 0.1, 3.0):
        fence.asked()
        clock.now += round_trip
        fence.feed(ANSWER)
        fence.asked()
        patiences.append(fence.patience)
        fence.feed(ANSWER)
    assert patiences == pytest.approx([0.102, 0.3, 0.4])


def test_a_mute_terminal_is_waited_for_only_in_its_first_moments(fence: Fence, clock: Clock) -> None:
    fence.asked()
    assert 0.1 < fence.patience <= 0.5
    clock.now += 1
    assert fence.patience == 0
    assert not fence.is_answered


def test_what_another_program_left_unanswered_is_forgotten(fence: Fence) -> None:
    fence.asked()
    fence.feed(ANSWER[:5])
    fence.begin()
    assert fence.patience == 0
    fence.asked()
    fence.feed(ANSWER[5:])
    assert not fence.is_answered
