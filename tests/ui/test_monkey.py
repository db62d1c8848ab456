"""Whatever is pressed, however fast: nothing fails, and the app still answers. `tests.ui.monkey` tries more by hand."""

from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.ui import monkey
from tests.ui.driver import SMALL, WIDE

STEPS = 120


@pytest.mark.parametrize(("seed", "size"), [(1, SMALL), (2, WIDE), (4, SMALL)])
async def test_no_key_ends_the_app(
    demo: DemoServer, seed: int, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It saves copies, too.
    monkeypatch.chdir(tmp_path)
    await monkey.play(demo, seed, size, steps=STEPS)
