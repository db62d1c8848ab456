"""Where things of the service stand on its web site, and what can be copied of them."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from replicate_tui.services.views import CollectionCard, DocPage, ModelCard

Listed: TypeAlias = ModelCard | CollectionCard | DocPage

_SITE: Final = "https://replicate.com/"
BILLING: Final = f"{_SITE}account/billing"
PRICING: Final = f"{_SITE}pricing"
RATE_LIMITS: Final = f"{_SITE}docs/topics/predictions/rate-limits"


def account_page(username: str = "") -> str:
    """Return the address of what an account shows to all, or of one's own settings."""
    return _SITE + (username or "account")


def model_page(full_name: str) -> str:
    """Return the address of "owner/name"."""
    return _SITE + full_name


def collection_page(slug: str) -> str:
    return f"{_SITE}collections/{slug}"


def deployment_page(full_name: str) -> str:
    """Return the address of a deployment, "owner/name"."""
    return f"{_SITE}deployments/{full_name}"


def run_page(remote_id: str) -> str:
    """Return the address of a run by the service's id."""
    return f"{_SITE}p/{remote_id}"


def page_of(thing: Listed) -> str:
    """Return the address of what stands in a list."""
    match thing:
        case ModelCard():
            return model_page(thing.full_name)
        case CollectionCard():
            return collection_page(thing.slug)
        case DocPage():
            return thing.url


def copy_choices(thing: Listed) -> tuple[tuple[str, str], ...]:
    """Return what can be copied of what stands in a list: (label, text)."""
    match thing:
        case ModelCard():
            return ("name", thing.full_name), ("URL", page_of(thing))
        case CollectionCard():
            return ("slug", thing.slug), ("URL", page_of(thing))
        case DocPage():
            return (("URL", thing.url),)


def copy_choices_of(cards: Sequence[ModelCard]) -> tuple[tuple[str, str], ...]:
    """Return what can be copied of several models: (label, lines)."""
    names = "\n".join(card.full_name for card in cards)
    return (f"{len(cards)} names", names), ("URLs", "\n".join(map(page_of, cards)))
