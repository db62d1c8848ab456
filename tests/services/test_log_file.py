"""The log file: it grows while the log grows, and begins anew when the log is another one."""

import random
from pathlib import Path

import pytest

from replicate_tui.services.log_file import LogFile
from replicate_tui.services.run_folder import DiskProblem
from replicate_tui.text import clean


@pytest.fixture
def log(tmp_path: Path) -> LogFile:
    return LogFile(tmp_path, "day/run")


def test_a_growing_log_is_appended_to(log: LogFile) -> None:
    assert log.write("one\n") == "replaced"
    inode = log.path.stat().st_ino
    assert log.write("one\ntwo\n") == "appended"
    assert log.write("one\ntwo\n") == "same"
    assert log.path.read_text() == "one\ntwo\n"
    assert log.path.stat().st_ino == inode


@pytest.mark.parametrize("other", ["One\ntwo\nthree", "one\n", "", "xne\ntwo\nthree"])
def test_another_log_takes_its_place(log: LogFile, other: str) -> None:
    log.write("one\ntwo\n")
    assert log.write(other) == "replaced"
    assert log.path.read_text() == other
    assert log.write(other + "!") == "appended"
    assert log.path.read_text() == other + "!"


def test_it_is_written_anew_after_a_restart(log: LogFile, tmp_path: Path) -> None:
    log.write("one\n")
    assert LogFile(tmp_path, "day/run").write("one\ntwo\n") == "replaced"
    assert log.path.read_text() == "one\ntwo\n"


@pytest.mark.parametrize("seed", range(5))
def test_text_is_cleaned_across_the_cuts(log: LogFile, seed: int) -> None:
    chance = random.Random(seed)
    hostile = "ok \x1b[31mred\x1b[0m \x1b]0;title\x07 \r\n bar\rbaz \u202e \x9b31m é 漢字 \ud800 👩\u200d🚀 " * 5
    place = 0
    while place < len(hostile):
        place = min(len(hostile), place + chance.randrange(1, 9))
        log.write(hostile[:place])
    log.finish()
    assert log.path.read_bytes().decode() == clean(hostile).encode("utf-8", "replace").decode()
    assert b"\x1b" not in log.path.read_bytes()


def test_a_failed_write_is_made_good_at_the_end(log: LogFile, tmp_path: Path) -> None:
    log.write("one\n")
    log.path.unlink()
    log.path.mkdir()
    with pytest.raises(DiskProblem):
        log.write("one\ntwo\n")
    log.path.rmdir()
    log.finish()
    assert log.path.read_text() == "one\ntwo\n"


def test_a_log_that_was_deleted_comes_back(log: LogFile) -> None:
    log.write("one\n")
    log.path.unlink()
    with pytest.raises(DiskProblem):
        log.write("one\ntwo\n")
    assert log.write("one\ntwo\nthree\n") == "replaced"
    assert log.path.read_text() == "one\ntwo\nthree\n"


def test_a_long_log_is_read_in_pieces(log: LogFile) -> None:
    whole = "a line of a long log\n" * 150_000
    assert log.write(whole[:2_000_000]) == "replaced"
    assert log.write(whole) == "appended"
    assert log.path.stat().st_size == len(whole)
