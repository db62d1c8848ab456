"""A chart of what a run logs over its steps: one series at a time, with a cursor to read values from it."""

import bisect
from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from replicate_tui.services.views import RunSeries
from replicate_tui.text import clean_line
from replicate_tui.ui.removal import Removable
from replicate_tui.ui.widgets import plot
from replicate_tui.ui.widgets.lines import LinePainter
from replicate_tui.ui.widgets.plot import Curve, Scale

#: Cells before the drawing: a value, and the axis.
AXIS_CELLS: Final = 10
#: Lines that are no drawing: the head above, the axis and its steps below.
HEAD_LINES: Final = 1
FOOT_LINES: Final = 2
#: The fewest points that zooming in leaves.
LEAST_SHOWN: Final = 8
#: "The last steps" are at first this share of the run.
LAST_SHARE: Final = 4
_STEP_LABEL_CELLS: Final = 12


class Chart(Removable, Widget, can_focus=True):
    """Shows one series in the accent colour; other losses are drawn behind a loss, muted, on the same scale."""

    DEFAULT_CSS = """
    Chart { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # The head of the chart names its keys; the line of hints is for what is done with the run.
        Binding("g", "log_scale", "Logarithmic scale, and back", id="chart.log_scale", show=False),
        Binding("a", "whole", "The whole run, or its last steps", id="chart.whole", show=False),
        Binding("full_stop", "series(1)", "Next series", id="chart.next_series", show=False),
        Binding("comma", "series(-1)", "Previous series", id="chart.previous_series", show=False),
        Binding("plus,equals_sign", "zoom(1)", "Zoom in", id="chart.zoom_in", show=False),
        Binding("minus", "zoom(-1)", "Zoom out", id="chart.zoom_out", show=False),
        Binding("left", "cursor(-1)", "Cursor left, to read values off", id="chart.left", show=False),
        Binding("right", "cursor(1)", "Cursor right", id="chart.right", show=False),
        Binding("shift+left", "cursor(-10)", "Cursor far left", id="chart.far_left", show=False),
        Binding("shift+right", "cursor(10)", "Cursor far right", id="chart.far_right", show=False),
        Binding("home", "cursor_to(0)", "Cursor to the first step", id="chart.home", show=False),
        Binding("end", "cursor_to(-1)", "Cursor to the last step", id="chart.end", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._series: dict[str, Curve] = {}
        self._chosen = ""
        self._is_log = False
        #: How many steps are shown, from the last one back; None for all.
        self._length: float | None = None
        #: The step under the cursor, None where the cursor is off and the last value is read out.
        self._cursor: int | None = None
        self.empty_text = "No losses in the logs yet."
        self._given: tuple[tuple[RunSeries, ...], str] | None = None
        self._painter = LinePainter()
        self._drawn: tuple[tuple[int, int], list[Content]] | None = None

    # -- what is shown ------------------------------------------------------------------------------------------

    def show(self, series: Sequence[RunSeries]) -> None:
        """Show `series`; the one that is looked at stays, as do zoom and cursor."""
        given = (tuple(series), self.empty_text)
        if given == self._given:
            return
        self._given = given
        self._series = {one.name: _sorted(one) for one in series if one.steps}
        if self._chosen not in self._series:
            # Losses come first: what else a line tells is of less interest.
            self._chosen = next((name for name in self._series if _is_loss(name)), next(iter(self._series), ""))
        self._redraw()

    @property
    def series_name(self) -> str:
        """The series that is shown, "" for none."""
        return self._chosen

    @property
    def reading(self) -> tuple[int, float] | None:
        """The step and the value under the cursor, the last ones without a cursor."""
        curve = self._curve
        if curve is None:
            return None
        at = len(curve.steps) - 1 if self._cursor is None else self._index(curve, self._cursor)
        return curve.steps[at], curve.values[at]

    @property
    def window(self) -> tuple[float, float]:
        """The first and the last step that are shown."""
        curves = [curve for curve in self._series.values() if curve.steps]
        if not curves:
            return 0.0, 0.0
        first, last = min(curve.steps[0] for curve in curves), max(curve.steps[-1] for curve in curves)
        return (first if self._length is None else max(first, last - self._length)), last

    @property
    def _curve(self) -> Curve | None:
        return self._series.get(self._chosen)

    @staticmethod
    def _index(curve: Curve, step: int) -> int:
        return min(bisect.bisect_left(curve.steps, step), len(curve.steps) - 1)

    def _redraw(self) -> None:
        self._drawn = None
        self.refresh()

    # -- keys ---------------------------------------------------------------------------------------------------

    def action_log_scale(self) -> None:
        self._is_log = not self._is_log
        self._redraw()

    def action_whole(self) -> None:
        """Show the whole run, or its last part."""
        first, last = self.window
        self._length = None if self._length is not None else max((last - first) / LAST_SHARE, 1)
        self._redraw()

    def action_zoom(self, direction: int) -> None:
        """Show half as many steps, or twice as many, up to the last one."""
        curve = self._curve
        if curve is None:
            return
        first, last = self.window
        points = len(curve.steps[curve.between(first, last)])
        if direction < 0:
            whole = last - min(curve.steps[0] for curve in self._series.values())
            self._length = None if (last - first) * 2 >= whole else (last - first) * 2
        elif points // 2 >= LEAST_SHOWN:
            self._length = (last - first) / 2
        self._redraw()

    def action_series(self, by: int) -> None:
        names = list(self._series)
        if names:
            self._chosen = names[(names.index(self._chosen) + by) % len(names)]
            self._redraw()

    def action_cursor(self, by: int) -> None:
        """Move the cursor by cells of the drawing, at least from point to point."""
        curve = self._curve
        if curve is None:
            return
        shown = curve.between(*self.window)
        at = len(curve.steps) - 1 if self._cursor is None else self._index(curve, self._cursor)
        stride = max(1, round((shown.stop - shown.start) / max(1, self._cells)))
        if self._cursor is not None or by < 0:
            at += by * stride
        self._cursor = curve.steps[min(max(at, shown.start), shown.stop - 1)]
        self._redraw()

    def action_cursor_to(self, end: int) -> None:
        curve = self._curve
        if curve is not None:
            shown = curve.between(*self.window)
            # At the last step the cursor goes along with what comes.
            self._cursor = curve.steps[shown.start] if end == 0 else None
            self._redraw()

    # -- drawing ------------------------------------------------------------------------------------------------

    @property
    def _cells(self) -> int:
        return max(1, self.size.width - AXIS_CELLS - 2)

    def render_line(self, y: int) -> Strip:
        size = (self.size.width, self.size.height)
        if self._drawn is None or self._drawn[0] != size:
            self._drawn = size, self._lines()
        lines = self._drawn[1]
        return self._painter.paint(lines[y] if y < len(lines) else "", self.size.width, self.visual_style)

    def notify_style_update(self) -> None:
        self._painter = LinePainter()
        super().notify_style_update()

    def _lines(self) -> list[Content]:
        rows = self.size.height - HEAD_LINES - FOOT_LINES
        curve = self._curve
        if curve is None:
            return [Content(""), Content.styled(f" {self.empty_text}", "$text-muted")]
        first, last = self.window
        behind = [other for name, other in self._series.items() if name != self._chosen and _is_loss(name)]
        curves = [curve, *behind] if _is_loss(self._chosen) else [curve]
        scale = plot.scale_of(curves, first, last, is_log=self._is_log)
        if scale is None or rows < 1:
            return [
                self._head(),
                Content.styled(" Nothing above zero to show here; g leaves the log scale.", "$text-muted"),
            ]
        return [self._head(), *self._plot(curves, scale, rows), *self._foot(first, last)]

    def _head(self) -> Content:
        """Return what is read out: the name of the series, where, and the value there."""
        reading = self.reading
        step, value = reading or (0, 0.0)
        names = list(self._series)
        place = f"  {names.index(self._chosen) + 1} of {len(names)}" if len(names) > 1 else ""
        where = f"  at step {step:,}" if self._cursor is not None else ""
        facts = ["log scale"] * self._is_log + ([] if self._length is None else [f"last {round(self._length):,} steps"])
        head = Content.assemble(
            " ",
            Content.styled(clean_line(self._chosen, 40), "bold $text-primary"),
            Content.styled(f" {plot.value_words(value)}", "bold"),
            where,
            Content.styled(place + "".join(f"  {fact}" for fact in facts), "$text-muted"),
        )
        hints = self._hints(self.size.width - head.cell_length - 3, has_others=len(names) > 1)
        gap = max(1, self.size.width - head.cell_length - len(hints) - 1)
        return Content.assemble(head, " " * gap, Content.styled(hints, "$text-disabled"))

    def _hints(self, room: int, *, has_others: bool) -> str:
        """Return the keys of the chart, as many as have room."""
        if not self.can_focus:
            return ""
        hints = ["← → cursor", "g log scale", "a all/last", "+ - zoom"]
        if has_others:
            hints.insert(1, ", . series")
        while hints and sum(map(len, hints)) + 3 * (len(hints) - 1) > room:
            hints.pop()
        return "   ".join(hints)

    def _plot(self, curves: Sequence[Curve], scale: Scale, rows: int) -> list[Content]:
        cells, (first, last) = self._cells, self.window
        grids = [
            plot.trace(plot.extents(one, first, last, cells * plot.DOTS_ACROSS), scale, cells, rows) for one in curves
        ]
        cursor = self._cursor_cell(first, last)
        labels = _labels(scale, rows)
        return [
            Content.assemble(
                Content.styled(labels.get(row, "").rjust(AXIS_CELLS - 1), "$text-muted"),
                Content.styled(" ┤" if row in labels else " │", "$text-disabled"),
                _row_content([grid[row] for grid in grids], cursor),
            )
            for row in range(rows)
        ]

    def _cursor_cell(self, first: float, last: float) -> int | None:
        if self._cursor is None or not first <= self._cursor <= last:
            return None
        return min(self._cells - 1, int((self._cursor - first) / ((last - first) or 1) * self._cells))

    def _foot(self, first: float, last: float) -> list[Content]:
        """Return the axis of steps: a tick and a number as often as there is room."""
        cells = self._cells
        ticks = max(1, cells // (_STEP_LABEL_CELLS * 2))
        axis, labels = ["─"] * cells, [" "] * (cells + _STEP_LABEL_CELLS)
        for tick in range(ticks + 1):
            cell = min(cells - 1, round(tick * (cells - 1) / ticks))
            axis[cell] = "┬"
            label = f"{round(first + (last - first) * cell / max(1, cells - 1)):,}"
            start = max(0, min(cell - len(label) // 2, cells - len(label)))
            labels[start : start + len(label)] = label
        indent = " " * AXIS_CELLS
        return [
            Content.styled(f"{indent}└{''.join(axis)}", "$text-disabled"),
            Content.styled(f"{'step':>{AXIS_CELLS}} {''.join(labels)[:cells]}", "$text-muted"),
        ]


def _sorted(series: RunSeries) -> Curve:
    """Return the points in the order of their steps; a run that began anew has told some steps twice."""
    steps = series.steps
    if all(steps[at] < steps[at + 1] for at in range(len(steps) - 1)):
        return Curve(steps, series.values)
    last_told = dict(zip(steps, series.values, strict=True))
    ordered = sorted(last_told)
    return Curve(ordered, [last_told[step] for step in ordered])


def _is_loss(name: str) -> bool:
    return "loss" in name.lower()


def _labels(scale: Scale, rows: int) -> dict[int, str]:
    """Return the values at the ends of the axis and, where there is room, between them, by row."""
    count = 2 if rows < 5 else 3 if rows < 10 else 5
    chosen = {round(part * (rows - 1) / (count - 1)) for part in range(count)} if rows > 1 else {0}
    return {row: plot.value_words(scale.value(1.0 - row / max(1, rows - 1))) for row in sorted(chosen)}


def _row_content(grids: Sequence[Sequence[int]], cursor: int | None) -> Content:
    """Return one row of all curves: a cell has the colour of the first curve that is in it."""
    runs: list[tuple[str, str]] = []
    for cell in range(len(grids[0])):
        owner = next((number for number, grid in enumerate(grids) if grid[cell]), None)
        bits = 0
        for grid in grids:
            bits |= grid[cell]
        style = "" if owner is None else "$primary" if owner == 0 else "$text-disabled"
        if cell == cursor:
            style = f"{style or '$text-disabled'} on $block-cursor-background"
            runs.append((plot.braille(bits) if bits else "│", style))
        elif runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + plot.braille(bits), style)
        else:
            runs.append((plot.braille(bits), style))
    return Content.assemble(*(Content.styled(text, style) if style else Content(text) for text, style in runs))
