"""Tiny models that do exactly what a test needs."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure

TEXT: Mapping[str, Any] = {"type": "string", "title": "Text", "x-order": 0}
STREAMED_TEXT = {
    "type": "array",
    "items": {"type": "string"},
    "x-cog-array-type": "iterator",
    "x-cog-array-display": "concatenate",
}
PICTURES = {"type": "array", "items": {"type": "string", "format": "uri"}}


def text_input(**more: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": ["text"], "properties": {"text": TEXT, **more}}


async def _greet(job: Job, given: Mapping[str, Any]) -> str:
    return f"hello {given['text']}"


async def _words(job: Job, given: Mapping[str, Any]) -> None:
    for word in given["text"].split(" "):
        await job.sleep(given["pause"])
        await job.emit(f"{word} ")
        job.log(f"said {word}")
    job.metric("output_token_count", len(given["text"].split()))


async def _draw(job: Job, given: Mapping[str, Any]) -> list[str]:
    content = await job.compute(lambda: f"picture of {given['text']} {given['size']}".encode())
    return [job.publish(content, f"out-{index}.png") for index in range(given["count"])]


async def _fail(job: Job, given: Mapping[str, Any]) -> None:
    job.log("about to fail")
    raise ModelFailure(given["text"])


async def _crash(job: Job, given: Mapping[str, Any]) -> None:
    raise KeyError(given["text"])


async def _forever(job: Job, given: Mapping[str, Any]) -> None:
    job.log("working")
    await asyncio.Event().wait()


async def _measure(job: Job, given: Mapping[str, Any]) -> dict[str, Any]:
    content = await job.read(given["file"])
    return {"size": len(content), "key": given.get("api_key")}


GREETER = DemoModel(
    owner="tests",
    name="greeter",
    description="Greets whoever is named.",
    readme="# Greeter\n\nSays hello.",
    input_schema=text_input(),
    output_schema={"type": "string"},
    run=_greet,
    version="a" * 64,
    older_versions=("b" * 64,),
    tags=("text", "greeting"),
    run_count=10,
    queue=0.0,
    examples=({"text": "world"}, {"text": "moon"}),
)
STREAMER = DemoModel(
    owner="tests",
    name="streamer",
    description="Says words one by one.",
    readme="",
    input_schema=text_input(pause={"type": "number", "default": 0.01, "minimum": 0, "x-order": 1}),
    output_schema=STREAMED_TEXT,
    run=_words,
    version="c" * 64,
    is_official=True,
    queue=0.0,
)
PAINTER = DemoModel(
    owner="tests",
    name="painter",
    description="Draws pictures.",
    readme="# Painter",
    input_schema=text_input(
        size={"allOf": [{"$ref": "#/components/schemas/size"}], "default": "small", "x-order": 1},
        count={"type": "integer", "default": 1, "minimum": 1, "maximum": 4, "x-order": 2},
    ),
    enums={"size": {"enum": ["small", "large"], "type": "string", "title": "size", "description": "An enumeration."}},
    output_schema=PICTURES,
    run=_draw,
    version="d" * 64,
    queue=0.0,
    examples=({"text": "a lighthouse"},),
)
FAILER = DemoModel(
    owner="tests",
    name="failer",
    description="Fails.",
    readme="",
    input_schema=text_input(),
    output_schema=STREAMED_TEXT,
    run=_fail,
    version="e" * 64,
    queue=0.0,
)
CRASHER = DemoModel(
    owner="tests",
    name="crasher",
    description="Has a bug.",
    readme="",
    input_schema=text_input(),
    output_schema={"type": "string"},
    run=_crash,
    version="f" * 64,
    queue=0.0,
)
ENDLESS = DemoModel(
    owner="tests",
    name="endless",
    description="Never ends.",
    readme="",
    input_schema={"type": "object", "properties": {}},
    output_schema=STREAMED_TEXT,
    run=_forever,
    version="0" * 64,
    queue=0.0,
)
COLD = DemoModel(
    owner="tests",
    name="cold",
    description="Boots for long.",
    readme="",
    input_schema=text_input(),
    output_schema={"type": "string"},
    run=_greet,
    version="1" * 64,
    cold_boot=3600.0,
    queue=0.0,
)
READER = DemoModel(
    owner="tests",
    name="reader",
    description="Measures a file.",
    readme="",
    input_schema={
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "uri", "x-order": 0},
            "api_key": {"type": "string", "format": "password", "x-cog-secret": True, "x-order": 1},
        },
    },
    output_schema={"type": "object"},
    run=_measure,
    version="2" * 64,
    queue=0.0,
)
TRAINER = DemoModel(
    owner="tests",
    name="trainer",
    description="Can be trained.",
    readme="",
    input_schema=text_input(),
    output_schema={"type": "string"},
    training_schema={
        "type": "object",
        "required": ["input_images"],
        "properties": {
            "input_images": {"type": "string", "format": "uri", "x-order": 0},
            "steps": {"type": "integer", "default": 100, "minimum": 10, "maximum": 4000, "x-order": 1},
            "learning_rate": {"type": "number", "default": 0.0004, "x-order": 2},
        },
    },
    run=_greet,
    version="3" * 64,
    queue=0.0,
)
MODELS = (TRAINER, GREETER, STREAMER, PAINTER, FAILER, CRASHER, ENDLESS, COLD, READER)


@dataclass(frozen=True, slots=True)
class TestCollection:
    __test__ = False

    slug: str
    name: str
    description: str
    full_description: str | None
    models: tuple[str, ...]


COLLECTIONS = (
    TestCollection(
        "talking", "Talking", "Models that talk", "# Talking\n\nAll of them.", ("tests/greeter", "tests/streamer")
    ),
)
