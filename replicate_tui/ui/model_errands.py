"""What can be done with a model of one's own from a list or from its page: change it, delete it or a version of it."""

from collections.abc import Awaitable, Callable

from replicate_tui.services.own_model_rules import deletion_obstacles, version_obstacles
from replicate_tui.services.views import ModelPage, VersionCard
from replicate_tui.text import clean_line
from replicate_tui.ui import messages, wording
from replicate_tui.ui.house import House
from replicate_tui.ui.screens.base import HouseScreen

#: As many digits of a version's id as are typed to delete it.
TYPED_DIGITS = 8


class ModelErrands:
    """Errands of one screen; each is a coroutine that the screen runs as a worker, and raises ServiceProblem."""

    def __init__(self, screen: HouseScreen, house: House) -> None:
        self._screen = screen
        self._services = house.services

    async def edit(self, full_name: str, field: str = "") -> None:
        """Open the form of the model's texts, where it is one of the account's own."""
        owner = full_name.partition("/")[0]
        account = await self._services.own_models.account()
        if owner == account:
            self._screen.post_message(messages.OpenModelForm(full_name, field))
        else:
            words = f"This model belongs to {clean_line(owner)}; yours ({account}/…) can be changed here."
            self._screen.post_message(messages.Say(words, "warning"))

    async def delete(self, full_name: str) -> bool:
        """Ask for the name and delete the model; what the service would refuse is said instead of asked."""
        own, catalog = self._services.own_models, self._services.catalog
        account = await own.account()
        owner, _, name = full_name.partition("/")
        page = await self._page(full_name)
        versions = len((await catalog.versions(owner, name)).value) if owner == account else None
        obstacles = deletion_obstacles(page, versions, account=account)
        if obstacles:
            self._explain(f"{full_name} cannot be deleted", obstacles)
            return False
        detail = "The model goes with its README, its examples and its pin. This cannot be undone."
        return await self._ask(f"Delete {full_name}?", name, detail, lambda: own.delete(full_name))

    async def delete_version(self, full_name: str, version: VersionCard) -> bool:
        """Ask for the beginning of the id and delete a version; it is gone a while later."""
        own, lists = self._services.own_models, self._services.model_lists
        if version.id in own.being_deleted:
            self._screen.post_message(messages.Say("This version is being deleted; it takes a few minutes."))
            return False
        page = await self._page(full_name)
        account = await own.account()
        obstacles = version_obstacles(
            page,
            account=account,
            deployments=await lists.deployments_of(version.id) if page.card.owner == account else (),
            trainings=await lists.trainings_from(version.id),
        )
        short = version.id[:TYPED_DIGITS]
        if obstacles:
            self._explain(f"Version {short} cannot be deleted", obstacles)
            return False
        runs = (await self._services.runs.totals(f"version:{version.id}", model=full_name)).count
        detail = (
            f"The service deletes it with all its predictions and their files; {wording.plural(runs, 'run')} of it in "
            "this history, and what is saved here, stay. This cannot be undone.\n"
            "It refuses if somebody else has run it, or another version builds on it."
        )
        heading = f"Delete version {short} of {full_name}?"
        return await self._ask(heading, short, detail, lambda: own.delete_version(full_name, version.id))

    async def _ask(self, heading: str, typed: str, detail: str, attempt: Callable[[], Awaitable[None]]) -> bool:
        from replicate_tui.ui.modals.typed_name import TypedNameDialog

        hint = f"type {clean_line(typed)} and press enter to delete it   esc keeps it"
        dialog = TypedNameDialog(clean_line(heading), typed, detail=detail, hint=hint, attempt=attempt)
        answer = await self._screen.app.push_screen_wait(dialog)
        return answer is True

    def _explain(self, heading: str, obstacles: tuple[str, ...]) -> None:
        """Say why nothing is asked of the service."""
        from replicate_tui.ui.modals.text import TextDialog

        self._screen.app.push_screen(TextDialog(clean_line(heading), "\n".join(obstacles)))

    async def _page(self, full_name: str) -> ModelPage:
        owner, _, name = full_name.partition("/")
        answer = await self._services.catalog.model(owner, name)
        return answer.value
