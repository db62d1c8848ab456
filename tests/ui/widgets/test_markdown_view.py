"""A stranger's README is read, not obeyed."""

import time

import pytest
from textual.app import App, ComposeResult

from replicate_tui.ui.widgets.lines import MarkdownColours
from replicate_tui.ui.widgets.markdown_lines import markdown_lines
from replicate_tui.ui.widgets.markdown_view import MarkdownView
from tests.support.hostile import EVERYTHING, LIVE
from tests.support.waiting import wait_for

COLOURS = MarkdownColours(accent="#a99bf5", muted="#8d99ae", panel="#1f2129")


def lines(source: str, width: int = 60) -> list[str]:
    return [strip.text.rstrip() for strip in markdown_lines(source, width, COLOURS)]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("# Title\n\ntext", ["Title", "", "text"]),
        ("see [replicate.com](https://evil.test/)", ["see replicate.com (https://evil.test/)"]),
        ("see <https://evil.test/>", ["see https://evil.test/"]),
        ("see [x](https://\u0430pple.com/)", ["see x (https://xn--pple-43d.com/)"]),
        ("before ![a **lighthouse**](https://x.test/y.png) after", ["before [picture: a lighthouse] after"]),
        ("![](https://x.test/y.png)", ["[picture: without a description]"]),
        ("[![badge](https://x.test/b.svg)](https://x.test/)", ["[picture: badge] (https://x.test/)"]),
        ("<p align=center>hello <b>there</b></p>", ["hello there"]),
        ("a <b>bold</b> word", ["a bold word"]),
        ("- one\n- two", [" \u2022 one", " \u2022 two"]),
        ("[@click=app.quit]go[/]", ["[@click=app.quit]go[/]"]),
    ],
)
def test_what_a_reader_sees(source: str, shown: list[str]) -> None:
    assert lines(source) == shown


def test_code_keeps_its_lines_and_folds_long_ones() -> None:
    assert [line.strip() for line in lines("```python\nx = 1\n  y = 2\n```")] == ["x = 1", "y = 2"]
    assert len(lines(f"```\n{'x' * 100}\n```", width=40)) == 3


def test_tables_are_tables_unless_they_are_too_wide() -> None:
    assert "1" in "\n".join(lines("| a | b |\n|---|---|\n| 1 | 2 |"))
    row = "|" + "c|" * 500
    assert "c|c|c" in "".join(lines(f"{row}\n{'|' + '-|' * 500}\n{row}"))


@pytest.mark.parametrize(("name", "text"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_no_hostile_text_gets_through(name: str, text: str) -> None:
    for strip in markdown_lines(
        f"# {text}\n\n{text}\n\n- {text}\n\n```\n{text}\n```\n\n|{text}|\n|-|\n|{text}|", 60, COLOURS
    ):
        for segment in strip:
            assert segment.control is None
            assert not LIVE.search(segment.text)
            assert segment.style is None or (segment.style.link is None and not segment.style.meta)


@pytest.mark.parametrize(
    "source", ["> " * 2000 + "x", "- " * 2000 + "x", "[" * 5000, "*" * 5000, "`" * 5001, "![" * 3000]
)
def test_nesting_and_repetition_stay_cheap(source: str) -> None:
    started = time.process_time()
    lines(source)
    assert time.process_time() - started < 5


class Page(App[None]):
    def __init__(self, view: MarkdownView) -> None:
        super().__init__()
        self.view = view

    def compose(self) -> ComposeResult:
        yield self.view


def seen(view: MarkdownView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def test_it_renders_for_the_width_it_has() -> None:
    view = MarkdownView("one two three four five six")
    async with Page(view).run_test(size=(40, 6)) as pilot:
        await wait_for(lambda: seen(view)[0] == "one two three four five six", "the first lines")
        await pilot.resize_terminal(16, 6)
        await wait_for(lambda: seen(view)[:2] == ["one two three", "four five six"], "the lines for the new width")
        view.show_markdown("# other")
        await wait_for(lambda: seen(view)[0] == "other", "the other text")


async def test_a_long_readme_ends_up_whole() -> None:
    source = "\n\n".join(f"## Part {number}\n\nSome text about it." for number in range(1500))
    view = MarkdownView(source)
    async with Page(view).run_test(size=(60, 10)) as pilot:
        await wait_for(lambda: seen(view)[0] == "Part 0", "the first lines")
        await wait_for(lambda: view.virtual_size.height > 5900, "all lines")
        view.focus()
        await pilot.press("G")
        assert seen(view)[-1] == "Some text about it."
