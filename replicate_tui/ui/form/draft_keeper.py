"""Keeps the draft of a form: soon after each change, and when the form is left."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from replicate_tui.services.drafts import DraftService
from replicate_tui.services.problems import ServiceProblem


class DraftedForm(Protocol):
    """A form that can be kept half-filled: its values and options as JSON, without secrets."""

    @property
    def is_loaded(self) -> bool: ...

    @property
    def has_changes(self) -> bool: ...

    def draft(self) -> tuple[dict[str, Any], dict[str, Any]]: ...

    def take_draft(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> None: ...


class DraftKeeper:
    """`is_edited` says whether there is anything of the person's own to keep; `say` is told what goes wrong.

    The draft is kept under `target`: the name of a model, or other words for what is no run of one.
    """

    def __init__(self, drafts: DraftService, form: DraftedForm, say: Callable[[str], None], target: str) -> None:
        self._drafts = drafts
        self._form = form
        self._target = target
        self._say = say
        self.is_edited = False

    async def restore(self) -> None:
        """Put the kept draft back into the form."""
        try:
            draft = await self._drafts.load(self._target)
        except ServiceProblem as problem:
            self._say(f"The draft could not be read: {problem}")
            return
        if draft is not None:
            self._form.take_draft(draft.values, draft.options)
            self.is_edited = True

    async def save(self) -> None:
        """Keep the form as it stands; a form back at its defaults leaves no draft."""
        if not self.is_edited or not self._form.is_loaded:
            return
        try:
            if self._form.has_changes:
                await self._drafts.save(self._target, *self._form.draft())
            else:
                await self._drafts.discard(self._target)
        except ServiceProblem as problem:
            self._say(f"The draft is not kept: {problem}")

    async def discard(self) -> None:
        """Forget the draft: the form has been run."""
        self.is_edited = False
        try:
            await self._drafts.discard(self._target)
        except ServiceProblem as problem:
            self._say(f"The draft is still kept: {problem}")
