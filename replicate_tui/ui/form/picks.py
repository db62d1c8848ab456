"""What a form asks in dialogs: a value of a long choice, a file, an earlier output, a preset."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from textual.app import App

from replicate_tui.schema.texts import choice_text
from replicate_tui.services.bundle import Services
from replicate_tui.store.records import Preset, RunRow
from replicate_tui.text import clean_line
from replicate_tui.ui.form.rows import Row
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.modals.choose import ChooseDialog
from replicate_tui.ui.modals.presets import PresetsDialog
from replicate_tui.ui.wording import clock, size

_MOST_RUNS: Final = 200


async def pick_choice(app: App[Any], row: Row, text: str, labels: Mapping[str, str]) -> str | None:
    """Let the person pick one of a field's values; None when nothing was picked."""
    texts = [choice_text(row.field, choice) for choice in row.field.choices]
    choices = [(choice, labels.get(choice, choice)) for choice in texts]
    return await app.push_screen_wait(ChooseDialog(clean_line(row.id.name, 60), choices, text))


async def pick_file(app: App[Any], text: str) -> str | None:
    """Let the person walk to a file, starting from the folder that `text` names."""
    from replicate_tui.ui.modals.file import FileDialog

    start = await asyncio.to_thread(_start_folder, text)
    picked = await app.push_screen_wait(FileDialog(start, "Pick a file"))
    return None if picked is None else str(picked)


def _start_folder(text: str) -> Path:
    try:
        path = Path(text).expanduser() if text else Path.cwd()
        for folder in (path, path.parent):
            if folder.is_dir():
                return folder
    except (OSError, RuntimeError, ValueError):
        pass  # no such user or folder: start at home
    return Path.home()


async def pick_output(app: App[Any], services: Services) -> str | None:
    """Let the person pick a file that an earlier run made; returns its path, or "" when no run made any."""
    rows = [row for row in await services.runs.rows(limit=_MOST_RUNS) if row.file_count]
    if not rows:
        return ""
    run_id = await app.push_screen_wait(ChooseDialog("Which run made it?", [(row.id, _run_words(row)) for row in rows]))
    if run_id is None:
        return None
    files = await _files_of(services, run_id)
    if len(files) < 2:
        return files[0][0] if files else ""
    return await app.push_screen_wait(ChooseDialog("Which file?", files))


def _run_words(row: RunRow) -> str:
    return f"{clock(row.submitted_at):<7} {row.model}  {row.title}"


async def _files_of(services: Services, run_id: str) -> list[tuple[str, str]]:
    """Return (path or URL, words) of the files of a run: what lies on this disk, else where it can be fetched."""
    snapshot = await services.tracker.load(run_id)
    found = []
    for file in snapshot.run.files:
        place = str(snapshot.folder / file.name) if snapshot.folder and file.name else file.url
        found.append((place, f"{file.name or file.url}  {size(file.size)}"))
    return found


async def pick_preset(app: App[Any], services: Services, target: str) -> Preset | None:
    """Let the person load a preset, or take some away; None when none is to be loaded."""
    while True:
        presets = await services.presets.list(target)
        if not presets:
            return None
        answer = await app.push_screen_wait(PresetsDialog(presets))
        if answer is None:
            return None
        what, preset = answer
        if what == "load":
            return preset
        sure = ChoiceDialog(
            f"Delete the preset {clean_line(preset.name)}?",
            (Answer("n", "Keep it", "keep"), Answer("y", "Delete it", "delete")),
        )
        if await app.push_screen_wait(sure) == "delete":
            await services.presets.remove(target, preset.name)
