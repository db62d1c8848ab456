"""What past runs of a model took and cost."""

import math
import sqlite3
from typing import Final

from replicate_tui.store.codec import to_text
from replicate_tui.store.records import RunKind, UsualTimes

_SAMPLE: Final = 100
#: In microseconds: the service cuts some of its times to hundredths, so that a start may seem to come before the wish.
_COARSEST_TIME: Final = 10_000
_RUNS: Final = """
    select coalesce(r.created_at, r.submitted_at), r.started_at, r.seconds, f.cost
    from run_facets f cross join runs r on r.seq = f.seq
    where f.status = (select number from run_terms where kind = 'status' and text = 'succeeded')
    and +f.kind = (select number from run_terms where kind = 'kind' and text = ?)
"""
_THIS_MODEL: Final = "(select number from run_terms where kind = 'model' and text = ?)"
_THIS_VERSION: Final = "(select number from run_terms where kind = 'version' and text = ?)"
_OF_MODEL: Final = f"{_RUNS} and f.model = {_THIS_MODEL} order by f.seq desc limit ?"
#: The plus keeps the index of models out: that of versions gives the runs newest first and is narrower.
_OF_VERSION: Final = f"{_RUNS} and f.version = {_THIS_VERSION} and +f.model = {_THIS_MODEL} order by f.seq desc limit ?"


def usual_times(connection: sqlite3.Connection, model: str, version: str | None, kind: RunKind) -> UsualTimes:
    """Return what the latest succeeded runs took, of a model or of one of its versions."""
    of = (kind, to_text(version), to_text(model)) if version else (kind, to_text(model))
    rows = connection.execute(_OF_VERSION if version else _OF_MODEL, (*of, _SAMPLE)).fetchall()
    waited = [
        max(started - asked, 0) / 1_000_000
        for asked, started, *_ in rows
        if started is not None and started - asked > -_COARSEST_TIME
    ]
    ran = [seconds for _, _, seconds, _ in rows if seconds is not None]
    return UsualTimes(
        count=len(rows),
        waited_median=_median(waited),
        waited_p90=_p90(waited),
        ran_median=_median(ran),
        ran_p90=_p90(ran),
        cost_median=_median([cost for *_, cost in rows if cost is not None]),
    )


def _median(values: list[float]) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _p90(values: list[float]) -> float | None:
    """Return the smallest value that nine in ten do not exceed (nearest rank)."""
    return sorted(values)[math.ceil(len(values) * 0.9) - 1] if values else None
