"""A small hostile pack for whoever brings none; apart, because few starts of the service need it."""

from typing import Any, Final

from replicate_tui.demo.hostile import pack_of


def _nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"in": schema}}
    return schema


def _document(input: Any) -> dict[str, Any]:
    return {"openapi": "3.0.2", "paths": {}, "components": {"schemas": {"Input": input, "Output": {"type": "string"}}}}


_SELF = {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#/components/schemas/Input"}]}}}

_PNG = "iVBORw0KGgoAAAANSUhEUgAA6mAAAOpgCAIAAAAPsOIVAAAAC0lEQVR4nGNggAIAAAkAAftSuKk="

BUILT_IN: Final = pack_of(
    {
        "strings": [
            "\x1b[2J\x1b[1;1Hgone",
            "\x1b]0;another title\x07",
            "\x1b]8;;https://evil.test/\x1b\\https://replicate.com/\x1b]8;;\x1b\\",
            "\x9b31m C1 \x85 \x90 \x9c",
            "[/] [bold red]not markup[/bold red] [@click=app.quit]x[/]",
            "left\u202etxt.exe",
            "e\u0301" * 200,
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\u0000nul \u0007bell \u0008\u0008back \r over",
            "x" * 20_000,
            "line\n" * 2_000,
            "../../../../tmp/escaped",
            "javascript:alert(1)",
            "",
        ],
        "schemas": [
            {"id": "null", "schema": None},
            {"id": "list", "schema": [1, 2, 3]},
            {"id": "no-input", "schema": _document(None)},
            {"id": "itself", "schema": _document(_SELF)},
            {"id": "nested", "schema": _document(_nested(200))},
            {"id": "wide", "schema": _document({"properties": {f"field_{n}": {"type": "string"} for n in range(500)}})},
            {"id": "enum-of-none", "schema": _document({"properties": {"a": {"type": "string", "enum": []}}})},
            {
                "id": "bounds",
                "schema": _document({"properties": {"a": {"type": "integer", "minimum": 9, "maximum": 1}}}),
            },
            {"id": "pattern", "schema": _document({"properties": {"a": {"type": "string", "pattern": "(a+)+$"}}})},
        ],
        "bodies": [
            {"id": "empty", "raw": "", "type": "application/json"},
            {"id": "page", "raw": "<html><body>Sign in to this network</body></html>", "type": "text/html"},
            {"id": "cut", "raw": '{"id": "abc", "status": "succ', "type": "application/json"},
            {"id": "nan", "raw": '{"id": NaN, "metrics": {"predict_time": -Infinity}}', "type": "application/json"},
            {"id": "deep", "raw": "[" * 100_000, "type": "application/json"},
            {"id": "digits", "raw": '{"run_count": ' + "9" * 5_000 + "}", "type": "application/json"},
            {"id": "not-utf-8", "b64": "eyJpZCI6ICL//v0ifQ==", "type": "application/json"},
            {"id": "twice", "raw": '{"status": "failed", "status": "succeeded"}', "type": "application/json"},
        ],
        "images": [
            # Hardly more than heads: a PNG that claims 60,000 pixels each way, a GIF and a JPEG that end at once.
            {
                "id": "png-huge",
                "type": "image/png",
                "b64": _PNG,
            },
            {"id": "gif-cut", "type": "image/gif", "b64": "R0lGODlh//8AAAAAAP///w=="},
            {"id": "jpeg-cut", "type": "image/jpeg", "b64": "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA=="},
        ],
    }
)
