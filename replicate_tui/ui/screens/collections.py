"""Collections: the collections on the left, the chosen one's models on the right, both filtered with `/`."""

import asyncio
from typing import ClassVar, Final, Literal

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import Aged, CollectionCard, CollectionPage, ModelCard
from replicate_tui.ui import messages, wording
from replicate_tui.ui.house import House
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.rows import collection_line, model_lines
from replicate_tui.ui.screens.model_previewing import ModelPreviewing
from replicate_tui.ui.web_pages import Listed, copy_choices, copy_choices_of, page_of
from replicate_tui.ui.widgets import list_messages
from replicate_tui.ui.widgets.markdown_view import MarkdownView
from replicate_tui.ui.widgets.marking_list import MarkingList
from replicate_tui.ui.widgets.model_preview import ModelPreview
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

#: How long the cursor must rest on a collection before the service is asked for it.
ASK_AFTER_SECONDS: Final = 0.25


Pane = Literal["collections", "models"]
#: Orders to go through: the first is that of the service.
_COLLECTION_SORTS: Final = ("", "a-z")
_MODEL_SORTS: Final = ("", "by name", "most runs first")
_NOTHING_FITS: Final = "Nothing matches the filter; esc takes it off."


def matches(query: str, *texts: str) -> bool:
    """Return whether every word of `query` occurs in one of `texts`, whatever the case."""
    joined = " ".join(texts).lower()
    return all(word in joined for word in query.lower().split())


def first_paragraph(markdown: str) -> str:
    """Return the first paragraph that is no heading, "" when there is none."""
    paragraphs = (part.strip() for part in markdown.split("\n\n"))
    return next((part for part in paragraphs if part and not part.startswith("#")), "")


class CollectionsScreen(ModelPreviewing):
    """`slug` opens at the models of that collection; as a place it stays where the cursor was."""

    CSS_PATH = "collections.tcss"
    AUTO_FOCUS = "#collections"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (150, "-roomy")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "form", "form", id="collections.form", tooltip="Open the run form of the model"),
        Binding("slash", "filter", "filter", id="collections.filter", key_display="/"),
        Binding("S", "sort", "sort", id="collections.sort", tooltip="Next order of the pane"),
        Binding("tab", "other_pane", "other pane", id="collections.pane", priority=True),
        Binding("right,l", "to_models", "Go to the models", id="collections.right", show=False),
        Binding("left,h", "to_collections", "Go to the collections", id="collections.left", show=False),
        Binding("asterisk", "pin", "pin", id="collections.pin", key_display="*", tooltip="Pin or unpin the model"),
        Binding("p", "preview", "preview", id="collections.preview", tooltip="Show or hide the inputs of the model"),
        Binding("y", "copy", "copy", id="collections.copy"),
        Binding("o", "web", "web", id="collections.web", tooltip="Open the web page"),
        Binding("r", "refresh", "Ask the service again", id="collections.refresh", show=False),
        Binding("escape", "leave_filter_or_back", "Back", id="collections.back", show=False),
    ]

    def __init__(self, house: House, slug: str = "") -> None:
        super().__init__(house)
        self._wanted_slug = slug
        self._collections: tuple[CollectionCard, ...] = ()
        self._chosen = ""
        self._page: Aged[CollectionPage] | None = None
        self._pinned: frozenset[str] = frozenset()
        self._filters: dict[Pane, str] = {"collections": "", "models": ""}
        self._filtering: Pane = "collections"
        self._sorts: dict[Pane, int] = {"collections": 0, "models": 0}

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield TitleLine("Collections", id="left-title")
                yield VirtualList[CollectionCard](
                    self._draw_collection, key=lambda card: card.slug, id="collections", empty_text="Reading …"
                )
            with Vertical(id="right"):
                yield TitleLine(id="right-title")
                about = MarkdownView(id="about")
                about.can_focus = False
                yield about
                yield MarkingList[ModelCard](
                    self._draw_model, key=lambda card: card.full_name, row_height=2, id="models"
                )
            yield ModelPreview(id="preview")
        field = Input(placeholder="filter", id="filter")
        field.cursor_blink = False
        yield field

    def on_mount(self) -> None:
        if self._wanted_slug:
            self.set_focus(self._right)
        self._load_collections()

    @property
    def _left(self) -> VirtualList[CollectionCard]:
        return self.query_one("#collections", VirtualList)

    @property
    def _right(self) -> VirtualList[ModelCard]:
        return self.query_one("#models", VirtualList)

    def _draw_collection(self, card: CollectionCard, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (list's contract)
        return collection_line(card, width)

    def _draw_model(self, card: ModelCard, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (list's contract)
        return model_lines(card, width, pinned=card.full_name in self._pinned)

    # -- reading ------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="collections", description="read the collections")
    @tells_problems
    async def _load_collections(self) -> None:
        catalog = self.house.services.catalog
        self._pinned = await self.house.services.search.pinned_names()
        if cached := await catalog.cached_collections():
            self._show_collections(cached.value)
        try:
            answer = await catalog.collections()
        except ServiceProblem as problem:
            self._left.empty_text = f"{problem}\nr tries again"
            return
        self._show_collections(answer.value)
        if self._wanted_slug and not any(card.slug == self._wanted_slug for card in answer.value):
            self.post_message(messages.Say(f"There is no collection {self._wanted_slug}.", "warning"))
        if answer.problem:
            self._show_facts(f"{answer.problem} · age {wording.age(answer.fetched_at)}")

    def _show_collections(self, cards: tuple[CollectionCard, ...]) -> None:
        self._collections = cards
        shown = [card for card in cards if matches(self._filters["collections"], card.name, card.description)]
        if self._sorts["collections"]:
            shown.sort(key=lambda card: card.name.casefold())
        self._left.empty_text = _NOTHING_FITS if cards else "There are no collections here; r asks again."
        self._left.set_rows(shown, keep=self._wanted_slug or self._left.cursor_key)
        number = str(len(shown)) if len(shown) == len(cards) else f"{len(shown)} of {len(cards)}"
        title = f"Collections {_COLLECTION_SORTS[self._sorts['collections']]}".strip()
        self.query_one("#left-title", TitleLine).show(title, Content.styled(number, "$text-muted"))

    @on(VirtualList.Highlighted, "#collections")
    def _choose(self, event: list_messages.Highlighted) -> None:
        card = event.row
        if isinstance(card, CollectionCard) and card.slug != self._chosen:
            self._chosen = self._wanted_slug = card.slug
            self._page = None
            self._filters["models"] = ""
            self._right.clear_marks()
            self.query_one("#right-title", TitleLine).show(Content.styled(card.name, "bold"), "")
            self._load_page(card)

    @work(exclusive=True, group="collection", description="read one collection")
    async def _load_page(self, card: CollectionCard, *, at_once: bool = False) -> None:
        catalog = self.house.services.catalog
        cached = await catalog.cached_collection(card.slug)
        if cached:
            self._show_page(cached)
        elif self._page is None:
            self.query_one("#about", MarkdownView).show_markdown(card.description)
            self._right.empty_text = "Reading …"
            self._right.set_rows(())
        if not at_once:
            await asyncio.sleep(ASK_AFTER_SECONDS)
        try:
            self._show_page(await catalog.collection(card.slug))
        except ServiceProblem as problem:
            self._right.empty_text = f"{problem}\nr tries again"

    def _show_page(self, page: Aged[CollectionPage]) -> None:
        keep = self._page is not None
        self._page = page
        about = first_paragraph(page.value.full_description) or page.value.card.description
        self.query_one("#about", MarkdownView).show_markdown(about)
        self._show_models(keep=keep)

    def _show_models(self, *, keep: bool = True) -> None:
        if self._page is None:
            return
        models = self._page.value.models
        shown = [card for card in models if matches(self._filters["models"], card.full_name, card.description)]
        match self._sorts["models"]:
            case 1:
                shown.sort(key=lambda card: card.full_name.casefold())
            case 2:
                shown.sort(key=lambda card: -(card.run_count or 0))
        self._right.empty_text = _NOTHING_FITS if models else "This collection is empty."
        self._right.set_rows(shown, keep=self._right.cursor_key if keep else None)
        age = wording.age(self._page.fetched_at)
        marked = len(self._right.marked)
        parts = (
            self._page.problem,
            f"{marked} marked" if marked else "",
            f"{len(shown)} of {len(models)}",
            _MODEL_SORTS[self._sorts["models"]],
            f"age {age}" if age != "now" else "",
        )
        self._show_facts(" · ".join(filter(None, parts)))

    @on(VirtualList.MarksChanged)
    def _marks_changed(self) -> None:
        self._show_models()

    def _show_facts(self, facts: str) -> None:
        self.query_one("#right-title", TitleLine).show(facts=Content.styled(facts, "$text-muted"))

    # -- filter -------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        self._filtering = "models" if self._right.has_focus else "collections"
        field.display = True
        field.value = self._filters[self._filtering]
        self.set_focus(field)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self._set_filter(self._filtering, event.value)

    def _set_filter(self, pane: Pane, words: str) -> None:
        if words != self._filters[pane]:
            self._filters[pane] = words
            if pane == "models":
                self._show_models()
            else:
                self._show_collections(self._collections)

    @on(Input.Submitted, "#filter")
    def _leave_filter(self) -> None:
        self.query_one("#filter", Input).display = False
        self.set_focus(self._right if self._filtering == "models" else self._left)

    def on_key(self, event: events.Key) -> None:
        if self.query_one("#filter", Input).has_focus and event.key == "down":
            event.stop()
            self._leave_filter()

    async def action_leave_filter_or_back(self) -> None:
        """Leave the filter, else take it off, else go back; at the place itself, from the models to the collections."""
        was_filtering = self.query_one("#filter", Input).has_focus
        if was_filtering:
            self._leave_filter()
        pane: Pane = "models" if self.focused is self._right else "collections"
        if was_filtering or self._filters[pane]:
            self._set_filter(pane, "")
        elif pane == "models" and self._right.marked:
            self._right.clear_marks()
        elif len(self.app.screen_stack) == 1 and pane == "models":
            self.set_focus(self._left)
        else:
            await self.run_action("app.back")

    # -- keys ---------------------------------------------------------------------------------------------------

    def action_other_pane(self) -> None:
        field = self.query_one("#filter", Input)
        from_models = self._filtering == "models" if field.has_focus else self._right.has_focus
        field.display = False
        self.set_focus(self._left if from_models else self._right)

    def action_to_models(self) -> None:
        self.set_focus(self._right)

    def action_to_collections(self) -> None:
        self.set_focus(self._left)

    @on(VirtualList.Selected)
    def _selected(self, event: list_messages.Selected) -> None:
        if isinstance(event.row, ModelCard):
            self.post_message(messages.OpenModel(event.row.full_name))
        else:
            self.set_focus(self._right)

    def action_form(self) -> None:
        if card := self._right.cursor_row:
            self.post_message(messages.OpenForm(card.full_name))

    def action_preview(self) -> None:
        """Show or hide the inputs of the model; where there is no room for three panes, instead of the collections."""
        super().action_preview()
        is_shown = self.query_one("#preview").display
        if is_shown and self._left.has_focus and not self.has_class("-roomy"):
            self.set_focus(self._right)
        self.set_class(is_shown, "-previewing")

    def action_sort(self) -> None:
        """Show the pane one is in in its next order."""
        pane: Pane = "models" if self._right.has_focus else "collections"
        sorts = _MODEL_SORTS if pane == "models" else _COLLECTION_SORTS
        self._sorts[pane] = (self._sorts[pane] + 1) % len(sorts)
        if pane == "models":
            self._show_models()
        else:
            self._show_collections(self._collections)

    @property
    def current(self) -> ModelCard | None:
        return self._right.cursor_row

    @property
    def _chosen_models(self) -> tuple[ModelCard, ...]:
        """The marked models, else the one under the cursor."""
        return self._right.marked or ((self.current,) if self.current else ())

    @work(group="pin", description="pin or unpin models")
    @tells_problems
    async def action_pin(self) -> None:
        search = self.house.services.search
        for card in self._chosen_models:
            await search.toggle_pin(card)
        self._pinned = await search.pinned_names()
        self._right.clear_marks()
        self._right.redraw_rows()

    @property
    def _current(self) -> Listed | None:
        model = self._right.cursor_row if self._right.has_focus else None
        return model or self._left.cursor_row

    def action_copy(self) -> None:
        if marked := self._right.marked:
            self.post_message(messages.OpenCopyMenu(copy_choices_of(marked)))
        elif self._current:
            self.post_message(messages.OpenCopyMenu(copy_choices(self._current)))

    def action_web(self) -> None:
        if self._current:
            self.post_message(messages.OpenWebPage(page_of(self._current)))

    def action_refresh(self) -> None:
        self._load_collections()
        if card := self._left.cursor_row:
            self._load_page(card, at_once=True)
