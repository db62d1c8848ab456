"""A list that is all here, of which only the rows are shown that hold some words."""

from collections.abc import Sequence
from typing import TypeVar

from replicate_tui.ui import wording
from replicate_tui.ui.widgets.virtual_list import GroupHeader, VirtualList

RowT = TypeVar("RowT")


class FilteredList(VirtualList[RowT]):
    """Base of such lists: subclasses say by which texts a row is found. Headers go while there is a filter."""

    words = ""
    _all: Sequence[RowT | GroupHeader] = ()
    _none = ""

    def texts_of(self, row: RowT) -> tuple[str, ...]:
        """Return the texts that a filter looks at."""
        raise NotImplementedError

    @property
    def all_rows(self) -> int:
        """How many rows there are without a filter."""
        return sum(not isinstance(row, GroupHeader) for row in self._all)

    def show_all(self, rows: Sequence[RowT | GroupHeader], empty_text: str) -> None:
        """Show `rows` as far as they fit; `empty_text` stands where there are none at all."""
        self._all, self._none = rows, empty_text
        self.set_rows(self._fitting(), keep=self.cursor_key)

    def use_filter(self, words: str) -> None:
        """Show the rows that hold each of `words`, all of them for ""."""
        self.words = words
        self.set_rows(self._fitting(), keep=self.cursor_key)

    def _fitting(self) -> Sequence[RowT | GroupHeader]:
        wanted = self.words.casefold().split()
        if not self._all or not wanted:
            self.empty_text = self._none or self.empty_text
            return self._all
        self.empty_text = f"None of these {wording.count(self.all_rows)} matches the filter; esc takes it off."
        return [row for row in self._all if not isinstance(row, GroupHeader) and self._holds(row, wanted)]

    def _holds(self, row: RowT, wanted: list[str]) -> bool:
        text = " ".join(self.texts_of(row)).casefold()
        return all(word in text for word in wanted)
