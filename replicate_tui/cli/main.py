"""Parses the command line and hands over to the verb; heavy imports happen in the verb that needs them."""

import sys
from collections.abc import Sequence

from replicate_tui.cli.arguments import parse


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code (2 for a mistake on the command line)."""
    options = parse(arguments)
    if options.verb == "completion":
        from replicate_tui.cli.completion import completion_script

        sys.stdout.write(completion_script(options.shell))
        return 0
    if options.verb == "demo-server":
        from replicate_tui.cli.demo_server import serve

        return serve(options)
    if options.verb == "doctor":
        from replicate_tui.cli.doctor import run_doctor

        return run_doctor(options)
    if options.verb == "watch":
        from replicate_tui.cli.watch import wants_lines, watch_in_lines

        if wants_lines(options):
            return watch_in_lines(options)
    from replicate_tui.cli.launch import launch

    return launch(options)
