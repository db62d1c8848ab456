"""What is sent and what is kept: secrets leave no byte on this machine, files travel by their size."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.paths import profile_paths
from replicate_tui.services.bundle import Services
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import RunRequest
from tests.services.conftest import House, is_over
from tests.services.proxy import PASS, Fault, Proxy
from tests.support.waiting import wait_for

SECRET = "canary-r8-4711-never-on-disk"


def wish(file: Path | str, **more: Any) -> RunRequest:
    return RunRequest(
        model="tests/reader",
        input={"file": str(file), **more},
        secret_fields=frozenset({"api_key"}),
        file_fields=frozenset({"file"}),
    )


async def _count_letters(job: Job, given: Mapping[str, Any]) -> dict[str, int]:
    job.log("counting")
    return {"letters": len(given["api_key"])}


DISCREET = DemoModel(
    owner="tests",
    name="discreet",
    description="Counts the letters of a secret and forgets it.",
    readme="",
    input_schema={
        "type": "object",
        "required": ["api_key"],
        "properties": {
            "api_key": {"type": "string", "format": "password", "x-cog-secret": True, "x-order": 0},
            "file": {"type": "string", "format": "uri", "x-order": 1},
        },
    },
    output_schema={"type": "object"},
    run=_count_letters,
    version="9" * 64,
    queue=0.0,
)


@pytest.mark.parametrize("fault", [PASS, Fault(lose=True)])
async def test_a_secret_is_sent_and_is_in_no_file(own_demo: Any, house_on: Any, tmp_path: Path, fault: Fault) -> None:
    server = own_demo(models=[DISCREET])
    async with Proxy(server.origin) as line:
        line.fault = lambda seen: fault if seen.method == "POST" else PASS
        house: House = house_on(line, server.token)
        services = await house.open()
        note = tmp_path / "note.txt"
        note.write_text("hello")
        request = wish(note, api_key=SECRET)._replace(model="tests/discreet")
        record = await services.runs.create(request, "form")
        await wait_for(is_over(services, record.id), "the end")
        run = await services.runs.get(record.id)
        assert run.output == {"letters": len(SECRET)}
        assert run.input["api_key"] == "(secret)"
        again = await services.runs.request_of(run)
        assert "api_key" not in again.input
        assert again.secret_fields == {"api_key"}
        assert again.file_fields == {"file"}
        await services.close()
    kept = [path for path in profile_paths("demo").data.rglob("*") if path.is_file()]
    assert any(path.name == "history.db" for path in kept)
    assert not any(SECRET.encode() in path.read_bytes() for path in kept)


@pytest.mark.parametrize(("size", "uploads"), [(5, 0), (256_000, 0), (256_001, 1)])
async def test_small_files_travel_inside_and_larger_ones_are_uploaded(
    through: Services, proxy: Proxy, tmp_path: Path, size: int, uploads: int
) -> None:
    picture = tmp_path / "picture.bin"
    picture.write_bytes(b"x" * size)
    record = await through.runs.create(wish(picture), "form")
    await wait_for(is_over(through, record.id), "the end")
    run = await through.runs.get(record.id)
    assert run.output["size"] == size
    assert run.input["file"] == str(picture)
    assert proxy.count("POST", "/files") == uploads


async def test_a_missing_file_stops_the_run_before_anything_is_sent(through: Services, proxy: Proxy) -> None:
    with pytest.raises(ServiceProblem) as caught:
        await through.runs.create(wish("/nowhere/cat.png"), "form")
    assert caught.value.kind is ProblemKind.FILE
    assert [problem.field for problem in caught.value.fields] == ["file"]
    assert proxy.seen == []
    assert await through.runs.rows() == []


async def test_a_failed_upload_starts_no_run(through: Services, proxy: Proxy, tmp_path: Path) -> None:
    picture = tmp_path / "picture.bin"
    picture.write_bytes(b"x" * 300_000)
    proxy.fault = lambda seen: Fault(lose=True) if seen.path.endswith("/files") else PASS
    with pytest.raises(ServiceProblem) as caught:
        await through.runs.create(wish(picture), "form")
    assert [problem.field for problem in caught.value.fields] == ["file"]
    assert "picture.bin could not be sent" in caught.value.message
    assert proxy.count("POST", "/predictions") == 0
    assert await through.runs.rows() == []
