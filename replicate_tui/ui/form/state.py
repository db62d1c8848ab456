"""What stands in a form, without a screen: texts as typed, values as they came, and what is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from replicate_tui.schema.coerce import coerce
from replicate_tui.schema.fields import MISSING, FieldKind, InputField, InputSchema
from replicate_tui.schema.jsontext import dump_json
from replicate_tui.schema.validate import Problem, validate
from replicate_tui.schema.values import (
    REDACTED,
    ValueProblem,
    build_input,
    changed_fields,
    from_json_text,
    from_text,
    load_example,
    to_json_text,
    to_text,
)

#: What stands for a secret wherever the whole input is shown.
HIDDEN: Final = "(secret)"


@dataclass(slots=True)
class _Entry:
    """What a touched field holds: the value as it came (from an example, as JSON), or the texts of its editors.

    A value stays as it is until its text is edited, so that showing a form never changes what it sends.
    """

    value: Any = MISSING
    text: str | None = None
    items: list[str] | None = None


class FormState:
    """The values of one form. Fields that nobody touched are at their default and have no entry here."""

    def __init__(self, schema: InputSchema) -> None:
        self.schema = schema
        self._entries: dict[str, _Entry] = {}
        self._found: dict[str, Problem] = {}
        self._told: dict[str, Problem] = {}
        self._changed: frozenset[str] | None = None

    # -- one field ----------------------------------------------------------------------------------------------

    def field(self, name: str) -> InputField:
        """Return a field. Raises KeyError for a name the schema does not have."""
        known = self.schema.get(name)
        if known is None:
            raise KeyError(name)
        return known

    def text(self, name: str) -> str:
        """Return the text of a field's editor; the default where nothing was entered."""
        known, entry = self.field(name), self._entries.get(name)
        if entry is None:
            return to_text(known, known.default)
        if entry.text is not None:
            return entry.text
        if entry.items is None:
            return to_text(known, entry.value)
        try:
            return to_text(known, self.value(name))
        except ValueProblem:
            return "\n".join(entry.items)

    def items(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list field's elements."""
        known, entry = self.field(name), self._entries.get(name)
        if entry is not None and entry.items is not None:
            return tuple(entry.items)
        value = known.default if entry is None else entry.value
        if value is MISSING or value is None or known.item is None:
            return ()
        elements = value if isinstance(value, list | tuple) else [value]
        return tuple(to_text(known.item, element) for element in elements)

    def value(self, name: str) -> Any:
        """Return the value of a field, MISSING for one left alone. Raises ValueProblem for a text that is none."""
        known, entry = self.field(name), self._entries.get(name)
        if entry is None:
            return MISSING
        if entry.items is not None and known.item is not None:
            return _elements(known.item, entry.items)
        return entry.value if entry.text is None else from_text(known, entry.text)

    def is_touched(self, name: str) -> bool:
        return name in self._entries

    def set_text(self, name: str, text: str) -> None:
        """Take what was typed; a text equal to what is there already changes nothing."""
        if self.text(name) != text:
            known = self.field(name)
            self._entries[name] = _Entry(text=text) if known.item is None else _list_entry(known, text)
            self._forget_problems(name)

    def set_item(self, name: str, index: int, text: str) -> None:
        """Take what was typed into one element of a list."""
        items = list(self.items(name))
        if index < len(items) and items[index] != text:
            items[index] = text
            self._set_items(name, items)

    def add_item(self, name: str, index: int, text: str = "") -> None:
        """Put a new element before the one at `index`."""
        items = list(self.items(name))
        items.insert(index, text)
        self._set_items(name, items)

    def remove_item(self, name: str, index: int) -> None:
        items = list(self.items(name))
        if index < len(items):
            del items[index]
            self._set_items(name, items)

    def reset(self, name: str) -> None:
        """Put a field back to its default."""
        self._entries.pop(name, None)
        self._forget_problems(name)

    def _set_items(self, name: str, items: list[str]) -> None:
        self._entries[name] = _Entry(items=items)
        self._forget_problems(name)

    # -- all fields ---------------------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """Return the values that were entered; texts that are no value yet are left out."""
        values: dict[str, Any] = {}
        for name, entry in self._entries.items():
            try:
                value = self.value(name) if self.schema.get(name) else entry.value
            except ValueProblem:
                continue
            if value is not MISSING:
                values[name] = value
        return values

    def unreadable(self) -> dict[str, ValueProblem]:
        """Return what is wrong with the texts that are no value."""
        problems = {}
        for name in self._entries:
            if self.schema.get(name):
                try:
                    self.value(name)
                except ValueProblem as problem:
                    problems[name] = problem
        return problems

    def input(self) -> dict[str, Any]:
        """Return the JSON object that would be sent."""
        return build_input(self.schema, self.values())

    def shown_input(self) -> dict[str, Any]:
        """Return the JSON object that would be sent, with secrets masked."""
        return _masked(self.input(), self.schema.secret_fields)

    def changed(self) -> frozenset[str]:
        """Return the names of the fields that differ from their default."""
        if self._changed is None:
            self._changed = changed_fields(self.schema, self.values()) | self.unreadable().keys()
        return self._changed

    def take(self, given: object, *, local_files: bool) -> tuple[str, ...]:
        """Replace everything by the input of an example, a preset or an earlier run; return notes (uncleaned).

        Secrets that were entered stay, since no such input holds them.
        """
        loaded = load_example(self.schema, given, local_files=local_files)
        self._replace_all(loaded.values, keep_secrets=True)
        return loaded.notes

    def moved_to(self, schema: InputSchema) -> tuple["FormState", tuple[str, ...]]:
        """Return this form on another version's schema, and a note for each value that has no place there."""
        moved = FormState(schema)
        notes: list[str] = []
        for name, entry in self._entries.items():
            if schema.get(name) or schema.additional_allowed or schema.problem:
                moved._entries[name] = self._portable(name, entry, schema)
            else:
                notes.append(f"{name}: not an input of this version, left out")
        return moved, tuple(notes)

    def _portable(self, name: str, entry: _Entry, schema: InputSchema) -> _Entry:
        """Return the entry as it stands in `schema`: as typed where the field is alike, else as a value that fits."""
        known, before = schema.get(name), self.schema.get(name)
        if known is not None and before is not None and _alike(known, before):
            return entry
        try:
            value = self.value(name) if before is not None else entry.value
            return _Entry(value=value if known is None else coerce(known, value))
        except ValueProblem:
            return entry if known is not None and known.item is None else _Entry(value=self.text(name))

    def _replace_all(self, values: Mapping[str, Any], *, keep_secrets: bool) -> None:
        secrets = self.schema.secret_fields if keep_secrets else frozenset()
        kept = {name: entry for name, entry in self._entries.items() if name in secrets and name not in values}
        self._entries = {name: _Entry(value=value) for name, value in values.items()} | kept
        self._found.clear()
        self._told.clear()
        self._changed = None

    # -- as JSON ------------------------------------------------------------------------------------------------

    def json_text(self) -> str:
        """Return the entered values as JSON to edit; secrets stand as a mark, texts that are no value as text."""
        values = self.values() | {name: self.text(name) for name in self.unreadable()}
        ordered = {known.name: values[known.name] for known in self.schema.form_order if known.name in values}
        return to_json_text(_masked(ordered | values, self.schema.secret_fields))

    def take_json(self, text: str) -> tuple[str, ...]:
        """Replace the values by edited JSON; a secret that still is the mark stays. Returns notes.

        Raises ValueProblem, with line and column, for text that is not a JSON object; then nothing has changed.
        """
        loaded = from_json_text(text, self.schema)
        secrets = self.schema.secret_fields
        untouched = {name for name, value in loaded.values.items() if name in secrets and value in (HIDDEN, *REDACTED)}
        kept = {name: self._entries[name] for name in untouched if name in self._entries}
        fresh = {name: value for name, value in loaded.values.items() if name not in untouched}
        # What reads the same keeps its entry, and with it the text as it was typed.
        before = self.values()
        same = {
            name: self._entries[name]
            for name, value in fresh.items()
            if name in before and dump_json(before[name]) == dump_json(value)
        }
        self._replace_all(fresh, keep_secrets=False)
        self._entries |= same | kept
        self._changed = None
        return loaded.notes

    # -- as a draft ---------------------------------------------------------------------------------------------

    def draft(self) -> dict[str, Any]:
        """Return what a draft keeps: texts as typed, values as they came, and no secret."""
        kept: dict[str, Any] = {}
        for name, entry in self._entries.items():
            if name in self.schema.secret_fields:
                continue
            if entry.items is not None:
                kept[name] = list(entry.items)
            elif entry.text is not None:
                kept[name] = entry.text
            elif entry.value is not MISSING:
                kept[name] = {"value": entry.value}
        return kept

    def take_draft(self, kept: Mapping[str, Any]) -> None:
        """Put back what `draft` returned, as far as the schema still has the fields."""
        for name, part in kept.items():
            known = self.schema.get(name)
            if known is None and not (self.schema.additional_allowed or self.schema.problem):
                continue
            if known is not None and known.element.kind is FieldKind.SECRET:
                continue
            entry = _entry_from_draft(known, part)
            if entry is not None:
                self._entries[name] = entry
        self._changed = None

    # -- problems -----------------------------------------------------------------------------------------------

    def problem(self, name: str) -> Problem | None:
        """Return what is to be shown at a field; what the service told stands until the field is edited."""
        return self._told.get(name) or self._found.get(name)

    def problems(self) -> tuple[Problem, ...]:
        """Return what is shown at all fields, in the order of the form; "" and unknown names come first."""
        shown = self._found | self._told
        place = {known.name: number for number, known in enumerate(self.schema.form_order)}
        return tuple(sorted(shown.values(), key=lambda problem: place.get(problem.field, -1)))

    def check(self, names: Iterable[str] | None = None) -> tuple[Problem, ...]:
        """Look for problems, at `names` only when given; they are shown until the field is edited."""
        wanted = None if names is None else frozenset(names)
        unreadable = self.unreadable()
        found = {name: Problem(name, problem.message) for name, problem in unreadable.items()}
        for problem in validate(self.schema, self.values()):
            # A text that cannot be read looks missing to the validator.
            found.setdefault(problem.field, problem)
        if wanted is None:
            self._found = found
        else:
            self._found = {name: problem for name, problem in self._found.items() if name not in wanted}
            self._found |= {name: problem for name, problem in found.items() if name in wanted}
        return self.problems()

    def tell(self, problems: Sequence[Problem]) -> None:
        """Show what somebody else found: the service, or the disk."""
        self._told = {problem.field: problem for problem in problems}

    def _forget_problems(self, name: str) -> None:
        self._changed = None
        self._told.pop(name, None)
        if self._found.pop(name, None):
            # Where a complaint stands it follows the typing, so that it goes away as soon as it is answered.
            self.check([name])


def _alike(one: InputField, other: InputField) -> bool:
    """Whether what was typed into one field can stand in the other."""
    if one.item is None or other.item is None:
        return one.kind is other.kind
    return _alike(one.item, other.item)


def _elements(item: InputField, texts: Sequence[str]) -> list[Any]:
    """Return the values of a list's elements; empty ones say nothing unless the elements are texts."""
    elements = []
    for position, text in enumerate(texts, 1):
        try:
            element = from_text(item, text)
        except ValueProblem as problem:
            raise ValueProblem(f"item {position} {problem.message}") from None
        if element is not MISSING:
            elements.append(element)
    return elements


def _list_entry(known: InputField, text: str) -> _Entry:
    """Return a list from its text: its elements, or its lines where they cannot be read yet."""
    try:
        value = from_text(known, text)
    except ValueProblem:
        return _Entry(items=[line.strip() for line in text.splitlines() if line.strip()])
    return _Entry(items=[]) if value is MISSING else _Entry(value=value)


def _masked(values: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, Any]:
    return {name: HIDDEN if name in secrets and value else value for name, value in values.items()}


def _entry_from_draft(known: InputField | None, part: Any) -> _Entry | None:
    if isinstance(part, Mapping) and "value" in part:
        return _Entry(value=part["value"])
    if known is None:
        return None
    if isinstance(part, str):
        return _Entry(text=part) if known.item is None else _list_entry(known, part)
    if isinstance(part, list) and known.item is not None:
        return _Entry(items=[text for text in part if isinstance(text, str)])
    return None
