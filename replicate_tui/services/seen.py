"""Model cards ↔ the store's seen models."""

from typing import Final

from replicate_tui.services.views import ModelCard
from replicate_tui.store.records import SeenModel

_TAKES_FILES: Final = "takes_files"


def seen_model(card: ModelCard) -> SeenModel:
    return SeenModel(
        name=card.full_name,
        description=card.description,
        tags=card.tags,
        run_count=card.run_count,
        is_official=card.is_official,
        visibility=card.visibility,
        extra={} if card.takes_files is None else {_TAKES_FILES: card.takes_files},
    )


def card_of(model: SeenModel, *, stand_in: bool) -> ModelCard:
    owner, _, name = model.name.partition("/")
    takes_files = model.extra.get(_TAKES_FILES)
    return ModelCard(
        owner=owner,
        name=name,
        description=model.description,
        run_count=model.run_count,
        is_official=model.is_official,
        visibility=model.visibility,
        tags=model.tags,
        stand_in=stand_in,
        takes_files=takes_files if isinstance(takes_files, bool) else None,
    )
