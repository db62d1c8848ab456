"""What the screens about trainings do with one: what any run allows, and running or making again what it made."""

from replicate_tui.services.views import RunOptions
from replicate_tui.ui import messages
from replicate_tui.ui.run_errands import RunErrands


class TrainingErrands(RunErrands):
    """Errands on a training by our id of it."""

    def run_new_version(self, run_id: str) -> None:
        """Open the run form of the version that a training has made."""
        self._start(self._run_new_version(run_id), "open the form of a new version")

    async def _run_new_version(self, run_id: str) -> None:
        snapshot = await self._screen.house.services.tracker.load(run_id)
        if snapshot.new_version and snapshot.destination:
            options = RunOptions(version=snapshot.new_version)
            wish = messages.OpenForm(snapshot.destination, {}, options, "the new version")
            self._screen.app.post_message(wish)
        else:
            self._screen.app.post_message(messages.Say("This training has made no version.", "warning"))
