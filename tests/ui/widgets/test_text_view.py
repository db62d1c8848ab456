"""The text view as a person sees it: it follows, lets go, wraps anew, and never loses a token."""

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.geometry import Offset
from textual.selection import Selection

from replicate_tui.ui.widgets.text_view import TextView
from replicate_tui.ui.wire.frugal import PLAIN
from replicate_tui.ui.wire.line_filter import EscapeFilter
from tests.support.waiting import wait_for


class Reader(App[None]):
    def __init__(self, view: TextView) -> None:
        super().__init__()
        self.view = view
        self.follow_changes: list[bool] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [EscapeFilter(), *super().get_line_filters()]

    def on_text_view_follow_changed(self, message: TextView.FollowChanged) -> None:
        self.follow_changes.append(message.following)


def seen(view: TextView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def test_the_first_token_is_shown_at_once_and_the_rest_together() -> None:
    view = TextView(empty_text="nothing yet")
    async with Reader(view).run_test(size=(40, 5)) as pilot:
        await pilot.pause()
        assert seen(view)[0] == "nothing yet"
        view.write("one ")
        assert seen(view)[0] == "one"
        for word in ("two ", "three ", "four"):
            view.write(word)
        assert seen(view)[0] == "one"
        await wait_for(
            lambda: seen(view)[0] == "one two three four", "the pause to end", seconds=PLAIN.flush_seconds * 30
        )
        assert view.text == "one two three four"


async def test_it_follows_until_the_user_scrolls_and_again_at_the_end() -> None:
    view = TextView("\n".join(map(str, range(50))))
    app = Reader(view)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        view.focus()
        assert seen(view)[-1] == "49"
        await pilot.press("k")
        assert not view.following
        view.write("\n50\n51")
        await wait_for(lambda: view.virtual_size.height == 52, "the new lines")
        assert seen(view)[-1] == "48"
        await pilot.press("G")
        assert view.following
        assert seen(view)[-1] == "51"
        await pilot.press("g")
        assert seen(view)[0] == "0"
        assert app.follow_changes == [False, True, False]


async def test_a_new_width_wraps_anew_and_keeps_the_place() -> None:
    words = " ".join(f"w{number:04}" for number in range(600))
    view = TextView(words, follow=False)
    async with Reader(view).run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        view.scroll_to(y=20, animate=False)
        await pilot.pause()
        first_word = seen(view)[0].split()[0]
        await pilot.resize_terminal(31, 10)
        await pilot.pause()
        assert first_word in " ".join(seen(view)[:2])
        assert "".join(line.strip() + " " for line in seen(view)).split()[0].startswith("w")
        assert view.text == words


async def test_a_long_text_is_wrapped_in_slices_and_takes_in_what_comes_meanwhile() -> None:
    paragraph = "the quick brown fox jumps over the lazy dog\n"
    view = TextView()
    async with Reader(view).run_test(size=(30, 10)) as pilot:
        await pilot.pause()
        view.set_text(paragraph * 5000)
        view.write("and the end")
        await wait_for(lambda: seen(view)[-1] == "and the end", "all of it")
        assert view.virtual_size.height == 10_001
        assert view.text == paragraph * 5000 + "and the end"


async def test_selected_text_has_no_line_feeds_where_it_was_only_wrapped() -> None:
    view = TextView("one two three four\nfive")
    async with Reader(view).run_test(size=(10, 6)) as pilot:
        await pilot.pause()
        assert seen(view)[:3] == ["one two", "three", "four"]
        whole = view.get_selection(Selection(None, None))
        assert whole == ("one two three four\nfive", "\n")
        part = view.get_selection(Selection(Offset(4, 0), Offset(2, 1)))
        assert part == ("two th", "\n")
        app_selection = Selection(Offset(4, 0), Offset(7, 0))
        view.screen.selections = {view: app_selection}
        await pilot.pause()
        styles = [segment.style for segment in view.render_line(0) if segment.text.startswith("two")]
        assert styles
        assert styles[0] is not None
        assert styles[0].bgcolor == view.selection_style.bgcolor


async def test_finished_lines_are_shown_as_they_are() -> None:
    view = TextView(follow=False)
    async with Reader(view).run_test(size=(20, 4)) as pilot:
        await pilot.pause()
        view.set_lines([f"line {number} [bold]literal[/]" for number in range(100)])
        await pilot.pause()
        assert seen(view)[0] == "line 0 [bold]liter\u2026"
        assert view.virtual_size.height == 100
        view.write("now text")
        await wait_for(lambda: seen(view)[0] == "now text", "the text")
