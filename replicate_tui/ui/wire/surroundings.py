"""What the environment says of the terminal, in words; nothing is asked of the terminal itself."""

import os
from collections.abc import Mapping
from typing import Final

_MULTIPLEXERS: Final = (("tmux", "TMUX"), ("screen", "STY"), ("SSH", "SSH_CONNECTION"))


def program_text(environment: Mapping[str, str] = os.environ) -> str:
    """Return TERM, and the program behind it where it names itself."""
    program = " ".join(filter(None, (environment.get("TERM_PROGRAM"), environment.get("TERM_PROGRAM_VERSION"))))
    return f"{environment.get('TERM') or '(not set)'}  {program}".rstrip()


def colours_text(environment: Mapping[str, str] = os.environ) -> str:
    """Return how many colours there are, and who says so."""
    if environment.get("NO_COLOR"):
        return "none: NO_COLOR is set"
    if environment.get("COLORTERM", "") in ("truecolor", "24bit"):
        return "all (COLORTERM)"
    return "256, as far as TERM tells" if "256" in environment.get("TERM", "") else "16, as far as TERM tells"


def around_text(environment: Mapping[str, str] = os.environ) -> str:
    """Return what lies between the app and the person's own terminal."""
    return ", ".join(name for name, variable in _MULTIPLEXERS if environment.get(variable)) or "nothing else"


def clipboard_text(environment: Mapping[str, str] = os.environ) -> str:
    """Return by what ways a copied text leaves."""
    return "OSC 52, and tmux's own buffer" if environment.get("TMUX") else "OSC 52, where the terminal allows it"
