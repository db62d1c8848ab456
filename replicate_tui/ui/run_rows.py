"""How a run looks as a row of a list: what it was, when, how long it took, and what came of it."""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from textual.content import Content

from replicate_tui.services.estimate import dollars_text
from replicate_tui.services.saving import kept_until
from replicate_tui.store.records import NOT_SENT, RunRecord, RunRow, SaveState
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.rows import fit

#: From this width on there is room for wider columns.
WIDE: Final = 96
#: From this width on a model is shown with its owner.
WITH_OWNER: Final = 130
NOTE_SIGN: Final = "¶"
STATUS_CELLS: Final = 12
TIME_CELLS: Final = 7
COST_CELLS: Final = 7
LEAST_TITLE: Final = 4
#: In a title of fewer cells tags are only told by their sign.
ROOM_FOR_TAGS: Final = 18

_WAITING: Final = frozenset({SaveState.NOT_YET, SaveState.SAVING, SaveState.PARTLY, SaveState.FAILED})


class _Columns(NamedTuple):
    """Cells of the columns that depend on the width; `title` is what the others leave."""

    model: int
    cost: int
    result: int
    title: int


def run_line(row: RunRow, width: int, *, now: datetime | None = None, costs: bool = False) -> Content:
    """Return a run as one line of `width` cells: status, model, title with its tags, when, how long, cost, result.

    `costs` asks for a column of costs; `now` is for clocks and countdowns.
    """
    now = now or datetime.now(UTC)
    columns = _columns(width, costs)
    model = row.model if width >= WITH_OWNER else row.model.rsplit("/", 1)[-1]
    when = "now" if not row.is_final else wording.clock(row.submitted_at, now)
    return Content.assemble(
        wording.status_content(row.status, STATUS_CELLS),
        " ",
        fit(Content(clean_line(model, 80)), columns.model),
        " ",
        _title(row, columns.title),
        " ",
        Content.styled(when.rjust(TIME_CELLS), "$text-muted"),
        " ",
        Content.styled(_took(row, now).rjust(TIME_CELLS), "$text-muted"),
        " ",
        _cost_and_result(row, columns, now),
    ).truncate(width)


def kept_words(run: RunRow | RunRecord, now: datetime, room: int = 80) -> str:
    """Return "kept 41 min more" while the service has outputs that are not all saved here, shorter in less `room`."""
    until = kept_until(run)
    if until is None or run.status != "succeeded" or run.saved not in _WAITING or until <= now:
        return ""
    left = wording.span((until - now).total_seconds())
    for words in (f"kept {left} more", f"kept {left}"):
        if len(words) <= room:
            return words
    return f"kept {left.replace(' min', 'm').replace(' ', '')}"


def cost_words(cost: float | None) -> str:
    """Return an estimated cost, "" when it is not known."""
    if cost is None:
        return ""
    return dollars_text(cost) if cost else "free"


def tag_words(tags: tuple[str, ...]) -> str:
    return " ".join(f"#{clean_line(tag, 40)}" for tag in tags)


def _columns(width: int, costs: bool) -> _Columns:
    cost = COST_CELLS + 1 if costs else 0
    if width >= WIDE:
        model = min(38, width * 3 // 10) if width >= WITH_OWNER else 20
        result = 20
    else:
        model = min(18, max(12, width // 5))
        result = 9 if costs else 12
    # Between the columns there is one cell each.
    others = STATUS_CELLS + model + 2 * TIME_CELLS + cost + result + 5
    return _Columns(model, cost, result, max(LEAST_TITLE, width - others))


def _title(row: RunRow, width: int) -> Content:
    """Return the title with the note's sign and the tags after it, which take up to half of the room.

    Where that is less than a tag or two, one sign tells that there are some.
    """
    signs = Content(f" {NOTE_SIGN}" if row.has_note else "")
    if row.tags:
        tags = tag_words(row.tags) if width >= ROOM_FOR_TAGS else "#"
        signs = Content.assemble(signs, " ", Content.styled(tags, "$text-primary"))
    if signs.cell_length > width // 2:
        signs = signs.truncate(width // 2, ellipsis=True)
    title = Content.styled(clean_line(row.title, 200), "$text-muted" if row.is_final else "")
    room = width - signs.cell_length
    if title.cell_length > room:
        title = title.truncate(room, ellipsis=True)
    return fit(Content.assemble(title, signs), width)


def _took(row: RunRow, now: datetime) -> str:
    if not row.is_final:
        return wording.seconds((now - (row.started_at or row.submitted_at)).total_seconds())
    return wording.seconds(row.predict_seconds)


def _cost_and_result(row: RunRow, columns: _Columns, now: datetime) -> Content:
    """Return both; where nothing was spent, words that say what went wrong may stand in the place of the cost too."""
    cost = _short_cost(row.cost) if columns.cost else ""
    if not row.cost and (row.error or not row.is_final):
        return fit(_result(row, columns.cost + columns.result, now), columns.cost + columns.result)
    shown = Content.styled(cost.rjust(COST_CELLS) + " ", "$text-muted") if columns.cost else Content("")
    return Content.assemble(shown, fit(_result(row, columns.result, now), columns.result))


def _short_cost(cost: float | None) -> str:
    words = cost_words(cost)
    if cost is None or len(words) <= COST_CELLS:
        return words
    return "<$0.001" if cost < 0.001 else f"${cost:,.0f}"


def _result(row: RunRow, width: int, now: datetime) -> Content:
    if row.status in ("failed", "aborted", NOT_SENT) and row.error:
        return Content.styled(" " + clean_line(row.error, 120), "$text-error")
    if not row.is_final:
        return Content.styled("" if row.started_at else " waiting", "$text-muted")
    parts = []
    if kept := kept_words(row, now, width - 1):
        parts.append(Content.styled(kept, "$text-warning"))
    if row.file_count:
        parts.append(Content.styled(wording.plural(row.file_count, "file"), "$text-muted"))
    if word := wording.save_word(row.saved):
        parts.append(Content.styled(word, "$text-muted"))
    if row.source != "here":
        parts.append(Content.styled(clean_line(row.source, 8), "$text-muted"))
    return _that_fit(parts, width)


def _that_fit(parts: list[Content], width: int) -> Content:
    """Join the parts that fit whole, the first in any case."""
    line = Content("")
    for part in parts:
        longer = Content.assemble(line, " " if line.cell_length < 2 else "  ", part)
        if line.cell_length == 0 or longer.cell_length <= width:
            line = longer
    return line
