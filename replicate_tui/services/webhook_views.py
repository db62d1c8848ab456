"""What the webhook receiver shows: deliveries with their verdicts, and how it stands itself."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from replicate_tui.store.records import RunKind
from replicate_tui.store.statuses import FINAL_STATUSES

#: What a webhook can be told of (Replicate API, webhook_events_filter).
EVENTS: Final = ("start", "output", "logs", "completed")


class Verdict(StrEnum):
    """What the signature of a delivery says."""

    VALID = "valid"
    WRONG = "wrong"
    MISSING = "missing"
    OLD = "too old"
    EARLY = "too early"
    UNKNOWN = "secret unknown"


class Facts(NamedTuple):
    """What the body of a delivery says of its run, cleaned; nothing of it is believed.

    `event` is guessed, since a delivery does not name it. `problem` says why the body is none of a run.
    """

    run_id: str = ""
    model: str = ""
    status: str = ""
    event: str = ""
    problem: str = ""

    @property
    def is_final(self) -> bool:
        return self.status in FINAL_STATUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery as it came. `headers` and `body` are raw: whoever shows them cleans them.

    `number` counts from 1 in the order of coming. `repeats` is the number of the first one with the same `id`,
    `is_late` says that the end of the run had been told before. `known_run` is our id of a run of the history, of the
    kind `known_kind`.
    """

    number: int
    received_at: datetime
    id: str
    verdict: Verdict
    facts: Facts
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    repeats: int | None = None
    is_late: bool = False
    known_run: str | None = None
    known_kind: RunKind | None = None


class Hook(NamedTuple):
    """Where runs that are started here report to, and of what."""

    url: str
    events: tuple[str, ...]


class ReceiverState(NamedTuple):
    """How the receiver stands. `port` is the one it listens at, None while it does not.

    `public_url` is what the person gave, "" for none; `hook_url` is the whole address for the service, "" where there
    is none. `problem` says why it does not listen, or why the secret is not known. `received` counts all deliveries
    of this session, `dropped` those that gave way to newer ones; `refused` requests were no deliveries.
    """

    port: int | None = None
    wanted_port: int = 0
    local_url: str = ""
    public_url: str = ""
    hook_url: str = ""
    events: tuple[str, ...] = ("completed",)
    has_secret: bool = False
    problem: str = ""
    received: int = 0
    dropped: int = 0
    refused: int = 0
    last_refusal: str = ""

    @property
    def is_listening(self) -> bool:
        return self.port is not None
