"""Changes to the settings from inside the app: comments, order and everything else in the person's file stay."""

import asyncio
import stat
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from replicate_tui.config import Settings, read_settings
from replicate_tui.paths import make_private_folder, write_atomically
from replicate_tui.services.problems import ProblemKind, ServiceProblem

#: A setting by its path of keys: ("theme",), or ("prices", "gpu-t4").
SettingPath: TypeAlias = tuple[str, ...]
#: What becomes of settings; None takes one out, so that its default holds again.
Changes: TypeAlias = Mapping[SettingPath, Any]

_UNCHANGED: Final = "Nothing was changed."
#: What follows the file while the app runs; the rest of it counts from the next start on.
_FOLLOWED: Final = ("theme", "keys", "prices", "hardware", "unit_prices")


class SettingsFile:
    """The file at `path`, which need not be there yet; `settings` are those in use, and follow what is changed."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path = path
        self.settings = settings
        self._changing = asyncio.Lock()
        self._listeners: list[Callable[[Settings], None]] = []

    def subscribe(self, listener: Callable[[Settings], None]) -> Callable[[], None]:
        """Call `listener` with the settings after each change; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    async def change(self, changes: Changes) -> None:
        """Write `changes` into the file, whole or not at all, and use them from now on.

        Raises ServiceProblem when the file is no valid TOML, holds a mistake in the same setting, or cannot be written.
        """
        async with self._changing:
            found = await asyncio.to_thread(_change, self.path, changes)
            self.settings = replace(self.settings, **{name: getattr(found, name) for name in _FOLLOWED})
        for listener in tuple(self._listeners):
            listener(self.settings)


def _change(path: Path, changes: Changes) -> Settings:
    # A link, as people with their settings in a repository have it, stays one.
    target = path.resolve()
    try:
        before = target.read_bytes() if target.exists() else b""
        after = _edited(path, before, changes)
        if not target.parent.exists():
            make_private_folder(target.parent)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        write_atomically(target, after)
        if mode is not None:
            target.chmod(mode)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ServiceProblem(ProblemKind.DISK, f"{path} cannot be written: {reason}.", kept=_UNCHANGED) from error
    return read_settings(path, after).settings


def _edited(path: Path, before: bytes, changes: Changes) -> bytes:
    """Return the file with `changes` in it, having made sure that nothing else became of it."""
    import tomllib

    try:
        text = before.decode("utf-8")
        wanted = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ServiceProblem(ProblemKind.FILE, f"{path} is not valid TOML: {error}.", kept=_UNCHANGED) from error
    after = _rewritten(text, _with_changes(wanted, changes), changes)
    if after is None:
        words = f"{path} is written in a way that cannot be changed from here."
        raise ServiceProblem(ProblemKind.FILE, words, kept=_UNCHANGED)
    touched = {keys[0] for keys in changes}
    for problem in read_settings(path, after).problems:
        if problem.key in touched:
            raise ServiceProblem(ProblemKind.FILE, str(problem), kept=_UNCHANGED)
    return after


def _rewritten(text: str, wanted: Mapping[str, Any], changes: Changes) -> bytes | None:
    """Return `text` so changed that it reads as `wanted`, None when that cannot be done."""
    import tomllib

    import tomlkit  # only to write
    from tomlkit.exceptions import TOMLKitError

    # Inside [unit_prices] a model is a line; where the models there are sections, it is another of them.
    for nested in (tomlkit.inline_table, tomlkit.table):
        try:
            document = tomlkit.parse(text)
            for keys, value in changes.items():
                _put(document, keys, value, (tomlkit.table, nested))
            after = tomlkit.dumps(document)
            if tomllib.loads(after) == wanted:
                return after.encode()
        except (AttributeError, TypeError, ValueError, TOMLKitError):
            continue
    return None


def _with_changes(document: dict[str, Any], changes: Changes) -> dict[str, Any]:
    try:
        for keys, value in changes.items():
            _put(document, keys, value, (dict, dict))
    except (AttributeError, TypeError):
        return {}  # a text stands where a table should: nothing reads as this does
    return document


def _put(
    document: MutableMapping[str, Any], keys: SettingPath, value: Any, make_tables: Sequence[Callable[[], Any]]
) -> None:
    """Set one setting, making the tables above it where they are missing, or take it out."""
    key, *rest = keys
    if rest:
        if key not in document:
            if value is None:
                return
            document[key] = make_tables[0]()
        _put(document[key], tuple(rest), value, make_tables[1:])
    elif value is None:
        document.pop(key, None)
    else:
        document[key] = value
