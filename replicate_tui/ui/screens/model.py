"""A model's page: what it is, six tabs about it, and what keys do there."""

from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from replicate_tui.services.deployment_views import Release
from replicate_tui.services.views import ExampleCard, RunOptions, VersionCard
from replicate_tui.store.records import RunRow
from replicate_tui.ui import messages
from replicate_tui.ui.model_errands import ModelErrands
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.screens.model_reading import ModelReading
from replicate_tui.ui.screens.model_tabs import CodeTab, VersionsTab
from replicate_tui.ui.web_pages import model_page
from replicate_tui.ui.widgets import list_messages
from replicate_tui.ui.widgets.tab_line import TabLine
from replicate_tui.ui.widgets.virtual_list import VirtualList


class ModelScreen(ModelReading):
    """Opens forms, runs and versions from the tabs; changes and deletes a model of one's own."""

    CSS_PATH = "model.tcss"
    AUTO_FOCUS = "#inputs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "run form", id="model.enter"),
        Binding("f", "form", "form", id="model.form", tooltip="Open the run form", show=False),
        Binding("left_square_bracket", "tab(-1)", "Previous tab", id="model.previous_tab", key_display="[", show=False),
        Binding("right_square_bracket", "tab(1)", "tabs", id="model.next_tab", key_display="[ ]"),
        Binding("c", "language", "language", id="model.language", tooltip="Next language of the code"),
        Binding("asterisk", "pin", "pin", id="model.pin", key_display="*", tooltip="Pin or unpin the model"),
        Binding("y", "copy", "copy", id="model.copy"),
        Binding("o", "web", "web", id="model.web", tooltip="Open the web page"),
        Binding("e", "edit", "Change the texts and links of your model", id="model.edit", show=False),
        Binding("d", "delete", "Delete your model, under Versions one version", id="model.delete", show=False),
        Binding("r", "refresh", "Ask the service again", id="model.refresh", show=False),
        Binding("t", "train", "Train a version of it", id="model.train", show=False),
        Binding("D", "deploy", "deploy", id="model.deploy", tooltip="Make a deployment of it"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "language":
            return self.query_one(TabLine).active == "code" if self.is_mounted else False
        if action in ("filter", "preview"):
            return self.open_list is not None if self.is_mounted else False
        return super().check_action(action, parameters)

    def action_tab(self, by: int) -> None:
        self.query_one(TabLine).step(by)

    def action_language(self) -> None:
        self.query_one(CodeTab).next_language()

    @on(VirtualList.Selected)
    def _selected(self, event: list_messages.Selected) -> None:
        match event.row:
            case ExampleCard() as example:
                origin = "an example of the author"
                self.post_message(messages.OpenForm(self.full_name, values=example.input, origin=origin))
            case VersionCard() as version:
                options = RunOptions(version=version.id)
                self.post_message(messages.OpenForm(self.full_name, options=options))
            case RunRow() as row:
                self.post_message(messages.OpenRun(row.id, kind=row.kind))
            case _:
                self.action_form()

    def action_enter(self) -> None:
        shown = self.open_list
        if shown is not None and shown.cursor_row is not None:
            shown.action_select()
        else:
            self.action_form()

    def action_form(self) -> None:
        self.post_message(messages.OpenForm(self.full_name))

    @work(group="pin", description="pin or unpin the model")
    @tells_problems
    async def action_pin(self) -> None:
        if self._page:
            self._pinned = await self.house.services.search.toggle_pin(self._page.card)
            self._show_heading(self._page)

    def action_copy(self) -> None:
        choices = [("name", self.full_name), ("URL", model_page(self.full_name))]
        if self._page and self._page.version:
            choices.append(("version", self._page.version.id))
        code = self.query_one(CodeTab).text
        if self.query_one(TabLine).active == "code" and code:
            choices.insert(0, ("code", code))
        self.post_message(messages.OpenCopyMenu(tuple(choices)))

    def action_web(self) -> None:
        self.post_message(messages.OpenWebPage(model_page(self.full_name)))

    def action_train(self) -> None:
        """Open the form of a training, with the version under the cursor where there is one."""
        chosen = self._version_under_cursor
        version = chosen or (self._page.version if self._page else None)
        if version is not None and version.schema.training is not None:
            self.post_message(messages.OpenTraining(self.full_name, chosen.id if chosen else ""))
        elif self._page is not None:
            words = "This version has no inputs of a training, so it cannot be trained."
            self.post_message(messages.Say(words, "warning"))

    @property
    def _version_under_cursor(self) -> VersionCard | None:
        shown = self.open_tab
        return shown.cursor_row if isinstance(shown, VersionsTab) else None

    def action_deploy(self) -> None:
        version = self._page.version.id if self._page and self._page.version else ""
        self.post_message(messages.OpenDeploymentForm(release=Release(model=self.full_name, version=version)))

    @work(exclusive=True, group="own model", description="change the model")
    @tells_problems
    async def action_edit(self) -> None:
        field = "readme" if self.query_one(TabLine).active == "readme" else ""
        self._may_have_changed = True
        await ModelErrands(self, self.house).edit(self.full_name, field)

    @work(exclusive=True, group="own model", description="delete the model, or a version of it")
    @tells_problems
    async def action_delete(self) -> None:
        errands = ModelErrands(self, self.house)
        version = self.query_one(VersionsTab).cursor_row
        if self.query_one(TabLine).active == "versions" and version is not None:
            if await errands.delete_version(self.full_name, version):
                self.post_message(messages.Say(f"Version {version.id[:8]} is being deleted; it takes a few minutes."))
                self.action_refresh()
        elif await errands.delete(self.full_name):
            self.post_message(messages.Say(f"Deleted {self.full_name}."))
            self.dismiss()
