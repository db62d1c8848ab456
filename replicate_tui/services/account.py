"""The account behind a token."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from replicate_tui.services.connection import ClientProvider, Connection
from replicate_tui.services.kept_answers import KeptAnswers
from replicate_tui.services.translate import plain_history
from replicate_tui.services.views import Aged
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.remembered import Remembered
from replicate_tui.text import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCard:
    username: str
    name: str
    type: str
    github_url: str = ""


class AccountService:
    """Asks who the token belongs to: the cheapest check of a token."""

    def __init__(self, connection: Connection, memory: Remembered, answers: KeptAnswers) -> None:
        self._connection = connection
        self._memory = memory
        self._answers = answers

    async def cached(self) -> Aged[AccountCard] | None:
        return await self._answers.cached(self._key, _card)

    async def get(self) -> Aged[AccountCard]:
        """Return the account as the service tells it; see KeptAnswers for what happens offline."""
        answer = await self._answers.fresh(self._key, lambda client: client.account.get(), _card)
        self._connection.account = self._connection.account or answer.value.username
        return answer

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
        return account_key(self._connection.origin)


def account_key(origin: str) -> str:
    """Return the key under which the name of the account at `origin` is remembered."""
    return f"account at {origin}"


def _card(body: Any) -> AccountCard:
    told = body if isinstance(body, Mapping) else {}
    return AccountCard(**{name: clean_line(str(told.get(name) or "")) for name in AccountCard.__slots__})


async def check_account(connection: Connection) -> AccountCard:
    """Ask with one request who a connection speaks for, and file later runs under that name; raises ServiceProblem."""
    account = await connection.call(lambda client: client.account.get(max_retries=0))
    card = _card(account.to_dict())
    connection.account = card.username
    return card


async def check_token(provider: ClientProvider, *, origin: str) -> AccountCard:
    """Try a token before it is kept: one request over a connection of its own; raises ServiceProblem."""
    trial = Connection(provider, origin=origin, profile="")
    try:
        return await check_account(trial)
    finally:
        await trial.close()
