"""What a `VirtualList` tells; use them as `VirtualList.Selected` and so on."""

from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from replicate_tui.ui.widgets.virtual_list import VirtualList


class ListMessage(Message, namespace="virtual_list"):
    """About a whole list."""

    def __init__(self, virtual_list: "VirtualList[Any]") -> None:
        super().__init__()
        self.virtual_list = virtual_list

    @property
    def control(self) -> "VirtualList[Any]":
        return self.virtual_list


class RowMessage(ListMessage, namespace="virtual_list"):
    """About one row; `row` is as it was given to `set_rows`."""

    def __init__(self, virtual_list: "VirtualList[Any]", index: int, row: Any) -> None:
        super().__init__(virtual_list)
        self.index = index
        self.row = row


class Highlighted(RowMessage, namespace="virtual_list"):
    """The cursor came to a row, or to none (`row` is None, `index` -1) when the list became empty."""


class Selected(RowMessage, namespace="virtual_list"):
    """Enter on a row, or a click on the row under the cursor."""


class ReachedEnd(ListMessage, namespace="virtual_list"):
    """The last rows are in view: bring more, if there are. Sent once for each number of rows."""


class MarksChanged(ListMessage, namespace="virtual_list"):
    """`virtual_list.marked` changed."""
