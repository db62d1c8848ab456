"""The lines around lists and pictures: facts wrap in their column, hints fit, a new colour is seen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

from replicate_tui.schema.fields import FieldKind, InputField
from replicate_tui.services.views import RunSnapshot
from replicate_tui.store.records import RunRecord, SavedFile
from replicate_tui.ui.screens.model_tabs import default_of, limits_of
from replicate_tui.ui.theme import DARK, LIGHT
from replicate_tui.ui.widgets.key_bar import KeyBar
from replicate_tui.ui.widgets.run_facts import RunFacts
from replicate_tui.ui.widgets.title_line import TitleLine


def seen(app: App[None]) -> list[str]:
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


class Page(App[None]):
    BINDINGS = [
        Binding("a", "one", "first of all"),
        Binding("b", "two", "second of all"),
        Binding("c", "three", "third of all"),
        Binding("escape", "leave", "keep and leave"),
    ]

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.theme = DARK.name


def snapshot() -> RunSnapshot:
    run = RunRecord(
        id="1",
        origin="demo",
        remote_id="7eqy23wtgsmcy4w3wt15ppcdsr",
        model="black-forest-labs/flux-schnell",
        status="succeeded",
        input={"prompt": "a lighthouse on a cliff at dusk, sea, warm light", "go_fast": True},
        metrics={"predict_time": 1.4, "image_count": 1},
        files=(SavedFile(index=0, url="https://example.com/out-0.webp", name="out-0.webp", size=84_000),),
        submitted_at=datetime(2026, 11, 20, 10, tzinfo=UTC),
    )
    return RunSnapshot(seq=1, run=run, folder=Path("/home/alice/.local/share/runs/2026-11-20/flux-schnell-7eqy"))


async def test_facts_wrap_within_their_own_column() -> None:
    facts = RunFacts()
    app = Page(facts)
    async with app.run_test(size=(40, 24)) as pilot:
        facts.show(snapshot())
        await pilot.pause()
        lines = seen(app)
        assert lines[0] == " Input"
        assert lines[1:5] == [
            "  prompt   a lighthouse on a cliff at",
            "           dusk, sea, warm light",
            "  go_fast  true",
            "",
        ]
        assert "  predict_time  1.4 s" in lines
        assert "  out-0.webp  84 kB  saved" in lines
        assert "  id       7eqy23wtgsmcy4w3wt15ppcdsr" in lines
        assert any("\u2026/2026-11-20/flux-" in line for line in lines)
        await pilot.resize_terminal(20, 24)
        await pilot.pause()
        assert max(map(len, seen(app))) <= 20


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, " a first of all   b second of all   c third of all   esc keep and leave"),
        (70, " a first of all  b second of all  c third of all  esc keep and leave"),
        (60, " a first of all  b second of all  esc keep and leave"),
        (22, " esc keep and leave"),
    ],
)
async def test_hints_stand_closer_before_one_goes_and_the_way_out_stays(width: int, line: str) -> None:
    class Named(Page):
        ENABLE_COMMAND_PALETTE = False

        def get_key_display(self, binding: Binding) -> str:
            return "esc" if binding.key == "escape" else binding.key

        def action_one(self) -> None: ...
        def action_two(self) -> None: ...
        def action_three(self) -> None: ...
        def action_leave(self) -> None: ...

    app = Named(KeyBar())
    async with app.run_test(size=(width, 4)) as pilot:
        await pilot.pause()
        assert seen(app)[3] == line


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (90, " a first of all   b second of all   c third of all   ? keys   esc keep and leave"),
        (60, " a first of all  ? keys  esc keep and leave"),
        (22, " esc keep and leave"),
    ],
)
async def test_what_leads_to_all_keys_stays_where_some_are_left_out(width: int, line: str) -> None:
    class Named(Page):
        ENABLE_COMMAND_PALETTE = False
        BINDINGS = [Binding("question_mark", "keys", "keys", key_display="?")]

        def get_key_display(self, binding: Binding) -> str:
            return "esc" if binding.key == "escape" else binding.key_display or binding.key

        def action_keys(self) -> None: ...
        def action_one(self) -> None: ...
        def action_two(self) -> None: ...
        def action_three(self) -> None: ...
        def action_leave(self) -> None: ...

    app = Named(KeyBar())
    async with app.run_test(size=(width, 4)) as pilot:
        await pilot.pause()
        assert seen(app)[3] == line


async def test_a_title_sees_that_only_its_colour_changed() -> None:
    title = TitleLine(Content.styled("starting", "$text-warning"))
    app = Page(title)
    async with app.run_test(size=(40, 4)) as pilot:
        await pilot.pause()

        def colour() -> object:
            strip = app.screen._compositor.render_strips()[0]
            return next(segment.style.color for segment in strip if "starting" in segment.text and segment.style)

        before = colour()
        title.show(Content.styled("starting", "$text-error"))
        await pilot.pause()
        assert colour() != before


def test_defaults_and_limits_stand_apart() -> None:
    ratios = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4")
    choice = InputField(name="ratio", title="", order=0, kind=FieldKind.CHOICE, choices=ratios, default="1:1")
    number = InputField(name="count", title="", order=1, kind=FieldKind.INTEGER, minimum=1, default=4)
    flag = InputField(name="fast", title="", order=2, kind=FieldKind.BOOLEAN, default=False)
    assert (default_of(choice), default_of(number), default_of(flag)) == ("1:1", "4", "false")
    assert limits_of(choice, 80) == "1:1 16:9 21:9 3:2 2:3 4:5 5:4"
    assert limits_of(choice, 22) == "1:1 16:9 \u2026 7 values"
    assert limits_of(number, 22) == "at least 1"
    assert limits_of(flag, 22) == ""


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_field_without_focus_can_be_seen(theme: object) -> None:
    assert isinstance(theme, type(DARK))
    colours = theme.to_color_system().generate()
    assert colours["boost"] not in (colours["background"], "#00000000")
