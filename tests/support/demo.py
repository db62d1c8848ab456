"""The demo service for tests: one shared by a worker's tests, or one of a test's own.

async def test_something(demo):                      # shared, quick, holds other tests' runs too
    client = Client(demo.base_url, demo.token)

async def test_alone(own_demo):                      # nobody else's runs, any settings
    server = own_demo(speed=1.0, seed=7)
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from replicate_tui.demo.model import DemoModel
    from replicate_tui.demo.server import DemoServer

FAST = 200.0
_LIFETIME = 3600.0


def make_demo(*, models: "Iterable[DemoModel] | None" = None, **settings: Any) -> "DemoServer":
    """Return a service that is not started yet; `settings` are those of DemoSettings.

    Without `models` it has the catalogue and the tiny models of `tests.demo.models`.
    """
    from replicate_tui.demo import catalogue
    from replicate_tui.demo.server import DemoServer
    from replicate_tui.demo.service import DemoSettings
    from tests.demo import models as tiny

    chosen = DemoSettings(**{"speed": FAST, "seed": 1, "data_lifetime": _LIFETIME, **settings})
    if models is not None:
        return DemoServer(chosen, models, ())
    return DemoServer(chosen, (*catalogue.MODELS, *tiny.MODELS), (*catalogue.COLLECTIONS, *tiny.COLLECTIONS))


@pytest.fixture(scope="session")
def demo() -> "Iterator[DemoServer]":
    """A running service: `base_url`, `token`, `origin`; shared, so a test must not count on an empty list."""
    with make_demo() as server:
        yield server


@pytest.fixture
def own_demo() -> "Iterator[Callable[..., DemoServer]]":
    """Start services of this test's own (see `make_demo`); they stop when it ends."""
    with ExitStack() as started:
        yield lambda **settings: started.enter_context(make_demo(**settings))
