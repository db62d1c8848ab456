"""A dialog for the note on a run."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static, TextArea

from replicate_tui.services.labels import checked_note
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog

NOTE_LINES = 8


class NoteDialog(Dialog[str]):
    """Dismisses with the note as it is kept, "" to have none; `editor` is the setting for long texts."""

    DEFAULT_CSS = """
    NoteDialog #detail { height: auto; margin-bottom: 1; color: $text-muted; }
    NoteDialog #hint { height: 1; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+g", "save", "Save", id="note.save", priority=True),
        Binding("ctrl+o", "editor", "Open in $EDITOR", id="note.editor", priority=True),
    ]

    def __init__(self, heading: str, note: str, *, detail: str = "", editor: str = "") -> None:
        super().__init__(heading)
        self._note = note
        self._detail = detail
        self._editor = editor

    def compose_dialog(self) -> ComposeResult:
        if self._detail:
            yield Static(Content(self._detail), id="detail")
        area = TextArea(self._note, highlight_cursor_line=False, id="note")
        area.cursor_blink = False
        # The app's own rule for text areas stands above a dialog's.
        area.styles.height = NOTE_LINES
        yield area
        yield Static(Content("ctrl+s saves   ctrl+o $EDITOR   esc closes"), id="hint")

    def on_mount(self) -> None:
        area = self.query_one("#note", TextArea)
        area.move_cursor(area.document.end)

    def action_save(self) -> None:
        try:
            note = checked_note(self.query_one("#note", TextArea).text)
        except ServiceProblem as problem:
            self._say(problem.message)
        else:
            self.dismiss(note)

    @work(exclusive=True, group="editor", description="edit a note in the person's editor")
    async def action_editor(self) -> None:
        from replicate_tui.ui.wire.external_editor import EditorProblem, edit

        area = self.query_one("#note", TextArea)
        try:
            area.text = await edit(self.app, area.text, setting=self._editor)
        except EditorProblem as problem:
            self._say(str(problem))

    def _say(self, words: str) -> None:
        self.query_one("#hint", Static).update(Content.styled(clean_line(words, 200), "$text-warning"))
