"""A dialog that asks where uploaded files are saved, and by which addresses they come."""

from pathlib import Path
from typing import Final, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.modals.path import working_folder
from replicate_tui.ui.wording import plural

_BY_LINK: Final = (
    "The service gives an uploaded file back only by a signed link, which no endpoint of its API tells. With such a "
    "link (…/download?owner=…&expiry=…&signature=…) it is fetched and checked."
)
_HINT: Final = "enter saves   esc closes; nothing is ever overwritten"


class DownloadWish(NamedTuple):
    """`links` are addresses apart by blanks, "" where copies on this machine are taken."""

    target: Path
    links: str


class _LinksInput(Input):
    """Takes all lines of what is pasted; each is an address of its own."""

    def _on_paste(self, event: events.Paste) -> None:
        lines = event.text.split()
        if len(lines) > 1:
            self.insert_text_at_cursor(" ".join(lines))
            # The base would take the first line.
            event.prevent_default()
            event.stop()


class DownloadDialog(Dialog[DownloadWish]):
    """Starts from `name` in the working folder, a folder for several; `lacking` of the `files` have no copy here.

    `copy` is where the same bytes as those of the only file lie.
    """

    DEFAULT_CSS = """
    DownloadDialog #about { height: auto; margin-bottom: 1; color: $text-muted; }
    DownloadDialog #hint { height: auto; margin-top: 1; color: $text-muted; }
    """

    def __init__(self, heading: str, name: str, *, files: int = 1, lacking: int = 0, copy: Path | None = None) -> None:
        super().__init__(heading)
        self._start = working_folder() / name
        self._files = files
        self._lacking = lacking
        self._copy = copy

    def compose_dialog(self) -> ComposeResult:
        yield Static(Content(self._about()), id="about")
        if self._lacking:
            hint = "signed link" if self._files == 1 else "signed links, in any order"
            yield self._field(_LinksInput("", placeholder=hint, select_on_focus=False, id="links"))
        hint = "where to save it" if self._files == 1 else "the folder to save them in"
        yield self._field(Input(str(self._start), placeholder=hint, select_on_focus=False, id="target"))
        yield Static(Content(_HINT), id="hint")

    def _about(self) -> str:
        if self._copy is not None:
            return f"From the copy on this machine, whose checksum is the same: {clean_line(str(self._copy), 300)}"
        if self._files == 1:
            return f"No copy of it is known on this machine. {_BY_LINK}"
        if not self._lacking:
            return "From the copies on this machine, whose checksums are the same."
        return f"{plural(self._lacking, 'of them has', 'of them have')} no copy on this machine. {_BY_LINK}"

    @staticmethod
    def _field(field: Input) -> Input:
        field.cursor_blink = False
        return field

    @on(Input.Submitted)
    def _take(self) -> None:
        target = self.query_one("#target", Input).value.strip()
        links = self.query_one("#links", Input).value.strip() if self._lacking else ""
        if self._lacking == self._files and not links:
            it = "it" if self._files == 1 else "they"
            self._say(f"Without a signed link {it} cannot be fetched.")
            self.set_focus(self.query_one("#links", Input))
            return
        try:
            path = Path(target).expanduser()
        except RuntimeError as error:
            # The home of a user who is not known here ("~nobody-of-this-name").
            self._say(clean_line(str(error)))
            return
        if target:
            self.dismiss(DownloadWish(path, links))
        else:
            self._say("Where is it to be saved?")

    def _say(self, words: str) -> None:
        self.query_one("#hint", Static).update(Content.styled(words, "$text-warning"))
