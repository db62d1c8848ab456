"""A cost always comes with its basis, and what is not known is said."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from replicate_tui.schema.fields import OutputSchema
from replicate_tui.services.estimate import FREE, PriceList, dollars_text, hardware_name, plain_dollars, usual_words
from replicate_tui.services.views import Usual
from replicate_tui.store.records import RunRecord

PRICES = PriceList({"gpu-l40s": 0.000975, "cpu": 0.0001}, {"acme/fog": "gpu-l40s", "acme/new": "gpu-z9"})
USUAL = Usual(count=8, ran_median=3.1, ran_p90=4.0)


def test_a_mapped_model_is_estimated_from_its_past_runs() -> None:
    found = PRICES.estimate("acme/fog", usual=USUAL)
    assert found.text == "≈ $0.003: 3.1 s median of your last 8 runs \u00d7 $0.000975/s L40S (your mapping)"
    assert found.dollars == pytest.approx(3.1 * 0.000975)
    assert found.is_known


def test_a_deployment_names_its_own_hardware() -> None:
    found = PRICES.estimate("acme/fog", usual=USUAL, deployment_hardware="cpu")
    assert found.text == "≈ $0.00031: 3.1 s median of your last 8 runs \u00d7 $0.0001/s CPU (its deployment)"


def test_one_run_is_no_median() -> None:
    usual = Usual(count=1, ran_median=90.0)
    assert PRICES.estimate("acme/fog", usual=usual).text.startswith("≈ $0.088: 1 min 30 s your last run \u00d7 ")


@pytest.mark.parametrize(
    ("output", "text"),
    [
        (OutputSchema(concatenates=True), "unknown: priced per token"),
        (OutputSchema(is_file=True), "unknown: priced per output"),
        (None, "unknown: priced by the service per unit"),
    ],
)
def test_official_models_have_prices_of_their_own(output: OutputSchema | None, text: str) -> None:
    found = PRICES.estimate("big/model", usual=USUAL, is_official=True, output=output)
    assert (found.text, found.dollars, found.is_known) == (text, None, False)


def test_what_is_missing_is_named() -> None:
    assert PRICES.estimate("acme/other", usual=USUAL).text == "unknown: no hardware is set for this model"
    assert PRICES.estimate("acme/new", usual=USUAL).text == "unknown: no price is set for gpu-z9"
    nothing = "unknown: no past run here to go by; $0.000975/s L40S (your mapping)"
    assert PRICES.estimate("acme/fog", usual=None).text == nothing
    none_told = Usual(count=3, waited_median=1.0)
    assert PRICES.estimate("acme/fog", usual=none_told).text == nothing


def ended(model: str, **changes: Any) -> RunRecord:
    metrics = {"predict_time": 10.0, "image_output_count": 2, "hardware": "not ours"}
    fields = {"status": "succeeded", "metrics": metrics, **changes}
    return RunRecord(id="run", origin="here", model=model, submitted_at=datetime.now(UTC), **fields)


@pytest.mark.parametrize("status", ["succeeded", "failed", "canceled"])
def test_an_ended_run_costs_its_running_time(status: str) -> None:
    found = PRICES.priced(ended("acme/fog", status=status))
    assert found.cost == pytest.approx(0.00975)
    assert found.cost_basis == "10.0 s \u00d7 $0.000975/s L40S (your mapping)"


def test_a_run_on_a_deployment_costs_what_its_hardware_does() -> None:
    found = PRICES.priced(ended("acme/fog", options={"hardware": "cpu"}))
    assert found.cost == pytest.approx(0.001)
    assert found.cost_basis.endswith("CPU (its deployment)")


def test_units_are_counted_where_a_model_is_priced_by_them() -> None:
    prices = PriceList({}, {}, {"acme/fog": {"image_output_count": 0.003, "token_count": 1.0}})
    found = prices.priced(ended("acme/fog"))
    assert found.cost == pytest.approx(0.006)
    assert found.cost_basis == "2 image_output_count \u00d7 $0.003 (your prices)"
    assert prices.priced(ended("acme/fog", metrics={})).cost is None
    told = prices.estimate("acme/fog", usual=replace(USUAL, cost_median=0.006), is_official=True)
    assert told.text == "≈ $0.006: the median of your last 8 runs (your prices per unit)"
    assert prices.estimate("acme/fog", usual=USUAL).dollars is None


@pytest.mark.parametrize(
    "record",
    [ended("acme/other"), ended("acme/new"), ended("acme/fog", metrics={}), ended("acme/fog", status="processing")],
)
def test_what_is_not_known_has_no_cost(record: RunRecord) -> None:
    assert PRICES.priced(record) == record


def test_what_runs_on_this_machine_costs_nothing() -> None:
    assert FREE.priced(ended("acme/fog")).cost == 0.0
    assert FREE.estimate("acme/fog", usual=None).text == "nothing, it runs on this machine"


def test_usual_times_are_said_with_their_basis() -> None:
    assert usual_words(USUAL) == "usually 3.1 s (p90 4.0 s, your last 8)"
    assert usual_words(None) == ""
    assert usual_words(Usual(count=1, waited_median=None, ran_median=7300.0, ran_p90=None)) == (
        "usually 2 h 01 min (your last 1)"
    )


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        (0.0, "$0"),
        (0.0030225, "$0.003"),
        (0.0412, "$0.041"),
        (0.999, "$1.00"),
        (1204.5, "$1,204.50"),
        (2e-9, "$0.000000002"),
    ],
)
def test_amounts_are_short(dollars: float, text: str) -> None:
    assert dollars_text(dollars) == text


def test_rates_are_exact() -> None:
    assert plain_dollars(0.000025) == "$0.000025"
    assert plain_dollars(10.0) == "$10"


@pytest.mark.parametrize(
    ("sku", "name"),
    [("gpu-t4", "T4"), ("gpu-l40s-2x", "2\u00d7 L40S"), ("gpu-z9-8x", "8\u00d7 gpu-z9"), ("odd-x", "odd-x")],
)
def test_hardware_has_names(sku: str, name: str) -> None:
    assert hardware_name(sku) == name


def test_what_stands_ready_costs_by_the_hour() -> None:
    two = PRICES.hourly("gpu-l40s", 2)
    assert two.text == "$7.02/h: 2 \u00d7 $0.000975/s L40S"
    assert two.dollars == pytest.approx(7.02)
    assert PRICES.hourly("gpu-l40s", 0) == PRICES.hourly("gpu-z9", 0)
    assert PRICES.hourly("gpu-l40s", 0).dollars == 0
    assert PRICES.hourly("gpu-z9", 1).text == "unknown: no price for gpu-z9"
    free = PriceList({"cpu": 0.0001}, {}, is_free=True).hourly("cpu", 1)
    assert (free.text, free.dollars) == ("$0.36/h: 1 \u00d7 $0.0001/s CPU (on Replicate; nothing here)", 0.0)
    assert FREE.hourly("cpu", 1).text == "nothing, it runs on this machine"
