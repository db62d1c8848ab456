"""`replicate-tui watch ID...`: the monitors of runs and trainings, or lines where there is no screen."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Final

from replicate_tui.cli.chosen import Chosen, chosen_by
from replicate_tui.cli.target import parse_run

USAGE_ERROR: Final = 2
NOT_ALLOWED: Final = 4
INTERRUPTED: Final = 130


def wants_lines(options: argparse.Namespace) -> bool:
    return bool(options.plain) or not sys.stdout.isatty()


def watch_in_lines(options: argparse.Namespace) -> int:
    """Print what becomes of runs, and return the exit code."""
    try:
        ids = tuple(dict.fromkeys(parse_run(text).value for text in options.targets))
        chosen = chosen_by(options)
    except ValueError as error:
        return _refuse(str(error), USAGE_ERROR)
    try:
        return asyncio.run(_watch(chosen, ids, options.demo_speed, with_logs=not options.no_logs))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the lines has enough; Python would complain once more as it ends.
        sys.stdout = None
        return INTERRUPTED


async def _watch(chosen: Chosen, ids: Sequence[str], speed: float, *, with_logs: bool) -> int:
    from replicate_tui.cli.composition import Composition
    from replicate_tui.cli.plain_watch import PlainWatch, code_of_problem
    from replicate_tui.services.problems import ServiceProblem

    composition = Composition(
        chosen.loaded, chosen.profile, chosen.paths, chosen.base_url, wants_demo=chosen.is_demo, speed=speed
    )
    profile = composition.known_profile()
    if profile is None:
        return _refuse("There is no token: set REPLICATE_API_TOKEN, or start the app once.", NOT_ALLOWED)
    try:
        services = await profile.prepare()
        for notice in await services.open():
            sys.stderr.write(f"replicate-tui: {notice}\n")
        watch = PlainWatch(services, lambda line: print(line, flush=True), with_logs=with_logs)
        return await watch.watch(ids)
    except ServiceProblem as problem:
        return _refuse(str(problem), code_of_problem(problem))
    finally:
        await composition.close()


def _refuse(reason: str, code: int) -> int:
    sys.stderr.write(f"replicate-tui: {reason}\n")
    return code
