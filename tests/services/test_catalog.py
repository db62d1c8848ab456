"""The catalogue: fresh when it can be, kept with its age when it cannot, cleaned either way."""

from datetime import UTC, datetime
from typing import Any

import pytest

from replicate_tui.services.bundle import Services
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from tests.services.conftest import House
from tests.services.proxy import PASS, Fault, Proxy


async def test_collections_and_models_are_kept_for_offline_use(through: Services, proxy: Proxy) -> None:
    assert await through.catalog.cached_collections() is None
    fresh = await through.catalog.collections()
    assert "talking" in [card.slug for card in fresh.value]
    assert fresh.problem is None
    page = await through.catalog.collection("talking")
    assert [card.full_name for card in page.value.models] == ["tests/greeter", "tests/streamer"]
    assert all(card.stand_in for card in page.value.models)
    model = await through.catalog.model("tests", "greeter")
    assert model.value.version is not None
    assert [field.name for field in model.value.version.schema.input.fields] == ["text"]

    proxy.fault = lambda _: Fault(refuse=True)
    through.connection._client = (await through.connection.client()).copy(max_retries=0)
    old = await through.catalog.model("tests", "greeter")
    assert old.value == model.value
    assert old.fetched_at == model.fetched_at <= datetime.now(UTC)
    assert old.problem
    assert "Offline" in old.problem
    with pytest.raises(ServiceProblem) as caught:
        await through.catalog.model("tests", "painter")
    assert caught.value.kind is ProblemKind.OFFLINE

    proxy.fault = lambda _: PASS
    assert (await through.catalog.model("tests", "painter")).problem is None


async def test_what_was_seen_is_cached_over_a_restart(demo: Any, house_on: Any) -> None:
    house: House = house_on(demo)
    services = await house.open()
    await services.catalog.collection("talking")
    await services.catalog.readme("tests", "greeter")
    await services.close()
    services = await house.open()
    cached = await services.catalog.cached_collection("talking")
    assert cached is not None
    assert cached.value.card.name == "Talking"
    readme = await services.catalog.cached_readme("tests", "greeter")
    assert readme is not None
    assert readme.value.startswith("# Greeter")
    found = await services.search.local_search("greet")
    assert [card.full_name for card in found.models] == ["tests/greeter"]
    assert found.models[0].stand_in


async def test_what_a_model_has_not_is_empty_rather_than_an_error(services: Services) -> None:
    assert (await services.catalog.readme("tests", "streamer")).value == ""
    assert (await services.catalog.versions("tests", "streamer")).value == ()
    with pytest.raises(ServiceProblem) as caught:
        await services.catalog.model("tests", "nobody")
    assert caught.value.kind is ProblemKind.NOT_FOUND


async def test_versions_and_examples(services: Services) -> None:
    versions = await services.catalog.versions("tests", "greeter")
    assert {card.id[0] for card in versions.value} == {"a", "b"}
    version = await services.catalog.version("tests", "greeter", "b" * 64)
    assert version.value.schema.input.get("text") is not None
    examples = await services.catalog.examples("tests", "greeter")
    assert {example.title for example in examples.value} == {"world", "moon"}
    assert {example.output for example in examples.value} == {"hello world", "hello moon"}


async def test_search_blends_what_is_here_and_what_the_service_knows(services: Services) -> None:
    assert (await services.search.local_search("painter")).models == ()
    answer = await services.search.search("painter")
    assert "tests/painter" in [card.full_name for card in answer.value.models]
    assert "tests/painter" in [card.full_name for card in (await services.search.local_search("paint")).models]


async def test_pins_and_openings_are_remembered(services: Services) -> None:
    greeter = (await services.catalog.model("tests", "greeter")).value.card
    await services.search.pin(greeter)
    await services.search.remember_opened(greeter)
    assert await services.search.pinned() == (greeter,)
    assert await services.search.recent() == (greeter,)
    await services.search.unpin(greeter.full_name)
    assert await services.search.pinned() == ()
    assert await services.search.popular()
