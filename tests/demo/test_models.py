"""Browsing over real sockets: models, versions, examples, collections, search."""

from typing import Any

import httpx
import pytest

from replicate_tui.demo.model import DemoModel
from tests.demo.models import GREETER, MODELS, PAINTER


async def names(api: httpx.AsyncClient, path: str, **more: Any) -> list[str]:
    answer = await api.request(more.pop("method", "GET"), path, **more)
    assert answer.status_code == 200, answer.text
    return [f"{each['owner']}/{each['name']}" for each in answer.json()["results"]]


async def test_a_model_has_its_schema_and_a_real_example(api: httpx.AsyncClient) -> None:
    model = (await api.get("/models/tests/greeter")).json()
    assert model["latest_version"]["id"] == GREETER.version
    schemas = model["latest_version"]["openapi_schema"]["components"]["schemas"]
    assert schemas["Input"]["properties"]["text"]["title"] == "Text"
    assert model["default_example"]["output"] == "hello world"
    assert (model["is_official"], model["visibility"]) == (False, "public")


async def test_the_keys_of_a_schema_come_by_length_then_alphabet(api: httpx.AsyncClient) -> None:
    version = (await api.get(f"/models/tests/painter/versions/{PAINTER.version}")).json()

    def check(value: Any) -> None:
        if isinstance(value, dict):
            assert list(value) == sorted(value, key=lambda name: (len(name), name))
            for inner in value.values():
                check(inner)

    check(version["openapi_schema"])


async def test_every_model_is_listed_once_across_pages(own_demo: Any, connect: Any) -> None:
    many = [
        DemoModel(
            owner="tests",
            name=f"m{number}",
            description="",
            readme="",
            input_schema={},
            output_schema={},
            run=GREETER.run,
            version=f"{number:064x}",
        )
        for number in range(60)
    ]
    async with connect(own_demo(models=many)) as api:
        for query in ("", "?sort_direction=asc", "?sort_by=model_created_at&sort_direction=desc"):
            found: list[str] = []
            sizes = []
            page = (await api.get(f"/models{query}")).json()
            assert page["previous"] is None
            pages = [page]
            while page["next"]:
                assert page["next"].startswith(str(api.base_url).rstrip("/") + "/models?cursor=")
                page = (await api.get(page["next"])).json()
                pages.append(page)
            for page in pages:
                sizes.append(len(page["results"]))
                found += [each["name"] for each in page["results"]]
            assert sizes == [25, 25, 10]
            assert sorted(found) == sorted(model.name for model in many)
            back = (await api.get(pages[2]["previous"])).json()
            assert back == pages[1]
        assert (await api.get("/models?cursor=!")).status_code == 404
        assert (await api.get("/models?cursor=cD0x")).status_code == 404
        assert (await api.get("/models?sort_by=name")).status_code == 400


@pytest.mark.parametrize("body", ["greet", '"greet"', '"greet', "greets whoever"])
async def test_query_finds_models_by_words_raw_or_quoted(api: httpx.AsyncClient, body: str) -> None:
    found = await names(api, "/models", method="QUERY", content=body, headers={"Content-Type": "text/plain"})
    assert found[0] == "tests/greeter"


async def test_query_for_nothing_known_finds_nothing(api: httpx.AsyncClient) -> None:
    assert await names(api, "/models", method="QUERY", content="zzzz") == []


async def test_the_readme_is_plain_text_or_not_found(api: httpx.AsyncClient) -> None:
    readme = await api.get("/models/tests/greeter/readme")
    assert (readme.text, readme.headers["content-type"]) == (GREETER.readme, "text/plain; charset=utf-8")
    assert (await api.get("/models/tests/streamer/readme")).status_code == 404


async def test_versions_are_listed_newest_first(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/models/tests/greeter/versions")).json()["results"]
    assert [each["id"] for each in listed] == ["a" * 64, "b" * 64]
    assert listed[0]["created_at"] > listed[1]["created_at"]
    assert (await api.get(f"/models/tests/greeter/versions/{'b' * 64}")).json() == listed[1]
    assert (await api.get(f"/models/tests/greeter/versions/{'c' * 64}")).status_code == 404


async def test_official_models_have_no_versions_to_list(api: httpx.AsyncClient) -> None:
    answer = await api.get("/models/tests/streamer/versions")
    assert answer.status_code == 404 or answer.json()["results"] == []
    assert (await api.get(f"/models/tests/streamer/versions/{'c' * 64}")).status_code == 404


async def test_examples_are_real_runs_made_once(api: httpx.AsyncClient) -> None:
    first = (await api.get("/models/tests/greeter/examples")).json()["results"]
    assert [(each["input"]["text"], each["output"]) for each in first] == [
        ("moon", "hello moon"),
        ("world", "hello world"),
    ]
    assert all(each["source"] == "web" and each["status"] == "succeeded" for each in first)
    assert (await api.get("/models/tests/greeter/examples")).json()["results"] == first
    assert (await api.get("/models/tests/failer/examples")).json()["results"] == []


async def test_the_picture_of_an_example_can_be_fetched(api: httpx.AsyncClient) -> None:
    model = (await api.get("/models/tests/painter")).json()
    assert model["cover_image_url"] == model["default_example"]["output"][0]
    assert (await api.get(model["cover_image_url"])).content == b"picture of a lighthouse small"


@pytest.mark.parametrize("path", ["", "/readme", "/examples", "/versions", f"/versions/{'a' * 64}"])
async def test_an_unknown_model_is_not_found(api: httpx.AsyncClient, path: str) -> None:
    refused = await api.get(f"/models/tests/nothing{path}")
    assert refused.json() == {"detail": "The requested resource could not be found.", "status": 404}


async def test_a_collection_holds_whole_models(api: httpx.AsyncClient) -> None:
    listed = (await api.get("/collections")).json()
    assert {"name": "Talking", "slug": "talking", "description": "Models that talk"} in listed["results"]
    collection = (await api.get("/collections/talking")).json()
    assert [each["name"] for each in collection["models"]] == ["greeter", "streamer"]
    assert collection["models"][0]["latest_version"]["openapi_schema"] is not None
    assert (await api.get("/collections/nothing")).status_code == 404


async def test_search_needs_no_token_and_leaves_schemas_out(demo: Any) -> None:
    async with httpx.AsyncClient(base_url=demo.base_url, trust_env=False) as anyone:
        found = (await anyone.get("/search", params={"query": "talk greet"})).json()
        assert found["query"] == "talk greet"
        hit = found["models"][0]
        assert hit["model"]["name"] == "greeter"
        assert hit["model"]["latest_version"]["openapi_schema"] == {}
        assert hit["metadata"]["tags"] == ["text", "greeting"]
        assert found["collections"][0]["models"] == ["tests/greeter", "tests/streamer"]
        limited = (await anyone.get("/search", params={"query": "tests", "limit": 2})).json()
        assert len(limited["models"]) == 2 < len(MODELS)
        for query in ({}, {"query": " "}, {"query": "a", "limit": 51}, {"query": "a", "limit": "x"}):
            refused = await anyone.get("/search", params=query)
            assert (refused.status_code, refused.headers["content-type"]) == (400, "application/json")


async def test_account_hardware_and_secret(api: httpx.AsyncClient) -> None:
    assert (await api.get("/account")).json()["username"] == "demo"
    hardware = (await api.get("/hardware")).json()
    assert {"sku": "gpu-t4", "name": "Nvidia T4 GPU"} in hardware
    assert (await api.get("/webhooks/default/secret")).json()["key"].startswith("whsec_")
