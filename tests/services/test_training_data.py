"""Data for trainings: what is in it, and what is refused before anything is sent."""

import stat
import zipfile
from pathlib import Path

import pytest

from replicate_tui.services import training_data
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.training_data import DataFacts, DataProblem, look_at, packed
from replicate_tui.services.views import TrainingRequest


def folder_of(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "data"
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 10)
    folder.mkdir(exist_ok=True)
    return folder


def zip_of(tmp_path: Path, *members: str | zipfile.ZipInfo) -> Path:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.writestr(member, b"x")
    return path


def test_a_folder_is_counted_without_litter_and_links(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a.png", "a.txt", "deep/b.JPG", ".hidden.png", "__MACOSX/c.png", ".git/d.png")
    (tmp_path / "outside.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "way-out").symlink_to(tmp_path, target_is_directory=True)
    facts = look_at(folder)
    assert (facts.files, facts.images, facts.captions) == (3, 2, 1)


def test_a_zip_is_counted(tmp_path: Path) -> None:
    path = zip_of(tmp_path, "a.png", "a.txt", "deep/", "deep/b.webp", "__MACOSX/._a.png")
    assert look_at(path) == DataFacts(3, 2, 1, path.stat().st_size)


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "..\\evil.png", "C:\\evil.png"])
def test_a_path_that_climbs_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataProblem, match="leads out"):
        look_at(zip_of(tmp_path, "a.png", name))


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(DataProblem, match="link"):
        look_at(zip_of(tmp_path, link))


def test_what_is_no_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataProblem, match="without files"):
        look_at(folder_of(tmp_path))
    with pytest.raises(DataProblem, match="without files"):
        look_at(zip_of(tmp_path))
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(DataProblem, match="no zip"):
        look_at(broken)
    folder = folder_of(tmp_path, "a.png", "b.png")
    monkeypatch.setattr(training_data, "UPLOAD_LIMIT", 15)
    with pytest.raises(DataProblem, match="less than 100 MB"):
        look_at(folder)
    with pytest.raises(DataProblem, match="less than 100 MB"):
        look_at(broken)


def wish(**input: str) -> TrainingRequest:
    return TrainingRequest("a/trainer", "v", "me/mine", input, file_fields=frozenset(input))


async def test_folders_are_packed_and_the_zips_are_gone_afterwards(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "a.png", "deep/b.png", ".hidden")
    file = zip_of(tmp_path, "a.png")
    async with packed(wish(folder=str(folder), zip=str(file), url="https://example.com/x.zip")) as zips:
        assert list(zips) == [str(folder)]
        made = zips[str(folder)]
        assert made.name == "data.zip"
        assert made.parent.parent.stat().st_mode & 0o077 == 0
        with zipfile.ZipFile(made) as archive:
            assert archive.namelist() == ["a.png", "deep/b.png"]
    assert not made.exists()


async def test_a_complaint_stands_at_its_field(tmp_path: Path) -> None:
    with pytest.raises(ServiceProblem) as caught:
        async with packed(wish(images=str(zip_of(tmp_path, "../evil.png")))):
            pass
    assert caught.value.kind is ProblemKind.FILE
    assert caught.value.fields[0].field == "images"
