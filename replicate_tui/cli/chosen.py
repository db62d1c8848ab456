"""What the options before a verb choose: the settings, the profile, and the service it talks to."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from replicate_tui import config
from replicate_tui.paths import ProfilePaths, profile_paths


class Chosen(NamedTuple):
    loaded: config.LoadedSettings
    profile: str
    paths: ProfilePaths
    base_url: str

    @property
    def is_demo(self) -> bool:
        return self.profile == config.DEMO_PROFILE


def chosen_by(options: argparse.Namespace) -> Chosen:
    """Read the settings and the profile. Raises ValueError with a sentence for the user."""
    named = config.DEFAULT_PROFILE if options.profile is None else options.profile
    profile = config.DEMO_PROFILE if options.demo else named
    paths = profile_paths(profile)
    loaded = config.load_settings(Path(options.config).expanduser() if options.config else None)
    given = {name: value for name in ("images", "frugal") if (value := getattr(options, name))}
    settings = replace(loaded.settings, **given)
    return Chosen(loaded._replace(settings=settings), profile, paths, config.base_url_for(profile, settings))
