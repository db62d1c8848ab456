"""The settings file: a mistake is named with its key and the nearest right one, and never fatal."""

import random
from pathlib import Path

import pytest

from replicate_tui.config import DEFAULT_PRICES, Settings, base_url_for, check_base_url, load_settings


def load(folder: Path, content: str | bytes) -> tuple[Settings, list[str]]:
    file = folder / "config.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    loaded = load_settings(file)
    return loaded.settings, [str(problem) for problem in loaded.problems]


def test_no_file_is_no_problem(private_home: Path) -> None:
    assert load_settings().problems == ()
    assert load_settings().settings == Settings()


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    (problem,) = load_settings(tmp_path / "none.toml").problems
    assert "none.toml" in str(problem)
    assert "no such file" in str(problem)


def test_what_is_right_is_taken_and_what_is_wrong_is_named(tmp_path: Path) -> None:
    settings, problems = load(
        tmp_path,
        """
        them = "replicate-light"
        images = "ascii"
        max_file_megabytes = true
        editor = "vim"
        [prices]
        gpu-h100 = 0.1
        [keys]
        "form.run" = 5
        """,
    )
    assert settings.editor == "vim"
    assert settings.theme == Settings().theme
    assert settings.images == "auto"
    assert settings.prices == {**DEFAULT_PRICES, "gpu-h100": 0.1}
    told = "\n".join(problems)
    assert "them: is not a setting. Did you mean theme?" in told
    assert "images: must be one of auto, kitty" in told
    assert "max_file_megabytes: must be a whole number" in told
    assert "keys: must hold texts." in told
    assert len(problems) == 4
    assert all(str(tmp_path / "config.toml") in problem for problem in problems)


@pytest.mark.parametrize(
    "content",
    [
        b"theme = ",
        b"\xff\xfe\x00",
        b"theme = 1\ntheme = 2",
        b"[" * 5000,
        b"max_file_megabytes = " + b"9" * 6000,
        b"prices = 3",
        b"images = [1]",
        b"images = {}",
        b"[prices]\nx = nan",
        b"[prices]\nx = -1",
        b"theme = 1979-05-27",
    ],
)
def test_a_broken_file_leaves_the_defaults(content: bytes, tmp_path: Path) -> None:
    settings, problems = load(tmp_path, content)
    assert settings == Settings()
    assert len(problems) == 1


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    (problem,) = load_settings(tmp_path).problems
    assert "cannot be read" in str(problem)


def test_no_flipped_byte_is_fatal(tmp_path: Path) -> None:
    whole = b'theme = "replicate-light"\nimages = "half"\nmax_file_megabytes = 10\n[keys]\n"form.run" = "f6"\n'
    dice = random.Random(5)
    for _ in range(300):
        broken = bytearray(whole)
        for _ in range(dice.randrange(1, 4)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        load(tmp_path, bytes(broken))


@pytest.mark.parametrize("url", ["http://127.0.0.1:80", "http://localhost:9/v1/", "https://api.example.com/v1"])
def test_base_urls_that_keep_the_token_safe(url: str) -> None:
    assert check_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize("url", ["http://127.evil.test", "http://127.0.0.1.evil.test", "http://localhost.evil.test"])
def test_a_name_that_looks_like_loopback_is_not(url: str) -> None:
    with pytest.raises(ValueError, match="in the clear"):
        check_base_url(url)


def test_the_environment_comes_before_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(base_urls={"work": "https://work.example.com"})
    assert base_url_for("work", settings) == "https://work.example.com"
    assert base_url_for("other", settings) == "https://api.replicate.com/v1"
    monkeypatch.setenv("REPLICATE_BASE_URL", "https://env.example.com")
    assert base_url_for("work", settings) == "https://env.example.com"
