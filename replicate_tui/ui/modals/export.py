"""A dialog that asks how and where runs are exported."""

from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.services.export import ExportFormat
from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.modals.path import working_folder

_FORMATS: Final[tuple[tuple[ExportFormat, str], ...]] = (
    ("jsonl", "JSONL  everything, a run on each line"),
    ("csv", "CSV    for spreadsheets"),
)


class ExportWish(NamedTuple):
    format: ExportFormat
    path: Path


class ExportDialog(Dialog[ExportWish]):
    """Starts from `name` (without its ending) in the working folder; the ending follows the format."""

    DEFAULT_CSS = """
    ExportDialog #formats { height: auto; margin-bottom: 1; }
    ExportDialog #hint { height: auto; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab,up,down", "other_format", "JSONL or CSV", id="export.format", priority=True),
    ]

    def __init__(self, heading: str, name: str) -> None:
        super().__init__(heading)
        self._place = 0
        self._start = working_folder() / f"{name}.{self._format}"

    @property
    def _format(self) -> ExportFormat:
        return _FORMATS[self._place][0]

    def compose_dialog(self) -> ComposeResult:
        yield Static(self._draw(), id="formats")
        field = Input(str(self._start), select_on_focus=False, id="path")
        field.cursor_blink = False
        yield field
        yield Static(Content("enter exports   tab JSONL or CSV   esc closes; nothing is ever overwritten"), id="hint")

    def _draw(self) -> Content:
        lines = []
        for place, (_, words) in enumerate(_FORMATS):
            is_chosen = place == self._place
            sign = Content.styled("● " if is_chosen else "○ ", "$text-primary" if is_chosen else "$text-muted")
            lines.append(Content.assemble(sign, Content.styled(words, "$foreground" if is_chosen else "$text-muted")))
        return Content("\n").join(lines)

    def action_other_format(self) -> None:
        before = self._format
        self._place = (self._place + 1) % len(_FORMATS)
        self.query_one("#formats", Static).update(self._draw())
        field = self.query_one("#path", Input)
        if field.value.endswith(f".{before}"):
            field.value = field.value.removesuffix(before) + self._format
            field.cursor_position = len(field.value)

    @on(Input.Submitted, "#path")
    def _take(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        try:
            path = Path(text).expanduser()
        except RuntimeError as error:
            # The home of a user who is not known here ("~nobody-of-this-name").
            self.query_one("#hint", Static).update(Content(clean_line(str(error))))
            return
        if text:
            self.dismiss(ExportWish(self._format, path))
