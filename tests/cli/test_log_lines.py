"""The lines of a log that grows: each once, whatever becomes of the file."""

from pathlib import Path

from replicate_tui.cli.log_lines import LogLines


def rewrite(path: Path, text: str) -> None:
    """Put another file in the place of the first, as the app does."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_each_line_is_told_once_and_whole(tmp_path: Path) -> None:
    path, lines = tmp_path / "logs.txt", LogLines()
    assert lines.new(path) == []
    path.write_text("one\n\ntwo\nthr")
    assert lines.new(path) == ["one", "two"]
    append(path, "ee\nfour")
    assert lines.new(path) == ["three"]
    assert lines.new(path) == []
    assert lines.rest() == ["four"]
    assert lines.rest() == []


def test_a_bar_that_redraws_its_line_is_told_as_it_ends(tmp_path: Path) -> None:
    path, lines = tmp_path / "logs.txt", LogLines()
    path.write_text("\r 10%|#   |\r 50%|##  |")
    assert lines.new(path) == []
    append(path, "\r100%|####|\ndone\r\n")
    assert lines.new(path) == ["100%|####|", "done"]


def test_a_log_written_anew_is_told_from_where_it_goes_on(tmp_path: Path) -> None:
    path, lines = tmp_path / "logs.txt", LogLines()
    path.write_text("one\ntwo\n")
    assert lines.new(path) == ["one", "two"]
    rewrite(path, "one\ntwo\nthree\n")
    assert lines.new(path) == ["three"]
    rewrite(path, "only the end of it\n")
    assert lines.new(path) == ["only the end of it"]
