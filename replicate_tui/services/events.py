"""What the tracker tells its listeners, at most ten times a second for each run, leading edge first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunEvent:
    """News of one run; `seq` counts up within the run, so that news older than a snapshot can be dropped."""

    run_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class RunChanged(RunEvent):
    """Something about the run changed: take a new snapshot."""


@dataclass(frozen=True, slots=True)
class OutputAppended(RunEvent):
    """More streamed text, already cleaned for the terminal."""

    delta: str


@dataclass(frozen=True, slots=True)
class OutputReplaced(RunEvent):
    """The streamed text was a preview; this is the service's final text."""

    text: str


@dataclass(frozen=True, slots=True)
class LogsChanged(RunEvent):
    """The log file of the run grew, or was written anew when `replaced`."""

    replaced: bool


@dataclass(frozen=True, slots=True)
class RunEnded(RunEvent):
    """The run reached a final status; `asked_here` is true when the user of this app canceled it."""

    status: str
    asked_here: bool
