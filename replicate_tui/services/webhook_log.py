"""The deliveries of this session: as many as there is room for, the oldest give way."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, TypeVar

from replicate_tui.services.webhook_judge import Marks
from replicate_tui.services.webhook_views import Delivery, Verdict

T = TypeVar("T")

MOST_DELIVERIES: Final = 500
MOST_BYTES: Final = 64_000_000
#: A retry comes within a minute or two; so many ids and runs are remembered beyond their deliveries.
_REMEMBERED: Final = 4_000


class DeliveryLog:
    """Keeps deliveries by their number. `dropped` counts those that gave way, `received` all that came."""

    def __init__(self) -> None:
        self.received = 0
        self.dropped = 0
        self._deliveries: dict[int, Delivery] = {}
        self._bytes = 0
        self._first_with: OrderedDict[str, int] = OrderedDict()
        self._first_valid: OrderedDict[str, int] = OrderedDict()
        self._marks: OrderedDict[str, Marks] = OrderedDict()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What is kept, in the order of coming."""
        return tuple(self._deliveries.values())

    def get(self, number: int) -> Delivery | None:
        return self._deliveries.get(number)

    def first_with(self, id: str, *, is_valid: bool) -> int | None:
        """Return the number of the first delivery with an id, None when there was none.

        To a valid one only another valid one is the same: a forged one must not take its place.
        """
        numbers = (self._first_valid.get(id), None if is_valid else self._first_with.get(id))
        return min((number for number in numbers if number is not None), default=None)

    def marks_of(self, run_id: str) -> Marks | None:
        """Return how far a run was when it was told of last."""
        return self._marks.get(run_id)

    def add(self, delivery: Delivery, marks: Marks) -> None:
        """Keep a delivery, and drop the oldest ones that have no room any more."""
        self.received = delivery.number
        self._deliveries[delivery.number] = delivery
        self._bytes += len(delivery.body)
        is_valid = delivery.verdict is Verdict.VALID
        if delivery.id:
            first = self._first_valid if is_valid else self._first_with
            _remember(first, delivery.id, first.get(delivery.id, delivery.number))
        if delivery.facts.run_id and not delivery.is_late and (is_valid or delivery.verdict is Verdict.UNKNOWN):
            _remember(self._marks, delivery.facts.run_id, marks)
        while len(self._deliveries) > 1 and (len(self._deliveries) > MOST_DELIVERIES or self._bytes > MOST_BYTES):
            self.forget([next(iter(self._deliveries))])
            self.dropped += 1

    def replace(self, delivery: Delivery) -> None:
        """Put more that is known of a delivery in its place, unless it has gone meanwhile."""
        if delivery.number in self._deliveries:
            self._deliveries[delivery.number] = delivery

    def forget(self, numbers: Iterable[int]) -> None:
        """Take deliveries off; repeats of them are still known as such."""
        for number in numbers:
            if delivery := self._deliveries.pop(number, None):
                self._bytes -= len(delivery.body)


def _remember(known: OrderedDict[str, T], key: str, value: T) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > _REMEMBERED:
        known.popitem(last=False)
