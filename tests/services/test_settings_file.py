"""Settings changed from inside the app: only what was meant changes, and the person's own words stay."""

import stat
from pathlib import Path

import pytest

from replicate_tui.config import Settings, load_settings
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.settings_file import Changes, SettingsFile

PERSONAL = """\
# my settings
theme = "replicate-light"  # by day

[keys]
"form.run" = "f6"

[prices]  # from the invoice
gpu-t4 = 0.5
"""


async def changed(path: Path, changes: Changes, before: str | None = None) -> str:
    if before is not None:
        path.write_text(before)
    file = SettingsFile(path, Settings())
    await file.change(changes)
    return path.read_text()


async def test_the_first_change_makes_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "config" / "config.toml"
    heard: list[Settings] = []
    file = SettingsFile(path, Settings(images="off"))
    stop = file.subscribe(heard.append)
    await file.change({("prices", "gpu-t4"): 0.5})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_settings(path).settings.prices["gpu-t4"] == 0.5
    # What came from the command line is nothing the file decides.
    assert (file.settings.prices["gpu-t4"], file.settings.images) == (0.5, "off")
    assert heard == [file.settings]
    stop()
    await file.change({("theme",): "nord"})
    assert len(heard) == 1


async def test_comments_order_and_mode_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(PERSONAL)
    path.chmod(0o644)
    text = await changed(path, {("theme",): "replicate-dark", ("prices", "cpu"): 0.25, ("hardware", "a/b"): "cpu"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    for words in (
        "# my settings",
        'theme = "replicate-dark"  # by day',
        "[prices]  # from the invoice",
        '"a/b" = "cpu"',
    ):
        assert words in text
    settings = load_settings(path).settings
    assert (settings.prices["gpu-t4"], settings.prices["cpu"], settings.keys) == (0.5, 0.25, {"form.run": "f6"})
    assert await changed(path, {("prices", "cpu"): None, ("prices", "none"): None}) != text
    assert load_settings(path).settings.prices["gpu-t4"] == 0.5
    assert load_settings(path).settings.prices["cpu"] != 0.25


@pytest.mark.parametrize(
    "before",
    [
        "",
        '[unit_prices]\n"a/b" = { images = 1.0 }\n',
        '[unit_prices."a/b"]\nimages = 1.0 # each\n',
        'unit_prices = { "a/b" = { images = 1.0 } }\n',
        'unit_prices."a/b".images = 1.0\n',
    ],
)
async def test_however_prices_are_written_more_fit_in(tmp_path: Path, before: str) -> None:
    path = tmp_path / "config.toml"
    await changed(path, {("unit_prices", "c/d", "tokens"): 3.75e-6, ("unit_prices", "a/b", "words"): 2.0}, before)
    units = load_settings(path).settings.unit_prices
    assert units["c/d"] == {"tokens": 3.75e-6}
    assert units["a/b"] == ({"images": 1.0, "words": 2.0} if before else {"words": 2.0})


async def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(PERSONAL)
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    await changed(link, {("theme",): "nord"})
    assert link.is_symlink()
    assert load_settings(real).settings.theme == "nord"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("[prices", "is not valid TOML"),
        ('prices = "high"', "cannot be changed from here"),
        ('[prices]\ncpu = "high"', "must hold numbers"),
    ],
)
async def test_what_cannot_be_changed_is_left_as_it_is(tmp_path: Path, before: str, words: str) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(ServiceProblem, match=words) as refused:
        await changed(path, {("prices", "gpu-t4"): 0.5}, before)
    assert "Nothing was changed" in str(refused.value)
    assert path.read_text() == before


async def test_a_mistake_elsewhere_is_no_hindrance_and_a_full_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    assert "gpu-t4" in await changed(path, {("prices", "gpu-t4"): 0.5}, "save = 3\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("replicate_tui.services.settings_file.write_atomically", full)
    with pytest.raises(ServiceProblem, match="No space left"):
        await changed(path, {("prices", "gpu-t4"): 0.7})
    assert load_settings(path).settings.prices["gpu-t4"] == 0.5
