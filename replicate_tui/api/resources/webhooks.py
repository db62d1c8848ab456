"""The signing secret of webhooks: `client.webhooks.default.secret.get()`."""

from typing import Unpack

from replicate_tui.api.caller import Caller
from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.resources.base import Resource
from replicate_tui.api.types.webhook import WebhookSecret


class Secret(Resource):
    async def get(self, **options: Unpack[CallOptions]) -> WebhookSecret:
        request = Request(method="GET", path="/webhooks/default/secret")
        return await self._object(WebhookSecret, request, "webhook secret", options)


class DefaultWebhook(Resource):
    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.secret = Secret(caller)


class Webhooks(Resource):
    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.default = DefaultWebhook(caller)
