"""The installed command in two terminals, one with stock output: the same keys end in the same screens."""

import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.demo.model import DemoModel, Job
from tests.demo.models import PICTURES, text_input
from tests.e2e.walking import quit_in_order, start_on
from tests.support.cell_screen import CellScreen, differences
from tests.support.demo import make_demo
from tests.support.pictures import picture
from tests.support.processes import state_of
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

pytestmark = pytest.mark.pty

#: Says where the demo's own pictures are sent to; the number is the process's own.
_PICTURE = re.compile(r"\x1b_G[^\x1b]*\x1b\\")
_NUMBER = re.compile(r"i=\d+")


async def _draw(job: Job, given: Mapping[str, Any]) -> list[str]:
    return [job.publish(picture((200, 150)), "out-0.png")]


GRADIENT = DemoModel(
    owner="tests",
    name="gradient",
    description="Draws one picture.",
    readme="# Gradient",
    input_schema=text_input(),
    output_schema=PICTURES,
    run=_draw,
    version="7" * 64,
    queue=0.0,
)


class Both:
    """Two terminals that get the same keys."""

    def __init__(self, stock: Terminal, diffed: Terminal) -> None:
        self.terminals = (stock, diffed)
        self._size = (100, 30)
        #: Where in what each wrote the screens of this size begin.
        self._since = dict.fromkeys(self.terminals, 0)

    def send(self, *keys: str) -> None:
        for terminal in self.terminals:
            terminal.send(*keys)

    def wait_for(self, pattern: str) -> None:
        for terminal in self.terminals:
            terminal.wait_for(pattern)

    def close(self, shown: str) -> None:
        self.send("esc")
        for terminal in self.terminals:
            terminal.wait_until_gone(shown)

    def wait_until_alike(self, pattern: str) -> None:
        """Return when both show the words, and look the same to the last colour."""
        self.wait_for(pattern)
        found: list[str] = []

        def are_alike() -> bool:
            found[:] = differences(*(self.screen_of(terminal) for terminal in self.terminals))
            return not found

        try:
            wait_for_blocking(are_alike, "the same screens", seconds=15)
        except AssertionError as unlike:
            raise AssertionError(f"{unlike}\n" + "\n".join(found)) from None

    def screen_of(self, terminal: Terminal) -> CellScreen:
        """Return the screen since it was last wiped: a size, like a stay in a shell, begins a new one."""
        raw = terminal.raw.decode("utf-8", "replace")
        screen = CellScreen(*self._size)
        screen.feed(raw[max(raw.rfind("\x1b[?1049h"), self._since[terminal]) :])
        assert not screen.strange
        return screen

    def resize(self, columns: int, rows: int) -> None:
        self._size = (columns, rows)
        self._since = {terminal: len(terminal.raw.decode("utf-8", "replace")) for terminal in self.terminals}
        for terminal in self.terminals:
            terminal.resize(columns, rows)

    def stop_and_go_on(self) -> None:
        for terminal in self.terminals:
            terminal.process.send_signal(signal.SIGTSTP)
        for terminal in self.terminals:
            wait_for_blocking(lambda terminal=terminal: state_of(terminal.process.pid) == "T", "the app is stopped")
            terminal.process.send_signal(signal.SIGCONT)

    @property
    def pictures(self) -> list[list[str]]:
        return [
            [_NUMBER.sub("i=", sent) for sent in _PICTURE.findall(terminal.raw.decode("utf-8", "replace"))]
            for terminal in self.terminals
        ]


@pytest.fixture
def both(private_home: Path) -> Iterator[Both]:
    with ExitStack() as started:
        demo = started.enter_context(make_demo(models=[GRADIENT]))
        terminals = []
        for way in ("stock", "diff"):
            home = private_home / way
            settings = home / ".config/replicate-tui/config.toml"
            settings.parent.mkdir(parents=True, mode=0o700)
            settings.write_text('images = "kitty"\nread_account = false\n')
            way_out = {"REPLICATE_TUI_WIRE": way}
            terminals.append(
                started.enter_context(start_on(demo, "open", "tests/gradient", home=home, environment=way_out))
            )
        yield Both(terminals[0], terminals[1])


def test_the_same_keys_end_in_the_same_screens(both: Both) -> None:
    both.wait_until_alike(r"Inputs .*README")
    both.send("]")
    both.wait_until_alike("Gradient")
    both.send("?")
    both.wait_until_alike("This screen")
    both.close("This screen")
    both.send("ctrl+p")
    both.wait_for("Search for commands")
    # Without words the commands stand in the order in which they were found.
    both.send("light theme")
    both.wait_until_alike("Dark words on light")
    both.close("Dark words on light")
    both.send("f")
    both.wait_for("options: version")
    both.send("日本語 👍🏽 ❤️ 👨\u200d👩\u200d👧 e\u0301 🇩🇪")
    both.wait_until_alike("日本語")
    both.stop_and_go_on()
    both.wait_until_alike("日本語")
    both.resize(80, 24)
    both.wait_until_alike("日本語")
    both.send("ctrl+g")
    both.wait_for("succeeded")
    wait_for_blocking(lambda: all(both.pictures), "the pictures", seconds=20)
    both.send("2")
    both.wait_until_alike("Nothing is pinned")
    stock, diffed = both.pictures
    assert stock == diffed
    assert stock[0].startswith("\x1b_Ga=T")
    sizes = [len(terminal.raw) - sum(map(len, stock)) for terminal in both.terminals]
    assert sizes[1] < sizes[0] / 2
    for terminal in both.terminals:
        quit_in_order(terminal)
