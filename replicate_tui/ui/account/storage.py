"""Where the data lies and how much it is; checking and compacting the history, emptying caches."""

from pathlib import Path
from typing import Final

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.storage import Amount, StorageReport
from replicate_tui.text import clean_line
from replicate_tui.ui import messages, wording
from replicate_tui.ui.account.lines import AccountLine, Row
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.widgets.list_rows import GroupHeader

_EMPTY_ANSWERS: Final = (Answer("n", "Keep the caches", "keep"), Answer("y", "Empty them", "empty"))
_KEPT: Final = "Kept: every run with its inputs, outputs and saved logs, drafts, presets, settings, tokens."
#: Below this share of the disk, room is short.
_SHORT: Final = 0.05


class StorageSection(Section):
    """Measured when it is opened and on r: a walk over many files takes a while, in a thread."""

    name = "storage"
    title = "Storage"
    about = "What lies on this machine, and where"
    offers = frozenset({"folder", "check", "compact", "empty"})

    _report: StorageReport | None = None
    _checked: str = ""

    async def read(self) -> None:
        self.note = "counting …"
        self.changed()
        try:
            self._report = await self.house.services.storage.measure()
        except ServiceProblem as problem:
            self.problem = str(problem)
        else:
            self.problem = ""
        self.note = ""
        self.changed()

    def lines(self) -> list[Row]:
        storage = self.house.services.storage
        paths, runs = storage.paths, storage.runs_folder
        found = self._report or StorageReport()
        settings = self.house.settings
        bound = f"at most {wording.count(settings.history_megabytes)} MB" if settings.history_megabytes else "no bound"
        history = f"{self._size(found.history)}, {wording.plural(found.runs, 'run')}" if self._report else "…"
        rows: list[Row] = [
            GroupHeader("History", self._checked),
            _line("database", history, paths.database, bound, "C compacts it to that bound, c checks it for damage."),
            _line("drafts", self._counted(found.drafts, "form"), paths.database, "part of it"),
            _line("presets", self._counted(found.presets, "preset"), paths.database, "part of it"),
            _line("kept answers", self._counted(found.answers, "answer"), paths.database, "part of it; a cache"),
        ]
        if found.aside.count:
            rows.append(
                _line(
                    "set aside", self._counted(found.aside, "file"), paths.data, "", "Damaged, or of an older version."
                )
            )
        rows += [
            GroupHeader("Files"),
            _line(
                "saved runs", self._counted(found.saved, "file"), runs, "", "Outputs, inputs and logs of ended runs."
            ),
            _line(
                "unfinished", self._counted(found.unfinished, "file"), runs, "", "Being written, or left by a crash."
            ),
            _line(
                "logs held", self._counted(found.logs, "file"), paths.logs_aside, "a cache", "For a week, then removed."
            ),
            _line("caches", self._counted(found.caches, "file"), paths.cache, "a cache", "What can be had again."),
        ]
        if found.demo.count:
            rows.append(
                _line("demo service", self._counted(found.demo, "file"), paths.demo_state, "", "Its own state.")
            )
        rows += [GroupHeader("Disk"), self._disk(found, paths.data)]
        return rows

    def _size(self, amount: Amount) -> str:
        return wording.size(amount.size) if self._report else "…"

    def _counted(self, amount: Amount, one: str) -> str:
        if self._report is None:
            return "…"
        return f"{wording.size(amount.size)}, {wording.plural(amount.count, one)}" if amount.count else "none"

    def _disk(self, found: StorageReport, folder: Path) -> AccountLine:
        if found.free is None or not found.total:
            return _line("free", "unknown" if self._report else "…", folder)
        is_short = found.free < found.total * _SHORT
        value = f"{wording.size(found.free)} of {wording.size(found.total)}"
        return _line("free", value, folder)._replace(style="$text-warning" if is_short else "")

    # -- keys ---------------------------------------------------------------------------------------------------

    def folder(self, line: AccountLine | None) -> None:
        """Open the folder of what the line tells of."""
        path = line.thing if line else None
        if isinstance(path, Path):
            there = path if path.is_dir() else path.parent
            if there.is_dir():
                self.screen.post_message(messages.OpenOutside(str(there)))
            else:
                self.say(f"{there} is not there yet; it is made when it is needed.")

    def check(self, line: AccountLine | None) -> None:  # noqa: ARG002  (there is one history)
        self.start(self._check(), "check the history")

    async def _check(self) -> None:
        self._checked = "checking …"
        self.changed()
        try:
            problem = await self.house.services.storage.check()
        except ServiceProblem as unreadable:
            problem = str(unreadable)
        self._checked = f"✗ {problem}" if problem else "✓ checked now, nothing is wrong"
        self.changed()

    def compact(self, line: AccountLine | None) -> None:  # noqa: ARG002  (there is one history)
        self.start(self._compact(), "compact the history")

    async def _compact(self) -> None:
        self._checked = "compacting …"
        self.changed()
        try:
            result = await self.house.services.housekeeping.compact_now()
        finally:
            self._checked = ""
            self.changed()
        gone = f", {wording.plural(result.removed, 'run')} removed" if result.removed else ""
        gone += f", {wording.plural(result.emptied, 'run')} without input and output now" if result.emptied else ""
        self.say(f"Compacted: {wording.size(result.bytes_freed)} less in use{gone}.")
        await self.read()

    def empty(self, line: AccountLine | None) -> None:  # noqa: ARG002  (all caches go together)
        """Ask, with the safe answer first, and empty the caches."""
        found = self._report or StorageReport()
        freed = found.answers + found.logs + found.caches
        detail = (
            f"Freed: about {wording.size(freed.size)}. Kept answers of the service (lists show nothing offline until "
            f"they are read again), logs held of runs that are not saved, files of the cache; what was written in "
            f"the last ten minutes stays.\n{_KEPT}"
        )

        def answered(answer: str | None) -> None:
            if answer == "empty":
                self.start(self._empty(), "empty the caches")

        self.screen.app.push_screen(ChoiceDialog("Empty the caches?", _EMPTY_ANSWERS, detail=detail), answered)

    async def _empty(self) -> None:
        freed = await self.house.services.storage.empty_caches()
        self.say(f"Emptied: {wording.size(freed.size)} in {wording.plural(freed.count, 'thing')}.")
        await self.read()


def _line(label: str, value: str, path: Path, note: str = "", detail: str = "") -> AccountLine:
    where = clean_line(wording.place(path), 400)
    about = f"{where}\n{detail}" if detail else where
    return AccountLine(label, label, value, note, detail=about, copied=str(path), thing=path)
