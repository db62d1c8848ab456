"""The command `replicate-tui`. The version is answered before anything is imported."""

import os
import sys


def main() -> int:
    _fill_closed_streams()
    if sys.argv[1:] in (["--version"], ["-V"]):
        from replicate_tui import __version__

        sys.stdout.write(f"replicate-tui {__version__}\n")
        return 0
    from replicate_tui.cli.main import run

    return run(sys.argv[1:])


def _fill_closed_streams() -> None:
    """Put the null device in place of a closed stream: what is opened next would get its number, and its words."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  (kept to the end)


if __name__ == "__main__":
    sys.exit(main())
