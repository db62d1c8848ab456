"""Settings: a mistake is named and costs nothing else; tokens and addresses are checked before they are used."""

import os
import stat
from pathlib import Path

import pytest

from replicate_tui import config
from replicate_tui.config import Settings, TokenError, UnsafeBaseUrlError
from replicate_tui.paths import profile_paths


def load(tmp_path: Path, text: str | bytes) -> config.LoadedSettings:
    file = tmp_path / "config.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config.load_settings(file)


def test_without_a_file_all_is_default_and_a_file_that_was_asked_for_is_missed(tmp_path: Path) -> None:
    assert config.load_settings() == config.LoadedSettings(Settings())
    [problem] = config.load_settings(tmp_path / "none.toml").problems
    assert str(problem) == f"{tmp_path / 'none.toml'}: there is no such file"


def test_what_is_right_is_taken_and_prices_add_to_ours(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        """
        theme = "replicate-light"
        images = "sixel"
        max_file_megabytes = 10
        save = "outputs"
        history_days = 90
        read_account = false
        [keys]
        "form.run" = "f6"
        [prices]
        gpu-t4 = 0.5
        [hardware]
        "a/b" = "gpu-t4"
        [unit_prices]
        "a/c" = { image_output_count = 0.003 }
        """,
    )
    assert loaded.problems == ()
    settings = loaded.settings
    assert (settings.theme, settings.images, settings.max_file_megabytes) == ("replicate-light", "sixel", 10)
    assert (settings.save, settings.history_days, settings.history_megabytes) == ("outputs", 90, 1024)
    assert not settings.read_account
    assert settings.keys == {"form.run": "f6"}
    assert settings.prices["gpu-t4"] == 0.5
    assert settings.prices["cpu"] == config.DEFAULT_PRICES["cpu"]
    assert settings.hardware == {"a/b": "gpu-t4"}
    assert settings.unit_prices == {"a/c": {"image_output_count": 0.003}}


UNITS = "must hold a table per model: the name of a metric, and its price in USD."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("thme = 'x'", "thme: is not a setting. Did you mean theme?"),
        ("zzzzzz = 1", "zzzzzz: is not a setting."),
        ("theme = 3", "theme: must be a text."),
        ("images = 'ascii'", "images: must be one of auto, kitty, sixel, half, off."),
        ("frugal = true", "frugal: must be one of auto, on, off."),
        ("max_file_megabytes = true", "max_file_megabytes: must be a whole number of megabytes, 0 or more."),
        ('save = "everything"', "save: must be one of all, outputs, off."),
        ("save = true", "save: must be one of all, outputs, off."),
        ("history_days = -1", "history_days: must be a whole number of days, 0 or more."),
        ("history_megabytes = 0.5", "history_megabytes: must be a whole number of megabytes, 0 or more."),
        ("max_file_megabytes = -1", "max_file_megabytes: must be a whole number of megabytes, 0 or more."),
        ("read_account = 1", "read_account: must be true or false."),
        ("keys = 'f6'", "keys: must be a table."),
        ("keys = {a = 1}", "keys: must hold texts."),
        ("prices = {cpu = 'cheap'}", "prices: must hold numbers (USD per second)."),
        ("prices = {cpu = nan}", "prices: must hold numbers (USD per second)."),
        ("prices = {cpu = inf}", "prices: must hold numbers (USD per second)."),
        ("prices = {cpu = -1}", "prices: must hold numbers (USD per second)."),
        ("unit_prices = {'a/b' = 1}", "unit_prices: " + UNITS),
        ("unit_prices = {'a/b' = {n = 'x'}}", "unit_prices: " + UNITS),
    ],
)
def test_a_mistake_names_file_key_and_the_nearest_and_leaves_the_rest(tmp_path: Path, line: str, words: str) -> None:
    loaded = load(tmp_path, f"editor = 'nano'\n{line}\n")
    [problem] = loaded.problems
    assert str(problem) == f"{tmp_path / 'config.toml'}: {words}"
    assert loaded.settings == Settings(editor="nano")


@pytest.mark.parametrize("content", [b"theme = ", b"\xff\xfe", b"n = " + b"9" * 5000, b"a = " + b"[" * 5000])
def test_a_file_that_is_no_toml_is_one_problem(tmp_path: Path, content: bytes) -> None:
    loaded = load(tmp_path, content)
    assert loaded.settings == Settings()
    assert len(loaded.problems) == 1
    assert "is not valid TOML" in str(loaded.problems[0])


def test_a_folder_in_its_place_is_one_problem(tmp_path: Path) -> None:
    [problem] = config.load_settings(tmp_path).problems
    assert "cannot be read" in str(problem)


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://api.replicate.com/v1/", "https://api.replicate.com/v1"),
        ("  https://example.com:8443 ", "https://example.com:8443"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://localhost/v1", "http://localhost/v1"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_addresses_that_keep_the_token_private(url: str, checked: str) -> None:
    assert config.check_base_url(url) == checked


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.replicate.com",
        "ftp://example.com",
        "https://",
        "https://user:secret@example.com",
        "https://example.com:notaport",
        "https://example.com:0",
        "http://example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(UnsafeBaseUrlError):
        config.check_base_url(url)


def test_the_environment_goes_before_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(base_urls={"work": "https://work.example"})
    assert config.base_url_for("work", settings) == "https://work.example"
    assert config.base_url_for("other", settings) == config.OFFICIAL_BASE_URL
    monkeypatch.setenv("REPLICATE_BASE_URL", "https://env.example/")
    assert config.base_url_for("work", settings) == "https://env.example"


def test_a_token_is_kept_for_its_owner_only(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = profile_paths("default")
    assert config.find_token(paths) is None
    previous = os.umask(0)
    try:
        config.save_token(paths, "r8_one")
        config.save_token(paths, "r8_two")
    finally:
        os.umask(previous)
    assert config.find_token(paths) == "r8_two"
    assert stat.S_IMODE(paths.token_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.config.stat().st_mode) == 0o700
    assert [path.name for path in paths.config.iterdir()] == ["token"]
    monkeypatch.setenv("REPLICATE_API_TOKEN", " r8_env ")
    assert config.find_token(paths) == "r8_env"
    monkeypatch.setenv("REPLICATE_API_TOKEN", "  ")
    assert config.find_token(paths) == "r8_two"
    # Each profile has its own.
    assert config.find_token(profile_paths("work")) is None


@pytest.mark.parametrize("text", ["", "  ", "two words", "tab\there", "line\nbreak", "ünicode", "bell\a"])
def test_what_no_header_may_carry_is_no_token(text: str) -> None:
    with pytest.raises(TokenError) as refused:
        config.check_token(text)
    assert text.strip() not in str(refused.value) or not text.strip()


def test_the_nearest_name() -> None:
    assert config.nearest_to("thme", ["theme", "images"]) == "theme"
    assert config.nearest_to("zzz", ["theme", "images"]) is None
