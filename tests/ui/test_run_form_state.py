"""What a form holds: nothing is changed by being shown, nothing secret is kept."""

import json
from typing import Any

import pytest

from replicate_tui.schema.fields import InputSchema
from replicate_tui.schema.parse import parse_schema
from replicate_tui.schema.validate import Problem
from replicate_tui.schema.values import ValueProblem
from replicate_tui.ui.form.state import HIDDEN, FormState


def schema(required: tuple[str, ...] = (), **properties: dict[str, Any]) -> InputSchema:
    ordered = {name: {"x-order": place, **keys} for place, (name, keys) in enumerate(properties.items())}
    component = {"type": "object", "properties": ordered, "required": list(required)}
    return parse_schema({"components": {"schemas": {"Input": component}}}).input


COUNT = {"type": "integer", "default": 3, "minimum": 1, "maximum": 10}
TEXT = {"type": "string"}
WORDS = {"type": "array", "items": {"type": "string"}}
NUMBERS = {"type": "array", "items": {"type": "integer"}}
SECRET = {"type": "string", "format": "password", "x-cog-secret": True}
NULLABLE = {"type": "string", "nullable": True, "default": "words"}


def test_an_untouched_form_sends_nothing_and_has_no_changes() -> None:
    state = FormState(schema(count=COUNT, text=TEXT))
    assert state.input() == {}
    assert state.changed() == frozenset()
    assert state.text("count") == "3"


def test_typed_texts_become_values_of_their_type() -> None:
    state = FormState(schema(count=COUNT, text=TEXT))
    state.set_text("count", "7")
    state.set_text("text", "7")
    assert state.input() == {"count": 7, "text": "7"}
    assert state.changed() == {"count", "text"}


def test_going_back_to_the_default_is_no_change() -> None:
    state = FormState(schema(count=COUNT))
    state.set_text("count", "7")
    state.set_text("count", "3")
    assert state.changed() == frozenset()
    state.set_text("count", "8")
    state.reset("count")
    assert state.input() == {}
    assert state.text("count") == "3"


def test_a_text_that_is_no_value_is_kept_and_named() -> None:
    state = FormState(schema(count=COUNT))
    state.set_text("count", "many")
    assert state.text("count") == "many"
    assert state.input() == {}
    assert state.changed() == {"count"}
    assert [problem.field for problem in state.check()] == ["count"]


def test_a_complaint_follows_the_typing_and_goes_when_it_is_answered() -> None:
    state = FormState(schema(count=COUNT))
    state.set_text("count", "99")
    assert state.problem("count") is None, "nothing is said while it is first typed"
    state.check(["count"])
    assert state.problem("count") == Problem("count", "must be at most 10", "warning")
    state.set_text("count", "x")
    assert state.problem("count") == Problem("count", "must be a whole number")
    state.set_text("count", "9")
    assert state.problem("count") is None


def test_what_the_service_told_stands_until_the_field_is_edited() -> None:
    state = FormState(schema(count=COUNT, text=TEXT))
    state.tell([Problem("count", "must be even")])
    state.set_text("text", "a")
    assert state.problem("count") == Problem("count", "must be even")
    state.set_text("count", "4")
    assert state.problem("count") is None


def test_problems_stand_in_the_order_of_the_form() -> None:
    state = FormState(schema(("text",), count=COUNT, text=TEXT))
    state.set_text("count", "x")
    assert [problem.field for problem in state.check()] == ["text", "count"]


def test_lists_are_edited_by_element() -> None:
    state = FormState(schema(numbers=NUMBERS))
    state.add_item("numbers", 0, "1")
    state.add_item("numbers", 1, "3")
    state.add_item("numbers", 1, "2")
    assert state.input() == {"numbers": [1, 2, 3]}
    state.set_item("numbers", 0, "one")
    with pytest.raises(ValueProblem, match="item 1 must be a whole number"):
        state.value("numbers")
    state.remove_item("numbers", 0)
    state.set_item("numbers", 9, "nowhere")
    assert state.input() == {"numbers": [2, 3]}


def test_empty_elements_are_texts_but_no_numbers() -> None:
    state = FormState(schema(words=WORDS, numbers=NUMBERS))
    state.add_item("words", 0)
    state.add_item("numbers", 0)
    assert state.input() == {"words": [""], "numbers": []}


@pytest.mark.parametrize(
    "value",
    [None, "words\nand more", {"deep": [1, {"er": None}]}, [1, [2]], 1.0, 18446744073709551615, True, "  spaced  "],
)
def test_a_value_that_nobody_edits_stays_as_it_came(value: Any) -> None:
    given = {"anything": value}
    state = FormState(schema(anything={}))
    state.take_json(json.dumps(given))
    state.text("anything")
    assert state.values() == given


def test_a_null_that_differs_from_the_default_is_sent() -> None:
    state = FormState(schema(nothing=NULLABLE))
    state.take_json('{"nothing": null}')
    assert state.input() == {"nothing": None}
    assert state.json_text() == '{\n  "nothing": null\n}'


def test_json_and_back_changes_nothing() -> None:
    state = FormState(schema(count=COUNT, words=WORDS, text=TEXT))
    state.set_text("count", "07")
    state.add_item("words", 0, "a")
    state.set_text("text", "b")
    before = state.input()
    state.take_json(state.json_text())
    assert state.input() == before
    assert state.text("count") == "07", "what reads the same stays as it was typed"


def test_a_key_removed_from_the_json_goes_back_to_its_default() -> None:
    state = FormState(schema(count=COUNT, text=TEXT))
    state.set_text("count", "7")
    state.take_json('{"text": "a"}')
    assert state.input() == {"text": "a"}


def test_unreadable_json_changes_nothing_and_names_its_line() -> None:
    state = FormState(schema(text=TEXT))
    state.set_text("text", "kept")
    with pytest.raises(ValueProblem) as raised:
        state.take_json('{\n  "text": }')
    assert raised.value.line == 2
    assert state.input() == {"text": "kept"}


def test_the_json_shows_a_text_that_is_no_value() -> None:
    state = FormState(schema(count=COUNT))
    state.set_text("count", "many")
    assert json.loads(state.json_text()) == {"count": "many"}


def test_keys_the_schema_does_not_know_are_kept_and_told() -> None:
    state = FormState(schema(text=TEXT))
    notes = state.take_json('{"text": "a", "extra": [1]}')
    assert state.input() == {"text": "a", "extra": [1]}
    assert len(notes) == 1
    assert [problem.severity for problem in state.check()] == ["warning"]


def test_secrets_are_sent_but_neither_shown_nor_kept() -> None:
    state = FormState(schema(key=SECRET, text=TEXT))
    state.set_text("key", "hunter2")
    state.set_text("text", "a")
    assert state.input() == {"key": "hunter2", "text": "a"}
    assert state.shown_input() == {"key": HIDDEN, "text": "a"}
    assert "hunter2" not in json.dumps(state.draft())
    assert "hunter2" not in state.json_text()


def test_a_secret_survives_its_mark_in_the_json_and_can_be_replaced() -> None:
    state = FormState(schema(key=SECRET, text=TEXT))
    state.set_text("key", "hunter2")
    state.take_json(json.dumps({"key": HIDDEN, "text": "b"}))
    assert state.input() == {"key": "hunter2", "text": "b"}
    state.take_json('{"key": "other"}')
    assert state.input() == {"key": "other"}
    state.take_json("{}")
    assert state.input() == {}


def test_the_mark_of_a_secret_is_never_sent_as_one() -> None:
    state = FormState(schema(key=SECRET))
    state.take_json(json.dumps({"key": HIDDEN}))
    assert state.input() == {}


def test_a_draft_brings_everything_back_but_secrets() -> None:
    fields = schema(count=COUNT, words=WORDS, key=SECRET, text=TEXT, nothing=NULLABLE)
    state = FormState(fields)
    state.take_json('{"nothing": null}')
    state.set_text("count", "many")
    state.add_item("words", 0, "a\nb")
    state.set_text("key", "hunter2")
    restored = FormState(fields)
    restored.take_draft(json.loads(json.dumps(state.draft())))
    assert restored.text("count") == "many"
    assert restored.items("words") == ("a\nb",)
    assert restored.input() == {"words": ["a\nb"], "nothing": None}


@pytest.mark.parametrize("part", [None, 3, ["x", 4], {"odd": 1}, {"value": {"a": 1}}])
def test_an_odd_draft_is_taken_as_far_as_it_makes_sense(part: Any) -> None:
    state = FormState(schema(count=COUNT))
    state.take_draft({"count": part, "gone": "text"})
    state.check()
    assert "gone" not in state.input()


def test_an_example_fills_the_form_and_says_what_it_changed() -> None:
    state = FormState(schema(count=COUNT, text=TEXT, image={"type": "string", "format": "uri"}))
    given = {"count": "7", "text": None, "unknown": 1, "image": "/etc/passwd"}
    notes = state.take(given, local_files=False)
    assert state.input() == {"count": 7}
    assert len(notes) == 4


def test_only_ones_own_values_may_name_files_of_this_machine() -> None:
    state = FormState(schema(image={"type": "string", "format": "uri"}))
    state.take({"image": "/home/me/fog.png"}, local_files=True)
    assert state.input() == {"image": "/home/me/fog.png"}


def test_an_example_leaves_an_entered_secret_alone() -> None:
    state = FormState(schema(key=SECRET, text=TEXT))
    state.set_text("key", "hunter2")
    state.take({"text": "a", "key": "[REDACTED]"}, local_files=False)
    assert state.input() == {"key": "hunter2", "text": "a"}


def test_another_version_takes_over_what_it_has_a_place_for() -> None:
    state = FormState(schema(count=COUNT, old=TEXT, words=WORDS))
    state.set_text("count", "7")
    state.set_text("old", "a")
    state.add_item("words", 0, "w")
    moved, notes = state.moved_to(schema(count=TEXT, words=WORDS, fresh=TEXT))
    assert moved.input() == {"count": "7", "words": ["w"]}
    assert [note.split(":")[0] for note in notes] == ["old"]


def test_a_text_that_fits_no_field_of_another_version_is_not_lost() -> None:
    state = FormState(schema(count=COUNT))
    state.set_text("count", "many")
    moved, notes = state.moved_to(schema(count={"type": "number"}))
    assert notes == ()
    assert moved.text("count") == "many"
    assert [problem.message for problem in moved.check()] == ["must be a number"]


def test_a_list_is_also_taken_from_its_text() -> None:
    state = FormState(schema(words=WORDS, numbers=NUMBERS))
    state.set_text("words", "fog\nsea")
    assert state.input() == {"words": ["fog", "sea"]}
    state.set_text("words", '["a\\nb", "c"]')
    assert state.items("words") == ("a\nb", "c")
    assert json.loads(state.text("words")) == ["a\nb", "c"], "lines would be ambiguous"
    state.set_text("numbers", "1\ntwo")
    assert state.items("numbers") == ("1", "two"), "what cannot be read is not lost"
    state.set_text("numbers", "")
    assert state.input()["numbers"] == []
