"""All that is known of a row of a model's page: an input, an example, a version, a run."""

import json
from collections.abc import Iterable
from typing import Any, Final

from textual.content import Content

from replicate_tui.schema.describe import kind_words, limit_words
from replicate_tui.schema.fields import InputField
from replicate_tui.services.views import ExampleCard, VersionCard
from replicate_tui.store.records import RunRow
from replicate_tui.text import clean, clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.widgets.run_facts import FactGroup, fact_lines

_LONGEST: Final = 4_000
_MOST_VALUES: Final = 80


def input_detail(field: InputField, width: int) -> list[Content]:
    """Return what the author says of an input, its limits, and every value it may have."""
    choices = [clean_line(str(choice), 200) for choice in field.choices]
    facts = {
        "type": kind_words(field) + (", required" if field.required else ""),
        "default": clean_line(_value(field.default), 400) if field.has_default else "",
        "limits": "" if choices else limit_words(field),
        "values": "  ".join(choices),
        "pattern": clean_line(field.pattern or "", 200),
    }
    described = clean(field.description[:_LONGEST]).strip()
    return [*_heading(field.name), *_lines(described), *_groups(("", facts, ""), width=width)]


def example_detail(example: ExampleCard, width: int) -> list[Content]:
    """Return the whole input and output of an example."""
    inputs = {
        clean_line(name, 60): clean_line(_value(value), 400)
        for name, value in list(example.input.items())[:_MOST_VALUES]
    }
    output = clean(_output(example.output)[:_LONGEST]).strip() or "nothing"
    return [
        *_groups(("Input", inputs, "nothing"), width=width),
        Content(""),
        Content.styled("Output", "bold"),
        *_lines(output),
    ]


def version_detail(version: VersionCard, older: VersionCard | None, width: int) -> list[Content]:
    """Return a version, and how its inputs differ from those of `older`, the version before."""
    made = (
        f"{version.created_at.astimezone():%Y-%m-%d %H:%M}  {wording.age(version.created_at)}"
        if version.created_at
        else ""
    )
    schema = version.schema
    facts = {
        "id": version.id,
        "made": made or "unknown",
        "cog": clean_line(version.cog_version, 40) or "unknown",
        "inputs": str(len(schema.input.fields)),
        "output": clean(schema.output.summary),
        "training": wording.plural(len(schema.training.fields), "input") if schema.training else "",
    }
    groups: list[FactGroup] = [("", _told(facts), "")]
    if older is not None:
        groups.append(("Inputs since the version before", _told(_changes(version, older)), "as before"))
    return fact_lines(groups, width)


def run_detail(row: RunRow, width: int) -> list[Content]:
    """Return what the history's list knows of a run."""
    facts = {
        "status": row.status,
        "sent": f"{row.submitted_at.astimezone():%Y-%m-%d %H:%M}  {wording.age(row.submitted_at)}",
        "ran": wording.seconds(row.predict_seconds) if row.predict_seconds is not None else "",
        "cost": f"≈ ${row.cost:,.4f}" if row.cost is not None else "",
        "files": str(row.file_count) if row.file_count else "",
        "tags": " ".join(row.tags),
        "version": (row.version or "")[:12],
        "id": row.remote_id or "",
        "error": clean_line(row.error or "", 600),
    }
    return [*_heading(row.title), *_groups(("", facts, ""), width=width)]


def _changes(version: VersionCard, older: VersionCard) -> dict[str, str]:
    now = {field.name: field for field in version.schema.input.fields}
    before = {field.name: field for field in older.schema.input.fields}
    other = [name for name in now if name in before and now[name] != before[name]]
    return {
        "new": _names(name for name in now if name not in before),
        "gone": _names(name for name in before if name not in now),
        "changed": _names(other),
    }


def _names(names: Iterable[str]) -> str:
    return "  ".join(clean_line(name, 60) for name in names)


def _groups(*groups: FactGroup, width: int) -> list[Content]:
    return fact_lines([(heading, _told(facts), nothing) for heading, facts, nothing in groups], width)


def _told(facts: "dict[str, str] | Any") -> dict[str, str]:
    return {name: words for name, words in facts.items() if words}


def _heading(text: str) -> list[Content]:
    return [Content.styled(clean_line(text, 200), "bold")]


def _lines(text: str) -> list[Content]:
    return [Content(line) for line in text.splitlines()]


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _output(output: Any) -> str:
    if isinstance(output, str):
        return output
    if isinstance(output, list) and all(isinstance(part, str) for part in output):
        are_files = any(part.startswith(("http", "data:")) for part in output)
        return "\n".join(part[:200] for part in output) if are_files else "".join(output)
    return json.dumps(output, ensure_ascii=False, indent=2, default=str)
