"""A request with what every language needs of it."""

import os
import re
from collections.abc import Callable
from typing import Any, Final

from replicate_tui.config import OFFICIAL_BASE_URL
from replicate_tui.schema.coerce import is_remote_file
from replicate_tui.services.snippets.literals import with_sources
from replicate_tui.services.views import RunOptions, RunRequest

#: Community models run by version; this stands where it is not known.
VERSION_BLANK: Final = "VERSION"


class Run:
    """A run to be written down; `base_url` may come with or without its `/v1`."""

    def __init__(self, request: RunRequest, *, is_official: bool, base_url: str) -> None:
        self.request = request
        self.options = request.options
        base = base_url.rstrip("/") or OFFICIAL_BASE_URL
        self.base_url = base if base.endswith("/v1") else f"{base}/v1"
        self.is_official_service = self.base_url == OFFICIAL_BASE_URL
        self.version = _version(request.options, is_official=is_official)
        self.files: list[str] = []

    @property
    def reference(self) -> str:
        """The model as `run` functions name it."""
        return f"{self.request.model}:{self.version}" if self.version else self.request.model

    def input(self, open_file: Callable[[str, int], object]) -> dict[str, Any]:
        """Return the input with secrets blanked and each local file replaced; files are numbered from 1."""
        self.files = []

        def opened(text: str) -> object:
            if not text or is_remote_file(text):
                return text
            self.files.append(os.path.expanduser(text))  # noqa: PTH111  (a path of the user's, kept as they spell it)
            return open_file(self.files[-1], len(self.files))

        result: dict[str, Any] = {}
        for name, value in self.request.input.items():
            if name in self.request.secret_fields:
                result[name] = placeholder(name)
            elif name in self.request.file_fields:
                result[name] = with_sources(value, opened)
            else:
                result[name] = value
        return result

    def webhook(self) -> dict[str, Any]:
        if not self.options.webhook:
            return {}
        events = {"webhook_events_filter": list(self.options.webhook_events)} if self.options.webhook_events else {}
        return {"webhook": self.options.webhook, **events}


def _version(options: RunOptions, *, is_official: bool) -> str:
    """Return the version to name, "" for the routes that take none; an official model hides its own."""
    if options.version and options.version != "hidden":
        return options.version
    return "" if is_official or options.deployment else VERSION_BLANK


def placeholder(name: str) -> str:
    """Return what stands for a secret of this name: YOUR_API_KEY."""
    return "YOUR_" + (re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper() or "SECRET")
