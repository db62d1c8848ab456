"""Where saved runs lie: in the folder of the settings, or in one of earlier settings when they were saved there."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.records import RunRecord, SaveState
from replicate_tui.store.remembered import Remembered

_KEY: Final = "runs_folders"
#: Each is looked into for a run that is not in the ones before.
_MOST: Final = 32
_HOLDS_FILES: Final = frozenset({SaveState.SAVED, SaveState.PARTLY})


class RunPlace(NamedTuple):
    """The folder of a run, None while it has none or cannot be found; then `problem` says why in a sentence, if asked.

    There is something to say only of a run that was saved.
    """

    folder: Path | None
    problem: str | None = None


class RunsFolders:
    """Knows `current`, where runs are saved, and the folders of earlier settings, where those of before still lie.

    `earlier` are looked into as well; nobody misses them. All but `recall` and `remember` block.
    """

    def __init__(self, current: Path, earlier: Sequence[Path] = ()) -> None:
        self.current = current.absolute()
        self._given = tuple(folder.absolute() for folder in earlier)
        self._recalled: tuple[Path, ...] = ()
        self._was_known = False

    async def recall(self, memory: Remembered) -> None:
        """Learn which folders there were, as far as the history can tell."""
        with contextlib.suppress(HistoryProblem):
            known = await memory.get(_KEY, [])
            if isinstance(known, list):
                self._recalled = tuple(Path(text) for text in known if isinstance(text, str))
            self._was_known = self.current in self._recalled

    async def remember(self, memory: Remembered) -> None:
        """Keep the current folder for when it is no longer the one of the settings."""
        if self._recalled[:1] != (self.current,):
            self._recalled = tuple(dict.fromkeys((self.current, *self._recalled)))[:_MOST]
            with contextlib.suppress(HistoryProblem):
                await memory.set(_KEY, [str(folder) for folder in self._recalled])

    def root_of(self, relative: str) -> Path:
        """Return the folder below which a run lies; one that lies in none belongs into the current one."""
        return (self._find(relative) if relative else None) or self.current

    def place_of(self, record: RunRecord) -> RunPlace:
        """Return where the files of a run are, and where they should be when they are not."""
        if not record.folder:
            return RunPlace(None)
        root = self._find(record.folder)
        if root is not None or record.saved not in _HOLDS_FILES:
            return RunPlace((root or self.current) / record.folder)
        # One that is new in the settings was not there before: nothing has been saved in it.
        known = (*self._earlier, *([self.current] if self._was_known else []))
        missing = [folder for folder in known if not _is_folder(folder)]
        match missing:
            case []:
                words = f"What was saved of this run is no longer in {self.current / record.folder}."
            case [one]:
                words = f"This run was saved in {one}, which is not there now."
            case _:
                words = f"This run was saved in one of these, which are not there now: {', '.join(map(str, missing))}."
        return RunPlace(None, words)

    def _find(self, relative: str) -> Path | None:
        roots = dict.fromkeys((self.current, *self._earlier, *self._given))
        return next((root for root in roots if _is_folder(root / relative)), None)

    @property
    def _earlier(self) -> tuple[Path, ...]:
        return tuple(folder for folder in self._recalled if folder != self.current)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
