"""Schemas have the shape that cog gives them, and every example fits its own."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from replicate_tui.demo.catalogue import MODELS
from replicate_tui.demo.model import DemoModel
from tests.demo.json_rules import faults
from tests.demo.lone_job import model, run

EVERY = pytest.mark.parametrize("one", MODELS, ids=lambda one: one.full_name)


def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for item in value.values():
            yield from mappings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from mappings(item)


@EVERY
def test_properties_are_numbered_without_gaps(one: DemoModel) -> None:
    for schema in filter(None, (one.input_schema, one.training_schema)):
        orders = sorted(field["x-order"] for field in schema["properties"].values())
        assert orders == list(range(len(orders)))
        assert schema["type"] == "object"
        assert schema.get("required", ["some"]) != []
        assert set(schema.get("required", ())) <= set(schema["properties"])


@EVERY
def test_keys_are_ordered_by_length_and_alphabet(one: DemoModel) -> None:
    for mapping in mappings([one.input_schema, one.enums]):
        assert list(mapping) == sorted(mapping, key=lambda key: (len(key), key))


@EVERY
def test_an_enum_is_a_component_and_has_neither_type_nor_title(one: DemoModel) -> None:
    for name, field in one.input_schema["properties"].items():
        if "allOf" not in field:
            assert field["title"] == name.replace("_", " ").title()
            assert "type" in field or "anyOf" in field
            continue
        assert field["allOf"] == [{"$ref": f"#/components/schemas/{name}"}]
        assert not {"type", "title", "enum"} & set(field)
        assert one.enums[name]["title"] == name
        assert one.enums[name]["type"] in ("string", "integer")
        assert len(set(one.enums[name]["enum"])) == len(one.enums[name]["enum"])


@EVERY
def test_a_field_with_a_default_is_not_required_and_its_default_fits(one: DemoModel) -> None:
    for name, field in one.input_schema["properties"].items():
        if "default" in field:
            assert name not in one.input_schema.get("required", ())
            assert list(faults(field["default"], field, one.enums, name)) == []


@EVERY
def test_every_reference_has_its_component(one: DemoModel) -> None:
    references = [mapping["$ref"] for mapping in mappings([one.input_schema, one.output_schema]) if "$ref" in mapping]
    assert {reference.rpartition("/")[2] for reference in references} == set(one.enums)


@EVERY
def test_examples_fit_their_schema(one: DemoModel) -> None:
    assert one.examples or one.name == "always-fails"
    for example in one.examples:
        if one.has_schema:
            assert set(example) <= set(one.input_schema["properties"])
            assert list(faults(dict(example), one.input_schema, one.enums)) == []


# Smaller than the examples are, so that the whole catalogue runs in seconds.
SMALLER: dict[str, dict[str, Any]] = {
    "black-forest-labs/flux-schnell": {"megapixels": "0.25"},
    "stability-ai/sdxl": {"width": 256, "height": 256},
    "stability-ai/stable-diffusion": {"width": 256, "height": 256},
    "ai-forever/kandinsky-2.2": {"width": 384, "height": 384},
    "lucataco/animate-diff": {"frames": 8, "width": 256, "height": 256},
    "replicate-tui-demo/seventy-three": {"width": 128, "height": 128},
    "meta/musicgen": {"duration": 1},
}


@pytest.mark.parametrize("one", [one for one in MODELS if one.examples], ids=lambda one: one.full_name)
async def test_the_output_of_an_example_fits_its_schema(one: DemoModel) -> None:
    output, job = await run(one.full_name, dict(one.examples[0]) | SMALLER.get(one.full_name, {}))
    assert list(faults(output, one.output_schema, one.enums)) == []
    assert 0.3 <= job.slept <= 10
    iterates = one.output_schema.get("x-cog-array-type") == "iterator"
    assert bool(job.emitted) == iterates
    assert all(content for content in job.files.values())


def test_the_catalogue_has_the_oddities_of_real_schemas() -> None:
    fields = [field for one in MODELS for field in one.input_schema["properties"].values()]
    components = [component for one in MODELS for component in one.enums.values()]
    assert len(model("replicate-tui-demo/seventy-three").input_schema["properties"]) == 73
    assert not model("andreasjansson/plasma").input_schema["properties"]
    assert not model("replicate-tui-demo/no-schema").has_schema
    assert any(len(component.get("enum", ())) > 90 for component in components)
    assert any(component.get("type") == "integer" for component in components)
    assert any(field.get("deprecated") for field in fields)
    assert any(field.get("nullable") and field.get("default", 0) is None for field in fields)
    assert any(field.get("x-cog-secret") and field["writeOnly"] for field in fields)
    assert any(field.get("type") == "object" for field in fields)
    assert any(len(field.get("anyOf", ())) == 2 for field in fields)
    assert any(field.get("items", {}).get("anyOf") == [] for field in fields)
    assert any(field.get("maximum", 0) > 2**53 for field in fields)
    assert any("\n" in str(field.get("default", "")) for field in fields)
    one_sided = [field for field in fields if ("minimum" in field) != ("maximum" in field)]
    assert len(one_sided) >= 4


def test_the_catalogue_has_every_kind_of_output() -> None:
    schemas = [one.output_schema for one in MODELS]

    def some(**wanted: Any) -> bool:
        return any(
            all(schema.get(key.replace("_", "-")) == value for key, value in wanted.items()) for schema in schemas
        )

    assert some(type="array", x_cog_array_display="concatenate")
    assert some(type="string", format="uri")
    assert some(type="string", format=None)
    assert some(type="array", items={"type": "string", "format": "uri"}, x_cog_array_type=None)
    assert some(type="array", items={"type": "string", "format": "uri"}, x_cog_array_type="iterator")
    assert some(type="number")
    assert some(type="object")
    assert some(title="Output", type=None, anyOf=None)
    assert any("$ref" in schema for schema in schemas)
    assert any("$ref" in schema.get("items", {}) for schema in schemas)
    assert any(schema.get("items", {}).get("type") == "array" for schema in schemas)
