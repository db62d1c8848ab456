"""What can go wrong with the history once it is open, in plain words."""


class HistoryProblem(Exception):
    """The base of all; its text can be shown as it is."""


class HistoryClosed(HistoryProblem):
    """The database was used after `close`: a mistake of the caller."""


class HistoryNotSaved(HistoryProblem):
    """A change could not be written (disk full, read-only, held by another program); nothing of it is on disk."""


class HistoryUnreadable(HistoryProblem):
    """A question could not be answered, also not after a rescue."""
