"""Webhooks: the secret their deliveries are signed with."""

from replicate_tui.api.types.base import ApiObject


class WebhookSecret(ApiObject):
    """The signing secret of the account, whsec_…"""

    key: str

    def __repr__(self) -> str:
        return "WebhookSecret(key=…)"

    __str__ = __repr__
