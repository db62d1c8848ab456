"""Faults on request: which requests go wrong, and how.

A rule matches by method, path, turn and what the request holds; the first match wins. Everything is off until a rule
is added. What the rules can do to a connection is in `connection.py` and `door.py`, to a reply in `strikes.py`, to a
stream in `stream_faults.py`, to a run in `scripts.py`.
"""

import fnmatch
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from replicate_tui.demo.bucket import Bucket
from replicate_tui.demo.fault_replies import REPLIES
from replicate_tui.demo.hostile import Where
from replicate_tui.demo.json_pointer import find
from replicate_tui.demo.places import filled
from replicate_tui.demo.scripts import RunScript
from replicate_tui.demo.stream_faults import StreamFault

When = Literal["before", "after"]
Host = Literal["service", "foreign"]
Accept = Literal["reset", "close", "hang", "refuse", "blackhole"]
Framing = Literal["short", "long", "none", "chunked", "bad-chunk", "cut-chunk"]
End = Literal["close", "reset"]
Encoding = Literal["gzip", "gzip-cut", "gzip-false", "gzip-bomb"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """One rule; without an action it only names the request in the log.

    Matching: `path` is a glob over the URL's path, `method` empty for all, `with_headers` globs over header values,
    `with_json` values by JSON pointer in the body, `host` whom the request was sent to (see `foreign.py`). `nth` is the
    first hit (from 1) the rule acts on, `every` makes it act on each n-th hit only, `times` ends it after so many,
    `probability` throws seeded dice. `since` and `until` are seconds after the rule was added between which it acts;
    with `cycle` they come again every so many seconds. With `per_minute` it lets so many pass each minute, `burst` of
    them at once (as many when it is not given), and acts on those above.

    A rule with `accept` strikes connections instead, by turn, dice and time alone, with `max_connections` only those
    that come when so many are open: it resets or closes them, or accepts (after `delay`, for good without one) and
    reads nothing. For its time alone, "refuse" stops listening and resets what is open, and "blackhole" takes no new
    connection out of a full queue.

    Acting: `delay` seconds first, and up to `jitter` more. `when` says whether the request takes effect before the
    fault strikes, and before the delay. `status` answers with `body` instead of the service, `drop` resets the
    connection, `close` closes it, `hang` never answers; each after `read_bytes` of the body (0: nothing, left out: all)
    have been read. The body is taken in at `upload_bytes_per_second`, with a pause of `upload_stall_for` seconds once
    `upload_stall_at` bytes are in.

    Otherwise the real answer goes out, changed, as does the one with a `status`: `body` or `raw_body` (a byte for each
    character up to U+00FF) takes the place of its body, `headers` are set, `dated_headers` set to the time in so many
    seconds, `add_headers` (lines) put beside others of their name, `drop_headers` left out, `patch` (the operations
    add, replace and remove of JSON Patch, and `raw`, which adds the bytes of a text as they are) applied to its JSON,
    each of the `hostile` strings put in turn where the JSON has words (with `hostile_in` "one" in a single place of
    each answer). `encoding` packs it, honestly or not; `framing` tells a wrong length, none, or sends chunks, whole or
    broken. `informational` puts so many 1xx replies before it, `header_bytes` so much into its head.

    It leaves at `bytes_per_second`, in slices of `slice_bytes` (with `slice_random` of up to so many) with
    `slice_pause` seconds between, pauses after `stall_at` bytes for `stall_for` seconds, and ends with the connection
    after `cut_at` bytes, as `cut_by` says; bytes of the body, or with `from_head` of the head and the body. After it,
    the connection is closed when it was idle for `close_idle_after` seconds, or with `close_at_next` just as the next
    request comes. `stream` changes an event stream; `run` what becomes of the prediction or training that the request
    makes.
    """

    name: str = "fault"
    host: Host = "service"
    method: str = ""
    path: str = "*"
    with_headers: Mapping[str, str] = field(default_factory=dict)
    with_json: Mapping[str, Any] = field(default_factory=dict)
    nth: int = 1
    every: int = 1
    times: int | None = None
    probability: float = 1.0
    since: float = 0.0
    until: float | None = None
    cycle: float | None = None
    per_minute: float | None = None
    burst: int | None = None
    accept: Accept | None = None
    max_connections: int = 0
    when: When = "before"
    delay: float = 0.0
    jitter: float = 0.0
    read_bytes: int | None = None
    upload_bytes_per_second: float | None = None
    upload_stall_at: int | None = None
    upload_stall_for: float = 0.0
    status: int | None = None
    body: Any = None
    raw_body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    dated_headers: Mapping[str, float] = field(default_factory=dict)
    add_headers: tuple[str, ...] = ()
    drop_headers: tuple[str, ...] = ()
    drop: bool = False
    close: bool = False
    hang: bool = False
    patch: tuple[Mapping[str, Any], ...] = ()
    hostile: tuple[str, ...] = ()
    hostile_in: Where = "every"
    encoding: Encoding | None = None
    framing: Framing | None = None
    informational: int = 0
    header_bytes: int = 0
    bytes_per_second: float | None = None
    slice_bytes: int | None = None
    slice_random: bool = False
    slice_pause: float = 0.0
    stall_at: int | None = None
    stall_for: float = 0.0
    cut_at: int | None = None
    cut_by: End = "close"
    from_head: bool = False
    close_idle_after: float | None = None
    close_at_next: bool = False
    stream: StreamFault | None = None
    run: RunScript | None = None

    @property
    def replaces_answer(self) -> bool:
        return self.status is not None or self.drop or self.close or self.hang

    @property
    def changes_whole(self) -> bool:
        """Whether the answer must be complete before any of it can leave."""
        changed = self.patch or self.hostile or self.encoding or self.framing or self.from_head
        return bool(changed) or self.body is not None or self.raw_body is not None

    @property
    def is_raw(self) -> bool:
        """Whether the answer goes past the HTTP library, and the connection ends with it."""
        return self.from_head or self.framing not in (None, "chunked")

    @property
    def shuts_door(self) -> bool:
        return self.accept in ("refuse", "blackhole")

    def fits(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        if self.accept or self.method.upper() not in ("", method) or not fnmatch.fnmatchcase(path, self.path):
            return False
        wanted = self.with_headers.items()
        if not all(fnmatch.fnmatchcase(headers.get(name.lower(), ""), glob) for name, glob in wanted):
            return False
        return all(find(body, pointer) == value for pointer, value in self.with_json.items())


class _Armed:
    """A rule with its count of hits."""

    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self.added = time.monotonic()
        self.hits = 0
        self.fired = 0
        self._bucket = None if rule.per_minute is None else _bucket(rule.per_minute, rule.burst)

    def is_due(self, dice: random.Random) -> bool:
        rule = self.rule
        if not self.window()[0]:
            return False
        if self._bucket is not None and not self._bucket.take():
            return False
        self.hits += 1
        if rule.times is not None and self.fired >= rule.times:
            return False
        if self.hits < rule.nth or (self.hits - rule.nth) % rule.every:
            return False
        return rule.probability >= 1.0 or dice.random() < rule.probability

    def window(self) -> tuple[bool, float | None]:
        """Return whether it is the rule's time, and the seconds until that changes (None: it never does)."""
        rule, age = self.rule, time.monotonic() - self.added
        if rule.cycle is not None:
            age %= rule.cycle
        if age < rule.since:
            return False, rule.since - age
        if rule.until is None or age <= rule.until:
            ends = [each for each in (rule.until, rule.cycle) if each is not None]
            end = min(ends, default=None)
            return True, None if end is None else max(0.0, end - age)
        return False, None if rule.cycle is None else rule.cycle - age + rule.since


def _bucket(per_minute: float, burst: int | None) -> Bucket:
    return Bucket(size=max(1.0, per_minute) if burst is None else burst, per_second=per_minute / 60)


class Faults:
    """The rules in force; may be changed from another thread than the service's.

    `places` are names that rules may use for addresses.
    """

    def __init__(self, *, seed: int = 0, places: Mapping[str, str] | None = None) -> None:
        self._places = places or {}
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._listeners: list[Callable[[], None]] = []

    def add(self, *rules: FaultRule) -> None:
        with self._lock:
            self._armed += [_Armed(filled(rule, self._places)) for rule in rules]
        self._tell()

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()
        self._tell()

    def listen(self, changed: Callable[[], None]) -> None:
        """Call `changed` whenever rules come or go, in the thread that changes them."""
        self._listeners.append(changed)

    def forget(self, changed: Callable[[], None]) -> None:
        self._listeners.remove(changed)

    def _tell(self) -> None:
        for changed in list(self._listeners):
            changed()

    @property
    def is_empty(self) -> bool:
        return not self._armed

    @property
    def need_bodies(self) -> bool:
        """Whether a rule must see a request's body before it is known to match."""
        with self._lock:
            return any(armed.rule.with_json for armed in self._armed)

    def fired(self) -> list[tuple[FaultRule, int]]:
        """Return the rules in force with how often each has struck."""
        with self._lock:
            return [(armed.rule, armed.fired) for armed in self._armed]

    def next_for(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        host: Host = "service",
    ) -> FaultRule | None:
        """Count the request against the rules and return the one that strikes it, if any."""
        return self._next(lambda rule: rule.host == host and rule.fits(method, path, headers or {}, body))

    def next_connection(self, host: Host, already: int) -> FaultRule | None:
        """Count a new connection beside `already` open ones, and return the rule with `accept` that strikes it."""
        return self._next(
            lambda rule: (
                rule.accept is not None
                and not rule.shuts_door
                and rule.host == host
                and already >= rule.max_connections
            )
        )

    def door(self, host: Host) -> tuple[FaultRule | None, float | None]:
        """Return the rule that shuts the door of `host` now, and the seconds until that may change."""
        with self._lock:
            shutting = [
                (each.rule, *each.window()) for each in self._armed if each.rule.shuts_door and each.rule.host == host
            ]
        changes = [seconds for _, _, seconds in shutting if seconds is not None]
        return next((rule for rule, now, _ in shutting if now), None), min(changes, default=None)

    def count(self, rule: FaultRule) -> None:
        """Count that `rule` shut a door."""
        with self._lock:
            for armed in self._armed:
                armed.fired += armed.rule is rule

    def seconds_of(self, rule: FaultRule) -> float:
        """Return how long `rule` delays this time."""
        return rule.delay + (rule.jitter * self._dice.random() if rule.jitter else 0.0)

    def dice_of(self, rule: FaultRule) -> random.Random:
        """Return dice for one strike of `rule`, the same ones for the same strikes of the same seed."""
        return random.Random(self._dice.getrandbits(64)) if rule.slice_random else self._dice

    def _next(self, fits: Callable[[FaultRule], bool]) -> FaultRule | None:
        with self._lock:
            for armed in self._armed:
                if fits(armed.rule) and armed.is_due(self._dice):
                    armed.fired += 1
                    return armed.rule
        return None


def insufficient_credit(**matching: Any) -> FaultRule:
    """Return a rule that answers 402 as the service does."""
    return FaultRule(**{"name": "insufficient-credit", **REPLIES["insufficient-credit"], **matching})


def throttled(*, retry_after: int = 1, header: bool = False, **matching: Any) -> FaultRule:
    """Return a rule that answers 429; `retry_after` in seconds, told in the body and with `header` there too."""
    body = {
        "detail": f"Request was throttled. Your rate limit resets in ~{retry_after}s.",
        "status": 429,
        "retry_after": retry_after,
    }
    headers = {"Retry-After": str(retry_after)} if header else {}
    return FaultRule(**{"name": "throttled", "status": 429, "body": body, "headers": headers, **matching})
