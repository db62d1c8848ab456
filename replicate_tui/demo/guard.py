"""Who is let in: requests to this very address, from no foreign web page, with the service's own token."""

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from replicate_tui.demo.problems import ApiProblem, forbidden, plain, unauthenticated
from replicate_tui.demo.tokens import ScopedTokens

# These need no token: the search as in the real service, the rest because their addresses cannot be guessed.
_OPEN_PREFIXES = ("/delivery/", "/stream/")
_OPEN_PATHS = frozenset({"/v1/search"})
_SIGNED_SUFFIX = "/download"


class Guard:
    """Checks Host (421), Origin (403), the bearer token (401) and its scopes (403) before anything else looks."""

    def __init__(self, app: ASGIApp, *, port: int, token: str, scoped: ScopedTokens) -> None:
        self._app = app
        self._scoped = scoped
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await problem.response()(scope, receive, send)

    def _refusal(self, method: str, path: str, headers: Headers) -> ApiProblem | None:
        if headers.get("host", "").lower() not in self._hosts:
            return plain(421, "This service answers to its loopback address only.")
        origin = headers.get("origin")
        if origin is not None and origin.lower().removeprefix("http://") not in self._hosts:
            return plain(403, "Requests from other origins are refused.")
        if path.startswith(_OPEN_PREFIXES) or path in _OPEN_PATHS or _is_signed_download(path):
            return None
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "token") or not token.strip():
            return unauthenticated(given=bool(token.strip()))
        token = token.strip()
        if hmac.compare_digest(token.encode(), self._token):
            return None
        if not self._scoped.knows(token):
            return unauthenticated(given=True)
        return None if self._scoped.allows(token, method, path) else forbidden()


def _is_signed_download(path: str) -> bool:
    return path.startswith("/v1/files/") and path.endswith(_SIGNED_SUFFIX)
