"""When the line to the terminal is spared."""

import pytest
from textual.app import App

from replicate_tui.config import FrugalChoice
from replicate_tui.ui.wire.frugal import FRUGAL, PLAIN, Thrift, find_thrift, thrift_of

FAR = {"SSH_CONNECTION": "192.0.2.7 50522 192.0.2.1 22"}


@pytest.mark.parametrize(
    ("wish", "environment", "found"),
    [
        ("auto", {}, PLAIN),
        ("auto", {"SSH_CONNECTION": ""}, PLAIN),
        ("auto", FAR, FRUGAL),
        ("off", FAR, PLAIN),
        ("on", {}, FRUGAL),
    ],
)
def test_it_is_what_is_set_and_else_goes_by_ssh(wish: FrugalChoice, environment: dict[str, str], found: Thrift) -> None:
    assert find_thrift(wish, environment) is found


def test_the_key_goes_to_and_fro() -> None:
    assert PLAIN.other is FRUGAL
    assert FRUGAL.other is PLAIN


async def test_an_app_without_such_a_mode_spares_nothing() -> None:
    app: App[None] = App()
    async with app.run_test():
        assert thrift_of(app) is PLAIN
