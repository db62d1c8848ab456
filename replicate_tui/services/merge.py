"""The service's word on a run, laid over what this machine knows: never back in time, nothing ours lost."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from replicate_tui.schema.title import title_of_input
from replicate_tui.services.cards import moment
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.store.records import FINAL_STATUSES, RunKind, RunRecord
from replicate_tui.store.statuses import rank
from replicate_tui.text import clean, clean_line

if TYPE_CHECKING:
    from replicate_tui.services.families import RemoteRun

#: An id alone, or at the end of a page's or an API address (Replicate API, `urls.web` and `urls.get`).
_REFERENCE: Final = re.compile(
    r"(?:https?://[^\s?#]+/(?P<family>p|predictions|trainings)/)?(?P<id>[a-z0-9]{8,64})/?(?:[?#]\S*)?"
)


def merge(record: RunRecord, run: "RemoteRun") -> RunRecord:
    """Return `record` with what a GET says; a status never falls back, removed data stays as it was kept here.

    The input is ours to keep: what the service gives back has secrets redacted.
    """
    removed = bool(_told(run, "data_removed"))
    status = _forward(record.status, _word(run.status))
    output = _output_of(run)
    urls = run.urls
    return replace(
        record,
        remote_id=run.id or record.remote_id,
        version=run.version or record.version,
        deployment=record.deployment or _told(run, "deployment"),
        status=status,
        # Where a training of others goes is told by what it has made.
        title=(record.source != "here" and record.kind == "training" and destination_in(output)) or record.title,
        output=record.output if output is None or removed else output,
        error=_error_text(run.error) or record.error,
        metrics=run.metrics.to_dict() if run.metrics else record.metrics,
        urls={**record.urls, **_texts(urls.to_dict())} if urls else record.urls,
        created_at=record.created_at or moment(run.created_at),
        started_at=moment(run.started_at) or record.started_at,
        completed_at=moment(run.completed_at) or record.completed_at,
        deadline=_told(run, "deadline") or record.deadline,
        data_removed=removed,
    )


def record_of(run: "RemoteRun", *, origin: str, account: str = "") -> RunRecord:
    """Return the row of a prediction or training that was made elsewhere (the web, a script)."""
    given = dict(run.input or {})
    kind = kind_of(run)
    title = destination_in(_output_of(run)) if kind == "training" else ""
    record = RunRecord(
        id=uuid.uuid4().hex,
        kind=kind,
        origin=origin,
        account=account,
        remote_id=run.id,
        model=clean_line(run.model),
        source=_word(run.source) or "api",
        title=title or clean_line(title_of_input(None, given)),
        input=given,
        submitted_at=moment(run.created_at) or datetime.now(UTC),
    )
    return merge(record, run)


def kind_of(run: "RemoteRun") -> RunKind:
    """Return the kind of run that an answer of the client is."""
    from replicate_tui.api.types.training import Training  # loaded already: the client made `run`

    return "training" if isinstance(run, Training) else "prediction"


def destination_of(record: RunRecord) -> str:
    """Return the model ("owner/name") that a training goes to, "" while it is not known."""
    chosen = record.options.get("destination")
    return chosen if isinstance(chosen, str) and chosen else destination_in(record.output)


def destination_in(output: Any) -> str:
    """Return the model ("owner/name") that the output of a training names, or "" when it names none."""
    return clean_line(_trained(output).rpartition(":")[0])


def new_version_in(output: Any) -> str:
    """Return the id of the version that a training has made, or "" before there is one."""
    return clean_line(_trained(output).rpartition(":")[2])


def remote_id_of(reference: str) -> str:
    """Return the service's id in an id or a web or API URL of a run; raises ServiceProblem NOT_FOUND."""
    return _named(reference)["id"]


def kinds_of(reference: str) -> tuple[RunKind, ...]:
    """Return the kinds of run that a reference may mean, in the order to ask; raises ServiceProblem NOT_FOUND.

    Neither an id nor the address of a page tells the kind. The route of predictions answers for trainings too, as if
    they were predictions, and the answer to the create of a training names it: so it is asked last.
    """
    return ("training",) if _named(reference)["family"] == "trainings" else ("training", "prediction")


def _forward(known: str, told: str) -> str:
    return told if told and known not in FINAL_STATUSES and rank(told) >= rank(known) else known


def _named(reference: str) -> re.Match[str]:
    found = _REFERENCE.fullmatch(reference.strip())
    if found is None:
        raise ServiceProblem(ProblemKind.NOT_FOUND, "This is neither the id of a run nor its web address.")
    return found


def _trained(output: Any) -> str:
    version = output.get("version") if isinstance(output, Mapping) else None
    return version if isinstance(version, str) else ""


def _output_of(run: "RemoteRun") -> Any:
    output = run.output
    return output.to_dict() if kind_of(run) == "training" and output is not None else output


def _told(run: "RemoteRun", name: str) -> Any:
    """Return a field that predictions have and trainings may have."""
    return getattr(run, name, None)


def _word(status: object) -> str:
    return clean_line(str(status), 40) if status else ""


def _error_text(error: object) -> str | None:
    if error is None or error == "":
        return None
    return clean(error if isinstance(error, str) else json.dumps(error, ensure_ascii=False, default=str))


def _texts(urls: Mapping[str, Any]) -> dict[str, str]:
    return {name: url for name, url in urls.items() if isinstance(url, str)}
