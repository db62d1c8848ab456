"""Files: a path with completion, a URL, a data URI, or what an earlier run made."""

import asyncio
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.suggester import Suggester

from replicate_tui.ui.form.file_facts import complete_path, pasted_path
from replicate_tui.ui.form.rows import Row
from replicate_tui.ui.widgets.fields.base import EditorWish
from replicate_tui.ui.widgets.fields.line import LineEditor


class PathSuggester(Suggester):
    """Completes the last part of a path; folders are read in a thread."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(complete_path, value)


class FileEditor(LineEditor):
    """`@` at the start opens the picker; right takes the completion."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "pick", "file", id="form.pick_file", key_display="@", tooltip="Pick a file of this machine"),
        Binding("f4", "pick_output", "earlier output", id="form.pick_output", tooltip="Use what an earlier run made"),
    ]

    def __init__(self, row: Row, text: str) -> None:
        super().__init__(row, text, placeholder="path or URL, @ to pick", suggester=PathSuggester())

    def on_key(self, event: events.Key) -> None:
        if event.character == "@" and self.cursor_position == 0:
            event.stop()
            event.prevent_default()
            self.action_pick()

    def pasted(self, text: str) -> str:
        return pasted_path(text)

    def action_pick(self) -> None:
        self.post_message(EditorWish(self.row.id, "pick file"))

    def action_pick_output(self) -> None:
        self.post_message(EditorWish(self.row.id, "pick output"))
