"""AsyncReplicate: the client, with its families of calls as attributes."""

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from replicate_tui import __version__
from replicate_tui.api.caller import AnswerHook, Caller, Slots
from replicate_tui.api.limits import StepTimeouts, Timeouts
from replicate_tui.api.options import CallOptions, Query, Request
from replicate_tui.api.origins import DEFAULT_BASE_URL, Base
from replicate_tui.api.outputs import Delivery
from replicate_tui.api.responses import Response
from replicate_tui.api.retries import RetryPolicy
from replicate_tui.api.streaming import EventStream
from replicate_tui.api.transport import AsyncHTTPClient, Connections, Line, check_token
from replicate_tui.api.uploads import UploadProgress
from replicate_tui.api.waiting import FIRST_INTERVAL, Pace

if TYPE_CHECKING:
    from replicate_tui.api.following import PredictionStream
    from replicate_tui.api.raw import RawClient
    from replicate_tui.api.resources.creating import CreateOptions
    from replicate_tui.api.running import ModelFunction


class _LowLevelCalls:
    """Requests for anything that has no method of its own."""

    _caller: Caller

    async def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        content: bytes = b"",
        params: Query | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> Response:
        """Send one request to a path below the base URL, or to a URL of the same origin, and return the answer.

        Raises APIStatusError and the rest of the tree; UnsafeURLError for another origin. A POST or PATCH is sent
        once: RequestOutcomeUnknownError says that its answer was lost.
        """
        method = method.upper()
        call = Request(
            method=method,
            path=url,
            query=params or {},
            headers=headers or {},
            json=json,
            has_json=json is not None,
            content=content,
            creates="request" if method in ("POST", "PATCH", "PUT") else None,
        )
        return await self._caller.send(call.with_options(options))

    async def get(self, url: str, **options: Any) -> Response:
        """Send a GET; takes what `request` takes."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Any) -> Response:
        """Send a POST, once; takes what `request` takes."""
        return await self.request("POST", url, **options)

    async def patch(self, url: str, **options: Any) -> Response:
        """Send a PATCH, once; takes what `request` takes."""
        return await self.request("PATCH", url, **options)

    async def put(self, url: str, **options: Any) -> Response:
        """Send a PUT, once; takes what `request` takes."""
        return await self.request("PUT", url, **options)

    async def delete(self, url: str, **options: Any) -> Response:
        """Send a DELETE; takes what `request` takes."""
        return await self.request("DELETE", url, **options)


class Changes(TypedDict, total=False):
    """What `copy` can change; everything else stays."""

    bearer_token: str | None
    api_token: str | None
    base_url: str | None
    timeout: float | Timeouts | StepTimeouts | None
    max_retries: int | None
    retry_policy: RetryPolicy | None
    http_client: AsyncHTTPClient | None


class AsyncReplicate(_LowLevelCalls):
    """An async client of Replicate's HTTP API.

    Arguments win over the environment (REPLICATE_API_TOKEN, REPLICATE_BASE_URL, REPLICATE_POLL_INTERVAL). The base
    URL may end with "/v1" or not. `timeout` bounds whole calls, in seconds; `Timeouts` and `httpx.Timeout` say more.
    Without a token only `search` is answered.
    Raises ConfigurationError for a token or base URL that cannot be used.
    """

    def __init__(
        self,
        *,
        bearer_token: str | None = None,
        api_token: str | None = None,
        base_url: str | None = None,
        timeout: float | Timeouts | StepTimeouts | None = None,
        max_retries: int | None = None,
        http_client: AsyncHTTPClient | None = None,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        given = bearer_token or api_token or os.environ.get("REPLICATE_API_TOKEN")
        token = check_token(given) if given else None
        base = Base.parse(base_url or os.environ.get("REPLICATE_BASE_URL") or DEFAULT_BASE_URL, has_token=bool(token))
        # A proxy is for the world beyond this machine.
        connections = Connections(use_proxies=not base.origin.is_loopback, http_client=http_client)
        policy = retry_policy or RetryPolicy()
        if max_retries is not None:
            policy = policy.with_retries(max_retries)
        self._settings: Changes = {
            "bearer_token": token,
            "base_url": str(base),
            "timeout": timeout,
            "max_retries": max_retries,
            "retry_policy": retry_policy,
            "http_client": http_client,
        }
        self._caller = Caller(
            Line(connections, base, token),
            policy=policy,
            timeouts=connections.timeouts or Timeouts() if timeout is None else Timeouts.of(timeout),
            user_agent=f"replicate-tui/{__version__}",
            slots=Slots(),
            pace=Pace(_poll_interval(), policy.sleep),
        )
        self._owns_connections = True
        self._make_resources()

    def _make_resources(self) -> None:
        # They need pydantic's models: loaded with the first client, in whatever thread makes it, not with the package.
        from replicate_tui.api.deliveries import Deliveries
        from replicate_tui.api.resources.account import AccountResource
        from replicate_tui.api.resources.collections import Collections
        from replicate_tui.api.resources.deployments import Deployments
        from replicate_tui.api.resources.files import Files
        from replicate_tui.api.resources.hardware import HardwareResource
        from replicate_tui.api.resources.models import Models
        from replicate_tui.api.resources.predictions import Predictions
        from replicate_tui.api.resources.search import Search
        from replicate_tui.api.resources.trainings import Trainings
        from replicate_tui.api.resources.webhooks import Webhooks
        from replicate_tui.api.running import Runner

        caller = self._caller
        self.account = AccountResource(caller)
        self.collections = Collections(caller)
        self.deployments = Deployments(caller)
        self.files = Files(caller)
        self.hardware = HardwareResource(caller)
        self.models = Models(caller)
        self.predictions = Predictions(caller)
        self.trainings = Trainings(caller)
        self.webhooks = Webhooks(caller)
        self.search = Search(caller)
        self._deliveries = Deliveries(caller)
        self._runner = Runner(self.predictions, self.models, self._deliveries)

    def __repr__(self) -> str:
        return f"AsyncReplicate(base_url={self.base_url!r})"

    @property
    def base_url(self) -> str:
        """The base URL, with its "/v1"."""
        return str(self._caller.line.base)

    @property
    def origin(self) -> str:
        """Scheme, host and port of the API."""
        return str(self._caller.line.base.origin)

    @property
    def has_token(self) -> bool:
        return self._caller.line.has_token

    def add_answer_hook(self, hook: AnswerHook) -> None:
        """Have `hook` told each whole answer of the API from now on, before it becomes a value, an error or a retry.

        Streams and downloads are not told; copies of this client tell the same hooks.
        """
        self._caller.answer_hooks.append(hook)

    def copy(self, **changes: Unpack[Changes]) -> "AsyncReplicate":
        """Return a client with some settings changed.

        It shares this one's connections and slots, which this one closes, unless its origin or HTTP client differs.
        """
        if "api_token" in changes:
            changes = {**changes, "bearer_token": changes.get("api_token")}
        settings: Changes = {**self._settings, **changes}
        settings.pop("api_token", None)
        other = AsyncReplicate(**settings)
        if "http_client" not in changes and other.origin == self.origin:
            other._share(self._caller)
        return other

    def _share(self, caller: Caller) -> None:
        self._caller.line.connections = caller.line.connections
        self._caller.slots = caller.slots
        self._caller.pace = caller.pace
        self._caller.answer_hooks = caller.answer_hooks
        self._owns_connections = False

    with_options = copy

    @property
    def with_raw_response(self) -> "RawClient":
        """The same calls, each returning an `APIResponse`: `client.with_raw_response.search(…)`."""
        from replicate_tui.api.raw import RawClient

        return RawClient(self)

    async def run(
        self,
        ref: Any,
        input: Mapping[str, Any] | None = None,
        *,
        wait: bool | int = True,
        use_file_output: bool = True,
        **options: "Unpack[CreateOptions]",
    ) -> Any:
        """Run a model and return its output, with files as `FileOutput` unless `use_file_output` is false.

        `ref` is owner/name, owner/name:version, a version id, or an object of the API. `wait` asks the service to
        hold its answer, at most that many seconds (True: 60); in any case this returns only when the run is over.
        Raises ModelError when it failed or was canceled, RequestOutcomeUnknownError when it is not known to exist.
        """
        return await self._runner.run(ref, input or {}, wait=wait, use_file_output=use_file_output, options=options)

    def stream(
        self, ref: Any, input: Mapping[str, Any] | None = None, **options: "Unpack[CreateOptions]"
    ) -> "PredictionStream":
        """Run a model and return its events as an async iterator; `str(event)` is the text of an event.

        Raises ModelError at the end of a run that failed or was canceled.
        """
        return self._runner.stream(ref, input or {}, options)

    def use(self, ref: Any, *, streaming: bool = False, **options: "Unpack[CreateOptions]") -> "ModelFunction":
        """Return the model as a function of its inputs; with `streaming` its calls are iterated."""
        from replicate_tui.api.running import ModelFunction

        return ModelFunction(self._runner, ref, streaming=streaming, options=options)

    def stream_events(self, url: str, *, last_event_id: str | None = None) -> EventStream:
        """Return the events of a stream URL (`prediction.urls.stream`); it never fails, `end` says how it ended."""
        return EventStream(self._caller, url, last_event_id=last_event_id)

    def open_file(self, url: str) -> AbstractAsyncContextManager[Delivery]:
        """Open an output file by URL or data URI: `content_type`, `length` and `chunks()`. See `download`."""
        return self._deliveries.open(url)

    async def download(self, url: str, target: Path, *, on_progress: UploadProgress | None = None) -> Path:
        """Save an output file: complete, synced and renamed, or not there at all.

        `on_progress` is told bytes so far and all bytes (0: not known). No token goes with it. Raises UnsafeURLError
        (plain http, private address), FileError, APIStatusError (404: expired), APIConnectionError.
        """
        return await self._deliveries.download(url, target, on_progress)

    async def aclose(self) -> None:
        """Close the connections; those of an original or of a client handed in as `http_client` stay open."""
        if not self._owns_connections:
            return
        await self._caller.line.connections.aclose()

    close = aclose

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _poll_interval() -> float:
    try:
        seconds = float(os.environ.get("REPLICATE_POLL_INTERVAL", ""))
    except ValueError:
        return FIRST_INTERVAL
    return min(max(seconds, 0.05), 60.0) if seconds == seconds else FIRST_INTERVAL
