"""A list of models with the preview of the one under the cursor beside it."""

import asyncio
from typing import Final

from textual import on, work

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import ModelCard
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.house import House
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.web_pages import Listed
from replicate_tui.ui.widgets.model_preview import ModelPreview
from replicate_tui.ui.widgets.virtual_list import VirtualList

#: The preview follows the cursor at once, and a cursor that goes on and on every so many seconds.
PREVIEW_PAUSE: Final = 0.1
#: How long the cursor must rest on a model before the service is asked for it.
ASK_AFTER_SECONDS: Final = 0.25


class ModelPreviewing(HouseScreen):
    """Base of screens with a `ModelPreview` of the id "preview"; subclasses say what is under the cursor."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._previewed = Coalesced(self, self._show_card, description="look at a model", pause=PREVIEW_PAUSE)

    @property
    def current(self) -> Listed | None:
        """What the preview is to show."""
        raise NotImplementedError

    def action_preview(self) -> None:
        preview = self.query_one("#preview", ModelPreview)
        preview.display = not preview.display
        self.follow_cursor()

    @on(VirtualList.Highlighted)
    def follow_cursor(self) -> None:
        """Show the row under the cursor in the preview, where that is shown."""
        if self.query_one("#preview", ModelPreview).display:
            self._previewed.want()

    def on_resize(self) -> None:
        self.call_after_refresh(self.follow_cursor)

    async def _show_card(self) -> None:
        preview = self.query_one("#preview", ModelPreview)
        card = self.current
        if isinstance(card, ModelCard):
            preview.show_card(card)
            self._show_page_of(card)
        else:
            preview.show_other(card)

    @work(exclusive=True, group="preview", description="read the model under the cursor")
    @tells_problems
    async def _show_page_of(self, card: ModelCard) -> None:
        catalog = self.house.services.catalog
        cached = await catalog.cached_model(card.owner, card.name)
        if cached is None:
            await asyncio.sleep(ASK_AFTER_SECONDS)
            try:
                cached = await catalog.model(card.owner, card.name)
            except ServiceProblem:
                return
        if self.current == card:
            self.query_one("#preview", ModelPreview).show_page(cached.value)
