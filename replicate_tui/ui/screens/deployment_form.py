"""The form of a deployment: made new or changed, checked before it is sent, with what the minimum costs below it."""

from collections.abc import Callable
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from replicate_tui.schema.validate import Problem
from replicate_tui.services.deployment_views import DeploymentCard
from replicate_tui.services.problems import FieldProblem, ServiceProblem
from replicate_tui.text import clean_line
from replicate_tui.ui import messages
from replicate_tui.ui.deployments.form import DeploymentForm
from replicate_tui.ui.form.picks import pick_choice
from replicate_tui.ui.form.rows import RowId
from replicate_tui.ui.house import House
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.form import FormScreen
from replicate_tui.ui.widgets.fields.base import EditorChanged, EditorWish
from replicate_tui.ui.widgets.form_list import FormList
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.wording import plural

MODEL: Final = RowId("input", "model")


class DeploymentFormScreen(FormScreen):
    """Changes `wish.card`, or makes a deployment when there is none; an error leaves everything as it was typed."""

    CSS_PATH = "deployment_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,f5", "save", "send", id="deployment_form.save", tooltip="Make or change the deployment"),
        Binding("ctrl+r", "reset_field", "reset", id="form.reset", tooltip="Put this field back"),
        Binding("escape", "leave_form", "leave", id="form.leave", tooltip="Leave without sending"),
    ]

    def __init__(self, house: House, wish: messages.OpenDeploymentForm) -> None:
        super().__init__(house)
        self.form = DeploymentForm(wish.card, house.services.prices)
        self._is_sending = False
        self._versions_of = ""
        if wish.release is not None:
            self.form.fill(wish.release)

    def compose_body(self) -> ComposeResult:
        card = self.form.card
        title = "Change " if card else "New deployment"
        yield TitleLine(Content.assemble(title, Content.styled(card.full_name if card else "", "bold")), id="title")
        yield Static(id="notice", classes="-empty")
        yield FormList(self.form.drawing, id="fields")
        yield Static(id="summary")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(FormList).show_rows(self.form.rows(), self._first_row())
        self._show_summary()
        self._load_machines()
        self._load_versions()

    def _first_row(self) -> RowId | None:
        return RowId("input", "name") if self.form.card is None and self.form.model else None

    # -- what there is to choose --------------------------------------------------------------------------------

    @work(exclusive=True, group="machines", description="list the hardware")
    async def _load_machines(self) -> None:
        hardware = self.house.services.hardware
        if known := await hardware.cached():
            self._offer(lambda: self.form.offer_machines(known.value))
        try:
            answer = await hardware.list()
        except ServiceProblem as problem:
            self._show_notice(f"The hardware on offer is not known: {problem}", "warning")
            return
        self._offer(lambda: self.form.offer_machines(answer.value))

    @work(exclusive=True, group="versions", description="list the versions")
    async def _load_versions(self) -> None:
        model = self.form.model
        owner, _, name = model.partition("/")
        if not owner or not name or model == self._versions_of:
            return
        self._versions_of = model
        catalog = self.house.services.catalog
        try:
            versions = (await catalog.versions(owner, name)).value
            if not versions:
                # Told apart from a model that hides its versions.
                await catalog.model(owner, name)
        except ServiceProblem as problem:
            self._versions_of = ""
            if self.form.card is None:
                self._tell_at(MODEL, clean_line(problem.message, 200))
            return
        if versions:
            self._offer(lambda: self.form.offer_versions(versions))
        elif self.form.card is None:
            self._tell_at(MODEL, "shows no version to deploy")

    def _offer(self, change: Callable[[], None]) -> None:
        """Take what came from the service, and keep what is being typed."""
        if not is_whole(self):
            return
        self._take_editor()
        fields = self.query_one(FormList)
        before = fields.current
        change()
        rows = self.form.rows()
        # Only a row that has become another kind needs another editor.
        fields.show_rows(rows, anew=before is not None and before not in rows)
        fields.redraw()
        self._show_summary()

    def _tell_at(self, row: RowId, message: str) -> None:
        if is_whole(self):
            self.form.take_refusal([FieldProblem(row.name, message)])
            self.query_one(FormList).redraw()

    # -- typing -------------------------------------------------------------------------------------------------

    @on(EditorChanged)
    def _take_text(self, message: EditorChanged) -> None:
        self._put_text(message.row, message.text)

    def _put_text(self, row: RowId, text: str) -> None:
        self.form.state.set_text(row.name, text)
        self._show_notice("")
        self.query_one(FormList).redraw_current()
        self._show_summary()

    def _take_editor(self) -> None:
        """Take what the editor holds, also when the message about the last key is still under way."""
        fields = self.query_one(FormList)
        row, editor = fields.current, fields.editor
        if row is not None and editor is not None and editor.text_now != self.form.state.text(row.id.name):
            self._put_text(row.id, editor.text_now)

    @on(FormList.RowLeft)
    def _check_row(self, message: FormList.RowLeft) -> None:
        row = message.row.id
        if row == MODEL:
            self._load_versions()
        if self.form.state.is_touched(row.name) and self.form.state.problem(row.name) is None:
            self.form.state.check([row.name])
            self.query_one(FormList).redraw()

    @on(EditorWish)
    @work(exclusive=True, group="dialog", description="pick a value")
    async def _pick(self, message: EditorWish) -> None:
        fields = self.query_one(FormList)
        row = fields.current
        if message.wish != "pick choice" or row is None or row.id != message.row:
            return
        picked = await pick_choice(self.app, row, self.form.state.text(row.id.name), self.form.labels)
        if picked is not None:
            self._put_text(row.id, picked)
            fields.show_rows(self.form.rows(), row.id, anew=True)

    def action_reset_field(self) -> None:
        """Put the field in hand back to what it was."""
        fields = self.query_one(FormList)
        if row := fields.current:
            self.form.state.reset(row.id.name)
            fields.show_rows(self.form.rows(), row.id, anew=True)
            self._show_summary()

    # -- what is shown ------------------------------------------------------------------------------------------

    def _show_notice(self, text: str, kind: str = "note") -> None:
        notice = self.query_one("#notice", Static)
        notice.set_classes(f"-{kind}" if text else "-empty")
        notice.update(Content(clean_line(text, 400)))

    def _show_summary(self) -> None:
        self.query_one("#summary", Static).update(Content("\n").join(self.form.summary()))
        facts = "◌ sending" if self._is_sending else ""
        self.query_one("#title", TitleLine).show(facts=Content.styled(facts, "$text-muted"))

    # -- sending and leaving ------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Check, ask where it costs or stops something, and send once."""
        if self._is_sending:
            return
        self._take_editor()
        if self.form.card is not None and not self.form.has_changes:
            self._show_notice("Nothing is changed, so there is nothing to send.", "warning")
            return
        errors = [problem for problem in self.form.check() if problem.severity == "error"]
        if errors:
            self._show_notice(f"Nothing was sent: {plural(len(errors), 'field')} to mend.", "error")
            self._go_to(errors[0])
            # The model may have been named just now, in the row that is left for the error.
            self._load_versions()
            return
        question = self._question()
        if question is None:
            self._start()
        else:
            self.app.push_screen(question, lambda answer: self._start() if answer == "send" else None)

    def _question(self) -> ChoiceDialog | None:
        wish = self.form.wish()
        if self.form.switches_off:
            detail = "With a maximum of 0, what runs on it now is canceled and new runs are refused."
            heading, words = f"Switch {wish.name} off?", "Switch it off"
        elif self.form.keeps_more_ready:
            detail = f"They are paid for all the time, whether or not anything runs on them.\n{self.form.cost()}"
            heading, words = f"Keep {plural(wish.min_instances, 'instance')} ready?", "Send it"
        else:
            return None
        return ChoiceDialog(
            heading, (Answer("n", "Back to the form", "keep"), Answer("y", words, "send")), detail=detail
        )

    def _start(self) -> None:
        if not self._is_sending:
            self._is_sending = True
            self._show_summary()
            # The app's worker, not the screen's: leaving the form does not stop what is being sent.
            self.app.run_worker(self._send(), group="deployments", description="send a deployment")

    async def _send(self) -> None:
        deployments, form = self.house.services.deployments, self.form
        try:
            if form.card is None:
                card = await deployments.create(form.wish(), form.skus)
            else:
                card = await deployments.update(form.card, form.wish(), form.skus)
            self._leave_for(card)
        except ServiceProblem as problem:
            self._show_refusal(problem)
        finally:
            self._is_sending = False
            if is_whole(self):
                self._show_summary()

    def _leave_for(self, card: DeploymentCard) -> None:
        number = f"release {card.release.number} of " if card.release.number is not None else ""
        self.app.post_message(messages.Say(f"Made {number}{card.full_name}."))
        if is_whole(self) and self.app.screen is self:
            if self.form.card is None:
                self.post_message(messages.OpenDeployment(card.full_name, replaces=self))
            else:
                self.dismiss()

    def _show_refusal(self, refusal: ServiceProblem) -> None:
        """Show why nothing changed, at the fields where the service says so; the form stays as it is."""
        if not is_whole(self):
            self.app.post_message(messages.SayProblem(refusal))
            return
        homeless = self.form.take_refusal(refusal.fields)
        words = [str(refusal), *(f"{problem.field} {problem.message}".strip() for problem in homeless)]
        self._show_notice(" ".join(words), "error")
        if placed := self.form.state.problems():
            self._go_to(placed[0])
        self.query_one(FormList).redraw()

    def _go_to(self, problem: Problem) -> None:
        fields = self.query_one(FormList)
        fields.go_to(RowId("input", problem.field))
        fields.redraw()

    @property
    def unsent(self) -> str:
        if not self.form.has_changes or self._is_sending:
            return ""
        return f"Change {self.form.card.full_name}" if self.form.card else "New deployment"

    def action_leave_form(self) -> None:
        """Go back; what was typed is given up only after a question."""
        self._take_editor()
        if not self.form.has_changes or self._is_sending:
            self.dismiss()
            return
        answers = (Answer("n", "Stay in the form", "stay"), Answer("y", "Leave, nothing is sent", "leave"))
        self.app.push_screen(ChoiceDialog("Leave without sending?", answers), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "leave":
            self.dismiss()
