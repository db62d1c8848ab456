"""What a single call may say about itself, and the request made of it."""

import math
from collections.abc import AsyncIterable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, cast

from replicate_tui.api.limits import BODY_BYTES, LONGEST_WAIT, StepTimeouts, Timeouts
from replicate_tui.api.retries import WaitHook

Query = Mapping[str, str | int | float | bool | None]


class CallOptions(TypedDict, total=False):
    """Options that every call takes.

    `timeout` bounds the whole call in seconds; `Timeouts` and `httpx.Timeout` say more. `priority` uses the slot that
    is kept for cancels and final reads. `on_wait` is told before each wait, beside the policy's own hook.
    """

    extra_headers: Mapping[str, str] | None
    extra_query: Query | None
    extra_body: Mapping[str, Any] | None
    timeout: float | Timeouts | StepTimeouts | None
    max_retries: int | None
    priority: bool
    on_wait: WaitHook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A body that is written while it is read; `chunks` starts it anew for each try."""

    chunks: Callable[[], AsyncIterable[bytes]]
    length: int
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of the API, before retries and limits.

    `path` is relative to the base, or a URL of its origin. `creates` names what comes into being, when a second
    request could make it twice. `repeatable` requests may be sent again after anything; None decides by the method.
    `hold` is how many seconds the service was asked to hold its answer, `answer_bytes` the most that is read of it,
    `on_progress` is told the bytes read so far.
    """

    method: str
    path: str
    query: Query = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    has_json: bool = False
    content: bytes | Upload = b""
    creates: str | None = None
    repeatable: bool | None = None
    priority: bool = False
    hold: float = 0.0
    answer_bytes: int = BODY_BYTES
    on_progress: Callable[[int], None] | None = None
    timeouts: Timeouts | None = None
    max_retries: int | None = None
    on_wait: WaitHook | None = None

    @property
    def may_repeat(self) -> bool:
        if self.repeatable is not None:
            return self.repeatable
        return self.method in ("GET", "HEAD", "DELETE", "OPTIONS")

    def with_options(self, options: CallOptions) -> "Request":
        """Return the request as the caller of this one call wants it; raises TypeError for unknown options."""
        check_options(options, CallOptions)
        timeout = options.get("timeout")
        body = options.get("extra_body")
        return replace(
            self,
            headers={**self.headers, **(options.get("extra_headers") or {})},
            query={**self.query, **(options.get("extra_query") or {})},
            json={**(self.json or {}), **body} if body else self.json,
            has_json=self.has_json or bool(body),
            timeouts=self.timeouts if timeout is None else Timeouts.of(timeout),
            max_retries=options.get("max_retries") if options.get("max_retries") is not None else self.max_retries,
            priority=options.get("priority", self.priority),
            on_wait=options.get("on_wait") or self.on_wait,
        )


def check_options(options: Mapping[str, Any], known: Any) -> None:
    """Raise TypeError for an option that `known`, a TypedDict, does not have.

    Python lets any name through where a function takes options; a misspelt `webhook` must not start a run without one.
    """
    for name in options:
        if name not in known.__optional_keys__:
            from difflib import get_close_matches

            near = get_close_matches(name, known.__optional_keys__, 1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise TypeError(f"unexpected keyword argument {name!r}{hint}")


def call_options(options: CallOptions) -> CallOptions:
    """Return those of `options` that every call takes."""
    kept = {name: value for name, value in options.items() if name in CallOptions.__optional_keys__}
    return cast("CallOptions", kept)


def prefer_header(prefer: str | float | bool | None) -> tuple[str | None, float]:
    """Return the Prefer header of a wait and its seconds: True is the longest wait, a text goes as it is."""
    if prefer is None or prefer is False:
        return None, 0.0
    if prefer is True:
        return "wait", float(LONGEST_WAIT)
    if isinstance(prefer, int | float):
        seconds = min(max(math.ceil(prefer), 1), LONGEST_WAIT)
        return f"wait={seconds}", float(seconds)
    _, _, number = prefer.partition("=")
    return prefer, float(number) if number.strip().isdecimal() else float(LONGEST_WAIT)
