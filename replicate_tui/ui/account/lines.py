"""A line of the Account place: a label, what it is, and where that is from; what does not fit stands in the detail."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from textual.content import Content

from replicate_tui.ui.widgets.list_rows import GroupHeader

_WIDEST_LABEL: Final = 34
_NARROWEST_VALUE: Final = 20


class AccountLine(NamedTuple):
    """`copied` is what y copies, the value without it; `url` is opened by o; `thing` is what the line stands for.

    `style` colours the value. The texts are cleaned already.
    """

    key: str
    label: str
    value: str = ""
    note: str = ""
    style: str = ""
    detail: str = ""
    copied: str = ""
    url: str = ""
    thing: Any = None

    @property
    def all_text(self) -> str:
        """All there is to read of the line."""
        return "\n".join(filter(None, (" ".join(self.value.split()), self.note, self.detail)))


Row: TypeAlias = AccountLine | GroupHeader


def matching(rows: Sequence[Row], words: str) -> list[Row]:
    """Return the lines that hold all of `words`, under those headers that have any left."""
    wanted = words.casefold().split()
    found: list[Row] = []
    header: GroupHeader | None = None
    for row in rows:
        if isinstance(row, GroupHeader):
            header = row
            continue
        text = f"{header.title if header else ''} {row.label} {row.value} {row.note}".casefold()
        if all(word in text for word in wanted):
            if header is not None:
                found.append(header)
                header = None
            found.append(row)
    return found


def label_cells(rows: Sequence[Row], width: int) -> int:
    """Return how wide the column of labels is in a list of `width` cells."""
    longest = max((len(row.label) for row in rows if isinstance(row, AccountLine)), default=0)
    return max(8, min(longest, _WIDEST_LABEL, width - _NARROWEST_VALUE))


def draw(line: AccountLine, width: int, cells: int) -> Content:
    """Return a line in `width` cells, its label in `cells`."""
    label = Content.styled(line.label, "" if line.value else "$text-muted").truncate(cells, ellipsis=True)
    value = Content.styled(line.value, line.style) if line.style else Content(line.value)
    # The note takes what the value leaves, and a third where both are long.
    room = max(0, width - cells - 3)
    for_note = max(room // 3, room - value.cell_length - 2)
    note = Content.styled(line.note, "$text-muted").truncate(for_note, ellipsis=True)
    value = value.truncate(room - (note.cell_length + 2 if line.note else 0), ellipsis=True)
    gap = max(0, width - 1 - cells - 2 - value.cell_length - note.cell_length)
    return Content.assemble(label.pad_right(cells - label.cell_length), "  ", value, " " * gap, note)


def detail_of(line: AccountLine | None) -> Content:
    """Return all there is to say of a line."""
    if line is None:
        return Content("")
    words = " ".join(line.value.split())
    value = Content.styled(words, line.style) if line.style else Content(words)
    note = Content.styled(f"  {line.note}" if line.note else "", "$text-muted")
    head = Content.assemble(Content.styled(line.label, "bold"), "  ", value, note)
    return Content("\n").join([head, Content.styled(line.detail, "$text-muted")] if line.detail else [head])
