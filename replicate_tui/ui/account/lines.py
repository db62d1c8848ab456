"""A line of the Account place: a label, what it is, and where that is from; what does not fit stands in the detail."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from rich.cells import cell_len
from textual.content import Content

from replicate_tui.ui.widgets.list_rows import GroupHeader

_WIDEST_LABEL: Final = 34
_SHORT_LABEL: Final = 18
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


def label_cells(rows: Sequence[Row], width: int) -> dict[str, int]:
    """Return how wide the label of each line is in a list of `width` cells.

    It is the same for all below one header, and for all lines where no label is long.
    """
    groups: list[list[AccountLine]] = [[]]
    for row in rows:
        if isinstance(row, AccountLine):
            groups[-1].append(row)
        else:
            groups.append([])
    longest = [max((cell_len(line.label) for line in group), default=0) for group in groups]
    if max(longest) <= _SHORT_LABEL:
        longest = [max(longest)] * len(groups)
    return {
        line.key: max(8, min(cells, _WIDEST_LABEL, width - _NARROWEST_VALUE))
        for group, cells in zip(groups, longest, strict=True)
        for line in group
    }


def aired(rows: Sequence[Row], height: int) -> list[Row]:
    """Return `rows` with an empty one between two groups, where there is room for it in `height` lines."""
    headers = sum(isinstance(row, GroupHeader) for row in rows)
    if len(rows) + headers - 1 > height:
        return list(rows)
    spaced: list[Row] = []
    for row in rows:
        if isinstance(row, GroupHeader) and spaced:
            spaced.append(GroupHeader(""))
        spaced.append(row)
    return spaced


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
