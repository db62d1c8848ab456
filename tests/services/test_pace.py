"""How often the service is asked."""

import pytest

from replicate_tui.services.pace import Pace


@pytest.fixture
def quick() -> None:
    """Keep the real figures: they are what is tested."""


def interval(pace: Pace, *, followed: int = 1, streaming: bool = False, status_known: bool = True) -> float:
    return pace.next_interval(followed=followed, streaming=streaming, status_known=status_known)


def test_news_keeps_it_short_and_silence_hardly_stretches_it() -> None:
    pace = Pace("prediction")
    pace.answered(news=True, transfer_seconds=0.05)
    assert interval(pace) == 1.0
    for _ in range(20):
        pace.answered(news=False, transfer_seconds=0.05)
    assert interval(pace) == 1.5, "the end is seen in time to save within two seconds"
    pace.answered(news=True, transfer_seconds=0.05)
    assert interval(pace) == 1.0


def test_a_training_is_asked_for_as_often_as_it_may_be_also_when_it_is_silent() -> None:
    pace = Pace("training")
    pace.answered(news=True, transfer_seconds=0.05)
    assert interval(pace) == 60 / 15
    for _ in range(20):
        pace.answered(news=False, transfer_seconds=0.05)
    assert interval(pace) == 60 / 15, "its end is seen within four seconds"
    for _ in range(2):
        pace.answered(news=True, transfer_seconds=6.3)
    assert interval(pace) == pytest.approx(60.0)


def test_many_runs_share_the_line() -> None:
    pace = Pace("prediction")
    assert interval(pace, followed=8) == 1.0
    assert interval(pace, followed=80) == 10.0


def test_beside_a_stream_and_for_unheard_of_statuses_it_is_slow() -> None:
    pace = Pace("prediction")
    assert interval(pace, streaming=True) == 5.0
    assert interval(pace, status_known=False) == 5.0


def test_a_slow_body_is_fetched_less_often() -> None:
    pace = Pace("prediction")
    pace.answered(news=True, transfer_seconds=2.3)
    assert interval(pace) == 1.0, "it may be that this machine has slept"
    pace.answered(news=True, transfer_seconds=2.3)
    assert interval(pace) == pytest.approx(20.0)
    pace.answered(news=True, transfer_seconds=0.25)
    assert interval(pace) == 1.0


def test_pauses_after_failures_double_up_to_eight_seconds_and_obey_the_service() -> None:
    pace = Pace("prediction")
    pauses = [pace.next_pause() for _ in range(40)]
    assert 0.5 <= pauses[0] <= 1.0
    assert all(4.0 <= pause <= 8.0 for pause in pauses[4:])
    assert pace.next_pause(37.0) == 37.0
    pace.answered(news=False, transfer_seconds=0.0)
    assert pace.next_pause() <= 1.0
