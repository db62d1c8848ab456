"""Markdown of strangers as plain lines, rendered in a thread."""

import asyncio
from typing import Final

from textual import work
from textual.color import Color, ColorParseError
from textual.strip import Strip

from replicate_tui.ui.widgets.lines import MarkdownColours
from replicate_tui.ui.widgets.text_view import TextView

#: Rendered before the rest, so that there is something to read at once.
_FIRST_PART: Final = 4_000
_DEFAULT_COLOUR: Final = "default"


class MarkdownView(TextView):
    """Shows Markdown; links do nothing and are followed by their real target, pictures are their description."""

    def __init__(
        self,
        source: str = "",
        *,
        empty_text: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(empty_text=empty_text, follow=False, name=name, id=id, classes=classes)
        self._source = source
        self._drawn: tuple[str, int, MarkdownColours] | None = None

    def show_markdown(self, source: str) -> None:
        """Render `source` for the present width, and again whenever width or theme change."""
        if source != self._source:
            self._source = source
            self.scroll_to(y=0, animate=False)
        self._draw()

    def on_resize(self) -> None:
        super().on_resize()
        self._draw()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self.call_next(self._draw)

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        wanted = (self._source, width, self._colours())
        if not self.is_mounted or width <= 0 or wanted == self._drawn:
            return
        self._drawn = wanted
        self._render_in_thread(*wanted)

    @work(group="markdown", exclusive=True)
    async def _render_in_thread(self, source: str, width: int, colours: MarkdownColours) -> None:
        if len(source) > 2 * _FIRST_PART and not self._line_total():
            self.set_lines(await asyncio.to_thread(_render, source, width, colours, _FIRST_PART))
        top = self.scroll_offset.y
        self.set_lines(await asyncio.to_thread(_render, source, width, colours, None))
        if top:
            self.scroll_to(y=top, animate=False)

    def _colours(self) -> MarkdownColours:
        variables = self.app.theme_variables
        return MarkdownColours(
            accent=_hex(variables.get("primary", "")),
            muted=_hex(variables.get("secondary", "")),
            panel=_hex(variables.get("panel", "")),
        )


def _render(source: str, width: int, colours: MarkdownColours, length: int | None) -> list[Strip]:
    # Rich's Markdown takes a tenth of a second to import: in the thread, not on the way to the first paint.
    from replicate_tui.ui.widgets.markdown_lines import first_part, markdown_lines

    return markdown_lines(first_part(source, length) if length else source, width, colours)


def _hex(colour: str) -> str:
    try:
        return Color.parse(colour).hex6.lower()
    except ColorParseError:
        return _DEFAULT_COLOUR
