"""Runs: live ones on top, then the history of this machine and of the account, with a filter line and a preview."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from replicate_tui.services.views import RunSnapshot, Usual
from replicate_tui.ui.screens.history import HistoryScreen
from replicate_tui.ui.widgets.run_list import RunList
from replicate_tui.ui.widgets.run_preview import RunPreview


class RunsScreen(HistoryScreen):
    """Runs of both kinds."""

    AUTO_FOCUS = "#runs"
    NONE_YET = "No runs yet. 3 browses collections, 1 searches models."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "again", "tweak", id="runs.tweak", tooltip="Change the input and run again; marked runs as are"),
        Binding("slash", "filter", "filter", id="runs.filter", key_display="/"),
        Binding("x", "cancel", "cancel", id="runs.cancel", tooltip="Cancel the run, or the marked ones"),
        Binding("t,number_sign", "tag", "tag", id="runs.tag", tooltip="Tags of the run", key_display="t"),
        Binding("N", "note", "note", id="runs.note", tooltip="Write a note on the run"),
        Binding("d", "remove", "remove", id="runs.remove", tooltip="Remove from this machine's history"),
        Binding("u", "undo_remove", "undo", id="runs.undo", tooltip="Bring back what was removed last"),
        Binding("S", "sort", "sort", id="runs.sort", tooltip="Next order: time, length, cost, model, status"),
        Binding("E", "export", "export", id="runs.export", tooltip="Export the marked runs, or all that are shown"),
        Binding("y", "copy", "copy", id="runs.copy"),
        Binding("p", "preview", "preview", id="runs.preview", tooltip="Show or hide the preview"),
        Binding("s", "save_again", "save", id="runs.save", tooltip="Try again to save the outputs"),
        Binding("o", "web", "web", id="runs.web", tooltip="Open the web page"),
        Binding("O", "folder", "folder", id="runs.folder", tooltip="Open the folder of saved files"),
        Binding("A", "mark_all", "Mark all that are shown, or none", id="runs.mark_all", show=False),
        Binding("r", "refresh", "Read the account's runs again", id="runs.refresh", show=False),
        Binding("escape", "leave_filter", "Leave the filter", id="runs.leave_filter", show=False),
    ]

    def make_list(self) -> RunList:
        return RunList(id="runs")

    def make_preview(self) -> RunPreview:
        return RunPreview(self.house.graphics, id="preview")

    def show_preview(self, snapshot: RunSnapshot | None, usual: Usual | None) -> None:
        self.query_one("#preview", RunPreview).show(snapshot, usual)
