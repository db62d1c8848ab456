"""Folders of one's own, and files that are whole or absent."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from replicate_tui.paths import atomic_file, make_private_folder, profile_paths, write_atomically


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_each_profile_has_its_own_folders(private_home: Path) -> None:
    one, other = profile_paths("default"), profile_paths("work")
    assert one.database != other.database
    for path in (one.config, one.data, one.cache, one.runs, one.token_file, one.demo_state):
        assert path.is_relative_to(private_home)
    assert not list(private_home.iterdir()), "asking makes nothing"


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "-x", "a b", "x" * 65, "ä", "a\n"])
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a profile name"):
        profile_paths(name)


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_made_folders_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    previous = os.umask(umask)
    try:
        made = make_private_folder(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(previous)
    assert made == tmp_path / "a" / "b" / "c"
    for folder in (made, made.parent, made.parent.parent):
        assert mode(folder) == 0o700
    assert make_private_folder(made) == made


def test_folders_made_by_many_threads_leave_the_umask_as_it_was(tmp_path: Path) -> None:
    """The umask belongs to the process: two threads that set it and put it back can leave it private for everybody."""
    before = os.umask(0o022)
    try:
        with ThreadPoolExecutor(8) as threads:
            made = list(
                threads.map(lambda number: make_private_folder(tmp_path / str(number % 50) / "x"), range(2_000))
            )
        left = os.umask(0o022)
    finally:
        os.umask(before)
    assert left == 0o022
    assert {mode(folder) for folder in made} == {0o700}


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    make_private_folder(there / "mine")
    assert mode(there) == 0o755


def test_a_file_or_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("file", "link", "dangling"):
        with pytest.raises(NotADirectoryError):
            make_private_folder(tmp_path / name)


def test_a_write_is_whole_or_absent(tmp_path: Path) -> None:
    target = make_private_folder(tmp_path / "own") / "token"
    write_atomically(target, b"one")
    write_atomically(target, b"two")
    assert target.read_bytes() == b"two"
    assert mode(target) == 0o600

    class Cut(BaseException):
        pass

    def write_half() -> None:
        with atomic_file(target) as file:
            file.write(b"half")
            raise Cut

    with pytest.raises(Cut):
        write_half()
    assert target.read_bytes() == b"two"
    assert [path.name for path in target.parent.iterdir()] == ["token"]


def test_a_long_name_has_room_for_its_part(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 250)
    write_atomically(target, b"x")
    assert target.read_bytes() == b"x"
