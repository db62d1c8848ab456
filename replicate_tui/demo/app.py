"""The web application: all routes behind the guard, and problem bodies for everything that is refused."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from replicate_tui.demo.guard import Guard
from replicate_tui.demo.limits import Limits
from replicate_tui.demo.problems import ApiProblem, not_found, plain
from replicate_tui.demo.requests import no_such_method
from replicate_tui.demo.routes.account import AccountRoutes
from replicate_tui.demo.routes.delivery import DeliveryRoutes
from replicate_tui.demo.routes.deployments import DeploymentRoutes
from replicate_tui.demo.routes.discovery import DiscoveryRoutes
from replicate_tui.demo.routes.files import FileRoutes
from replicate_tui.demo.routes.models import ModelRoutes
from replicate_tui.demo.routes.own_models import OwnModelRoutes
from replicate_tui.demo.routes.predictions import PredictionRoutes
from replicate_tui.demo.routes.trainings import TrainingRoutes
from replicate_tui.demo.service import DemoService

_ROUTES = (
    PredictionRoutes,
    ModelRoutes,
    DiscoveryRoutes,
    FileRoutes,
    DeliveryRoutes,
    TrainingRoutes,
    DeploymentRoutes,
    OwnModelRoutes,
    AccountRoutes,
)


def build_app(service: DemoService, *, port: int) -> ASGIApp:
    """Return the application that answers for `service` at `127.0.0.1:port`."""
    routes: list[Route] = [route for family in _ROUTES for route in family(service).routes()]
    app = Starlette(
        routes=routes,
        exception_handlers={ApiProblem: _refuse, HTTPException: _refuse_route, Exception: _fail},
    )
    app.router.redirect_slashes = False
    limited = Limits(app, speed=service.settings.speed) if service.settings.rate_limits else app
    return Guard(limited, port=port, token=service.token, scoped=service.scoped_tokens)


async def _refuse(_: Request, problem: Exception) -> Response:
    if not isinstance(problem, ApiProblem):
        raise problem
    return problem.response()


async def _refuse_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    problem = no_such_method(request.method) if status == 405 else not_found()
    return problem.response()


async def _fail(_: Request, __: Exception) -> Response:
    return plain(500, "Internal server error").response()
