"""What every screen is handed: the services, the settings and the signals of the running app."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from textual.signal import Signal

from replicate_tui.config import Settings
from replicate_tui.ui.launcher import OpenedProfile
from replicate_tui.ui.wire.capabilities import Graphics

if TYPE_CHECKING:
    from replicate_tui.services.bundle import Services
    from replicate_tui.services.events import RunEvent


class LiveStrip(NamedTuple):
    """The right end of the place bar: what is going on now."""

    running: int = 0
    trainings: int = 0
    note: str = ""
    percent: int | None = None
    """How far the one training is, None where there are several or it does not say."""
    elsewhere: str = ""
    """What is going on in other profiles."""
    is_listening: bool = False
    """Whether the webhook receiver listens."""

    def __str__(self) -> str:
        parts = []
        if self.running:
            parts.append(f"{self.running} running")
        if self.trainings:
            far = "" if self.percent is None else f" {self.percent} %"
            parts.append(f"{self.trainings} training" + ("s" if self.trainings > 1 else "") + far)
        if self.is_listening:
            parts.append("listening")
        if self.elsewhere:
            parts.append(self.elsewhere)
        if self.note:
            parts.append(self.note)
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class House:
    """Handed to each screen's constructor.

    `run_events` brings the tracker's news, `live_strip` the counts for the place bar (`current_strip` for a bar that
    is new), `graphics` says how pictures are drawn on this terminal.
    """

    profile: OpenedProfile
    settings: Settings
    run_events: "Signal[RunEvent]"
    live_strip: Signal[LiveStrip]
    current_strip: Callable[[], LiveStrip]
    graphics: Graphics = field(default_factory=Graphics)

    @property
    def services(self) -> "Services":
        return self.profile.services

    @property
    def badge(self) -> str:
        """The name of the profile ("DEMO"), empty for the default one."""
        return self.profile.badge
