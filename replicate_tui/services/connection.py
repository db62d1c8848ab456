"""The one way services reach the service: a client made late, and what is known of the link to it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.translate import problem_from

if TYPE_CHECKING:
    from replicate_tui.api.caller import AnswerHook
    from replicate_tui.api.client import AsyncReplicate

T = TypeVar("T")

#: Makes the client; the heavy imports (httpx, pydantic) happen in there, in a thread, after the first paint.
ClientProvider = Callable[[], Awaitable["AsyncReplicate"]]

_NOT_ALLOWED = frozenset({ProblemKind.UNAUTHORISED, ProblemKind.NO_TOKEN})


class LinkState(StrEnum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    UNAUTHORISED = "not authorised"


class Connection:
    """A link to one origin under one profile; it makes the client at the first call and keeps the link's state.

    `origin` is scheme, host and port; `account` is the name runs are filed under, "" until it is known.
    """

    def __init__(
        self, provider: ClientProvider, *, origin: str, profile: str, is_demo: bool = False, account: str = ""
    ) -> None:
        self.origin = origin
        self.profile = profile
        self.is_demo = is_demo
        self.account = account
        self.problem: ServiceProblem | None = None
        self._provider = provider
        self._client: AsyncReplicate | None = None
        self._opening = asyncio.Lock()
        self._state = LinkState.CONNECTING
        self._listeners: list[Callable[[LinkState], None]] = []
        self._changed = asyncio.Event()
        self._answer_hooks: list[AnswerHook] = []

    @property
    def state(self) -> LinkState:
        return self._state

    async def client(self) -> "AsyncReplicate":
        """Return the client, making it at the first call; raises ServiceProblem when there is no token."""
        async with self._opening:
            if self._client is None:
                self._client = await self._provider()
                for hook in self._answer_hooks:
                    self._client.add_answer_hook(hook)
            return self._client

    def tell_answers(self, hook: "AnswerHook") -> None:
        """Have `hook` told each answer of the service, by whatever client; before the first call."""
        self._answer_hooks.append(hook)

    async def call(self, operation: Callable[["AsyncReplicate"], Awaitable[T]]) -> T:
        """Run one operation of the client, keep the state of the link, and raise failures as ServiceProblem."""
        try:
            result = await operation(await self.client())
        except Exception as error:
            problem = problem_from(error)
            self.failed(problem)
            raise problem from error
        self.reached()
        return result

    def subscribe(self, listener: Callable[[LinkState], None]) -> Callable[[], None]:
        """Call `listener` at each change of state; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def reached(self) -> None:
        """Note that the service has answered."""
        self.problem = None
        self._become(LinkState.ONLINE)

    def failed(self, problem: ServiceProblem) -> None:
        """Note a failure: only those of the link itself change its state."""
        if problem.kind in _NOT_ALLOWED:
            self.problem = problem
            self._become(LinkState.UNAUTHORISED)
        elif problem.kind is ProblemKind.OFFLINE:
            self.problem = problem
            self._become(LinkState.OFFLINE)
        elif problem.status is not None:
            self.reached()

    async def wait_until(self, moment: float) -> None:
        """Sleep until `moment` (monotonic), or less when the link comes back meanwhile."""
        while (left := moment - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return
            if self._state is LinkState.ONLINE:
                return

    async def wait_authorised(self) -> None:
        """Wait while the service refuses the token; returns at once otherwise."""
        while self._state is LinkState.UNAUTHORISED:
            await self._changed.wait()

    async def replace(self, provider: ClientProvider) -> None:
        """Use another client from now on (a new token was given)."""
        await self.close()
        self._provider = provider
        self.problem = None
        self._become(LinkState.CONNECTING)

    async def close(self) -> None:
        """Close the client, if there is one."""
        async with self._opening:
            client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _become(self, state: LinkState) -> None:
        if state is self._state:
            return
        self._state = state
        self._changed.set()
        self._changed = asyncio.Event()
        for listener in tuple(self._listeners):
            listener(state)
