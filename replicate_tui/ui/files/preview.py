"""The pane beside the list of uploaded files."""

from pathlib import Path
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.services.upload_views import LocalCopy, UploadedFile
from replicate_tui.ui.files.drawing import file_facts
from replicate_tui.ui.removal import Removable
from replicate_tui.ui.widgets.output_pane import PICTURE_TYPES
from replicate_tui.ui.widgets.picture import Picture
from replicate_tui.ui.wire.capabilities import Graphics

#: Larger pictures take longer to decode than the cursor stays.
LARGEST_PICTURE: Final = 8_000_000
#: In a lower pane a picture would leave no room for the facts.
LEAST_ROWS: Final = 20


class FilePreview(Removable, VerticalScroll):
    """Shows what is known of a file, and the picture when a copy lies on this machine; it never takes the focus."""

    DEFAULT_CSS = """
    FilePreview { padding: 0 1; }
    FilePreview Static { width: 1fr; height: auto; }
    FilePreview #picture { height: 9; display: none; margin-top: 1; }
    """
    can_focus = False

    def __init__(self, graphics: Graphics, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._graphics = graphics
        self._file: UploadedFile | None = None
        self._copy: LocalCopy | None = None
        self._picture: Path | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="head")
        picture = Picture(graphics=self._graphics, fill=True, id="picture")
        picture.can_focus = False
        yield picture
        yield Static("", id="facts")

    def show(self, file: UploadedFile | None, copy: LocalCopy | None) -> None:
        """Show a file, or nothing; `copy` is what lies of it on this machine."""
        if file != self._file:
            self.scroll_home(animate=False)
        self._file, self._copy = file, copy
        has_room = self.outer_size.height >= LEAST_ROWS
        is_picture = has_room and file is not None and (file.size or 0) <= LARGEST_PICTURE
        place = copy.path if copy is not None and copy.is_same and is_picture else None
        shown = place if place is not None and place.suffix.lower() in PICTURE_TYPES else None
        if shown != self._picture:
            self._picture = shown
            picture = self.query_one("#picture", Picture)
            picture.display = shown is not None
            picture.show(shown)
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  (Textual's)
        self._redraw()

    @on(Picture.Shown)
    def _hide_what_is_no_picture(self, event: Picture.Shown) -> None:
        event.stop()
        if event.problem:
            event.picture.display = False
            self._picture = None
            self._redraw()

    def _redraw(self) -> None:
        # As if the scrollbar were there: whether it comes depends on the lines that this makes.
        width = self.outer_size.width - self.styles.gutter.width - 1
        if width <= 0:
            return
        lines = file_facts(self._file, self._copy, width) if self._file else []
        # The last line of a picture is for its caption and stays empty here.
        lines = lines[1:] if self._picture else lines
        name = Content.styled(self._file.name, "bold").truncate(width, ellipsis=True) if self._file else ""
        self.query_one("#head", Static).update(name)
        self.query_one("#facts", Static).update(Content("\n").join(lines))
