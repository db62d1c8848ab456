"""The run form: whatever a version's schema asks for, filled in, checked, and sent once."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from replicate_tui.schema.fields import FieldKind
from replicate_tui.schema.validate import Problem
from replicate_tui.schema.values import ValueProblem
from replicate_tui.services.events import RunEvent
from replicate_tui.text import clean_line
from replicate_tui.ui import messages
from replicate_tui.ui.form.draft_keeper import DraftKeeper
from replicate_tui.ui.form.errands import FormErrands
from replicate_tui.ui.form.model import FormModel
from replicate_tui.ui.form.options import run_options
from replicate_tui.ui.form.rows import FOLD, Row, RowId
from replicate_tui.ui.form.sender import FormSender
from replicate_tui.ui.house import House
from replicate_tui.ui.screens.form import FormScreen
from replicate_tui.ui.webhooks.drawing import report_lines
from replicate_tui.ui.widgets.fields.base import EditorChanged, EditorWish
from replicate_tui.ui.widgets.form_list import FormList
from replicate_tui.ui.widgets.sent_pane import SentPane
from replicate_tui.ui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from replicate_tui.ui.widgets.json_pane import JsonPane

#: Seconds after the last change.
SAVE_DRAFT_AFTER: Final = 0.5
WIDE_ENOUGH_FOR_JSON: Final = 120
VERSION: Final = RowId("options", "version")


class RunFormScreen(FormScreen):
    """Fills in and sends a run of `wish.full_name`. Leaving keeps a draft, and never stops what is being sent."""

    CSS_PATH = "run_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,f5", "run", "run", id="form.run", tooltip="Run it"),
        Binding("ctrl+t", "toggle_json", "JSON", id="form.json", tooltip="Edit as JSON, or as a form"),
        Binding("ctrl+o", "edit_outside", "editor", id="form.editor", tooltip="Open the field in your editor"),
        Binding("ctrl+s", "save_preset", "preset", id="form.save_preset", tooltip="Save these values as a preset"),
        Binding("escape", "leave_form", "keep and leave", id="form.leave", tooltip="Leave; the draft is kept"),
        Binding("f2", "presets", "Load or delete a preset", id="form.presets", show=False),
        Binding("ctrl+r", "reset_field", "Reset this field to its default", id="form.reset", show=False),
        Binding("f8", "remove_item", "Remove this element of the list", id="form.remove_item", show=False),
        Binding("f1", "read_description", "Read the whole description", id="form.description", show=False),
    ]

    def __init__(self, house: House, wish: messages.OpenForm) -> None:
        super().__init__(house)
        self.wish = wish
        self.form = self.make_form()
        # Of a deployment, so that a draft never runs a model where it was not asked to, at the price of that place.
        place = f"deployment {wish.options.deployment}" if wish.options.deployment else ""
        self.drafts = DraftKeeper(house.services.drafts, self.form, self._say, place or self.form.draft_target)
        self._draft_timer: Timer | None = None
        self._errands = self.make_errands()
        self._sender = self.make_sender()

    # What the form of a training has otherwise:

    def make_form(self) -> FormModel:
        return FormModel(self.wish.full_name, loopback_webhooks=self.house.badge == "DEMO")

    def make_errands(self) -> FormErrands:
        return FormErrands(self)

    def make_sender(self) -> FormSender:
        return FormSender(self)

    def compose_body(self) -> ComposeResult:
        yield TitleLine(self.form.title(), id="title")
        yield Static(id="notice", classes="-empty")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield FormList(self.form.drawing, id="fields")
            pane = SentPane(self.form.send_word, id="sent")
            pane.display = self._is_wide
            yield pane

    def on_mount(self) -> None:
        super().on_mount()
        self._load()

    async def on_unmount(self) -> None:
        await self.drafts.save()

    def _say(self, text: str) -> None:
        self.app.post_message(messages.Say(text, "warning"))

    # -- what is shown ------------------------------------------------------------------------------------------

    @property
    def _json_pane(self) -> "JsonPane | None":
        return cast("JsonPane | None", self.query_one_optional("#json"))

    def show_form(self, *, anew: bool = False) -> None:
        """Show the form as it stands now; `anew` also puts its text into the editor in hand."""
        if self.form.is_raw_only or self.form.raw is not None:
            self._open_json()
        elif self._json_pane is None:
            self.query_one(FormList).show_rows(self.form.rows(), anew=anew)
        self.show_changes()

    def show_changes(self) -> None:
        """Show what follows from the values: the count of changes, and what will be sent."""
        sending = self._sender.is_sending
        facts = "◌ sending" if sending else self.form.facts_line(is_draft=self.drafts.is_edited)
        report = self._report()
        if report and not sending and not self._is_wide:
            facts = f"reports here · {facts}"
        self.query_one(TitleLine).show(self.form.title(), Content.styled(facts, "$text-muted"))
        if self._is_wide:
            pane = self.query_one(SentPane)
            pane.show_busy(sending)
            pane.show_report(report)
            pane.show_input(self.form.shown_request())

    def _report(self) -> list[str]:
        """Return lines about the webhook that the run gets without being asked for one."""
        hook, options = self.house.services.webhooks.hook(), run_options(self.form.options.values())
        is_wanted = hook is not None and options.receiver and not options.webhook
        return report_lines(hook) if hook is not None and is_wanted else []

    def show_notice(self, text: str, kind: str = "note") -> None:
        """Show one line above the form, "" for none; `kind` is note, warning or error."""
        notice = self.query_one("#notice", Static)
        notice.set_classes(f"-{kind}" if text else "-empty")
        notice.update(Content(clean_line(text, 300)))

    @property
    def _is_wide(self) -> bool:
        return self.app.size.width >= WIDE_ENOUGH_FOR_JSON

    def on_resize(self) -> None:
        self.query_one(SentPane).display = self._is_wide
        self.show_changes()

    def show_estimate(self, lines: list[str]) -> None:
        self.query_one(SentPane).show_estimate(lines)

    # -- errands ------------------------------------------------------------------------------------------------

    def _errand(self, errand: Coroutine[Any, Any, None], group: str) -> None:
        self.run_worker(errand, group=group, exclusive=True, description=group)

    def _load(self) -> None:
        self._errand(self._errands.load(), "read the model")

    def action_save_preset(self) -> None:
        """Keep these values under a name."""
        self._take_editor()
        self._errand(self._errands.save_preset(), "dialog")

    def action_presets(self) -> None:
        """Pick a preset to load, or delete some."""
        self._errand(self._errands.load_preset(), "dialog")

    def action_edit_outside(self) -> None:
        """Open the field in hand, or the JSON, in the person's own editor."""
        pane, row = self._json_pane, self.query_one(FormList).current
        if pane is not None:
            self._errand(self._errands.edit_json(pane), "dialog")
        elif row is not None and row.kind != "fold":
            self._take_editor()
            self._errand(self._errands.edit_row(row), "dialog")

    # -- typing -------------------------------------------------------------------------------------------------

    @on(EditorChanged)
    def _take_text(self, message: EditorChanged) -> None:
        self._put_text(message.row, message.text)

    def _put_text(self, row: RowId, text: str) -> None:
        self.form.put_text(row, text)
        self._after_edit(row)

    def _after_edit(self, row: RowId | None = None) -> None:
        if row == VERSION:
            self._errand(self._errands.change_version(), "read the version")
        self.drafts.is_edited = True
        self._sender.forget_warnings()
        if not self.query_one("#notice").has_class("-note"):
            self.show_notice("")
        self.query_one(FormList).redraw_current()
        self.show_changes()
        if self._draft_timer is not None:
            self._draft_timer.stop()
        self._draft_timer = self.set_timer(SAVE_DRAFT_AFTER, self.drafts.save)

    def _take_editor(self) -> None:
        """Take what the editor holds, also when the message about the last key is still under way."""
        fields = self.query_one(FormList)
        row, editor = fields.current, fields.editor
        if row is not None and editor is not None and row.kind in ("field", "item"):
            before = self.form.drawing.text(row)
            if editor.text_now != before:
                self._put_text(row.id, editor.text_now)

    @on(FormList.RowLeft)
    def _check_row(self, message: FormList.RowLeft) -> None:
        row = message.row
        state = self.form.section(row.id.section)
        if row.kind == "fold" or not state.is_touched(row.id.name):
            return
        before = state.problem(row.id.name)
        state.check([row.id.name])
        if state.problem(row.id.name) != before:
            self.query_one(FormList).redraw()
        if row.field.kind is FieldKind.FILE:
            self._look_up_files()

    def _look_up_files(self) -> None:
        self._errand(self._errands.look_up_files(), "look at files")

    @on(EditorWish)
    def _grant(self, message: EditorWish) -> None:
        row = self.query_one(FormList).current
        if row is None or row.id != message.row:
            return
        match message.wish:
            case "fold":
                self._fold()
            case "add item":
                added = self.form.add_item(row.id)
                self._after_edit(added)
                self._show_row(added)
            case "remove item":
                self.action_remove_item()
            case "pick choice" | "pick file" | "pick output":
                self._errand(self._errands.pick(row, message.wish), "dialog")

    def replace_text(self, row: Row, text: str) -> None:
        """Put `text` into a row from outside its editor."""
        self._put_text(row.id, text)
        self._show_row(row.id)
        self._look_up_files()

    def _show_row(self, row: RowId) -> None:
        self.query_one(FormList).show_rows(self.form.rows(), row, anew=True)

    def take_new_values(self) -> None:
        """Show values that came all at once, and keep them as the draft."""
        pane = self._json_pane
        if pane is not None:
            pane.show_text(self.form.json_text())
        else:
            self.query_one(FormList).show_rows(self.form.rows(), anew=True)
        self._after_edit()
        self._look_up_files()

    # -- lists, options, fields ---------------------------------------------------------------------------------

    def action_remove_item(self) -> None:
        """Remove the element of a list that is in hand."""
        row = self.query_one(FormList).current
        if row is not None and row.kind == "item":
            before = self.form.remove_item(row.id)
            self._after_edit(row.id)
            self._show_row(before)

    def _fold(self) -> None:
        self.form.drawing.options_open = not self.form.drawing.options_open
        self._show_row(FOLD.id)
        if self.form.drawing.options_open:
            self.query_one(FormList).show_below()
            self._errand(self._errands.load_versions(), "list the versions")

    def action_reset_field(self) -> None:
        """Put the field in hand back to its default."""
        row = self.query_one(FormList).current
        if row is None or row.kind == "fold" or self._json_pane:
            return
        whole = RowId(row.id.section, row.id.name)
        self.form.section(whole.section).reset(whole.name)
        self._after_edit(whole)
        self._show_row(whole)

    def action_read_description(self) -> None:
        """Show the whole description of the field in hand."""
        row = self.query_one(FormList).current
        if row is not None:
            self._errands.show_description(row)

    # -- JSON ---------------------------------------------------------------------------------------------------

    def action_toggle_json(self) -> None:
        """Go from the form to its JSON, or back once the JSON can be read."""
        if self._json_pane is None:
            self._take_editor()
            self._open_json()
        elif not self.form.is_raw_only and self._take_json():
            self._close_json()

    def _open_json(self) -> None:
        if self._json_pane is None:
            from replicate_tui.ui.widgets.json_pane import JsonPane

            pane = JsonPane(self.form.json_text(), id="json")
            self.query_one("#left").mount(pane)
            self.query_one(FormList).display = False

    def _close_json(self) -> None:
        pane = self._json_pane
        if pane is not None:
            pane.display = False
            pane.call_later(pane.remove)
            fields = self.query_one(FormList)
            fields.display = True
            fields.show_rows(self.form.rows(), anew=True)
            fields.focus_editor()

    def on_json_pane_edited(self) -> None:
        self._take_json(go_there=False)
        self._after_edit()

    def _take_json(self, *, go_there: bool = True) -> bool:
        pane = self._json_pane
        if pane is None:
            return True
        try:
            notes = self.form.take_json(pane.text)
        except ValueProblem as problem:
            pane.show_problem(problem, go_there=go_there)
            return False
        pane.show_status(" · ".join(notes) or "ctrl+t goes back to the form." * (not self.form.is_raw_only))
        return True

    # -- sending and leaving ------------------------------------------------------------------------------------

    @on(SentPane.RunClicked)
    def action_run(self) -> None:
        """Send the form: once, however often the key comes."""
        if self._sender.is_shut:
            return
        if not self.form.is_loaded:
            self._load()
            return
        self._take_editor()
        if self._json_pane is not None and not self._take_json():
            self.show_notice("Nothing was sent: the JSON cannot be read.", "error")
            return
        self._sender.start()
        self.show_changes()

    def on_screen_resume(self) -> None:
        self._sender.reopen()
        # Another run may have ended meanwhile, or a price changed.
        self._errand(self._errands.show_estimate(), "estimate")

    def on_run_event(self, event: RunEvent) -> None:
        self._sender.note_wait(event.run_id)

    def go_to_problem(self, problem: Problem) -> None:
        """Show a problem where its value is edited."""
        if self._json_pane is not None:
            self.show_notice(f"{problem.field} {problem.message}".strip(), problem.severity)
            return
        in_input = self.form.state.schema.get(problem.field) is not None
        if not in_input and self.form.options.schema.get(problem.field) and not self.form.drawing.options_open:
            self._fold()
        fields = self.query_one(FormList)
        fields.go_to(RowId("input" if in_input else "options", problem.field))
        fields.redraw()

    async def action_leave_form(self) -> None:
        """Keep the draft and go back."""
        self._take_editor()
        await self.drafts.save()
        await self.run_action("app.back")
