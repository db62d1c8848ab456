"""What a run makes, shown by what it is: streaming text, pictures, a tree of JSON, files with their sizes."""

from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, Static

from replicate_tui.services.views import RunSnapshot
from replicate_tui.store.records import GONE, NOT_SENT, SavedFile
from replicate_tui.text import clean, clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.widgets.json_tree import JsonTree
from replicate_tui.ui.widgets.picture import Picture
from replicate_tui.ui.widgets.text_view import TextView
from replicate_tui.ui.wire.capabilities import Graphics

PICTURE_TYPES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
LONGEST_PROBLEM = 1_000
WAITING_WORDS = {
    "submitting": "Sending …",
    "unknown": "The answer to sending was lost. Looking for the run in the account's list …",
    "starting": "Waiting for the model.",
    "processing": "Running. What it makes appears here.",
}
ENDED_WORDS = {
    "succeeded": "The run succeeded and gave no output.",
    "failed": "The run failed and gave no reason.",
    "canceled": "Canceled. Nothing was made.",
    "aborted": "The service ended this run before it began, for example at its deadline.",
    NOT_SENT: "This run was never sent. e opens its form again.",
    GONE: "The service has forgotten this run, and it was not seen to end.",
}


class OutputPane(Vertical):
    """Give it snapshots with `show`, streamed text with `write`; it decides how to show what there is."""

    DEFAULT_CSS = """
    OutputPane ContentSwitcher { height: 1fr; }
    OutputPane #nothing, OutputPane #file { padding: 0 2; color: $text-muted; }
    OutputPane #stream { height: 1fr; padding: 0 1; }
    OutputPane #picture { height: 1fr; padding: 0 1; }
    """

    def __init__(self, graphics: Graphics, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._graphics = graphics
        self._shown: object = None
        self._files: tuple[SavedFile, ...] = ()
        self._folder: Path | None = None
        self._place = 0

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="nothing"):
            yield Static("", id="nothing", markup=False)
            yield TextView(id="stream")
            yield Picture(graphics=self._graphics, fill=True, id="picture")
            yield JsonTree(id="tree")
            yield Static("", id="file", markup=False)

    @property
    def current_file(self) -> Path | None:
        """The saved file that is shown, or None."""
        if not self._files or self._folder is None or self._files[self._place].name is None:
            return None
        return self._folder / str(self._files[self._place].name)

    def write(self, delta: str) -> None:
        """Add streamed text."""
        self._switch("stream")
        self.query_one("#stream", TextView).write(delta)

    def replace_text(self, text: str) -> None:
        self._switch("stream")
        self.query_one("#stream", TextView).set_text(text)

    def show(self, snapshot: RunSnapshot) -> None:
        """Show a run as it stands."""
        run = snapshot.run
        saved = tuple(file for file in run.files if file.name)
        wanted: tuple[object, ...]
        if snapshot.text:
            wanted = ("text",)
        elif saved and snapshot.folder and run.kind == "prediction":
            wanted = ("files", saved)
        elif saved and snapshot.folder_problem and not run.error:
            wanted = ("words", run.status, snapshot.folder_problem)
        elif run.error or (run.is_final and run.output is None):
            wanted = ("words", run.status, run.error)
        elif run.output is not None:
            wanted = ("value", run.output)
        else:
            wanted = ("words", run.status, snapshot.notice)
        if wanted[0] == "text":
            # Taken in before the comparison: text grows by `write` too.
            self._bring_up_to(snapshot.text)
        if wanted == self._shown:
            return
        self._shown = wanted
        match wanted[0]:
            case "text":
                self._switch("stream")
            case "files":
                self._files, self._folder = saved, snapshot.folder
                self._show_file(min(self._place, len(saved) - 1))
            case "value":
                self._show_value(run.output)
            case _:
                self._show_words(snapshot)

    def _bring_up_to(self, text: str) -> None:
        """Make the stream show `text`: what is new at its end is added, so that a reader's place is kept."""
        stream = self.query_one("#stream", TextView)
        known = stream.text
        if text.startswith(known):
            stream.write(text[len(known) :])
        else:
            stream.set_text(text)

    def step(self, by: int) -> None:
        """Show the next file."""
        if self._files:
            self._show_file((self._place + by) % len(self._files))

    def follow_end(self) -> None:
        self.query_one("#stream", TextView).follow_end()

    def _show_file(self, place: int) -> None:
        self._place = place
        file, path = self._files[place], self.current_file
        if path is None:
            return
        number = f"{place + 1} of {len(self._files)}  " if len(self._files) > 1 else ""
        caption = f"{number}{path.name}  {wording.size(file.size)}"
        if path.suffix.lower() in PICTURE_TYPES:
            self._switch("picture")
            self.query_one(Picture).show(path, caption=caption)
            return
        self._switch("file")
        words = [caption, clean_line(file.media_type or "", 60), "", "O opens it outside, s saves a copy elsewhere"]
        self.query_one("#file", Static).update(Content("\n".join(words)))

    def _show_value(self, value: Any) -> None:
        if isinstance(value, str):
            self.replace_text(clean(value))
            return
        self._switch("tree")
        self.query_one(JsonTree).show(value)

    def _show_words(self, snapshot: RunSnapshot) -> None:
        run = snapshot.run
        if run.error:
            words = clean(run.error)
        elif snapshot.folder_problem:
            words = clean_line(snapshot.folder_problem, LONGEST_PROBLEM)
        elif run.data_removed and run.status == "succeeded":
            words = "The service has removed the output of this run, as it does an hour after the end."
        elif run.is_final:
            words = ENDED_WORDS.get(run.status, "")
        else:
            words = WAITING_WORDS.get(run.status) or f"The service says: {clean_line(run.status)}."
        if snapshot.notice:
            words = f"{words}\n\n{snapshot.notice}".strip()
        self._switch("nothing")
        look = "$text-error" if run.error else "$text-muted"
        self.query_one("#nothing", Static).update(Content.styled(words, look))

    def _switch(self, pane: str) -> None:
        switcher = self.query_one(ContentSwitcher)
        if switcher.current != pane:
            switcher.current = pane
