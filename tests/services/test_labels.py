"""Tags and notes: what is taken, what is not, and that they are found again."""

import pytest

from replicate_tui.services.bundle import Services
from replicate_tui.services.labels import checked_note, checked_tags
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from tests.services.conftest import is_over, run
from tests.support.waiting import wait_for


def test_tags_are_cleaned_and_each_is_there_once() -> None:
    assert checked_tags([" fog ", "fog", "two words", "naïve 海"]) == ("fog", "two words", "naïve 海")
    assert "\x1b" not in checked_tags(["a\x1b[2Jb"])[0]
    assert checked_tags(["x" * 64]) == ("x" * 64,)


@pytest.mark.parametrize("tag", ["", "  ", "a,b", "tag:x", 'say "x"', "x" * 65])
def test_what_no_filter_could_ask_for_is_no_tag(tag: str) -> None:
    with pytest.raises(ServiceProblem) as caught:
        checked_tags(["good", tag])
    assert caught.value.kind is ProblemKind.INVALID


def test_notes_keep_their_lines_and_have_an_end() -> None:
    assert checked_note(" one\ntwo\x07 ") == "one\ntwo\u2407"
    with pytest.raises(ServiceProblem):
        checked_note("x" * 10_001)


async def test_tags_and_notes_are_found_again(services: Services) -> None:
    first = await run(services, "tests/greeter", latch="a", text="fog")
    second = await run(services, "tests/greeter", latch="b", text="sea")
    for record in (first, second):
        await wait_for(is_over(services, record.id), "the end")
    await services.runs.add_tags([first.id, second.id], ["keep", "two words"])
    await services.runs.remove_tags([second.id], ["keep"])
    await services.runs.set_note(first.id, "the lighthouse one")
    assert await services.runs.known_tags() == [("keep", 1), ("two words", 2)]
    assert [row.id for row in await services.runs.rows("tag:keep")] == [first.id]
    assert len(await services.runs.rows('tag:"two words"')) == 2
    assert [row.id for row in await services.runs.rows("lighthouse")] == [first.id]
    # Its end was followed here a moment ago, by someone who knows nothing of tags.
    kept = await services.runs.get(first.id)
    assert (kept.note, kept.tags) == ("the lighthouse one", ("keep", "two words"))
    await services.runs.set_note(first.id, "")
    assert await services.runs.rows("lighthouse") == []
    with pytest.raises(ServiceProblem) as caught:
        await services.runs.set_note("nobody", "x")
    assert caught.value.kind is ProblemKind.NOT_FOUND


async def test_a_tag_that_is_none_changes_nothing(services: Services) -> None:
    record = await run(services, "tests/greeter", text="fog")
    with pytest.raises(ServiceProblem):
        await services.runs.add_tags([record.id], ["good", "not,good"])
    assert await services.runs.known_tags() == []
