"""What is wrong with the history, for whoever shows it: disk full, held by another program, found damaged."""

from collections.abc import Callable


class HistoryHealth:
    """What keeps the history from being written now, in plain words; `problem` is None when nothing does."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self._listeners: list[Callable[[str | None], None]] = []
        self._finders: list[Callable[[str], None]] = []

    def subscribe(self, listener: Callable[[str | None], None]) -> Callable[[], None]:
        """Call `listener` when a problem comes or goes (None), on the event loop; returns the way to stop."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def subscribe_findings(self, listener: Callable[[str], None]) -> None:
        """Call `listener`, on the event loop, with what was found and done about damage after the start."""
        self._finders.append(listener)

    def found(self, notice: str) -> None:
        for listener in tuple(self._finders):
            listener(notice)

    def tell(self, problem: str | None) -> None:
        self.problem = problem
        for listener in tuple(self._listeners):
            listener(problem)
