"""The profiles of this machine: what is known of each without opening it, new ones, their tokens and addresses."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from replicate_tui import config
from replicate_tui.config import DEFAULT_PROFILE, DEMO_PROFILE, OFFICIAL_BASE_URL, AddressSource, KeptProfile, Settings
from replicate_tui.paths import ProfilePaths, profile_names, profile_paths
from replicate_tui.services.account import AccountCard, account_key
from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.store.glance import HistoryGlance, OpenEnd, glance_at
from replicate_tui.text import clean_line

NAME_RULE: Final = "Letters, digits, dot, dash and underscore, beginning with a letter or a digit; 64 at most."
_NOTHING_KEPT: Final = "Nothing was kept."
_NOTHING_CHANGED: Final = "Nothing was changed."


class TokenState(StrEnum):
    """Where the token of a profile comes from; the token itself is never told."""

    KEPT = "kept on this machine"
    ENVIRONMENT = "from REPLICATE_API_TOKEN"
    SESSION = "for this session only"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCard:
    """A profile as it lies on this machine, in words that were cleaned.

    `base_url` is "" when nobody can say it, and `problem` says why; `account` is the one last seen, "" for none yet.
    `runs` is None where there is no history yet, `history_problem` says why it does not tell; `open_ends` are the
    newest of the `unfinished` runs.
    """

    name: str
    base_url: str
    address_source: AddressSource
    token: TokenState
    account: str
    runs: int | None
    unfinished: int
    open_ends: tuple[OpenEnd, ...]
    folder: Path
    problem: str = ""
    history_problem: str = ""

    @property
    def has_kept_token(self) -> bool:
        return self.token is TokenState.KEPT

    @property
    def can_move(self) -> bool:
        """Whether its address is the app's to change: what settings and environment say wins."""
        return self.address_source in ("profile", "default")


class ProfileWish(NamedTuple):
    """A profile as it is wanted; as a change, "" leaves the token as it is. `base_url` "" is the official one."""

    name: str
    token: str = ""
    base_url: str = ""


class OpenProfiles(Protocol):
    """What the running app knows of the profiles it was started with and has opened."""

    @property
    def started(self) -> str:
        """The name of the profile of which the environment speaks."""

    def token_state(self, name: str) -> TokenState | None:
        """Return where the token in use comes from; None where only the profile's file can tell."""

    def is_busy(self, name: str) -> bool:
        """Return whether something of a profile is going on that its services must see to its end."""

    async def check(self, token: str, base_url: str) -> AccountCard:
        """Try a token with one request; raises ServiceProblem."""

    async def replace_token(self, name: str, token: str) -> None:
        """Use another token from now on where the profile is open."""


class ProfileService:
    """Lists, makes and changes profiles; a history is only looked at, never opened, migrated or removed.

    All methods raise ServiceProblem; its `fields` are those of ProfileWish.
    """

    def __init__(self, settings: Settings, open_profiles: OpenProfiles) -> None:
        self._settings = settings
        self._open = open_profiles

    async def others_with_token(self) -> tuple[str, ...]:
        """Return the names of profiles a start with which would ask for nothing, beside the one that was started."""
        return tuple(card.name for card in await self.all() if card.has_kept_token and card.name != self._open.started)

    async def all(self) -> tuple[ProfileCard, ...]:
        """Return all profiles but the demo's: default first, then by name."""
        return await asyncio.to_thread(lambda: tuple(self._card(name) for name in self._names()))

    async def card(self, name: str) -> ProfileCard:
        """Return what is known of one profile, also of one that is only a name yet."""
        return await asyncio.to_thread(self._card, name)

    async def make(self, wish: ProfileWish) -> ProfileCard:
        """Check the token with one request, then keep both; nothing is kept of what is refused."""
        name = wish.name.strip()
        known = await asyncio.to_thread(self._names)
        base_url, problems = _checked_address(wish.base_url)
        token, refused = _checked_token(wish.token)
        _refuse([*name_problems(name, known), *refused, *problems], _NOTHING_KEPT)
        account = await self._checked(token, base_url, _NOTHING_KEPT)
        await self._keep(name, token, _kept(base_url, account))
        return await self.card(name)

    async def change(self, wish: ProfileWish) -> ProfileCard:
        """Give a profile another token, another address with its token, or both; its history stays as it is.

        A token never goes to another address than the one it was given for, and runs that are not finished are not
        left without a token that can follow them.
        """
        card = await self.card(wish.name)
        base_url, problems = _checked_address(wish.base_url) if card.can_move else (card.base_url, [])
        moves = base_url != card.base_url
        token, refused = _checked_token(wish.token) if wish.token.strip() or moves else ("", [])
        if moves and not wish.token.strip():
            refused = [FieldProblem("token", "A token goes to one address only; give the one for this address.")]
        _refuse([*refused, *problems], _NOTHING_CHANGED)
        if not token:
            return card
        if moves and (card.unfinished or self._open.is_busy(card.name)):
            raise _held_up(card, "its address can change when nothing of it is going on.", "base_url")
        account = await self._checked(token, base_url, _NOTHING_CHANGED)
        if card.unfinished and card.account not in ("", account.username):
            whose = f"this token is of {account.username} and cannot follow runs of {card.account}."
            raise _held_up(card, whose, "token")
        await self._keep(card.name, token, _kept(base_url, account), moves=moves)
        if not moves:
            await self._open.replace_token(card.name, token)
        return await self.card(card.name)

    async def remove_token(self, name: str) -> None:
        """Remove the kept token; history and saved files stay, and a session that uses the token goes on with it."""
        paths = profile_paths(name)
        await _on_disk(lambda: config.forget_token(paths))

    # -- in a thread --------------------------------------------------------------------------------------------

    def _names(self) -> list[str]:
        named = {DEFAULT_PROFILE, self._open.started, *profile_names()}
        named |= {name for name in self._settings.base_urls if not name_problems(name)}
        return sorted(named - {DEMO_PROFILE}, key=lambda name: (name != DEFAULT_PROFILE, name.casefold(), name))

    def _card(self, name: str) -> ProfileCard:
        paths = profile_paths(name)
        problem, kept = "", KeptProfile()
        base_url = ""
        source: AddressSource = "settings" if name in self._settings.base_urls else "profile"
        try:
            with_environment = name == self._open.started
            base_url, source = config.address_of(name, self._settings, with_environment=with_environment)
            kept = config.kept_profile(paths)
        except ValueError as error:
            problem = clean_line(str(error), 400)
        glance = glance_at(paths.database, account_key(base_url))
        found = glance or HistoryGlance()
        return ProfileCard(
            name=name,
            base_url=clean_line(base_url, 400),
            address_source=source,
            token=self._token_state(name, paths),
            account=clean_line(found.remembered or kept.account),
            runs=found.runs if glance else None,
            unfinished=found.unfinished,
            open_ends=tuple(_cleaned(run) for run in found.open_ends),
            folder=paths.data,
            problem=problem,
            history_problem=clean_line(found.problem, 200),
        )

    def _token_state(self, name: str, paths: ProfilePaths) -> TokenState:
        told = self._open.token_state(name)
        if told is not None:
            return told
        return TokenState.KEPT if paths.token_file.is_file() else TokenState.NONE

    # -- keeping ------------------------------------------------------------------------------------------------

    async def _checked(self, token: str, base_url: str, kept: str) -> AccountCard:
        try:
            return await self._open.check(token, base_url)
        except ServiceProblem as problem:
            field = "token" if problem.kind in (ProblemKind.UNAUTHORISED, ProblemKind.FORBIDDEN) else "base_url"
            fields = (FieldProblem(field, problem.message),)
            raise ServiceProblem(problem.kind, problem.message, kept=kept, status=problem.status, fields=fields) from (
                problem
            )

    async def _keep(self, name: str, token: str, kept: KeptProfile, *, moves: bool = True) -> None:
        paths = profile_paths(name)

        def write() -> None:
            # At no moment does a token lie beside the address of another.
            if moves:
                config.forget_token(paths)
            config.keep_profile(paths, kept)
            config.save_token(paths, token)

        await _on_disk(write)


def name_problems(name: str, known: list[str] | None = None) -> list[FieldProblem]:
    """Return what keeps a profile from being called `name`, beside those that are `known` already."""
    try:
        profile_paths(name)
    except ValueError:
        return [FieldProblem("name", f"That is no name of a profile. {NAME_RULE}" if name else "It wants a name.")]
    if name.casefold() == DEMO_PROFILE:
        return [FieldProblem("name", "The demo is called so; another name, please.")]
    # Some disks take names that differ in capitals only for one.
    taken = next((other for other in known or [] if other.casefold() == name.casefold()), None)
    if taken is not None:
        return [FieldProblem("name", f"There is a profile {taken} already; e changes it.")]
    return []


def _checked_address(text: str) -> tuple[str, list[FieldProblem]]:
    try:
        return config.check_base_url(text.strip() or OFFICIAL_BASE_URL), []
    except config.UnsafeBaseUrlError as error:
        return "", [FieldProblem("base_url", clean_line(str(error), 200))]


def _checked_token(text: str) -> tuple[str, list[FieldProblem]]:
    try:
        return config.check_token(text), []
    except config.TokenError as error:
        return "", [FieldProblem("token", str(error))]


def _refuse(problems: list[FieldProblem], kept: str) -> None:
    if problems:
        raise ServiceProblem(ProblemKind.INVALID, problems[0].message, kept=kept, fields=tuple(problems))


def _held_up(card: ProfileCard, why: str, field: str) -> ServiceProblem:
    runs = "1 run is" if card.unfinished == 1 else f"{card.unfinished:,} runs are"
    words = f"{runs} not finished in {card.name}; {why}" if card.unfinished else f"{card.name} is busy; {why}"
    return ServiceProblem(ProblemKind.CONFLICT, words, kept=_NOTHING_CHANGED, fields=(FieldProblem(field, words),))


def _kept(base_url: str, account: AccountCard) -> KeptProfile:
    # Whoever says the address now may say another later, and the token was given for this one.
    return KeptProfile("" if base_url == OFFICIAL_BASE_URL else base_url, account.username)


def _cleaned(run: OpenEnd) -> OpenEnd:
    return run._replace(model=clean_line(run.model), title=clean_line(run.title), status=clean_line(run.status))


async def _on_disk(write: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(write)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ServiceProblem(ProblemKind.DISK, f"It could not be kept: {reason}.", kept=_NOTHING_KEPT) from error
