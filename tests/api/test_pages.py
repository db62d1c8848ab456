"""Lists: one page at a time or all at once, and next links that lead nowhere good."""

import json

import pytest

from replicate_tui.api import AsyncReplicate, NoMorePagesError, ResponseNotUnderstoodError
from tests.api.conftest import TOKEN, Serve
from tests.support.raw_server import Exchange, RawServer, raw_server


def listing(pages: int, *, relative: bool = False) -> "tuple[list[RawServer], object]":
    """Pages of two predictions each, linked by absolute URLs or by paths."""
    here: list[RawServer] = []

    async def script(exchange: Exchange) -> None:
        number = int(exchange.seen.query.partition("cursor=")[2] or 0)
        root = "" if relative else here[0].url
        following = f"{root}/v1/predictions?cursor={number + 1}" if number + 1 < pages else None
        rows = [{"id": f"p{number}-{row}", "status": "succeeded"} for row in range(2)]
        await exchange.json({"results": rows, "next": following, "previous": None})

    return here, script


@pytest.mark.parametrize("relative", [False, True])
async def test_iterating_a_list_walks_all_pages(serve: Serve, relative: bool) -> None:
    here, script = listing(3, relative=relative)
    async with serve(script) as (client, server):
        here.append(server)
        ids = [prediction.id async for prediction in client.predictions.list(source="web")]
    assert ids == ["p0-0", "p0-1", "p1-0", "p1-1", "p2-0", "p2-1"]
    assert [seen.query for seen in server.requests] == ["source=web", "cursor=1", "cursor=2"]


async def test_awaiting_a_list_gives_its_first_page(serve: Serve) -> None:
    here, script = listing(2)
    async with serve(script) as (client, server):
        here.append(server)
        first = await client.predictions.list()
        assert [prediction.id for prediction in first.items] == ["p0-0", "p0-1"]
        assert first.items is first.results
        assert first.has_next_page()
        second = await first.get_next_page()
        assert [prediction.id for prediction in second.results] == ["p1-0", "p1-1"]
        assert not second.has_next_page()
        with pytest.raises(NoMorePagesError, match="last page"):
            await second.get_next_page()
        # Asking twice for the same page is no loop.
        assert (await first.get_next_page()).results == second.results


async def test_pages_can_be_walked_one_by_one(serve: Serve) -> None:
    here, script = listing(3)
    async with serve(script) as (client, server):
        here.append(server)
        sizes = [len(page) async for page in client.predictions.list().iter_pages()]
    assert sizes == [2, 2, 2]


def one_page(following: object, *rows: object) -> object:
    async def script(exchange: Exchange) -> None:
        await exchange.json({"results": list(rows) or [{"id": "a", "status": "x"}], "next": following})

    return script


@pytest.mark.parametrize("nothing", [None, "null", ""])
async def test_a_list_ends(serve: Serve, nothing: object) -> None:
    async with serve(one_page(nothing)) as (client, server):
        assert len([row async for row in client.predictions.list()]) == 1
    assert len(server.requests) == 1


async def test_a_list_that_turns_in_circles_ends(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        number = int(exchange.seen.query.partition("cursor=")[2] or 0)
        following = f"/v1/predictions?cursor={(number + 1) % 3}"
        await exchange.json({"results": [{"id": f"p{number}", "status": "x"}], "next": following})

    async with serve(script) as (client, server):
        page = await client.predictions.list()
        ids = [row.id async for row in page]
        assert ids == ["p0", "p1", "p2", "p0"]
    assert len(server.requests) == 4


FOREIGN = [
    "https://evil.test/v1/predictions?cursor=1",
    "http://api.replicate.com/v1/predictions?cursor=1",
    "https://api.replicate.com.evil.test/v1/predictions",
    "https://api.replicate.com@evil.test/v1/",
    "https://api.replicate.com:8443/v1/predictions",
    "https://api.replicate.com%2eevil.test/",
    "https://api.replicate.com\t.evil.test/",
    "https:evil.test",
    "//evil.test/x",
    "\\\\evil.test\\x",
    "/\\evil.test/x",
    "ftp://api.replicate.com/v1/predictions",
    "javascript:alert(1)",
    {"url": "https://evil.test"},
    ["https://evil.test"],
    7,
    True,
]


@pytest.mark.parametrize("following", FOREIGN, ids=str)
def test_a_next_link_of_another_origin_is_refused(following: object) -> None:
    from replicate_tui.api.errors import UnsafeURLError
    from replicate_tui.api.origins import DEFAULT_BASE_URL, Base

    with pytest.raises(UnsafeURLError):
        Base.parse(DEFAULT_BASE_URL, has_token=True).next_page(following)


@pytest.mark.parametrize(
    "following", [link for link in FOREIGN if not isinstance(link, str) or not link.startswith("http")], ids=str
)
async def test_a_list_keeps_its_rows_and_says_why_it_ended(serve: Serve, following: object) -> None:
    async with serve(one_page(following)) as (client, server):
        page = await client.predictions.list()
        assert not page.has_next_page()
        assert page.refusal
        assert [row.id async for row in page] == ["a"]
    assert len(server.requests) == 1


async def test_a_loopback_base_follows_the_path_of_a_foreign_next_to_itself() -> None:
    async def foreign(exchange: Exchange) -> None:
        await exchange.json({"results": []})

    async def script(exchange: Exchange) -> None:
        link = None if exchange.seen.query else f"{evil.url}//elsewhere/v1/predictions?cursor=1"
        await exchange.json({"results": [{"id": "a", "status": "x"}], "next": link})

    async with raw_server(foreign, host="127.0.0.2") as evil, raw_server(script) as server:
        async with AsyncReplicate(base_url=server.url, bearer_token=TOKEN) as client:
            assert len([row async for row in client.predictions.list()]) == 2
        assert evil.requests == []
    assert server.requests[1].target == "//elsewhere/v1/predictions?cursor=1"


async def test_rows_that_make_no_sense_are_left_out(serve: Serve) -> None:
    rows = [
        None,
        5,
        {"id": "a"},
        {"id": "b", "status": "x", "logs": 7, "urls": {"get": 1, "stream": "s"}},
        {"status": 1},
    ]
    async with serve(one_page(None, *rows)) as (client, _):
        page = await client.predictions.list()
    assert [row.id for row in page.results] == ["b"]
    assert page.results[0].logs is None
    assert page.results[0].stream_url == "s"


@pytest.mark.parametrize("body", [{"results": None}, {"next": None}, {"results": "x"}, {"results": [None, None]}, []])
async def test_what_is_no_page_is_named(serve: Serve, body: object) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.reply(json.dumps(body).encode())

    async with serve(script) as (client, _):
        with pytest.raises(ResponseNotUnderstoodError, match="predictions"):
            await client.predictions.list()


async def test_errors_of_a_list_come_when_it_is_awaited(serve: Serve) -> None:
    from replicate_tui.api import AuthenticationError

    async def script(exchange: Exchange) -> None:
        await exchange.json({"detail": "no"}, 401)

    async with serve(script) as (client, _):
        listing = client.models.list()
        with pytest.raises(AuthenticationError):
            await listing
        with pytest.raises(AuthenticationError):
            async for _model in client.models.list():
                pass
