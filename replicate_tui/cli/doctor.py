"""`replicate-tui doctor`: what runs here, where things lie and with which modes, and what is wrong with any of it."""

import argparse
import asyncio
import importlib.metadata
import json
import os
import platform
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from replicate_tui import __version__, config
from replicate_tui.cli.composition import make_client
from replicate_tui.cli.opened import OpenedProfiles
from replicate_tui.paths import ProfilePaths, profile_paths
from replicate_tui.services.profiles import ProfileService, TokenState
from replicate_tui.store.filesystems import is_local
from replicate_tui.store.inspection import HistoryReport, inspect_history
from replicate_tui.text import clean_line
from replicate_tui.ui.wire.capabilities import ImageMode, find_graphics
from replicate_tui.ui.wire.frugal import find_thrift
from replicate_tui.ui.wire.stock_check import last_fall, why_stock
from replicate_tui.ui.wire.surroundings import around_text, clipboard_text, colours_text, program_text

FOUND_PROBLEMS: Final = 1
USAGE_ERROR: Final = 2
PATIENT_SECONDS: Final = 2.0

_LIBRARIES: Final = ("textual", "httpx", "pydantic", "pillow", "platformdirs")
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600
#: Before this version two connections that wrote and checkpointed at once could damage a WAL file; so only one copy
#: of the app checkpoints.
_WAL_RESET_FIXED: Final = (3, 51, 3)


class Finding(NamedTuple):
    """One line of the report; `problem` says what is wrong with it, and what helps."""

    section: str
    name: str
    value: str
    problem: str = ""


def run_doctor(options: argparse.Namespace) -> int:
    """Print the report (with `--json` as one JSON document) and return 0, or 1 when something needs a person."""
    named = config.DEFAULT_PROFILE if options.profile is None else options.profile
    profile = config.DEMO_PROFILE if options.demo else named
    try:
        paths = profile_paths(profile)
    except ValueError as error:
        sys.stderr.write(f"replicate-tui: {error}\n")
        return USAGE_ERROR
    loaded = config.load_settings(Path(options.config).expanduser() if options.config else None)
    findings = [
        *_versions(),
        *_settings(loaded, Path(options.config).expanduser() if options.config else config.settings_file(), profile),
        *_folders(paths, loaded.settings),
        *_history(paths),
        *_profiles(loaded.settings, profile),
        *_terminal(loaded.settings, paths),
    ]
    sys.stdout.write(_as_json(findings) if options.json else _as_text(findings))
    return FOUND_PROBLEMS if any(finding.problem for finding in findings) else 0


def _versions() -> Iterator[Finding]:
    section = "versions"
    yield Finding(section, "replicate-tui", __version__)
    yield Finding(section, "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for library in _LIBRARIES:
        yield Finding(section, library, importlib.metadata.version(library))
    note = "" if sqlite3.sqlite_version_info >= _WAL_RESET_FIXED else " (one copy of the app checkpoints, as it must)"
    yield Finding(section, "SQLite", f"{sqlite3.sqlite_version}{note}")


def _settings(loaded: config.LoadedSettings, file: Path, profile: str) -> Iterator[Finding]:
    section = "settings"
    yield Finding(section, "file", str(file) if file.exists() else f"{file} (none yet; everything has a default)")
    for problem in loaded.problems:
        yield Finding(section, problem.key or "file", "left at its default", str(problem))
    yield Finding(section, "profile", profile)
    if profile == config.DEMO_PROFILE:
        yield Finding(section, "service", "the embedded demo service")
        return
    try:
        yield Finding(section, "service", config.base_url_for(profile, loaded.settings))
    except config.UnsafeBaseUrlError as error:
        yield Finding(section, "service", "not usable", str(error))
    yield _token(profile_paths(profile))


def _token(paths: ProfilePaths) -> Finding:
    """Say where the token comes from, never what it is."""
    name = "token"
    is_given = bool(os.environ.get("REPLICATE_API_TOKEN", "").strip())
    place = "from REPLICATE_API_TOKEN" if is_given else str(paths.token_file)
    try:
        token = config.find_token(paths)
    except config.TokenError as error:
        return Finding("settings", name, place, f"not usable: {error}")
    except OSError as error:
        return Finding("settings", name, place, f"cannot be read: {error.strerror}")
    if token is None:
        return Finding("settings", name, "none; the app asks for one, or offers the demo")
    if is_given:
        return Finding("settings", name, place)
    mode = stat.S_IMODE(paths.token_file.stat().st_mode)
    wrong = "" if mode == _PRIVATE_FILE else f"others may read it; chmod 600 {paths.token_file}"
    return Finding("settings", name, f"{paths.token_file} ({mode:04o})", wrong)


def _folders(paths: ProfilePaths, settings: config.Settings) -> Iterator[Finding]:
    runs = Path(settings.runs_folder).expanduser() if settings.runs_folder else paths.runs
    named = (("settings", paths.config), ("history", paths.data), ("cache", paths.cache), ("saved runs", runs))
    for name, folder in named:
        yield _folder(name, folder, must_be_private=folder != runs or not settings.runs_folder)


def _folder(name: str, folder: Path, *, must_be_private: bool) -> Finding:
    section = "folders"
    if not os.path.lexists(folder):
        return Finding(section, name, f"{folder} (made when it is needed)", _why_not_made(folder))
    if must_be_private and folder.is_symlink():
        return Finding(section, name, f"{folder} → {folder.readlink()}", "a link; only a folder of its own is used")
    if not folder.is_dir():
        return Finding(section, name, str(folder), "something else stands there")
    mode = stat.S_IMODE(folder.stat().st_mode)
    value = f"{folder} ({mode:04o}, {_free_text(folder)})"
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(section, name, value, "it cannot be written")
    if must_be_private and mode != _PRIVATE_FOLDER:
        return Finding(section, name, value, f"others may look into it; chmod 700 {folder}")
    return Finding(section, name, value)


def _why_not_made(folder: Path) -> str:
    """Return what keeps the folder from being made, or nothing."""
    above = next(parent for parent in folder.parents if os.path.lexists(parent))
    if not above.is_dir():
        return f"it cannot be made: {above} is no folder"
    return "" if os.access(above, os.W_OK | os.X_OK) else f"it cannot be made: {above} cannot be written"


def _free_text(folder: Path) -> str:
    try:
        found = os.statvfs(folder)
    except OSError:
        return "free space unknown"
    return f"{_bytes_text(found.f_bavail * found.f_frsize)} free"


def _history(paths: ProfilePaths) -> Iterator[Finding]:
    section = "history"
    if os.path.lexists(paths.database) and not paths.database.is_file():
        yield Finding(section, "database", str(paths.database), "something else stands there; move it away")
        return
    report = inspect_history(paths.database)
    if report.exists and not report.size:
        yield Finding(section, "database", f"{paths.database} (empty; filled at the next start)")
    elif not report.exists:
        yield Finding(section, "database", f"{paths.database} (made at the first start)")
    else:
        wal = f" and {_bytes_text(report.wal_size)} of WAL" if report.wal_size else ""
        problem = f"{report.problem}; the next start saves what can be saved" if report.problem else ""
        yield Finding(section, "database", f"{paths.database} ({_bytes_text(report.size)}{wal})", problem)
        yield Finding(section, "tables", _tables_text(report))
        where = "a local disk" if is_local(paths.data) else "a disk that may be remote, so without WAL"
        yield Finding(section, "written", f"{report.journal} on {where}")
        if not report.problem:
            yield Finding(section, "runs", f"{report.runs:,}, {report.unfinished:,} of them not finished")
    for aside in report.aside:
        yield Finding(section, "kept aside", f"{aside.path.name}  {aside.told}".rstrip())


def _tables_text(report: HistoryReport) -> str:
    if report.version == report.latest:
        return f"version {report.version}"
    return f"version {report.version}; this replicate-tui writes {report.latest}"


def _profiles(settings: config.Settings, started: str) -> Iterator[Finding]:
    """Say what other profiles there are; the demo is a world of its own."""
    if started == config.DEMO_PROFILE:
        return
    open_profiles = OpenedProfiles(started, make_client)
    if os.environ.get("REPLICATE_API_TOKEN", "").strip():
        open_profiles.borrowed[started] = ("", True)
    for card in asyncio.run(ProfileService(settings, open_profiles).all()):
        counted = f"{card.runs or 0:,} {'run' if card.runs == 1 else 'runs'}, {card.unfinished:,} of them not finished"
        runs = "no history yet" if card.runs is None else counted
        token = "no token" if card.token is TokenState.NONE else f"token {card.token}"
        where = f"{card.account or 'account not seen yet'} at {card.base_url or 'no usable address'}"
        # What is wrong with this one is told above.
        problem = "" if card.name == started else card.problem or card.history_problem
        yield Finding("profiles", card.name, f"{where}; {runs}; {token}", problem)


def _terminal(settings: config.Settings, paths: ProfilePaths) -> Iterator[Finding]:
    section = "terminal"
    yield Finding(section, "TERM", program_text())
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        yield Finding(section, "screen", "none here: this is no terminal")
        return
    size = os.get_terminal_size(sys.stderr.fileno())
    yield Finding(section, "screen", f"{size.columns} columns, {size.lines} rows")
    yield Finding(section, "colours", colours_text())
    yield Finding(section, "output", _output_text(paths.cache))
    # Nobody is there for an answer that comes later: the shell would take it for typed.
    graphics = find_graphics(ImageMode(settings.images), paths.cache, seconds=PATIENT_SECONDS)
    cell = f"a cell is {graphics.cell_width} by {graphics.cell_height} pixels"
    yield Finding(section, "pictures", f"{graphics.mode.value} (set to {settings.images}); {cell}")
    yield Finding(
        section, "frugal", f"{'yes' if find_thrift(settings.frugal).word else 'no'} (set to {settings.frugal})"
    )
    yield Finding(section, "inside", around_text())
    yield Finding(section, "clipboard", clipboard_text())


def _output_text(cache: Path) -> str:
    """Say how frames are written; that is never wrong, only larger."""
    why, fell = why_stock(), last_fall(cache)
    way = f"whole regions, as Textual writes them: {why}" if why else "what changed only"
    return f"{way}; whole regions after an error at {fell}" if fell else way


def _bytes_text(size: int) -> str:
    for unit, divisor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= divisor:
            return f"{size / divisor:,.1f} {unit}"
    return f"{size} bytes"


def _as_text(findings: list[Finding]) -> str:
    width = max(len(finding.name) for finding in findings)
    lines: list[str] = []
    section = ""
    for finding in findings:
        if finding.section != section:
            section = finding.section
            lines += ["", section] if lines else [section]
        lines.append(f"  {finding.name:<{width}}  {clean_line(finding.value)}")
        if finding.problem:
            lines.append(f"  {'':<{width}}  ✗ {clean_line(finding.problem)}")
    wrong = sum(bool(finding.problem) for finding in findings)
    verdict = "Nothing is wrong." if not wrong else f"{wrong} of these {'needs' if wrong == 1 else 'need'} a look (✗)."
    return "\n".join([*lines, "", verdict, ""])


def _as_json(findings: list[Finding]) -> str:
    return json.dumps([finding._asdict() for finding in findings], ensure_ascii=True, indent=2) + "\n"
