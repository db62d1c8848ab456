"""What the demo service bears: requests, streams and predictions by the hundred, and how soon it is there."""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.workshop import Workshop, bare_environment, python
from tests.demo.models import GREETER
from tests.support.command import COMMAND

STARTS, GETS, STREAMS, EVENTS, AT_ONCE, MANY = 9, 2000, 100, 100, 1000, 10_000
PAUSE = 0.02
CREATE = json.dumps({"version": GREETER.version, "input": {"text": "x"}}).encode()
SERVE = """
import asyncio, json, pathlib, sys
from replicate_tui.demo.serving import serving
from replicate_tui.demo.service import DemoSettings
from tests.demo.models import MODELS
async def main():
    log = pathlib.Path(sys.argv[1]) if sys.argv[1:] else None
    settings = DemoSettings(seed=1, rate_limits=False, data_lifetime=2.0, request_log=log)
    async with serving(settings, MODELS, ()) as service:
        print(json.dumps([service.origin, service.token]), flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@dataclass(frozen=True)
class Served:
    """A service in a process of its own."""

    pid: int
    port: int
    token: str

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def account(self) -> dict[str, str]:
        """The variables of a program that is to use it."""
        return {"REPLICATE_API_TOKEN": self.token, "REPLICATE_BASE_URL": self.origin}

    def cpu_seconds(self) -> float:
        words = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def request(self, method: str, path: str, body: bytes = b"", more: str = "") -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
        return f"{head}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def connect(self) -> "Line":
        return Line(*await asyncio.open_connection("127.0.0.1", self.port))


@dataclass(frozen=True)
class Line:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes) -> dict[str, object]:
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        answer: dict[str, object] = json.loads(await self.reader.readexactly(length))
        return answer


@contextmanager
def served(request_log: Path | None = None) -> Iterator[Served]:
    command = python("-c", SERVE, *([str(request_log)] if request_log else []))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    if process.stdout is None:
        raise AssertionError("no pipe")
    try:
        origin, token = json.loads(process.stdout.readline())
        yield Served(process.pid, int(origin.rpartition(":")[2]), token)
    finally:
        process.kill()
        process.communicate()


def ready(workshop: Workshop) -> list[Figure]:
    """From the start of the command to its two lines, when connections are accepted."""

    def once() -> float:
        begun = time.perf_counter()
        command = [str(COMMAND), "demo-server", "--", "true"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **bare_environment()}) as process:
            if process.stdout is None or not process.stdout.readline().startswith(b"export"):
                raise AssertionError("it did not start")
            return time.perf_counter() - begun

    taken = sorted(once() for _ in range(STARTS))
    return [Figure("demo-server ready", 1000 * taken[STARTS // 2], "ms", most=300.0)]


def requests(workshop: Workshop) -> list[Figure]:
    """GET of a prediction over eight connections: the service's own time for each."""
    with served() as service:
        return [Figure("GET of a prediction, CPU", 1000 * asyncio.run(_get_often(service)), "ms", most=1000 / 300)]


async def _get_often(service: Served) -> float:
    first = await service.connect()
    run = await first.ask(service.request("POST", "/v1/predictions", CREATE, "Prefer: wait\r\n"))
    request = service.request("GET", f"/v1/predictions/{run['id']}")

    async def some() -> None:
        line = await service.connect()
        for _ in range(GETS // 8):
            await line.ask(request)

    before = service.cpu_seconds()
    await asyncio.gather(*(some() for _ in range(8)))
    return (service.cpu_seconds() - before) / GETS


def streams(workshop: Workshop) -> list[Figure]:
    """100 streams of 50 events a second: how late the 95th of a hundred events is, by its stream's earliest."""
    with served() as service:
        late = sorted(asyncio.run(_read_streams(service)))
    return [Figure("100 streams, p95 late", 1000 * late[len(late) * 95 // 100], "ms", most=50.0)]


async def _read_streams(service: Served) -> list[float]:
    given = {"input": {"text": " ".join("w" * EVENTS), "pause": PAUSE}}
    create = service.request("POST", "/v1/models/tests/streamer/predictions", json.dumps(given).encode())

    async def one() -> list[float]:
        run = await (await service.connect()).ask(create)
        path = str(run["urls"]["stream"]).partition(str(service.port))[2]  # type: ignore[index]
        line, times = await service.connect(), []
        line.writer.write(service.request("GET", path))
        while not (text := await line.reader.readline()).startswith(b"event: done"):
            if text.startswith(b"data: w"):
                times.append(time.perf_counter() - len(times) * PAUSE)
        if len(times) != EVENTS:
            raise AssertionError(f"{len(times)} events")
        return [at - min(times) for at in times]

    return [late for each in await asyncio.gather(*(one() for _ in range(STREAMS))) for late in each]


def crowd(workshop: Workshop) -> list[Figure]:
    """1,000 predictions at once, then what 10,000 more leave in memory."""
    with served() as service:
        seconds, growth = asyncio.run(_crowd(service))
    return [
        Figure("1,000 predictions at once", 1000 * seconds, "ms"),
        Figure("memory after 10,000 predictions", growth, "MB", most=15.0),
    ]


async def _crowd(service: Served) -> tuple[float, float]:
    create = service.request("POST", "/v1/predictions", CREATE, "Prefer: wait\r\n")

    async def one() -> object:
        line = await service.connect()
        output = (await line.ask(create))["output"]
        line.writer.close()
        return output

    begun = time.perf_counter()
    outputs = await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    seconds = time.perf_counter() - begun
    if set(outputs) != {"hello x"}:
        raise AssertionError("a prediction did not end")
    line, before = await service.connect(), service.megabytes()
    for _ in range(MANY):
        await line.ask(create)
    return seconds, service.megabytes() - before
