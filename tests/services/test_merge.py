"""The service's word laid over ours: statuses go forward only, nothing of ours is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest

from replicate_tui.api.types.prediction import Prediction
from replicate_tui.api.types.training import Training
from replicate_tui.services.merge import destination_of, kinds_of, merge, new_version_in, record_of, remote_id_of
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.store.records import RunRecord

ORIGIN = "http://127.0.0.1:1"


def ours(**changes: Any) -> RunRecord:
    return RunRecord(
        **{"id": "r", "origin": ORIGIN, "model": "a/b", "submitted_at": datetime(2026, 5, 1, tzinfo=UTC), **changes}
    )


def theirs(**fields: Any) -> Prediction:
    return Prediction.model_validate({"id": "p1", "status": "processing", "model": "a/b", **fields})


@pytest.mark.parametrize(
    ("known", "told", "shown"),
    [
        ("submitting", "starting", "starting"),
        ("starting", "processing", "processing"),
        ("processing", "starting", "processing"),
        ("starting", "aborted", "aborted"),
        ("processing", "succeeded", "succeeded"),
        ("succeeded", "processing", "succeeded"),
        ("succeeded", "failed", "succeeded"),
        ("starting", "warming", "warming"),
        ("warming", "processing", "processing"),
        ("processing", "warming", "processing"),
        ("starting", "boot\x1b[2Jing", "boot\u241b[2Jing"),
    ],
)
def test_a_status_never_goes_back(known: str, told: str, shown: str) -> None:
    assert merge(ours(status=known), theirs(status=told)).status == shown


def test_removed_data_stays_as_it_was_kept_here() -> None:
    known = ours(status="processing", input={"prompt": "fog"}, output=["fo"], metrics={"predict_time": 1.0})
    merged = merge(known, theirs(status="succeeded", data_removed=True, input={}, output=None, metrics=None))
    assert (merged.input, merged.output, merged.metrics) == ({"prompt": "fog"}, ["fo"], {"predict_time": 1.0})
    assert merged.data_removed


def test_times_of_any_precision_and_odd_ones() -> None:
    merged = merge(
        ours(),
        theirs(created_at="2026-05-01T10:00:00.123456789Z", started_at="soon", completed_at="2026-05-01T10:00:01Z"),
    )
    assert merged.created_at == datetime(2026, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert merged.started_at is None
    assert merged.completed_at == datetime(2026, 5, 1, 10, 0, 1, tzinfo=UTC)


def test_an_error_is_cleaned_whatever_it_is() -> None:
    assert merge(ours(), theirs(error="no \x07 room")).error == "no \u2407 room"
    assert merge(ours(), theirs(error={"code": 7})).error == '{"code": 7}'


def test_a_run_made_elsewhere_gets_a_row_of_its_own() -> None:
    record = record_of(
        theirs(source="web", input={"prompt": "a lighthouse"}, urls={"stream": "https://s/1"}), origin=ORIGIN
    )
    assert (record.source, record.title, record.remote_id) == ("web", "a lighthouse", "p1")
    assert record.urls == {"stream": "https://s/1"}


TRAINED = {"version": f"ada/foggy:{'a' * 64}", "weights": "https://replicate.delivery/x/trained_model.tar"}


def their_training(**fields: Any) -> Training:
    return Training.model_validate({"id": "t1", "status": "processing", "model": "a/trainer", **fields})


def test_a_training_made_elsewhere_gets_a_row_of_its_kind() -> None:
    going = record_of(their_training(input={"trigger_word": "FOGGY"}), origin=ORIGIN, account="ada")
    assert (going.kind, going.model, going.account, going.title) == (
        "training",
        "a/trainer",
        "ada",
        "trigger_word FOGGY",
    )
    over = record_of(their_training(status="succeeded", output=TRAINED, source="web"), origin=ORIGIN)
    assert (over.output, over.title, over.source) == (TRAINED, "ada/foggy", "web")
    assert (destination_of(over), new_version_in(over.output)) == ("ada/foggy", "a" * 64)
    assert destination_of(going) == ""


def test_a_training_goes_where_it_was_sent_whatever_its_output_says() -> None:
    sent = ours(kind="training", options={"destination": "ada/foggy"})
    merged = merge(sent, their_training(status="succeeded", output={"version": "\x1b[2J", "weights": None}))
    assert destination_of(merged) == "ada/foggy"
    assert "\x1b" not in new_version_in(merged.output)
    assert merge(merged, their_training(status="succeeded", data_removed=True)).output == merged.output


@pytest.mark.parametrize(
    ("reference", "kinds"),
    [
        ("7h2k9m4p6q8r1s3t5v7w9x0y2z", ("training", "prediction")),
        ("https://replicate.com/p/7h2k9m4p6q8r1s3t5v7w9x0y2z", ("training", "prediction")),
        ("https://api.replicate.com/v1/trainings/7h2k9m4p6q8r1s3t5v7w9x0y2z", ("training",)),
        ("https://replicate.com/trainings/7h2k9m4p6q8r1s3t5v7w9x0y2z", ("training",)),
    ],
)
def test_an_address_may_tell_the_kind_of_run(reference: str, kinds: tuple[str, ...]) -> None:
    assert remote_id_of(reference) == "7h2k9m4p6q8r1s3t5v7w9x0y2z"
    assert kinds_of(reference) == kinds


@pytest.mark.parametrize(
    "reference",
    [
        "7h2k9m4p6q8r1s3t5v7w9x0y2z",
        " https://replicate.com/p/7h2k9m4p6q8r1s3t5v7w9x0y2z ",
        "https://api.replicate.com/v1/predictions/7h2k9m4p6q8r1s3t5v7w9x0y2z?x=1",
    ],
)
def test_runs_are_named_by_id_or_address(reference: str) -> None:
    assert remote_id_of(reference) == "7h2k9m4p6q8r1s3t5v7w9x0y2z"


@pytest.mark.parametrize("reference", ["", "owner/name", "../../account", "https://replicate.com/owner/name", "a b"])
def test_other_things_name_no_run(reference: str) -> None:
    with pytest.raises(ServiceProblem):
        remote_id_of(reference)
