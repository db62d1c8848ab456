"""What the client costs: to import, to read a page of models, and to watch 100 predictions."""

import asyncio
import json
import subprocess
import time
from typing import Any

from replicate_tui.api import AsyncReplicate
from replicate_tui.api.resources.base import page_of
from replicate_tui.api.responses import Response
from replicate_tui.api.transport import Headers
from replicate_tui.api.types import Model
from tests.benchmarks.figures import Figure, compared, in_turn, milliseconds
from tests.benchmarks.workshop import Workshop, bare_environment, python
from tests.support.raw_server import Exchange, raw_server

WATCHED = 100


def client_import(workshop: Workshop) -> list[Figure]:
    """`import replicate_tui.api`, against the libraries it stands on."""

    def timed(code: str) -> float:
        begun = time.perf_counter()
        subprocess.run(python("-c", code), env=bare_environment(), check=True)
        return time.perf_counter() - begun

    ours, libraries = in_turn(
        2 * workshop.scale.pairs,
        lambda: timed("import replicate_tui.api"),
        lambda: timed("import httpx, pydantic"),
    )
    return [
        compared(
            "import of the client",
            milliseconds(ours),
            milliseconds(libraries),
            "ms",
            held_against="import httpx, pydantic",
            most_ratio=1.4,
        )
    ]


def page_of_models(workshop: Workshop) -> list[Figure]:
    """A page of 25 models, 2 MB, against `json.loads` of the same bytes."""
    body = json.dumps({"next": None, "previous": None, "results": [_model(number) for number in range(25)]}).encode()
    response = Response("GET", "/v1/models", 200, Headers(), body)

    def ours() -> float:
        begun = time.perf_counter()
        rows, _, _ = page_of(Model, "models", response)
        taken = time.perf_counter() - begun
        if len(rows) != 25:
            raise AssertionError(f"{len(rows)} models")
        return taken

    def loads() -> float:
        begun = time.perf_counter()
        json.loads(body)
        return time.perf_counter() - begun

    pages, bare = in_turn(4 * workshop.scale.pairs, ours, loads)
    return [
        compared(
            f"a page of models, {len(body) / 1_048_576:.1f} MB",
            milliseconds(pages),
            milliseconds(bare),
            "ms",
            held_against="json.loads",
            most_ratio=3.0,
        )
    ]


def watching(workshop: Workshop) -> list[Figure]:
    """100 predictions watched at once: requests a second, and the share of a core (client and server together)."""
    seconds = 2.0 if workshop.scale.pairs == 1 else 15.0
    asked, busy = asyncio.run(_watch(seconds))
    return [
        Figure(f"{WATCHED} runs watched: requests", asked / seconds, "1/s", most=10.0),
        Figure(f"{WATCHED} runs watched: work in a second", busy / seconds * 1_000, "ms", most=600.0),
    ]


async def _watch(seconds: float) -> tuple[int, float]:
    async def script(exchange: Exchange) -> None:
        await exchange.json({"id": exchange.seen.path.rpartition("/")[2], "status": "processing", "logs": "x" * 10_000})

    async with raw_server(script) as server, AsyncReplicate(base_url=server.url, bearer_token="r8_x") as client:
        watches = [asyncio.create_task(client.predictions.wait(f"{number:026}")) for number in range(WATCHED)]
        begun = time.process_time()
        await asyncio.sleep(seconds)
        busy = time.process_time() - begun
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
    return len(server.requests), busy


def _model(number: int) -> dict[str, Any]:
    """A model as lists hold it: its schema, its document of routes and an example with logs, some 80 kB."""
    properties = {
        f"field_{place}": {
            "type": "integer",
            "title": f"Field {place}",
            "description": "What this does to the picture, in a sentence or two.",
            "x-order": place,
            "default": place,
            "minimum": 0,
            "maximum": 100,
        }
        for place in range(60)
    }
    routes = {
        f"/route/{place}": {"post": {"summary": "Run", "responses": {"200": {"description": "It went well. " * 6}}}}
        for place in range(200)
    }
    return {
        "owner": "acme",
        "name": f"fog-{number}",
        "url": f"https://replicate.com/acme/fog-{number}",
        "description": "Draws fog. " * 20,
        "visibility": "public",
        "run_count": number,
        "default_example": {
            "id": f"{number:026}",
            "status": "succeeded",
            "input": {"prompt": "fog over a harbour"},
            "output": ["https://replicate.delivery/out-0.png"],
            "logs": "\n".join(f" {step}%|####      | {step}/100 [00:01<00:01]" for step in range(100)) * 8,
            "metrics": {"predict_time": 1.5},
        },
        "latest_version": {
            "id": f"{number:064x}",
            "created_at": "2026-01-05T08:00:00.123456Z",
            "cog_version": "0.16.9",
            "openapi_schema": {
                "openapi": "3.0.2",
                "paths": routes,
                "components": {"schemas": {"Input": {"type": "object", "properties": properties}}},
            },
        },
    }
