"""Which models are loaded: the first run of a cold one boots it, those that come meanwhile wait for the same boot."""

import asyncio

from replicate_tui.demo.clock import NANOSECONDS, Clock, seconds_between
from replicate_tui.demo.model import DemoModel

STAYS_WARM = 300.0


class Fleet:
    """Queue and boot times on paper; nothing is really loaded."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready: dict[str, int] = {}
        self._warm_until: dict[str, int] = {}

    async def wait_for_start(self, model: DemoModel, *, is_warm: bool = False) -> None:
        """Wait in the queue and for the boot; with `is_warm` an instance stands ready."""
        if is_warm:
            return
        name, now = model.full_name, self._clock.now()
        if model.cold_boot and self._warm_until.get(name, 0) < now:
            self._ready[name] = now + self._nanoseconds(model.cold_boot)
            self._warm_until[name] = self._ready[name] + self._nanoseconds(STAYS_WARM)
        await asyncio.sleep(max(0.0, seconds_between(now, self._ready.get(name, 0))))
        await self._clock.sleep(model.queue)

    def keep_warm(self, model: DemoModel) -> None:
        """Note that a run of `model` has just ended."""
        self._warm_until[model.full_name] = self._clock.now() + self._nanoseconds(STAYS_WARM)

    def _nanoseconds(self, seconds: float) -> int:
        return round(self._clock.scaled(seconds) * NANOSECONDS)
