"""Keys, pastes, clicks and sizes by chance, sent without waiting: `python -m tests.ui.monkey 0 200` tries seeds."""

import asyncio
import contextlib
import os
import random
import sys
import tempfile
import time
import traceback
from functools import partial
from pathlib import Path
from typing import Any, Final

from textual import events
from textual.geometry import Size
from textual.keys import _character_to_key

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui import messages
from tests.support.waiting import wait_for
from tests.ui.driver import SMALL, WIDE, Driver, open_app

#: What is pressed, and how often it is beside the others.
_KEYS: Final[dict[str, int]] = {
    **dict.fromkeys("12345678", 2),
    "1": 4,
    "3": 5,
    "4": 7,
    "enter": 14,
    "escape": 14,
    **dict.fromkeys(("down", "up", "tab"), 8),
    **dict.fromkeys(("j", "k", "left", "right", "space", "shift+tab", "home", "end", "pagedown", "pageup", "G"), 2),
    **dict.fromkeys("]f", 8),
    **dict.fromkeys("[yvlnexud/?:q*", 4),
    **dict.fromkeys("piorc>stwOD+-hg@a", 2),
    "ctrl+g": 12,
    **dict.fromkeys(("ctrl+t", "ctrl+p", "ctrl+s", "ctrl+r", "ctrl+q", "ctrl+o", "f2", "f1", "f3", "f4", "f8"), 3),
    **dict.fromkeys(("ctrl+l", "ctrl+c", "ctrl+d", "ctrl+u", "ctrl+home", "ctrl+end", "backspace", "delete"), 2),
    **dict.fromkeys(("alt+1", "alt+3", "alt+4"), 1),
}
_TEXTS: Final = (
    "hello",
    "tests/",
    "status:failed",
    "42",
    "~",
    "{",
    '{"text": "x"}',
    "two\nlines",
    "\U0001f44d\u200d",
    "[b]",
)
_RUNS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("tests/greeter", {"text": "Monkey"}),
    ("tests/streamer", {"text": "one two three four five " * 8}),
    ("tests/painter", {"text": "a banana", "count": 3}),
    ("tests/failer", {"text": "x"}),
    ("tests/endless", {"text": "on"}),
    ("replicate-tui-demo/big-json", {}),
)
_WISHES: Final = (
    messages.OpenModel("tests/greeter"),
    messages.OpenModel("tests/painter", "examples"),
    messages.OpenForm("tests/greeter"),
    messages.OpenForm("replicate-tui-demo/every-input"),
    messages.OpenForm("no/such-model"),
    messages.OpenCollection("no-such-collection"),
)
PRESSES: Final = 15
_SIZES: Final = (SMALL, WIDE, (100, 30), (60, 15), (30, 8), (200, 50))


class Monkey:
    """Does `steps` things to an app, each chosen by `seed`; `done` tells what they were."""

    def __init__(self, driver: Driver, seed: int) -> None:
        self.app = driver.app
        self._driver = driver
        self._chance = random.Random(seed)
        self.done: list[str] = []

    @property
    def is_over(self) -> bool:
        """Whether the app has failed or ended."""
        return self.app._exception is not None or not self.app._running

    async def play(self, steps: int) -> None:
        while len(self.done) < steps and not self.is_over:
            for _ in range(self._chance.choice((1, 1, 2, 3, 5, 8))):
                self._do_something()
            await self._breathe()

    def _do_something(self) -> None:
        what = self._chance.random()
        if what < 0.90:
            self.press(self._chance.choices(list(_KEYS), list(_KEYS.values()))[0])
        elif what < 0.92:
            self._note("paste")
            self._send(events.Paste(self._chance.choice(_TEXTS)))
        elif what < 0.95:
            self._click()
        elif what < 0.97:
            self._start_run()
        elif what < 0.985:
            wish = self._chance.choice(_WISHES)
            self._note(str(wish))
            self.app.post_message(wish)
        else:
            self.resize(self._chance.choice(_SIZES))

    async def _breathe(self) -> None:
        """Let the app get on: not at all, a little, or until it has nothing to do."""
        how = self._chance.random()
        if how < 0.35:
            return
        if how < 0.75:
            for _ in range(self._chance.choice((1, 2, 5, 12, 30))):
                await asyncio.sleep(0)
        elif how < 0.9:
            await asyncio.sleep(self._chance.random() * 0.02)
        else:
            self._note("rest")
            await asyncio.sleep(0.05)

    def _note(self, what: str) -> None:
        self.done.append(what)

    def _send(self, event: events.Event) -> None:
        event.set_sender(self.app)
        self.app.post_message(event)

    def press(self, key: str) -> None:
        self._note(key)
        is_text = len(key) == 1
        name = key if not is_text or key.isalnum() else _character_to_key(key)
        self._send(events.Key(name, key if is_text else None))

    def _click(self) -> None:
        width, height = self.app.size
        x, y = self._chance.randrange(width), self._chance.randrange(height)
        self._note(f"click {x},{y}")
        for kind in (events.MouseDown, events.MouseUp):
            self._send(kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))

    def resize(self, size: tuple[int, int]) -> None:
        self._note(f"size {size}")
        driver = self.app._driver
        assert driver is not None
        driver._size = size
        self._send(events.Resize(Size(*size), Size(*size)))

    def _start_run(self) -> None:
        model, values = self._chance.choice(_RUNS)
        self._note(f"run {model}")
        self._running = asyncio.ensure_future(self._run(model, values))

    async def _run(self, model: str, values: dict[str, Any]) -> None:
        with contextlib.suppress(ServiceProblem):
            await self._driver.run(model, values, to_its_end=False)


async def play(demo: DemoServer, seed: int, size: tuple[int, int], *, steps: int) -> None:
    """Play, and see that the app still answers; what was done last is in the failure.

    The app cannot be left meanwhile, whatever is pressed.
    """
    monkey: Monkey | None = None
    try:
        async with open_app(demo, size=size, first_start=seed % 5 == 0) as driver:
            exit_app = driver.app.exit
            driver.app.exit = lambda *_, **__: None  # type: ignore[method-assign]
            monkey = Monkey(driver, seed)
            await monkey.play(steps)
            if not monkey.is_over:
                await _still_answers(driver, monkey)
                # The harness takes the screens away while the app still listens, which leaving it does not.
                await wait_for(lambda: driver.app._message_queue.empty(), "every key handled")
            driver.app.exit = exit_app  # type: ignore[method-assign]
    except BaseException as error:
        done = " ".join(monkey.done[-60:]) if monkey else ""
        error.add_note(f"seed {seed}, {size[0]}x{size[1]}, after {len(monkey.done) if monkey else 0}: … {done}")
        raise


async def _still_answers(driver: Driver, monkey: Monkey) -> None:
    """See that the keys of places lead to them from wherever it is: escape closes a dialog, or asks whether to go."""
    monkey.resize(WIDE)
    for key, mode, words in (("alt+2", "models", "Models"), ("alt+3", "collections", "Collections")):
        for _ in range(PRESSES):
            monkey.press("escape")
            await asyncio.sleep(0.05)
            monkey.press(key)
            # Pilot would also wait for what was just removed.
            with contextlib.suppress(AssertionError):
                await wait_for(partial(_shows, driver, mode, words), key, seconds=1.0)
                break
        else:
            raise AssertionError(f"{key} does nothing: {driver.app.screen_stack}, {driver.app.focused}\n{driver.text}")


def _shows(driver: Driver, mode: str, words: str) -> bool:
    return driver.app.current_mode == mode and words in driver.text


def _private_home(root: Path) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        folder = root / name.lower()
        folder.mkdir(parents=True, mode=0o700)
        os.environ[name] = str(folder)


def main(first: int, last: int, steps: int = 300) -> None:
    """Play the seeds from `first` up to `last` by hand, each in a small and in a wide terminal; print what fails."""
    from tests.support.demo import make_demo

    failed = []
    with tempfile.TemporaryDirectory(prefix="monkey-") as folder, make_demo() as demo:
        os.chdir(folder)
        for seed in range(first, last):
            for size in (SMALL, WIDE):
                _private_home(Path(folder) / f"{seed}-{size[0]}")
                began = time.monotonic()
                try:
                    asyncio.run(asyncio.wait_for(play(demo, seed, size, steps=steps), 120))
                except Exception:  # noqa: BLE001 (whatever it is, the other seeds are tried)
                    traceback.print_exc()
                    failed.append((seed, size))
                print(f"{seed} {size[0]}x{size[1]}: {time.monotonic() - began:.1f} s", flush=True)
        os.chdir("/")
    print(f"failed: {failed or 'none'}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
