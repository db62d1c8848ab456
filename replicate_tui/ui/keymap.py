"""Keys: what people call them, and the user's map of binding ids to keys, checked since Textual ignores unknown ids."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from textual.binding import Binding

from replicate_tui.config import nearest_to

_KEY_NAMES: Final = {
    "question_mark": "?",
    "slash": "/",
    "asterisk": "*",
    "colon": ":",
    "escape": "esc",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "greater_than_sign": ">",
    "plus": "+",
    "minus": "-",
    "at": "@",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


class CheckedKeymap(NamedTuple):
    """`keymap` is safe to hand to `App.set_keymap`; `problems` are sentences for the user."""

    keymap: dict[str, str]
    problems: tuple[str, ...] = ()


def binding_ids(binding_lists: Iterable[Iterable[object]]) -> set[str]:
    """Return the ids in `binding_lists` (the BINDINGS of screens and widgets)."""
    return {
        binding.id for bindings in binding_lists for binding in bindings if isinstance(binding, Binding) and binding.id
    }


def check_keymap(wanted: Mapping[str, str], known: set[str]) -> CheckedKeymap:
    """Keep the entries of `wanted` whose id is known; name the nearest id for the rest."""
    keymap: dict[str, str] = {}
    problems = []
    for binding_id, keys in wanted.items():
        if binding_id in known and keys.strip():
            keymap[binding_id] = keys
            continue
        if binding_id in known:
            problems.append(f"keys.{binding_id} has no key.")
            continue
        nearest = nearest_to(binding_id, known)
        problems.append(f"keys.{binding_id} is no action." + (f" Did you mean {nearest}?" if nearest else ""))
    return CheckedKeymap(keymap, tuple(problems))


def key_name(key: str) -> str:
    """Return a key as people say it: "/" for slash, "esc" for escape."""
    return _KEY_NAMES.get(key, key)
