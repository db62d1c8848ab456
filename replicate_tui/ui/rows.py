"""How models and collections look as rows; every text here was cleaned by the services."""

from textual.content import Content

from replicate_tui.services.views import CollectionCard, ModelCard
from replicate_tui.ui import wording


def model_lines(card: ModelCard, width: int, *, pinned: bool = False) -> tuple[Content, Content]:
    """Return the two lines of a model: its name with what kind it is and how often it ran, then its description."""
    star = Content.styled("● ", "$text-primary") if pinned else Content("")
    name = Content.assemble(star, Content.styled(card.owner + "/", "$text-muted"), Content.styled(card.name, "bold"))
    facts = Content("  ").join(_facts_that_fit(card, width - name.cell_length - 3))
    room = max(8, width - facts.cell_length - 3)
    name = name.truncate(room, ellipsis=True)
    gap = max(2, width - 1 - name.cell_length - facts.cell_length)
    first = Content.assemble(name, " " * gap, facts)
    second = Content.styled(card.description, "$text-muted").truncate(width - 1, ellipsis=True)
    return first, second


def _facts_that_fit(card: ModelCard, room: int) -> list[Content]:
    """Return the facts about a model from the last one on, as many as leave its name whole."""
    facts = _model_facts(card)
    while len(facts) > 1 and sum(fact.cell_length + 2 for fact in facts) - 2 > room:
        facts.pop(0)
    return facts


def _model_facts(card: ModelCard) -> list[Content]:
    facts = []
    if card.stand_in:
        facts.append(Content.styled("stand-in", "$text-muted"))
    if card.is_official:
        facts.append(Content.styled("official", "$text-primary"))
    if card.visibility == "private":
        facts.append(Content.styled("private", "$text-warning"))
    runs = wording.short_count(card.run_count)
    facts.append(Content.styled(f"{runs} runs".rjust(11) if runs else " " * 11, "$text-muted"))
    return facts


def collection_line(card: CollectionCard, width: int) -> Content:
    """Return a collection as one line: its name, and how many models it has when that is known."""
    number = "" if card.model_count is None else str(card.model_count)
    name = Content(card.name).truncate(max(4, width - len(number) - 3), ellipsis=True)
    gap = max(1, width - 1 - name.cell_length - len(number))
    return Content.assemble(name, " " * gap, Content.styled(number, "$text-muted"))


def collection_lines(card: CollectionCard, width: int) -> tuple[Content, Content]:
    """Return a collection as two lines, for lists whose other rows have two."""
    second = Content.styled(card.description, "$text-muted").truncate(width - 1, ellipsis=True)
    return collection_line(card, width), second


def fit(content: Content, width: int) -> Content:
    """Cut or pad to exactly `width` cells."""
    if content.cell_length > width:
        content = content.truncate(width, ellipsis=True)
    return Content.assemble(content, " " * max(0, width - content.cell_length))
