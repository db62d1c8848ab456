"""The command line's grammar: options before the verb count for every verb."""

import argparse
import os
from collections.abc import Sequence

from replicate_tui import __version__

VERBS = ("open", "watch", "doctor", "demo-server", "completion")
SHELLS = ("bash", "zsh", "fish")
IMAGE_MODES = ("auto", "kitty", "sixel", "half", "off")
FRUGAL_CHOICES = ("auto", "on", "off")

_DESCRIPTION = "All of Replicate at the keyboard: browse models, run predictions, watch them, keep what they made."
_EPILOG = (
    "Without a token the app asks for one, or offers the demo. "
    "Environment: REPLICATE_API_TOKEN, REPLICATE_BASE_URL, NO_COLOR, EDITOR."
)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="replicate-tui", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=_Help
    )
    parser.add_argument("-V", "--version", action="version", version=f"replicate-tui {__version__}")
    parser.add_argument("--demo", action="store_true", help="use the embedded demo service: no account, nothing spent")
    parser.add_argument("--profile", metavar="NAME", help="use the token and history of another profile")
    parser.add_argument("--config", metavar="FILE", help="read settings from FILE instead of the usual place")
    parser.add_argument("--images", choices=IMAGE_MODES, help="how pictures are drawn (default: as set, else auto)")
    parser.add_argument("--frugal", choices=FRUGAL_CHOICES, help="write little to the terminal (default: over SSH)")
    parser.add_argument("--demo-speed", metavar="X", type=_speed, default=1.0, help="pace of the demo (default: 1)")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    target = verbs.add_parser("open", help="open the app at a model, collection or run")
    target.add_argument("target", metavar="TARGET", help="owner/name, a collection's slug, a run's id, or a web URL")
    watch = verbs.add_parser("watch", help="watch runs and trainings: their monitors, or lines")
    watch.add_argument("targets", metavar="ID", nargs="+", help="the id or web address of a run or a training")
    watch.add_argument("--plain", action="store_true", help="print changes as lines (as into a pipe)")
    watch.add_argument("--no-logs", action="store_true", help="as lines: leave out those of the logs")
    doctor = verbs.add_parser("doctor", help="say what runs here, where things lie, and what is wrong")
    doctor.add_argument("--json", action="store_true", help="print one JSON document")
    _add_demo_server(verbs)
    completion = verbs.add_parser("completion", help="print completions for a shell")
    completion.add_argument("shell", choices=SHELLS)
    return parser


class _Help(argparse.HelpFormatter):
    """Asks for the width itself: argparse imports a module of file operations to do so, half of what help takes."""

    def __init__(self, prog: str) -> None:
        try:
            columns = int(os.environ.get("COLUMNS") or os.get_terminal_size(1).columns)
        except (OSError, ValueError):
            columns = 80
        super().__init__(prog, width=max(40, columns - 2))


def _add_demo_server(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    server = verbs.add_parser(
        "demo-server",
        help="serve Replicate's API on this machine, for your own code and tests",
        description="Serve Replicate's API on 127.0.0.1 until interrupted, or while COMMAND runs.",
        usage="replicate-tui demo-server [options] [-- COMMAND ...]",
    )
    server.add_argument("--port", metavar="N", type=_port, default=0, help="the port to serve on (default: a free one)")
    server.add_argument("--speed", metavar="X", type=_speed, default=1.0, help="pace of the models (default: 1)")
    server.add_argument("--no-rate-limits", action="store_true", help="never answer 429 (default: limits go with X)")
    server.add_argument("--seed", metavar="N", type=int, help="make ids and dice repeat")
    server.add_argument("--data", metavar="DIR", type=_path, help="keep the state in DIR over restarts")
    server.add_argument("--env-file", metavar="PATH", type=_path, help="also write the two lines to PATH")
    server.add_argument("--print-json", action="store_true", help="print one line of JSON, and open the control API")
    server.add_argument("--log", metavar="FILE", type=_path, help="write one line of JSON for each request to FILE")
    server.add_argument("--fault", metavar="FILE", type=_path, help="strike requests as the rules in FILE say")
    server.add_argument("command", metavar="COMMAND", nargs="*", help="run COMMAND against the service, end as it does")


def _path(text: str) -> object:
    from pathlib import Path  # help and mistakes do without

    return Path(text)


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) < 65_536):
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1000:
        raise argparse.ArgumentTypeError("must be a number above 0, at most 1000")
    return speed


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse `arguments`; exits with 2 and one line on a mistake, as argparse does."""
    return build_parser().parse_args(arguments)
