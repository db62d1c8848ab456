"""What can be done with uploaded files: upload, stop, save, copy from, use in a form, open and delete them."""

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.upload_views import Upload, UploadedFile, UploadState
from replicate_tui.ui import messages, wording
from replicate_tui.ui.files.drawing import file_facts
from replicate_tui.ui.files.saving import FileSaving
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.send_on import Offer, send_on

if TYPE_CHECKING:
    from replicate_tui.ui.modals.upload import UploadWish
    from replicate_tui.ui.screens.base import HouseScreen

_DELETE_ANSWERS: Final = (Answer("n", "Keep", "keep"), Answer("y", "Delete", "delete"))
#: What a dialog for texts has room for at 80 columns.
_DIALOG_CELLS: Final = 70
_DELETE_DETAIL: Final = (
    "Inputs that name it will not find it any more. Copies on this machine stay; the service itself deletes uploaded "
    "files after 24 hours."
)


class FileErrands:
    """Errands run as the app's workers: leaving the screen stops nothing half-way.

    `changed` is called when the service has other files than before, `told` with what is to stand on the screen
    ("" for nothing), such as a refusal; `progress` with how far a download is.
    """

    def __init__(
        self,
        screen: "HouseScreen",
        changed: Callable[[], None],
        told: Callable[[str], None],
        progress: Callable[[str], None],
    ) -> None:
        self._screen = screen
        self._saving = FileSaving(screen, told, progress)
        self._uploads = screen.house.services.uploads
        self._changed = changed
        self._told = told

    def upload(self) -> None:
        """Ask which files, and send them."""
        from replicate_tui.ui.modals.upload import UploadDialog

        def answered(wish: "UploadWish | None") -> None:
            if wish is not None:
                for each in wish.files:
                    self._uploads.queue.add(each.path, wish.details)
            self._told("")

        self._screen.app.push_screen(UploadDialog(), answered)

    def stop(self, upload: Upload) -> None:
        """Stop an upload, or take one off the list that has failed."""
        self._uploads.queue.cancel(upload.number)
        if upload.state is not UploadState.FAILED:
            self._say(f"Stopped the upload of {upload.name}.")

    def again(self, upload: Upload) -> None:
        """Try an upload again that has failed."""
        self._uploads.queue.again(upload.number)

    # -- having it back -----------------------------------------------------------------------------------------

    def download(self, files: Sequence[UploadedFile], done: Callable[[], None]) -> None:
        """Ask where to save one file, or into which folder several; `done` follows when all are saved."""
        saving = self._saving
        work = saving.save_one(files[0]) if len(files) == 1 else saving.save_several(files, done)
        self._start(work, "save uploaded files")

    def open_outside(self, file: UploadedFile) -> None:
        """Open the copy of a file that lies on this machine."""
        self._start(self._open_outside(file), "open an uploaded file")

    async def _open_outside(self, file: UploadedFile) -> None:
        copy = await self._uploads.local_copy(file)
        if copy is None:
            self._told("No copy of it is known on this machine; s saves one.")
        else:
            self._screen.app.post_message(messages.OpenOutside(str(copy)))

    # -- looking at it ------------------------------------------------------------------------------------------

    def show(self, file: UploadedFile) -> None:
        """Show all that is known of a file, to be read where there is no room beside the list."""
        self._start(self._show(file), "look at an uploaded file")

    async def _show(self, file: UploadedFile) -> None:
        from replicate_tui.ui.modals.text import TextDialog

        lines = file_facts(file, await self._uploads.find_copy(file), _DIALOG_CELLS)
        self._screen.app.push_screen(TextDialog(file.name, "\n".join(line.plain for line in lines[1:])))

    # -- the rest -----------------------------------------------------------------------------------------------

    def copy(self, file: UploadedFile) -> None:
        """Open the menu of what can be copied."""
        choices = (("URL", file.url), ("id", file.id), ("sha256", file.sha256), ("md5", file.md5), ("name", file.name))
        self._screen.post_message(messages.OpenCopyMenu(tuple(choice for choice in choices if choice[1])))

    def use(self, files: Sequence[UploadedFile]) -> None:
        """Choose a model, and open its form with the file in the first input that takes one, or several in a list."""
        for file in files:
            if file.is_expired():
                self._told(f"{file.name} has expired: the service does not have it any more.")
                return
            if not file.url:
                self._told(f"The service did not tell the URL of {file.name}.")
                return
        self._start(self._use(files), "use uploaded files")

    async def _use(self, files: Sequence[UploadedFile]) -> None:
        first, *more = (file.url for file in files)
        origin = "an uploaded file" if not more else f"{len(files)} uploaded files"
        offer = Offer(first, is_file=True, origin=origin, more=tuple(more))
        wish = await send_on(self._screen.app, self._screen.house.services, offer)
        if wish is not None:
            self._screen.app.post_message(wish)

    def delete(self, files: Sequence[UploadedFile], done: Callable[[], None]) -> None:
        """Ask, with the safe answer first, and delete; `done` follows success."""
        which = files[0].name if len(files) == 1 else wording.plural(len(files), "file")

        def answered(answer: str | None) -> None:
            if answer == "delete":
                self._start(self._delete(list(files), which, done), "delete uploaded files")

        self._screen.app.push_screen(
            ChoiceDialog(f"Delete {which} at the service?", _DELETE_ANSWERS, detail=_DELETE_DETAIL), answered
        )

    async def _delete(self, files: list[UploadedFile], which: str, done: Callable[[], None]) -> None:
        try:
            for file in files:
                await self._uploads.delete(file.id)
        finally:
            self._changed()
        self._say(f"Deleted {which}.")
        self._told("")
        done()

    def _say(self, text: str) -> None:
        self._screen.app.post_message(messages.Say(text))

    def _start(self, errand: Coroutine[Any, Any, None], description: str) -> None:
        self._screen.app.run_worker(self._tell_problems(errand), group="files", description=description)

    async def _tell_problems(self, errand: Coroutine[Any, Any, None]) -> None:
        try:
            await errand
        except ServiceProblem as problem:
            self._told(str(problem))
