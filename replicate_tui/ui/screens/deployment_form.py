"""The form of a deployment: made new or changed, checked before it is sent, with what the minimum costs below it."""

from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content

from replicate_tui.services.deployment_views import DeploymentCard
from replicate_tui.services.problems import FieldProblem, ServiceProblem
from replicate_tui.text import clean_line
from replicate_tui.ui import messages
from replicate_tui.ui.deployments.form import DeploymentForm
from replicate_tui.ui.form.rows import RowId
from replicate_tui.ui.house import House
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.fields_form import FieldsFormScreen
from replicate_tui.ui.widgets.form_list import FormList
from replicate_tui.ui.wording import plural

MODEL: Final = RowId("input", "model")


class DeploymentFormScreen(FieldsFormScreen[DeploymentForm]):
    """Changes `wish.card`, or makes a deployment when there is none; begins with what `wish.release` had."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,f5", "save", "send", id="form.send", tooltip="Make or change the deployment"),
    ]

    def __init__(self, house: House, wish: messages.OpenDeploymentForm) -> None:
        super().__init__(house, DeploymentForm(wish.card, house.services.prices), _draft_target(wish))
        self._versions_of = ""
        self._made: DeploymentCard | None = None
        #: What was asked for is not to be mixed with what was typed another time.
        self._takes_draft = wish.release is None
        if wish.release is not None:
            self.form.fill(wish.release)

    def heading(self) -> Content:
        card = self.form.card
        title = "Change " if card else "New deployment"
        return Content.assemble(title, Content.styled(card.full_name if card else "", "bold"))

    def begin(self) -> None:
        if self.form.card is None and self.form.model:
            self.show_form(RowId("input", "name"))
        self._load_machines()
        self._load_versions()
        if self._takes_draft:
            self._restore()

    @work(exclusive=True, group="draft", description="take up the draft of a deployment")
    async def _restore(self) -> None:
        await self.restore_draft()
        self._load_versions()

    # -- what there is to choose --------------------------------------------------------------------------------

    @work(exclusive=True, group="machines", description="list the hardware")
    async def _load_machines(self) -> None:
        hardware = self.house.services.hardware
        if known := await hardware.cached():
            self.take_news(lambda: self.form.offer_machines(known.value))
        try:
            answer = await hardware.list()
        except ServiceProblem as problem:
            self.show_notice(f"The hardware on offer is not known: {problem}", "warning")
            return
        self.take_news(lambda: self.form.offer_machines(answer.value))

    def _load_versions(self) -> None:
        """Read the versions of the model that is named now, unless they are being read or known."""
        model = self.form.model
        owner, _, name = model.partition("/")
        if owner and name and model != self._versions_of:
            self._versions_of = model
            self._read_versions(owner, name)

    @work(exclusive=True, group="versions", description="list the versions")
    async def _read_versions(self, owner: str, name: str) -> None:
        catalog = self.house.services.catalog
        try:
            versions = (await catalog.versions(owner, name)).value
            if not versions:
                # Told apart from a model that hides its versions.
                await catalog.model(owner, name)
        except ServiceProblem as problem:
            self._versions_of = ""
            self._tell_at_model(clean_line(problem.message, 200))
            return
        if versions:
            self.take_news(lambda: self.form.offer_versions(versions))
        else:
            self._tell_at_model("shows no version to deploy")

    def _tell_at_model(self, message: str) -> None:
        if self.form.card is None and is_whole(self):
            self.form.take_refusal([FieldProblem(MODEL.name, message)])
            self.query_one(FormList).redraw()

    @on(FormList.RowLeft)
    def _model_named(self, message: FormList.RowLeft) -> None:
        if message.row.id == MODEL:
            self._load_versions()

    # -- sending ------------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Check, ask where it costs or stops something, and send once."""
        self.take_editor()
        if self.form.card is not None and not self.form.has_changes:
            self.show_notice("Nothing is changed, so there is nothing to send.", "warning")
            return
        # The model may have been named just now, in the row that is left for an error.
        self._load_versions()
        super().action_save()

    def question(self) -> ChoiceDialog | None:
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

    async def send(self) -> str:
        deployments, form = self.house.services.deployments, self.form
        if form.card is None:
            card = await deployments.create(form.wish(), form.skus)
        else:
            card = await deployments.update(form.card, form.wish(), form.skus)
        self._made = card
        number = f"release {card.release.number} of " if card.release.number is not None else ""
        return f"Made {number}{card.full_name}."

    def leave_sent(self) -> None:
        if self.form.card is None and self._made is not None:
            self.post_message(messages.OpenDeployment(self._made.full_name, replaces=self))
        else:
            self.dismiss()


def _draft_target(wish: messages.OpenDeploymentForm) -> str:
    release = wish.release
    if wish.card is None:
        return f"a new deployment of {release.model}" if release and release.model else "a new deployment"
    return f"changes of {wish.card.full_name}" + (f" to release {release.number}" if release else "")
