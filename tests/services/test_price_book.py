"""Prices as a person types them, where each is from, and that every estimate follows at once."""

from pathlib import Path

import pytest

from replicate_tui.config import DEFAULT_PRICES, Settings, load_settings
from replicate_tui.services.bundle import Services
from replicate_tui.services.estimate import PriceList
from replicate_tui.services.hardware import Machine
from replicate_tui.services.price_book import (
    KNOWN_UNITS,
    PriceBook,
    PriceSource,
    model_mistake,
    sku_mistake,
    unit_mistake,
)
from replicate_tui.services.price_texts import PER_SECOND, PER_UNIT, PriceTextError, read_price
from replicate_tui.services.settings_file import SettingsFile
from replicate_tui.services.views import Usual
from replicate_tui.store.database import Database
from replicate_tui.store.metric_names import MetricNames
from replicate_tui.store.runs import RunRepository
from tests.store.making import make_run

USUAL = Usual(count=3, ran_median=10.0)


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("0.000975", 0.000975),
        (" $0.000975/s ", 0.000975),
        ("3.51/h", 0.000975),
        ("$3.51 per hour", 0.000975),
        ("0.06 USD/min", 0.001),
        ("0", 0.0),
        ("1e-4", 0.0001),
    ],
)
def test_prices_of_hardware(text: str, dollars: float) -> None:
    assert read_price(text, PER_SECOND) == pytest.approx(dollars, rel=1e-9)


@pytest.mark.parametrize(("text", "dollars"), [("0.04", 0.04), ("3/1k", 0.003), ("$3.75 per M", 3.75e-6)])
def test_prices_of_units(text: str, dollars: float) -> None:
    assert read_price(text, PER_UNIT) == pytest.approx(dollars, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "missing"),
        ("much", "a number"),
        ("-1", "0 or more"),
        ("nan", "0 or more"),
        ("1e999", "0 or more"),
        ("0,0009", "decimal point"),
        ("1/fortnight", "known are /s, /min, /h"),
        ("1/k", "no unit of a price here"),
    ],
)
def test_what_is_no_price_is_said(text: str, words: str) -> None:
    with pytest.raises(PriceTextError, match=words):
        read_price(text, PER_SECOND)


def test_names_are_checked_and_the_nearest_is_named() -> None:
    assert model_mistake("acme/fog") == ""
    assert "owner/name" in model_mistake("fog")
    assert sku_mistake("gpu-t4", ("cpu", "gpu-t4")) == ""
    assert "Did you mean gpu-t4?" in sku_mistake("gpu-t5", ("cpu", "gpu-t4"))
    assert unit_mistake("image_output_count", KNOWN_UNITS) == ""
    assert "Did you mean image_output_count?" in unit_mistake("image_output_cuont", KNOWN_UNITS)


def book(path: Path, settings: Settings | None = None) -> tuple[PriceBook, PriceList]:
    settings = settings or Settings()
    prices = PriceList(settings.prices, settings.hardware, settings.unit_prices)
    names = MetricNames(Database(path.parent / "history.db"))
    return PriceBook(SettingsFile(path, settings), prices, names), prices


async def test_a_price_that_is_set_counts_at_once_and_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    prices_of, prices = book(path)
    assert prices.estimate("acme/fog", usual=USUAL).dollars is None
    await prices_of.set_hardware("acme/fog", "gpu-t4")
    assert prices.estimate("acme/fog", usual=USUAL).dollars == pytest.approx(10 * DEFAULT_PRICES["gpu-t4"])
    await prices_of.set_per_second("gpu-t4", 0.5)
    assert prices.estimate("acme/fog", usual=USUAL).dollars == 5.0
    assert load_settings(path).settings.hardware == {"acme/fog": "gpu-t4"}
    await prices_of.set_per_second("gpu-t4", None)
    assert prices.per_second("gpu-t4") == DEFAULT_PRICES["gpu-t4"]
    await prices_of.set_unit_price("acme/fog", "image_count", 0.5)
    await prices_of.set_unit_price("acme/fog", "predict_time", 0.25)
    assert [price.unit for price in prices_of.unit_prices] == ["image_count", "predict_time"]
    await prices_of.set_unit_price("acme/fog", "image_count", None)
    assert load_settings(path).settings.unit_prices == {"acme/fog": {"predict_time": 0.25}}
    await prices_of.set_unit_price("acme/fog", "predict_time", None)
    await prices_of.set_hardware("acme/fog", None)
    assert (prices_of.unit_prices, prices_of.model_hardware) == ((), ())
    assert load_settings(path).problems == ()


async def test_a_metric_that_a_run_has_told_is_a_unit(services: Services) -> None:
    assert "tokens_of_fog" not in await services.price_book.units()
    told = {"tokens_of_fog": 3, "predict_time": 0.5, "note": "text", "is_new": True}
    await RunRepository(services.database).insert_intent(make_run(metrics=told))
    units = await services.price_book.units()
    assert "tokens_of_fog" in units
    assert not {"note", "is_new"} & set(units)
    assert len(units) == len(set(units))


def test_where_each_price_is_from(tmp_path: Path) -> None:
    prices_of, _ = book(tmp_path / "config.toml", Settings(prices={**DEFAULT_PRICES, "cpu": 0.5, "gpu-odd": 1.0}))
    machines = (Machine("cpu", "CPU"), Machine("gpu-new", "New one"), Machine("gpu-t4", "T4"))
    rows = {row.sku: row for row in prices_of.hardware(machines)}
    sources = [rows[sku].source for sku in ("cpu", "gpu-new", "gpu-t4")]
    assert sources == [PriceSource.YOURS, PriceSource.NONE, PriceSource.BUILT_IN]
    assert rows["gpu-odd"].source is PriceSource.YOURS
    assert (rows["gpu-odd"].is_offered, rows["cpu"].is_offered) == (False, True)
    assert {row.is_offered for row in prices_of.hardware(None)} == {None}
