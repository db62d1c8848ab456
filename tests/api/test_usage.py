"""The recipes hold: those of usage.py type check strictly and run, those of the README run as they stand there."""

import ast
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.api import AsyncReplicate
from replicate_tui.api.webhooks import sign
from tests.api import usage

README = (Path(__file__).parents[2] / "README.md").read_text()
PREAMBLE, *RECIPES = re.findall(
    r"```python\n(.*?)```", README.partition("<summary>Ten recipes")[2].partition("</details>")[0], re.DOTALL
)

#: What shows that a recipe of the README did what it says, by the word its title begins with and its names.
SHOWN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "Run a model, and save": lambda names: Path("lighthouse.webp").stat().st_size > 1_000,
    "Stream a text": lambda names: names["printed"] > 10,
    "Run in the background": lambda names: names["run"].is_final,
    "Run a batch": lambda names: names["greetings"] == ["hello Ada", "hello Grace", "hello Edsger"],
    "Chain two models": lambda names: names["larger"].url,
    "Upload": lambda names: names["caption"] and names["file"].size,
    "Receive a webhook": lambda names: names["secret"].key,
    "Run a deployment": lambda names: names["run"].output == "hello Ada",
    "Train a model": lambda names: names["training"].status == "succeeded" and names["losses"][0].values,
    "Look at the answer": lambda names: names["raw"].status_code == 201,
}


@pytest.fixture
async def replicate(demo: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncReplicate]:
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.05")
    async with AsyncReplicate(bearer_token=demo.token, base_url=demo.base_url) as client:
        yield client


def small_picture(path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), "teal").save(path)


def test_recipes_type_check_strictly(tmp_path: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), usage.__file__],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_run(replicate: AsyncReplicate, tmp_path: Path) -> None:
    assert (await usage.run(replicate, tmp_path)).stat().st_size > 1_000


async def test_stream(replicate: AsyncReplicate) -> None:
    assert len(await usage.stream(replicate)) > 20


async def test_background(replicate: AsyncReplicate) -> None:
    assert (await usage.background(replicate)).status in ("canceled", "aborted", "processing", "succeeded")


async def test_batch(replicate: AsyncReplicate) -> None:
    assert await usage.batch(replicate, ["Ada", "Grace"]) == ["hello Ada", "hello Grace"]


async def test_chain_and_upload(replicate: AsyncReplicate, tmp_path: Path) -> None:
    larger = await usage.chain(replicate)
    picture = await larger.save(tmp_path / "larger.png")
    assert await usage.upload(replicate, picture)


async def signed_headers(replicate: AsyncReplicate) -> dict[str, str]:
    """Headers of a delivery whose body is {}."""
    secret = (await replicate.webhooks.default.secret.get()).key
    now = int(time.time())
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": sign("msg_1", now, b"{}", secret),
    }


async def test_webhook(replicate: AsyncReplicate) -> None:
    await usage.webhook(replicate, await signed_headers(replicate), b"{}")


async def test_deployment(replicate: AsyncReplicate) -> None:
    owner = (await replicate.account.get()).username
    assert (await usage.deployment(replicate, owner)).output == "hello Ada"


async def test_training(replicate: AsyncReplicate, tmp_path: Path) -> None:
    images = tmp_path / "images.zip"
    with zipfile.ZipFile(images, "w") as archive:
        archive.writestr("a.png", b"\x89PNG")
    assert (await usage.training(replicate, await replicate.account.get(), images)).id


async def test_raw_response(replicate: AsyncReplicate) -> None:
    assert await usage.raw_response(replicate) == (201, "application/json")


def test_the_readme_has_ten_short_recipes() -> None:
    assert len(RECIPES) == 10
    for title, recipe in zip(SHOWN, RECIPES, strict=True):
        assert recipe.startswith(f"# {title}")
        assert 2 <= len([line for line in recipe.splitlines()[1:] if line]) <= 8


@pytest.mark.parametrize(("title", "recipe"), list(zip(SHOWN, RECIPES, strict=True)), ids=SHOWN)
async def test_recipe_of_the_readme(
    demo: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, title: str, recipe: str
) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", demo.token)
    monkeypatch.setenv("REPLICATE_BASE_URL", demo.base_url)
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.05")
    monkeypatch.chdir(tmp_path)
    small_picture(Path("picture.png"))
    with zipfile.ZipFile("images.zip", "w") as archive:
        archive.write("picture.png")
    names: dict[str, Any] = {"printed": 0}
    exec(PREAMBLE, names)
    names["print"] = lambda *values, end="": names.update(printed=names["printed"] + sum(len(str(v)) for v in values))
    names["body"] = b"{}"
    names["headers"] = await signed_headers(names["replicate"])
    code = compile(recipe, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    async with names["replicate"]:
        await eval(code, names)
        assert SHOWN[title](names)
