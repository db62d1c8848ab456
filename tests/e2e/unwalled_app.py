"""Starts the app with walls against foreign text taken off, to see whether the other one holds.

`--no-cleaning` lets foreign text through where it enters; `--no-filter` takes the last filter off.
"""

import sys

from replicate_tui import text


def _take_off_cleaning() -> None:
    """Replace cleaning before any other module imports it."""

    def as_it_came(foreign: str, limit: int = 1_000_000) -> str:
        return foreign[:limit]

    def one_line(foreign: str, limit: int = 200) -> str:
        return foreign.replace("\n", " ")[:limit]

    class Passing:
        def feed(self, chunk: str) -> str:
            return chunk

        def close(self) -> str:
            return ""

    text.clean = as_it_came
    text.clean_line = one_line
    text.StreamCleaner = Passing  # type: ignore[assignment,misc]


def main() -> int:
    arguments = sys.argv[1:]
    if "--no-cleaning" in arguments:
        arguments.remove("--no-cleaning")
        _take_off_cleaning()
    if "--no-filter" in arguments:
        arguments.remove("--no-filter")
        from replicate_tui.ui.wire.line_filter import EscapeFilter

        EscapeFilter.apply = lambda self, segments, background: segments  # type: ignore[method-assign]
    from replicate_tui.cli.main import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
