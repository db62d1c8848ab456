"""Lists of models: one's own gathered from everywhere, and all public ones page by page."""

from replicate_tui.services.bundle import Services
from replicate_tui.services.deployment_views import DeploymentWish
from replicate_tui.services.own_model_rules import NewModel
from replicate_tui.services.views import TrainingRequest
from tests.services.conftest import run
from tests.services.proxy import PASS, Fault, Proxy

TRAINER = "ostris/flux-dev-lora-trainer"


async def trainer_version(services: Services) -> str:
    page = await services.catalog.model(*TRAINER.split("/"))
    assert page.value.version is not None
    return page.value.version.id


def names(cards: object) -> list[str]:
    assert isinstance(cards, tuple)
    return [card.full_name for card in cards]


async def test_mine_is_gathered_from_what_was_made_trained_and_run(services: Services) -> None:
    lists = services.model_lists
    await services.own_models.create(NewModel(name="gathered-made", hardware="cpu"))
    assert "demo/gathered-made" in names(await lists.known_mine())
    # A model that is known only as the destination of a training, and one that never was.
    client = await services.connection.client()
    await client.models.create("demo", "gathered-trained", visibility="private", hardware="cpu")
    version = await trainer_version(services)
    request = TrainingRequest(
        model=TRAINER,
        version=version,
        destination="demo/gathered-trained",
        input={"input_images": "https://example.com/a.zip"},
    )
    await services.trainings.create(request, "mine")
    await run(services, "tests/greeter", text="x")
    mine = await lists.mine()
    assert mine.problem is None
    assert {"demo/gathered-made", "demo/gathered-trained"} <= set(names(mine.value))
    assert all(card.owner == "demo" for card in mine.value)
    assert {card.visibility for card in mine.value if card.name.startswith("gathered")} == {"private"}
    assert await lists.trainings_from(version) == 1


async def test_mine_knows_what_deployments_run_and_drops_what_is_gone(services: Services) -> None:
    client = await services.connection.client()
    await client.models.create("demo", "soon-gone", visibility="private", hardware="cpu")
    await services.catalog.model("demo", "soon-gone")
    await services.own_models.account()
    assert "demo/soon-gone" in names(await services.model_lists.known_mine())
    await client.models.delete(model_owner="demo", model_name="soon-gone")
    assert "demo/soon-gone" not in names((await services.model_lists.mine()).value)
    assert "demo/soon-gone" not in names(await services.model_lists.known_mine())
    greeter = await services.catalog.model("tests", "greeter")
    assert greeter.value.version is not None
    wish = DeploymentWish("asks-for-it", "tests/greeter", greeter.value.version.id, "cpu")
    await services.deployments.create(wish)
    assert "demo/asks-for-it" in await services.model_lists.deployments_of(greeter.value.version.id)


async def test_all_public_models_page_by_page(services: Services) -> None:
    walk = services.model_lists.public("model_created_at")
    found: list[str] = []
    pages = 0
    while more := await walk.more():
        found += names(more)
        pages += 1
    assert walk.is_complete
    assert pages > 1
    assert len(found) == len(set(found)) > 25
    assert await walk.more() == ()


async def test_offline_shows_the_first_page_and_ones_own_as_they_were(through: Services, proxy: Proxy) -> None:
    lists = through.model_lists
    assert await lists.first_known("model_created_at") is None
    first = await lists.public("model_created_at").more()
    await through.own_models.create(NewModel(name="known-offline", hardware="cpu"))
    proxy.fault = lambda _: Fault(refuse=True)
    through.connection._client = (await through.connection.client()).copy(max_retries=0)
    kept = await lists.first_known("model_created_at")
    assert kept is not None
    assert names(kept.value) == names(first)
    mine = await lists.mine()
    assert "demo/known-offline" in names(mine.value)
    assert "Offline" in (mine.problem or "")
    proxy.fault = lambda _: PASS
    assert (await lists.mine()).problem is None
