"""Model cards ↔ the store's seen models."""

from replicate_tui.services.views import ModelCard
from replicate_tui.store.records import SeenModel


def seen_model(card: ModelCard) -> SeenModel:
    return SeenModel(
        name=card.full_name,
        description=card.description,
        tags=card.tags,
        run_count=card.run_count,
        is_official=card.is_official,
        visibility=card.visibility,
    )


def card_of(model: SeenModel, *, stand_in: bool) -> ModelCard:
    owner, _, name = model.name.partition("/")
    return ModelCard(
        owner=owner,
        name=name,
        description=model.description,
        run_count=model.run_count,
        is_official=model.is_official,
        visibility=model.visibility,
        tags=model.tags,
        stand_in=stand_in,
    )
