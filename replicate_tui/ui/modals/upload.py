"""A dialog that asks which files to upload, and what is to be said of them."""

import asyncio
from typing import ClassVar, Final, NamedTuple

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Static

from replicate_tui.services.upload_details import DetailProblem, UploadDetails, read_details
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.files.chosen import Chosen, chosen_files, quoted
from replicate_tui.ui.form.file_facts import complete_path, pasted_path
from replicate_tui.ui.form.picks import pick_file
from replicate_tui.ui.modals.base import Dialog

_MOST_SHOWN: Final = 6
_LOOK_PAUSE: Final = 0.1
_HINT: Final = "enter uploads  → completes  f3 picks a file  tab goes on  esc closes"
#: What may be said of the files: name of the field, what stands in it while it is empty.
_DETAILS: Final = (
    ("name", "name there, of one file: as it is called here"),
    ("type", "type: as the name tells (image/png)"),
    ("metadata", 'metadata: key=value key="two words", or JSON'),
)


class UploadWish(NamedTuple):
    """Files that can be sent, and what is said of each."""

    files: tuple[Chosen, ...]
    details: UploadDetails


class _PathSuggester(Suggester):
    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(complete_path, value)


class _PathsInput(Input):
    """Takes all lines of what is pasted; each is a path of its own."""

    def _on_paste(self, event: events.Paste) -> None:
        lines = [line for line in event.text.splitlines() if line.strip()]
        if len(lines) > 1:
            self.insert_text_at_cursor(" ".join(quoted(pasted_path(line)) for line in lines))
            # The base would take the first line.
            event.prevent_default()
            event.stop()


class UploadDialog(Dialog[UploadWish]):
    """Dismisses with files that can be sent; what cannot is said here, before anything leaves this machine."""

    DEFAULT_CSS = """
    UploadDialog #chosen { height: auto; margin-top: 1; }
    UploadDialog #name { margin-top: 1; }
    UploadDialog #hint { height: auto; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "pick", "Pick a file", id="upload.pick"),
    ]

    def __init__(self) -> None:
        super().__init__("Upload files")
        self._looking = Coalesced(self, self._look, description="look at files to upload", pause=_LOOK_PAUSE)

    def compose_dialog(self) -> ComposeResult:
        field = _PathsInput(
            placeholder="path of a file; several are separated by blanks",
            suggester=_PathSuggester(),
            select_on_focus=False,
            id="paths",
        )
        field.cursor_blink = False
        yield field
        yield Static("", id="chosen")
        for name, hint in _DETAILS:
            detail = Input(placeholder=hint, select_on_focus=False, id=name)
            detail.cursor_blink = False
            yield detail
        yield Static(Content(_HINT), id="hint")

    @property
    def _text(self) -> str:
        return self.query_one("#paths", Input).value

    @on(Input.Changed, "#paths")
    def _changed(self) -> None:
        self._looking.want()

    async def _look(self) -> None:
        text = self._text
        # While it is typed, a path that is not there yet is no mistake.
        self._show([each for each in await asyncio.to_thread(chosen_files, text) if not each.problem])

    @on(Input.Submitted)
    @work(exclusive=True, group="take", description="check files to upload")
    async def _take(self) -> None:
        self._looking.drop()
        files = await asyncio.to_thread(chosen_files, self._text)
        if not files:
            told = "Type the path of a file, or press f3 to pick one."
            self.query_one("#chosen", Static).update(Content.styled(told, "$text-warning"))
        elif any(each.problem for each in files):
            self._show(sorted(files, key=lambda each: not each.problem))
        else:
            self._show(files)
            self._take_details(files)

    def _take_details(self, files: list[Chosen]) -> None:
        typed = [self.query_one(f"#{name}", Input).value for name, _ in _DETAILS]
        try:
            details = read_details(*typed, files=len(files))
        except DetailProblem as problem:
            lines = [
                Content.styled(f"✗ {each.field}: {clean_line(each.message)}", "$text-error")
                for each in problem.problems
            ]
            self.query_one("#hint", Static).update(Content("\n").join(lines))
            self.set_focus(self.query_one(f"#{problem.problems[0].field}", Input))
        else:
            self.dismiss(UploadWish(tuple(files), details))

    @on(Input.Changed, "#name, #type, #metadata")
    def _mended(self) -> None:
        self.query_one("#hint", Static).update(Content(_HINT))

    @work(exclusive=True, group="pick", description="pick a file to upload")
    async def action_pick(self) -> None:
        """Add a file that is picked to those in the field."""
        field = self.query_one("#paths", Input)
        before = field.value.strip()
        picked = await pick_file(self.app, "" if " " in before else before)
        if picked:
            is_start = await asyncio.to_thread(lambda: any(each.problem for each in chosen_files(before)))
            field.value = quoted(picked) if not before or is_start else f"{before} {quoted(picked)}"
            field.cursor_position = len(field.value)

    def _show(self, files: list[Chosen]) -> None:
        lines = [_line(each) for each in files[:_MOST_SHOWN]]
        if len(files) > _MOST_SHOWN:
            total = wording.size(sum(each.size for each in files))
            lines.append(Content.styled(f"  and {len(files) - _MOST_SHOWN} more, {total} in all", "$text-muted"))
        self.query_one("#chosen", Static).update(Content("\n").join(lines))


def _line(chosen: Chosen) -> Content:
    if chosen.problem:
        return Content.styled(f"✗ {chosen.problem}", "$text-error")
    return Content.assemble(
        Content.styled("✓ ", "$text-success"),
        clean_line(chosen.path.name, 50),
        Content.styled(f"  {wording.size(chosen.size)}", "$text-muted"),
    )
