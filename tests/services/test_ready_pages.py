"""Model pages stay ready in memory: the step from a page to its form reads and parses nothing again."""

import pytest

from replicate_tui.services import catalog as catalog_module
from replicate_tui.services.bundle import Services


async def test_a_page_that_was_read_is_ready_and_the_same_answer_is_the_same_page(through: Services) -> None:
    assert await through.catalog.cached_model("tests", "greeter") is None
    first = await through.catalog.model("tests", "greeter")
    assert await through.catalog.cached_model("tests", "greeter") is first
    second = await through.catalog.model("tests", "greeter")
    assert second.value is first.value, "an unchanged answer is not parsed again"
    assert second.fetched_at > first.fetched_at
    assert await through.catalog.cached_model("tests", "greeter") is second


async def test_only_the_latest_pages_are_kept_ready(through: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_module, "_MOST_READY", 1)
    first = await through.catalog.model("tests", "greeter")
    await through.catalog.model("tests", "painter")
    again = await through.catalog.cached_model("tests", "greeter")
    assert again is not None
    assert again.value == first.value
    assert again.value is not first.value, "read from the disk"
