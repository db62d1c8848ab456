"""Calls that give the answer itself beside the value made of it."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from replicate_tui.api.caller import Caller
from replicate_tui.api.options import Request
from replicate_tui.api.resources.base import Resource
from replicate_tui.api.responses import APIResponse, Response

if TYPE_CHECKING:
    from replicate_tui.api.client import AsyncReplicate

RawCall = Callable[..., Coroutine[Any, Any, APIResponse[Any]]]


class RawAccess:
    """The calls of a resource and of those below it, each returning an `APIResponse`; made by `with_raw_response`."""

    def __init__(self, resource: Resource, caller: Caller) -> None:
        self._resource = resource
        self._caller = caller

    def __getattr__(self, name: str) -> Any:
        below = getattr(self._resource, name)
        if isinstance(below, Resource):
            return RawAccess(below, self._caller)
        return self._raw(name)

    async def __call__(self, *arguments: Any, **options: Any) -> APIResponse[Any]:
        """Call a resource that is itself a call, such as `search`."""
        return await self._raw("__call__")(*arguments, **options)

    def _raw(self, name: str) -> RawCall:
        async def call(*arguments: Any, **options: Any) -> APIResponse[Any]:
            recorder = _Recorder(self._caller)
            method: Callable[..., Awaitable[Any]] = getattr(type(self._resource)(recorder), name)
            value = await method(*arguments, **options)
            if recorder.last is None:
                raise TypeError(f"{name} makes no single request")
            return APIResponse(recorder.last, value)

        return call


class RawClient:
    """The families of a client, with calls that return an `APIResponse`."""

    def __init__(self, client: "AsyncReplicate") -> None:
        self._client = client

    def __getattr__(self, name: str) -> RawAccess:
        family = getattr(self._client, name)
        if not isinstance(family, Resource):
            raise AttributeError(f"{name} has no raw response")  # noqa: TRY004  (what a missing attribute raises)
        return family.with_raw_response


class _Recorder(Caller):
    """A caller that remembers the last answer."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(
            caller.line,
            policy=caller.policy,
            timeouts=caller.timeouts,
            user_agent=caller.user_agent,
            slots=caller.slots,
            pace=caller.pace,
            gate=caller.gate,
            answer_hooks=caller.answer_hooks,
        )
        self.last: Response | None = None

    async def send(self, request: Request) -> Response:
        self.last = await super().send(request)
        return self.last
