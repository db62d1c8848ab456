"""Half-filled forms and named presets, kept between starts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from replicate_tui.services.translate import plain_history
from replicate_tui.store.drafts import DraftRepository
from replicate_tui.store.presets import PresetRepository
from replicate_tui.store.records import Draft, Preset


class DraftService:
    """Keeps one draft for each form target ("owner/name" of a model)."""

    def __init__(self, drafts: DraftRepository) -> None:
        self._drafts = drafts

    async def load(self, target: str) -> Draft | None:
        with plain_history():
            return await self._drafts.get(target)

    async def save(self, target: str, values: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Keep a draft; secret values must not be in it."""
        with plain_history():
            await self._drafts.save(
                Draft(target=target, values=dict(values), options=dict(options), changed_at=datetime.now(UTC))
            )

    async def discard(self, target: str) -> None:
        with plain_history():
            await self._drafts.remove(target)


class PresetService:
    """Keeps named input values for each model."""

    def __init__(self, presets: PresetRepository) -> None:
        self._presets = presets

    async def list(self, target: str) -> list[Preset]:
        with plain_history():
            return await self._presets.list(target)

    async def save(self, target: str, name: str, values: Mapping[str, Any]) -> None:
        """Keep a preset; secret values must not be in it."""
        with plain_history():
            await self._presets.save(Preset(target=target, name=name, values=dict(values), saved_at=datetime.now(UTC)))

    async def remove(self, target: str, name: str) -> None:
        with plain_history():
            await self._presets.remove(target, name)
