"""Rows at every width: never wider than their place, and what matters stays."""

import pytest
from textual.content import Content

from replicate_tui.services.views import CollectionCard, ModelCard
from replicate_tui.ui.rows import collection_line, collection_lines, fit, model_lines

WIDTHS = (20, 40, 78, 118, 200)
MODEL = ModelCard(
    owner="black-forest-labs",
    name="flux-schnell",
    description="The fastest image generation model " * 5,
    run_count=190_000_000,
    is_official=True,
    stand_in=True,
)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_row_is_wider_than_its_place(width: int) -> None:
    wide_letters = ModelCard(owner="東京" * 10, name="画像" * 10, description="日本語" * 60)
    collection = CollectionCard(slug="s", name="Text to image " * 10, description="x" * 300, model_count=1234)
    for lines in (
        model_lines(MODEL, width),
        model_lines(MODEL, width, pinned=True),
        model_lines(wide_letters, width),
        collection_lines(collection, width),
    ):
        for line in lines:
            assert line.cell_length <= max(width, 22)
    assert collection_line(collection, width).cell_length <= width


def test_a_model_keeps_its_name_before_its_facts() -> None:
    first, _ = model_lines(MODEL, 50)
    assert "black-forest-labs/flux-schnell" in first.plain
    assert "190 M runs" in first.plain
    first, _ = model_lines(MODEL, 100, pinned=True)
    assert first.plain.startswith("● ")
    for words in ("stand-in", "official", "190 M runs"):
        assert words in first.plain


def test_fit_is_exact_in_cells() -> None:
    for text in ("", "short", "long enough to be cut", "日本語の文字"):
        assert fit(Content(text), 8).cell_length == 8
