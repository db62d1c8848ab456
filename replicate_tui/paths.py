"""Where things live on disk: private folders, and files that are whole or absent."""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import platformdirs

APP_NAME = "replicate-tui"
_PROFILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ProfilePaths(NamedTuple):
    """The folders of one profile; each profile keeps its own history so that they never mix."""

    config: Path
    data: Path
    cache: Path

    @property
    def database(self) -> Path:
        return self.data / "history.db"

    @property
    def runs(self) -> Path:
        return self.data / "runs"

    @property
    def logs_aside(self) -> Path:
        """Where logs are held that the settings do not want saved."""
        return self.cache / "logs"

    @property
    def token_file(self) -> Path:
        return self.config / "token"

    @property
    def profile_file(self) -> Path:
        """What the app itself keeps about the profile, beside its token."""
        return self.config / "profile.json"

    @property
    def demo_state(self) -> Path:
        return self.data / "demo"


def config_root() -> Path:
    return Path(platformdirs.user_config_dir(APP_NAME))


def profile_names() -> tuple[str, ...]:
    """Return the profiles that have a token or a history on this machine, in the order of their names."""
    kept = {
        "token": config_root() / "profiles",
        "history.db": Path(platformdirs.user_data_dir(APP_NAME)) / "profiles",
    }
    found = {
        folder.name
        for file, root in kept.items()
        for folder in _folders_in(root)
        if _PROFILE_NAME.fullmatch(folder.name) and (folder / file).is_file()
    }
    return tuple(sorted(found))


def _folders_in(root: Path) -> tuple[Path, ...]:
    try:
        return tuple(root.iterdir())
    except OSError:
        return ()


def profile_paths(profile: str) -> ProfilePaths:
    """Return the folders of `profile`, without making them.

    Raises ValueError for a name that could leave the profiles folder.
    """
    if not _PROFILE_NAME.fullmatch(profile):
        raise ValueError(f"not a profile name: {profile!r} (letters, digits, dot, dash, underscore)")
    return ProfilePaths(
        config=config_root() / "profiles" / profile,
        data=Path(platformdirs.user_data_dir(APP_NAME)) / "profiles" / profile,
        cache=Path(platformdirs.user_cache_dir(APP_NAME)) / "profiles" / profile,
    )


def make_private_folder(folder: Path) -> Path:
    """Make `folder` and its missing parents with mode 0700, whatever the umask.

    Raises OSError when it cannot be made, or NotADirectoryError when a symlink or a file stands there.
    """
    missing: list[Path] = []
    step = folder
    while not step.exists() and not step.is_symlink():
        missing.append(step)
        step = step.parent
    for part in reversed(missing):
        _make_private(part)
    if folder.is_symlink() or not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder of its own")
    return folder


def _make_private(folder: Path) -> None:
    # The umask is the process's, not the thread's: two threads that set it and put it back leave the wrong one.
    # It can only take bits away, so the folder is never wider than 0700; chmod gives back what an odd one took.
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return  # made by another thread or copy meanwhile; what stands there is checked afterwards
    if stat.S_IMODE(folder.stat().st_mode) != 0o700:
        folder.chmod(0o700)


@contextmanager
def atomic_file(target: Path) -> Iterator[IO[bytes]]:
    """Write `target` so that it is whole or absent: `.part`, fsync, rename, fsync of the folder (mode 0600)."""
    descriptor, part_name = tempfile.mkstemp(prefix=f".{target.name[:80]}.", suffix=".part", dir=target.parent)
    part = Path(part_name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def write_atomically(target: Path, content: bytes) -> None:
    """Replace `target` with `content` in one step (see `atomic_file`)."""
    with atomic_file(target) as file:
        file.write(content)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
