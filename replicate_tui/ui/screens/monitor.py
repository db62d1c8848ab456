"""One prediction, live or finished: where it stands, what it makes, what it says. Leaving never stops it."""

import asyncio
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from replicate_tui.services.copies import copy_without_overwriting
from replicate_tui.services.events import OutputAppended, OutputReplaced, RunEvent
from replicate_tui.services.views import RunSnapshot
from replicate_tui.text import clean_line
from replicate_tui.ui import messages
from replicate_tui.ui.screens.watched_run import WatchedRunScreen
from replicate_tui.ui.send_on import Offer
from replicate_tui.ui.widgets.file_log import FileLog
from replicate_tui.ui.widgets.output_pane import OutputPane
from replicate_tui.ui.widgets.progress_line import ProgressLine
from replicate_tui.ui.widgets.run_facts import RunFacts
from replicate_tui.ui.widgets.title_line import TitleLine


class MonitorScreen(WatchedRunScreen):
    """Shows what a prediction makes as it comes, its facts, and its logs."""

    CSS_PATH = "monitor.tcss"
    AUTO_FOCUS = "#logs"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save_copy", "save as", id="monitor.save", tooltip="Save a copy of the output elsewhere"),
        Binding(
            "greater_than_sign", "send_on", "send on", id="monitor.send_on", tooltip="Send the output to another model"
        ),
        Binding("v", "facts", "details", id="monitor.facts", tooltip="Show input, metrics and files"),
        Binding("n", "next_file", "next file", id="monitor.next_file", tooltip="Show the next output file"),
        Binding("O", "outside", "open", id="monitor.outside", tooltip="Open the output outside"),
        Binding("f", "follow", "Follow the end of text and logs", id="monitor.follow", show=False),
    ]

    def compose_body(self) -> ComposeResult:
        yield TitleLine(id="status")
        yield TitleLine(id="phases")
        yield ProgressLine(id="progress")
        with Horizontal(id="panes"):
            yield OutputPane(self.house.graphics, id="output")
            yield RunFacts(id="facts")
        with Vertical(id="log-pane"):
            yield TitleLine("Logs", id="log-title")
            yield FileLog(empty_text="No logs yet.", id="logs")

    def title_of(self, snapshot: RunSnapshot) -> Content:
        run = snapshot.run
        return Content.assemble(Content.styled(clean_line(run.model), "bold"), "  ", clean_line(run.title))

    def show_run(self, snapshot: RunSnapshot) -> None:
        self.query_one(OutputPane).show(snapshot)
        self.query_one(RunFacts).show(snapshot)

    def on_run_event(self, event: RunEvent) -> None:
        is_new = event.run_id == self.run_id and not (self._snapshot and event.seq <= self._snapshot.seq)
        match event:
            case OutputAppended(delta=delta) if is_new:
                self.query_one(OutputPane).write(delta)
            case OutputReplaced(text=text) if is_new:
                self.query_one(OutputPane).replace_text(text)
            case _:
                super().on_run_event(event)

    def show_progress(self) -> None:
        if self._snapshot:
            progress = None if self._snapshot.run.is_final else self._snapshot.progress
            line = self.query_one(ProgressLine)
            line.display = progress is not None
            line.show(progress, progress.label if progress else "")

    # -- keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        snapshot = self._snapshot
        if action == "next_file":
            return bool(snapshot and sum(1 for file in snapshot.run.files if file.name) > 1)
        if action == "send_on":
            return self._offer is not None
        if action in ("save_copy", "outside"):
            return bool(snapshot and snapshot.folder and snapshot.run.is_final)
        if action == "facts":
            return self.has_class("-narrow")
        return super().check_action(action, parameters)

    @property
    def _offer(self) -> Offer | None:
        """What can be sent on to another model: the file that is shown, else the text."""
        snapshot = self._snapshot
        if snapshot is None or not snapshot.run.is_final:
            return None
        if path := self.query_one(OutputPane).current_file:
            return Offer(str(path), is_file=True)
        text = snapshot.text or snapshot.run.output
        return Offer(text, is_file=False) if isinstance(text, str) and text else None

    def action_send_on(self) -> None:
        if self._offer:
            self._errands.send_on(self._offer)

    def action_save_copy(self) -> None:
        from replicate_tui.ui.modals.path import PathDialog

        snapshot = self._snapshot
        source = self.query_one(OutputPane).current_file or (snapshot.folder if snapshot else None)
        if source is None:
            return

        def answered(target: Path | None) -> None:
            if target is not None:
                # The app's worker: leaving the screen must not stop a copy without a word.
                self.app.run_worker(self._save_copy(source, target), group="save", description="save a copy")

        self.app.push_screen(PathDialog("Save a copy as", source.name), answered)

    async def _save_copy(self, source: Path, target: Path) -> None:
        try:
            saved = await asyncio.to_thread(copy_without_overwriting, source, target)
        except OSError as error:
            reason = error.strerror or str(error)
            told = messages.Say(f"Not saved: {clean_line(reason)}. The copy in the history is untouched.", "error")
        else:
            told = messages.Say(f"Saved {clean_line(str(saved))}.")
        self.app.post_message(told)

    def action_facts(self) -> None:
        self.toggle_class("show-facts")

    def action_next_file(self) -> None:
        self.query_one(OutputPane).step(1)

    def action_follow(self) -> None:
        self.query_one(FileLog).follow_end()
        self.query_one(OutputPane).follow_end()

    def action_outside(self) -> None:
        if self._snapshot and self._snapshot.folder:
            path = self.query_one(OutputPane).current_file or self._snapshot.folder
            self.post_message(messages.OpenOutside(str(path)))
