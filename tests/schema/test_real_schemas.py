"""400 schemas of public models, texts made neutral, each with one real example: every one makes a usable form."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.schema.describe import kind_words, limit_words
from replicate_tui.schema.fields import FieldKind, ModelSchema
from replicate_tui.schema.files import takes_files
from replicate_tui.schema.outputs import output_items
from replicate_tui.schema.parse import parse_schema
from replicate_tui.schema.title import title_of_input
from replicate_tui.schema.validate import validate
from replicate_tui.schema.values import build_input, from_json_text, from_text, load_example, to_json_text, to_text

DATA = Path(__file__).parent.parent / "data" / "real-schemas-400.json.gz"


@cache
def real_models() -> list[tuple[dict[str, Any], ModelSchema]]:
    with gzip.open(DATA) as file:
        models: list[dict[str, Any]] = json.load(file)
    return [(model, parse_schema(model["version"]["openapi_schema"])) for model in models]


def test_all_400_parse_to_fields() -> None:
    assert len(real_models()) == 400
    for model, schema in real_models():
        properties = model["version"]["openapi_schema"]["components"]["schemas"]["Input"]["properties"]
        assert schema.input.problem is None, model["name"]
        assert {known.name for known in schema.input.fields} == set(properties)
        orders = [properties[known.name]["x-order"] for known in schema.input.fields]
        assert orders == sorted(orders)


def test_no_field_is_left_to_raw_json() -> None:
    kinds = [known.kind for _, schema in real_models() for known in schema.input.fields]
    assert len(kinds) == 5109
    assert FieldKind.JSON not in kinds
    assert kinds.count(FieldKind.FILE) == 524


def test_which_take_files_is_told_without_parsing_them() -> None:
    told = [takes_files(model["version"]["openapi_schema"]) for model, _ in real_models()]
    fields = [schema.input.fields for _, schema in real_models()]
    assert told == [any(known.element.kind is FieldKind.FILE for known in each) for each in fields]
    assert 0 < told.count(True) < 400


@pytest.mark.parametrize("document", [None, {}, [], {"components": {"schemas": {"Input": {"properties": []}}}}])
def test_a_document_without_inputs_does_not_tell(document: Any) -> None:
    assert takes_files(document) is None


def test_training_is_found_where_there_is_one() -> None:
    assert sum(schema.training is not None for _, schema in real_models()) == 14


def test_every_output_has_a_summary() -> None:
    assert all(schema.output.summary not in ("", "unknown") for _, schema in real_models())


def test_every_field_is_described() -> None:
    for _, schema in real_models():
        for known in schema.input.fields:
            assert kind_words(known)
            assert isinstance(limit_words(known), str)


def test_each_example_loads_into_its_form() -> None:
    noted = 0
    for model, schema in real_models():
        given = model["example"]["input"]
        result = load_example(schema.input, given)
        noted += len(result.notes)
        # Whatever was left out or changed has a note of its own.
        changed = [name for name in given if name not in result.values or result.values[name] != given[name]]
        assert len(result.notes) >= len(changed), model["name"]
        problems = validate(schema.input, result.values)
        # Some examples lack a field that later became required; nothing else is left to complain about.
        assert all(problem.message == "required" for problem in problems), model["name"]
        assert all(problem.field not in given or given[problem.field] in (None, "") for problem in problems)
    assert noted == 74


def test_each_example_and_default_survives_its_editors() -> None:
    for model, schema in real_models():
        values = load_example(schema.input, model["example"]["input"]).values
        for known in schema.input.fields:
            for value in (values.get(known.name), known.default if known.has_default else None):
                if value not in (None, ""):
                    assert from_text(known, to_text(known, value)) == value, (model["name"], known.name)
        assert from_json_text(to_json_text(values), schema.input).values == values


def test_what_is_sent_has_the_types_of_the_schema() -> None:
    for model, schema in real_models():
        sent = build_input(schema.input, load_example(schema.input, model["example"]["input"]).values)
        for known in schema.input.fields:
            if known.name in sent and known.kind is FieldKind.INTEGER:
                assert type(sent[known.name]) is int


def test_each_example_has_a_title_and_output_items() -> None:
    for model, schema in real_models():
        given = model["example"]["input"]
        assert title_of_input(schema.input, given) or not given
        output = model["example"]["output"]
        assert bool(output_items(output, schema.output)) is (output not in (None, []))


@pytest.mark.parametrize("case", range(0, 400, 57))
def test_nothing_of_the_document_is_changed(case: int) -> None:
    model, _ = real_models()[case]
    before = json.dumps(model)
    parse_schema(model["version"]["openapi_schema"])
    assert json.dumps(model) == before
