"""The OpenAPI document of a version, as cog's model server generates it and the service stores it."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel

_TRAINING_OUTPUT = {
    "type": "object",
    "title": "TrainingOutput",
    "required": ["weights"],
    "properties": {"weights": {"type": "string", "title": "Weights", "format": "uri"}},
}
_STATUS = {
    "enum": ["starting", "processing", "succeeded", "canceled", "failed"],
    "type": "string",
    "title": "Status",
    "description": "An enumeration.",
}


def openapi_document(model: DemoModel) -> dict[str, Any] | None:
    """Return the document of `model`'s versions, None for a model without a schema."""
    if not model.has_schema:
        return None
    components = {
        "Input": {"type": "object", "title": "Input", **model.input_schema},
        "Output": {"title": "Output", **model.output_schema},
        "Status": _STATUS,
        "PredictionRequest": {
            "type": "object",
            "title": "PredictionRequest",
            "properties": {"input": {"$ref": "#/components/schemas/Input"}, "id": {"type": "string", "title": "Id"}},
        },
        "PredictionResponse": {
            "type": "object",
            "title": "PredictionResponse",
            "properties": {
                "input": {"$ref": "#/components/schemas/Input"},
                "output": {"$ref": "#/components/schemas/Output"},
                "status": {"$ref": "#/components/schemas/Status"},
                "logs": {"type": "string", "title": "Logs", "default": ""},
            },
        },
        **model.enums,
    }
    if model.training_schema is not None:
        components["TrainingInput"] = {"type": "object", "title": "TrainingInput", **model.training_schema}
        components["TrainingOutput"] = _TRAINING_OUTPUT
    document = {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {"/predictions": {"post": _operation("Predict", "Run a single prediction on the model")}},
        "components": {"schemas": components},
    }
    ordered: dict[str, Any] = by_length(document)
    return ordered


def by_length(value: Any) -> Any:
    """Return `value` as the service's database gives JSON back: keys by length, then alphabet; 1.0 as 1."""
    if isinstance(value, Mapping):
        return {key: by_length(value[key]) for key in sorted(value, key=lambda name: (len(name), name))}
    if isinstance(value, (list, tuple)):
        return [by_length(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _operation(summary: str, description: str) -> dict[str, Any]:
    def body(name: str) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}

    return {
        "summary": summary,
        "description": description,
        "operationId": "predict_predictions_post",
        "requestBody": {"content": body("PredictionRequest")},
        "responses": {"200": {"description": "Successful Response", "content": body("PredictionResponse")}},
    }
