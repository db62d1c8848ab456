"""Nothing hostile passes the last wall, whatever widget it comes from, and lines keep their width."""

from collections.abc import Iterable, Sequence

import pytest
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.filter import LineFilter
from textual.widget import Widget
from textual.widgets import Button, DataTable, Input, Label, Log, OptionList, Static, TextArea, Tree

from replicate_tui.ui.wire.line_filter import EscapeFilter
from tests.support.hostile import EVERYTHING, LIVE, TERMINAL

BLACK = Color(0, 0, 0)


def live(segments: Iterable[Segment]) -> list[str]:
    return [s.text for s in segments if s.control is None and (LIVE.search(s.text) or "\n" in s.text or "\t" in s.text)]


@pytest.mark.parametrize(("name", "text"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_no_live_character_is_left_and_the_width_stays(name: str, text: str) -> None:
    segments = [Segment("before "), Segment(text, Style(bold=True)), Segment(" after     ")]
    width = Segment.get_line_length(segments)
    filtered = EscapeFilter().apply(segments, BLACK)
    assert not live(filtered)
    assert Segment.get_line_length(filtered) == width


def test_clean_lines_and_control_segments_are_left_alone() -> None:
    segments = [Segment("plain"), Segment("日本語 \U0001f468\u200d\U0001f469", Style(color="red"))]
    assert EscapeFilter().apply(segments, BLACK) is segments
    control = Segment("\x1b[2J", None, [(ControlType.CLEAR,)])
    filtered = EscapeFilter().apply([control, Segment("\x07")], BLACK)
    assert filtered[0] == control
    assert not live(filtered)


def test_all_filters_count_as_one_for_textuals_caches() -> None:
    assert len({EscapeFilter(), EscapeFilter()}) == 1


class Surfaces(App[None]):
    """One widget of each kind, all showing the same text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.filtered = True

    def compose(self) -> ComposeResult:
        text = self.text
        yield Static(text, markup=False)
        yield Label(text, markup=False)
        yield Input(value=text, placeholder=text)
        yield TextArea(text)
        yield OptionList()
        table: DataTable[str] = DataTable()
        yield table
        tree: Tree[None] = Tree("root")
        yield tree
        yield Log()
        yield Button("x")

    def on_mount(self) -> None:
        from rich.text import Text

        literal = Text(self.text)
        self.query_one(OptionList).add_option(literal)  # type: ignore[arg-type]
        table = self.query_one(DataTable)
        table.add_column(literal)
        table.add_row(literal)
        self.query_one(Tree).root.add_leaf(literal)
        self.query_one(Log).write(self.text)

    def get_line_filters(self) -> Sequence[LineFilter]:
        own = [EscapeFilter()] if self.filtered else []
        return [*super().get_line_filters(), *own]


def painted(widget: Widget) -> list[Segment]:
    strips = widget.render_lines(widget.size.region)
    return [segment for strip in strips for segment in strip]


async def test_no_widget_of_textual_gets_a_control_character_through() -> None:
    text = " ".join(text for _, text in TERMINAL)
    app = Surfaces(text)
    async with app.run_test(size=(200, 120)) as pilot:
        await pilot.pause()
        for widget in app.screen.walk_children(Widget):
            assert not live(painted(widget)), widget
        # The wall is what holds: without it most of them let it through.
        app.filtered = False
        leaky = [widget for widget in app.screen.walk_children(Widget) if live(painted(widget))]
        assert len(leaky) >= 4
