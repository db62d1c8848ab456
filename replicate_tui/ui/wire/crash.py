"""What a crash says: where it happened, and never the values of local variables, among which a token may be.

Rests on Textual 8.2.8, whose own report (`App._fatal_error`) prints local variables and cannot be told not to.
"""

import os
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from rich.console import Group
from rich.segment import Segments
from textual.app import App

if TYPE_CHECKING:
    from rich.traceback import Trace

_KEPT: Final = "Nothing is lost: runs go on at the service, and the history was written as things happened."
_MOST_FRAMES: Final = 20
_TOKEN: Final = re.compile(r"\br8_\w+|(?i:(?<=bearer )|(?<=token ))[\w.~+/=-]{16,}")
#: The part of an address that may be a signature.
_QUERY: Final = re.compile(r"(https?://[^\s?#'\"]+)\?[^\s'\"]+")


def leave_after_crash(app: App[Any]) -> None:
    """Leave the app with the traceback of the exception that is being handled, without local variables and tokens."""
    from rich.traceback import Traceback  # with pygments behind it, which only a crash needs

    report = Group(_KEPT)
    kind, error, where = sys.exc_info()
    if kind is not None and error is not None:
        trace = Traceback.extract(kind, error, where, show_locals=False)
        _discreet(trace)
        report = Group(Traceback(trace, show_locals=False, width=None, max_frames=_MOST_FRAMES), _KEPT)
    app._exit_renderables.append(Segments(app.console.render(report, app.console.options)))  # noqa: SLF001
    app._close_messages_no_wait()  # noqa: SLF001


def without_secrets(text: str) -> str:
    """Return `text` without what looks like a token, is the one of the environment, or may sign an address."""
    known = os.environ.get("REPLICATE_API_TOKEN", "").strip()
    if known:
        text = text.replace(known, "(token)")
    return _QUERY.sub(r"\1?…", _TOKEN.sub("(token)", text))


def _discreet(trace: "Trace") -> None:
    for stack in trace.stacks:
        stack.exc_value = without_secrets(stack.exc_value)
        stack.notes = [without_secrets(note) for note in stack.notes]
        for inner in stack.exceptions:
            _discreet(inner)
