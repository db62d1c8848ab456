"""The facts of a run beside its output: input, metrics, files, cost."""

import json
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.services.views import RunSnapshot
from replicate_tui.store.records import RunRecord, SavedFile
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.run_rows import cost_words, tag_words

MOST_ENTRIES: Final = 80
LONGEST_VALUE: Final = 400
LONGEST_LABEL: Final = 22
#: A value stands below its label when beside it there are fewer cells than this.
LEAST_ROOM: Final = 14


class RunFacts(VerticalScroll):
    """Labels in one column, values in another, wrapped within their own."""

    DEFAULT_CSS = """
    RunFacts { padding: 0 0 0 1; }
    RunFacts Static { width: 1fr; height: auto; padding: 0 1 0 0; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._snapshot: RunSnapshot | None = None
        self._shown = Content("")

    def compose(self) -> ComposeResult:
        yield Static("", id="fact-lines")

    def show(self, snapshot: RunSnapshot) -> None:
        """Show what `snapshot` knows; nothing is drawn anew when nothing changed."""
        self._snapshot = snapshot
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  (Textual's)
        self._redraw()

    def _redraw(self) -> None:
        # As if the scrollbar were there: whether it comes depends on the lines that this makes.
        width = self.outer_size.width - self.styles.gutter.width - 2
        if self._snapshot is None or width <= 0:
            return
        content = Content("\n").join(_lines(self._snapshot, width))
        if not content.is_same(self._shown):
            self._shown = content
            self.query_one("#fact-lines", Static).update(content)


#: A heading, what stands below it by label, and what is said when that is nothing ("" leaves the heading out).
FactGroup: TypeAlias = tuple[str, Mapping[str, str], str]


def fact_lines(groups: Iterable[FactGroup], width: int) -> list[Content]:
    """Return groups of facts as lines of at most `width` cells, an empty line between two groups."""
    lines: list[Content] = []
    for heading, entries, nothing in groups:
        if not entries and not nothing:
            continue
        lines += [Content("")] if lines else []
        lines += [Content.styled(heading, "bold")] if heading else []
        lines += _entries(entries, width) if entries else [Content.styled(f" {nothing}", "$text-muted")]
    return lines


def input_facts(run: RunRecord, most: int = MOST_ENTRIES, longest: int = LONGEST_VALUE) -> dict[str, str]:
    """Return the first inputs of a run in words, each up to `longest` characters."""
    return {name: clean_line(value_words(value), longest) for name, value in list(run.input.items())[:most]}


def file_facts(run: RunRecord) -> dict[str, str]:
    """Return the files that a run made, with size and state."""
    return {file.name or clean_line(file.url, 40): _file_state(file) for file in run.files}


def _lines(snapshot: RunSnapshot, width: int) -> list[Content]:
    run = snapshot.run
    metrics = {name: _metric(name, value) for name, value in run.metrics.items()}
    groups = [
        ("Input", input_facts(run), "none"),
        ("Metrics", metrics, _no_metrics(run.is_final)),
        ("Files", file_facts(run), ""),
        ("Run", _about(snapshot), ""),
    ]
    return fact_lines(groups, width)


def _entries(entries: Mapping[str, str], width: int) -> list[Content]:
    labels = {name: clean_line(name, LONGEST_LABEL) for name in entries}
    column = 1 + max(map(len, labels.values())) + 2
    lines = []
    for name, value in entries.items():
        label = Content.styled(f" {labels[name]}".ljust(column), "$text-muted")
        room = width - column
        if room < LEAST_ROOM:
            lines.append(label.rstrip())
            column_here, first = 2, False
        else:
            column_here, first = column, True
        for part in textwrap.wrap(value, max(8, width - column_here)) or [""]:
            lines.append(Content.assemble(label if first else " " * column_here, part))
            first = False
    return lines


def value_words(value: Any) -> str:
    """Return an input value in a few words; a file in it is told by its size."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith("data:"):
        return f"a file in the input, {wording.size(len(value) * 3 // 4)}"
    if isinstance(value, dict | list):
        # A long list need not be written out to show how it begins.
        begin = value[:MOST_ENTRIES] if isinstance(value, list) else value
        return clean_line(json.dumps(begin, ensure_ascii=False, default=str), LONGEST_VALUE)
    return clean_line(str(value), LONGEST_VALUE)


def _metric(name: str, value: Any) -> str:
    is_time = name.endswith("_time") and isinstance(value, int | float)
    return wording.seconds(value) if is_time else value_words(value)


def _no_metrics(is_final: bool) -> str:
    return "none" if is_final else "not yet"


def _file_state(file: SavedFile) -> str:
    state = clean_line(file.problem, 60) if file.problem else "saved" if file.name else "waiting"
    return f"{wording.size(file.size)}  {state}".strip()


def _about(snapshot: RunSnapshot) -> dict[str, str]:
    run = snapshot.run
    about = {"id": run.remote_id or "not known yet"}
    if run.version:
        about["version"] = clean_line(run.version, 12)
    if snapshot.destination:
        about["destination"] = clean_line(snapshot.destination, 80)
    if snapshot.new_version:
        about["new version"] = clean_line(snapshot.new_version, 12)
    if run.deployment:
        about["deployment"] = clean_line(run.deployment, 80)
    if run.deadline:
        about["deadline"] = clean_line(run.deadline, 40)
    if run.cost is not None:
        about["cost"] = cost_and_basis(run)
    if run.tags:
        about["tags"] = tag_words(run.tags)
    if run.note:
        about["note"] = clean_line(" ".join(run.note.split()), LONGEST_VALUE)
    about["created"] = wording.clock(run.created_at or run.submitted_at)
    about["source"] = run.source
    if snapshot.folder:
        about["folder"] = _short_folder(snapshot.folder)
    elif snapshot.folder_problem:
        about["folder"] = clean_line(snapshot.folder_problem, LONGEST_VALUE)
    return about


def cost_and_basis(run: RunRecord) -> str:
    """Return what a run has cost and from what that is reckoned; "unknown" where it is not known."""
    if run.cost is None:
        return "unknown"
    basis = clean_line(run.cost_basis, LONGEST_VALUE)
    if not run.cost:
        return basis or cost_words(run.cost)
    amount = f"≈ {cost_words(run.cost)}"
    return f"{amount}: {basis}" if basis else amount


def _short_folder(folder: Path) -> str:
    """Return the end of the path, which tells one run from another; the copy menu has all of it."""
    return clean_line("…/" + "/".join(folder.parts[-2:]), LONGEST_VALUE)
