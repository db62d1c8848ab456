"""The composition root: settings and profile → client and store → services → the app on the terminal."""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from replicate_tui.cli.chosen import chosen_by

if TYPE_CHECKING:
    from replicate_tui.cli.composition import Composition
    from replicate_tui.cli.target import Target
    from replicate_tui.ui.messages import OpenTarget
    from replicate_tui.ui.wire.capabilities import Graphics
    from replicate_tui.ui.wire.frugal import Thrift

USAGE_ERROR = 2
#: Garbage is not looked for before: on the way to the first paint there is none, and looking takes a tenth of it.
COLLECT_AFTER_SECONDS = 3.0


def launch(options: argparse.Namespace) -> int:
    """Run the app and return its exit code; mistakes that keep it from starting are one line and code 2."""
    try:
        targets = _targets(options)
        chosen = chosen_by(options)
    except ValueError as error:
        return _refuse(str(error))
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return _refuse("The app needs a terminal; `replicate-tui --help` says what works without one.")
    if os.environ.get("TERM") == "dumb":
        return _refuse("The app has to move the cursor, and this terminal (TERM is dumb) says that it cannot.")
    gc.disable()
    from replicate_tui.cli.composition import Composition
    from replicate_tui.ui.wire.capabilities import ImageMode, find_graphics
    from replicate_tui.ui.wire.frugal import find_thrift
    from replicate_tui.ui.wire.signals import end_on_signals

    end_on_signals()
    composition = Composition(
        chosen.loaded,
        chosen.profile,
        chosen.paths,
        chosen.base_url,
        wants_demo=chosen.is_demo,
        speed=options.demo_speed,
    )
    # Before the app owns the terminal, which from then on reads every answer as keys.
    graphics = find_graphics(ImageMode(chosen.loaded.settings.images), chosen.paths.cache)
    code = asyncio.run(_run_app(composition, targets, graphics, find_thrift(chosen.loaded.settings.frugal)))
    # Everything is closed and on disk: waiting for idle threads and the interpreter's own cleanup gains nothing.
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


async def _run_app(
    composition: "Composition", targets: "Sequence[Target]", graphics: "Graphics", thrift: "Thrift"
) -> int:
    from replicate_tui.ui.app import ReplicateApp
    from replicate_tui.ui.wire.signals import leave_on_signals

    asyncio.get_running_loop().call_later(COLLECT_AFTER_SECONDS, _collect_garbage)
    target = _message_for(targets) if targets else None
    app = ReplicateApp(composition, target, graphics=graphics, thrift=thrift)
    app.note_falls_in(composition.cache_folder)
    leave_on_signals(app)
    try:
        await app.run_async()
    finally:
        await composition.close()
    return app.return_code or 0


def _targets(options: argparse.Namespace) -> "Sequence[Target]":
    """Return what the app is to open: one thing, or the runs that are watched."""
    if options.verb not in ("open", "watch"):
        return ()
    from replicate_tui.cli.target import parse_run, parse_target

    if options.verb == "open":
        return (parse_target(options.target),)
    return [parse_run(text) for text in options.targets]


def _collect_garbage() -> None:
    """Collect from now on, but never go through what was imported so far: it stays to the end."""
    gc.freeze()
    gc.enable()


def _message_for(targets: "Sequence[Target]") -> "OpenTarget":
    from replicate_tui.ui import messages

    target, *others = targets
    if others:
        return messages.OpenRemoteRun(target.value, tuple(other.value for other in others))

    makers: dict[str, Callable[[str], OpenTarget]] = {
        "model": messages.OpenModel,
        "collection": messages.OpenCollection,
        "run": messages.OpenRemoteRun,
        "deployment": messages.OpenDeployment,
    }
    return makers[target.kind](target.value)


def _refuse(reason: str) -> int:
    sys.stderr.write(f"replicate-tui: {reason}\n")
    return USAGE_ERROR
