"""Files: what was uploaded to be an input, how long it is still there, and what is on its way."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.upload_views import Upload, UploadedFile, UploadState
from replicate_tui.services.views import Aged
from replicate_tui.ui import wording
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.files.drawing import file_lines, upload_lines
from replicate_tui.ui.files.errands import FileErrands
from replicate_tui.ui.files.listing import FileListing, FileRow, row_key
from replicate_tui.ui.files.preview import FilePreview
from replicate_tui.ui.house import House
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets.marking_list import MarkingList
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

PREVIEW_PAUSE: Final = 0.1
#: Progress is drawn this often at most, in seconds.
PROGRESS_PAUSE: Final = 0.1
#: Countdowns are in minutes and hours.
COUNTDOWN_SECONDS: Final = 30.0
_ON_A_FILE: Final = frozenset({"use", "download", "copy", "delete", "outside"})


class FilesScreen(HouseScreen):
    """Shows what was known at once, then what the service says; the cursor stays on its file."""

    CSS_PATH = "files.tcss"
    AUTO_FOCUS = "#files"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "upload", "upload", id="files.upload", tooltip="Upload files of this machine"),
        Binding(
            "e", "use", "use in a form", id="files.use", tooltip="Choose a model; its form opens with what is marked"
        ),
        Binding("s", "download", "save", id="files.save", tooltip="Save it, or those that are marked"),
        Binding("x", "stop", "stop", id="files.stop", tooltip="Stop the upload; take one off that has failed"),
        Binding("y", "copy", "copy", id="files.copy", tooltip="Copy URL, id or checksum"),
        Binding("d", "delete", "delete", id="files.delete", tooltip="Delete it at the service; marked ones too"),
        Binding("slash", "filter", "filter", id="files.filter", key_display="/"),
        Binding("S", "sort", "sort", id="files.sort", tooltip="Newest, name, size, expiry"),
        Binding("O", "outside", "Open the copy on this machine", id="files.open_outside", show=False),
        Binding("p", "preview", "Show or hide the preview", id="files.preview", show=False),
        Binding("r", "refresh", "Ask the service again", id="files.refresh", show=False),
        Binding("escape", "leave_filter_or_back", "Back", id="files.back", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._uploads = house.services.uploads
        self._listing = FileListing()
        self._refusal = ""
        self._shown_file: UploadedFile | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._countdown: Timer | None = None
        self._saving = ""
        self._errands = FileErrands(self, self._read_again, self._tell, self._take_saving)
        self._reading = Coalesced(self, self._read, description="list the uploaded files")
        self._previewed = Coalesced(self, self._preview, description="look at an uploaded file", pause=PREVIEW_PAUSE)
        self._progress = Coalesced(self, self._show_uploads, description="draw uploads", pause=PROGRESS_PAUSE)

    def compose_body(self) -> ComposeResult:
        yield TitleLine(Content.styled("Files", "bold"), id="heading")
        yield TitleLine(id="told")
        with Horizontal(id="panes"):
            yield MarkingList[FileRow](self._draw, key=row_key, row_height=2, empty_text="Reading …", id="files")
            yield FilePreview(self.house.graphics, id="preview")
        field = Input(placeholder="filter: name, type, checksum", id="filter")
        field.cursor_blink = False
        yield field

    def on_screen_resume(self) -> None:
        self._unsubscribe = self._unsubscribe or self._uploads.queue.subscribe(self._take_upload_news)
        self._countdown = self._countdown or self.set_interval(COUNTDOWN_SECONDS, self._count_down, name="expiry")
        self._progress.want()
        self._reading.want()

    def on_screen_suspend(self) -> None:
        self._stop_listening()

    def on_unmount(self) -> None:
        self._stop_listening()

    def _stop_listening(self) -> None:
        if self._unsubscribe:
            self._unsubscribe()
        if self._countdown:
            self._countdown.stop()
        self._unsubscribe = self._countdown = None

    @property
    def _list(self) -> VirtualList[FileRow]:
        return self.query_one("#files", VirtualList)

    def _draw(self, row: FileRow, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return upload_lines(row, width) if isinstance(row, Upload) else file_lines(row, width)

    def _count_down(self) -> None:
        if self._listing.files:
            self._list.redraw_rows()

    # -- reading ------------------------------------------------------------------------------------------------

    def _read_again(self) -> None:
        if is_whole(self):
            self._reading.want()

    async def _read(self) -> None:
        if self._listing.answer is None and (known := await self._uploads.cached_list()):
            self._show(known)
        try:
            self._show(await self._uploads.list())
        except ServiceProblem as problem:
            self._list.empty_text = f"{problem}\nr tries again"
            self._tell(str(problem))

    def _show(self, answer: Aged[tuple[UploadedFile, ...]]) -> None:
        self._listing.answer = answer
        self._shown_file = None
        self._show_rows()
        self._tell(self._refusal)

    def _take_upload_news(self, may_be_new: bool) -> None:
        if is_whole(self):
            self._progress.want()
            if may_be_new:
                self._reading.want()

    def _take_saving(self, words: str) -> None:
        """Show how far a download is; "" when it has ended."""
        self._saving = words
        if is_whole(self):
            self._progress.want()

    async def _show_uploads(self) -> None:
        self._show_told()
        if self._listing.uploads != self._uploads.queue.uploads:
            self._listing.uploads = self._uploads.queue.uploads
            self._show_rows()

    def _show_rows(self) -> None:
        rows = self._listing.rows()
        self._list.empty_text = self._listing.empty_text()
        self._list.set_rows(rows, keep=self._list.cursor_key)
        self._show_heading()
        self._previewed.want()
        self.refresh_bindings()

    @on(VirtualList.MarksChanged)
    def _show_heading(self) -> None:
        words = self._listing.facts(len(self._list.rows), len(self._marked))
        self.query_one("#heading", TitleLine).show(facts=Content.styled(words, "$text-muted"))

    def _tell(self, words: str) -> None:
        """Show what was refused until something else is done; else how old the list is when it is."""
        self._refusal = words
        if is_whole(self):
            self._show_told()

    def _show_told(self) -> None:
        answer = self._listing.answer
        told = Content.styled(self._refusal, "$text-error")
        if self._saving:
            told = Content.styled(self._saving, "$text-primary")
        elif not self._refusal and answer and answer.problem:
            told = Content.styled(f"{answer.problem} As of {_seen(answer.fetched_at)}.", "$text-warning")
        self.query_one("#told", TitleLine).show(told)

    # -- preview ------------------------------------------------------------------------------------------------

    @on(VirtualList.Highlighted)
    def _moved(self) -> None:
        self.refresh_bindings()
        self._previewed.want()

    async def _preview(self) -> None:
        pane = self.query_one(FilePreview)
        file = self._file
        if pane.display and (file is None or file != self._shown_file):
            self._shown_file = file
            copy = await self._uploads.find_copy(file) if file else None
            pane.show(file, copy)

    def action_preview(self) -> None:
        pane = self.query_one(FilePreview)
        pane.display = not pane.display
        self._shown_file = None
        self._previewed.want()

    def on_resize(self) -> None:
        self._previewed.want()

    # -- filter and sort ----------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        self.set_focus(field)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self._listing.words = event.value
        self._show_rows()

    @on(Input.Submitted, "#filter")
    def _leave_filter(self) -> None:
        self.query_one("#filter", Input).display = False
        self.set_focus(self._list)

    def on_key(self, event: events.Key) -> None:
        if self.query_one("#filter", Input).has_focus and event.key == "down":
            event.stop()
            self._leave_filter()

    async def action_leave_filter_or_back(self) -> None:
        """Leave the filter and take it off, else take off the marks, else go back."""
        field = self.query_one("#filter", Input)
        if field.has_focus or field.value:
            field.value = ""
            self._leave_filter()
        elif self._list.marked:
            self._list.clear_marks()
        else:
            await self.run_action("app.back")

    def action_sort(self) -> None:
        self._listing.next_sort()
        self._show_rows()

    # -- keys ---------------------------------------------------------------------------------------------------

    @property
    def _file(self) -> UploadedFile | None:
        """The file under the cursor."""
        row = self._list.cursor_row
        return row if isinstance(row, UploadedFile) else None

    @property
    def _marked(self) -> tuple[UploadedFile, ...]:
        """The marked files that there still are."""
        known = {file.id for file in self._listing.files}
        return tuple(row for row in self._list.marked if isinstance(row, UploadedFile) and row.id in known)

    @property
    def _chosen(self) -> tuple[UploadedFile, ...]:
        return self._marked or ((self._file,) if self._file else ())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.is_mounted and action in _ON_A_FILE:
            return True if self._chosen else None
        if self.is_mounted and action == "stop":
            return isinstance(self._list.cursor_row, Upload)
        return super().check_action(action, parameters)

    @on(VirtualList.Selected)
    def _open(self) -> None:
        """Show all that is known of a file, beside the list where there is room; try a failed upload again."""
        row = self._list.cursor_row
        if isinstance(row, Upload):
            if row.state is UploadState.FAILED:
                self._errands.again(row)
        elif row is not None and self.has_class("-narrow"):
            self._errands.show(row)
        elif not self.query_one(FilePreview).display:
            self.action_preview()

    def action_upload(self) -> None:
        self._errands.upload()

    def action_stop(self) -> None:
        if isinstance(row := self._list.cursor_row, Upload):
            self._errands.stop(row)

    def action_use(self) -> None:
        if self._chosen:
            self._errands.use(self._chosen)

    def action_download(self) -> None:
        if self._chosen:
            self._errands.download(self._chosen, self._unmark)

    def action_outside(self) -> None:
        if self._file:
            self._errands.open_outside(self._file)

    def action_copy(self) -> None:
        if self._file:
            self._errands.copy(self._file)

    def action_delete(self) -> None:
        if self._chosen:
            self._errands.delete(self._chosen, self._unmark)

    def _unmark(self) -> None:
        if is_whole(self):
            self._list.clear_marks()

    def action_refresh(self) -> None:
        self._tell("")
        self._reading.want()


def _seen(moment: datetime) -> str:
    age = wording.age(moment)
    return "just now" if age == "now" else age
