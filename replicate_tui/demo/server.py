"""The service in the event loop of a thread or of a process of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from replicate_tui.demo.exchange import RequestRecord
from replicate_tui.demo.faults import Faults
from replicate_tui.demo.library import Collection
from replicate_tui.demo.model import DemoModel
from replicate_tui.demo.service import DemoService, DemoSettings
from replicate_tui.demo.serving import serving


async def serve(
    settings: DemoSettings,
    models: Iterable[DemoModel],
    collections: Iterable[Collection],
    *,
    started: Callable[[DemoService], None],
    stopping: asyncio.Event,
) -> None:
    """Serve until `stopping` is set; `started` is called when connections are accepted.

    Raises OSError when the port is taken or the folder cannot be used.
    """
    async with serving(settings, models, collections) as service:
        started(service)
        await stopping.wait()


class DemoServer:
    """The service in a thread of this process, as a context manager.

    `base_url` ends in `/v1`; `service` may be looked at, but its loop is the thread's (see `call`).
    """

    def __init__(
        self,
        settings: DemoSettings,
        models: Iterable[DemoModel],
        collections: Iterable[Collection] = (),
    ) -> None:
        self._settings = settings
        self._models = tuple(models)
        self._collections = tuple(collections)
        self._thread = threading.Thread(target=self._run, name="demo-server", daemon=True)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._service: DemoService | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def service(self) -> DemoService:
        if self._service is None:
            raise RuntimeError("the demo service has not been started")
        return self._service

    @property
    def origin(self) -> str:
        return self.service.origin

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    @property
    def token(self) -> str:
        return self.service.token

    @property
    def control_url(self) -> str:
        """Where the control API answers, empty without one."""
        return self.service.control_url

    @property
    def foreign_url(self) -> str:
        """Where the foreign host answers, empty without one."""
        return self.service.foreign_url

    @property
    def foreign_requests(self) -> list[RequestRecord]:
        """The latest requests to the foreign host, oldest first."""
        return list(self.service.foreign_requests)

    @property
    def faults(self) -> Faults:
        """The faults to strike requests with; rules may be added while it serves."""
        return self.service.faults

    @property
    def requests(self) -> list[RequestRecord]:
        """The latest requests, oldest first."""
        return list(self.service.requests)

    def start(self) -> None:
        """Return when the service accepts connections.

        Raises what kept it from starting, such as OSError for a port that is taken.
        """
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Return when the service has stopped and its state is kept."""
        if self._loop is not None and self._stopping is not None:
            with contextlib.suppress(RuntimeError):  # the loop has already ended
                self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as failure:  # noqa: BLE001 (handed to the thread that waits in start)
            self._failure = failure
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        await serve(self._settings, self._models, self._collections, started=self._announce, stopping=self._stopping)

    def _announce(self, service: DemoService) -> None:
        self._service = service
        self._ready.set()
