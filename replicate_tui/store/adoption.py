"""Runs learnt from the account's lists: new ones are written, known ones only ever gain."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from replicate_tui.store.codec import from_micros, to_micros, to_text
from replicate_tui.store.compaction import dropped_until
from replicate_tui.store.records import GONE, SUBMITTING, UNKNOWN, RunKind, RunRecord
from replicate_tui.store.run_codec import record_values
from replicate_tui.store.run_rows import insert, one_record, update
from replicate_tui.store.statuses import rank

#: How many runs are written in one transaction: about 30 ms in a history of a million, so an intent hardly waits.
BATCH: Final = 25
#: Two clocks may differ by this much and still be of use.
_MOST_SKEW: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptResult:
    """How many runs were new, how many known ones gained something, and how many were known as they are.

    `held` counts runs left for later, as they may be the answer to a create whose own answer is still out.
    `unfinished` are the ids of new runs that have not ended.
    """

    new: int = 0
    changed: int = 0
    known: int = 0
    held: int = 0
    unfinished: tuple[str, ...] = ()

    def __add__(self, other: "AdoptResult") -> "AdoptResult":
        return AdoptResult(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            known=self.known + other.known,
            held=self.held + other.held,
            unfinished=self.unfinished + other.unfinished,
        )


def adopt(connection: sqlite3.Connection, records: Sequence[RunRecord]) -> AdoptResult:
    """Write what `records` tell that is not known, within the transaction there is; those without a remote id are
    passed over. Hidden runs stay hidden, and forgotten and dropped ones do not come back.
    """
    result = AdoptResult()
    for record in records:
        if record.remote_id is not None:
            result += _adopt_one(connection, record)
    return result


def newest_remote(connection: sqlite3.Connection, origin: str, kind: RunKind) -> datetime | None:
    """Return when the newest run of `origin` that the service has named was created, or None."""
    found = connection.execute(
        "select coalesce(r.created_at, r.submitted_at) from run_facets f cross join runs r on r.seq = f.seq"
        " where f.kind = (select number from run_terms where kind = 'kind' and text = ?)"
        " and r.origin = ? and r.remote_id is not null order by f.seq desc limit 1",
        (kind, to_text(origin)),
    ).fetchone()
    return from_micros(found[0]) if found else None


def unknown_remote(connection: sqlite3.Connection, origin: str, remote_ids: Sequence[str]) -> frozenset[str]:
    """Return those of `remote_ids` that have no row, hidden and forgotten ones included."""
    known = {
        remote_id
        for remote_id in remote_ids
        if connection.execute(
            "select 1 from runs where origin = ? and remote_id = ?", (to_text(origin), to_text(remote_id))
        ).fetchone()
    }
    return frozenset(remote_ids) - known


def _adopt_one(connection: sqlite3.Connection, told: RunRecord) -> AdoptResult:
    where = "origin = ? and remote_id = ?"
    names = (to_text(told.origin), to_text(told.remote_id or ""))
    is_forgotten = connection.execute(f"select hidden = 2 from runs where {where}", names).fetchone()  # noqa: S608  (our own words)
    if is_forgotten is None:
        until = dropped_until(connection, told.origin)
        if until is not None and to_micros(told.submitted_at) <= until:
            return AdoptResult(known=1)
        if may_answer_a_create(connection, told):
            return AdoptResult(held=1)
        insert(connection, told)
        return AdoptResult(new=1, unfinished=() if told.is_final else (told.id,))
    known = None if is_forgotten[0] else one_record(connection, where, names)
    if known is None:
        return AdoptResult(known=1)
    merged = _with_gaps_filled(known, told) if known.is_final else _brought_forward(known, told)
    if merged == known:
        return AdoptResult(known=1)
    update(connection, known.id, record_values(merged), timing=False)
    return AdoptResult(changed=1)


def may_answer_a_create(connection: sqlite3.Connection, told: RunRecord) -> bool:
    """Return whether a create of ours that has no answer yet could have made this run.

    Were it written as a run of its own, the create would be taken as never arrived and be offered to be paid again.
    """
    if told.source in ("here", "web"):
        return False
    open_creates = connection.execute(
        "select model, deployment, submitted_at from runs"
        " where origin = ? and kind = ? and remote_id is null and hidden = 0 and status in (?, ?)"
        # The status list of the index `runs_unfinished`, which answers this.
        " and status not in ('succeeded', 'failed', 'canceled', 'aborted', 'not sent', 'gone')",
        (to_text(told.origin), told.kind, SUBMITTING, UNKNOWN),
    )
    made = told.created_at or told.submitted_at
    for model, deployment, submitted_at in open_creates:
        asked = from_micros(submitted_at)
        is_same_target = deployment is not None or model == told.model
        if is_same_target and (asked is None or abs(made - asked) <= _MOST_SKEW):
            return True
    return False


def _brought_forward(known: RunRecord, told: RunRecord) -> RunRecord:
    """Return `known` with what the service tells of it; a status never falls back."""
    if rank(told.status) < rank(known.status):
        return _with_gaps_filled(known, told)
    return replace(
        _with_gaps_filled(known, told),
        status=told.status,
        # What a training of others has made tells where it went.
        title=told.title if told.kind == "training" and told.output and known.source != "here" else known.title,
        output=known.output if told.output is None or told.data_removed else told.output,
        error=told.error or known.error,
        metrics=told.metrics or known.metrics,
        urls={**known.urls, **told.urls},
        started_at=told.started_at or known.started_at,
        completed_at=told.completed_at or known.completed_at,
        data_removed=told.data_removed or known.data_removed,
    )


def _with_gaps_filled(known: RunRecord, told: RunRecord) -> RunRecord:
    """Return `known` with what it lacks; a run that was thought gone may turn out to have ended."""
    has_ended = known.status == GONE and told.is_final
    # What a run made here cost was reckoned from what is known of it here.
    cost = told if known.cost is None and known.source != "here" else known
    return replace(
        known,
        cost=cost.cost,
        cost_basis=cost.cost_basis,
        options={**told.options, **known.options},
        status=told.status if has_ended else known.status,
        version=known.version or told.version,
        deployment=known.deployment or told.deployment,
        title=known.title or told.title,
        input=known.input or told.input,
        output=told.output if known.output is None else known.output,
        error=known.error or told.error,
        metrics=known.metrics or told.metrics,
        urls=known.urls or told.urls,
        created_at=known.created_at or told.created_at,
        started_at=known.started_at or told.started_at,
        completed_at=known.completed_at or told.completed_at,
        deadline=known.deadline or told.deadline,
    )
