"""The account's own models: what is refused before it is sent, made, changed, deleted, and what the service says."""

import pytest

from replicate_tui.services.bundle import Services
from replicate_tui.services.own_model_rules import (
    Change,
    NewModel,
    changes,
    deletion_obstacles,
    link_problem,
    name_problem,
    version_obstacles,
)
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import ModelCard, ModelPage
from tests.services.proxy import Fault, Proxy, Seen


@pytest.mark.parametrize("name", ["a", "hot-dog", "0.5_b", "x" * 100])
def test_names_the_service_takes(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize("name", ["", "Hot", "-a", "demo/a", "a b", "ä", "x" * 101, "a\n"])
def test_names_the_service_would_refuse(name: str) -> None:
    assert name_problem(name)


def test_links_begin_with_a_scheme() -> None:
    assert link_problem("https://github.com/alice/hot-dog") == ""
    for wrong in ("github.com/alice", "ftp://x.org", "https://", "https://a b.org", "javascript:1", "https://[x"):
        assert link_problem(wrong)


async def test_mistakes_are_said_at_their_fields_and_nothing_is_sent(through: Services, proxy: Proxy) -> None:
    await through.own_models.account()
    seen = len(proxy.seen)
    new = NewModel(name="Hot Dog", hardware="gpu-z9", owner="somebody", paper_url="arxiv.org/1")
    with pytest.raises(ServiceProblem) as caught:
        await through.own_models.create(new, skus=("cpu", "gpu-t4"))
    assert caught.value.kind is ProblemKind.INVALID
    assert {problem.field for problem in caught.value.fields} == {"name", "owner", "hardware", "paper_url"}
    assert len(proxy.seen) == seen


async def test_a_model_is_made_once(services: Services) -> None:
    new = NewModel(name="made-once", hardware="cpu", description="A model", license_url="https://example.com/mit")
    card = await services.own_models.create(new)
    assert (card.full_name, card.visibility, card.description) == ("demo/made-once", "private", "A model")
    with pytest.raises(ServiceProblem) as caught:
        await services.own_models.create(new)
    assert caught.value.kind is ProblemKind.CONFLICT
    assert [problem.field for problem in caught.value.fields] == ["name"]


async def test_what_only_the_service_knows_comes_back_at_the_field(services: Services) -> None:
    with pytest.raises(ServiceProblem) as caught:
        await services.own_models.create(NewModel(name="on-nothing", hardware="gpu-z9"))
    assert [problem.field for problem in caught.value.fields] == ["hardware"]
    assert "Your options are" in caught.value.fields[0].message


async def test_a_lost_answer_is_looked_for_since_a_name_is_given_once(through: Services, proxy: Proxy) -> None:
    proxy.fault = lambda seen: Fault(lose=seen.method == "POST")
    card = await through.own_models.create(NewModel(name="lost-answer", hardware="cpu"))
    assert card.full_name == "demo/lost-answer"
    assert proxy.count("POST", "/models") == 1

    def never_sent(seen: Seen) -> Fault:
        return Fault(status=502) if seen.method == "POST" else Fault()

    proxy.fault = never_sent
    with pytest.raises(ServiceProblem) as caught:
        await through.own_models.create(NewModel(name="never-made", hardware="cpu"))
    assert caught.value.kind is ProblemKind.OUTCOME_UNKNOWN
    assert "given once" in str(caught.value)


def page(owner: str = "demo", visibility: str = "private") -> ModelPage:
    return ModelPage(card=ModelCard(owner, "model", visibility=visibility), version=None)


def test_only_ones_own_private_models_without_versions_can_be_deleted() -> None:
    assert deletion_obstacles(page(), 0, account="demo") == ()
    assert deletion_obstacles(page(), None, account="") == ()
    [versions] = deletion_obstacles(page(), 2, account="demo")
    assert "2 versions" in versions
    [public] = deletion_obstacles(page(visibility="public"), 0, account="demo")
    assert "public" in public
    [other] = deletion_obstacles(page(owner="alice"), 0, account="demo")
    assert "alice" in other


def test_versions_that_something_builds_on_cannot_be_deleted() -> None:
    assert version_obstacles(page(), account="demo") == ()
    found = version_obstacles(page("alice", "public"), account="demo", deployments=("demo/d",), trainings=2)
    assert len(found) == 4
    assert "demo/d" in found[2]
    assert "2 trainings" in found[3]


def test_only_what_differs_is_a_change() -> None:
    before = {"description": "a", "readme": "# A", "paper_url": "https://x.org"}
    assert changes(before, before) == ()
    after = {"paper_url": "", "description": "b", "name": "other"}
    assert changes(before, after) == (Change("description", "a", "b"), Change("paper_url", "https://x.org", ""))


async def test_texts_are_changed_one_by_one(through: Services, proxy: Proxy) -> None:
    own = through.own_models
    await own.create(NewModel(name="one-by-one", hardware="cpu", description="before", paper_url="https://x.org"))
    assert (await own.texts("demo/one-by-one"))["readme"] == ""
    await own.update("demo/one-by-one", (Change("readme", "", "# After"),))
    assert proxy.seen[-1].method == "PATCH"
    assert proxy.seen[-1].body == b'{"readme":"# After"}'
    await own.update("demo/one-by-one", (Change("paper_url", "https://x.org", ""),))
    texts = await own.texts("demo/one-by-one")
    assert (texts["description"], texts["readme"], texts["paper_url"]) == ("before", "# After", "")
    with pytest.raises(ServiceProblem) as caught:
        await own.update("demo/one-by-one", (Change("paper_url", "", "no link"),))
    assert [problem.field for problem in caught.value.fields] == ["paper_url"]


async def test_a_deleted_model_is_forgotten_here_too(through: Services, proxy: Proxy) -> None:
    own = through.own_models
    card = await own.create(NewModel(name="forgotten", hardware="cpu"))
    await through.search.pin(card)
    await through.catalog.model("demo", "forgotten")
    # The first answer is lost; the second try finds it gone, which is what was wanted.
    lost: list[Seen] = []

    def lose_once(seen: Seen) -> Fault:
        if seen.method == "DELETE" and not lost:
            lost.append(seen)
            return Fault(lose=True)
        return Fault()

    proxy.fault = lose_once
    await own.delete("demo/forgotten")
    assert lost
    assert await through.catalog.cached_model("demo", "forgotten") is None
    assert await through.search.pinned() == ()


async def test_a_refusal_keeps_the_model(services: Services) -> None:
    await services.own_models.create(NewModel(name="public-one", hardware="cpu", visibility="public"))
    with pytest.raises(ServiceProblem, match="Only private models can be deleted") as caught:
        await services.own_models.delete("demo/public-one")
    assert caught.value.kind is ProblemKind.FORBIDDEN
    assert (await services.catalog.model("demo", "public-one")).value.card.visibility == "public"
