"""The standing problem of the history, for whoever shows it: disk full, held by another program, damaged."""

from collections.abc import Callable


class HistoryHealth:
    """What keeps the history from being written now, in plain words; `problem` is None when nothing does."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self._listeners: list[Callable[[str | None], None]] = []

    def subscribe(self, listener: Callable[[str | None], None]) -> Callable[[], None]:
        """Call `listener` when a problem comes or goes (None), on the event loop; returns the way to stop."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def tell(self, problem: str | None) -> None:
        self.problem = problem
        for listener in tuple(self._listeners):
            listener(problem)
