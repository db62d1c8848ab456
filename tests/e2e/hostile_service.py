"""A demo service whose every text is chosen by the test: names, READMEs, schemas, logs, outputs, errors."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from replicate_tui.demo.catalogue import DemoCollection
from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.server import DemoServer
from replicate_tui.demo.service import DemoSettings

SPEED = 50.0


def service_of(texts: Sequence[str]) -> DemoServer:
    """Return a service (not started) that says each of `texts` in every place where a stranger's text can stand."""
    everything = "\n".join(f"{number}: {text}" for number, text in enumerate(texts))
    speaker = _model("speaker", texts, everything, _speak(texts))
    failing = _model("failing", texts, everything, _fail(everything))
    named = [_model(f"named-{number}", [text], text, _speak([text]), title=text) for number, text in enumerate(texts)]
    models = (speaker, failing, *named)
    collections = [
        DemoCollection(
            slug="spoken",
            name=f"Spoken {texts[0]}",
            description=everything[:2000],
            full_description=everything,
            models=tuple(model.full_name for model in models),
        ),
        *(
            DemoCollection(slug=f"c{number}", name=f"N {text}", description=text, full_description=text, models=())
            for number, text in enumerate(texts)
        ),
    ]
    return DemoServer(DemoSettings(speed=SPEED, seed=3, data_lifetime=3600.0), models, collections)


def _model(name: str, texts: Sequence[str], readme: str, run: Any, title: str = "") -> DemoModel:
    properties: dict[str, Any] = {
        "text": {
            "type": "string",
            "title": f"Text {texts[0]}",
            "description": f"Words {title or texts[-1]}",
            "default": "go",
            "x-order": 0,
        }
    }
    for number, text in enumerate(texts[:60], start=1):
        properties[f"field_{number}"] = {
            "type": "string",
            "title": f"T {text}",
            "description": text,
            "default": text,
            "x-order": number,
        }
    properties["choice"] = {"enum": list(texts), "type": "string", "default": texts[0], "x-order": 100}
    return DemoModel(
        owner="acme",
        name=name,
        description=f"D {title or texts[0]}",
        readme=readme,
        input_schema={"type": "object", "title": "Input", "properties": properties},
        output_schema={
            "type": "array",
            "items": {"type": "string"},
            "x-cog-array-type": "iterator",
            "x-cog-array-display": "concatenate",
        },
        run=run,
        version=hashlib.sha256(name.encode()).hexdigest(),
        tags=(texts[0],),
        run_count=1000,
        queue=0.0,
        examples=({"text": texts[0]},),
    )


def _speak(texts: Sequence[str]) -> Any:
    async def run(job: Job, given: Mapping[str, Any]) -> None:
        for text in texts:
            job.log(f"said {text}")
            # Cut in half, so that a sequence comes in two events.
            middle = len(text) // 2
            await job.emit(text[:middle])
            await job.emit(text[middle:] + "\n")
        job.metric(f"metric {texts[0]}", 1)

    return run


def _fail(error: str) -> Any:
    async def run(job: Job, given: Mapping[str, Any]) -> None:
        job.log(error)
        await job.sleep(0.1)
        raise ModelFailure(error)

    return run
