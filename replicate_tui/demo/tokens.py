"""Further tokens, each for some of what the API does; its own token may do everything.

A scope names a family of routes and an access: `predictions:write`, `models:read`. The family is the first part of the
path after `/v1`, except that creating a run is always a matter of `predictions` or `trainings`.
"""

from collections.abc import Iterable
from typing import Final

from replicate_tui.demo.identifiers import new_token

FAMILIES: Final = (
    "account",
    "collections",
    "deployments",
    "files",
    "hardware",
    "models",
    "predictions",
    "search",
    "trainings",
    "webhooks",
)
SCOPES: Final = frozenset(f"{family}:{access}" for family in FAMILIES for access in ("read", "write"))
_READING = frozenset({"GET", "HEAD", "QUERY"})
_RUNS = ("predictions", "trainings")


class ScopedTokens:
    """The tokens that may do less than all."""

    def __init__(self) -> None:
        self._scopes: dict[str, frozenset[str]] = {}

    def issue(self, scopes: Iterable[str]) -> str:
        """Return a new token for `scopes`, which are among SCOPES."""
        token = new_token()
        self._scopes[token] = frozenset(scopes)
        return token

    def revoke_all(self) -> None:
        self._scopes.clear()

    def knows(self, token: str) -> bool:
        return token in self._scopes

    def allows(self, token: str, method: str, path: str) -> bool:
        return scope_of(method, path) in self._scopes.get(token, ())


def scope_of(method: str, path: str) -> str:
    """Return the scope that a request needs."""
    parts = path.removeprefix("/v1/").split("/")
    access = "read" if method in _READING else "write"
    return f"{parts[-1] if method == 'POST' and parts[-1] in _RUNS else parts[0]}:{access}"
