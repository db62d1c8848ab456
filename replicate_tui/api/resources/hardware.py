"""Hardware that models and deployments can run on."""

from typing import Unpack

from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.resources.base import Resource, rows_of
from replicate_tui.api.types.hardware import Hardware

_Machines = list[Hardware]


class HardwareResource(Resource):
    async def list(self, **options: Unpack[CallOptions]) -> _Machines:
        """List the hardware this account can use; the one list that has no pages."""
        request = Request(method="GET", path="/hardware").with_options(options)
        return await self._caller.fetch(request, lambda response: rows_of(Hardware, response.json(), "hardware"))
