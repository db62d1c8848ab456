"""What all editors of a form share: which row they edit, and what they tell the form."""

from typing import Literal

from textual.message import Message

from replicate_tui.ui.form.rows import Row, RowId
from replicate_tui.ui.removal import Removable

Wish = Literal["add item", "remove item", "fold", "pick choice", "pick file", "pick output"]


class EditorChanged(Message):
    """The text of an editor changed by the person's doing."""

    def __init__(self, row: RowId, text: str) -> None:
        super().__init__()
        self.row = row
        self.text = text


class EditorDone(Message):
    """The person goes on to the next row (`step` 1) or back (-1)."""

    def __init__(self, row: RowId, step: int) -> None:
        super().__init__()
        self.row = row
        self.step = step


class EditorWish(Message):
    """The person asks for something only the form can do."""

    def __init__(self, row: RowId, wish: Wish) -> None:
        super().__init__()
        self.row = row
        self.wish: Wish = wish


class Editor(Removable):
    """Mixed into the widgets that edit a row; the row's text is theirs only while they are mounted."""

    row: Row

    @property
    def text_now(self) -> str:
        """The text as it stands, also when the message about the last key is still under way."""
        raise NotImplementedError

    def show_text(self, text: str) -> None:
        """Replace the text, for example by what came back from the external editor."""
        raise NotImplementedError
