"""Models that write or count text."""

import json
import math
import sys
from typing import Any

import anyio
import pytest

from replicate_tui.demo.model import ModelFailure
from replicate_tui.demo.models._chat import answer, form_of
from replicate_tui.demo.models._prose import Writer, keywords, pieces
from tests.demo.lone_job import run

CHATS = (
    "anthropic/claude-sonnet-4",
    "meta/llama-2-70b-chat",
    "meta/meta-llama-3-8b-instruct",
    "deepseek-ai/deepseek-r1",
    "ibm-granite/granite-8b-code-instruct-128k",
)


async def said(name: str, **given: Any) -> str:
    output, _ = await run(name, given)
    return "".join(output)


@pytest.mark.parametrize("who", ["Alice", "the whole wide world", ""])
async def test_hello_world_says_hello(who: str) -> None:
    assert (await run("replicate/hello-world", {"text": who}))[0] == f"hello {who}"


@pytest.mark.parametrize("name", CHATS)
async def test_a_chat_streams_chunks_about_the_words_of_its_prompt(name: str) -> None:
    output, job = await run(name, {"prompt": "Explain ferries and granite"})
    assert len(output) > 40
    assert all(len(chunk.strip()) <= 6 for chunk in output)
    content = "".join(output)
    assert "stand-in" in content
    assert "ferries" in content.lower()
    assert "granite" in content.lower()
    assert job.metrics["output_token_count"] == len([chunk for chunk in output if chunk])
    assert 20 <= len(output) / job.slept <= 100


@pytest.mark.parametrize("name", CHATS)
async def test_a_chat_says_the_same_twice_and_something_else_to_another_prompt(name: str) -> None:
    first = await said(name, prompt="Explain ferries")
    assert await said(name, prompt="Explain ferries") == first
    assert await said(name, prompt="Explain granite") != first


@pytest.mark.parametrize("name", [name for name in CHATS if "claude" not in name and "r1" not in name])
async def test_the_seed_changes_the_text(name: str) -> None:
    assert await said(name, prompt="Explain ferries", seed=1) != await said(name, prompt="Explain ferries", seed=2)


@pytest.mark.parametrize("name", [name for name in CHATS if "llama-2" not in name])
async def test_max_tokens_limits_the_stream(name: str) -> None:
    output, _ = await run(name, {"prompt": "Explain ferries", "max_tokens": 12})
    assert len([chunk for chunk in output if chunk]) == 12


async def test_llama_2_obeys_its_limits_stops_and_temperature() -> None:
    name = "meta/llama-2-70b-chat"
    long = await run(name, {"prompt": "Explain ferries", "max_new_tokens": 900, "min_new_tokens": 500})
    assert len(long[0]) >= 500
    short = await run(name, {"prompt": "Explain ferries", "max_new_tokens": 5})
    assert len(short[0]) == 5
    assert "ferries" not in await said(name, prompt="Explain ferries", stop_sequences="ferries")
    cold = [await said(name, prompt="Explain ferries", temperature=0.01, seed=seed) for seed in (1, 2)]
    assert cold[0] == cold[1]


async def test_claude_closes_its_list_with_an_empty_chunk() -> None:
    output, _ = await run("anthropic/claude-sonnet-4", {"prompt": "Hello"})
    assert output[-1] == ""


async def test_claude_thinks_longer_when_asked_to_and_measures_an_image() -> None:
    given = {"prompt": "Hello", "extended_thinking": True, "thinking_budget_tokens": 4000, "image": "in"}
    _, job = await run("anthropic/claude-sonnet-4", given, files={"in": b"12345"})
    assert job.metrics["time_to_first_token"] == 4.4
    assert job.logs == ["Image received: 5 bytes", "Thinking with a budget of 4000 tokens"]


async def test_deepseek_thinks_between_tags_and_says_true_things_there() -> None:
    content = await said("deepseek-ai/deepseek-r1", prompt="Explain ferries")
    thoughts, _, body = content.partition("\n</think>\n\n")
    assert thoughts.startswith("<think>\nThe prompt has 15 characters and 1 telling words: ferries.")
    assert f"The answer will have {len(pieces(body))} chunks" in thoughts


@pytest.mark.parametrize("prompt", ["Count ferries", "", "!!!", 'say """ and \\', "日本語"])
async def test_granite_writes_python_that_runs(prompt: str) -> None:
    content = await said("ibm-granite/granite-8b-code-instruct-128k", prompt=prompt)
    result = await anyio.run_process([sys.executable, "-c", content])
    assert result.stdout.strip().isdigit()


@pytest.mark.parametrize(
    ("prompt", "form", "sign"),
    [
        ("Write a poem about tides", "verses", ",\n"),
        ("Tell me a story about a robot", "story", "\n\n"),
        ("Write a Python function", "code", "```python"),
        ("Compare rivers and roads", "table", "| --- |"),
        ("List five ideas", "list", "5. **"),
        ("Hello there", "short", "."),
        ("Explain quantum computing", "essay", "## "),
    ],
)
def test_the_prompt_decides_the_form(prompt: str, form: str, sign: str) -> None:
    assert form_of(prompt) == form
    assert sign in answer(prompt, 1)


def test_pieces_join_to_the_same_text() -> None:
    content = "  One, two\n\n\tthree  \n photography…  日本語テキスト "
    assert "".join(pieces(content)) == content


def test_keywords_are_the_prompts_own_and_never_none() -> None:
    assert keywords("Tell me about the Ferries of Oslo, please. Ferries!") == ["ferries", "oslo"]
    assert keywords("") == ["this question"]


@pytest.mark.parametrize("prompt", ["{0} {braces}", "%s", "a" * 5000, "x"])
def test_prose_takes_any_prompt(prompt: str) -> None:
    for form in ("poem", "story", "code", "table", "list", "essay"):
        assert answer(f"{form} {prompt}", 1)
    assert Writer(prompt, 1).paragraph(12)


def _cosine(first: list[float], second: list[float]) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))


async def test_clip_features_name_their_inputs_and_put_like_texts_close() -> None:
    lines = "a photo of fog\na photograph of fog\ntax return"
    output, _ = await run("andreasjansson/clip-features", {"inputs": lines})
    first, like, unlike = (one["embedding"] for one in output)
    assert [one["input"] for one in output] == lines.splitlines()
    assert len(first) == 768
    assert math.isclose(_cosine(first, first), 1, abs_tol=1e-4)
    assert _cosine(first, like) > 0.4 > 0.2 > abs(_cosine(first, unlike))


async def test_e5_reads_a_json_list_and_refuses_anything_else() -> None:
    name = "beautyyuyanli/multilingual-e5-large"
    output, job = await run(name, {"texts": json.dumps(["fog", "wall", "fog"]), "batch_size": 1})
    assert [len(one) for one in output] == [1024, 1024, 1024]
    assert output[0] == output[2] != output[1]
    assert sum("/3 [" in line for line in job.logs) == 4
    for wrong in ("fog", '{"a": 1}', "[1, 2]"):
        with pytest.raises(ModelFailure, match="texts"):
            await run(name, {"texts": wrong})


async def test_jina_follows_the_shape_of_its_input() -> None:
    name = "yorickvp/jina-embeddings-v2-base-en"
    one, _ = await run(name, {"text": "fog"})
    many, _ = await run(name, {"text": ["fog", "wall"]})
    assert len(one) == 512
    assert many[0] == one
    assert many[1] != one


async def test_the_summary_is_sentences_of_the_text() -> None:
    text = "Fog came. The harbour was full of fog and boats. Nobody slept. Boats in the harbour waited for the fog."
    output, _ = await run("replicate-tui-demo/summarizer", {"text": text, "sentences": 2, "bullets": True})
    assert output == "- The harbour was full of fog and boats.\n- Boats in the harbour waited for the fog."
    whole, _ = await run("replicate-tui-demo/summarizer", {"text": text, "sentences": 9})
    assert whole == text


async def test_words_are_counted_ignored_and_sorted() -> None:
    given = {"text": "b a b C c b", "ignore": ["A"], "sort": "count"}
    output, _ = await run("replicate-tui-demo/word-count", given)
    assert output == [{"word": "b", "count": 3, "share": 0.6}, {"word": "c", "count": 2, "share": 0.4}]
    by_word, _ = await run("replicate-tui-demo/word-count", {**given, "sort": "word", "limit": 1})
    assert [one["word"] for one in by_word] == ["b"]
    assert (await run("replicate-tui-demo/word-count", {"text": ""}))[0] in (None, [])
