"""Collections of models."""

from replicate_tui.api.types.base import ApiObject
from replicate_tui.api.types.model import Model


class Collection(ApiObject):
    """A hand-picked set of models. Lists leave `models` out; `full_description` is markdown."""

    slug: str
    name: str = ""
    description: str | None = None
    full_description: str | None = None
    models: list[Model] | None = None
