"""The rows of the webhook receiver, without a screen: filtered and in the order that is wanted."""

from collections.abc import Sequence
from typing import Final

from replicate_tui.services.webhook_views import Delivery, ReceiverState, Verdict
from replicate_tui.ui import wording
from replicate_tui.ui.screens.collections import matches
from replicate_tui.ui.webhooks.drawing import verdict_look

_NOT_LISTENING: Final = (
    "Not listening. s starts.\nRuns that are started meanwhile report here; what comes is checked and listed."
)
_NOTHING_FITS: Final = "Nothing matches the filter; esc takes it off."
#: Orders to go through: name and words.
_SORTS: Final = (
    ("newest", "newest first"),
    ("oldest", "in the order of coming"),
    ("run", "by run"),
    ("verdict", "what is wrong first"),
    ("size", "largest first"),
)
_WORST_FIRST: Final = (
    Verdict.WRONG,
    Verdict.MISSING,
    Verdict.EARLY,
    Verdict.OLD,
    Verdict.UNKNOWN,
    Verdict.VALID,
)


class WebhookListing:
    """`deliveries` are in the order of coming; `words` is the filter."""

    def __init__(self) -> None:
        self.deliveries: Sequence[Delivery] = ()
        self.words = ""
        self._sort = 0

    def next_sort(self) -> None:
        self._sort = (self._sort + 1) % len(_SORTS)

    def rows(self) -> list[Delivery]:
        return self._sorted([each for each in self.deliveries if matches(self.words, *_texts(each))])

    def empty_text(self, state: ReceiverState) -> str:
        """Say why there is no row, and which key helps."""
        if self.words and self.deliveries:
            return _NOTHING_FITS
        if not state.is_listening:
            return _NOT_LISTENING
        if not state.hook_url:
            return "Nothing has come yet.\nu gives the public URL that leads here, so that runs can report."
        if not state.events:
            return "Nothing has come yet, and runs do not report here.\ne chooses of what."
        return "Nothing has come yet.\nRun a model: it reports here."

    def facts(self, state: ReceiverState, shown: int, marked: int) -> str:
        """Say how many there are, how large, and in which order."""
        known = len(self.deliveries)
        parts = [f"{marked} marked"] if marked else []
        parts.append(wording.count(known) if shown == known else f"{wording.count(shown)} of {wording.count(known)}")
        if size := sum(len(each.body) for each in self.deliveries):
            parts.append(wording.size(size))
        if state.dropped:
            parts.append(f"{wording.count(state.dropped)} older ones dropped")
        return " · ".join([*parts, _SORTS[self._sort][1]])

    def _sorted(self, deliveries: list[Delivery]) -> list[Delivery]:
        match _SORTS[self._sort][0]:
            case "oldest":
                return deliveries
            case "run":
                return sorted(deliveries, key=lambda each: (each.facts.run_id, -each.number))
            case "verdict":
                return sorted(deliveries, key=lambda each: (_WORST_FIRST.index(each.verdict), -each.number))
            case "size":
                return sorted(deliveries, key=lambda each: (-len(each.body), -each.number))
            case _:
                return deliveries[::-1]


def _texts(delivery: Delivery) -> tuple[str, ...]:
    facts = delivery.facts
    verdict = verdict_look(delivery.verdict).word
    return verdict, facts.event, facts.run_id, facts.model, facts.status, delivery.id, f"#{delivery.number}"
