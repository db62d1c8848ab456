"""Who is let in: this address, no foreign page, its own token, and an answer to everything."""

import socket

import httpx
import pytest

from replicate_tui.demo.server import DemoServer
from tests.demo.bare import raw


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "You did not pass an authentication token"),
        ({"Authorization": "Bearer"}, "You did not pass an authentication token"),
        ({"Authorization": "Bearer r8_somebodyelses"}, "You did not pass a valid authentication token"),
        ({"Authorization": "Basic abc"}, "You did not pass a valid authentication token"),
        ({"Authorization": b"Bearer \xff\xfe"}, "You did not pass a valid authentication token"),
    ],
)
async def test_only_its_own_token_opens_the_service(demo: DemoServer, headers: dict[str, str], detail: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as anyone:
        refused = await anyone.get(f"{demo.base_url}/account", headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (401, "Unauthenticated")
    assert refused.json()["detail"] == detail


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Token"])
async def test_both_schemes_of_the_service_are_taken(demo: DemoServer, scheme: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        headers = {"Authorization": f"{scheme} {demo.token}"}
        assert (await client.get(f"{demo.base_url}/account", headers=headers)).status_code == 200


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1", "127.0.0.1:1", "localhost", ""])
@pytest.mark.parametrize("path", ["/v1/account", "/v1/search?query=a", "/delivery/a/b", "/stream/v1/files/a"])
async def test_another_host_is_misdirected(demo: DemoServer, host: str, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {demo.token}\r\n\r\n"
    assert (await raw(demo, request.encode())).startswith(b"HTTP/1.1 421 ")


async def test_localhost_is_the_same_host(api: httpx.AsyncClient, demo: DemoServer) -> None:
    host = demo.origin.removeprefix("http://").replace("127.0.0.1", "localhost")
    assert (await api.get("/account", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "https://127.0.0.1", ""])
async def test_a_foreign_page_is_refused_and_gets_no_permission(api: httpx.AsyncClient, origin: str) -> None:
    for path in ("/account", "/search?query=a"):
        refused = await api.get(path, headers={"Origin": origin})
        assert refused.status_code == 403
        assert not [name for name in refused.headers if name.startswith("access-control")]
    assert (await api.options("/account", headers={"Origin": origin})).status_code == 403


async def test_its_own_origin_is_not_foreign(api: httpx.AsyncClient, demo: DemoServer) -> None:
    answer = await api.get("/account", headers={"Origin": demo.origin})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_it_listens_on_loopback_only(demo: DemoServer) -> None:
    port = int(demo.origin.rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
        other.settimeout(2)
        with pytest.raises(OSError):  # noqa: PT011 (refused or unreachable, by platform)
            other.connect(("127.0.0.2", port))


@pytest.mark.parametrize("path", ["/nothing", "/predictions/", "/models/a", "/models/a/b/c", "/%2e%2e/x", "/files/%00"])
async def test_an_unknown_route_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    refused = await api.get(path)
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("method", "path"), [("PUT", "/models"), ("POST", "/account"), ("DELETE", "/predictions/x")])
async def test_a_wrong_method_is_told(api: httpx.AsyncClient, method: str, path: str) -> None:
    refused = await api.request(method, path)
    assert refused.json() == {"detail": f'Method "{method}" not allowed.', "status": 405}


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
async def test_what_is_no_request_does_no_harm(demo: DemoServer, api: httpx.AsyncClient, request_bytes: bytes) -> None:
    answer = await raw(demo, request_bytes)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert (await api.get("/account")).status_code == 200
