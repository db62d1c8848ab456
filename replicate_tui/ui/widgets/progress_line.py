"""How far a run is, as one line: a bar where the run says so, and what is usual for its model."""

from textual.content import Content
from textual.widget import Widget

from replicate_tui.services.views import RunProgress


class ProgressLine(Widget):
    DEFAULT_CSS = """
    ProgressLine { height: 1; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._progress: RunProgress | None = None
        self._words = ""

    def show(self, progress: RunProgress | None, words: str) -> None:
        """Show `progress` (None: no bar) and `words` behind it."""
        if (progress, words) != (self._progress, self._words):
            self._progress, self._words = progress, words
            self.refresh()

    def render(self) -> Content:
        words = Content.styled(f"  {self._words}" if self._progress else self._words, "$text-muted")
        if self._progress is None:
            return words.truncate(self.content_size.width, ellipsis=True)
        counts = self._counts(self._progress)
        room = self.content_size.width - len(counts) - words.cell_length - 2
        width = max(8, min(48, room))
        done = round(width * min(1.0, max(0.0, self._progress.fraction)))
        return Content.assemble(
            Content.styled("━" * done, "$primary"),
            Content.styled("─" * (width - done), "$text-disabled"),
            f"  {counts}",
            words,
        ).truncate(self.content_size.width, ellipsis=True)

    @staticmethod
    def _counts(progress: RunProgress) -> str:
        if progress.current is not None and progress.total is not None:
            return f"{progress.current}/{progress.total}"
        return f"{progress.fraction:.0%}"
