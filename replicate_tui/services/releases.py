"""The releases of deployments that were seen here: the API tells only the current one."""

from collections.abc import Sequence
from typing import Any, Final

from replicate_tui.services.deployment_views import DeploymentCard, Release, release_from, release_record
from replicate_tui.store.remembered import Remembered

#: So many are kept of each deployment.
_MOST_RELEASES: Final = 100


class SeenReleases:
    """Remembers releases by deployment; see Database for the failures every method may raise."""

    def __init__(self, memory: Remembered, origin: str) -> None:
        self._memory = memory
        self._origin = origin
        self._noted: dict[str, Release] = {}

    async def note(self, cards: Sequence[DeploymentCard]) -> None:
        """Remember the current releases of `cards` that are new here."""
        news = {
            self._key(card.full_name): card.release
            for card in cards
            if card.release.number is not None and self._noted.get(card.full_name) != card.release
        }
        if not news:
            return
        known = await self._memory.get_all(news)
        changed = {}
        for key, release in news.items():
            before = _releases(known.get(key))
            after = with_release(before, release)
            if after != before:
                changed[key] = [release_record(each) for each in after]
        await self._memory.set_all(changed)
        self._noted |= {card.full_name: card.release for card in cards}

    async def of(self, full_name: str) -> tuple[Release, ...]:
        """Return the releases seen of a deployment, newest first."""
        return _releases(await self._memory.get(self._key(full_name)))

    async def forget(self, full_name: str) -> None:
        self._noted.pop(full_name, None)
        await self._memory.set(self._key(full_name), [])

    def _key(self, full_name: str) -> str:
        return f"releases at {self._origin} of {full_name}"


def with_release(known: tuple[Release, ...], release: Release) -> tuple[Release, ...]:
    """Return `known` (newest first) with `release`, unchanged when it is there.

    A later release whose number is no higher belongs to another deployment, made under the name of a deleted one.
    """
    if any(each.number == release.number and each.created_at == release.created_at for each in known):
        return known
    if known and _is_later(release, known[0]) and (release.number or 0) <= (known[0].number or 0):
        return (release,)
    others = (each for each in known if each.number != release.number)
    return tuple(sorted((*others, release), key=lambda each: -(each.number or 0)))[:_MOST_RELEASES]


def _is_later(one: Release, other: Release) -> bool:
    return one.created_at is not None and other.created_at is not None and one.created_at > other.created_at


def _releases(records: Any) -> tuple[Release, ...]:
    found = map(release_from, records if isinstance(records, list) else ())
    return tuple(release for release in found if release is not None)
