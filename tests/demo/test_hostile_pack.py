"""Hostile packs: texts in every place or in one, and a schema, a body or a picture by its id."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui.demo.built_in_pack import BUILT_IN
from replicate_tui.demo.fault_file import FaultFileError, read_rules, rules_of
from replicate_tui.demo.hostile import pack_of
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import PAINTER
from tests.support.demo import make_demo

PIXEL = b"\x89PNG\r\n\x1a\n and no more"
PACK = {
    "groups": [
        {"id": "t1", "s": "\x1b[2J", "must": "not be taken for a text"},
        {"id": "t2", "value": "[/]"},
        {"id": "s1", "schema": [1, 2]},
        {"id": "j1", "raw": "<html>", "status": 203, "type": "text/html"},
        {"id": "i1", "b64": base64.b64encode(PIXEL).decode(), "type": "image/png"},
        {"id": "i2", "b64": "not base64"},
    ]
}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with make_demo() as running:
        yield running


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client
    server.faults.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pack.json").write_text(json.dumps(PACK))
    return tmp_path


def add(server: DemoServer, folder: Path | None, **rule: Any) -> None:
    server.faults.add(*rules_of([rule], folder=folder))


def test_a_pack_is_told_from_what_is_said_about_it() -> None:
    pack = pack_of(PACK)
    assert pack.strings == ("\x1b[2J", "[/]")
    assert list(pack.schemas) == ["s1"]
    assert list(pack.bodies) == ["j1", "i1"]


async def test_every_text_of_an_answer_is_replaced(server: DemoServer, api: httpx.AsyncClient, folder: Path) -> None:
    (folder / "rules.json").write_text(json.dumps([{"path": "/v1/account", "hostile": "pack.json"}]))
    server.faults.add(*read_rules(folder / "rules.json"))
    account = (await api.get("/account")).json()
    assert (account["username"], account["name"]) == ("\x1b[2J", "[/]")
    assert account["type"] == "user"
    assert server.requests[-1].fault == "fault"


async def test_each_text_visits_one_place_at_a_time(server: DemoServer, api: httpx.AsyncClient, folder: Path) -> None:
    add(server, folder, path="/v1/account", hostile="pack.json", hostile_in="one")
    told = [(await api.get("/account")).json() for _ in range(5)]
    assert [(each["username"], each["name"]) for each in told] == [
        ("\x1b[2J", "Demo"),
        ("demo", "\x1b[2J"),
        ("[/]", "Demo"),
        ("demo", "[/]"),
        ("\x1b[2J", "Demo"),
    ]


async def test_a_schema_takes_the_place_of_a_model_s(server: DemoServer, api: httpx.AsyncClient, folder: Path) -> None:
    add(server, folder, path="/v1/models/*", hostile={"pack": "pack.json", "schema": "s1"})
    model = (await api.get("/models/tests/painter")).json()
    assert model["latest_version"]["openapi_schema"] == [1, 2]
    version = (await api.get(f"/models/tests/painter/versions/{PAINTER.version}")).json()
    assert (version["id"], version["openapi_schema"]) == (PAINTER.version, [1, 2])
    versions = (await api.get("/models/tests/painter/versions")).json()
    assert versions["results"][0]["openapi_schema"] == [1, 2]


async def test_a_body_takes_the_place_of_an_answer(server: DemoServer, api: httpx.AsyncClient, folder: Path) -> None:
    add(server, folder, path="/v1/account", hostile={"pack": "pack.json", "body": "j1"})
    told = await api.get("/account")
    assert (told.status_code, told.headers["content-type"], told.content) == (203, "text/html", b"<html>")


async def test_a_picture_takes_the_place_of_a_file(server: DemoServer, api: httpx.AsyncClient, folder: Path) -> None:
    body = {"version": PAINTER.version, "input": {"text": "a"}}
    made = (await api.post("/predictions", json=body, headers={"Prefer": "wait"})).json()
    url = (await api.get(f"/predictions/{made['id']}")).json()["output"][0]
    add(server, folder, path="/delivery/*", hostile={"pack": "pack.json", "image": "i1"})
    told = await api.get(url)
    assert (told.status_code, told.headers["content-type"], told.content) == (200, "image/png", PIXEL)


@pytest.mark.parametrize("kind", ["schema", "body", "image"])
async def test_there_is_a_pack_for_whoever_brings_none(kind: str, server: DemoServer, api: httpx.AsyncClient) -> None:
    known = BUILT_IN.schemas if kind == "schema" else BUILT_IN.bodies
    for name in known:
        add(server, None, path="/v1/models/tests/painter", hostile={kind: name}, times=1)
        assert (await api.get("/models/tests/painter")).status_code == 200
    add(server, None, path="/v1/models/*", hostile="built-in")
    assert (await api.get("/models/tests/painter")).json()["description"] in BUILT_IN.strings
    server.faults.clear()
    assert (await api.get("/models/tests/painter")).json()["description"] == PAINTER.description


@pytest.mark.parametrize(
    ("hostile", "words"),
    [
        ("pack.json", "hostile: expected a list or 'built-in'"),
        ({"schema": "s1", "pack": "pack.json"}, "hostile: expected a list or 'built-in'"),
        ({"schema": "none"}, "schema: expected one of null, list"),
        ({"pack": "built-in"}, "expected a pack and one of schema, body, image"),
        ({"schema": "null", "body": "page"}, "expected a pack and one of schema, body, image"),
    ],
)
def test_a_mistake_is_named(hostile: Any, words: str) -> None:
    with pytest.raises(FaultFileError, match=words):
        rules_of([{"hostile": hostile}])
