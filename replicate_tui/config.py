"""Settings a person can edit: one TOML file, the environment, and profiles. A mistake is named and never fatal."""

import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from replicate_tui.paths import (
    ProfilePaths,
    config_root,
    make_private_folder,
    profile_paths,
    sync_folder,
    write_atomically,
)

OFFICIAL_BASE_URL: Final = "https://api.replicate.com/v1"
DEFAULT_PROFILE: Final = "default"
DEMO_PROFILE: Final = "demo"

AddressSource = Literal["environment", "settings", "profile", "default"]
ImageChoice = Literal["auto", "kitty", "sixel", "half", "off"]
FrugalChoice = Literal["auto", "on", "off"]
SaveChoice = Literal["all", "outputs", "off"]
NotifyChoice = Literal["bell", "osc9", "osc777", "title", "command"]

#: US dollars per second by hardware SKU, as on Replicate's public pricing page (November 2026).
DEFAULT_PRICES: Final[Mapping[str, float]] = {
    "cpu-small": 0.000025,
    "cpu": 0.000100,
    "gpu-t4": 0.000225,
    "gpu-l40s": 0.000975,
    "gpu-l40s-2x": 0.001950,
    "gpu-a100-large": 0.001400,
    "gpu-a100-large-2x": 0.002800,
    "gpu-h100": 0.001525,
}


class SettingsProblem(NamedTuple):
    """One mistake in the settings file: which key, what is wrong, and the nearest key that would be right."""

    file: Path
    key: str
    message: str
    nearest: str | None = None

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}: " if self.key else f"{self.file}: "
        return f"{where}{self.message}" + (f" Did you mean {self.nearest}?" if self.nearest else "")


def nearest_to(word: str, known: Iterable[str]) -> str | None:
    """Return the one of `known` that a person may have meant by `word`, or None when none is near."""
    import difflib  # only for a mistake, not for the first paint

    return next(iter(difflib.get_close_matches(word, known, n=1)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person can set. Every field has a default; the file only says what differs."""

    theme: str = "replicate-dark"
    """Name of the colour theme: replicate-dark, replicate-light, or any of Textual's."""
    images: ImageChoice = "auto"
    """How pictures are drawn in the terminal."""
    frugal: FrugalChoice = "auto"
    """Whether the terminal is written to as little as can be; auto: over SSH."""
    editor: str = ""
    """Command for long texts; empty means $VISUAL or $EDITOR."""
    save: SaveChoice = "all"
    """What is saved when a run ends: inputs, logs and outputs, only outputs, or nothing."""
    runs_folder: str = ""
    """Where outputs are saved; empty means the profile's data folder."""
    max_file_megabytes: int = 2048
    """Outputs above this size are listed but not saved."""
    history_days: int = 0
    """Runs older than this leave the history, though not their files; tagged and noted ones stay. 0 keeps all."""
    history_megabytes: int = 1024
    """Above this size the history gives up what is oldest; 0 means no limit."""
    notify: NotifyChoice = "bell"
    """How the end of a run is told to whoever asked for that: by the bell, a notice, the window's title, a command."""
    notify_command: str = ""
    """Command for `notify = "command"`; it gets a title and a text as its last two arguments."""
    webhook_command: str = ""
    """Command that a webhook delivery is replayed to: the body on its standard input, headers in its environment."""
    read_account: bool = True
    """Whether runs made elsewhere (the web, scripts) are read from the account at each start."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Key map: binding id to keys, for example "run.start" = "f6"."""
    prices: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_PRICES))
    """US dollars per second by hardware SKU."""
    hardware: Mapping[str, str] = field(default_factory=dict)
    """Hardware SKU by model, "owner/name" = "gpu-l40s": the API does not tell it."""
    unit_prices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """US dollars per unit for models priced by what they make: "owner/name" = { image_output_count = 0.003 }."""
    base_urls: Mapping[str, str] = field(default_factory=dict)
    """API origin by profile name."""


class LoadedSettings(NamedTuple):
    """What was read; `file` is where from when it is not the usual one."""

    settings: Settings
    problems: tuple[SettingsProblem, ...] = ()
    file: Path | None = None


def settings_file() -> Path:
    return config_root() / "config.toml"


def load_settings(file: Path | None = None) -> LoadedSettings:
    """Read the settings; whatever is wrong in the file is left at its default and returned as a problem."""
    path = file or settings_file()
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        missing = (SettingsProblem(path, "", "there is no such file"),) if file else ()
        return LoadedSettings(Settings(), missing, file)
    except OSError as error:
        return LoadedSettings(Settings(), (SettingsProblem(path, "", f"cannot be read: {error.strerror}"),), file)
    return read_settings(path, content)._replace(file=file)


def read_settings(path: Path, content: bytes) -> LoadedSettings:
    """Read the settings in `content`, the bytes of the file at `path`."""
    import tomllib

    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # Broken TOML and broken UTF-8 are ValueErrors, and so is a number of thousands of digits.
        return LoadedSettings(Settings(), (SettingsProblem(path, "", f"is not valid TOML: {error}"),))
    return _read_document(path, document)


def _read_document(path: Path, document: Mapping[str, Any]) -> LoadedSettings:
    known = {option.name for option in fields(Settings)}
    accepted: dict[str, Any] = {}
    problems: list[SettingsProblem] = []
    for key, value in document.items():
        if key not in known:
            problems.append(SettingsProblem(path, key, "is not a setting.", nearest_to(key, known)))
            continue
        problem = _mistake(key, value)
        if problem:
            problems.append(SettingsProblem(path, key, problem))
        elif key == "prices":
            accepted[key] = {**DEFAULT_PRICES, **value}
        else:
            accepted[key] = value
    return LoadedSettings(Settings(**accepted), tuple(problems))


_CHOICES: Final = {
    "images": get_args(ImageChoice),
    "frugal": get_args(FrugalChoice),
    "save": get_args(SaveChoice),
    "notify": get_args(NotifyChoice),
}
_WHOLE_NUMBERS: Final = {"max_file_megabytes": "megabytes", "history_megabytes": "megabytes", "history_days": "days"}


def _mistake(key: str, value: object) -> str | None:
    """Say what is wrong with a setting's value, or None."""
    if key in ("theme", "editor", "runs_folder", "notify_command", "webhook_command"):
        return None if isinstance(value, str) else "must be a text."
    if key == "read_account":
        return None if isinstance(value, bool) else "must be true or false."
    if key in _CHOICES:
        return None if value in _CHOICES[key] else f"must be one of {', '.join(_CHOICES[key])}."
    if key in _WHOLE_NUMBERS:
        valid = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return None if valid else f"must be a whole number of {_WHOLE_NUMBERS[key]}, 0 or more."
    if not isinstance(value, Mapping):
        return "must be a table."
    if key == "prices":
        return None if all(map(_is_price, value.values())) else "must hold numbers (USD per second)."
    if key == "unit_prices":
        tables = all(isinstance(units, Mapping) and all(map(_is_price, units.values())) for units in value.values())
        return None if tables else "must hold a table per model: the name of a metric, and its price in USD."
    return None if all(isinstance(text, str) for text in value.values()) else "must hold texts."


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


class UnsafeBaseUrlError(ValueError):
    """A base URL that would carry the token in the clear, or is no URL at all."""


def check_base_url(url: str) -> str:
    """Return `url` without a trailing slash; plain http is allowed to loopback only.

    Raises UnsafeBaseUrlError with a sentence for the user.
    """
    if not _is_api_address(url.strip()):
        raise UnsafeBaseUrlError(f"{url!r} is not an http(s) address of an API.")
    parts = urlsplit(url.strip())
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise UnsafeBaseUrlError(f"{url!r} would send the token in the clear; use https.")
    return url.strip().rstrip("/")


def _is_api_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_valid_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    has_name = bool(parts.hostname) and not (parts.username or parts.password)
    return parts.scheme in ("http", "https") and has_name and has_valid_port


def _is_loopback(host: str) -> bool:
    """Return whether `host` is this machine: by address, or by the one name that is reserved for it."""
    import ipaddress

    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ProfileFileError(ValueError):
    """What the app keeps about a profile cannot be read, so that nobody knows where its token may go."""


class KeptProfile(NamedTuple):
    """What the app keeps about a profile beside its token: the API it speaks to, and whose token it was last.

    Both are "" while they are not known.
    """

    base_url: str = ""
    account: str = ""


def kept_profile(paths: ProfilePaths) -> KeptProfile:
    """Read what was kept with `keep_profile`. Raises ProfileFileError with a sentence for the user."""
    file = paths.profile_file
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return KeptProfile()
    except OSError as error:
        raise ProfileFileError(f"{file} cannot be read: {error.strerror}.") from error
    try:
        document = json.loads(content)
        kept = KeptProfile(document.get("base_url", ""), document.get("account", ""))
    except (ValueError, RecursionError, AttributeError) as error:
        raise ProfileFileError(f"{file} is damaged, so nobody knows where its token may go.") from error
    if not all(isinstance(text, str) for text in kept):
        raise ProfileFileError(f"{file} is damaged, so nobody knows where its token may go.")
    return kept


def keep_profile(paths: ProfilePaths, kept: KeptProfile) -> None:
    """Keep `kept` for the next start, readable by its owner only. Raises OSError when it cannot be written."""
    make_private_folder(paths.config)
    write_atomically(paths.profile_file, json.dumps(kept._asdict()).encode() + b"\n")


class Address(NamedTuple):
    """The API that a profile speaks to, and who says so."""

    base_url: str
    source: AddressSource


def address_of(profile: str, settings: Settings, *, with_environment: bool = True) -> Address:
    """Return where `profile` is: as the environment says, else the settings, else what the app keeps of it.

    The environment speaks of the profile the app is started with, of no other. Raises UnsafeBaseUrlError,
    ProfileFileError, and ValueError for what is no name of a profile.
    """
    paths = profile_paths(profile)
    if with_environment and (told := os.environ.get("REPLICATE_BASE_URL")):
        return Address(check_base_url(told), "environment")
    if told := settings.base_urls.get(profile):
        return Address(check_base_url(told), "settings")
    if told := kept_profile(paths).base_url:
        return Address(check_base_url(told), "profile")
    return Address(OFFICIAL_BASE_URL, "default")


def base_url_for(profile: str, settings: Settings) -> str:
    """Return the base URL of `profile` for a start with it; raises as `address_of` does."""
    return address_of(profile, settings).base_url


class TokenError(ValueError):
    """A text that cannot be a token."""


def check_token(text: str) -> str:
    """Return `text` stripped; raises TokenError for blanks, line breaks and characters no header may carry."""
    token = text.strip()
    if not token:
        raise TokenError("The token is empty.")
    if any(not 0x21 <= ord(character) <= 0x7E for character in token):
        raise TokenError("The token has a blank or a character that no token has.")
    return token


def find_token(paths: ProfilePaths) -> str | None:
    """Return the token from the environment, else from the profile's own file, else None; never from elsewhere.

    Raises TokenError when there is one that cannot be used, and OSError when the file cannot be read.
    """
    return environment_token() or kept_token(paths)


def environment_token() -> str | None:
    """Return the token that the environment gives to the profile the app is started with. Raises TokenError."""
    given = os.environ.get("REPLICATE_API_TOKEN")
    return check_token(given) if given and given.strip() else None


def kept_token(paths: ProfilePaths) -> str | None:
    """Return the token in the profile's own file, None when there is none; raises as `find_token` does."""
    try:
        return check_token(paths.token_file.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return None


def save_token(paths: ProfilePaths, token: str) -> None:
    """Keep `token` for the next start, in a file of mode 0600 inside a folder of mode 0700.

    Raises OSError when it cannot be written.
    """
    make_private_folder(paths.config)
    write_atomically(paths.token_file, token.encode("ascii") + b"\n")


def forget_token(paths: ProfilePaths) -> None:
    """Remove the kept token; nothing happens when there is none. Raises OSError when it cannot be removed."""
    try:
        paths.token_file.unlink()
    except FileNotFoundError:
        return
    sync_folder(paths.config)
