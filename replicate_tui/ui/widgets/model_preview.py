"""The pane beside a list of models: what the one under the cursor is, and what it takes."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.services.views import CollectionCard, DocPage, ModelCard, ModelPage
from replicate_tui.text import clean, clean_line
from replicate_tui.ui import wording

MOST_INPUTS = 24
NAME_CELLS = 23


class ModelPreview(VerticalScroll):
    """Shows a card at once and the inputs when the model's page is there; never takes the focus."""

    DEFAULT_CSS = """
    ModelPreview { padding: 0 1; }
    ModelPreview Static { width: 1fr; height: auto; }
    """
    can_focus = False

    def compose(self) -> ComposeResult:
        yield Static("", id="words")

    def show_card(self, card: ModelCard) -> None:
        """Show what a list row knows."""
        self._show(_heading(card))

    def show_page(self, page: ModelPage) -> None:
        """Show the model with its inputs."""
        self._show([*_heading(page.card), Content(""), *_inputs(page)])

    def show_other(self, thing: CollectionCard | DocPage | None) -> None:
        """Show what is known of a row that is no model."""
        match thing:
            case CollectionCard():
                self._show([Content.styled(thing.name, "bold"), Content(thing.description)])
            case DocPage():
                self._show([Content.styled(thing.name, "bold"), Content.styled(thing.url, "$text-muted")])
            case None:
                self._show([])

    def _show(self, lines: list[Content]) -> None:
        self.query_one("#words", Static).update(Content("\n").join(lines))
        self.scroll_home(animate=False)


def _heading(card: ModelCard) -> list[Content]:
    lines = [Content.styled(card.full_name, "bold"), Content(card.description), Content("")]
    facts = []
    if card.is_official:
        facts.append("official")
    if card.run_count is not None:
        facts.append(f"{wording.count(card.run_count)} runs")
    if card.stand_in:
        facts.append("a stand-in that computes on this machine")
    lines.append(Content.styled(" · ".join(facts), "$text-muted"))
    if card.tags:
        lines.append(Content.styled(" ".join(card.tags), "$text-muted"))
    return lines


def _inputs(page: ModelPage) -> list[Content]:
    if page.version is None:
        return [Content.styled("This model has no version yet.", "$text-muted")]
    schema = page.version.schema
    if schema.input.problem:
        return [Content.styled(f"No form: {clean_line(schema.input.problem, 200)}", "$text-muted")]
    lines = [Content.styled("Inputs", "bold")]
    for field in schema.input.fields[:MOST_INPUTS]:
        need = Content.styled(" required", "$text-warning") if field.required else Content("")
        name = clean_line(field.name, NAME_CELLS - 1).ljust(NAME_CELLS)
        lines.append(Content.assemble(" ", name, " ", Content.styled(field.kind.value, "$text-muted"), need))
    if len(schema.input.fields) > MOST_INPUTS:
        more = len(schema.input.fields) - MOST_INPUTS
        lines.append(Content.styled(f" and {more} more", "$text-muted"))
    output = Content.styled(clean(schema.output.summary), "$text-muted")
    return [*lines, Content(""), Content.styled("Output", "bold"), Content.assemble(" ", output)]
