"""A run has a one-line title that tells it from others and gives no secret away."""

from typing import Any

import pytest

from replicate_tui.schema.title import MAX_LENGTH, title_of_input
from tests.schema.fields_for_tests import input_of

SCHEMA = input_of(
    {
        "negative_prompt": {"type": "string", "x-order": 0},
        "image": {"type": "string", "format": "uri", "x-order": 1},
        "scene": {"type": "string", "x-order": 2},
        "key": {"type": "string", "format": "password", "x-order": 3},
        "steps": {"type": "integer", "x-order": 4},
        "fast": {"type": "boolean", "x-order": 5},
    }
)


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"steps": 4, "prompt": "a lighthouse\n  in fog"}, "a lighthouse in fog"),
        ({"negative_prompt": "blurry", "scene": "a harbour"}, "a harbour"),
        ({"negative_prompt": "blurry", "scene": ""}, "blurry"),
        ({"image": "https://example.com/a/photo%20one.png?x=1", "steps": 4}, "photo one.png"),
        ({"image": "/home/me/cat.png"}, "cat.png"),
        ({"image": "data:image/png;base64,AAAA", "steps": 4}, "image (inline file), steps 4"),
        ({"images": ["https://example.com/1.png", "https://example.com/2.png"]}, "1.png"),
        ({"fast": False, "steps": 4}, "steps 4, fast false"),
        ({"key": "hunter2", "steps": 4}, "steps 4"),
        ({"key": "hunter2"}, ""),
        ({}, ""),
    ],
)
def test_titles_with_a_schema(given: dict[str, Any], title: str) -> None:
    assert title_of_input(SCHEMA, given) == title


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({"size": "large", "scene": "a harbour at night"}, "a harbour at night"),
        ({"openai_api_key": "sk 123 456", "hf_token": "abc def", "steps": 4}, "steps 4"),
        ({"scene": "(secret)", "steps": 4}, "steps 4"),
        ({"messages": [{"role": "user"}]}, ""),
    ],
)
def test_titles_without_a_schema(given: dict[str, Any], title: str) -> None:
    assert title_of_input(None, given) == title


def test_a_title_is_one_short_line() -> None:
    title = title_of_input(SCHEMA, {"prompt": "word\n" * 500_000})
    assert len(title) <= MAX_LENGTH
    assert title.endswith("…")
    assert "\n" not in title
