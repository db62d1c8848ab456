"""The themes: a look at each in its own colours, and keeping one."""

from typing import Final

from textual.content import Content
from textual.theme import Theme

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui import messages, wording
from replicate_tui.ui.account.lines import AccountLine, Row
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.theme import DARK, LIGHT
from replicate_tui.ui.widgets.list_rows import GroupHeader

_OURS: Final = (DARK.name, LIGHT.name)
_SAMPLE_CELLS: Final = 34


class ThemeSection(Section):
    """enter uses a theme at once, and keeps it for the next start."""

    name = "theme"
    title = "Theme"
    about = "A look at each; enter uses it and keeps it"
    offers = frozenset({"choose"})

    async def read(self) -> None:
        self.changed()

    def lines(self) -> list[Row]:
        themes = self.screen.app.available_themes
        others = sorted(name for name in themes if name not in _OURS)
        rows: list[Row] = [GroupHeader("Of the house"), *(self._line(themes[name]) for name in _OURS)]
        return [*rows, GroupHeader("Of Textual"), *(self._line(themes[name]) for name in others)]

    def _line(self, theme: Theme) -> AccountLine:
        is_used = theme.name == self.screen.app.theme
        kept = theme.name == self.house.services.settings_file.settings.theme
        note = " · ".join(word for word, holds in (("in use", is_used), ("kept", kept)) if holds)
        value = "dark" if theme.dark else "light"
        if theme.name.startswith("ansi"):
            value += ", the terminal's own 16 colours"
        return AccountLine(theme.name, theme.name, value, note, "$text-primary" if is_used else "", thing=theme)

    def detail(self, line: AccountLine | None) -> Content:
        """Return a few words of the app in the theme's colours."""
        if line is None or not isinstance(line.thing, Theme):
            return Content("")
        head = Content.assemble(Content.styled(line.label, "bold"), "  ", line.value)
        return Content("\n").join(
            [head, *_sample(line.thing), Content.styled("enter uses and keeps it", "$text-muted")]
        )

    def choose(self, line: AccountLine | None) -> None:
        """Use a theme, and keep it."""
        if line is not None and isinstance(line.thing, Theme):
            self.screen.app.theme = line.thing.name
            self.start(self._keep(line.thing.name), "keep the theme")

    async def _keep(self, name: str) -> None:
        file = self.house.services.settings_file
        try:
            await file.change({("theme",): name})
        except ServiceProblem as problem:
            words = f"{name} is used until you leave. It could not be kept: {problem}"
            self.screen.app.post_message(messages.Say(words, "warning"))
        else:
            self.say(f"{name} is kept in {wording.place(file.path)}.")
        self.changed()


def _sample(theme: Theme) -> list[Content]:
    colours = theme.to_color_system().generate()
    if not colours["background"].startswith("#"):
        return [Content("It looks as your terminal's colours do.")]
    ground = colours["background"]
    lines = (
        (("foreground", " black-forest-labs/"), ("primary", "flux-schnell")),
        (("success", " ✓ succeeded "), ("error", " ✗ failed "), ("warning", " ◌ starting")),
    )
    drawn = []
    for parts in lines:
        cells = sum(len(words) for _, words in parts)
        pieces = [Content.styled(words, f"{colours[name]} on {ground}") for name, words in parts]
        drawn.append(Content.assemble(*pieces, Content.styled(" " * (_SAMPLE_CELLS - cells), f"on {ground}")))
    return drawn
