"""A dialog that asks where an uploaded file is saved, and by which address it comes."""

from pathlib import Path
from typing import Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.modals.path import working_folder

_BY_LINK: Final = (
    "The service gives an uploaded file back only by a signed link, which no endpoint of its API tells, and no copy "
    "of it is known on this machine. With such a link (…/download?owner=…&expiry=…&signature=…) it is fetched and "
    "checked."
)
_HINT: Final = "enter saves   esc closes; nothing is ever overwritten"


class DownloadWish(NamedTuple):
    """`link` is "" where the copy on this machine is taken."""

    target: Path
    link: str


class DownloadDialog(Dialog[DownloadWish]):
    """Starts from `name` in the working folder; `copy` is where the same bytes lie here, None when nowhere."""

    DEFAULT_CSS = """
    DownloadDialog #about { height: auto; margin-bottom: 1; color: $text-muted; }
    DownloadDialog #hint { height: auto; margin-top: 1; color: $text-muted; }
    """

    def __init__(self, heading: str, name: str, copy: Path | None) -> None:
        super().__init__(heading)
        self._start = working_folder() / name
        self._copy = copy

    def compose_dialog(self) -> ComposeResult:
        from_here = f"From the copy on this machine, whose checksum is the same: {clean_line(str(self._copy), 300)}"
        yield Static(Content(from_here if self._copy else _BY_LINK), id="about")
        for name, value, hint in self._fields():
            field = Input(value, placeholder=hint, select_on_focus=False, id=name)
            field.cursor_blink = False
            yield field
        yield Static(Content(_HINT), id="hint")

    def _fields(self) -> list[tuple[str, str, str]]:
        link = ("link", "", "signed link")
        target = ("target", str(self._start), "where to save it")
        return [target] if self._copy else [link, target]

    @on(Input.Submitted)
    def _take(self) -> None:
        target = self.query_one("#target", Input).value.strip()
        link = "" if self._copy else self.query_one("#link", Input).value.strip()
        if not self._copy and not link:
            self._say("Without a signed link it cannot be fetched.")
            self.set_focus(self.query_one("#link", Input))
            return
        try:
            path = Path(target).expanduser()
        except RuntimeError as error:
            # The home of a user who is not known here ("~nobody-of-this-name").
            self._say(clean_line(str(error)))
            return
        if target:
            self.dismiss(DownloadWish(path, link))
        else:
            self._say("Where is it to be saved?")

    def _say(self, words: str) -> None:
        self.query_one("#hint", Static).update(Content.styled(words, "$text-warning"))
