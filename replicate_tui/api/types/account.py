"""The account behind a token."""

from replicate_tui.api.types.base import ApiObject


class Account(ApiObject):
    """A user or an organization; `type` says which."""

    type: str
    username: str
    name: str | None = None
    github_url: str | None = None
    avatar_url: str | None = None
