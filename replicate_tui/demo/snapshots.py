"""Snapshots: all that the service remembers at one moment, to go back to as often as one likes."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from replicate_tui.demo.service import DemoService
from replicate_tui.demo.storage import Record


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Records, blobs by key, and how many ids had been given out."""

    records: tuple[Record, ...] = ()
    blobs: tuple[tuple[str, bytes], ...] = ()
    used: int = 0


#: What a service begins with.
EMPTY: Final = Snapshot()


async def take(service: DemoService) -> Snapshot:
    """Return what `service` remembers now; runs that are under way are in it as far as they have come."""
    state = service.state
    records, used, keys = tuple(deepcopy(state.records())), state.ids.used, state.blob_keys()
    blobs = [(key, content) for key in keys if (content := await state.storage.get(key)) is not None]
    return Snapshot(records, tuple(blobs), used)


async def restore(service: DemoService, snapshot: Snapshot) -> None:
    """Make `service` remember `snapshot` and nothing since; runs that were under way in it begin their work again.

    Whoever waits for a run of now is answered with how far it came. Faults, tokens and the clock stay as they are.
    """
    await service.halt()
    for own in service.state.models.values():
        service.own_models.remove(own)
    service.state.replace_records(deepcopy(snapshot.records), used=snapshot.used)
    for key, content in snapshot.blobs:
        service.state.storage.put(key, content)
    service.own_models.restore()
    service.go_on()
