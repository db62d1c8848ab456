"""The account, the hardware on offer, and the secret that signs webhooks."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from replicate_tui.demo.account import ACCOUNT, HARDWARE
from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.service import DemoService


class AccountRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/v1/account", self.account, methods=["GET"]),
            Route("/v1/hardware", self.hardware, methods=["GET"]),
            Route("/v1/webhooks/default/secret", self.secret, methods=["GET"]),
        ]

    async def account(self, _: Request) -> Response:
        return JsonResponse(ACCOUNT)

    async def hardware(self, _: Request) -> Response:
        return JsonResponse([{"sku": sku, "name": name} for sku, name in HARDWARE.items()])

    async def secret(self, _: Request) -> Response:
        return JsonResponse({"key": self._service.state.identity.webhook_secret})
