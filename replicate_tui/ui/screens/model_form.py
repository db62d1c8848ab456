"""Making a model of one's own, and changing the texts and links of one."""

from textual import work
from textual.content import Content

from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.ui import messages
from replicate_tui.ui.form.model_form import ModelTextsForm, NewModelForm
from replicate_tui.ui.form.rows import Row, RowId
from replicate_tui.ui.house import House
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.fields_form import FieldsFormScreen


class NewModelScreen(FieldsFormScreen[NewModelForm]):
    """Makes a model without versions, and opens its page."""

    def __init__(self, house: House) -> None:
        super().__init__(house, NewModelForm(), "a new model")
        self._made = ""

    def heading(self) -> Content:
        name = self.form.text("name").strip()
        owner = self.form.account or "your account"
        return Content.assemble("New model ", Content.styled(f"{owner}/", "$text-muted"), Content.styled(name, "bold"))

    def begin(self) -> None:
        self._restore()
        self._read_account()
        self._read_hardware()

    @work(exclusive=True, group="draft", description="take up the draft of a new model")
    async def _restore(self) -> None:
        await self.restore_draft()

    @work(exclusive=True, group="account", description="ask whose account it is")
    async def _read_account(self) -> None:
        try:
            account = await self.house.services.own_models.account()
        except ServiceProblem as problem:
            self.show_notice(f"Whose account this is, is not known: {problem}", "warning")
            return
        self.form.account = account
        self.show_summary()

    @work(exclusive=True, group="hardware", description="list the hardware")
    async def _read_hardware(self) -> None:
        hardware = self.house.services.hardware
        if known := await hardware.cached():
            self.take_news(lambda: self.form.offer_machines(known.value))
        try:
            answer = await hardware.list()
        except ServiceProblem as problem:
            self.show_notice(f"The hardware on offer is not known: {problem}", "warning")
            return
        self.take_news(lambda: self.form.offer_machines(answer.value))

    async def send(self) -> str:
        card = await self.house.services.own_models.create(self.form.wish(), skus=self.form.skus)
        self._made = card.full_name
        return f"Made {card.full_name}. It has no version yet: a training makes one, or cog push."

    def leave_sent(self) -> None:
        self.dismiss()
        self.app.post_message(messages.OpenModel(self._made))


class ModelTextsScreen(FieldsFormScreen[ModelTextsForm]):
    """Changes what differs in `wish.full_name`, beginning at the field `wish.field`."""

    def __init__(self, house: House, wish: messages.OpenModelForm) -> None:
        super().__init__(house, ModelTextsForm(), f"texts of {wish.full_name}")
        self._wish = wish

    def heading(self) -> Content:
        return Content.assemble("Change ", Content.styled(self._wish.full_name, "bold"))

    def begin(self) -> None:
        self._read_texts()

    @work(exclusive=True, group="texts", description="read what a model says of itself")
    async def _read_texts(self) -> None:
        self.show_notice("Reading …")
        try:
            texts = await self.house.services.own_models.texts(self._wish.full_name)
        except ServiceProblem as problem:
            if is_whole(self):
                self.show_notice(f"{problem} ctrl+g tries again.", "error")
            return
        if is_whole(self):
            self.show_notice("")
            self.form.take_texts(texts)
            self.show_form(RowId("input", self._wish.field or "description"))
            await self.restore_draft()

    def action_save(self) -> None:
        """Send what was changed; read the model again where that has failed."""
        if not self.form.before:
            self._read_texts()
            return
        self.take_editor()
        if not self.form.has_changes:
            self.show_notice("Nothing is changed, so there is nothing to send.", "warning")
            return
        super().action_save()

    async def send(self) -> str:
        wanted = self.form.wish()
        if not wanted:
            raise ServiceProblem(ProblemKind.INVALID, "Nothing is changed, so there is nothing to send.")
        await self.house.services.own_models.update(self._wish.full_name, wanted)
        return f"Changed {', '.join(change.field for change in wanted)} of {self._wish.full_name}."

    def suffix_of(self, row: Row) -> str:
        return ".md" if row.id.name == "readme" else ".txt"
