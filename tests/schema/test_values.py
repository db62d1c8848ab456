"""Values survive the way from an example to a form, to text and back, to what is sent."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate_tui.schema.fields import MISSING, FieldKind, InputField, InputSchema
from replicate_tui.schema.jsontext import ValueProblem
from replicate_tui.schema.validate import has_errors, validate
from replicate_tui.schema.values import (
    build_input,
    changed_fields,
    from_json_text,
    from_text,
    load_example,
    to_json_text,
    to_text,
)
from tests.schema.fields_for_tests import field_of, input_of
from tests.schema.oddities import FIELDS

TEXT: dict[str, Any] = {"type": "string"}
INTEGER: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
FILE: dict[str, Any] = {"type": "string", "format": "uri"}
FILES: dict[str, Any] = {"type": "array", "items": FILE}
SECRET: dict[str, Any] = {"type": "string", "format": "password"}


def loaded(property_schema: Any, value: object, **options: Any) -> tuple[Any, tuple[str, ...]]:
    """Return what one value becomes in a field, and the notes."""
    result = load_example(input_of({"x": property_schema}), {"x": value}, **options)
    return result.values.get("x", MISSING), result.notes


@pytest.mark.parametrize(
    ("property_schema", "value", "fitted"),
    [
        (INTEGER, "512", 512),
        (INTEGER, 512.0, 512),
        (INTEGER, "7.0", 7),
        (NUMBER, "4.0", 4.0),
        (NUMBER, "-3", -3),
        (TEXT, 42, "42"),
        (TEXT, True, "true"),
        ({"type": "boolean"}, "True", True),
        ({"type": "boolean"}, 0, False),
        ({"enum": [256, 512], "type": "integer"}, "512", 512),
        ({"enum": ["256", "512"], "type": "string"}, 512, "512"),
        ({"type": "array", "items": INTEGER}, ["1", 2.0], [1, 2]),
        ({"type": "array", "items": TEXT}, "one", ["one"]),
    ],
)
def test_what_has_another_type_is_changed_to_fit_and_noted(property_schema: Any, value: object, fitted: Any) -> None:
    result, notes = loaded(property_schema, value)
    assert (result, type(result)) == (fitted, type(fitted))
    if fitted != value or isinstance(fitted, bool):
        assert len(notes) == 1
        assert notes[0].startswith("x: was ")


@pytest.mark.parametrize(
    ("property_schema", "value", "note"),
    [
        (TEXT, None, "x: was null, left empty"),
        (SECRET, "[REDACTED]", "x: was a secret, enter it again"),
        (SECRET, "(secret)", "x: was a secret, enter it again"),
        ({"type": "array", "items": SECRET}, "(secret)", "x: was a secret, enter it again"),
        ({"type": "array", "items": SECRET}, ["[REDACTED]"], "x: was a secret, enter it again"),
        (TEXT, "[REDACTED]", "x: was a secret, enter it again"),
        (INTEGER, "many", "x: must be a whole number, left out"),
        (INTEGER, True, "x: must be a whole number, left out"),
        (INTEGER, 13.5, "x: must be a whole number, left out"),
        (NUMBER, float("nan"), "x: must be a finite number, left out"),
        (TEXT, ["a"], "x: must be text, left out"),
        (TEXT, "\ud800", "x: contains half of a character (a lone surrogate), left out"),
        ({"enum": ["dry", "warm"]}, "wet", "x: must be one of dry, warm, left out"),
        (FILE, 5, "x: must be a file path, a URL or a data URI, left out"),
        (FILE, "/etc/passwd", "x: was a file of another machine, left out"),
        (FILE, "file:///etc/passwd", "x: was a file of another machine, left out"),
        (FILES, ["https://example.com/a", "@/etc/passwd"], "x: was a file of another machine, left out"),
        ({"type": "array", "items": INTEGER}, [1, "b"], "x: item 2 must be a whole number, left out"),
        ({"type": ["string", "array"]}, 5, "x: must be text or a list, left out"),
    ],
)
def test_what_does_not_fit_is_left_out_and_noted(property_schema: Any, value: object, note: str) -> None:
    assert loaded(property_schema, value) == (MISSING, (note,))


def test_what_fits_is_kept_without_a_note() -> None:
    assert loaded(INTEGER, 5) == (5, ())
    assert loaded(FILE, "https://example.com/a.png") == ("https://example.com/a.png", ())
    assert loaded(FILE, "data:image/png;base64,AA==") == ("data:image/png;base64,AA==", ())


def test_a_text_may_be_the_word_secret() -> None:
    assert loaded(TEXT, "(secret)") == ("(secret)", ())
    assert load_example(InputSchema(problem="No form."), {"key": "(secret)"}).values == {}


def test_local_files_are_kept_for_what_this_user_entered() -> None:
    assert loaded(FILE, "/home/me/a.png", local_files=True) == ("/home/me/a.png", ())


def test_unknown_keys_are_dropped_unless_the_schema_takes_any() -> None:
    schema = input_of({"a": TEXT})
    assert load_example(schema, {"a": "x", "b": 1}).values == {"a": "x"}
    assert load_example(schema, {"b": 1}).notes == ("b: not an input of this version, left out",)
    assert load_example(input_of({}, additionalProperties=True), {"b": 1}).values == {"b": 1}
    assert load_example(InputSchema(problem="No form."), {"b": 1}).values == {"b": 1}


@pytest.mark.parametrize("given_input", [None, [1], "text"])
def test_an_example_that_is_no_object_gives_nothing(given_input: object) -> None:
    assert load_example(input_of({"a": TEXT}), given_input).values == {}


# Text and back


@pytest.mark.parametrize(
    ("property_schema", "value", "text"),
    [
        (TEXT, "a\nb", "a\nb"),
        (INTEGER, -5, "-5"),
        (NUMBER, 0.5, "0.5"),
        (NUMBER, 1.0, "1.0"),
        (NUMBER, 1e-05, "1e-05"),
        ({"type": "boolean"}, True, "true"),
        ({"enum": [1, "1", True]}, "1", '"1"'),
        ({"enum": [1, "1", True]}, 1, "1"),
        ({"enum": [1, "1", True]}, True, "true"),
        ({"type": "array", "items": TEXT}, ["a", "b c"], "a\nb c"),
        ({"type": "array", "items": TEXT}, [" a"], '[\n  " a"\n]'),
        ({"type": "array", "items": TEXT}, ["a\u2028b"], '[\n  "a\u2028b"\n]'),
        ({"type": "array", "items": TEXT}, [], "[]"),
        ({"type": "array", "items": NUMBER}, [1, 2.5], "1\n2.5"),
        ({"type": "object"}, {"a": [1]}, '{\n  "a": [\n    1\n  ]\n}'),
        ({"type": ["string", "array"]}, "plain words", "plain words"),
        ({"type": ["string", "array"]}, "[", '"["'),
        ({"type": ["string", "array"]}, ["a"], '[\n  "a"\n]'),
        ({}, None, "null"),
    ],
)
def test_a_value_is_shown_as_its_editor_wants_it_and_read_back(property_schema: Any, value: Any, text: str) -> None:
    field = field_of(property_schema)
    assert to_text(field, value) == text
    back = from_text(field, text)
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize(
    ("property_schema", "text", "value"),
    [
        (INTEGER, " +7 ", 7),
        (INTEGER, "1e3", 1000),
        (INTEGER, "", MISSING),
        (NUMBER, ".5", 0.5),
        (NUMBER, "  ", MISSING),
        (NUMBER, "9" * 400, int("9" * 400)),
        ({"type": "boolean"}, "Yes", True),
        (SECRET, "", MISSING),
        (FILE, "", MISSING),
        (FILE, "@photo.png", "@photo.png"),
        (TEXT, "", ""),
        ({"enum": ["dry", "warm"]}, "", MISSING),
        ({"enum": ["", "warm"]}, "", ""),
        ({"type": "array", "items": INTEGER}, "1\n\n 2 \r\n", [1, 2]),
        ({"type": "array", "items": INTEGER}, '["3"]', [3]),
        ({"type": "array", "items": {"type": "object"}}, '{"a": 1}', [{"a": 1}]),
        ({"type": ["string", "object"]}, "5", "5"),
    ],
)
def test_what_a_person_may_type(property_schema: Any, text: str, value: Any) -> None:
    back = from_text(field_of(property_schema), text)
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize(
    ("property_schema", "text", "message"),
    [
        (INTEGER, "1.5", "must be a whole number"),
        (INTEGER, "1_000", "must be a whole number"),
        (INTEGER, "٣", "must be a whole number"),
        (NUMBER, "0,5", "must be a number (the decimal mark is a dot)"),
        (NUMBER, "nan", "must be a number"),
        (NUMBER, "1e999", "must be a number"),
        (NUMBER, "9" * 5000, "must be a number"),
        ({"type": "boolean"}, "maybe", "must be true or false"),
        ({"enum": ["dry", "warm"]}, "wet", "must be one of dry, warm"),
        ({"type": "array", "items": INTEGER}, "1\nx", "line 2 must be a whole number"),
        ({"type": "object"}, "[1]", "must be an object"),
        ({}, "NaN", "not valid JSON: NaN is not a JSON number"),
        ({}, "1e999", "not usable JSON: 1e999 is too large a number"),
        ({}, "[" * 100_000, "not usable JSON: nested too deeply"),
        ({}, "9" * 5000, "not usable JSON: a number has too many digits"),
        ({}, '"\\ud800"', "contains half of a character (a lone surrogate)"),
    ],
)
def test_what_is_no_value_gets_one_plain_message(property_schema: Any, text: str, message: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        from_text(field_of(property_schema), text)
    assert caught.value.message == message


def test_a_json_error_names_its_place() -> None:
    with pytest.raises(ValueProblem) as caught:
        from_text(field_of({"type": "object"}), '{\n  "a": 1,\n  b\n}')
    assert (caught.value.line, caught.value.column) == (3, 3)
    assert "line 3, column 3" in caught.value.message


PLAIN_TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | PLAIN_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN_TEXT, inner, max_size=4),
    max_leaves=10,
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
ENUM = ["", "a", "1", "true", 'say "x"', 1, 2.5, True]

#: Property by property, the values it takes.
VALUES_OF: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (TEXT, PLAIN_TEXT),
    (INTEGER, st.integers()),
    (NUMBER, FINITE | st.integers()),
    ({"type": "boolean"}, st.booleans()),
    ({"enum": ENUM}, st.sampled_from(ENUM)),
    (FILE, PLAIN_TEXT.filter(str.strip)),
    (SECRET, PLAIN_TEXT.filter(bool)),
    ({"type": "object"}, st.dictionaries(PLAIN_TEXT, ANY_JSON, max_size=4)),
    ({}, ANY_JSON),
    ({"type": ["string", "array"]}, PLAIN_TEXT | st.lists(ANY_JSON, max_size=4)),
    ({"type": "array", "items": TEXT}, st.lists(PLAIN_TEXT, max_size=5)),
    ({"type": "array", "items": INTEGER}, st.lists(st.integers(), max_size=5)),
    ({"type": "array", "items": NUMBER}, st.lists(FINITE, max_size=5)),
    ({"type": "array", "items": FILE}, st.lists(PLAIN_TEXT, max_size=5)),
    ({"type": "array", "items": {"enum": ENUM}}, st.lists(st.sampled_from(ENUM), max_size=5)),
    ({"type": "array", "items": {"type": "boolean"}}, st.lists(st.booleans(), max_size=5)),
    ({"type": "array"}, st.lists(ANY_JSON, max_size=5)),
    ({"type": "array", "items": {"type": "array", "items": INTEGER}}, st.lists(st.lists(st.integers()), max_size=3)),
]


@pytest.mark.parametrize("case", range(len(VALUES_OF)))
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_value_survives_its_text(case: int, data: st.DataObject) -> None:
    property_schema, strategy = VALUES_OF[case]
    field = field_of(property_schema)
    value = data.draw(strategy)
    back = from_text(field, to_text(field, value))
    # Compared as JSON: 1 and true are equal to Python, and not to a model.
    assert json.dumps(back) == json.dumps(value)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([case[0] for case in VALUES_OF]), st.text(max_size=20))
def test_any_text_gives_a_value_or_a_problem(property_schema: Any, text: str) -> None:
    with suppress(ValueProblem):
        from_text(field_of(property_schema), text)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([case[0] for case in VALUES_OF]), ANY_JSON)
def test_any_value_has_a_text(property_schema: Any, value: object) -> None:
    assert isinstance(to_text(field_of(property_schema), value), str)


LOOSE_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["512", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from([case[0] for case in FIELDS.values()]), LOOSE_JSON)
def test_what_an_example_leaves_in_the_form_can_be_sent(property_schema: Any, value: object) -> None:
    schema = input_of({"x": property_schema})
    result = load_example(schema, {"x": value}, local_files=True)
    assert len(result.notes) <= 1
    assert bool(result.values) or bool(result.notes)
    assert not has_errors(validate(schema, result.values))
    json.dumps(build_input(schema, result.values), allow_nan=False).encode()


# What is sent


@pytest.fixture
def schema() -> InputSchema:
    return input_of(
        {
            "prompt": TEXT,
            "negative_prompt": {"type": "string", "default": "blurry"},
            "steps": {"type": "integer", "default": 4},
            "scale": {"type": "number", "default": 1},
            "size": {"type": "integer", "enum": [256, 512], "default": 512},
            "fast": {"type": "boolean", "default": True},
            "image": {"type": "string", "format": "uri", "default": ""},
            "mask": {"type": "integer", "nullable": True, "default": 3},
            "counts": {"type": "array", "items": INTEGER, "default": []},
        },
        required=["prompt"],
    )


def test_untouched_fields_are_not_sent(schema: InputSchema) -> None:
    assert build_input(schema, {"prompt": "fog"}) == {"prompt": "fog"}
    defaults = {known.name: known.default for known in schema.fields if known.has_default}
    assert build_input(schema, {"prompt": "fog", **defaults}) == {"prompt": "fog"}
    assert build_input(schema, {"prompt": "fog", "image": "", "steps": MISSING, "fast": None}) == {"prompt": "fog"}


def test_what_differs_from_the_default_is_sent_in_order(schema: InputSchema) -> None:
    values = {"counts": [1.0, 2], "fast": False, "mask": None, "negative_prompt": "", "steps": 8.0, "prompt": "fog"}
    sent = build_input(schema, values)
    assert json.dumps(sent) == (
        '{"prompt": "fog", "negative_prompt": "", "steps": 8, "fast": false, "mask": null, "counts": [1, 2]}'
    )


def test_true_is_not_the_default_one() -> None:
    schema = input_of({"x": {"default": 1}})
    assert build_input(schema, {"x": True}) == {"x": True}
    assert build_input(schema, {"x": 1.0}) == {}


def test_a_required_field_sends_its_default() -> None:
    schema = input_of({"x": {"type": "integer", "default": 4}}, required=["x"])
    assert build_input(schema, {}) == {"x": 4}
    assert build_input(input_of({"x": INTEGER}, required=["x"]), {}) == {}


def test_unknown_keys_are_sent_as_they_are(schema: InputSchema) -> None:
    assert build_input(schema, {"new": None, "prompt": "fog"}) == {"prompt": "fog", "new": None}


def test_changed_fields_are_those_that_differ(schema: InputSchema) -> None:
    values = {"prompt": "fog", "steps": 4, "size": 256, "fast": True, "new": 1, "image": ""}
    assert changed_fields(schema, values) == {"prompt", "size", "new"}


# The JSON twin


def test_the_twin_is_pretty_and_holds_no_nan() -> None:
    assert to_json_text({"a": "ü", "b": MISSING, "c": float("nan")}) == '{\n  "a": "ü",\n  "c": null\n}'
    assert json.loads(to_json_text({"a": "\ud800"})) == {"a": "\ud800"}


def test_the_twin_keeps_unknown_keys_with_a_note() -> None:
    schema = input_of({"a": TEXT})
    result = from_json_text('{"a": "x", "b": 1}', schema)
    assert result.values == {"a": "x", "b": 1}
    assert result.notes == ("b: not an input of this version, sent as it is",)
    assert from_json_text('{"b": 1}').notes == ()
    assert from_json_text("  ").values == {}


@pytest.mark.parametrize(
    ("text", "line", "column"), [("[1]", 1, 1), ('{"a":\n nan}', 2, 2), ('{"a": NaN}', None, None), ("{}{}", 1, 3)]
)
def test_the_twin_must_be_a_json_object(text: str, line: int | None, column: int | None) -> None:
    with pytest.raises(ValueProblem) as caught:
        from_json_text(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(PLAIN_TEXT, ANY_JSON, max_size=5))
def test_the_twin_gives_back_what_it_was_given(values: dict[str, Any]) -> None:
    assert json.dumps(from_json_text(to_json_text(values)).values) == json.dumps(values)


def test_a_field_kind_needs_no_special_case_here() -> None:
    covered = {field_of(property_schema).kind for property_schema, _ in VALUES_OF}
    assert covered == set(FieldKind)
    assert isinstance(field_of(TEXT), InputField)
