"""Keys: what people call them, and the user's map of binding ids to keys, checked since Textual ignores unknown ids."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, _character_to_key

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


_TEXTUAL_NAMES: Final = {name: key for key, name in _KEY_NAMES.items() if len(name) > 1}
_MODIFIERS: Final = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_NAMED: Final = frozenset((*Keys, *_KEY_NAMES, *_TEXTUAL_NAMES, *KEY_NAME_REPLACEMENTS.values()))


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


def split_keys(text: str) -> list[str]:
    """Return the keys of a list with commas, as Textual names them: "slash" for "/", "escape" for "esc"."""
    return [_textual_name(key.strip()) for key in text.split(",") if key.strip()]


def keys_mistake(text: str) -> str:
    """Say what is wrong with a list of keys, "" for nothing."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys:
        return "A key is missing, such as f6, ctrl+k or /."
    strange = next((key for key in keys if not _is_key(key)), None)
    return "" if strange is None else f"{strange} is no name of a key; f6, ctrl+k, alt+left and / are."


def _parts(key: str) -> tuple[list[str], str]:
    """Return the modifiers of a key and what they are held with."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    return modifiers, last


def _textual_name(key: str) -> str:
    modifiers, last = _parts(key)
    last = _TEXTUAL_NAMES.get(last, last)
    return "+".join([*modifiers, _character_to_key(last) if len(last) == 1 else last])


def _is_key(key: str) -> bool:
    modifiers, last = _parts(key)
    return all(modifier in _MODIFIERS for modifier in modifiers) and (len(last) == 1 or last in _NAMED)


def key_name(key: str) -> str:
    """Return a key as people say it: "/" for slash, "esc" for escape."""
    return _KEY_NAMES.get(key, key)
