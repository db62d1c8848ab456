"""Knows which screen answers which wish; a screen's code is imported when it is first opened."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.screen import Screen

from replicate_tui.ui.house import House
from replicate_tui.ui.messages import OpenDeploymentForm, OpenForm, OpenModel, OpenModelForm, OpenTraining
from replicate_tui.ui.places import Place

if TYPE_CHECKING:
    from replicate_tui.services.profiles import ProfileService
    from replicate_tui.store.records import RunKind


class Navigator(NamedTuple):
    house: House

    @staticmethod
    def begin_imports() -> None:
        """Import in the background what the next keys are likely to open; whoever quits does not wait for it."""
        threading.Thread(target=_import_screens, name="imports", daemon=True).start()

    def place(self, place: Place) -> Screen[Any]:
        """Make the screen a place begins with."""
        makers: dict[str, Callable[[], Screen[Any]]] = {
            "search": self._search,
            "models": self._models,
            "collections": self.collections,
            "runs": self._runs,
            "deployments": self._deployments,
            "trainings": self._trainings,
            "files": self._files,
            "account": self._account,
        }
        return makers[place.mode]()

    def _search(self) -> Screen[Any]:
        from replicate_tui.ui.screens.search import SearchScreen

        return SearchScreen(self.house)

    def _models(self) -> Screen[Any]:
        from replicate_tui.ui.screens.models import ModelsScreen

        return ModelsScreen(self.house)

    def collections(self, slug: str = "") -> Screen[Any]:
        from replicate_tui.ui.screens.collections import CollectionsScreen

        return CollectionsScreen(self.house, slug)

    def _runs(self) -> Screen[Any]:
        from replicate_tui.ui.screens.runs import RunsScreen

        return RunsScreen(self.house)

    def _trainings(self) -> Screen[Any]:
        from replicate_tui.ui.screens.trainings import TrainingsScreen

        return TrainingsScreen(self.house)

    def _deployments(self) -> Screen[Any]:
        from replicate_tui.ui.screens.deployments import DeploymentsScreen

        return DeploymentsScreen(self.house)

    def _files(self) -> Screen[Any]:
        from replicate_tui.ui.screens.files import FilesScreen

        return FilesScreen(self.house)

    def profiles(self, profiles: "ProfileService") -> Screen[Any]:
        from replicate_tui.ui.screens.profiles import ProfilesScreen

        return ProfilesScreen(self.house, profiles)

    def deployment(self, full_name: str) -> Screen[Any]:
        from replicate_tui.ui.screens.deployment import DeploymentScreen

        return DeploymentScreen(self.house, full_name)

    def deployment_form(self, wish: OpenDeploymentForm) -> Screen[Any]:
        from replicate_tui.ui.screens.deployment_form import DeploymentFormScreen

        return DeploymentFormScreen(self.house, wish)

    def _account(self) -> Screen[Any]:
        from replicate_tui.ui.screens.account import AccountScreen

        return AccountScreen(self.house)

    def model(self, wish: OpenModel) -> Screen[Any]:
        from replicate_tui.ui.screens.model import ModelScreen

        return ModelScreen(self.house, wish.full_name, wish.tab)

    def model_form(self, wish: OpenModelForm) -> Screen[Any]:
        from replicate_tui.ui.screens.model_form import ModelTextsScreen, NewModelScreen

        return ModelTextsScreen(self.house, wish) if wish.full_name else NewModelScreen(self.house)

    def form(self, wish: OpenForm) -> Screen[Any]:
        from replicate_tui.ui.screens.run_form import RunFormScreen

        return RunFormScreen(self.house, wish)

    def training(self, wish: OpenTraining) -> Screen[Any]:
        from replicate_tui.ui.screens.training_form import TrainingFormScreen

        return TrainingFormScreen(self.house, wish)

    def webhooks(self) -> Screen[Any]:
        from replicate_tui.ui.screens.webhooks import WebhooksScreen

        return WebhooksScreen(self.house)

    def delivery(self, number: int) -> Screen[Any]:
        from replicate_tui.ui.screens.delivery import DeliveryScreen

        return DeliveryScreen(self.house, number)

    def monitor(self, run_id: str, kind: "RunKind | None" = None) -> Screen[Any]:
        """Make the monitor of a run; of which kind it is need not be said of one that is followed now."""
        if kind is None:
            known = self.house.services.tracker.snapshot(run_id)
            kind = known.run.kind if known else "prediction"
        if kind == "training":
            from replicate_tui.ui.screens.training_monitor import TrainingMonitorScreen

            return TrainingMonitorScreen(self.house, run_id)
        from replicate_tui.ui.screens.monitor import MonitorScreen

        return MonitorScreen(self.house, run_id)


def _import_screens() -> None:
    from replicate_tui.ui.screens import model, monitor, run_form, runs  # noqa: F401 (imported for later)
