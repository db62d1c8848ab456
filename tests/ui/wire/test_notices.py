"""How the end of a run is told: what goes to the terminal, and the person's own command."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from replicate_tui.config import NotifyChoice, Settings
from replicate_tui.demo.server import DemoServer
from replicate_tui.services import pace
from replicate_tui.services.views import TrainingRequest
from replicate_tui.ui.wire.notices import notice_sequence, notify
from tests.support.waiting import wait_for
from tests.ui.driver import open_app

WRITES = "import sys; open(sys.argv[1], 'a').write('|'.join(sys.argv[2:]) + '\\n')"


@pytest.mark.parametrize(
    ("way", "plain", "in_tmux"),
    [
        ("osc9", "\x1b]9;here: done\x07", "\x1bPtmux;\x1b\x1b]9;here: done\x07\x1b\\"),
        ("osc777", "\x1b]777;notify;here;done\x07", "\x1bPtmux;\x1b\x1b]777;notify;here;done\x07\x1b\\"),
        ("title", "\x1b]2;done\x07", "\x1b]2;done\x07"),
        ("bell", "\x07", "\x07"),
    ],
)
def test_what_is_written(way: NotifyChoice, plain: str, in_tmux: str) -> None:
    assert notice_sequence(way, "here", "done", in_tmux=False) == plain
    assert notice_sequence(way, "here", "done", in_tmux=True) == in_tmux


@pytest.mark.parametrize("way", ["osc9", "osc777", "title"])
def test_foreign_text_ends_no_sequence(way: NotifyChoice) -> None:
    written = notice_sequence(way, "a;b", "x\x07\x1b]52;c;ZXZpbA==\x1b\\y\x9c\n", in_tmux=False)
    assert written.count("\x07") == 1
    assert written.count("\x1b") == 1
    assert not any(0x80 <= ord(character) < 0xA0 for character in written)


def command_to(file: Path) -> str:
    return shlex.join([sys.executable, "-c", WRITES, str(file)])


async def test_the_command_gets_title_and_text_and_its_failures_are_told(tmp_path: Path) -> None:
    app: App[Any] = App()
    told = tmp_path / "told"
    settings = Settings(notify="command", notify_command=command_to(told))
    assert await notify(app, settings, "here", "$(touch evil); done") == ""
    assert told.read_text() == "here|$(touch evil); done\n"
    for command, words in (("no-such-command-here", "cannot be run"), ("'open", "cannot be run"), ("false", "failed")):
        assert words in await notify(app, Settings(notify="command", notify_command=command), "here", "done")


async def test_a_training_that_ends_while_the_app_is_away_is_told_once(
    own_demo: Callable[..., DemoServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pace.SHORTEST, "training", 0.02)
    demo = own_demo(speed=100.0)
    told = tmp_path / "told"
    settings = Settings(read_account=False, notify="command", notify_command=command_to(told))
    async with open_app(demo, settings=settings) as driver:
        client = await driver.services.connection.client()
        me = (await client.account.get()).username
        await client.models.create(me, "away", visibility="private", hardware="cpu")
        given = {"input_images": "data:application/zip;base64,UEs=", "steps": 200}
        wish = TrainingRequest("tests/trainer", "3" * 64, f"{me}/away", given, notify=True)
        run = await driver.services.trainings.create(wish, "form")
    assert not told.exists()
    there = demo.service.state.run(run.remote_id or "")
    assert there is not None
    await wait_for(lambda: there.status == "succeeded", "the end, unseen")
    for _ in range(2):
        async with open_app(demo, settings=settings) as driver:
            await wait_for(told.exists, "the notice")
            await wait_for(lambda: not driver.services.tracker.live(), "nothing to follow")
            await driver.pilot.pause()
    assert len(told.read_text().splitlines()) == 1
    assert f"tests/trainer → {me}/away succeeded" in told.read_text()
