"""What the list of runs does with the marked ones: tags, notes, export, saving, running again, removal."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from replicate_tui.services.estimate import dollars_text
from replicate_tui.services.saving import is_expired
from replicate_tui.store.records import RunRow, SaveState
from replicate_tui.text import clean_line
from replicate_tui.ui import messages, wording
from replicate_tui.ui.run_errands import RunErrands

if TYPE_CHECKING:
    from replicate_tui.services.again import AgainPlan
    from replicate_tui.ui.modals.export import ExportWish
    from replicate_tui.ui.modals.tags import TagChange
    from replicate_tui.ui.screens.base import HouseScreen

#: So many runs can be sent again with one answer.
MOST_AGAIN: Final = 100


class BulkErrands(RunErrands):
    """`changed` is called when the history has changed, `progress` with one line on what is going on ("": nothing)."""

    def __init__(self, screen: "HouseScreen", changed: Callable[[], None], progress: Callable[[str], None]) -> None:
        super().__init__(screen)
        self._changed = changed
        self._progress = progress
        self._is_sending = False

    @property
    def can_undo(self) -> bool:
        return self._screen.house.services.runs.can_undo_remove

    # -- tags and notes -----------------------------------------------------------------------------------------

    def tag(self, rows: Sequence[RunRow]) -> None:
        """Open the dialog of tags for these runs."""
        self._start(self._ask_for_tags(list(rows)), "read the tags")

    async def _ask_for_tags(self, rows: list[RunRow]) -> None:
        from replicate_tui.ui.modals.tags import TagsDialog

        known = await self._screen.house.services.runs.known_tags()
        on_chosen = Counter(tag for row in rows for tag in row.tags)
        ids = [row.id for row in rows]

        def answered(change: "TagChange | None") -> None:
            if change is not None:
                self._start(self._change_tags(ids, change), "tag runs")

        self._screen.app.push_screen(TagsDialog(known, on_chosen, len(rows)), answered)

    async def _change_tags(self, ids: list[str], change: "TagChange") -> None:
        runs = self._screen.house.services.runs
        if change.add:
            await runs.add_tags(ids, change.add)
        if change.remove:
            await runs.remove_tags(ids, change.remove)
        self._changed()

    def note(self, rows: Sequence[RunRow]) -> None:
        """Open the note of a run, or one for all of these."""
        self._start(self._ask_for_note(list(rows)), "read a note")

    async def _ask_for_note(self, rows: list[RunRow]) -> None:
        from replicate_tui.ui.modals.note import NoteDialog

        noted = sum(row.has_note for row in rows)
        known = (await self._screen.house.services.runs.get(rows[0].id)).note if len(rows) == 1 else ""
        heading = f"Note on {clean_line(rows[0].title or rows[0].model, 50)}"
        if len(rows) > 1:
            heading = f"One note on {wording.plural(len(rows), 'run')}"
        detail = f"It takes the place of {wording.plural(noted, 'note')}." if noted and len(rows) > 1 else ""
        ids = [row.id for row in rows]

        def answered(note: str | None) -> None:
            if note is not None and note != known:
                self._start(self._write_note(ids, note), "write a note")

        dialog = NoteDialog(heading, known, detail=detail, editor=self._screen.house.settings.editor)
        self._screen.app.push_screen(dialog, answered)

    async def _write_note(self, ids: list[str], note: str) -> None:
        for run_id in ids:
            await self._screen.house.services.runs.set_note(run_id, note)
        self._changed()

    # -- export -------------------------------------------------------------------------------------------------

    def export(self, selection: str | Sequence[str], count: int) -> None:
        """Ask where to, and export the runs of a filter line or of a list of ids; `count` is how many these are."""
        from replicate_tui.ui.modals.export import ExportDialog

        def answered(wish: "ExportWish | None") -> None:
            if wish is not None:
                self._start(self._export(selection, count, wish), "export runs")

        name = f"runs-{datetime.now(UTC).astimezone():%Y-%m-%d}"
        self._screen.app.push_screen(ExportDialog(f"Export {wording.plural(count, 'run')}", name), answered)

    async def _export(self, selection: str | Sequence[str], count: int, wish: "ExportWish") -> None:
        def told(written: int) -> None:
            self._progress(f"exporting {wording.count(written)} of {wording.count(max(count, written))}")

        self._progress("exporting")
        try:
            result = await self._screen.house.services.export.export_runs(
                selection, wish.path, wish.format, on_progress=told
            )
        finally:
            self._progress("")
        runs = wording.plural(result.count, "run")
        self._say(f"Exported {runs} to {clean_line(str(result.path), 300)} ({wording.size(result.bytes)}).")

    # -- saving -------------------------------------------------------------------------------------------------

    def save_again(self, rows: Sequence[RunRow]) -> None:
        """Try again to save what these runs made."""
        self._start(self._save_again([row for row in rows if row.is_final]), "save runs again")

    async def _save_again(self, rows: list[RunRow]) -> None:
        services = self._screen.house.services
        wanted = [row for row in rows if row.saved is not SaveState.SAVED and row.status == "succeeded"]
        if not wanted:
            self._say("What these runs made is saved." if rows else "A run is saved when it has ended.")
            return
        tried = gone = 0
        for row in wanted:
            record = await services.runs.get(row.id)
            if is_expired(record):
                gone += 1
            else:
                await services.tracker.watch(record, only_save=True)
                tried += 1
        parts = [f"Saving what {wording.plural(tried, 'run')} made." if tried else ""]
        parts += [f"The service has deleted what {wording.plural(gone, 'run')} made." if gone else ""]
        self._say(" ".join(filter(None, parts)), warning=bool(gone))
        self._changed()

    # -- running again ------------------------------------------------------------------------------------------

    def run_again(self, rows: Sequence[RunRow], sent: Callable[[list[str]], None]) -> None:
        """Ask, with what it will cost, and send these runs once more; `sent` is told the ids whose turn came."""
        if self._is_sending:
            self._say("Runs are being sent already.", warning=True)
        elif len(rows) > MOST_AGAIN:
            self._say(f"At most {MOST_AGAIN} runs are sent again at once; {len(rows):,} are marked.", warning=True)
        else:
            self._start(self._ask_to_run_again([row.id for row in rows], sent), "plan runs again")

    async def _ask_to_run_again(self, ids: list[str], sent: Callable[[list[str]], None]) -> None:
        from replicate_tui.services.again import plan_again
        from replicate_tui.ui.modals.choice import Answer, ChoiceDialog

        services = self._screen.house.services
        plan = await plan_again(services.runs, services.prices, ids)
        if not plan.requests:
            self._say(f"None of these can be sent again. {_left_out(plan)}", warning=True)
            return

        def answered(answer: str | None) -> None:
            if answer == "run" and not self._is_sending:
                self._start(self._run_again(plan, sent), "send runs again")

        number = len(plan.requests)
        question = f"Run {wording.plural(number, 'run')} again?"
        answers = (Answer("n", "No", "no"), Answer("y", "Send them" if number > 1 else "Send it", "run"))
        self._screen.app.push_screen(ChoiceDialog(question, answers, detail=plan_words(plan)), answered)

    async def _run_again(self, plan: "AgainPlan", sent: Callable[[list[str]], None]) -> None:
        from replicate_tui.services.again import run_again

        number = len(plan.requests)
        self._is_sending = True
        self._progress(f"sending 1 of {number}")
        try:
            result = await run_again(
                self._screen.house.services.runs,
                plan,
                lambda done: self._progress(f"sending {min(done + 1, number)} of {number}"),
            )
        finally:
            self._is_sending = False
            self._progress("")
        sent([run_id for run_id in plan.requests if run_id not in result.not_sent])
        if result.problem is None:
            self._say(f"Sent {wording.plural(result.sent, 'run')} again.")
        else:
            left = wording.plural(len(result.not_sent), "run was not sent and stays", "runs were not sent and stay")
            self._say(f"Sent {result.sent} of {number}. {result.problem.message} {left} marked.", warning=True)
        self._changed()

    # -- removal ------------------------------------------------------------------------------------------------

    def remove(self, rows: Sequence[RunRow], removed: Callable[[list[str]], None]) -> None:
        """Ask, and take these runs out of the history; `removed` is told their ids."""
        removable = [row.id for row in rows if row.is_final]
        if not removable:
            self._say("A run that is going cannot be removed; x cancels it.", warning=True)
            return
        from replicate_tui.ui.modals.choice import Answer, ChoiceDialog

        def answered(answer: str | None) -> None:
            if answer == "remove":
                self._start(self._remove(removable, removed), "remove runs from the history")

        question = f"Remove {wording.plural(len(removable), 'run')} from this machine's history?"
        going = len(rows) - len(removable)
        detail = f"{wording.plural(going, 'run that is', 'runs that are')} going will stay." if going else ""
        answers = (Answer("n", "Keep", "keep"), Answer("y", "Remove; u brings it back until the app ends", "remove"))
        self._screen.app.push_screen(ChoiceDialog(question, answers, detail=detail), answered)

    async def _remove(self, ids: list[str], removed: Callable[[list[str]], None]) -> None:
        await self._screen.house.services.runs.remove(ids)
        removed(ids)
        self._changed()

    def undo_remove(self) -> None:
        """Bring back what was removed last."""
        self._start(self._undo_remove(), "bring removed runs back")

    async def _undo_remove(self) -> None:
        back = await self._screen.house.services.runs.undo_remove()
        self._changed()
        self._say(f"Brought back {wording.plural(len(back), 'run')}.")

    # -- more ---------------------------------------------------------------------------------------------------

    def copy_of_all(self, rows: Sequence[RunRow]) -> None:
        """Open the menu of what can be copied of several runs: one line each."""
        ids = [row.remote_id for row in rows if row.remote_id]
        from replicate_tui.ui.web_pages import run_page

        choices = (
            ("ids", "\n".join(ids)),
            ("web pages", "\n".join(map(run_page, ids))),
            ("titles", "\n".join(row.title for row in rows)),
            ("models", "\n".join(dict.fromkeys(row.model for row in rows))),
        )
        self._screen.post_message(messages.OpenCopyMenu(tuple(choice for choice in choices if choice[1].strip())))

    def open_folder(self, run_id: str) -> None:
        """Open the folder with what is saved of a run."""
        self._start(self._open_folder(run_id), "open the folder of a run")

    async def _open_folder(self, run_id: str) -> None:
        snapshot = await self._screen.house.services.tracker.load(run_id)
        if snapshot.folder:
            self._screen.app.post_message(messages.OpenOutside(str(snapshot.folder)))
        else:
            self._say(clean_line(snapshot.folder_problem or "Nothing of this run is saved yet.", 300))

    def _say(self, words: str, *, warning: bool = False) -> None:
        self._screen.app.post_message(messages.Say(words, "warning" if warning else "information"))


def plan_words(plan: "AgainPlan") -> str:
    """Return what sending a plan will cost, and what is left out of it."""
    cost = f"≈ {dollars_text(plan.dollars)} in all" if plan.dollars else ""
    if plan.unpriced == len(plan.requests):
        cost = "What it will cost is not known"
    elif plan.unpriced:
        cost = f"{cost or 'Free'}, {wording.count(plan.unpriced)} without a price"
    return f"{cost or 'It costs nothing'}. {_left_out(plan)}".strip()


def _left_out(plan: "AgainPlan") -> str:
    parts = []
    if plan.trainings:
        parts.append(f"{wording.plural(plan.trainings, 'training')} left out.")
    if plan.with_secrets:
        runs = wording.plural(plan.with_secrets, "run")
        parts.append(f"{runs} left out, whose secret inputs are not kept: e on one opens its form.")
    return " ".join(parts)
