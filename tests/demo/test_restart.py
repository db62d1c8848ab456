"""What a folder keeps: everything that was answered is there after a restart, and unfinished runs go on."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui.demo.server import DemoServer
from tests.demo.models import COLD, ENDLESS, GREETER, MODELS, PAINTER, READER
from tests.support.demo import make_demo

Connect = Callable[[DemoServer], httpx.AsyncClient]


async def create(api: httpx.AsyncClient, version: str, **given: Any) -> dict[str, Any]:
    body = {"version": version, "input": given}
    created = await api.post("/predictions", json=body, headers={"Prefer": "wait"})
    assert created.status_code == 201, created.text
    return dict((await api.get(f"/predictions/{created.json()['id']}")).json())


def list_of(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_runs_files_outputs_and_the_token_survive(tmp_path: Path, connect: Connect) -> None:
    with make_demo(folder=tmp_path, seed=None) as first:
        async with connect(first) as api:
            made = await create(api, PAINTER.version, text="a")
            file = (await api.post("/files", files={"content": ("a.txt", b"abc")})).json()
            examples = (await api.get("/models/tests/painter/examples")).json()
    with make_demo(folder=tmp_path, seed=None) as second:
        assert second.token == first.token
        async with connect(second) as api:
            assert len((await api.get("/predictions")).json()["results"]) == 1
            found = (await api.get(f"/predictions/{made['id']}")).json()
            address = found["output"][0]
            assert address.startswith(second.origin)
            assert (await api.get(address)).content == b"picture of a small"
            moved = {"output": None, "urls": None}
            assert found | moved == made | moved
            assert (await api.get(f"/files/{file['id']}")).json()["checksums"] == file["checksums"]
            read = await create(api, READER.version, file=file["urls"]["get"])
            assert read["output"]["size"] == 3
            again = (await api.get("/models/tests/painter/examples")).json()["results"][0]
            assert again["id"] == examples["results"][0]["id"]
            assert (await api.get(again["output"][0])).status_code == 200
            stream = await api.get(found["urls"]["stream"])
            assert f"data: {address}\n" in stream.text


async def test_ids_go_on_where_they_were(tmp_path: Path, connect: Connect) -> None:
    seen = set()
    for _ in range(3):
        with make_demo(folder=tmp_path, seed=5) as server:
            async with connect(server) as api:
                seen.add((await create(api, GREETER.version, text="a"))["id"])
    assert len(seen) == 3


async def test_an_unfinished_run_is_done_again_under_its_id(tmp_path: Path, connect: Connect) -> None:
    with make_demo(folder=tmp_path, speed=1.0) as first:
        async with connect(first) as api:
            body = {"version": COLD.version, "input": {"text": "later"}}
            waiting = (await api.post("/predictions", json=body)).json()
            body = {"version": ENDLESS.version, "input": {}}
            working = (await api.post("/predictions", json=body)).json()
            canceled = (await api.post("/predictions", json=body)).json()
            body = {"version": "tests/streamer", "input": {"text": "many " * 10_000}}
            speaking = (await api.post("/predictions", json=body)).json()
            await api.post(f"/predictions/{canceled['id']}/cancel")
    with make_demo(folder=tmp_path, speed=1_000_000.0) as second:
        async with connect(second) as api:
            run = second.service.state.run(waiting["id"])
            assert run is not None
            statuses: list[str] = []
            while not statuses or statuses[-1] != "succeeded":
                statuses.append((await api.get(f"/predictions/{waiting['id']}")).json()["status"])
                assert len(statuses) < 2000
            ended = (await api.get(f"/predictions/{waiting['id']}")).json()
            assert ended["output"] == "hello later"
            assert (await api.get(f"/predictions/{working['id']}")).json()["status"] == "processing"
            spoken = (await api.get(speaking["urls"]["stream"].replace(first.origin, second.origin))).text
            assert spoken.endswith("event: done\ndata: {}\n\n")
            assert (await api.get(f"/predictions/{canceled['id']}")).json()["status"] == "canceled"


async def test_a_run_of_a_model_that_is_gone_fails_plainly(tmp_path: Path, connect: Connect) -> None:
    with make_demo(folder=tmp_path) as first:
        async with connect(first) as api:
            created = (await api.post("/predictions", json={"version": ENDLESS.version, "input": {}})).json()
    others = [model for model in MODELS if model is not ENDLESS]
    with make_demo(folder=tmp_path, models=others) as second:
        async with connect(second) as api:
            ended = (await api.get(f"/predictions/{created['id']}")).json()
            assert (ended["status"], ended["error"]) == (
                "failed",
                "Prediction interrupted; please retry (code: PA)",
            )


async def test_secrets_are_never_written_down(tmp_path: Path, connect: Connect) -> None:
    with make_demo(folder=tmp_path) as server:
        async with connect(server) as api:
            await create(api, READER.version, file="data:,abc", api_key="hunter2hunter2")
    kept = everything_in(tmp_path)
    assert b"tests/reader" in kept
    assert b'"api_key": "[REDACTED]"' in kept
    # The test's own model puts its key into its output; nothing else may hold it.
    assert kept.count(b"hunter2hunter2") == kept.count(b'"key": "hunter2hunter2"')


async def test_the_folder_is_private(tmp_path: Path, connect: Connect) -> None:
    folder = tmp_path / "demo"
    with make_demo(folder=folder) as server:
        async with connect(server) as api:
            await create(api, PAINTER.version, text="a")
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*") if path.is_file())


async def test_a_damaged_database_is_moved_aside(tmp_path: Path, connect: Connect) -> None:
    (tmp_path / "state.db").write_bytes(b"not a database" * 1000)
    with make_demo(folder=tmp_path) as server:
        async with connect(server) as api:
            assert (await create(api, GREETER.version, text="a"))["output"] == "hello a"
    assert len(list_of(tmp_path, "state.db.damaged-*")) == 1


async def test_a_record_of_another_release_is_left_out(tmp_path: Path, connect: Connect) -> None:
    with make_demo(folder=tmp_path) as server:
        async with connect(server) as api:
            kept = await create(api, GREETER.version, text="a")
    with contextlib.closing(sqlite3.connect(tmp_path / "state.db")) as database, database:
        database.execute("INSERT INTO records VALUES ('run', 'odd', '{\"id\": \"odd\"}')")
        database.execute("INSERT INTO records VALUES ('wonder', 'odd', '{}')")
    with make_demo(folder=tmp_path) as server:
        async with connect(server) as api:
            listed = (await api.get("/predictions")).json()["results"]
            assert [each["id"] for each in listed] == [kept["id"]]


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        make_demo(folder=tmp_path / "file").start()


async def test_data_is_removed_after_its_time_and_the_rest_stays(
    own_demo: Callable[..., DemoServer], connect: Connect
) -> None:
    server = own_demo(speed=1.0, data_lifetime=None)
    async with connect(server) as api:
        made = await create(api, PAINTER.version, text="a")
        file = (await api.post("/files", files={"content": ("a.txt", b"abc")})).json()
        server.service.clock.advance(3590)
        assert (await api.get(made["output"][0])).status_code == 200
        server.service.clock.advance(20)
        removed = (await api.get(f"/predictions/{made['id']}")).json()
        assert (removed["data_removed"], removed["input"], removed["output"], removed["logs"]) == (True, {}, None, None)
        assert (removed["status"], removed["metrics"]) == ("succeeded", made["metrics"])
        assert (await api.get(made["output"][0])).status_code == 404
        assert (await api.get(f"/files/{file['id']}")).status_code == 200
        server.service.clock.advance(24 * 3600)
        assert (await api.get(f"/files/{file['id']}")).status_code == 404
        assert (await api.get("/files")).json()["results"] == []


async def test_the_speed_shortens_the_hour_too(own_demo: Callable[..., DemoServer], connect: Connect) -> None:
    server = own_demo(speed=10.0, data_lifetime=None)
    async with connect(server) as api:
        made = await create(api, GREETER.version, text="a")
        server.service.clock.advance(350)
        assert (await api.get(f"/predictions/{made['id']}")).json()["data_removed"] is False
        server.service.clock.advance(15)
        assert (await api.get(f"/predictions/{made['id']}")).json()["data_removed"] is True


async def test_the_seed_decides_the_ids(own_demo: Callable[..., DemoServer], connect: Connect) -> None:
    made = []
    for seed in (3, 3, 4):
        async with connect(own_demo(seed=seed)) as api:
            made.append((await create(api, GREETER.version, text="a"))["id"])
    assert made[0] == made[1] != made[2]
    assert all(len(each) == 26 for each in made)
