"""What can be copied here, one line each."""

from textual.content import Content

from replicate_tui.text import clean_line
from replicate_tui.ui.messages import CopyText
from replicate_tui.ui.modals.pick import PickDialog

LABEL_CELLS = 13
LONGEST_PREVIEW = 500


class CopyMenu(PickDialog[tuple[str, str]]):
    """Choices are (label, text); the chosen text goes out as a CopyText message."""

    def __init__(self, choices: tuple[tuple[str, str], ...]) -> None:
        super().__init__("Copy", choices)

    def draw_choice(self, choice: tuple[str, str], width: int) -> Content:
        label, text = choice
        preview = clean_line(" ".join(text[:LONGEST_PREVIEW].split()), max(8, width - LABEL_CELLS - 1))
        return Content.assemble(f"{label:<{LABEL_CELLS}}", Content.styled(preview, "$text-muted")).truncate(width)

    def take(self, choice: tuple[str, str]) -> None:
        label, text = choice
        self.app.post_message(CopyText(text, label))
        self.dismiss(choice)
