"""The account behind the token."""

from typing import Unpack

from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.resources.base import Resource
from replicate_tui.api.types.account import Account


class AccountResource(Resource):
    async def get(self, **options: Unpack[CallOptions]) -> Account:
        """Return the account; the cheapest way to check a token (AuthenticationError when it is not valid)."""
        return await self._object(Account, Request(method="GET", path="/account"), "account", options)
