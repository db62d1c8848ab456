"""The line of help below the filter, and how a word of it may go on."""

import pytest

from replicate_tui.store.filters import STATUSES
from replicate_tui.ui.history.hints import ALL_KEYS, completion_of, filter_hint
from tests.support.hostile import EVERYTHING

TAGS = (("expo", 3), ("often", 25_000), ("open air", 2))


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("", ALL_KEYS),
        ("lighthouse ", ALL_KEYS),
        ("lighthouse fo", ALL_KEYS),
        ("mod", "model:  part of a model's name: model:flux or model:owner/name"),
        ("status:", ", ".join(STATUSES[:-1]) + " or unknown"),
        ("fog status:su", "submitting or succeeded"),
        ("status:failed,c", "canceled"),
        ("source:w", "web"),
        ("kind:", "prediction or training"),
        ("since:", "90min, 12h, 7d, 2w, today, yesterday or a date like 2026-01-31"),
        ("cost>", "US dollars: cost>0.05, cost<1, or cost:unknown"),
        ("tag:", "often 25,000  expo 3  open air 2"),
        ("since:7d tag:o", "often 25,000  open air 2"),
        ("tag:zz", "no tag begins with “zz”; there are 3 others"),
        ('note:"for the', "a word of your note; several in quotation marks"),
        ("nonsense:x", ALL_KEYS),
    ],
)
def test_the_hint_is_about_the_last_word(line: str, hint: str) -> None:
    assert filter_hint(line, TAGS) == hint


def test_without_tags_the_hint_says_how_there_come_some() -> None:
    assert filter_hint("tag:", ()) == "no run has a tag yet; t adds one"


def test_a_single_tag_is_named() -> None:
    assert filter_hint("tag:zz", TAGS[:1]) == "no tag begins with “zz”; the only one is expo"


def test_a_hostile_tag_cannot_act() -> None:
    assert "\x1b" not in filter_hint("tag:", [(text, 1) for _, text in EVERYTHING])


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("mo", "model:"),
        ("fog sta", "fog status:"),
        ("cos", "cost>"),
        ("m", None),
        ("status:fai", "status:failed"),
        ("status:failed,ca", "status:failed,canceled"),
        ("tag:ex", "tag:expo"),
        ("tag:", None),
        ("tag:expo", None),
        ("since:7", None),
        ('"two wor', None),
        ("", None),
    ],
)
def test_a_word_may_go_on(line: str, completed: str | None) -> None:
    assert completion_of(line, TAGS) == completed
