"""Every operation of the API's document: its method, path, query and body on the wire, and what comes back.

The rows are the 37 operations of the OpenAPI document (version 1.0.0-a1, April 2026).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.api import APIStatusError, AsyncReplicate, Page
from replicate_tui.api.resources.files import BinaryResponse
from replicate_tui.api.types import (
    Account,
    Collection,
    Deployment,
    File,
    Hardware,
    Model,
    Prediction,
    SearchResults,
    Training,
    Version,
    WebhookSecret,
)
from tests.api.conftest import TOKEN, Serve
from tests.support.raw_server import Exchange

HEX = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
URLS = {"get": "https://api.replicate.com/v1/x", "cancel": "https://api.replicate.com/v1/x/cancel"}
ACCOUNT = {"type": "organization", "username": "acme", "name": "Acme", "github_url": "https://github.com/acme"}
PREDICTION = {
    "id": "7h2k9m4p6q8r1s3t5v7w9x0y2z",
    "model": "acme/fogbank",
    "version": HEX,
    "input": {"prompt": "fog"},
    "output": None,
    "error": None,
    "logs": "",
    "data_removed": False,
    "status": "starting",
    "created_at": "2026-05-02T10:11:12.5Z",
    "urls": URLS,
}
TRAINING = {**PREDICTION, "output": {"version": f"acme/tuned:{HEX}", "weights": "https://replicate.delivery/w.tar"}}
VERSION = {"id": HEX, "created_at": "2026-01-05T08:00:00.123456Z", "cog_version": "dev", "openapi_schema": {"a": 1}}
MODEL = {
    "url": "https://replicate.com/acme/fogbank",
    "owner": "acme",
    "name": "fogbank",
    "description": None,
    "visibility": "public",
    "github_url": None,
    "paper_url": None,
    "license_url": None,
    "run_count": 12,
    "cover_image_url": None,
    "default_example": None,
    "latest_version": VERSION,
}
COLLECTION = {"name": "Weather", "slug": "weather", "description": "Fog and rain"}
DEPLOYMENT = {
    "owner": "acme",
    "name": "fast-fog",
    "current_release": {
        "number": 1,
        "model": "acme/fogbank",
        "version": HEX,
        "created_at": "2026-01-05T08:00:00.123456Z",
        "created_by": ACCOUNT,
        "configuration": {"hardware": "gpu-t4", "min_instances": 0, "max_instances": 2},
    },
}
FILE = {
    "id": "ZGVtbw",
    "content_type": "image/png",
    "size": 8,
    "checksums": {"sha256": "00"},
    "metadata": {"from": "test"},
    "created_at": "2026-05-02T10:00:00.000Z",
    "expires_at": "2026-05-03T10:00:00.000Z",
    "urls": {"get": "https://api.replicate.com/v1/files/ZGVtbw"},
}
FOUND = {
    "query": "fog",
    "models": [{"model": {**MODEL, "latest_version": None}, "metadata": {"tags": ["image"], "score": 1.2}}],
    "collections": [{**COLLECTION, "models": ["acme/fogbank"]}],
    "pages": [{"name": "Guide", "href": "/docs/guides/fog"}],
}


def page(*results: object) -> dict[str, object]:
    return {"next": None, "previous": None, "results": list(results)}


Call = Callable[[AsyncReplicate], Awaitable[Any]]
OWNER_NAME = {"model_owner": "acme", "model_name": "fogbank"}
DEPLOYED = {"deployment_owner": "acme", "deployment_name": "fast-fog"}


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    target: str
    call: Call
    answer: Any
    gives: Callable[[Any], bool]
    sends: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def a(type_: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, type_)


def pages_of(type_: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Page) and [type(item) for item in value.results] == [type_]


def nothing(value: Any) -> bool:
    return value is None


INPUT = {"input": {"prompt": "fog"}}
NEW_DEPLOYMENT = {
    "name": "fast-fog",
    "model": "acme/fogbank",
    "version": HEX,
    "hardware": "gpu-t4",
    "min_instances": 0,
    "max_instances": 2,
}
NEW_MODEL = {"owner": "acme", "name": "fogbank", "visibility": "private", "hardware": "cpu", "description": "Fog."}
CHANGES = {
    "description": "More fog.",
    "readme": "# Fog",
    "github_url": "https://github.com/acme/fog",
    "paper_url": "https://example.com/p",
    "weights_url": "https://example.com/w",
    "license_url": "https://example.com/l",
}
HOOKED = {"webhook": "https://hooks.example.net/r", "webhook_events_filter": ["start", "completed"]}
SIGNED = {"owner": "acme", "expiry": 1_760_000_000, "signature": "a+b/c="}

OPERATIONS = [
    Operation("account.get", "GET", "/account", lambda c: c.account.get(), ACCOUNT, a(Account)),
    Operation(
        "collections.list",
        "GET",
        "/collections",
        lambda c: c.collections.list(),
        page(COLLECTION),
        pages_of(Collection),
    ),
    Operation(
        "collections.get",
        "GET",
        "/collections/weather",
        lambda c: c.collections.get(collection_slug="weather"),
        {**COLLECTION, "full_description": None, "models": [MODEL]},
        lambda value: isinstance(value, Collection) and [model.id for model in value.models or []] == ["acme/fogbank"],
    ),
    Operation(
        "deployments.list",
        "GET",
        "/deployments",
        lambda c: c.deployments.list(),
        page(DEPLOYMENT),
        pages_of(Deployment),
    ),
    Operation(
        "deployments.create",
        "POST",
        "/deployments",
        lambda c: c.deployments.create(**NEW_DEPLOYMENT),  # type: ignore[arg-type]
        DEPLOYMENT,
        a(Deployment),
        sends=NEW_DEPLOYMENT,
    ),
    Operation(
        "deployments.get",
        "GET",
        "/deployments/acme/fast-fog",
        lambda c: c.deployments.get(**DEPLOYED),
        DEPLOYMENT,
        lambda value: value.current_release.configuration.hardware == "gpu-t4",
    ),
    Operation(
        "deployments.update",
        "PATCH",
        "/deployments/acme/fast-fog",
        lambda c: c.deployments.update(**DEPLOYED, min_instances=0, max_instances=0, hardware="cpu", version=HEX),
        DEPLOYMENT,
        a(Deployment),
        sends={"min_instances": 0, "max_instances": 0, "hardware": "cpu", "version": HEX},
    ),
    Operation(
        "deployments.delete",
        "DELETE",
        "/deployments/acme/fast-fog",
        lambda c: c.deployments.delete(**DEPLOYED),
        None,
        nothing,
        status=204,
    ),
    Operation(
        "deployments.predictions.create",
        "POST",
        "/deployments/acme/fast-fog/predictions",
        lambda c: c.deployments.predictions.create(
            **DEPLOYED, input={"prompt": "fog"}, webhook_events_filter=["start", "completed"], webhook=HOOKED["webhook"]
        ),
        PREDICTION,
        a(Prediction),
        sends={**INPUT, **HOOKED},
        status=201,
    ),
    Operation("files.list", "GET", "/files", lambda c: c.files.list(), page(FILE), pages_of(File)),
    Operation(
        "files.create",
        "POST",
        "/files",
        lambda c: c.files.create(content=b"contents", filename="fog.png", type="image/png", metadata={"from": "test"}),
        FILE,
        a(File),
        sends=["contents", 'filename="fog.png"', "Content-Type: image/png", '{"from": "test"}'],
        status=201,
    ),
    Operation("files.get", "GET", "/files/ZGVtbw", lambda c: c.files.get(file_id="ZGVtbw"), FILE, a(File)),
    Operation(
        "files.delete", "DELETE", "/files/ZGVtbw", lambda c: c.files.delete(file_id="ZGVtbw"), None, nothing, status=204
    ),
    Operation(
        "files.download",
        "GET",
        "/files/ZGVtbw/download?owner=acme&expiry=1760000000&signature=a%2Bb%2Fc%3D",
        lambda c: c.files.download(file_id="ZGVtbw", **SIGNED),  # type: ignore[arg-type]
        b"\x89PNG",
        lambda value: isinstance(value, BinaryResponse) and value.content == b"\x89PNG",
    ),
    Operation(
        "hardware.list",
        "GET",
        "/hardware",
        lambda c: c.hardware.list(),
        [{"sku": "cpu", "name": "CPU"}],
        lambda value: value == [Hardware(sku="cpu", name="CPU")],
    ),
    Operation(
        "models.list",
        "GET",
        "/models?sort_by=model_created_at&sort_direction=asc",
        lambda c: c.models.list(sort_by="model_created_at", sort_direction="asc"),
        page(MODEL),
        pages_of(Model),
    ),
    Operation(
        "models.create",
        "POST",
        "/models",
        lambda c: c.models.create(**NEW_MODEL),  # type: ignore[arg-type]
        MODEL,
        a(Model),
        sends=NEW_MODEL,
        status=201,
    ),
    Operation(
        "models.search",
        "QUERY",
        "/models",
        lambda c: c.models.search(query="fog"),
        page(MODEL),
        pages_of(Model),
        sends="fog",
    ),
    Operation("models.get", "GET", "/models/acme/fogbank", lambda c: c.models.get(**OWNER_NAME), MODEL, a(Model)),
    Operation(
        "models.update",
        "PATCH",
        "/models/acme/fogbank",
        lambda c: c.models.update(**OWNER_NAME, **CHANGES),
        MODEL,
        a(Model),
        sends=CHANGES,
    ),
    Operation(
        "models.delete",
        "DELETE",
        "/models/acme/fogbank",
        lambda c: c.models.delete(**OWNER_NAME),
        None,
        nothing,
        status=204,
    ),
    Operation(
        "models.examples.list",
        "GET",
        "/models/acme/fogbank/examples",
        lambda c: c.models.examples.list(**OWNER_NAME),
        page(PREDICTION),
        pages_of(Prediction),
    ),
    Operation(
        "models.predictions.create",
        "POST",
        "/models/acme/fogbank/predictions",
        lambda c: c.models.predictions.create(**OWNER_NAME, input={"prompt": "fog"}, stream=True),
        PREDICTION,
        a(Prediction),
        sends={**INPUT, "stream": True},
        status=202,
    ),
    Operation(
        "models.readme.get",
        "GET",
        "/models/acme/fogbank/readme",
        lambda c: c.models.readme.get(**OWNER_NAME),
        "# Fög\n".encode(),
        lambda value: value == "# Fög\n",
    ),
    Operation(
        "models.versions.list",
        "GET",
        "/models/acme/fogbank/versions",
        lambda c: c.models.versions.list(**OWNER_NAME),
        page(VERSION),
        pages_of(Version),
    ),
    Operation(
        "models.versions.get",
        "GET",
        f"/models/acme/fogbank/versions/{HEX}",
        lambda c: c.models.versions.get(**OWNER_NAME, version_id=HEX),
        VERSION,
        a(Version),
    ),
    Operation(
        "models.versions.delete",
        "DELETE",
        f"/models/acme/fogbank/versions/{HEX}",
        lambda c: c.models.versions.delete(**OWNER_NAME, version_id=HEX),
        None,
        nothing,
        status=202,
    ),
    Operation(
        "trainings.create",
        "POST",
        f"/models/acme/fogbank/versions/{HEX}/trainings",
        lambda c: c.trainings.create(
            **OWNER_NAME, version_id=HEX, destination="acme/tuned", input={"images": "https://example.com/z.zip"}
        ),
        TRAINING,
        lambda value: isinstance(value, Training) and value.output is not None,
        sends={"destination": "acme/tuned", "input": {"images": "https://example.com/z.zip"}},
        status=201,
    ),
    Operation(
        "predictions.list",
        "GET",
        "/predictions?created_after=2026-01-01T00%3A00%3A00Z&source=web",
        lambda c: c.predictions.list(created_after="2026-01-01T00:00:00Z", source="web"),
        page(PREDICTION),
        pages_of(Prediction),
    ),
    Operation(
        "predictions.create",
        "POST",
        "/predictions",
        lambda c: c.predictions.create(version=HEX, input={"prompt": "fog"}, prefer="wait=5", cancel_after="1h30m"),
        PREDICTION,
        a(Prediction),
        sends={"version": HEX, **INPUT},
        status=201,
        headers={"prefer": "wait=5", "cancel-after": "1h30m"},
    ),
    Operation(
        "predictions.get",
        "GET",
        f"/predictions/{PREDICTION['id']}",
        lambda c: c.predictions.get(prediction_id="7h2k9m4p6q8r1s3t5v7w9x0y2z"),
        PREDICTION,
        a(Prediction),
    ),
    Operation(
        "predictions.cancel",
        "POST",
        f"/predictions/{PREDICTION['id']}/cancel",
        lambda c: c.predictions.cancel(prediction_id="7h2k9m4p6q8r1s3t5v7w9x0y2z"),
        {**PREDICTION, "status": "canceled", "logs": None},
        lambda value: value.is_final,
        sends="",
    ),
    Operation(
        "search",
        "GET",
        "/search?query=fog&limit=5",
        lambda c: c.search(query="fog", limit=5),
        FOUND,
        lambda value: isinstance(value, SearchResults) and [model.id for model in value] == ["acme/fogbank"],
    ),
    Operation("trainings.list", "GET", "/trainings", lambda c: c.trainings.list(), page(TRAINING), pages_of(Training)),
    Operation(
        "trainings.get",
        "GET",
        "/trainings/abc",
        lambda c: c.trainings.get(training_id="abc"),
        {**TRAINING, "id": "abc"},
        a(Training),
    ),
    Operation(
        "trainings.cancel",
        "POST",
        "/trainings/abc/cancel",
        lambda c: c.trainings.cancel(training_id="abc"),
        {**TRAINING, "id": "abc", "status": "canceled"},
        a(Training),
        sends="",
    ),
    Operation(
        "webhooks.default.secret.get",
        "GET",
        "/webhooks/default/secret",
        lambda c: c.webhooks.default.secret.get(),
        {"key": "whsec_abc"},
        lambda value: isinstance(value, WebhookSecret) and value.key == "whsec_abc",
    ),
]


def test_there_are_37() -> None:
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS) == 37


def answering(operation: Operation) -> Callable[[Exchange], Awaitable[None]]:
    async def script(exchange: Exchange) -> None:
        if operation.answer is None:
            await exchange.reply(b"", operation.status)
        elif isinstance(operation.answer, bytes):
            await exchange.reply(operation.answer, Content_Type="text/plain")
        else:
            await exchange.json(operation.answer, operation.status)

    return script


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_operation(serve: Serve, operation: Operation) -> None:
    async with serve(answering(operation)) as (client, server):
        value = await operation.call(client)
    assert operation.gives(value)
    (seen,) = server.requests
    assert seen.method == operation.method
    assert seen.target == f"/v1{operation.target}"
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    for name, text in operation.headers.items():
        assert seen.headers[name] == text
    match operation.sends:
        case dict():
            assert seen.headers["content-type"] == "application/json"
            assert seen.json() == operation.sends
        case list():
            assert seen.headers["content-type"].startswith("multipart/form-data; boundary=")
            assert all(part in seen.body.decode() for part in operation.sends)
        case str():
            assert seen.body.decode() == operation.sends
        case _:
            assert seen.body == b""


BODIES = {
    "empty": b"",
    "html": b"<html>captive portal</html>",
    "list": b"[1,2]",
    "number": b"42",
    "text": b'"ok"',
    "null": b"null",
    "truncated": b'{"id": "p1", "status": "succ',
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 900 + b"1" + b"}" * 900,
    "huge integer": b'{"id":"p1","status":"x","run_count":' + b"9" * 5_000 + b"}",
    "not a number": b'{"id": NaN}',
    "infinite": b'{"id":"p1","status":"x","output":1e999}',
    "lone surrogate": b'{"id":"\\ud800","status":"x","owner":"a","name":"\\udfff","results":[]}',
    "twice the key": b'{"id":"p1","id":2}',
    "wrong types": b'{"id":{},"status":[],"results":{},"owner":1,"name":null,"sku":[],"key":5,"slug":1,"models":7}',
    "null rows": b'{"results":[null,null],"next":"null"}',
    "null results": b'{"results":null}',
    "no results": b'{"next":null}',
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_body_makes_an_operation_raise_anything_of_a_library(serve: Serve, body: bytes) -> None:
    from replicate_tui.api import ReplicateError

    async def script(exchange: Exchange) -> None:
        await exchange.reply(body)

    async with serve(script) as (client, _):
        for operation in OPERATIONS:
            try:
                value = await operation.call(client)
            except ReplicateError:
                continue
            repr(value)
            if hasattr(value, "to_dict"):
                str(value.to_dict()).encode()


REFUSALS: dict[str, tuple[int, bytes]] = {
    "a field": (422, b'{"title":"Input validation failed","invalid_fields":[{"field":"input.prompt"}]}'),
    "markup": (400, b'{"detail":"[/] \\u001b]52;c;eA==\\u0007 [@click=app.quit]Retry[/]"}'),
    "an hour": (429, b'{"detail":"Your rate limit resets in ~99999999s."}'),
    "no credit": (402, b'{"title":"Insufficient credit","detail":"You have insufficient credit.","status":402}'),
    "a page": (403, b"<html>proxy says no</html>"),
    "nothing": (404, b""),
    "a list": (409, b'["no"]'),
    "wrong types": (422, b'{"title":5,"detail":["a"],"invalid_fields":{"a":1},"errors":[null,7]}'),
    "a huge number": (400, b'{"detail":' + b"9" * 5_000 + b"}"),
    "five megabytes": (418, b'{"detail":"' + b"e" * 5_000_000 + b'"}'),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_is_typed_at_every_operation(serve: Serve, refusal: tuple[int, bytes]) -> None:
    code, body = refusal

    async def script(exchange: Exchange) -> None:
        await exchange.reply(body, code)

    async with serve(script) as (client, server):
        for operation in OPERATIONS if len(body) < 1_000_000 else OPERATIONS[:2]:
            with pytest.raises(APIStatusError) as caught:
                await operation.call(client)
            assert caught.value.status_code == code
            assert len(str(caught.value)) < 2_100
    assert len(server.requests) == (len(OPERATIONS) if len(body) < 1_000_000 else 2)


async def test_a_download_may_be_as_large_as_an_upload(serve: Serve) -> None:
    content = bytes(70 * 1_048_576)

    async def script(exchange: Exchange) -> None:
        await exchange.reply(content, Content_Type="application/octet-stream")

    async with serve(script) as (client, _):
        file = await client.files.download("f1", owner="acme", expiry=1, signature="s")
    assert await file.read() == content


def test_the_readme_names_every_operation() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert [operation.name for operation in OPERATIONS if f"`{operation.name}`" not in readme] == []
