"""Each field gets at most one plain message; only what cannot be sent stops a run."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate_tui.schema.fields import MISSING, InputSchema
from replicate_tui.schema.patterns import matches
from replicate_tui.schema.refusals import server_problems
from replicate_tui.schema.validate import Problem, has_errors, validate
from tests.schema.fields_for_tests import input_of
from tests.schema.oddities import FIELDS

NUMBERS = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1, "maxItems": 2}


@pytest.mark.parametrize(
    ("property_schema", "value", "message"),
    [
        ({"type": "integer"}, "5", "must be a whole number"),
        ({"type": "integer"}, 1.5, "must be a whole number"),
        ({"type": "integer"}, True, "must be a whole number"),
        ({"type": "number"}, "x", "must be a number"),
        ({"type": "number"}, float("inf"), "must be a finite number"),
        ({"type": "boolean"}, 1, "must be true or false"),
        ({"type": "string"}, 1, "must be text"),
        ({"type": "string"}, "\udfff", "contains half of a character (a lone surrogate)"),
        ({"type": "string", "format": "uri"}, 1, "must be a file path, a URL or a data URI"),
        ({"type": "array", "items": {"type": "integer"}}, 1, "must be a list"),
        ({"type": "array", "items": {"type": "integer"}}, [1, "x"], "item 2 must be a whole number"),
        ({"type": "array", "items": {"type": "integer"}}, [1, None], "item 2 must be a whole number"),
        ({"type": "object"}, [1], "must be an object"),
        ({"type": ["string", "array"]}, 1, "must be text or a list"),
        ({"enum": ["dry", "warm"]}, ["dry"], "must be one of dry, warm"),
    ],
)
def test_another_type_is_an_error(property_schema: Any, value: object, message: str) -> None:
    assert validate(input_of({"x": property_schema}), {"x": value}) == (Problem("x", message, "error"),)


@pytest.mark.parametrize(
    ("property_schema", "value", "message"),
    [
        ({"type": "integer", "minimum": 1}, 0, "must be at least 1"),
        ({"type": "integer", "maximum": 4}, 5, "must be at most 4"),
        ({"type": "number", "exclusiveMinimum": 0}, 0, "must be more than 0"),
        ({"type": "number", "maximum": 1, "exclusiveMaximum": True}, 1, "must be less than 1"),
        ({"type": "integer", "maximum": 18446744073709552000}, 2**70, "must be at most 18446744073709552000"),
        ({"enum": ["dry", "warm"]}, "wet", "must be one of dry, warm"),
        ({"enum": [1, 2]}, True, "must be one of 1, 2"),
        ({"enum": list(range(213))}, 999, "must be one of 0, 1, 2, 3, 4, 5, 6, 7, … 213 values"),
        ({"type": "string", "minLength": 3}, "ab", "must have at least 3 characters"),
        ({"type": "string", "maxLength": 1}, "ab", "must have at most 1 character, has 2"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "A1", "must match ^[a-z]+$"),
        (NUMBERS, [], "needs at least 1 item"),
        (NUMBERS, [1, 2, 3], "takes at most 2 items, has 3"),
        (NUMBERS, [1, 0], "item 2 must be at least 1"),
    ],
)
def test_a_limit_warns_and_lets_the_service_decide(property_schema: Any, value: object, message: str) -> None:
    problems = validate(input_of({"x": property_schema}), {"x": value})
    assert problems == (Problem("x", message, "warning"),)
    assert not has_errors(problems)


@pytest.mark.parametrize(
    ("property_schema", "value"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 1}, 1),
        ({"type": "integer"}, 7.0),
        ({"type": "number"}, 1),
        ({"type": "integer", "nullable": True}, None),
        ({"type": "integer"}, MISSING),
        ({"type": "integer"}, None),
        ({"type": "string", "minLength": 3}, ""),
        ({"enum": ["", "a"]}, ""),
        ({"enum": [0.5, 1]}, 1.0),
        ({"type": "string", "pattern": "^[a-z]+$"}, "abc"),
        ({"type": "string", "pattern": "(unbalanced"}, "abc"),
        ({"type": "object"}, None),
        ({}, [{"anything": None}]),
    ],
)
def test_what_is_right_gets_no_message(property_schema: Any, value: object) -> None:
    assert validate(input_of({"x": property_schema}), {"x": value}) == ()


@pytest.mark.parametrize("values", [{}, {"x": None}, {"x": ""}, {"x": MISSING}])
def test_a_required_field_must_be_there(values: dict[str, Any]) -> None:
    schema = input_of({"x": {"type": "string"}}, required=["x"])
    assert validate(schema, values) == (Problem("x", "required", "error"),)
    assert has_errors(validate(schema, values))


def test_null_will_do_for_a_required_field_that_takes_it() -> None:
    assert validate(input_of({"x": {"type": "string", "nullable": True}}, required=["x"]), {"x": None}) == ()


def test_a_required_field_with_a_default_needs_nothing() -> None:
    assert validate(input_of({"x": {"type": "integer", "default": 1}}, required=["x"]), {}) == ()


def test_problems_come_in_the_order_of_the_fields_and_unknown_keys_last() -> None:
    schema = input_of({"b": {"type": "integer", "minimum": 5, "x-order": 0}, "a": {"type": "string", "x-order": 1}})
    problems = validate(schema, {"z": 1, "a": 5, "b": 1, "y": float("nan")})
    assert [(problem.field, problem.severity) for problem in problems] == [
        ("b", "warning"),
        ("a", "error"),
        ("z", "warning"),
        ("y", "error"),
    ]


def test_without_a_form_only_what_is_not_json_is_wrong() -> None:
    schema = InputSchema(problem="No form.", additional_allowed=True)
    assert validate(schema, {"a": {"b": [1]}}) == ()
    assert validate(schema, {"a": {"b": [float("nan")]}}) == (Problem("a", "must be a finite number"),)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([case[0] for case in FIELDS.values()]),
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), st.lists, max_leaves=5),
)
def test_any_value_gets_at_most_one_message(property_schema: Any, value: object) -> None:
    assert len(validate(input_of({"x": property_schema}, required=["x"]), {"x": value})) <= 1


# Patterns


@pytest.mark.parametrize(
    "pattern",
    ["^(a+)+$", "(a|aa)+$", "^(a|a)*$", "([a-z]+)*x", "a*a*a*a*a*a*b", "(?=a+)a+$", r"(a*)\1+$", r"\\*\\*\\*\\*\\*x",
     "a?" * 40 + "a" * 40, "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"],
)  # fmt: skip
def test_a_pattern_that_could_take_long_is_not_tried(pattern: str) -> None:
    started = time.perf_counter()
    matches(pattern, "a" * 40 + "!")
    matches(pattern, "\\" * 5_000)
    assert matches(pattern, "a" * 5_000 + "!")
    assert time.perf_counter() - started < 0.3


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("^[0-9]{1,4}:[0-9]{1,4}$", "16:9", True),
        ("^[0-9]{1,4}:[0-9]{1,4}$", "16x9", False),
        ("^#[0-9a-fA-F]{6}$", "#12ab9", False),
        ("^(png|jpg|webp)$", "gif", False),
        (r"^\w+\.\w+$", "a.b", True),
        (r"^\w+\.\w+$", "ab", False),
        (r"^a\)*$", "b", False),
        ("[[:alpha:]]", "1", True),
        (r"\p{L}", "1", True),
    ],
)
def test_an_ordinary_pattern_is_tried(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


# The service's complaints


@pytest.fixture
def form() -> InputSchema:
    return input_of(
        {
            "prompt": {"type": "string"},
            "steps": {"type": "integer"},
            "tone": {"enum": ["dry", "warm"]},
            "images": {"type": "array", "items": {"type": "string", "format": "uri"}},
            "a b": {"type": "string"},
            "a.b": {"type": "string"},
            "a": {"type": "object"},
        }
    )


@pytest.mark.parametrize(
    ("path", "sentence", "field", "message"),
    [
        ("input", "prompt is required", "prompt", "required"),
        ("(root)", "prompt is required", "prompt", "required"),
        ("input", "a b is required", "a b", "required"),
        ("input", "ghost is required", "", "ghost is required"),
        ("input.steps", "Must be greater than or equal to 1", "steps", "must be at least 1"),
        ("input.steps", "Must be less than or equal to 4", "steps", "must be at most 4"),
        ("input.steps", "Must be greater than 0", "steps", "must be more than 0"),
        (
            "input.steps",
            "Invalid type. Expected: integer, given: string",
            "steps",
            "must be a whole number, not text",
        ),
        (
            "input.tone",
            'input.tone must be one of the following: "dry", "warm"',
            "tone",
            "must be one of dry, warm",
        ),
        ("input.prompt", "String length must be less than or equal to 5", "prompt", "must have at most 5 characters"),
        ("input.prompt", "Does not match pattern '^a$'", "prompt", "must match ^a$"),
        ("input.prompt", "The moon is full", "prompt", "the moon is full"),
        ("input.images", "Array must have at least 1 items", "images", "needs at least 1 item"),
        ("input.images.0", "Does not match format 'uri'", "images", "item 1 must be a URL"),
        ("input.a.b", "Must be less than 3", "a.b", "must be less than 3"),
        ("input.a.c", "c is required", "a", "c: c is required"),
        ("input", "Additional property ghost is not allowed", "", "ghost is not an input of this version"),
        ("input", "Additional property tone is not allowed", "tone", "is not an input of this version"),
        ("input.ghost", "Must be less than 3", "", "ghost: must be less than 3"),
        ("webhook", "Not a valid HTTPS URL", "", "webhook: not a valid HTTPS URL"),
        ("input", "Something else", "", "Something else"),
        ("version", "", "", "version: is not accepted"),
    ],
)
def test_a_complaint_lands_on_its_field(form: InputSchema, path: str, sentence: str, field: str, message: str) -> None:
    complaint = {"type": "whatever", "field": path, "description": sentence}
    assert server_problems(form, [complaint]) == (Problem(field, message, "error"),)


def test_each_field_gets_one_complaint_and_the_request_all_of_them(form: InputSchema) -> None:
    complaints = [
        {"field": "input.steps", "description": "Must be less than 3"},
        {"field": "input.steps", "description": "Must be less than 2"},
        {"field": "webhook", "description": "Not a valid HTTPS URL"},
        {"field": "version", "description": "Not yours"},
    ]
    assert server_problems(form, complaints) == (
        Problem("steps", "must be less than 3"),
        Problem("", "webhook: not a valid HTTPS URL; version: not yours"),
    )


@pytest.mark.parametrize("odd", [None, "text", {}, [1, None, {}, {"field": 5, "description": []}]])
def test_odd_complaints_are_skipped(form: InputSchema, odd: object) -> None:
    assert server_problems(form, odd) == ()
