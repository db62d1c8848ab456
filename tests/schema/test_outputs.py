"""An output is shown by its value; the schema only hints."""

import base64
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate_tui.schema.fields import OutputSchema
from replicate_tui.schema.media import (
    OutputKind,
    extension_of_media_type,
    extension_of_url,
    kind_of_extension,
    sniff_extension,
)
from replicate_tui.schema.outputs import MAX_ITEMS, file_urls, is_file_url, output_items

PNG = "https://example.com/pbxt/out-0.png"
TOKENS = OutputSchema(concatenates=True, iterates=True)
FILES = OutputSchema(is_file=True)


def kinds(value: object, schema: OutputSchema | None = None) -> list[str]:
    return [item.kind.value for item in output_items(value, schema)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("words", ["text"]),
        ("", ["text"]),
        (5, ["text"]),
        (False, ["text"]),
        (PNG, ["image"]),
        ([PNG, "https://example.com/a.wav"], ["image", "audio"]),
        (["one", "two"], ["text", "text"]),
        (["one", PNG], ["text", "image"]),
        ([], []),
        ({}, ["JSON"]),
        ({"text": "words"}, ["JSON"]),
        ({"text": "words", "files": [{"mask": PNG}]}, ["JSON", "image"]),
        ([[PNG], [PNG, PNG]], ["image", "image", "image"]),
        ([[PNG], 5], ["JSON", "image"]),
        ([0.25, 0.5], ["JSON"]),
        ([None], ["JSON"]),
        (["https://example.com/a.zip", "https://example.com/b"], ["archive", "file"]),
        ("see https://example.com/a.png", ["text"]),
    ],
)
def test_kinds_follow_the_value(value: object, expected: list[str]) -> None:
    assert kinds(value) == expected


def test_an_output_that_is_not_what_the_schema_said_is_shown_all_the_same() -> None:
    assert kinds("just words", FILES) == ["text"]
    assert kinds({"a": 1}, TOKENS) == ["JSON"]
    assert kinds([{"a": 1}], TOKENS) == ["JSON"]
    assert kinds(None, FILES) == []


def test_tokens_are_one_text_with_nothing_between() -> None:
    (item,) = output_items(["Fog", " rolls", "\n", ""], TOKENS)
    assert (item.kind, item.text) == (OutputKind.TEXT, "Fog rolls\n")
    assert output_items("whole", TOKENS)[0].text == "whole"
    assert kinds(["https://exam", "ple.com/a.png"], TOKENS) == ["text"]


def test_a_file_says_where_it_is_inside_the_output() -> None:
    items = output_items({"a": [{"b": PNG}], "n": 1})
    assert [(item.index, item.path, item.url, item.extension) for item in items] == [
        (0, (), "", ""),
        (1, ("a", 0, "b"), PNG, ".png"),
    ]
    assert items[0].value == {"a": [{"b": PNG}], "n": 1}
    assert not items[0].is_file
    assert items[1].is_file


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/a",
        "http://127.0.0.1:9/a",
        "http://localhost/a",
        "http://[::1]:80/a",
        "HTTPS://EXAMPLE.com/",
        "data:text/plain,hi",
    ],
)
def test_these_texts_are_files(text: str) -> None:
    assert is_file_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com/a",
        "https://",
        "https:///a",
        "https://[x/a",
        "https://example.com/a b",
        "https://example.com/a\x1b[31m",
        "https://example.com/" + "a" * 9_000,
        "file:///etc/passwd",
        "ftp://example.com/a",
        "data:",
        "javascript:alert(1)",
        "//example.com/a",
    ],
)
def test_these_texts_are_words(text: str) -> None:
    assert not is_file_url(text)


def test_any_http_is_a_file_where_the_schema_says_so() -> None:
    assert kinds(["http://example.com/a.png"], FILES) == ["image"]
    assert kinds(["http://example.com/a.png"]) == ["text"]
    assert kinds(["file:///etc/passwd"], FILES) == ["text"]


@pytest.mark.parametrize(
    ("url", "extension"),
    [
        (PNG, ".png"),
        ("https://example.com/a.tar.gz", ".gz"),
        ("https://example.com/A.PNG?x=1.zip", ".png"),
        ("https://example.com/no-extension", ""),
        ("https://example.com/a.b/c", ""),
        ("https://example.com/a%2Emp4", ".mp4"),
        ("https://example.com/a.sh%0a", ""),
        ("https://example.com/a.toolongextension", ""),
        ("data:image/webp;base64,AAAA", ".webp"),
        ("data:audio/mpeg,x", ".mp3"),
        ("data:application/octet-stream;base64,iVBORw0KGgo=", ".png"),
        ("data:image/png;base64," + base64.b64encode(b"RIFF\x00\x00\x00\x00WEBPVP8 ").decode(), ".webp"),
        ("data:image/png;base64,%%%", ".png"),
        ("data:,", ""),
    ],
)
def test_extensions_are_suggested(url: str, extension: str) -> None:
    assert extension_of_url(url) == extension


def test_kinds_of_files() -> None:
    assert kind_of_extension(".GLB") is OutputKind.MODEL3D
    assert kind_of_extension(".mp4") is OutputKind.VIDEO
    assert kind_of_extension("") is OutputKind.FILE
    assert extension_of_media_type("image/JPEG; q=1") == ".jpg"
    assert extension_of_media_type("x/y") == ""
    assert sniff_extension(b"\x00\x00\x00\x18ftypisom") == ".mp4"
    assert sniff_extension(b"") == ""


def test_a_huge_output_stays_quick_and_bounded() -> None:
    deep: Any = PNG
    for _ in range(5_000):
        deep = [deep]
    started = time.perf_counter()
    assert len(output_items([PNG] * 20_000)) == MAX_ITEMS
    assert kinds(["word"] * 20_000) == ["JSON"]
    assert kinds([[0.5] * 1_000 for _ in range(1_000)]) == ["JSON"]
    assert kinds(deep) == ["JSON"]
    assert kinds("x" * 5_000_000) == ["text"]
    assert kinds("data:image/png;base64," + "A" * 5_000_000) == ["image"]
    assert time.perf_counter() - started < 1


def test_file_urls_are_those_of_the_items() -> None:
    assert file_urls({"a": PNG, "b": ["x", "http://127.0.0.1/z.zip"]}) == (PNG, "http://127.0.0.1/z.zip")


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([PNG, "data:,x", "https://["]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(ANY_JSON, st.sampled_from([None, TOKENS, FILES]))
def test_any_output_is_shown(value: object, schema: OutputSchema | None) -> None:
    items = output_items(value, schema)
    assert [item.index for item in items] == list(range(len(items)))
    assert bool(items) or value is None or value == []
