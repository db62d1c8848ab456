"""The examples of models: real outputs of the stand-ins, made when first asked for and kept."""

import asyncio
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.clock import NANOSECONDS
from replicate_tui.demo.engine import Engine
from replicate_tui.demo.identifiers import named_id
from replicate_tui.demo.library import ListedModel
from replicate_tui.demo.records import Run
from replicate_tui.demo.state import State
from replicate_tui.demo.validation import redacted, with_defaults

_HOUR = 3600 * NANOSECONDS
_LOOK_AGAIN_SECONDS = 0.02


class Examples:
    """Makes each model's examples once; those in the state's storage are found again after a restart."""

    def __init__(self, engine: Engine, state: State) -> None:
        self._engine = engine
        self._state = state
        self._making: dict[str, asyncio.Task[list[Run]]] = {}

    def default(self, listed: ListedModel) -> Run | None:
        """Return the first example if it is made."""
        return self._state.example(_identifier(listed, 0)) if listed.model.examples else None

    async def of(self, listed: ListedModel) -> list[Run]:
        """Return all examples, newest first, making those that are missing."""
        return await asyncio.shield(self._make(listed))

    async def prepare(self, listed: ListedModel, seconds: float) -> None:
        """Begin to make the examples, and wait at most `seconds` for the first one."""
        making = self._make(listed)
        deadline = asyncio.get_running_loop().time() + seconds
        while listed.model.examples and self.default(listed) is None and not making.done():
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await asyncio.wait([making], timeout=min(left, _LOOK_AGAIN_SECONDS))

    async def close(self) -> None:
        for making in self._making.values():
            making.cancel()
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    def _make(self, listed: ListedModel) -> asyncio.Task[list[Run]]:
        name = listed.model.full_name
        if name not in self._making:
            self._making[name] = asyncio.create_task(self._make_all(listed), name=f"demo-examples-{name}")
        return self._making[name]

    async def _make_all(self, listed: ListedModel) -> list[Run]:
        made = [await self._example(listed, index, given) for index, given in enumerate(listed.model.examples)]
        return made[::-1]

    async def _example(self, listed: ListedModel, index: int, given: Mapping[str, Any]) -> Run:
        identifier = _identifier(listed, index)
        known = self._state.example(identifier)
        if known is not None:
            return known
        model, schema = listed.model, listed.components.get("Input", {})
        run = Run(
            id=identifier,
            model=model.full_name,
            version="hidden" if model.is_official else model.version,
            runs_version=model.version,
            input=redacted(schema, given),
            created=listed.created + (index + 1) * _HOUR,
            source="web",
        )
        await self._engine.rehearse(run, listed, with_defaults(schema, given, components=listed.components))
        self._state.add_example(run)
        return run


def _identifier(listed: ListedModel, index: int) -> str:
    return named_id(f"example:{listed.model.version}:{index}")
