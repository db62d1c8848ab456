"""What stands in the way of saved files, folders that are swapped for links, and broken settings."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from replicate_tui.config import Settings, load_settings
from replicate_tui.services.archive import Archive
from replicate_tui.services.new_file import NewFile
from replicate_tui.services.run_folder import DiskProblem, PartFile, open_folder, relative_folder, write_document
from replicate_tui.store.records import RunRecord, SaveState
from tests.reliability.crash import folder_of
from tests.reliability.programs import Service
from tests.reliability.promises import content_of, urls_of
from tests.reliability.row import Row, Trial, Trials
from tests.store.making import make_run
from tests.support.hostile import MARKUP, TERMINAL, UNICODE

_PRECIOUS: Final = b"not to be touched"
_HOSTILE: Final = (
    *(
        "../../../etc/x",
        "..",
        ".",
        "/etc/passwd",
        "~/.ssh/authorized_keys",
        "-rf",
        ".bashrc",
        "a/../../b",
        "CON",
        "x" * 4000,
    ),
    *("a\0b", "a\nb", "\\\\host\\share", "é" * 200, "out-0.png/../../x", ".part", " ", "", "name.", "%2e%2e%2f"),
    *(text for kind in (TERMINAL, UNICODE, MARKUP) for _, text in kind),
)


def _file(path: Path, outside: Path) -> None:
    path.write_bytes(_PRECIOUS)


def _link_to_file(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "precious")


def _link_to_folder(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def _link_to_nothing(path: Path, outside: Path) -> None:
    path.symlink_to(outside / "planted")


def _folder(path: Path, outside: Path) -> None:
    path.mkdir()


def _pipe(path: Path, outside: Path) -> None:
    os.mkfifo(path)


_PLANTS: Final[tuple[Callable[[Path, Path], None], ...]] = (
    *(_file, _link_to_file, _link_to_folder, _link_to_nothing, _folder, _pipe),
)


async def _plants(trials: Trials) -> None:
    for trial in trials:
        with trial:
            home = folder_of(trials, trial)
            outside, root = home / "outside", home / "runs"
            outside.mkdir(parents=True)
            (outside / "precious").write_bytes(_PRECIOUS)
            kind = trial.number % 4
            if kind == 0:
                await _saves_beside(trial, root, outside)
            elif kind == 1:
                await _saves_into_a_planted_folder(trial, root, outside)
            elif kind == 2:
                await _saves_hostile_names(trial, root)
            else:
                _exports_beside(trial, home, outside)
            assert {path.name: path.read_bytes() for path in outside.iterdir()} == {"precious": _PRECIOUS}


async def _saves_beside(trial: Trial, root: Path, outside: Path) -> None:
    """The names of the outputs are taken already, by anything."""
    record = _ended(make_run(trial.number))
    with open_folder(root, relative_folder(record)):
        folder = root / relative_folder(record)
    names = [f"out-{index}{ending}" for index in (0, 1) for ending in (".bin", "-2.bin")]
    planted = {name: _PLANTS[trial.random.randrange(len(_PLANTS))] for name in names if trial.random.random() < 0.7}
    for name, plant in planted.items():
        plant(folder / name, outside)
    before = {name: os.lstat(folder / name) for name in planted}
    saved = await Archive(root, Service()).finish(record)
    assert saved.saved is SaveState.SAVED, saved.files
    assert {name: os.lstat(folder / name).st_ino for name in planted} == {
        name: it.st_ino for name, it in before.items()
    }
    found = [_content(folder / (file.name or "")) for file in saved.files]
    assert found == [content_of(url) for url in urls_of(record.id)]
    assert all(_content(folder / name) == _PRECIOUS for name, plant in planted.items() if plant is _file)
    assert all((folder / (file.name or "")).stat().st_mode & 0o777 == 0o600 for file in saved.files)


def _content(path: Path) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read()


async def _saves_into_a_planted_folder(trial: Trial, root: Path, outside: Path) -> None:
    """The folder of the day or of the run is a link, a file or gone: nothing is saved elsewhere, and that is told."""
    record = _ended(make_run(trial.number))
    folder = root / relative_folder(record)
    place = (folder, folder.parent)[trial.number // 4 % 2]
    place.parent.mkdir(parents=True, exist_ok=True)
    plant = _PLANTS[trial.number // 8 % 4]
    plant(place, outside)
    archive = Archive(root, Service())
    saved = await archive.finish(record)
    assert saved.saved is SaveState.FAILED, saved
    assert archive.problem is not None
    place.unlink()
    # What is in the way is gone, and so is the folder: it is made anew.
    saved = await archive.finish(record)
    assert saved.saved is SaveState.SAVED
    assert archive.problem is None


async def _saves_hostile_names(trial: Trial, root: Path) -> None:
    """Models and runs are called what would lead elsewhere, or is too long for a name."""
    text = trial.random.choice(_HOSTILE)
    record = _ended(make_run(trial.number, model=text, remote_id=trial.random.choice([text, f"x{text}", None])))
    saved = await Archive(root, Service()).finish(record)
    assert saved.saved is SaveState.SAVED, saved
    (day,) = root.iterdir()
    (folder,) = day.iterdir()
    assert root / (saved.folder or "") == folder
    assert folder.name.isascii()
    assert folder.name.isprintable()
    assert not folder.name.startswith((".", "-"))
    assert {path.name for path in folder.iterdir()} == {"input.json", "out-0.bin", "out-1.bin", "run.json"}
    assert {path.name for path in root.parent.iterdir()} == {"outside", "runs"}


def _exports_beside(trial: Trial, home: Path, outside: Path) -> None:
    """An export is asked for by a name that is taken, too long, or in a folder that is gone."""
    target = home / "export.jsonl"
    how = trial.number // 4 % (len(_PLANTS) + 2)
    if how < len(_PLANTS):
        _PLANTS[how](target, outside)
    elif how == len(_PLANTS):
        target = home / ("x" * 300)
    else:
        target = home / "gone" / "export.jsonl"
    before = sorted(path.name for path in home.iterdir())
    export = NewFile(target)
    try:
        export.write(b"lines")
        export.settle()
    except (DiskProblem, FileExistsError):
        pass
    else:
        raise AssertionError("something was written")
    finally:
        export.close()
    assert sorted(path.name for path in home.iterdir()) == before
    assert how or target.read_bytes() == _PRECIOUS


def _ended(record: RunRecord) -> RunRecord:
    return replace(record, status="succeeded", output=urls_of(record.id))


#: Puts the folder of the day, or that of the run, aside and a link to the folder outside in its place, and back again.
_SWAPPER: Final = """
import contextlib, itertools, os, random, shutil, sys
root, outside = sys.argv[1:]
names = {"day": outside, "day/run": outside + "/run"}
for number in itertools.count():
    name = random.choice([*names])
    place, aside = f"{root}/{name}", f"{root}/aside-{number}"
    # The app may have made the folder anew between any two steps.
    with contextlib.suppress(OSError):
        os.rename(place, aside)
        os.symlink(names[name], place)
    with contextlib.suppress(OSError):
        os.unlink(place)
    try:
        os.rename(aside, place)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
    if number == 0:
        print("begun", flush=True)
"""


def _swaps(trials: Trials) -> None:
    """Another process swaps the folder of a run, or that of its day, for a link, over and over."""
    outside, root = trials.folder / "outside", trials.folder / "runs"
    (outside / "run").mkdir(parents=True)
    with open_folder(root, _SWAPPED):
        pass
    command = [sys.executable, "-c", _SWAPPER, str(root), str(outside)]
    written = refused = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as swapper:
        assert swapper.stdout is not None
        swapper.stdout.readline()
        try:
            for trial in trials:
                with trial:
                    if problem := _save_into(root, trial.number):
                        refused += 1
                        assert any(words in problem for words in _PLAIN), problem
                    else:
                        written += 1
                    assert [*outside.rglob("*")] == [outside / "run"], "it was written elsewhere"
        finally:
            swapper.kill()
    if not (written and refused):
        raise RuntimeError(f"{written} were written and {refused} refused: nothing was in the way of anything")


_SWAPPED: Final = "day/run"
_PLAIN: Final = (
    os.strerror(errno.ENOENT).lower(),
    "a symlink stands in the way",
    "something that is no folder stands in the way",
)


def _save_into(root: Path, number: int) -> str | None:
    """Save a file or a document, and return why that did not go."""
    try:
        if number % 2:
            write_document(root, _SWAPPED, "run.json", b"{}")
        else:
            with PartFile(root, _SWAPPED) as part:
                part.write(b"content")
                part.settle("out-0", ".bin")
    except DiskProblem as problem:
        return str(problem)
    return None


_SETTINGS: Final = b"""# What differs from the defaults.
theme = "replicate-light"
images = "half"
save = "outputs"
max_file_megabytes = 100
read_account = false

[keys]
"run.start" = "f6"

[prices]
cpu = 0.0001

[unit_prices]
"owner/name" = { image_output_count = 0.003 }

[base_urls]
work = "https://api.replicate.com/v1"
"""


def _broken_settings(trials: Trials) -> None:
    file = trials.folder / "config.toml"
    assert load_settings_of(file, _SETTINGS).settings.theme == "replicate-light"
    for trial in trials:
        with trial:
            content = bytearray(_SETTINGS)
            kind = trial.number % 4
            if kind == 0:
                content = bytearray(trial.random.randbytes(trial.random.randint(0, 2000)))
            elif kind == 1:
                del content[trial.random.randrange(len(content)) :]
            else:
                for _ in range(trial.random.choice([1, 1, 3, 20])):
                    content[trial.random.randrange(len(content))] = trial.random.randrange(256)
            loaded = load_settings_of(file, bytes(content))
            assert isinstance(loaded.settings, Settings)
            assert all(str(problem).startswith(f"{file}: ") for problem in loaded.problems)
            assert file.read_bytes() == content, "the file was written"


def load_settings_of(file: Path, content: bytes) -> Any:
    file.write_bytes(content)
    return load_settings(file)


ROWS = (
    Row(
        id="D11",
        fault="names that are taken, links, gone, hostile, too long",
        goal="a new name or a plain refusal; nothing is written elsewhere or over",
        check=_plants,
        short=64,
        long=1000,
    ),
    Row(
        id="D12",
        fault="folders that are swapped for links meanwhile",
        goal="nothing is written elsewhere",
        check=_swaps,
        short=500,
        long=10_000,
    ),
    Row(
        id="D14",
        fault="settings that are broken, cut, binary",
        goal="starts with defaults and says why; the file stays as it is",
        check=_broken_settings,
        short=200,
        long=2000,
    ),
)
