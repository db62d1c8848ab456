"""The tabs of the place of models, without a screen: what each holds, and in which order it shows it."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from replicate_tui.services.views import ModelCard
from replicate_tui.ui import wording

TABS: Final = (("pinned", "Pinned"), ("recent", "Recent"), ("mine", "Mine"), ("public", "All public"))

#: Orders of lists that are all here: what is kept stands first.
_BY_NAME: Final = ("name", "by name")
_BY_RUNS: Final = ("runs", "most runs first")


@dataclass(slots=True)
class ListedModels:
    """One tab. `sorts` are (name, words) to go through, the first one as the cards came; `cursor` is the row's key."""

    note: str
    empty: str
    sorts: Sequence[tuple[str, str]]
    cards: tuple[ModelCard, ...] = ()
    words: str = ""
    sort: int = 0
    cursor: Hashable | None = None
    problem: str = ""
    fetched_at: datetime | None = None
    is_read: bool = False
    has_more: bool = False
    is_asked: bool = False

    @property
    def sort_name(self) -> str:
        return self.sorts[self.sort][0]

    def next_sort(self) -> None:
        self.sort = (self.sort + 1) % len(self.sorts)

    def shown(self) -> list[ModelCard]:
        """Return the rows that match the filter, in order."""
        wanted = self.words.casefold().split()
        found = [card for card in self.cards if _holds(card, wanted)]
        if self.sort_name == _BY_NAME[0]:
            found.sort(key=lambda card: card.full_name.casefold())
        elif self.sort_name == _BY_RUNS[0]:
            found.sort(key=lambda card: -(card.run_count or 0))
        return found

    def facts(self, shown: int) -> str:
        """Say how many there are, in which order, and how old they are where that matters."""
        known = wording.count(len(self.cards)) + " so far" * self.has_more
        parts = [f"{wording.count(shown)} of {known}" if self.words else known] if self.is_read else []
        if len(self.sorts) > 1:
            parts.append(self.sorts[self.sort][1])
        if self.problem:
            age = wording.age(self.fetched_at)
            parts += [f"age {age}", self.problem] if age else [self.problem]
        return " · ".join(parts)

    def empty_text(self) -> str:
        """Say why there is no row, and which key helps."""
        if self.words and self.cards:
            told = f"None of these {wording.plural(len(self.cards), 'model')} matches the filter; esc takes it off."
            return f"{told}\n1 searches all there are." if self.has_more else told
        if not self.is_read:
            return "Reading …"
        if self.problem:
            return f"{self.problem}\nr tries again"
        return self.empty


def new_tabs() -> dict[str, ListedModels]:
    """Return the tabs by their ids, with nothing read yet."""
    return {
        "pinned": ListedModels(
            "pinned on this machine",
            "Nothing is pinned yet. * pins a model here, in Search or on its page.",
            (("pinned", "as pinned"), _BY_NAME, _BY_RUNS),
        ),
        "recent": ListedModels(
            "opened on this machine",
            "No model has been opened yet. 1 goes to Search, ] to the public models.",
            (("opened", "latest first"), _BY_NAME, _BY_RUNS),
        ),
        "mine": ListedModels(
            "gathered from runs, trainings, deployments: the API has no list",
            "No model of yours is known here; n makes one.\n"
            "One made elsewhere comes with its first run, training or deployment.",
            (_BY_NAME, _BY_RUNS),
        ),
        "public": ListedModels(
            "every public model that can be run",
            "The service lists no public models.",
            (("latest_version_created_at", "newest version first"), ("model_created_at", "newest model first")),
        ),
    }


def _holds(card: ModelCard, words: list[str]) -> bool:
    text = f"{card.full_name} {card.description}".casefold()
    return all(word in text for word in words)
