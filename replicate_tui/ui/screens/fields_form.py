"""A screen with a form of a few fixed fields: filled in, checked, sent once; what was typed is kept until then."""

from collections.abc import Callable
from typing import ClassVar, Final, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.text import clean_line
from replicate_tui.ui import messages
from replicate_tui.ui.form.draft_keeper import DraftKeeper
from replicate_tui.ui.form.fields_form import FieldsForm
from replicate_tui.ui.form.picks import pick_choice
from replicate_tui.ui.form.rows import Row, RowId
from replicate_tui.ui.house import House
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.form import FormScreen
from replicate_tui.ui.widgets.fields.base import EditorChanged, EditorWish
from replicate_tui.ui.widgets.form_list import FormList
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.wording import plural

FormT = TypeVar("FormT", bound=FieldsForm)

_FROM_DRAFT: Final = "Taken up from a draft; ctrl+r puts a field back."
#: Seconds after the last change.
SAVE_DRAFT_AFTER: Final = 0.5
_LEAVE_ANSWERS: Final = (
    Answer("n", "Stay in the form", "stay"),
    Answer("k", "Leave, and keep it as a draft", "keep"),
    Answer("y", "Leave, nothing is sent or kept", "leave"),
)


class FieldsFormScreen(FormScreen, Generic[FormT]):
    """Base of such screens: subclasses give `heading`, `begin` and `send`. The draft is kept under `draft_target`."""

    CSS_PATH = "fields_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,f5", "save", "send", id="form.send", tooltip="Check it and send it"),
        Binding("ctrl+o", "edit_outside", "editor", id="form.editor", tooltip="Open the field in your editor"),
        Binding("ctrl+r", "reset_field", "reset", id="form.reset", tooltip="Put this field back"),
        Binding("escape", "leave_form", "leave", id="form.leave", tooltip="Leave without sending"),
    ]

    def __init__(self, house: House, form: FormT, draft_target: str) -> None:
        super().__init__(house)
        self.form = form
        self.drafts = DraftKeeper(house.services.drafts, form, self._say, draft_target)
        self._draft_timer: Timer | None = None
        self._is_sending = False

    # -- what subclasses say ------------------------------------------------------------------------------------

    def heading(self) -> Content:
        """Return the line that says what is made or changed."""
        raise NotImplementedError

    def begin(self) -> None:
        """Start reading what there is to choose, or what stands now."""

    async def send(self) -> str:
        """Send the form and return what came of it as a sentence; raises ServiceProblem."""
        raise NotImplementedError

    def question(self) -> ChoiceDialog | None:
        """Return what is to be asked before it is sent, None for nothing; "send" is the answer that sends it."""
        return None

    def leave_sent(self) -> None:
        """Go on after it was sent, with this form on top."""
        self.dismiss()

    def suffix_of(self, row: Row) -> str:  # noqa: ARG002  (for subclasses)
        """Return how the name of the file ends in which a row is edited outside."""
        return ".txt"

    # -- what is shown ------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        yield TitleLine(self.heading(), id="title")
        yield Static(id="notice", classes="-empty")
        yield FormList(self.form.drawing, id="fields")
        yield Static(id="summary")

    def on_mount(self) -> None:
        super().on_mount()
        self.show_form()
        self.begin()

    async def on_unmount(self) -> None:
        await self.drafts.save()

    def _say(self, text: str) -> None:
        self.app.post_message(messages.Say(text, "warning"))

    async def restore_draft(self) -> None:
        """Put the kept draft back, once it is known what stands in the fields without it."""
        await self.drafts.restore()
        if self.drafts.is_edited and is_whole(self):
            self.show_notice(_FROM_DRAFT)
            current = self.query_one(FormList).current
            self.show_form(current.id if current else None)

    def show_form(self, current: RowId | None = None) -> None:
        """Show the form as it stands now, with `current` in hand."""
        self.query_one(FormList).show_rows(self.form.rows(), current, anew=current is not None)
        self.show_summary()

    def take_news(self, change: Callable[[], None]) -> None:
        """Have `change` put into the form what came from the service, and keep what is being typed."""
        if not is_whole(self):
            return
        self.take_editor()
        fields = self.query_one(FormList)
        before = fields.current
        change()
        rows = self.form.rows()
        # Only a row that has become another kind needs another editor.
        fields.show_rows(rows, anew=before is not None and before not in rows)
        fields.redraw()
        self.show_summary()

    def show_notice(self, text: str, kind: str = "note") -> None:
        """Show one line above the form, "" for none; `kind` is note, warning or error."""
        notice = self.query_one("#notice", Static)
        notice.set_classes(f"-{kind}" if text else "-empty")
        notice.update(Content(clean_line(text, 400)))

    def show_summary(self) -> None:
        lines = self.form.summary()
        summary = self.query_one("#summary", Static)
        summary.display = bool(lines)
        summary.update(Content("\n").join(lines))
        facts = "◌ sending" if self._is_sending else "draft" * self.drafts.is_edited
        self.query_one("#title", TitleLine).show(self.heading(), Content.styled(facts, "$text-muted"))

    # -- typing -------------------------------------------------------------------------------------------------

    @on(EditorChanged)
    def _take_text(self, message: EditorChanged) -> None:
        self.put_text(message.row, message.text)

    def put_text(self, row: RowId, text: str) -> None:
        """Take what was typed into a row."""
        if self.form.state.schema.get(row.name) is None:
            return
        self.form.state.set_text(row.name, text)
        self.drafts.is_edited = True
        self._save_draft_soon()
        self.show_notice("")
        self.query_one(FormList).redraw_current()
        self.show_summary()

    def _save_draft_soon(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
        self._draft_timer = self.set_timer(SAVE_DRAFT_AFTER, self.drafts.save)

    def take_editor(self) -> None:
        """Take what the editor holds, also when the message about the last key is still under way."""
        fields = self.query_one(FormList)
        row, editor = fields.current, fields.editor
        if row is not None and editor is not None and editor.text_now != self.form.text(row.id.name):
            self.put_text(row.id, editor.text_now)

    @on(FormList.RowLeft)
    def _check_row(self, message: FormList.RowLeft) -> None:
        self.form.check_field(message.row.id.name)
        self.query_one(FormList).redraw()

    @on(EditorWish)
    @work(exclusive=True, group="dialog", description="pick a value")
    async def _pick(self, message: EditorWish) -> None:
        row = self.query_one(FormList).current
        if message.wish != "pick choice" or row is None or row.id != message.row:
            return
        picked = await pick_choice(self.app, row, self.form.text(row.id.name), self.form.labels)
        if picked is not None:
            self._replace(row, picked)

    def _replace(self, row: Row, text: str) -> None:
        self.put_text(row.id, text)
        self.show_form(row.id)

    @work(exclusive=True, group="dialog", description="edit a field in the person's editor")
    async def action_edit_outside(self) -> None:
        """Open the field in hand in the person's own editor."""
        from replicate_tui.ui.wire.external_editor import EditorProblem, edit

        row = self.query_one(FormList).current
        if row is None:
            return
        self.take_editor()
        text = self.form.text(row.id.name)
        try:
            edited = await edit(self.app, text, setting=self.house.settings.editor, suffix=self.suffix_of(row))
        except EditorProblem as problem:
            self.show_notice(str(problem), "warning")
            return
        if edited != text:
            self._replace(row, edited)

    def action_reset_field(self) -> None:
        """Put the field in hand back to what it was."""
        if row := self.query_one(FormList).current:
            self.form.state.reset(row.id.name)
            self._save_draft_soon()
            self.show_form(row.id)

    # -- sending and leaving ------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Check the form and send it, once, however often the key comes."""
        if self._is_sending:
            return
        self.take_editor()
        errors = [problem for problem in self.form.check() if problem.severity == "error"]
        if errors:
            self.show_notice(f"Nothing was sent: {plural(len(errors), 'field')} to mend.", "error")
            self._go_to(errors[0].field)
            return
        question = self.question()
        if question is None:
            self._start()
        else:
            self.app.push_screen(question, lambda answer: self._start() if answer == "send" else None)

    def _start(self) -> None:
        if self._is_sending:
            return
        self._is_sending = True
        self.show_summary()
        # The app's worker, not the screen's: leaving the form does not stop what is being sent.
        self.app.run_worker(self._send(), group="forms", description="send a form")

    async def _send(self) -> None:
        try:
            said = await self.send()
        except ServiceProblem as problem:
            self._show_refusal(problem)
        else:
            await self.drafts.discard()
            self.app.post_message(messages.Say(said, profile=self.house.profile))
            if is_whole(self) and self.app.screen is self:
                self.leave_sent()
        finally:
            self._is_sending = False
            if is_whole(self):
                self.show_summary()

    def _show_refusal(self, refusal: ServiceProblem) -> None:
        """Show why nothing changed, at the fields where the service says so; the form stays as it is."""
        if not is_whole(self):
            self.app.post_message(messages.SayProblem(refusal, self.house.profile))
            return
        homeless = self.form.take_refusal(refusal.fields)
        words = [str(refusal), *(f"{problem.field} {problem.message}".strip() for problem in homeless)]
        self.show_notice(" ".join(words), "error")
        if placed := self.form.state.problems():
            self._go_to(placed[0].field)

    def _go_to(self, name: str) -> None:
        fields = self.query_one(FormList)
        fields.go_to(RowId("input", name))
        fields.redraw()

    def action_leave_form(self) -> None:
        """Go back; what was typed is given up only after a question."""
        self.take_editor()
        if not self.form.has_changes or self._is_sending:
            self.dismiss()
            return
        self.app.push_screen(ChoiceDialog("Leave without sending?", _LEAVE_ANSWERS), self._leave)

    async def _leave(self, answer: str | None) -> None:
        if answer == "leave":
            await self.drafts.discard()
        if answer in ("keep", "leave"):
            self.dismiss()
