"""The account's own models: made, changed and deleted by its rules, and given versions by trainings."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.identifiers import version_id
from replicate_tui.demo.library import Library, ListedModel
from replicate_tui.demo.model import Job
from replicate_tui.demo.model import Run as Work
from replicate_tui.demo.records import OwnModel, Run, TrainedVersion
from replicate_tui.demo.state import State
from replicate_tui.demo.training import train


class OwnModels:
    """Keeps the state's models and the library's listing of them together."""

    def __init__(self, state: State, library: Library) -> None:
        self._state = state
        self._library = library

    def restore(self) -> None:
        """List the models that an earlier start kept."""
        for own in self._state.models.values():
            self._library.put_own(own)

    def find(self, full_name: str) -> OwnModel | None:
        return self._state.models.get(full_name)

    def count(self) -> int:
        return len(self._state.models.values())

    def save(self, own: OwnModel) -> None:
        """Keep and list `own`, new or changed."""
        self._state.models.save(own)
        self._library.put_own(own)

    def remove(self, own: OwnModel) -> None:
        self._state.models.remove(own)
        self._library.remove_own(own)

    def remove_version(self, own: OwnModel, version: str) -> None:
        """Drop a version and, as the service does, what was run with it."""
        own.versions = [each for each in own.versions if each.id != version]
        self.save(own)
        for run in self._state.runs("prediction"):
            if run.runs_version == version and run.is_terminal:
                self._state.forget_run(run)

    def work_of(self, run: Run, listed: ListedModel) -> Work:
        """Return what `run` does: the work of its model, or a training that ends in a new version."""
        if run.kind == "prediction" or run.destination is None:
            return listed.model.run
        destination = run.destination

        async def work(job: Job, given: Mapping[str, Any]) -> dict[str, str]:
            return await train(job, given, lambda: self._push(destination, run))

        return work

    def _push(self, destination: str, run: Run) -> str:
        version = version_id(f"{destination}:{run.id}")
        own = self.find(destination)
        if own is not None:
            pushed = TrainedVersion(id=version, created=run.started or run.created, base=self._base(run.runs_version))
            own.versions.insert(0, pushed)
            self.save(own)
        return f"{destination}:{version}"

    def _base(self, version: str) -> str:
        """Return the version of the catalogue behind `version`, which may itself come from a training."""
        trained = (each for own in self._state.models.values() for each in own.versions if each.id == version)
        found = next(trained, None)
        return found.base if found else version
