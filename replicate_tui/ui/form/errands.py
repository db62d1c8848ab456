"""What the run form asks of services and in dialogs: the model, its versions, drafts, presets, files, the editor."""

from typing import TYPE_CHECKING

from replicate_tui.schema.fields import FieldKind
from replicate_tui.services.estimate import usual_words
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import Aged, ModelPage, Usual, VersionCard
from replicate_tui.text import clean_line
from replicate_tui.ui import messages
from replicate_tui.ui.form.rows import Row
from replicate_tui.ui.widgets.fields.base import Wish
from replicate_tui.ui.widgets.form_list import FormList
from replicate_tui.ui.wording import age

if TYPE_CHECKING:
    from replicate_tui.ui.screens.run_form import RunFormScreen
    from replicate_tui.ui.widgets.json_pane import JsonPane


class FormErrands:
    """Errands of one form; each is a coroutine that the screen runs as a worker."""

    def __init__(self, screen: "RunFormScreen") -> None:
        self._screen = screen
        self._form = screen.form
        self._services = screen.house.services
        self._owner, _, self._name = screen.wish.full_name.partition("/")
        self._filled = False

    # -- the model ----------------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Show the form from what is known here, then from what the service says now."""
        catalog = self._services.catalog
        # What is known here comes in milliseconds: painting waits for it, so that the form is painted once.
        with self._screen.app.batch_update():
            cached = await catalog.cached_model(self._owner, self._name)
            if cached is not None:
                await self._show_page(cached)
        try:
            await self._show_page(await catalog.model(self._owner, self._name))
        except ServiceProblem as problem:
            if self._form.is_loaded:
                self._screen.show_notice(f"{problem} The form is as it was last seen.", "warning")
            else:
                self._screen.show_notice(f"{problem} ctrl+g tries again.", "error")
            return
        await self.look_up_files()
        await self.show_estimate()

    async def _show_page(self, answer: Aged[ModelPage]) -> None:
        page = answer.value
        if page.version is None:
            raise ServiceProblem(ProblemKind.NOT_FOUND, "This model has no version, so it cannot be run.")
        was_loaded = self._form.is_loaded
        schema = self._form.state.schema
        notes = self._form.follow_page(page)
        if not self._filled:
            self._filled = True
            notes += await self._fill()
        if answer.problem:
            seen = age(answer.fetched_at)
            notes = (f"The form is as last seen, {'just ' * (seen == 'now')}{seen}.", answer.problem, *notes)
        if notes or not was_loaded:
            self._screen.show_notice(self._words(notes), "warning" if answer.problem else "note")
        if not was_loaded or schema != self._form.state.schema:
            self._screen.show_form(anew=was_loaded)
        else:
            self._screen.show_changes()

    def _words(self, notes: tuple[str, ...]) -> str:
        if self._form.is_raw_only:
            notes = (f"{self._form.state.schema.problem} The input is edited as JSON.", *notes)
        elif not self._form.state.schema.fields:
            notes = ("This model has no inputs; ctrl+g runs it.", *notes)
        shown = " · ".join(clean_line(note, 90) for note in notes[:3])
        return f"{shown} · and {len(notes) - 3} more" if len(notes) > 3 else shown

    async def _fill(self) -> tuple[str, ...]:
        """Fill the form once: from what was wished, else from the draft."""
        wish = self._screen.wish
        self._form.take_options(wish.options)
        if wish.values is None:
            await self._screen.drafts.restore()
            self._form.stay_on(wish.options)
        notes = await self.follow_wanted_version()
        if wish.values is None:
            return notes
        notes += self._form.state.take(wish.values, local_files=wish.local_files)
        return (f"Filled in from {wish.origin}." if wish.origin else "Filled in.", *notes)

    async def follow_wanted_version(self) -> tuple[str, ...]:
        """Put the form on the version that was chosen; the newest when none was."""
        wanted, page = self._form.wanted_version(), self._form.page
        if page is None or page.version is None:
            return ()
        if wanted is None or wanted == page.version.id:
            return self._form.follow_version(page.version)
        catalog = self._services.catalog
        try:
            known = await catalog.cached_version(self._owner, self._name, wanted)
            answer = known or await catalog.version(self._owner, self._name, wanted)
        except ServiceProblem as problem:
            return (f"Version {wanted[:12]} could not be read: {problem} The fields are those of the newest.",)
        return self._form.follow_version(answer.value)

    async def change_version(self) -> None:
        """Follow a version that was chosen just now."""
        notes = await self.follow_wanted_version()
        self._screen.show_notice(self._words(notes))
        self._screen.show_form()

    async def load_versions(self) -> None:
        """Offer the model's versions in the options."""
        catalog = self._services.catalog
        cached = await catalog.cached_versions(self._owner, self._name)
        if cached is not None:
            self._offer(cached.value)
        try:
            self._offer((await catalog.versions(self._owner, self._name)).value)
        except ServiceProblem:
            return  # the newest version runs without a choice; the model page says what is wrong with the list

    def _offer(self, versions: tuple[VersionCard, ...]) -> None:
        if versions:
            self._form.offer_versions(versions)
            self._screen.show_form()

    async def look_up_files(self) -> None:
        """Look at the files the form names, and show what is known of them."""
        texts = self._form.file_texts()
        if any(texts):
            await self._form.facts.look_up(texts)
            self._screen.query_one(FormList).redraw()

    async def show_estimate(self) -> None:
        """Show what a run is likely to take and to cost, by the prices of now."""
        page = self._form.page
        if page is None or page.version is None:
            return
        usual = await self._usual(page)
        deployment = self._form.deployment
        estimate = self._services.prices.estimate(
            page.card.full_name,
            usual=usual,
            is_official=page.card.is_official,
            output=page.version.schema.output,
            deployment_hardware=await self._services.deployments.hardware_of(deployment) if deployment else None,
        )
        lines = [words for words in (usual_words(usual),) if words]
        self._screen.show_estimate([*lines, f"cost {estimate.text}"])

    async def _usual(self, page: ModelPage) -> Usual:
        """Return what this very version took, or else what the model did: an official one hides its versions."""
        runs, model = self._services.runs, page.card.full_name
        version = self._form.request().options.version or (page.version.id if page.version else None)
        of_version = await runs.usual(model, version)
        return of_version if of_version.count else await runs.usual(model)

    # -- dialogs ------------------------------------------------------------------------------------------------

    async def pick(self, row: Row, wish: Wish) -> None:
        """Let the person pick a value for a row in a dialog."""
        from replicate_tui.ui.form.picks import pick_choice, pick_file, pick_output

        app, text = self._screen.app, self._form.drawing.text(row)
        if wish == "pick choice":
            picked = await pick_choice(app, row, text, self._form.labels)
        elif wish == "pick file":
            picked = await pick_file(app, text)
        else:
            try:
                picked = await pick_output(app, self._services)
            except ServiceProblem as problem:
                self._screen.post_message(messages.SayProblem(problem))
                return
            if picked == "":
                self._screen.post_message(messages.Say("No earlier run has made a file."))
                return
        if picked is not None:
            self._screen.replace_text(row, picked)

    async def save_preset(self) -> None:
        """Ask a name and keep the values under it."""
        from replicate_tui.ui.modals.name import NameDialog

        state = self._form.state
        secrets = state.schema.secret_fields
        values = {name: value for name, value in state.values().items() if name not in secrets}
        hint = "enter saves, over a preset of the same name   esc closes"
        if state.unreadable():
            names = clean_line(", ".join(state.unreadable()), 120)
            hint = f"{names} cannot be read and will not be in it.   {hint}"
        name = await self._screen.app.push_screen_wait(NameDialog("Save these values as a preset", hint))
        if name is None:
            return
        try:
            await self._services.presets.save(self._form.draft_target, name, values)
        except ServiceProblem as problem:
            self._screen.post_message(messages.SayProblem(problem))
            return
        self._screen.post_message(messages.Say(f"Saved as {name}; f2 lists the presets."))

    async def load_preset(self) -> None:
        """Let the person pick a preset and fill the form with it."""
        from replicate_tui.ui.form.picks import pick_preset

        target = self._form.draft_target
        if not await self._services.presets.list(target):
            self._screen.post_message(messages.Say("There is no preset of this model yet; ctrl+s saves one."))
            return
        preset = await pick_preset(self._screen.app, self._services, target)
        if preset is not None:
            notes = self._form.state.take(preset.values, local_files=True)
            self._screen.show_notice(self._words((f"Filled in from the preset {preset.name}.", *notes)))
            self._screen.take_new_values()

    def show_description(self, row: Row) -> None:
        """Show all that the author says about a field."""
        from replicate_tui.ui.modals.text import TextDialog

        about = self._form.drawing.description(row)
        if about:
            self._screen.app.push_screen(TextDialog(clean_line(row.id.name, 60) or "Options", about))

    # -- the editor ---------------------------------------------------------------------------------------------

    async def edit_row(self, row: Row) -> None:
        """Open the text of a row in the person's own editor."""
        if row.field.element.kind is FieldKind.SECRET:
            self._screen.post_message(messages.Say("Secrets are not handed to an editor.", "warning"))
            return
        state = self._form.section(row.id.section)
        text = state.text(row.id.name) if row.kind == "list" else self._form.drawing.text(row)
        edited = await self._edit(text, ".json" if row.field.kind is FieldKind.JSON else ".txt")
        if edited is not None and edited != text:
            self._screen.replace_text(row, edited)

    async def edit_json(self, pane: "JsonPane") -> None:
        """Open the whole JSON in the person's own editor."""
        edited = await self._edit(pane.text, ".json")
        if edited is not None:
            pane.show_text(edited)

    async def _edit(self, text: str, suffix: str) -> str | None:
        from replicate_tui.ui.wire.external_editor import EditorProblem, edit

        try:
            return await edit(self._screen.app, text, setting=self._screen.house.settings.editor, suffix=suffix)
        except EditorProblem as problem:
            self._screen.post_message(messages.Say(str(problem), "warning"))
            return None
