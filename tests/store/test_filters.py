"""The filter line: what it understands, and what it says about mistakes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate_tui.store.filters import CostBound, RunFilter, parse_filter
from replicate_tui.store.words import SearchWord, match_expression, parse_words

NOW = datetime(2026, 3, 10, 15, 30, tzinfo=timezone(timedelta(hours=1)))


def words(run_filter: RunFilter) -> list[str]:
    return [word.text for word in run_filter.words]


def test_words_and_phrases() -> None:
    run_filter = parse_filter('fog "over the sea" light')
    assert run_filter.words == (SearchWord("fog"), SearchWord("over the sea", is_exact=True), SearchWord("light"))
    assert run_filter.problems == ()


def test_a_phrase_that_is_still_being_typed_is_no_mistake() -> None:
    run_filter = parse_filter('"over the')
    assert run_filter.words == (SearchWord("over the", is_exact=True),)
    assert run_filter.problems == ()


@pytest.mark.parametrize("line", ["model:", "since:", "status:", 'tag:"', "", "   "])
def test_a_key_without_a_value_yet_asks_for_nothing(line: str) -> None:
    assert parse_filter(line) == RunFilter()


def test_values_add_up_and_keys_are_of_any_case() -> None:
    run_filter = parse_filter('MODEL:flux,sdxl model:llama tag:"two words" version:abc')
    assert run_filter.models == ("flux", "sdxl", "llama")
    assert run_filter.tags == ("two words",)
    assert run_filter.versions == ("abc",)


def test_statuses_complete_themselves() -> None:
    assert parse_filter("status:proc").statuses == ("processing",)
    assert parse_filter("status:s").statuses == ("starting", "submitting", "succeeded")
    assert parse_filter('status:"not s"').statuses == ("not sent",)


def test_a_status_nobody_knows_is_asked_for_and_told() -> None:
    run_filter = parse_filter("status:queued source:moon")
    assert run_filter.statuses == ("queued",)
    assert run_filter.sources == ("moon",)
    assert "No status begins with “queued”" in run_filter.problems[0]
    assert "here, web, api" in run_filter.problems[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90min", NOW - timedelta(minutes=90)),
        ("5m", NOW - timedelta(minutes=5)),
        ("12h", NOW - timedelta(hours=12)),
        ("7d", NOW - timedelta(days=7)),
        ("2W", NOW - timedelta(weeks=2)),
        ("1mo", NOW - timedelta(days=30)),
        ("1y", NOW - timedelta(days=365)),
        ("today", NOW.replace(hour=0, minute=0)),
        ("yesterday", NOW.replace(day=9, hour=0, minute=0)),
        ("2026-02-28", NOW.replace(month=2, day=28, hour=0, minute=0)),
        ("2026-2", NOW.replace(month=2, day=1, hour=0, minute=0)),
        ("2026", NOW.replace(month=1, day=1, hour=0, minute=0)),
        ("2026-03-01T09:15", NOW.replace(day=1, hour=9, minute=15)),
    ],
)
def test_times(text: str, expected: datetime) -> None:
    assert parse_filter(f"since:{text}", NOW).since == expected
    assert parse_filter(f"before:{text}", NOW).before == expected


def test_local_days_know_summer_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        now = datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone()
        assert parse_filter("since:2026-01-15", now).since == datetime(2026, 1, 14, 23, tzinfo=UTC)
        assert parse_filter("since:2026-07-01", now).since == datetime(2026, 6, 30, 22, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["soon", "7", "2026-13-01", "2026-02-30", "0000-01-01", "999999y", "-7d", "7dd"])
def test_what_is_no_time_is_told(text: str) -> None:
    run_filter = parse_filter(f"since:{text}", NOW)
    assert run_filter.since is None
    assert f"“since:{text}” is not a time" in run_filter.problems[0]


@pytest.mark.parametrize(
    ("line", "costs"),
    [
        ("cost>0.5", (CostBound(">", 0.5),)),
        ("COST<=$2", (CostBound("<=", 2.0),)),
        ("cost>=.25 cost<1.", (CostBound(">=", 0.25), CostBound("<", 1.0))),
        ("cost:>3", (CostBound(">", 3.0),)),
        ("cost>", ()),
        ("cost>=$", ()),
    ],
)
def test_costs(line: str, costs: tuple[CostBound, ...]) -> None:
    assert parse_filter(line) == RunFilter(costs=costs)


def test_unknown_costs() -> None:
    assert parse_filter("cost:unknown") == RunFilter(is_cost_unknown=True)
    assert parse_filter("cost:unkn") == RunFilter()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("cost>lots", "“cost>lots” is not an amount; write cost>0.5 for half a dollar."),
        ("cost<-1", "“cost<-1” is not an amount"),
        ("cost:0.5", "“cost:0.5” says neither more nor less"),
    ],
)
def test_what_is_no_cost_is_told(line: str, problem: str) -> None:
    run_filter = parse_filter(line)
    assert problem in run_filter.problems[0]
    assert run_filter.costs == ()


def test_words_of_notes() -> None:
    run_filter = parse_filter('note:fog note:"over the sea" cost')
    assert run_filter.notes == (SearchWord("fog"), SearchWord("over the sea", is_exact=True))
    assert words(run_filter) == ["cost"]
    assert "no letter or digit" in parse_filter("note:---").problems[0]


def test_a_near_miss_of_a_key_is_told_and_looked_for() -> None:
    run_filter = parse_filter("stauts:failed")
    assert "did you mean “status:”" in run_filter.problems[0]
    assert words(run_filter) == ["stauts:failed"]


def test_an_unknown_key_is_told_and_its_words_are_looked_for() -> None:
    run_filter = parse_filter("bogus:1 fog")
    assert run_filter.problems == ("There is no filter “bogus:”; looking for the words.",)
    assert words(run_filter) == ["bogus:1", "fog"]


def test_a_colon_in_a_word_is_nothing_special() -> None:
    run_filter = parse_filter("https://replicate.com/a prompt: x")
    assert words(run_filter)[0] == "https://replicate.com/a"
    assert run_filter.problems == ()


def test_what_cannot_be_found_is_told() -> None:
    run_filter = parse_filter("--- lighthouse")
    assert words(run_filter) == ["lighthouse"]
    assert "no letter or digit" in run_filter.problems[0]


def test_a_pasted_page_is_cut_and_told() -> None:
    run_filter = parse_filter("word " * 10_000)
    assert len(run_filter.words) == 32
    assert len(run_filter.problems) == 2


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_nothing_typed_raises(line: str) -> None:
    run_filter = parse_filter(line)
    match_expression(run_filter.words).encode()
    match_expression(parse_words(line)).encode()


@given(
    st.lists(
        st.sampled_from(
            ["model:", "since:", '"', "cost>", "cost:", "note:", "status:", "7d", ",", ":", " ", "a", "tag:", "\\"]
        ),
        max_size=12,
    )
)
def test_no_mixture_of_syntax_raises(parts: list[str]) -> None:
    parse_filter("".join(parts))
