"""The user's key map, and the ids it may name."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import replicate_tui.ui
from replicate_tui.ui.keymap import binding_ids, check_keymap, keys_mistake, split_keys
from replicate_tui.ui.known_bindings import known_binding_ids

KNOWN = {"search.field", "search.form", "quit"}


def test_known_ids_are_kept_and_the_nearest_is_named_for_others() -> None:
    checked = check_keymap({"search.field": "f8,ctrl+f", "search.from": "x", "quit": " ", "zzz": "x"}, KNOWN)
    assert checked.keymap == {"search.field": "f8,ctrl+f"}
    assert checked.problems == (
        "keys.search.from is no action. Did you mean search.form?",
        "keys.quit has no key.",
        "keys.zzz is no action.",
    )


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("f6", ["f6"]),
        (" /, esc ,", ["slash", "escape"]),
        ("ctrl+k", ["ctrl+k"]),
        ("A", ["A"]),
        ("+", ["plus"]),
        (">", ["greater_than_sign"]),
        ("greater_than_sign", ["greater_than_sign"]),
        ("alt+left,shift+f3", ["alt+left", "shift+f3"]),
        ("question_mark", ["question_mark"]),
    ],
)
def test_keys_as_people_type_them(text: str, keys: list[str]) -> None:
    assert keys_mistake(text) == ""
    assert split_keys(text) == keys


@pytest.mark.parametrize("text", ["", " , ", "f66", "foo", "ctrl+foo", "hat+a", "ctrl+"])
def test_what_is_no_key_is_said(text: str) -> None:
    assert keys_mistake(text)


def our_classes() -> Iterator[type[DOMNode]]:
    for module in pkgutil.walk_packages(replicate_tui.ui.__path__, "replicate_tui.ui."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, DOMNode) and value.__module__ == module.name:
                yield value


def test_every_id_in_the_app_can_be_named() -> None:
    for owner in our_classes():
        ids = binding_ids([vars(owner).get("BINDINGS", ())])
        assert ids <= known_binding_ids(), f"{owner.__name__} binds what no key map can name"


def test_what_the_key_bar_shows_has_words() -> None:
    for owner in our_classes():
        for binding in vars(owner).get("BINDINGS", ()):
            assert isinstance(binding, Binding)
            if binding.show:
                assert binding.description, f"{owner.__name__}: {binding.key}"


def test_one_id_is_one_action() -> None:
    actions: dict[str, set[str]] = {}
    for owner in our_classes():
        for binding in vars(owner).get("BINDINGS", ()):
            if binding.id:
                actions.setdefault(binding.id, set()).add(binding.action)
    assert {name: found for name, found in actions.items() if len(found) > 1} == {}
