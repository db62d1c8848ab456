"""The tabs of a model's page; each reads what it shows when it is first opened."""

from collections.abc import Set as AbstractSet
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from replicate_tui.schema.fields import InputField, InputSchema
from replicate_tui.services.snippets import LANGUAGES, Snippet
from replicate_tui.services.views import ExampleCard, ModelPage, VersionCard
from replicate_tui.store.records import RunRow
from replicate_tui.text import clean, clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.rows import fit
from replicate_tui.ui.run_rows import run_line
from replicate_tui.ui.widgets.filtered_list import FilteredList
from replicate_tui.ui.widgets.text_view import TextView
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import GroupHeader, RowContent, VirtualList

NAME_WIDTH = 24
KIND_WIDTH = 16
DEFAULT_WIDTH = 12
LIMITS_WIDTH = 22
#: Below this the description goes, and the limits stand where the default would.
WIDE_ENOUGH = 96


def default_of(field: InputField) -> str:
    """Say the default of a field in a few words, "" for none."""
    if not field.has_default or field.default in (None, ""):
        return ""
    if isinstance(field.default, bool):
        return "true" if field.default else "false"
    return clean_line(str(field.default), DEFAULT_WIDTH)


def limits_of(field: InputField, room: int) -> str:
    """Say what a field may be in at most `room` cells."""
    if field.choices:
        words = [clean_line(str(choice), room) for choice in field.choices]
        if len(" ".join(words)) <= room:
            return " ".join(words)
        count = f" … {len(words)} values"
        while len(words) > 1 and len(" ".join(words)) + len(count) > room:
            words.pop()
        return clean_line(" ".join(words) + count, room)
    if field.minimum is None and field.maximum is None:
        return ""
    if field.maximum is None:
        return f"at least {field.minimum:g}"
    return f"at most {field.maximum:g}" if field.minimum is None else f"{field.minimum:g} … {field.maximum:g}"


class InputsTab(FilteredList[InputField]):
    """The schema as a table; a header says what there is besides the fields."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "run form")]

    def __init__(self) -> None:
        super().__init__(key=lambda field: field.name, empty_text="Reading …", id="inputs")

    def show(self, page: ModelPage) -> None:
        if page.version is None:
            self.show_all((), "This model has no version yet.")
            return
        schema = page.version.schema
        rows: list[InputField | GroupHeader] = list(schema.input.fields)
        if rows:
            rows += [GroupHeader(""), GroupHeader("Output", clean(schema.output.summary))]
            if schema.training:
                rows.append(GroupHeader("Trainable", wording.plural(len(schema.training.fields), "training input")))
        self.show_all(rows, _why_no_fields(schema.input))

    def texts_of(self, row: InputField) -> tuple[str, ...]:
        return row.name, row.kind.value, row.description

    def render_row(self, row: InputField, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        kind = f"list of {row.item.kind.value}s" if row.item else row.kind.value
        parts = [
            fit(Content.styled(clean_line(row.name, 80), "bold"), NAME_WIDTH),
            fit(Content.styled(kind, "$text-primary"), KIND_WIDTH),
            fit(_need(row), DEFAULT_WIDTH),
        ]
        is_wide = width >= WIDE_ENOUGH
        room = LIMITS_WIDTH if is_wide else max(8, width - NAME_WIDTH - KIND_WIDTH - DEFAULT_WIDTH - 4)
        parts.append(fit(Content.styled(limits_of(row, room), "$text-muted"), room))
        if is_wide:
            parts.append(Content.styled(clean_line(row.description, 400), "$text-muted"))
        return Content(" ").join(parts).truncate(width, ellipsis=True)


def _need(field: InputField) -> Content:
    if field.required:
        return Content.styled("required", "$text-warning")
    return Content(default_of(field))


def _why_no_fields(schema: InputSchema) -> str:
    if schema.problem:
        return f"There is no form: {clean_line(schema.problem, 200)}\nenter opens a JSON editor instead."
    return "This model takes no inputs; enter opens its form all the same."


class ExamplesTab(FilteredList[ExampleCard]):
    def __init__(self) -> None:
        super().__init__(key=lambda example: example.id, row_height=2, empty_text="Reading …", id="examples")

    def show(self, examples: tuple[ExampleCard, ...]) -> None:
        self.show_all(examples, "The author saved no examples. f opens the form.")

    def texts_of(self, row: ExampleCard) -> tuple[str, ...]:
        return row.title, *(str(value) for value in row.input.values()), _output_words(row.output)

    def render_row(self, row: ExampleCard, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        facts = Content.styled(wording.seconds(row.predict_seconds), "$text-muted")
        title = fit(Content(row.title or row.id), max(8, width - facts.cell_length - 2))
        output = clean_line(_output_words(row.output), 300)
        second = Content.styled(f"→ {output}", "$text-muted").truncate(width - 1, ellipsis=True)
        return Content.assemble(title, " ", facts), second


def _output_words(output: object) -> str:
    if isinstance(output, list):
        if all(isinstance(part, str) and not part.startswith(("http", "data:")) for part in output):
            return "".join(map(str, output))
        return f"{wording.plural(len(output), 'file')}: {str(output[0]).rsplit('/', 1)[-1]}" if output else "nothing"
    return str(output)


class VersionsTab(FilteredList[VersionCard]):
    def __init__(self) -> None:
        super().__init__(key=lambda version: version.id, empty_text="Reading …", id="versions")
        self._leaving: AbstractSet[str] = frozenset()

    def show(
        self, versions: tuple[VersionCard, ...], *, is_hidden: bool, leaving: AbstractSet[str] = frozenset()
    ) -> None:
        """Show the versions; `is_hidden` says what none means, `leaving` are the ids of those being deleted."""
        hidden = "The versions of this model are hidden, as those of official models are."
        self._leaving = leaving
        none = hidden if is_hidden else "This model has no version yet: a training makes one, or cog push."
        self.show_all(versions, none)

    def texts_of(self, row: VersionCard) -> tuple[str, ...]:
        return row.id, row.cog_version, f"{row.created_at:%Y-%m-%d}" if row.created_at else ""

    def before(self, version: VersionCard) -> VersionCard | None:
        """Return the version that was the newest before `version`, None for the first one."""
        cards = [row for row in self._all if isinstance(row, VersionCard)]
        following = cards[cards.index(version) + 1 :] if version in cards else []
        return following[0] if following else None

    def render_row(self, row: VersionCard, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        facts = f"{wording.age(row.created_at):>14}   cog {clean_line(row.cog_version, 16) or 'unknown'}"
        number = wording.plural(len(row.schema.input.fields), "input")
        is_leaving = row.id in self._leaving
        right = Content.styled("  ◌ being deleted" if is_leaving else f"  {facts}   {number}", "$text-muted")
        return Content.assemble(
            Content.styled(clean_line(row.id, 64)[: max(12, width - 48)], "$text-muted" if is_leaving else "bold"),
            right,
        ).truncate(width, ellipsis=True)


class YourRunsTab(VirtualList[RunRow]):
    """`words` is a filter of the history, which looks at more than the rows that are here."""

    def __init__(self) -> None:
        super().__init__(key=lambda row: row.id, empty_text="Reading …", id="your-runs")
        self.words = ""
        self.has_older = False

    def show(self, rows: list[RunRow], *, has_older: bool) -> None:
        """Show the newest runs; `has_older` says whether there are more to bring."""
        fits_none = "None of your runs of this model matches the filter; esc takes it off."
        self.empty_text = fits_none if self.words else "You have not run this model here yet. f opens its form."
        self.has_older = has_older
        self.set_rows(rows, keep=self.cursor_key)

    def add_older(self, rows: list[RunRow], *, has_older: bool) -> None:
        self.has_older = has_older
        self.append_rows(rows)

    def render_row(self, row: RunRow, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return run_line(row, width)


class CodeTab(Vertical):
    """A run of this model in four languages; the token is left as a variable."""

    DEFAULT_CSS = """
    CodeTab TitleLine { color: $text-muted; margin-bottom: 1; }
    CodeTab TextView { height: 1fr; padding: 0 2; }
    """

    def __init__(self) -> None:
        super().__init__(id="code")
        self._texts: dict[Snippet, str] = {}
        self._language: Snippet = LANGUAGES[0]

    def compose(self) -> ComposeResult:
        yield TitleLine(id="languages")
        yield TextView(follow=False, id="snippet")

    @property
    def text(self) -> str:
        return self._texts.get(self._language, "")

    def show(self, texts: dict[Snippet, str]) -> None:
        self._texts = texts
        self._redraw()

    def next_language(self) -> None:
        place = LANGUAGES.index(self._language)
        self._language = LANGUAGES[(place + 1) % len(LANGUAGES)]
        self._redraw()

    def _redraw(self) -> None:
        names = [
            Content.styled(f" {language} ", "bold $text-primary" if language == self._language else "")
            for language in LANGUAGES
        ]
        self.query_one("#languages", TitleLine).show(Content("").join(names), "c next language")
        self.query_one("#snippet", TextView).set_text(clean(self.text))
