"""Any document gives fields or a plain reason why there are none."""

import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate_tui.schema.fields import MISSING, FieldKind
from replicate_tui.schema.parse import parse_schema
from tests.schema.fields_for_tests import field_of, input_of
from tests.schema.oddities import FIELDS, FORMLESS, KEYS_OUT_OF_ORDER, MODEL_OUTPUT, OUTPUTS, choice_of, document

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
WORDS = """
    type title description default enum const allOf anyOf oneOf $ref items properties required nullable format minimum
    maximum exclusiveMinimum exclusiveMaximum minLength maxItems pattern x-order x-cog-secret x-cog-accept
    x-cog-array-type additionalProperties
"""
VALUES = "string integer array object null uri #/components/schemas/Input #/components/schemas/E #/"
SCHEMA_KEYS = st.sampled_from(WORDS.split())
SCHEMA_VALUES = st.sampled_from(VALUES.split())
SCHEMA = st.recursive(
    SCHEMA_VALUES | st.none() | st.booleans() | st.integers(-3, 3) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCHEMA_KEYS, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("case", FIELDS)
def test_each_oddity_becomes_a_field(case: str) -> None:
    given_property, expected = FIELDS[case]
    parsed = field_of(given_property)
    found = {name: getattr(parsed, name) for name in expected}
    assert found == expected
    assert {name: type(value) for name, value in found.items() if name == "default"} == {
        name: type(value) for name, value in expected.items() if name == "default"
    }


@pytest.mark.parametrize("case", FORMLESS)
def test_a_document_without_a_form_says_why(case: str) -> None:
    schema = parse_schema(FORMLESS[case]).input
    assert schema.fields == ()
    assert schema.problem is not None
    assert schema.problem.endswith(".")
    assert schema.additional_allowed


def test_fields_come_in_the_authors_order() -> None:
    schema = parse_schema(KEYS_OUT_OF_ORDER).input
    assert [known.name for known in schema.fields] == ["prompt", "style", "fps", "seed"]
    assert [known.order for known in schema.fields] == [0, 1, 2, 3]


def test_fields_without_an_order_stay_as_written_at_the_end() -> None:
    schema = input_of({"b": {"type": "string"}, "a": {"type": "string"}, "first": {"type": "string", "x-order": 5}})
    assert [known.name for known in schema.fields] == ["first", "b", "a"]


def test_a_form_asks_for_required_fields_first() -> None:
    schema = input_of({"a": {"x-order": 0}, "b": {"x-order": 1}, "c": {"x-order": 2}}, required=["c", "b", 7])
    assert [known.name for known in schema.form_order] == ["b", "c", "a"]


def test_a_choice_takes_the_enum_of_its_reference_and_keeps_its_own_words() -> None:
    reference, component = choice_of("tone", ["dry", "warm"], type="string", default="warm")
    parsed = field_of(
        {**reference, "default": "dry", "description": "Voice", "x-order": 1}, "tone", components=component
    )
    assert parsed.kind is FieldKind.CHOICE
    assert (parsed.choices, parsed.default, parsed.description, parsed.title) == (
        ("dry", "warm"),
        "dry",
        "Voice",
        "Tone",
    )


def test_the_boilerplate_of_an_enum_is_no_description() -> None:
    reference, component = choice_of("tone", ["dry"], type="string")
    assert field_of(reference, "tone", components=component).description == ""


def test_a_choice_of_ten_thousand_keeps_them_all() -> None:
    reference, component = choice_of("many", [f"value {number}" for number in range(10_000)], type="string")
    started = time.perf_counter()
    parsed = field_of(reference, "many", components=component)
    assert len(parsed.choices) == 10_000
    assert time.perf_counter() - started < 1


def test_lists_hold_a_description_of_their_elements() -> None:
    parsed = field_of({"type": "array", "items": {"type": "string", "anyOf": [], "format": "uri"}})
    assert parsed.item is not None
    assert parsed.item.kind is FieldKind.FILE
    assert field_of({"type": "array"}).element.kind is FieldKind.JSON
    assert field_of({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}).element.kind == "number"


def test_names_come_back_byte_for_byte() -> None:
    names = ["[/]", "\x1b[31m", "", "__proto__", "a.b[0]", "a b"]
    schema = input_of({name: {"type": "string"} for name in names})
    assert [known.name for known in schema.fields] == names


def test_secrets_and_files_are_known_by_name_inside_lists_too() -> None:
    schema = input_of(
        {
            "key": {"type": "string", "format": "password"},
            "image": {"type": "string", "format": "uri"},
            "images": {"type": "array", "items": {"type": "string", "format": "uri"}},
            "url": {"type": "string"},
        }
    )
    assert schema.secret_fields == {"key"}
    assert schema.file_fields == {"image", "images"}


@pytest.mark.parametrize(
    ("name", "multiline"),
    [
        ("prompt", True),
        ("system_prompt", True),
        ("text", True),
        ("lyrics", True),
        ("prompt_strength", False),
        ("textual", False),
    ],
)
def test_some_names_hold_several_lines_by_habit(name: str, multiline: bool) -> None:
    assert field_of({"type": "string"}, name).multiline is multiline


@pytest.mark.parametrize(("component", "words"), OUTPUTS)
def test_outputs_are_summed_up_in_plain_words(component: Any, words: str) -> None:
    schema = parse_schema(document({}, output=component, components=MODEL_OUTPUT))
    assert schema.output.summary == words


def test_output_hints() -> None:
    tokens = parse_schema(
        document({}, output={"type": "array", "items": {"type": "string"}, "x-cog-array-display": "concatenate"})
    ).output
    assert (tokens.concatenates, tokens.iterates, tokens.is_file) == (True, True, False)
    pictures = parse_schema(document({}, output={"type": "array", "items": {"type": "string", "format": "uri"}})).output
    assert (pictures.concatenates, pictures.iterates, pictures.is_file) == (False, False, True)
    referred = parse_schema(document({}, output={"$ref": "#/components/schemas/ModelOutput"}, components=MODEL_OUTPUT))
    assert referred.output.document["type"] == "object"


def test_no_properties_is_a_form_without_fields() -> None:
    schema = input_of({})
    assert schema.fields == ()
    assert schema.problem is None


def test_training_input_is_parsed_beside_the_input() -> None:
    training = {"TrainingInput": {"properties": {"steps": {"type": "integer"}}}}
    schema = parse_schema(document({}, components=training))
    assert schema.training is not None
    assert [known.name for known in schema.training.fields] == ["steps"]
    assert parse_schema(document({})).training is None


@pytest.mark.parametrize(
    ("additional", "allowed"), [(True, True), ({"type": "string"}, True), (False, False), (None, False)]
)
def test_additional_inputs(additional: object, allowed: bool) -> None:
    assert input_of({}, additionalProperties=additional).additional_allowed is allowed


def test_deep_nesting_and_fan_out_are_cut() -> None:
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(2_000):
        deep = {"type": "array", "items": {"allOf": [deep]}}
    wide = {
        f"L{level}": {"allOf": [{"$ref": f"#/components/schemas/L{level + 1}"}] * 9, "anyOf": [{}] * 9}
        for level in range(20)
    }
    started = time.perf_counter()
    parse_schema(document({"deep": deep, "wide": {"$ref": "#/components/schemas/L0"}}, components=wide, output=deep))
    assert time.perf_counter() - started < 1


def test_nothing_is_opened_or_fetched() -> None:
    seen: list[str] = []
    listening = True

    def note(event: str, _: object) -> None:
        if listening and event in ("open", "socket.connect"):
            seen.append(event)

    sys.addaudithook(note)
    try:
        for given_property, _ in FIELDS.values():
            parse_schema(document({"a": given_property}, output=given_property))
    finally:
        # A hook cannot be removed; from here on it hears nothing.
        listening = False
    assert seen == []


def test_a_form_of_73_inputs_parses_at_once() -> None:
    reference, component = choice_of("tone", [str(number) for number in range(20)], type="string")
    properties = {
        f"input_{number}": {**({"type": "number", "minimum": 0} if number % 2 else reference), "x-order": number}
        for number in range(73)
    }
    whole = document(properties, components=component)
    parse_schema(whole)
    best = min(_seconds_to_parse(whole) for _ in range(5))
    assert best < 0.05


def _seconds_to_parse(whole: object) -> float:
    started = time.perf_counter()
    parse_schema(whole)
    return time.perf_counter() - started


def test_schemas_cost_no_heavy_import() -> None:
    rooms = "parse values validate outputs refusals title"
    code = f"import sys\n{''.join(f'import replicate_tui.schema.{room}{chr(10)}' for room in rooms.split())}"
    code += "print(sorted({'pydantic', 'httpx', 'textual', 'rich', 'sqlite3', 'PIL'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_json_is_survived(whole: object) -> None:
    parse_schema(whole)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.text(max_size=4), SCHEMA, max_size=4), SCHEMA, SCHEMA)
def test_any_arrangement_of_schema_words_is_survived(properties: Any, other: object, output: object) -> None:
    schema = parse_schema(document(properties, components={"E": other, "TrainingInput": other}, output=output))
    assert [known.order for known in schema.input.fields] == list(range(len(properties)))
    for known in schema.input.fields:
        assert (known.kind is FieldKind.LIST) is (known.item is not None)
        assert bool(known.choices) is (known.kind is FieldKind.CHOICE)


def test_missing_is_no_value() -> None:
    assert not MISSING
    assert not field_of({"type": "string"}).has_default
    assert field_of({"type": "string", "default": None}).has_default
