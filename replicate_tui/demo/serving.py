"""Serving on loopback only: the service, and where they are asked for its control API and its foreign host."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from replicate_tui.demo.app import build_app
from replicate_tui.demo.clock import NANOSECONDS
from replicate_tui.demo.connection import Connection, Listener
from replicate_tui.demo.door import Door, bound
from replicate_tui.demo.foreign import FOREIGN_ADDRESS, ForeignHost
from replicate_tui.demo.front import Front
from replicate_tui.demo.library import Collection
from replicate_tui.demo.model import DemoModel
from replicate_tui.demo.service import DemoService, DemoSettings

_ADDRESS = "127.0.0.1"


@contextlib.asynccontextmanager
async def serving(
    settings: DemoSettings, models: Iterable[DemoModel], collections: Iterable[Collection]
) -> AsyncIterator[DemoService]:
    """Serve while the context lasts, and leave it when the state is kept; connections are accepted from its start.

    Raises OSError when the port is taken or the folder cannot be used.
    """
    with contextlib.ExitStack() as opened:
        door = opened.enter_context(Door("service", (_ADDRESS, settings.port)))
        doors, foreign = [door], None
        if settings.has_foreign_host:
            # Not every machine has more of loopback than one address.
            with contextlib.suppress(OSError):
                foreign = opened.enter_context(Door("foreign", (FOREIGN_ADDRESS, 0)))
                doors.append(foreign)
        # The control API has a port of its own, so that faults of connections and of every path leave it alone.
        control = [opened.enter_context(bound((_ADDRESS, 0)))] if settings.has_control else []
        service = DemoService(
            settings, door.url, models, collections, foreign_url="" if foreign is None else foreign.url
        )
        apps = _apps(service, door, foreign, control)
        server = _QuietServer(_config(service, apps, doors), service, doors)
        service.open()
        # The sockets already listen: a connection made before the first accept waits in its backlog.
        accepting = asyncio.create_task(server.serve(sockets=control), name="demo-serve")
        try:
            yield service
        finally:
            server.end()
            await accepting
            await service.close()


class _QuietServer(uvicorn.Server):
    """uvicorn with doors, without its signal handlers and its ticks: whoever runs the service calls `end`.

    A service that nobody asks sleeps, and one that is to end does not wait for the next look at the clock.
    """

    def __init__(self, config: uvicorn.Config, service: DemoService, doors: Sequence[Door]) -> None:
        super().__init__(config)
        self._service = service
        self._doors = doors
        self._ending = asyncio.Event()

    def end(self) -> None:
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        # What later ticks would bring up to date, the date of answers, is not uvicorn's here.
        await self.on_tick(0)
        await self._ending.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for door in self._doors:
            await door.open(self._service.faults, self._service.note_strike, self._connection, self._connections)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for door in self._doors:
            door.close()
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        # One turn of the loop for the answers that are finished; the others are cut, as a service that dies cuts them.
        await asyncio.sleep(0)
        for task in list(self.server_state.tasks):
            task.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def _connection(self) -> Connection:
        made = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        if not isinstance(made, Connection):
            raise TypeError("the server was configured with another protocol")
        return made

    def _connections(self) -> list[Connection]:
        return [each for each in self.server_state.connections if isinstance(each, Connection)]


def _apps(
    service: DemoService, door: Door, foreign: Door | None, control: Sequence[socket.socket]
) -> dict[tuple[str, int], tuple[Listener, ASGIApp]]:
    """Return what answers at each address."""

    def now() -> float:
        return service.clock.now() / NANOSECONDS

    front = Front(build_app(service, port=door.address[1]), service.faults, service.write_down, now=now)
    apps: dict[tuple[str, int], tuple[Listener, ASGIApp]] = {door.address: ("service", front)}
    if foreign is not None:
        elsewhere = ForeignHost(service.origin)
        apps[foreign.address] = (
            "foreign",
            Front(elsewhere, service.faults, service.write_down, now=now, host="foreign"),
        )
    for listener in control:
        from replicate_tui.demo.control import Control

        listener.listen()
        port = listener.getsockname()[1]
        apps[(_ADDRESS, port)] = ("control", Control(service, port=port).app)
    return apps


def _config(
    service: DemoService, apps: dict[tuple[str, int], tuple[Listener, ASGIApp]], doors: Sequence[Door]
) -> uvicorn.Config:
    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["server"]][1](scope, receive, send)

    members = {
        "faults": service.faults,
        "note_strike": staticmethod(service.note_strike),
        "note_connection": staticmethod(service.note_connection),
        "note_garbage": staticmethod(service.note_garbage),
        "listener_at": staticmethod(lambda address: apps[address][0]),
        "is_filler": staticmethod(lambda port: any(door.is_filler(port) for door in doors)),
    }
    return uvicorn.Config(
        choose,
        http=type("_ServiceConnection", (Connection,), members),
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        # Answers are dated by the service's clock, and by the rules that want another time.
        date_header=False,
        timeout_graceful_shutdown=0,
        timeout_keep_alive=75,
    )
