"""A text handed to the person's own editor, in a private file, while the app leaves the terminal alone."""

import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from textual.app import App, SuspendNotSupported

from replicate_tui.ui.wire.signals import deaf_to_interrupts

#: What the editor, its plug-ins and its shells do not need to know.
_KEPT_SECRET: Final = ("REPLICATE_API_TOKEN",)
_LARGEST: Final = 20_000_000


class EditorProblem(Exception):
    """Why no editor could be used, as a sentence."""


class _EditorFailed(Exception):
    """The editor was used and ended with an error."""


def editor_command(setting: str, environment: Mapping[str, str]) -> list[str]:
    """Return the editor's command as arguments: the setting, else $VISUAL, else $EDITOR.

    Raises EditorProblem when none is set or its program is not there.
    """
    command = setting or environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        arguments = shlex.split(command)
    except ValueError:
        raise EditorProblem(f"The editor command cannot be read: {command}") from None
    if not arguments:
        raise EditorProblem("No editor is set. Set $VISUAL or $EDITOR, or editor in config.toml.")
    if shutil.which(arguments[0]) is None:
        raise EditorProblem(f"There is no editor {arguments[0]}. Set $VISUAL or $EDITOR, or editor in config.toml.")
    return arguments


async def edit(app: App[Any], text: str, *, setting: str = "", suffix: str = ".txt") -> str:
    """Return `text` as it was left in the editor; raises EditorProblem when nothing could be edited.

    The file is mode 0600 in a folder of mode 0700, and gone afterwards, unless the editor failed after something was
    written: the problem says where that lies. The loop goes on meanwhile, so that runs are still followed; nothing is
    drawn until the editor has ended.
    """
    arguments = editor_command(setting, os.environ)
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="replicate-tui-")
    file = Path(folder) / f"text{suffix}"
    is_kept = False
    try:
        await asyncio.to_thread(_write_private, file, text)
        await _run(app, [*arguments, str(file)])
        edited = await asyncio.to_thread(_read, file)
    except (OSError, UnicodeError) as error:
        raise EditorProblem(f"The editor could not be used: {error}") from error
    except _EditorFailed as failure:
        is_kept = await asyncio.to_thread(_is_other_text, file, text)
        raise EditorProblem(f"{failure} What was written is in {file}" if is_kept else str(failure)) from None
    finally:
        if not is_kept:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    # Editors end a file with a line feed of their own.
    return edited[:-1] if edited.endswith("\n") and not text.endswith("\n") else edited


async def _run(app: App[Any], arguments: list[str]) -> None:
    try:
        with app.batch_update(), app.suspend(), deaf_to_interrupts(app):
            ended = await _end_of(arguments)
    except SuspendNotSupported:
        raise EditorProblem("The terminal cannot be handed to an editor here.") from None
    if isinstance(ended, OSError):
        raise ended
    if ended != 0:
        raise _EditorFailed(f"The editor ended with an error ({ended}); the field is as it was.")


async def _end_of(arguments: list[str]) -> int | OSError:
    """Return the editor's exit code, or why it could not be started.

    Never raises that: an error that leaves `App.suspend` leaves the terminal suspended.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_SECRET}
    try:
        process = await asyncio.create_subprocess_exec(*arguments, env=environment)
        return await process.wait()
    except OSError as error:
        return error


def _write_private(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="", errors="surrogatepass") as stream:
        stream.write(text)


def _read(file: Path) -> str:
    if file.stat().st_size > _LARGEST:
        raise EditorProblem("The edited text is larger than 20 MB; the field is as it was.")
    with file.open(encoding="utf-8", newline="") as stream:
        return stream.read()


def _is_other_text(file: Path, text: str) -> bool:
    try:
        return _read(file) != text
    except UnicodeError:
        return True
    except (OSError, EditorProblem):
        return file.exists()
