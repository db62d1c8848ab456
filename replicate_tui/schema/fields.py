"""The fields of a model's input and the hints of its output, as parsed from a version's OpenAPI document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

JsonScalar = str | int | float | bool | None


class FieldKind(StrEnum):
    """Which editor a field wants."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    FILE = "file"
    LIST = "list"
    SECRET = "secret"  # noqa: S105  (a kind of field, not a secret)
    JSON = "json"


class _Missing:
    """The default of a field that has none (null is a default of its own)."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputField:
    """One input of a model. Bounds are inclusive unless `exclusive_*`; `item` describes the elements of a list.

    `order` counts from 0 in the author's order. `types` are the JSON types a JSON field takes (none named: any).
    Texts (`title`, `description`) are as the author wrote them: clean them before they reach a terminal.
    """

    name: str
    title: str
    kind: FieldKind
    order: int
    required: bool = False
    nullable: bool = False
    deprecated: bool = False
    description: str = ""
    default: Any = MISSING
    choices: tuple[JsonScalar, ...] = ()
    minimum: float | int | None = None
    maximum: float | int | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    max_items: int | None = None
    accept: tuple[str, ...] = ()
    multiline: bool = False
    item: "InputField | None" = None
    types: tuple[str, ...] = ()

    @property
    def has_default(self) -> bool:
        return self.default is not MISSING

    @property
    def element(self) -> "InputField":
        """What the innermost elements of a list are; the field itself when it is no list."""
        inner = self
        while inner.item is not None:
            inner = inner.item
        return inner


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSchema:
    """The ordered fields of an input; `problem` says why there is no form (then raw JSON is the way)."""

    fields: tuple[InputField, ...] = ()
    additional_allowed: bool = False
    problem: str | None = None

    def get(self, name: str) -> InputField | None:
        return next((known for known in self.fields if known.name == name), None)

    @property
    def form_order(self) -> tuple[InputField, ...]:
        """Required fields first, each group in the author's order."""
        return tuple(sorted(self.fields, key=lambda known: (not known.required, known.order)))

    @property
    def secret_fields(self) -> frozenset[str]:
        """Names of the fields whose values are sent and never stored."""
        return self._names_holding(FieldKind.SECRET)

    @property
    def file_fields(self) -> frozenset[str]:
        """Names of the fields that may hold paths, URLs or data URIs, alone or in lists."""
        return self._names_holding(FieldKind.FILE)

    def _names_holding(self, kind: FieldKind) -> frozenset[str]:
        return frozenset(known.name for known in self.fields if known.element.kind is kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSchema:
    """Hints about the output; the value itself decides (some real outputs disagree with their own schema)."""

    concatenates: bool = False
    iterates: bool = False
    is_file: bool = False
    summary: str = "unknown"
    document: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSchema:
    """All that a version's OpenAPI document says; `training` is None for a version that cannot be trained."""

    input: InputSchema
    output: OutputSchema
    training: InputSchema | None = None
