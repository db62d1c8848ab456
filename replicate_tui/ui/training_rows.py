"""How a training looks as a row of a list: what is trained into what, how far it is, and when it will be over."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from textual.content import Content

from replicate_tui.services.views import RunProgress, RunSnapshot
from replicate_tui.store.records import NOT_SENT, RunRow
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.rows import fit
from replicate_tui.ui.run_rows import STATUS_CELLS, TIME_CELLS

#: From this width on there is room for a bar.
WIDE: Final = 100
BAR_CELLS: Final = 10
LEAST_TRAINER: Final = 6
_COUNTS_CELLS: Final = 15
_FULL_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")


def training_line(row: RunRow, snapshot: RunSnapshot | None, width: int, *, now: datetime | None = None) -> Content:
    """Return a training as one line of `width` cells: status, trainer → destination, progress, elapsed, end.

    `snapshot` is what is known of it while it is followed.
    """
    now = now or datetime.now(UTC)
    is_wide = width >= WIDE
    progress_cells = _COUNTS_CELLS + (BAR_CELLS + 2 if is_wide else 0)
    name_cells = max(8, width - STATUS_CELLS - progress_cells - 2 * TIME_CELLS - 5)
    return Content.assemble(
        wording.status_content(row.status, STATUS_CELLS),
        " ",
        fit(_names(row, snapshot, name_cells), name_cells),
        "  ",
        fit(_progress_or_result(row, snapshot, with_bar=is_wide), progress_cells),
        " ",
        Content.styled(elapsed_words(row, now).rjust(TIME_CELLS), "$text-muted"),
        " ",
        Content.styled(_end(row, snapshot, now).rjust(TIME_CELLS), "" if not row.is_final else "$text-muted"),
    ).truncate(width)


def elapsed_words(row: RunRow, now: datetime) -> str:
    """Return how long a training has been going, or took."""
    if not row.is_final:
        return wording.seconds((now - (row.started_at or row.submitted_at)).total_seconds())
    return wording.seconds(row.predict_seconds)


def ends_at(progress: RunProgress | None, now: datetime) -> datetime | None:
    """Return when the rest will be done at this rate, None while it is not known."""
    left = progress.seconds_left if progress else None
    # Past a year it is no estimate, and past ten thousand no date.
    return now + timedelta(seconds=left) if left is not None and left < 366 * 86400 else None


def counts_words(progress: RunProgress) -> str:
    """Return "412/1000 41 %", or the share alone where no counts are told."""
    share = f"{progress.fraction * 100:.0f} %"
    if progress.current is None or progress.total is None:
        return share
    return f"{progress.current}/{progress.total} {share}"


def bar(fraction: float, cells: int) -> Content:
    done = round(cells * min(1.0, max(0.0, fraction)))
    return Content.assemble(
        Content.styled("━" * done, "$primary"), Content.styled("─" * (cells - done), "$text-disabled")
    )


def _names(row: RunRow, snapshot: RunSnapshot | None, width: int) -> Content:
    """Return "trainer → destination", with their owners where there is room for both.

    The service does not tell where a training of others goes before it is there: then its title tells it apart.
    """
    destination = (snapshot.destination if snapshot else "") or row.title
    is_told = _FULL_NAME.fullmatch(destination) is not None
    for shown in (str, _without_owner):
        trainer = Content(clean_line(shown(row.model), 80))
        if is_told:
            name = Content.styled(clean_line(shown(destination), 80), "bold")
            rest = Content.assemble(Content.styled(" → ", "$text-muted"), name)
        else:
            rest = Content.styled(f"  {clean_line(destination, 80)}", "$text-muted")
        if trainer.cell_length + rest.cell_length <= width:
            break
    # The trainer is often the same; what tells one from the other is where they go.
    return Content.assemble(_within(trainer, max(LEAST_TRAINER, width - rest.cell_length)), rest)


def _within(content: Content, width: int) -> Content:
    return content.truncate(width, ellipsis=True) if content.cell_length > width else content


def _without_owner(full_name: str) -> str:
    return full_name.rsplit("/", 1)[-1]


def _progress_or_result(row: RunRow, snapshot: RunSnapshot | None, *, with_bar: bool) -> Content:
    if row.status in ("failed", "aborted", NOT_SENT) and row.error:
        return Content.styled(clean_line(row.error, 120), "$text-error")
    if row.is_final:
        source = "" if row.source == "here" else clean_line(row.source, 8)
        words = [wording.save_word(row.saved), source] if row.status == "succeeded" else [source]
        return Content.styled("  ".join(filter(None, words)), "$text-muted")
    progress = snapshot.progress if snapshot else None
    if progress is None:
        return Content.styled("no steps yet" if row.started_at else "waiting", "$text-muted")
    counts = counts_words(progress).rjust(_COUNTS_CELLS)
    return Content.assemble(bar(progress.fraction, BAR_CELLS), "  ", counts) if with_bar else Content(counts)


def _end(row: RunRow, snapshot: RunSnapshot | None, now: datetime) -> str:
    """Return when a training ends, marked as an estimate, or when it began."""
    if row.is_final:
        return wording.clock(row.submitted_at, now)
    end = ends_at(snapshot.progress if snapshot else None, now)
    return f"≈{wording.clock(end, now)}" if end else ""
