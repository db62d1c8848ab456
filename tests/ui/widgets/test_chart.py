"""The chart as it is read: which series it shows, what its cursor tells, and what it says when there is nothing."""

from textual.app import App, ComposeResult

from replicate_tui.services.views import RunSeries
from replicate_tui.ui.widgets.chart import Chart


class ChartApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Chart(id="chart")


def shown(app: ChartApp) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


async def test_a_loss_comes_first_and_stays_while_more_comes() -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 16)) as pilot:
        chart = app.query_one(Chart)
        await pilot.pause()
        assert "No losses in the logs yet." in "\n".join(shown(app))
        chart.show((RunSeries("lr", (1, 2), (0.1, 0.2)), RunSeries("loss", (1, 2), (3.0, 1.0))))
        await pilot.pause()
        assert shown(app)[0].startswith(" loss 1.000  2 of 2")
        await pilot.press("full_stop")
        assert chart.series_name == "lr"
        chart.show((RunSeries("lr", (1, 2, 3), (0.1, 0.2, 0.3)), RunSeries("loss", (1, 2), (3.0, 1.0))))
        await pilot.pause()
        assert chart.series_name == "lr"
        assert chart.reading == (3, 0.3)


async def test_a_cursor_at_the_end_goes_along_and_one_in_the_middle_stays() -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 16)) as pilot:
        chart = app.query_one(Chart)
        chart.show((RunSeries("loss", tuple(range(50)), tuple(map(float, range(50)))),))
        await pilot.press("left")
        assert chart.reading == (48, 48.0)
        chart.show((RunSeries("loss", tuple(range(60)), tuple(map(float, range(60)))),))
        assert chart.reading == (48, 48.0)
        await pilot.press("end")
        assert chart.reading == (59, 59.0)
        chart.show((RunSeries("loss", tuple(range(70)), tuple(map(float, range(70)))),))
        assert chart.reading == (69, 69.0)


async def test_steps_that_were_told_again_count_as_told_last() -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 16)) as pilot:
        chart = app.query_one(Chart)
        chart.show((RunSeries("loss", (1, 2, 3, 1, 2), (5.0, 4.0, 3.0, 9.0, 8.0)),))
        await pilot.press("home")
        assert chart.reading == (1, 9.0)
        assert chart.window == (1, 3)


async def test_a_log_scale_without_anything_above_zero_says_so() -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 16)) as pilot:
        app.query_one(Chart).show((RunSeries("loss", (1, 2), (-1.0, -2.0)),))
        await pilot.press("g")
        await pilot.pause()
        assert "Nothing above zero" in "\n".join(shown(app))


async def test_it_is_drawn_at_any_size_and_foreign_names_are_text() -> None:
    app = ChartApp()
    async with app.run_test(size=(80, 16)) as pilot:
        app.query_one(Chart).show((RunSeries("[b]loss\x1b", (1, 9), (1.0, 2.0)),))
        for size in ((80, 16), (20, 5), (3, 2), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert "[b]loss" in shown(app)[0]
        assert "\x1b" not in shown(app)[0]
