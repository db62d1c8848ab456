"""The account's signing secret of webhooks: asked for when a person wants it, and kept by nobody."""

from replicate_tui.services.connection import Connection


class SigningSecret(str):
    """A secret that does not show itself where values are printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "SigningSecret(…)"


class WebhookSecretService:
    """Asks for the secret each time; nothing of it reaches the history, the cache or a log."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self) -> SigningSecret:
        """Return the secret as the service has it now; raises ServiceProblem."""
        secret = await self._connection.call(lambda client: client.webhooks.default.secret.get())
        return SigningSecret(secret.key)
