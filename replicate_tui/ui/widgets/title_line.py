"""A thin line that names a screen or a pane: title left, facts right."""

from textual.content import Content
from textual.widget import Widget


class TitleLine(Widget):
    """One line. Texts are Content, so nothing in them is ever parsed as markup."""

    DEFAULT_CSS = """
    TitleLine { height: 1; padding: 0 1; }
    """

    def __init__(self, title: Content | str = "", facts: Content | str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = Content(title) if isinstance(title, str) else title
        self._facts = Content(facts) if isinstance(facts, str) else facts

    def show(self, title: Content | str | None = None, facts: Content | str | None = None) -> None:
        """Replace the title, the facts, or both."""
        before, before_facts = self._title, self._facts
        if title is not None:
            self._title = Content(title) if isinstance(title, str) else title
        if facts is not None:
            self._facts = Content(facts) if isinstance(facts, str) else facts
        # Not ==, which for Content compares the characters and not their styles.
        if not (before.is_same(self._title) and before_facts.is_same(self._facts)):
            self.refresh()

    def render(self) -> Content:
        width = self.content_size.width
        # The title comes first: it keeps up to two thirds, the facts get what is left.
        room = max(width * 2 // 3, width - self._facts.cell_length - 2)
        title = self._title.truncate(room, ellipsis=True) if self._title.cell_length > room else self._title
        left = max(0, width - title.cell_length - 2)
        facts = self._facts.truncate(left, ellipsis=True) if self._facts.cell_length > left else self._facts
        gap = max(1, width - title.cell_length - facts.cell_length)
        return Content.assemble(title, " " * gap, facts)
