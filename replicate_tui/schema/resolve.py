"""References and unions of a JSON Schema, flattened into one plain mapping per node.

Only references inside the same document are followed: nothing is ever fetched or read. Loops, deep nesting and
fan-out are cut, so the cost of a node is bounded whatever the document says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

JSON_TYPES: Final = frozenset({"string", "integer", "number", "boolean", "array", "object"})

_MAX_DEPTH: Final = 24
_MAX_STEPS: Final = 2_000
_LOCAL: Final = "#/"


@dataclass(frozen=True, slots=True)
class Node:
    """A schema node with its references resolved.

    `keys` holds no `$ref`, `allOf`, `anyOf`, `oneOf` or list-valued `type` any more; `types` are the JSON types it
    allows (none: any), null left out; `alternatives` are its branches when it is a true union. `cut` says that a
    reference led nowhere: remote, missing, or in a circle.
    """

    keys: Mapping[str, Any]
    types: tuple[str, ...] = ()
    nullable: bool = False
    alternatives: "tuple[Node, ...]" = ()
    cut: bool = False


@dataclass(slots=True)
class _Budget:
    """How much of one node has been walked; it ends circles as well as fan-out."""

    steps: int = 0

    def spend(self, depth: int) -> bool:
        self.steps += 1
        return self.steps <= _MAX_STEPS and depth <= _MAX_DEPTH


class Resolver:
    """Resolves nodes of one OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def resolve(self, node: object) -> Node:
        """Return `node` flattened; anything that is not a schema gives an empty node that allows everything."""
        return self._resolve(node, _Budget(), 0)

    def _resolve(self, node: object, budget: _Budget, depth: int) -> Node:
        if not isinstance(node, Mapping) or not budget.spend(depth):
            return Node({}, cut=not isinstance(node, bool))
        own = {key: value for key, value in node.items() if key not in ("$ref", "allOf", "anyOf", "oneOf", "type")}
        own_types, own_null = _named_types(node.get("type"))
        result = Node(own, own_types, own_null or node.get("nullable") is True)
        for part in self._parts(node, budget, depth):
            result = _merge(result, part)
        return self._with_union(result, node, budget, depth)

    def _parts(self, node: Mapping[str, Any], budget: _Budget, depth: int) -> Iterator[Node]:
        """Yield what the node builds on: its reference, then the elements of `allOf`."""
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield self._follow(reference, budget, depth)
        for element in _elements(node.get("allOf")):
            yield self._resolve(element, budget, depth + 1)

    def _follow(self, reference: str, budget: _Budget, depth: int) -> Node:
        if not reference.startswith(_LOCAL):
            return Node({}, cut=True)
        target: object = self._document
        for step in reference.removeprefix(_LOCAL).split("/"):
            if not isinstance(target, Mapping):
                return Node({}, cut=True)
            target = target.get(step.replace("~1", "/").replace("~0", "~"))
        if not isinstance(target, Mapping):
            return Node({}, cut=True)
        return self._resolve(target, budget, depth + 1)

    def _with_union(self, result: Node, node: Mapping[str, Any], budget: _Budget, depth: int) -> Node:
        branches: list[Node] = []
        nullable = result.nullable
        for element in (*_elements(node.get("anyOf")), *_elements(node.get("oneOf"))):
            if isinstance(element, Mapping) and element.get("type") == "null":
                nullable = True
                continue
            branch = self._resolve(element, budget, depth + 1)
            nullable = nullable or branch.nullable
            branches.append(branch)
        result = Node(result.keys, result.types, nullable, result.alternatives, result.cut)
        if len(branches) == 1:
            return _merge(result, branches[0])
        if not branches or result.types:
            return result
        types = tuple(dict.fromkeys(name for branch in branches for name in branch.types))
        if not all(branch.types for branch in branches):
            types = ()
        return Node(result.keys, types, nullable, tuple(branches), result.cut)


def _merge(upper: Node, lower: Node) -> Node:
    """Put `upper` on `lower`: a sibling of a reference wins over what the reference says."""
    return Node(
        keys={**lower.keys, **upper.keys},
        types=upper.types or lower.types,
        nullable=upper.nullable or lower.nullable,
        alternatives=upper.alternatives or lower.alternatives,
        cut=upper.cut or lower.cut,
    )


def _elements(value: object) -> list[object]:
    return value[:_MAX_STEPS] if isinstance(value, list) else []


def _named_types(value: object) -> tuple[tuple[str, ...], bool]:
    """Return the JSON types that `type` names, and whether null is one of them."""
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    known = dict.fromkeys(name for name in names if isinstance(name, str) and name in JSON_TYPES)
    return tuple(known), "null" in names
