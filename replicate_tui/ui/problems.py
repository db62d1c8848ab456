"""What becomes of a failure that a screen does not handle itself: it is said, and the app goes on."""

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.widget import Widget

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui.messages import SayProblem

WidgetT = TypeVar("WidgetT", bound=Widget)
ParamsT = ParamSpec("ParamsT")


def tells_problems(
    errand: Callable[Concatenate[WidgetT, ParamsT], Awaitable[None]],
) -> Callable[Concatenate[WidgetT, ParamsT], Coroutine[Any, Any, None]]:
    """Have the ServiceProblem of a worker said to the person; any other exception is a mistake and ends the app."""

    @functools.wraps(errand)
    async def told(widget: WidgetT, /, *args: ParamsT.args, **kwargs: ParamsT.kwargs) -> None:
        try:
            await errand(widget, *args, **kwargs)
        except ServiceProblem as problem:
            widget.post_message(SayProblem(problem))

    return told
