"""Profiles: what is known of each without opening it, and that neither tokens nor histories ever mix."""

import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from replicate_tui import config
from replicate_tui.config import OFFICIAL_BASE_URL, KeptProfile, Settings
from replicate_tui.demo.server import DemoServer
from replicate_tui.paths import profile_paths
from replicate_tui.services.account import AccountCard, check_token
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.profiles import ProfileCard, ProfileService, ProfileWish, TokenState
from replicate_tui.store.database import Database
from replicate_tui.store.glance import glance_at
from replicate_tui.store.runs import RunRepository
from tests.store.making import make_run

WRONG = "r8_" + "x" * 37


@dataclass
class Desk:
    """What the running app knows: nothing is open, and `tried` are the addresses that tokens were sent to."""

    started: str = "default"
    borrowed: dict[str, TokenState] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    tried: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)

    def token_state(self, name: str) -> TokenState | None:
        return self.borrowed.get(name)

    def is_busy(self, name: str) -> bool:
        return name in self.busy

    async def check(self, token: str, base_url: str) -> AccountCard:
        self.tried.append((token, base_url))

        async def client() -> Any:
            from replicate_tui.api import AsyncReplicate

            return AsyncReplicate(bearer_token=token, base_url=base_url)

        return await check_token(client, origin=base_url)

    async def replace_token(self, name: str, token: str) -> None:
        self.replaced.append((name, token))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def profiles(desk: Desk) -> ProfileService:
    return ProfileService(Settings(), desk)


async def fill(name: str, *statuses: str, **fields: Any) -> None:
    async with Database(profile_paths(name).database) as database:
        runs = RunRepository(database)
        for number, status in enumerate(statuses):
            await runs.insert_intent(make_run(number, status=status, **fields))


async def made(profiles: ProfileService, demo: DemoServer, name: str = "work") -> ProfileCard:
    return await profiles.make(ProfileWish(name, demo.token, demo.base_url))


async def refused(profiles: ProfileService, wish: ProfileWish) -> ServiceProblem:
    with pytest.raises(ServiceProblem) as caught:
        await profiles.make(wish)
    return caught.value


def in_folder(name: str) -> set[str]:
    folder = profile_paths(name).config
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


async def test_before_anything_there_is_the_default_profile(profiles: ProfileService) -> None:
    [card] = await profiles.all()
    assert (card.name, card.base_url, card.token) == ("default", OFFICIAL_BASE_URL, TokenState.NONE)
    assert (card.account, card.runs, card.unfinished) == ("", None, 0)


async def test_profiles_have_a_token_a_history_or_a_line_in_the_settings(desk: Desk) -> None:
    config.save_token(profile_paths("b-token"), WRONG)
    await fill("A-history", "succeeded", "processing", "submitting")
    await fill("demo", "succeeded")
    config.keep_profile(profile_paths("nothing"), KeptProfile("https://nothing.example"))
    settings = Settings(base_urls={"told": "https://told.example/v1", "../up": "https://up.example", "bad": "ftp://x"})
    cards = await ProfileService(settings, desk).all()
    assert [card.name for card in cards] == ["default", "A-history", "b-token", "bad", "told"]
    history = cards[1]
    assert (history.runs, history.unfinished, history.token) == (3, 2, TokenState.NONE)
    assert [run.status for run in history.open_ends] == ["submitting", "processing"]
    assert cards[2].token is TokenState.KEPT
    assert WRONG not in repr(cards)
    assert (cards[3].base_url, cards[3].can_move) == ("", False)
    assert "not an http(s) address" in cards[3].problem
    assert (cards[4].base_url, cards[4].address_source) == ("https://told.example/v1", "settings")


async def test_the_environment_speaks_of_the_profile_it_started_only(
    desk: Desk, profiles: ProfileService, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.save_token(profile_paths("work"), WRONG)
    monkeypatch.setenv("REPLICATE_BASE_URL", "https://env.example")
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_env")
    desk.borrowed["default"] = TokenState.ENVIRONMENT
    default, work = await profiles.all()
    assert (default.base_url, default.token, default.can_move) == (
        "https://env.example",
        TokenState.ENVIRONMENT,
        False,
    )
    assert (work.base_url, work.token) == (OFFICIAL_BASE_URL, TokenState.KEPT)


async def test_a_look_changes_nothing_and_migrates_nothing(profiles: ProfileService) -> None:
    await fill("work", "processing")
    path = profile_paths("work").database
    before = path.read_bytes()
    assert glance_at(path, "account") is not None
    await profiles.all()
    assert path.read_bytes() == before
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("pragma user_version = 999")
    connection.commit()
    connection.close()
    assert (await profiles.card("work")).history_problem == "written by a newer replicate-tui"
    path.write_bytes(b"no history at all" * 400)
    assert "cannot be read now" in (await profiles.card("work")).history_problem
    path.write_bytes(b"")
    assert (await profiles.card("work")).runs is None


async def test_a_new_profile_is_checked_and_kept_for_its_owner_only(
    demo: DemoServer, desk: Desk, profiles: ProfileService
) -> None:
    card = await made(profiles, demo)
    assert (card.name, card.base_url, card.token) == ("work", demo.base_url, TokenState.KEPT)
    assert card.account
    assert desk.tried == [(demo.token, demo.base_url)]
    paths = profile_paths("work")
    assert in_folder("work") == {"token", "profile.json"}
    for path in (paths.token_file, paths.profile_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert demo.token not in paths.profile_file.read_text()
    # The next start finds both.
    assert config.find_token(paths) == demo.token
    assert config.base_url_for("work", Settings()) == demo.base_url
    assert config.base_url_for("work", Settings(base_urls={"work": "https://wins.example"})) == "https://wins.example"


@pytest.mark.parametrize(
    ("wish", "field", "words"),
    [
        (ProfileWish("", WRONG), "name", "wants a name"),
        (ProfileWish("../up", WRONG), "name", "no name of a profile"),
        (ProfileWish("two words", WRONG), "name", "Letters, digits"),
        (ProfileWish("Demo", WRONG), "name", "demo is called so"),
        (ProfileWish("DEFAULT", WRONG), "name", "a profile default already"),
        (ProfileWish("work"), "token", "The token is empty"),
        (ProfileWish("work", "r8 x"), "token", "a blank"),
        (ProfileWish("work", WRONG, "http://example.com"), "base_url", "in the clear"),
        (ProfileWish("work", WRONG, "example"), "base_url", "not an http(s) address"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_before_anything_is_sent(
    desk: Desk, profiles: ProfileService, wish: ProfileWish, field: str, words: str
) -> None:
    problem = await refused(profiles, wish)
    assert [complaint.field for complaint in problem.fields] == [field]
    assert words in problem.message
    assert desk.tried == []
    assert [card.name for card in await profiles.all()] == ["default"]


async def test_what_the_service_refuses_is_not_kept(demo: DemoServer, profiles: ProfileService) -> None:
    problem = await refused(profiles, ProfileWish("work", WRONG, demo.base_url))
    assert (problem.kind, problem.fields[0].field) == (ProblemKind.UNAUTHORISED, "token")
    assert "Nothing was kept" in str(problem)
    problem = await refused(profiles, ProfileWish("work", WRONG, "http://127.0.0.1:9/v1"))
    assert (problem.kind, problem.fields[0].field) == (ProblemKind.OFFLINE, "base_url")
    assert in_folder("work") == set()


async def test_a_token_goes_to_one_address_only(
    demo: DemoServer, own_demo: Callable[..., DemoServer], desk: Desk, profiles: ProfileService
) -> None:
    other = own_demo(seed=9)
    await made(profiles, demo)
    with pytest.raises(ServiceProblem, match="goes to one address only"):
        await profiles.change(ProfileWish("work", "", other.base_url))
    assert len(desk.tried) == 1
    card = await profiles.change(ProfileWish("work", other.token, other.base_url))
    assert (card.base_url, config.find_token(profile_paths("work"))) == (other.base_url, other.token)
    # Where it is open it is opened anew on the other address; the old connection gets nothing.
    assert desk.replaced == []
    assert demo.token not in [seen.headers.get("authorization", "")[7:] for seen in other.requests]
    # The same address takes another token at once.
    await profiles.change(ProfileWish("work", other.token, other.base_url))
    assert desk.replaced == [("work", other.token)]
    # And nothing new is nothing to do.
    tried = len(desk.tried)
    await profiles.change(ProfileWish("work", "", other.base_url))
    assert len(desk.tried) == tried


async def test_a_change_never_leaves_a_run_behind(
    demo: DemoServer, own_demo: Callable[..., DemoServer], desk: Desk, profiles: ProfileService
) -> None:
    other = own_demo(seed=9)
    card = await made(profiles, demo)
    desk.busy.add("work")
    with pytest.raises(ServiceProblem, match="work is busy"):
        await profiles.change(ProfileWish("work", other.token, other.base_url))
    desk.busy.clear()
    await fill("work", "processing", "starting", origin=demo.base_url)
    with pytest.raises(ServiceProblem, match="2 runs are not finished in work; its address"):
        await profiles.change(ProfileWish("work", other.token, other.base_url))
    # Another token of the same account follows them as well, that of somebody else cannot.
    await profiles.change(ProfileWish("work", demo.token, demo.base_url))
    config.keep_profile(profile_paths("work"), KeptProfile(demo.base_url, "somebody"))
    with pytest.raises(ServiceProblem, match=f"is of {card.account} and cannot follow runs of somebody"):
        await profiles.change(ProfileWish("work", demo.token, demo.base_url))


async def test_a_removed_token_leaves_the_history(demo: DemoServer, profiles: ProfileService) -> None:
    await made(profiles, demo)
    await fill("work", "succeeded")
    await profiles.remove_token("work")
    await profiles.remove_token("work")
    card = await profiles.card("work")
    assert (card.token, card.runs, card.base_url) == (TokenState.NONE, 1, demo.base_url)


async def test_a_damaged_file_sends_the_token_nowhere(demo: DemoServer, profiles: ProfileService) -> None:
    await made(profiles, demo)
    paths = profile_paths("work")
    for content in (b"{", b"[]", b'{"base_url": 1}', b"\xff"):
        paths.profile_file.write_bytes(content)
        with pytest.raises(ValueError, match="nobody knows where its token may go"):
            config.base_url_for("work", Settings())
        card = await profiles.card("work")
        assert (card.base_url, card.can_move) == ("", True)
        assert "damaged" in card.problem
    # Giving both again mends it.
    card = await profiles.change(ProfileWish("work", demo.token, demo.base_url))
    assert (card.problem, card.base_url) == ("", demo.base_url)


async def test_a_disk_that_does_not_take_it_is_said(demo: DemoServer, profiles: ProfileService) -> None:
    folder = profile_paths("work").config
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    problem = await refused(profiles, ProfileWish("work", demo.token, demo.base_url))
    assert problem.kind is ProblemKind.DISK
    assert "could not be kept" in problem.message
