"""What a history is asked in the benchmarks: every kind of filter, and combinations that find little or nothing."""

from typing import Final, NamedTuple

from replicate_tui.store.filters import parse_filter
from replicate_tui.store.orders import RunOrder
from replicate_tui.store.records import RunRow
from replicate_tui.store.runs import RunRepository
from tests.benchmarks.long_history import word

PAGE: Final = 200
#: A page of any filter from 100,000 runs, and from a million; and of one word from 100,000 (milliseconds).
MOST: Final = 100.0
MOST_OF_A_MILLION: Final = 300.0
MOST_OF_A_WORD: Final = 10.0


class Question(NamedTuple):
    """A filter line by a name, whether it is one word of the index alone, and whether it fills a page of any history.

    A page that is full in a short history must not cost more in a long one.
    """

    name: str
    line: str
    is_one_word: bool = False
    is_full: bool = False
    order: RunOrder = RunOrder.NEWEST

    async def ask(self, runs: RunRepository) -> list[RunRow]:
        """Read the first page of the answer."""
        asked = parse_filter(self.line)
        if self.order is RunOrder.NEWEST:
            return await runs.rows(asked, limit=PAGE)
        return await runs.sorted_rows(asked, self.order, limit=PAGE)

    def most(self, runs: int) -> float:
        """Return the most milliseconds a page may take from a history of so many runs."""
        if runs > 100_000:
            return MOST_OF_A_MILLION
        return MOST_OF_A_WORD if self.is_one_word else MOST


_COMMON, _SECOND = word(0), word(1)

QUESTIONS: Final = (
    Question("first page", "", is_full=True),
    Question("a common word", _COMMON, is_one_word=True, is_full=True),
    Question("its first letter", _COMMON[0], is_one_word=True, is_full=True),
    Question("its first three letters", _COMMON[:3], is_one_word=True),
    Question("a rare word", word(15_000), is_one_word=True),
    Question("a word of old runs", "oldera", is_one_word=True),
    Question("no such word", "nowhere", is_one_word=True),
    Question("two common words", f"{_COMMON} {_SECOND}", is_full=True),
    Question("two beginnings", f"{_COMMON[:3]} {_SECOND[:3]}"),
    Question("two that never meet", "newera oldera"),
    Question("a phrase", f'"{_COMMON} {_SECOND}"'),
    Question("model:", "model:model7"),
    Question("model: of old runs", "model:ancient"),
    Question("model: nothing", "model:nothing"),
    Question("version:", "version:0990"),
    Question("version: nothing", "version:fff"),
    Question("status: common", "status:failed"),
    Question("status: rare", "status:aborted"),
    Question("status: nothing", "status:processing"),
    Question("source:", "source:web"),
    Question("kind: nothing", "kind:training"),
    Question("tag: common", "tag:often", is_full=True),
    Question("tag: rare", "tag:seldom"),
    Question("note:", "note:exhib"),
    Question("cost: dear", "cost>0.05"),
    Question("cost: nothing", "cost>9"),
    Question("cost: unknown", "cost:unknown", is_full=True),
    Question("before: the far past", "before:2024-01-05"),
    Question("since: the future", "since:2199"),
    Question("word and rare status", f"{_COMMON} status:aborted"),
    Question("word and old model", f"{_COMMON} model:ancient"),
    Question("new word and old model", "newera model:ancient"),
    Question("word, model and status", f"{_COMMON} model:model7 status:failed"),
    Question("words, model, status, cost", f"{_COMMON} {_SECOND} model:owner7 status:failed cost>0.02"),
    Question("word, tag and model", f"{_COMMON} tag:often model:ancient"),
    Question("word and no status", f"{_COMMON} status:processing"),
    *(Question(f"{order} of all", "", order=order) for order in RunOrder if order is not RunOrder.NEWEST),
    Question("longest with a word", _COMMON, order=RunOrder.LONGEST),
    Question("by model, with a word", _COMMON, order=RunOrder.MODEL),
    Question("dearest failures", "status:failed", order=RunOrder.DEAREST),
)
