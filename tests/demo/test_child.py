"""The service as a child process: ready, told to stop, orphaned, and started twice on one folder."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from replicate_tui.demo.host import DemoHandle, DemoUnavailable, start_demo
from tests.support.waiting import wait_for


async def get(handle: DemoHandle, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        return await client.get(handle.base_url + path, headers={"Authorization": f"Bearer {handle.token}"})


def proc_file(pid: int, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def accepts(handle: DemoHandle) -> bool:
    port = int(handle.base_url.removesuffix("/v1").rpartition(":")[2])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_it_answers_until_it_is_stopped(tmp_path: Path) -> None:
    handle = await start_demo(tmp_path / "demo")
    assert (await get(handle, "/account")).json()["username"] == "demo"
    await handle.stop()
    with pytest.raises(httpx.ConnectError):
        await get(handle, "/account")


async def test_it_comes_back_with_the_same_token_and_address(tmp_path: Path) -> None:
    addresses = []
    for _ in range(2):
        handle = await start_demo(tmp_path)
        addresses.append((handle.base_url, handle.token))
        await handle.stop()
    assert addresses[0] == addresses[1]


async def test_starting_it_imports_nothing_of_the_service() -> None:
    script = (
        "import asyncio, sys\n"
        "from replicate_tui.demo.host import start_demo\n"
        "async def main():\n"
        "    handle = await start_demo(None)\n"
        "    await handle.stop()\n"
        "asyncio.run(main())\n"
        "print(sorted({'starlette', 'uvicorn', 'PIL', 'sqlite3', 'textual'} & set(sys.modules)))\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert output.decode().strip() == "[]"


async def test_it_ends_when_its_parent_is_killed() -> None:
    script = (
        "import asyncio, sys, time\n"
        "from replicate_tui.demo.host import start_demo\n"
        "async def main():\n"
        "    handle = await start_demo(None)\n"
        "    print(handle._process.pid, flush=True)\n"
        "    time.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await asyncio.wait_for(parent.stdout.readline(), 20))
    assert is_alive(child)
    parent.kill()
    await parent.communicate()
    await wait_for(lambda: not is_alive(child), "the child ends")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
async def test_a_key_of_the_terminal_does_not_end_it(number: signal.Signals) -> None:
    handle = await start_demo(None)
    try:
        os.kill(handle._process.pid, number)
        assert (await get(handle, "/account")).status_code == 200
        assert os.getsid(handle._process.pid) != os.getsid(0)
    finally:
        await handle.stop()


async def test_the_user_s_token_stays_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_real")
    handle = await start_demo(None)
    try:
        assert b"r8_real" not in proc_file(handle._process.pid, "environ")
        assert handle.token.encode() not in proc_file(handle._process.pid, "cmdline")
    finally:
        await handle.stop()


async def test_a_second_one_on_the_folder_stands_by_and_takes_over(tmp_path: Path) -> None:
    first = await start_demo(tmp_path, speed=100.0)
    second = await start_demo(tmp_path, speed=100.0)
    try:
        assert (second.base_url, second.token) == (first.base_url, first.token)
        async with httpx.AsyncClient(base_url=first.base_url, trust_env=False) as client:
            client.headers["Authorization"] = f"Bearer {first.token}"
            listed = await client.get("/models/replicate/hello-world/versions")
            body = {"version": listed.json()["results"][0]["id"], "input": {"text": "both"}}
            created = (await client.post("/predictions", json=body, headers={"Prefer": "wait"})).json()
        await first.stop()
        await wait_for(lambda: accepts(second), "the second one takes over")
        assert (await get(second, f"/predictions/{created['id']}")).json()["status"] == "succeeded"
    finally:
        await second.stop()


async def test_one_that_stands_by_can_be_stopped(tmp_path: Path) -> None:
    first = await start_demo(tmp_path)
    second = await start_demo(tmp_path)
    try:
        await asyncio.wait_for(second.stop(), 2.5)
        assert (await get(first, "/account")).status_code == 200
    finally:
        await first.stop()


async def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DemoUnavailable, match="did not start"):
        await start_demo(tmp_path / "file")


async def test_it_writes_nothing_but_its_address(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "replicate_tui.demo.child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await process.stdout.readline()
    assert set(json.loads(line)) == {"base_url", "token"}
    assert process.stdin is not None
    process.stdin.close()
    rest, errors = await process.communicate()
    assert (rest, errors, process.returncode) == (b"", b"", 0)
