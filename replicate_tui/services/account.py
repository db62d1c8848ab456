"""The account behind a token."""

import contextlib
from dataclasses import dataclass

from replicate_tui.services.connection import ClientProvider, Connection
from replicate_tui.services.translate import plain_history
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.remembered import Remembered
from replicate_tui.text import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCard:
    username: str
    name: str
    type: str


class AccountService:
    """Asks who the token belongs to: the cheapest check of a token."""

    def __init__(self, connection: Connection, memory: Remembered) -> None:
        self._connection = connection
        self._memory = memory

    async def check(self) -> AccountCard:
        """Return the account of the token in use, and remember its name for the next start; raises ServiceProblem."""
        card = await check_account(self._connection)
        with plain_history():
            await self._memory.set(self._key, card.username)
        return card

    async def recall(self) -> None:
        """File runs under the name that was last told, until the service tells it anew."""
        with contextlib.suppress(HistoryProblem):
            known = await self._memory.get(self._key, "")
            self._connection.account = self._connection.account or str(known)

    @property
    def _key(self) -> str:
        return f"account at {self._connection.origin}"


async def check_account(connection: Connection) -> AccountCard:
    """Ask with one request who a connection speaks for, and file later runs under that name; raises ServiceProblem."""
    account = await connection.call(lambda client: client.account.get(max_retries=0))
    card = AccountCard(
        username=clean_line(account.username), name=clean_line(account.name or ""), type=clean_line(account.type)
    )
    connection.account = card.username
    return card


async def check_token(provider: ClientProvider, *, origin: str) -> AccountCard:
    """Try a token before it is kept: one request over a connection of its own; raises ServiceProblem."""
    trial = Connection(provider, origin=origin, profile="")
    try:
        return await check_account(trial)
    finally:
        await trial.close()
