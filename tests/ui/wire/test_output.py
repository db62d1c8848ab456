"""The output layer in the whole app: a busy line, sizes, pictures, errors, and when it stands aside."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.geometry import Region

from replicate_tui.demo.server import DemoServer
from replicate_tui.ui.wire import output
from replicate_tui.ui.wire.stock_check import keep_fall, last_fall, why_stock
from tests.support.waiting import wait_for
from tests.ui.driver import SMALL, WIDE, Driver, open_app
from tests.ui.wire.twins import TwinApp, on_twins


def twin(driver: Driver) -> TwinApp:
    return cast("TwinApp", driver.app)


async def settled(driver: Driver) -> TwinApp:
    app = twin(driver)
    await wait_for(lambda: app.is_settled, "what is shown is what should be")
    app.compare()
    app.check()
    return app


async def test_a_line_that_is_busy_gets_fewer_frames_and_the_same_picture(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_twins(monkeypatch, busy_seconds=0.2)
    async with open_app(demo, size=SMALL) as driver:
        for keys in (("2", "3"), ("4", "1"), ("question_mark", "down", "escape"), ("3", "down", "down", "down")):
            await driver.press(*keys)
        app = await settled(driver)
        assert app.diffed.lines == app.stock.lines
        assert 0 < app._line.frames < app.frames


async def test_what_was_noted_is_painted_as_soon_as_the_line_is_free(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_twins(monkeypatch)
    async with open_app(demo, size=SMALL) as driver:
        app = await settled(driver)
        app._line.is_busy = True
        await driver.press("5")
        await driver.until("Trainings")
        assert app.diffed.lines != app.stock.lines
        written = app._line.frames
        app._line._free()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert app._line.frames > written
        assert app.diffed.lines == app.stock.lines
        app.compare()
        app.check()


async def test_a_storm_of_sizes_leaves_nothing_of_what_the_terminal_made_of_it(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_twins(monkeypatch)
    async with open_app(demo, size=WIDE) as driver:
        for size in ((60, 15), (200, 50), (1, 1), (61, 15), (60, 15), (120, 36), (80, 24)):
            await driver.pilot.resize_terminal(*size)
        await driver.until("1 Search")
        app = await settled(driver)
        await wait_for(lambda: "#" not in "".join(app.diffed.lines), "all painted over")
        assert (app.diffed.columns, app.diffed.rows) == SMALL


async def test_redrawing_writes_all_of_it_again(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    on_twins(monkeypatch)
    async with open_app(demo, size=SMALL) as driver:
        app = await settled(driver)
        app.diffed._wipe()
        app.stock._wipe()
        await driver.press("ctrl+l")
        await wait_for(lambda: app.diffed.lines == driver.lines, "all as it is")
        app.check()


def sixels(columns: int, rows: int) -> str:
    return f'\x1bP0;1;0q"1;1;{columns * 10};{rows * 20}#0;2;0;0;0#0~\x1b\\'


async def test_a_picture_is_painted_over_only_where_something_is_painted(
    own_demo: Callable[..., DemoServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_twins(monkeypatch)
    async with open_app(own_demo(), size=SMALL) as driver:
        await driver.press("4")
        await driver.until("No runs yet")
        app = await settled(driver)
        place = Region(4, 14, 20, 3)
        assert app.send_picture(f"\x1b7\x1b[{place.y + 1};{place.x + 1}H{sixels(20, 3)}\x1b8", place)
        assert app.diffed.lines[15].count("\u2592") == 20
        app.notify("a toast elsewhere")
        await driver.until("a toast elsewhere")
        await settled(driver)
        assert app.diffed.lines[15].count("\u2592") == 20
        assert app.stock.strings == app.diffed.strings
        assert not driver.lines[15][4:24].strip(), "blank, and"
        await driver.press("7")
        await driver.until("No uploaded files")
        assert not driver.lines[15][4:24].strip(), "blank again"
        await settled(driver)
        assert "\u2592" not in "".join(app.diffed.lines), "nothing is left behind"


async def test_a_picture_waits_for_the_frame_before_it(
    own_demo: Callable[..., DemoServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_twins(monkeypatch)
    async with open_app(own_demo(), size=SMALL) as driver:
        await driver.press("4")
        await driver.until("No runs yet")
        app = await settled(driver)
        app._line.is_busy = True
        place = Region(4, 14, 20, 3)
        app.send_picture(f"\x1b7\x1b[{place.y + 1};{place.x + 1}H{sixels(20, 3)}\x1b8", place)
        assert "\u2592" not in "".join(app.diffed.lines)
        app._line._free()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert app.diffed.lines[15].count("\u2592") == 20


async def test_an_error_leaves_it_to_textual_and_is_noted(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_twins(monkeypatch)
    async with open_app(demo, size=SMALL) as driver:
        app = await settled(driver)
        app._output._fell = app._note_fall
        app.note_falls_in(tmp_path)

        def fails(*_: Any) -> str:
            raise ValueError("a defect of this test")

        monkeypatch.setattr(output, "difference", fails)
        await driver.press("4")
        await driver.until("Runs")
        await wait_for(lambda: app.diffed.lines == app.stock.lines, "stock output on the terminal")
        assert "a defect of this test" in app._output.why_stock
        assert "a defect of this test" in last_fall(tmp_path)
        await driver.press("1")
        await driver.until("Search")
        await wait_for(lambda: app.diffed.lines == app.stock.lines, "it goes on")


# -- when it stands aside -------------------------------------------------------------------------------------------


def test_it_can_be_chosen() -> None:
    assert why_stock({"REPLICATE_TUI_WIRE": "stock"}) == "REPLICATE_TUI_WIRE is stock"
    assert why_stock({"REPLICATE_TUI_WIRE": "diff"}) == ""
    assert why_stock({"REPLICATE_TUI_WIRE": "diff", "TEXTUAL_DRIVER": "other:Driver"})


def changes_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(App, "_display")


def changes_a_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    def display(self: Any, update: Any) -> None:
        """Another Textual's."""

    monkeypatch.setattr(App, "_display", display)


def changes_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LayoutUpdate, "__init__", lambda self, lines, place: None)


def gives_a_writer_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from textual.drivers._writer_thread import WriterThread

    monkeypatch.setattr(WriterThread, "drain", lambda self: None, raising=False)


def reads_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    from replicate_tui.ui.wire import frames

    monkeypatch.setattr(frames, "_chops", lambda frame: iter(()))


@pytest.mark.parametrize(
    "change", [changes_a_name, changes_a_signature, changes_a_frame, gives_a_writer_more, reads_otherwise]
)
def test_another_textual_is_noticed(change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch)
    assert "another one than known" in why_stock({"REPLICATE_TUI_WIRE": "diff"})


def test_a_fall_is_told_until_the_note_is_gone(tmp_path: Path) -> None:
    assert last_fall(tmp_path) == ""
    keep_fall(tmp_path / "cache", "a reason")
    assert last_fall(tmp_path / "cache").endswith(": a reason")
    (tmp_path / "cache" / "output.json").write_text("[")
    assert last_fall(tmp_path / "cache") == ""
