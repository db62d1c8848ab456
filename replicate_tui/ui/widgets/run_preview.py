"""The pane beside the list of runs: what the run under the cursor was, took, cost and made."""

import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.services.views import RunSnapshot, Usual
from replicate_tui.store.records import RunRecord, SavedFile
from replicate_tui.text import clean, clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.removal import Removable
from replicate_tui.ui.run_rows import kept_words, tag_words
from replicate_tui.ui.widgets.output_pane import PICTURE_TYPES
from replicate_tui.ui.widgets.picture import Picture
from replicate_tui.ui.widgets.run_facts import FactGroup, cost_and_basis, fact_lines, file_facts, input_facts
from replicate_tui.ui.wire.capabilities import Graphics

MOST_INPUTS: Final = 10
LONGEST_INPUT: Final = 160
TITLE_LINES: Final = 2
TEXT_LINES: Final = 8
ERROR_LINES: Final = 6
LONGEST_NOTE: Final = 600
#: What the service says instead of the version of an official model.
UNNAMED_VERSION: Final = "hidden"
#: Larger pictures are left to the monitor: decoding them takes longer than the cursor stays.
LARGEST_PICTURE: Final = 8_000_000


class RunPreview(Removable, VerticalScroll):
    """Shows a run in short; it never takes the focus. What it made is shown when that is text or a saved picture."""

    DEFAULT_CSS = """
    RunPreview { padding: 0 1; }
    RunPreview Static { width: 1fr; height: auto; }
    RunPreview #made { height: 11; display: none; margin-top: 1; }
    """
    can_focus = False

    def __init__(self, graphics: Graphics, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._graphics = graphics
        self._snapshot: RunSnapshot | None = None
        self._usual: Usual | None = None
        self._picture: Path | None = None
        self._parts: dict[str, tuple[int, Content]] = {}

    def compose(self) -> ComposeResult:
        yield Static("", id="head")
        picture = Picture(graphics=self._graphics, fill=True, id="made")
        picture.can_focus = False
        yield picture
        yield Static("", id="about")

    def show(self, snapshot: RunSnapshot | None, usual: Usual | None) -> None:
        """Show a run, or nothing; `usual` is what runs of its model took."""
        is_other = _id_of(snapshot) != _id_of(self._snapshot)
        self._snapshot, self._usual = snapshot, usual
        self._show_picture(picture_of(snapshot) if snapshot else None)
        self._redraw()
        if is_other:
            self.scroll_home(animate=False)

    def tick(self) -> None:
        """Draw a run that is going again: its clock has moved."""
        if self._snapshot is not None and not self._snapshot.run.is_final and self.display:
            self._redraw()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  (Textual's)
        self._redraw()

    def _show_picture(self, path: Path | None) -> None:
        if path != self._picture:
            self._picture = path
            picture = self.query_one("#made", Picture)
            picture.display = path is not None
            picture.show(path)

    @on(Picture.Shown)
    def _hide_what_is_no_picture(self, event: Picture.Shown) -> None:
        event.stop()
        if event.problem:
            event.picture.display = False
            self._redraw()

    def _redraw(self) -> None:
        # As if the scrollbar were there: whether it comes depends on the lines that this makes.
        width = self.outer_size.width - self.styles.gutter.width - 1
        if width <= 0:
            return
        head, about = Content(""), Content("")
        if self._snapshot is not None:
            head = Content("\n").join(_head(self._snapshot, width))
            facts = fact_lines(_groups(self._snapshot, self._usual), width)
            # The last line of a picture is for its caption and stays empty here.
            gap = [] if self.query_one("#made").display else [Content("")]
            about = Content("\n").join([*_made(self._snapshot, width), *gap, *facts])
        self._put("head", head, width)
        self._put("about", about, width)

    def _put(self, part: str, content: Content, width: int) -> None:
        """Draw a part again where it has changed; the pane is arranged anew only where its height may have."""
        before_width, before = self._parts.get(part, (0, Content("")))
        if before_width == width and before.is_same(content):
            return
        self._parts[part] = (width, content)
        height = _height(content, width)
        is_as_high = before_width == width and height is not None and height == _height(before, width)
        self.query_one(f"#{part}", Static).update(content, layout=not is_as_high)


def _height(content: Content, width: int) -> int | None:
    """Return how many lines it takes, None where one of them is wrapped."""
    lines = content.split("\n", allow_blank=True)
    return len(lines) if all(line.cell_length <= width for line in lines) else None


def picture_of(snapshot: RunSnapshot) -> Path | None:
    """Return the first saved picture of a run that is quickly decoded, or None."""
    if snapshot.folder is None or snapshot.text or snapshot.run.kind == "training":
        return None
    return next((snapshot.folder / str(file.name) for file in snapshot.run.files if _is_small_picture(file)), None)


def _is_small_picture(file: SavedFile) -> bool:
    suffix = Path(file.name or "").suffix.lower()
    return suffix in PICTURE_TYPES and (file.size or 0) <= LARGEST_PICTURE


def _id_of(snapshot: RunSnapshot | None) -> str | None:
    return None if snapshot is None else snapshot.run.id


def _head(snapshot: RunSnapshot, width: int) -> Iterator[Content]:
    run = snapshot.run
    kind = Content.styled("  training" if run.kind == "training" else "", "$text-muted")
    yield Content.assemble(wording.status_content(run.status), kind)
    yield Content.styled(clean_line(run.model, 200), "bold").truncate(width, ellipsis=True)
    for line in _wrapped(clean_line(run.title, 400), width, TITLE_LINES):
        yield Content.styled(line, "$text-muted")


def _made(snapshot: RunSnapshot, width: int) -> list[Content]:
    """Return what came of the run in words: its error, the beginning of its text, or a value in short."""
    run = snapshot.run
    if run.error:
        lines = _wrapped(clean(run.error), width, ERROR_LINES)
        return [Content(""), *(Content.styled(line, "$text-error") for line in lines)]
    text = snapshot.text or (clean(run.output[:4000]) if isinstance(run.output, str) and not run.files else "")
    lines = _wrapped(text, width, TEXT_LINES)
    return [Content(""), *map(Content, lines)] if lines else []


def _wrapped(text: str, width: int, most: int) -> list[str]:
    """Return the beginning of `text` as up to `most` lines, the last with an ellipsis when there is more."""
    begin = text[: width * most * 2]
    lines: list[str] = []
    for paragraph in begin.strip().splitlines():
        lines += textwrap.wrap(paragraph, max(8, width)) or [""]
        if len(lines) > most:
            break
    if len(lines) > most or len(begin) < len(text):
        lines = lines[:most]
        lines[-1] = lines[-1][: max(0, width - 2)].rstrip() + " …"
    return lines


def _groups(snapshot: RunSnapshot, usual: Usual | None) -> Iterator[FactGroup]:
    run = snapshot.run
    yield "", _facts(snapshot, usual, datetime.now(UTC)), ""
    yield "Input", input_facts(run, MOST_INPUTS, LONGEST_INPUT), "none"
    yield "Files", file_facts(run), ""


def _facts(snapshot: RunSnapshot, usual: Usual | None, now: datetime) -> dict[str, str]:
    run = snapshot.run
    began = run.created_at or run.submitted_at
    facts = {"when": f"{wording.clock(began, now)}, {wording.age(began, now)}"}
    if run.started_at:
        waited = wording.seconds((run.started_at - began).total_seconds())
        facts["waited"] = _beside_usual(waited, usual.waited_median if usual else None)
    if ran := _ran(run, now):
        facts["ran"] = _beside_usual(ran, usual.ran_median if usual else None)
    if run.is_final:
        facts["cost"] = cost_and_basis(run)
    if tags := tag_words(run.tags):
        facts["tags"] = tags
    if run.note:
        facts["note"] = clean_line(" ".join(run.note.split()), LONGEST_NOTE)
    if saved := kept_words(run, now) or wording.save_word(run.saved):
        facts["outputs"] = saved
    if snapshot.folder_problem:
        facts["folder"] = clean_line(snapshot.folder_problem, LONGEST_NOTE)
    if run.source != "here":
        facts["source"] = clean_line(run.source, 40)
    for label, value in (
        ("destination", snapshot.destination),
        ("new version", snapshot.new_version[:12]),
        ("version", "" if run.version == UNNAMED_VERSION else (run.version or "")[:12]),
        ("deployment", run.deployment or ""),
    ):
        if value:
            facts[label] = clean_line(value, 80)
    return facts


def _ran(run: RunRecord, now: datetime) -> str:
    measured = run.metrics.get("predict_time")
    if isinstance(measured, int | float):
        return wording.seconds(measured)
    if run.started_at is None:
        return ""
    end = run.completed_at if run.is_final else now
    return wording.seconds((end - run.started_at).total_seconds()) if end else ""


def _beside_usual(time: str, usual: float | None) -> str:
    return f"{time}, usually {wording.seconds(usual)}" if usual is not None else time
