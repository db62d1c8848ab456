"""How a form's rows look: name, value, and what is to be known of it, one line each; nothing here is markup."""

from collections.abc import Callable, Mapping
from typing import Final

from textual.content import Content

from replicate_tui.schema.describe import kind_words, limit_words
from replicate_tui.schema.fields import MISSING, FieldKind, InputField
from replicate_tui.schema.jsontext import dump_json
from replicate_tui.schema.texts import to_text
from replicate_tui.schema.validate import Problem
from replicate_tui.text import clean, clean_line
from replicate_tui.ui.form.file_facts import FileFacts
from replicate_tui.ui.form.rows import Row, Section
from replicate_tui.ui.form.state import FormState
from replicate_tui.ui.widgets.fields.glance import toggle_content
from replicate_tui.ui.widgets.fields.make import placeholder
from replicate_tui.ui.wording import plural

MARK_CELLS: Final = 2
_WIDEST_NAME: Final = 26
_LONGEST_VALUE: Final = 300
_MASK: Final = "•" * 8

_EMPTY = "$text-disabled"
_DEFAULT = "$text-muted"


class FormDrawing:
    """Draws rows from the states they stand for.

    `labels` are what some choices are called (version ids); `options_open` says how the fold is drawn.
    """

    def __init__(
        self,
        state_of: Callable[[Section], FormState],
        facts: FileFacts,
        labels: Mapping[str, str],
    ) -> None:
        self._state_of = state_of
        self._facts = facts
        self.labels = labels
        self.options_open = False
        #: What the closed fold holds, and the options that have rows of their own above it.
        self.fold_words = "version · deployment · deadline · webhook · notify"
        self.above_fold: frozenset[str] = frozenset()
        #: What a field had before it was changed is called so.
        self.default_word = "Default"

    # -- the parts of a row -------------------------------------------------------------------------------------

    def text(self, row: Row) -> str:
        """Return what the row's editor starts with."""
        state, name = self._state_of(row.id.section), row.id.name
        if row.kind == "fold":
            return self.fold(200).plain
        if row.kind == "list":
            return plural(len(state.items(name)), "item") if state.items(name) else "empty"
        if row.id.index is not None:
            return state.items(name)[row.id.index]
        return state.text(name)

    def name_cells(self, rows: list[Row], width: int) -> int:
        """Return how wide the column of names is to be."""
        longest = max((self.name(row).cell_length for row in rows if row.kind != "item"), default=0)
        return max(8, min(longest + 1, _WIDEST_NAME, width // 3))

    def name(self, row: Row, *, in_hand: bool = False) -> Content:
        if row.kind == "fold":
            return Content("")
        if row.id.index is not None:
            return Content.styled(f"{row.id.index + 1:>4}", _DEFAULT)
        name = Content.styled(clean_line(row.id.name, _WIDEST_NAME), "bold $text-primary" if in_hand else "")
        known = self._state_of(row.id.section).schema.get(row.id.name)
        return Content.assemble(name, Content.styled(" *", _DEFAULT)) if known and known.required else name

    def mark(self, row: Row) -> Content:
        """Return the sign before the name: a problem, or a change."""
        if row.kind in ("fold", "item"):
            return Content("  ")
        problem = self.problem(row)
        if problem is not None:
            return _problem_sign(problem)
        changed = row.id.name in self._state_of(row.id.section).changed()
        return Content.styled("● ", "$text-primary") if changed else Content("  ")

    def value(self, row: Row) -> Content:
        """Return the value as a closed row shows it."""
        text = self.text(row)
        state = self._state_of(row.id.section)
        style = "" if state.is_touched(row.id.name) else _DEFAULT
        if row.kind == "list":
            return Content.styled(text, style if state.items(row.id.name) else _EMPTY)
        shown = self._shown(row.field, text)
        if shown is None:
            missing = row.field.required and row.field.default is MISSING
            return Content.styled(placeholder(row.field), "$text-warning" if missing else _EMPTY)
        return Content.styled(shown.plain, style) if style else shown

    def facts(self, row: Row) -> Content:
        """Return what stands at the right end of a row: its type and limits, or what is known of its file."""
        if row.kind == "fold":
            return Content("")
        if row.field.kind is FieldKind.FILE:
            fact = self._facts.known(self.text(row))
            if fact is not None and fact.words:
                return Content.styled(clean_line(fact.words, 40), _DEFAULT)
        if row.kind == "item":
            return Content("")
        parts = [kind_words(row.field)] if row.field.kind is not FieldKind.CHOICE else []
        if limits := limit_words(row.field):
            parts.append(limits)
        return Content.styled(clean_line(" · ".join(parts), 40), _DEFAULT)

    def problem(self, row: Row) -> Problem | None:
        """Return what is wrong at a row: what was found in its value, or what the disk says of its file."""
        if row.kind == "fold":
            return None
        if row.field.kind is FieldKind.FILE and (row.kind == "item" or row.field.item is None):
            fact = self._facts.known(self.text(row))
            if fact is not None and fact.problem:
                return Problem(row.id.name, fact.problem, fact.severity)
        return None if row.kind == "item" else self._state_of(row.id.section).problem(row.id.name)

    def fold(self, width: int) -> Content:
        """Return the line of the fold: closed, it says what was set."""
        if self.options_open:
            return Content.styled("▾ options", "$text-muted")
        options = self._state_of("options")
        folded = options.changed() - self.above_fold
        changed = [known.name for known in options.schema.form_order if known.name in folded]
        if not changed:
            return Content.styled(f"▸ options: {self.fold_words}", "$text-muted").truncate(width, ellipsis=True)
        words = " · ".join(f"{name} {self._set_to(options, name)}" for name in changed)
        return Content.assemble(Content.styled("▸ options: ", "$text-muted"), words).truncate(width, ellipsis=True)

    def _set_to(self, options: FormState, name: str) -> str:
        text = options.text(name)
        return clean_line(self.labels.get(text, text).replace("\n", ", "), 24)

    # -- whole lines --------------------------------------------------------------------------------------------

    def line(self, row: Row, width: int, name_cells: int) -> Content:
        """Return a closed row in `width` cells."""
        if row.kind == "fold":
            return Content.assemble("  ", self.fold(width - MARK_CELLS))
        problem = self.problem(row)
        right = _problem_content(problem) if problem else self.facts(row)
        room = width - MARK_CELLS - name_cells - 2
        right = right.truncate(max(0, room // 2), ellipsis=True)
        value = self.value(row).truncate(max(0, room - right.cell_length - 1), ellipsis=True)
        gap = max(1, room - value.cell_length - right.cell_length)
        return Content.assemble(
            self.mark(row), self.name(row).pad_right(name_cells).truncate(name_cells), " ", value, " " * gap, right
        ).truncate(width)

    def detail(self, row: Row, width: int, lines: int) -> Content:
        """Return what stands below the row in hand: what is wrong, and the description in at most `lines` lines."""
        parts = []
        problem = self.problem(row)
        if problem:
            parts.append(_problem_content(problem))
        about = self.description(row)
        if about:
            parts.append(Content.styled(_shortened(about, width, lines), _DEFAULT))
        return Content("\n").join(parts)

    def description(self, row: Row) -> str:
        """Return the whole description of a row, cleaned."""
        known = self._state_of(row.id.section).schema.get(row.id.name) or row.field
        said = clean(known.description)
        title = clean_line(known.title, 80)
        if title and title.casefold() != known.name.replace("_", " ").casefold():
            said = f"{title}. {said}" if said else title
        if known.deprecated:
            said = f"Deprecated. {said}"
        state = self._state_of(row.id.section)
        if known.default not in (MISSING, None, "") and known.name in state.changed() and row.kind != "item":
            default = _one_line(to_text(known, known.default)[:40])
            said = f"{said}{'' if said.endswith('.') or not said else '.'} {self.default_word} {default}".strip()
        return said

    def _shown(self, known: InputField, text: str) -> Content | None:
        if text == "":
            return None
        match known.kind:
            case FieldKind.SECRET:
                return Content(_MASK)
            case FieldKind.BOOLEAN:
                return toggle_content(text)
            case FieldKind.CHOICE:
                return Content(f"{clean_line(self.labels.get(text, text), 120)} ▾")
            case FieldKind.JSON:
                return Content(clean_line(" ".join(text[: _LONGEST_VALUE * 2].split()), _LONGEST_VALUE))
        return Content(_one_line(text) or dump_json(text[:_LONGEST_VALUE]))


def _problem_sign(problem: Problem) -> Content:
    return Content.styled("✗ ", "$text-error") if problem.severity == "error" else Content.styled("! ", "$text-warning")


def _problem_content(problem: Problem) -> Content:
    message = clean_line(problem.message, 200)
    if problem.severity == "error":
        return Content.styled(f"✗ {message}", "$text-error")
    return Content.styled(f"! {message}", "$text-warning")


def _one_line(text: str) -> str:
    return clean_line(" \u00b6 ".join(text[: _LONGEST_VALUE * 2].splitlines()), _LONGEST_VALUE)


def _shortened(text: str, width: int, lines: int) -> str:
    """Return `text` as one paragraph that fits about `lines` lines."""
    line = " ".join(text.split())
    most = max(20, width * lines - 12)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
