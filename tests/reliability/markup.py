"""Texts that a markup parser would obey, on every surface, and clicks on them."""

import contextlib
import re
from pathlib import Path
from typing import Final

from tests.e2e.hostile_service import service_of
from tests.reliability.row import Row, Trial, Trials
from tests.reliability.sessions import home_of, no_command
from tests.support.command import COMMAND, environment_of
from tests.support.hostile import MARKUP
from tests.support.sequences import control_tokens
from tests.support.terminal import Terminal

#: The markup that acts comes first: lists and titles have room for little.
_TEXTS: Final = sorted((text for _, text in MARKUP), key=lambda text: "@click" not in text)
_FORM: Final = (("f", r"0 of \d+ changed"),)
_RUN: Final = (*_FORM, ("ctrl+g", "succeeded +acme/speaker"))
#: What is opened, and the keys to the surface with what is there then.
_SURFACES: Final = (
    ((), (("enter", "acme/"), ("p", "."))),
    (("open", "acme/speaker"), ()),
    (("open", "acme/speaker"), _FORM),
    (("open", "acme/speaker"), _RUN),
    (("open", "acme/speaker"), (*_RUN, ("l", "said"))),
    (("open", "acme/failing"), (*_FORM, ("ctrl+g", "✗ failed +acme/failing"))),
    (("open", "acme/speaker"), (*_RUN, ("4", "succeeded"))),
    (("open", "acme/speaker"), (("]", "."),)),
    (("open", "acme/speaker"), (("]", "."), ("]", "."))),
    (("open", "acme/speaker"), (*_FORM, ("ctrl+t", r"\{"))),
    ((), (("enter", "acme/"), ("3", "Spoken"))),
)
_COLUMNS: Final = 110
_CLICKS: Final = 200
_ACTS: Final = re.compile(r"@click=|\[link=|\[bold\]|\[\$error\]|\[ERROR\]")


def _clicks(trials: Trials) -> None:
    with service_of(_TEXTS) as service:
        for trial in trials:
            home = home_of(trials, f"{trial.number}")
            environment = environment_of(home, REPLICATE_BASE_URL=service.base_url, REPLICATE_API_TOKEN=service.token)
            with trial:
                _does_nothing(trial, environment, home)


def _does_nothing(trial: Trial, environment: dict[str, str], home: Path) -> None:
    """Go to a surface, click on the lines with markup; nothing rings, ends, is written or pressed."""
    arguments, steps = _SURFACES[trial.number % len(_SURFACES)]
    command = [str(COMMAND), *arguments]
    with Terminal(command, columns=_COLUMNS, rows=34, environment=environment, folder=home) as terminal:
        terminal.wait_for("Six keys" if not arguments else r"Inputs .*README")
        for key, shown in steps:
            terminal.send(key)
            terminal.wait_for(shown)
        shown = terminal.wait_for(_ACTS.pattern)
        rows = [row for row, line in enumerate(shown.splitlines()) if _ACTS.search(line)]
        cells = [(row, column) for row in rows for column in range(1, _COLUMNS)]
        for row, column in trial.random.sample(cells, min(_CLICKS, len(cells))):
            place = f"\x1b[<0;{column + 1};{row + 1}"
            terminal.send(f"{place}M{place}m")
        _go_to_runs(terminal)
        assert b"\x07" not in control_tokens(terminal.raw), "it rang"
        assert not list(home.rglob("*.svg")), "a picture of the screen was written"
        assert not Path("/tmp/x").exists()
        terminal.send("ctrl+q")
        assert terminal.wait_for_exit() == 0
        assert b"Traceback" not in terminal.raw


def _go_to_runs(terminal: Terminal) -> None:
    """Show that keys are heard; what a click has opened may still come up over the place once."""
    for _ in range(10):
        terminal.send("alt+4")
        with contextlib.suppress(AssertionError):
            terminal.wait_for("filter: words|No runs yet", seconds=4)
            return
    raise AssertionError(f"no key is heard\n{terminal.screen}")


ROWS = (
    Row(
        id="S6",
        fault="markup in every text, clicked at 200 cells",
        goal="shown as it is; nothing acts, nothing ends",
        check=_clicks,
        short=3,
        long=5 * len(_SURFACES),
        missing=no_command,
    ),
)
