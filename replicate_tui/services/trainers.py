"""Which models are likely to train others; the API has no list of them, and tells only of one at a time."""

from typing import Final

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.runs import RunService
from replicate_tui.services.search import SearchService
from replicate_tui.services.views import ModelCard

_QUERY: Final = "trainer"
#: What trainers are called, and say of themselves.
_WORDS: Final = ("train", "fine-tun", "finetun", "fine tun", "lora", "dreambooth")


async def known_trainers(runs: RunService, search: SearchService) -> tuple[ModelCard, ...]:
    """Return the models that were trained with here, latest first, then those seen that sound like trainers.

    Raises ServiceProblem when the history cannot be read.
    """
    used = dict.fromkeys(row.model for row in await runs.rows("kind:training"))
    found = {}
    for name in used:
        owner, slash, rest = name.partition("/")
        if slash and rest:
            found[name] = ModelCard(owner, rest, "trained with before")
    for word in (_QUERY, "lora", "tune"):
        seen = await search.local_search(word)
        found |= {
            card.full_name: card for card in seen.models if _sounds_like_one(card) and card.full_name not in found
        }
    return tuple(found.values())


async def searched_trainers(search: SearchService) -> tuple[ModelCard, ...]:
    """Ask the service for models that sound like trainers; none when it cannot be asked."""
    try:
        return tuple(card for card in (await search.search(_QUERY)).value.models if _sounds_like_one(card))
    except ServiceProblem:
        return ()


def _sounds_like_one(card: ModelCard) -> bool:
    said = f"{card.name} {card.description} {' '.join(card.tags)}".casefold()
    return any(word in said for word in _WORDS)
