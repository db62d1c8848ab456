"""What the command line says goes before what the settings say."""

from pathlib import Path

import pytest

from replicate_tui.cli.arguments import parse
from replicate_tui.cli.chosen import chosen_by


@pytest.mark.parametrize(
    ("options", "images", "frugal"),
    [
        ([], "half", "on"),
        (["--images", "off"], "off", "on"),
        (["--frugal", "off"], "half", "off"),
        (["--frugal", "auto", "--images", "auto"], "auto", "auto"),
    ],
)
def test_an_option_counts_for_this_start(
    options: list[str], images: str, frugal: str, tmp_path: Path, private_home: Path
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('images = "half"\nfrugal = "on"\n')
    settings = chosen_by(parse(["--config", str(file), *options])).loaded.settings
    assert (settings.images, settings.frugal) == (images, frugal)
