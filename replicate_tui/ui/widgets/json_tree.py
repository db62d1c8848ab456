"""JSON as a tree that grows where it is opened, so that megabytes of it cost nothing until looked at."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from replicate_tui.text import clean_line
from replicate_tui.ui.wire.frugal import thrift_of

#: Children shown of one node; the rest is one line that says how many there are.
MOST_CHILDREN = 500
LONGEST_VALUE = 300


class JsonTree(Tree[Any]):
    """Labels are Text, so that nothing in the values is ever markup."""

    DEFAULT_CSS = """
    JsonTree { background: $background; padding: 0 1; }
    """
    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(Text("output"), id=id)
        self.guide_depth = 2

    def show(self, value: Any) -> None:
        """Show `value` with its first level open."""
        self.clear()
        self.root.data = value
        self.root.set_label(Text(_summary(value)))
        self._fill(self.root)
        self.root.expand()

    def scroll_to_line(self, line: int, animate: bool = False) -> None:
        """Bring a line into view, and half a page with it where scrolling is dear."""
        self.center_scroll = thrift_of(self.app).jumps and not self._is_in_view(line)
        super().scroll_to_line(line, animate)

    def _is_in_view(self, line: int) -> bool:
        return 0 <= line - self.scroll_offset.y < self.scrollable_content_region.height

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Any]) -> None:
        event.stop()
        if not event.node.children:
            self._fill(event.node)

    def _fill(self, node: TreeNode[Any]) -> None:
        for label, value in islice(_children(node.data), MOST_CHILDREN):
            name = Text(f"{label}: ", style="bold") if label else Text()
            if isinstance(value, dict | list) and value:
                node.add(name + Text(_summary(value)), data=value)
            else:
                node.add_leaf(name + Text(_leaf(value)), data=value)
        number = len(node.data) if isinstance(node.data, dict | list) else 1
        if number > MOST_CHILDREN:
            node.add_leaf(Text(f"and {number - MOST_CHILDREN:,} more; y copies the whole output"))


def _children(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        return ((clean_line(str(key), 60), item) for key, item in value.items())
    if isinstance(value, list):
        return ((str(index), item) for index, item in enumerate(value))
    return [("", value)]


def _summary(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{}} {len(value):,} keys" if len(value) != 1 else "{} 1 key"
    if isinstance(value, list):
        return f"[] {len(value):,} items" if len(value) != 1 else "[] 1 item"
    return "value"


def _leaf(value: Any) -> str:
    if isinstance(value, str):
        return clean_line(value, LONGEST_VALUE)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return clean_line(str(value), LONGEST_VALUE)
