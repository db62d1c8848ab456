"""The account behind the token, the link to the service, and the secret of webhooks, hidden until it is asked for."""

from typing import Final

from textual.timer import Timer

from replicate_tui.services.account import AccountCard
from replicate_tui.services.connection import LinkState
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import Aged
from replicate_tui.services.webhook_secret import SigningSecret
from replicate_tui.text import clean_line
from replicate_tui.ui import messages, wording
from replicate_tui.ui.account.lines import AccountLine, Row
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.web_pages import account_page
from replicate_tui.ui.widgets.list_rows import GroupHeader

#: A secret that was shown hides itself after so many seconds.
SHOWN_SECONDS: Final = 30.0
_HIDDEN_KEY: Final = "signing"
_LINK_COLOURS: Final = {
    LinkState.ONLINE: "$text-success",
    LinkState.OFFLINE: "$text-warning",
    LinkState.UNAUTHORISED: "$text-error",
}
_ABOUT_IT: Final = (
    "Deliveries to your webhooks are signed with it. v shows it for half a minute, y copies it unseen.\n"
    "It is asked for each time, and kept nowhere."
)

_ABOUT_RECEIVER: Final = "What runs report comes in here while it listens: judged by its signature, shown, replayed."


class IdentitySection(Section):
    """The secret is in memory only while it is on the screen."""

    name = "account"
    title = "Account"
    about = "Who the token belongs to, and the link to the service"
    offers = frozenset({"reveal"})
    page = account_page()

    _answer: Aged[AccountCard] | None = None
    _base_url: str = ""
    _secret: SigningSecret | None = None
    _hiding: Timer | None = None
    _is_wanted = False

    async def read(self) -> None:
        account = self.house.services.account
        if self._answer is None:
            self._answer = await account.cached()
            self.changed()
        try:
            self._answer = await account.get()
            self._base_url = (await self.house.services.connection.client()).base_url
        except ServiceProblem as problem:
            self.problem = f"{problem} r tries again."
        else:
            self.problem = self._answer.problem or ""
        self.changed()

    def lines(self) -> list[Row]:
        connection = self.house.services.connection
        rows: list[Row] = [GroupHeader("Account"), *self._account_lines(), GroupHeader("Connection")]
        rows += [
            AccountLine(
                "profile", "profile", clean_line(connection.profile), detail="Each has its own token and runs."
            ),
            AccountLine(
                "service",
                "service",
                clean_line(self._base_url or connection.origin),
                note="embedded, on this machine" if connection.is_demo else "",
                detail="The token goes to this address and nowhere else.",
            ),
            AccountLine(
                "link",
                "link",
                connection.state.value,
                style=_LINK_COLOURS.get(connection.state, ""),
                detail=str(connection.problem or ""),
            ),
            GroupHeader("Webhooks"),
            self._secret_line(),
            self._receiver_line(),
        ]
        return rows

    def _account_lines(self) -> list[Row]:
        if self._answer is None:
            return [AccountLine("user", "user name", "unknown", detail=self.problem or "It is being asked for.")]
        card, age = self._answer.value, wording.age(self._answer.fetched_at)
        told = f"told {age}" if age and age != "now" else "told now"
        site = f"On the web: {account_page(card.username)}"
        return [
            AccountLine("user", "user name", card.username, told, detail=site, url=account_page(card.username)),
            AccountLine("name", "name", card.name or "none given"),
            AccountLine("type", "type", card.type or "unknown"),
            AccountLine("github", "GitHub", card.github_url or "none given", url=card.github_url),
        ]

    def _secret_line(self) -> AccountLine:
        if self._secret is None:
            return AccountLine(_HIDDEN_KEY, "signing secret", "hidden", "v shows   y copies", detail=_ABOUT_IT)
        shown = clean_line(self._secret)
        return AccountLine(_HIDDEN_KEY, "signing secret", shown, "v hides", "$text-warning", detail=_ABOUT_IT)

    def _receiver_line(self) -> AccountLine:
        port = self.house.services.webhooks.state.port
        value = "not listening" if port is None else f"listening at http://127.0.0.1:{port}"
        return AccountLine("receiver", "receiver", value, "W opens it", detail=_ABOUT_RECEIVER)

    # -- the secret ---------------------------------------------------------------------------------------------

    def reveal(self, line: AccountLine | None) -> None:  # noqa: ARG002  (there is one secret, wherever the cursor is)
        """Show the secret, or hide it again."""
        if self._is_wanted:
            self._hide()
        else:
            self._is_wanted = True
            self.screen.run_worker(
                self._told(self._reveal()), group="secret", exclusive=True, description="ask a secret"
            )

    async def _reveal(self) -> None:
        try:
            secret = await self.house.services.webhook_secret.get()
        except ServiceProblem:
            self._is_wanted = False
            raise
        # Whoever has left meanwhile does not want to find it shown later.
        if self._is_wanted and is_whole(self.screen):
            self._secret = secret
            self._hiding = self.screen.set_timer(SHOWN_SECONDS, self._hide, name="hide the secret")
            self.changed()

    def _hide(self) -> None:
        self._is_wanted = False
        if self._hiding is not None:
            self._hiding.stop()
            self._hiding = None
        if self._secret is not None:
            self._secret = None
            self.changed()

    def left(self) -> None:
        self._hide()

    def copy(self, line: AccountLine) -> None:
        if line.key == _HIDDEN_KEY:
            self.start(self._copy_unseen(), "copy the signing secret")
        else:
            super().copy(line)

    async def _copy_unseen(self) -> None:
        secret = self._secret or await self.house.services.webhook_secret.get()
        self.screen.app.post_message(messages.CopyText(secret, "the signing secret"))
