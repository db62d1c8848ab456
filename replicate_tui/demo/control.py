"""The control API: faults, time and the truth about what happened, for whoever started the service.

GET    /rules            the rules in force, each with how often it struck
POST   /rules            add a list of rules, as in a file of them
DELETE /rules            drop them all
GET    /requests         the latest requests, as in the request log
GET    /foreign          whether there is a foreign host, where, and what reached it, with all headers
GET    /connections      the connections they came over, with the bytes that each client read
GET    /runs             every run with its status and the hashes of its input, output and files
GET    /runs/ID          one run, also with its output, error and log
GET    /webhooks         every attempt to deliver one
POST   /creates          {"header": name} or {"pointer": "/input/…"}: count the creates that took effect by that mark
GET    /creates          the counts
POST   /tokens           {"scopes": ["predictions:read", …]}: a new token that may do that and no more
DELETE /tokens           revoke all such tokens
GET    /clock            the service's time
POST   /clock            {"advance": seconds, "rate": factor}: step it (back below 0), let it pass faster, stop it (0)
POST   /snapshots        remember the state as it is now, under a number
POST   /snapshots/N      go back to it
DELETE /state            forget runs, files, models and deployments
POST   /reset            drop the rules and forget the requests
"""

import dataclasses
import hmac
import json
import math
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from replicate_tui.demo import snapshots
from replicate_tui.demo.clock import timestamp
from replicate_tui.demo.fault_file import FaultFileError, rules_of
from replicate_tui.demo.foreign import seen
from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.problems import ApiProblem, not_found, plain, unauthenticated
from replicate_tui.demo.requests import read_body, read_object
from replicate_tui.demo.service import DemoService
from replicate_tui.demo.snapshots import Snapshot
from replicate_tui.demo.tokens import SCOPES
from replicate_tui.demo.truth import Truth

_RULES_LIMIT = 10_000_000


class Control:
    """The control API of `service` at `127.0.0.1:port`."""

    def __init__(self, service: DemoService, *, port: int) -> None:
        self._service = service
        service.control_url = f"http://127.0.0.1:{port}"
        self._truth = Truth(service)
        self._snapshots: list[Snapshot] = []
        routes = [
            Route("/rules", self._rules, methods=["GET"]),
            Route("/rules", self._add_rules, methods=["POST"]),
            Route("/rules", self._drop_rules, methods=["DELETE"]),
            Route("/requests", self._requests, methods=["GET"]),
            Route("/foreign", self._foreign, methods=["GET"]),
            Route("/connections", self._connections, methods=["GET"]),
            Route("/runs", self._runs, methods=["GET"]),
            Route("/runs/{id}", self._run, methods=["GET"]),
            Route("/webhooks", self._webhooks, methods=["GET"]),
            Route("/creates", self._creates, methods=["GET"]),
            Route("/creates", self._count_creates, methods=["POST"]),
            Route("/tokens", self._issue_token, methods=["POST"]),
            Route("/tokens", self._revoke_tokens, methods=["DELETE"]),
            Route("/clock", self._clock, methods=["GET"]),
            Route("/clock", self._set_clock, methods=["POST"]),
            Route("/snapshots", self._take_snapshot, methods=["POST"]),
            Route("/snapshots/{number:int}", self._restore_snapshot, methods=["POST"]),
            Route("/state", self._forget_state, methods=["DELETE"]),
            Route("/reset", self._reset, methods=["POST"]),
        ]
        handlers = {ApiProblem: _refuse, HTTPException: _refuse_route}
        inner = Starlette(routes=routes, exception_handlers=handlers)
        self.app: ASGIApp = _Guarded(inner, port=port, token=service.control_token)

    async def _rules(self, _: Request) -> Response:
        fired = self._service.faults.fired()
        return JsonResponse([{"name": rule.name, "path": rule.path, "struck": times} for rule, times in fired])

    async def _add_rules(self, request: Request) -> Response:
        try:
            rules = rules_of(json.loads(await read_body(request, _RULES_LIMIT)))
        except FaultFileError as error:
            raise plain(422, str(error)) from None
        except (ValueError, RecursionError) as error:
            raise plain(400, f"JSON parse error - {error}") from None
        self._service.faults.add(*rules)
        return JsonResponse({"added": len(rules)}, 201)

    async def _drop_rules(self, _: Request) -> Response:
        self._service.faults.clear()
        return Response(status_code=204)

    async def _requests(self, _: Request) -> Response:
        return JsonResponse(self._truth.requests())

    async def _foreign(self, _: Request) -> Response:
        service = self._service
        requests = [seen(record, service.token) for record in service.foreign_requests]
        found = {"url": service.foreign_url, "connections": service.connections["foreign"], "requests": requests}
        return JsonResponse(found)

    async def _runs(self, _: Request) -> Response:
        return JsonResponse(await self._truth.runs())

    async def _run(self, request: Request) -> Response:
        found = await self._truth.run(request.path_params["id"])
        if found is None:
            raise not_found()
        return JsonResponse(found)

    async def _connections(self, _: Request) -> Response:
        return JsonResponse(self._truth.connections())

    async def _webhooks(self, _: Request) -> Response:
        return JsonResponse([dataclasses.asdict(each) for each in self._service.webhooks.deliveries])

    async def _creates(self, _: Request) -> Response:
        return JsonResponse(self._service.creates.counts)

    async def _count_creates(self, request: Request) -> Response:
        given = await read_object(request)
        if len(given) != 1 or not set(given) <= {"header", "pointer"} or not all(map(_is_text, given.values())):
            raise plain(422, "expected a header or a pointer")
        self._service.creates.count_by(**given)
        return Response(status_code=204)

    async def _issue_token(self, request: Request) -> Response:
        scopes = (await read_object(request)).get("scopes")
        if not isinstance(scopes, list) or not all(map(_is_text, scopes)) or not set(scopes) <= SCOPES:
            raise plain(422, f"scopes: expected a list of {', '.join(sorted(SCOPES))}")
        return JsonResponse({"token": self._service.scoped_tokens.issue(scopes)}, 201)

    async def _revoke_tokens(self, _: Request) -> Response:
        self._service.scoped_tokens.revoke_all()
        return Response(status_code=204)

    async def _clock(self, _: Request) -> Response:
        clock = self._service.clock
        return JsonResponse({"now": timestamp(clock.now(), width=9), "rate": clock.rate, "speed": clock.speed})

    async def _set_clock(self, request: Request) -> Response:
        given = await read_object(request)
        if not given or not set(given) <= {"advance", "rate"} or not all(map(_is_number, given.values())):
            raise plain(422, "expected seconds to advance, a rate, or both")
        if given.get("rate", 0) < 0:
            raise plain(422, "rate: expected at least 0")
        self._service.clock.advance(given.get("advance", 0))
        if "rate" in given:
            self._service.clock.run_at(given["rate"])
        self._service.state.sweep()
        return Response(status_code=204)

    async def _take_snapshot(self, _: Request) -> Response:
        self._snapshots.append(await snapshots.take(self._service))
        return JsonResponse({"snapshot": len(self._snapshots)}, 201)

    async def _restore_snapshot(self, request: Request) -> Response:
        number = request.path_params["number"]
        if not 1 <= number <= len(self._snapshots):
            raise not_found()
        await snapshots.restore(self._service, self._snapshots[number - 1])
        return Response(status_code=204)

    async def _reset(self, _: Request) -> Response:
        self._service.faults.clear()
        self._service.requests.clear()
        self._service.foreign_requests.clear()
        self._service.connections.clear()
        return Response(status_code=204)

    async def _forget_state(self, _: Request) -> Response:
        await snapshots.restore(self._service, snapshots.EMPTY)
        return Response(status_code=204)


class _Guarded:
    """Lets in requests to this very address, from no web page, with the control API's own token."""

    def __init__(self, app: ASGIApp, *, port: int, token: str) -> None:
        self._app = app
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        problem = None
        if headers.get(b"host", b"").decode("latin-1") not in self._hosts:
            problem = plain(421, "This service answers to its loopback address only.")
        elif b"origin" in headers:
            problem = plain(403, "Requests from other origins are refused.")
        elif not hmac.compare_digest(headers.get(b"authorization", b""), self._expected):
            problem = unauthenticated(given=b"authorization" in headers)
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await problem.response()(scope, receive, send)


async def _refuse(_: Request, problem: Exception) -> Response:
    if not isinstance(problem, ApiProblem):
        raise problem
    return problem.response()


async def _refuse_route(_: Request, __: Exception) -> Response:
    return not_found().response()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
