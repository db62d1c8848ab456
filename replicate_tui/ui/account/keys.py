"""Every action with its key in use: what is rebound, what is in the way of what, and how to bind another."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from textual.binding import Binding
from textual.screen import ModalScreen

from replicate_tui.ui.account.lines import AccountLine, Row
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.keymap import key_name
from replicate_tui.ui.widgets.list_rows import GroupHeader
from replicate_tui.ui.widgets.virtual_list import VirtualList

_EVERYWHERE: Final = "everywhere"


class KnownKey(NamedTuple):
    """An action under its id: its own keys, those in use, and the ids that answer to one of these as well."""

    id: str
    words: str
    default: str
    keys: str
    in_the_way: tuple[str, ...] = ()

    @property
    def is_rebound(self) -> bool:
        return self.keys != self.default


def known_keys(contexts: Iterable[Iterable[object]], keymap: Mapping[str, str]) -> list[KnownKey]:
    """Return every action with an id; a context holds the bindings that answer at one time.

    Only what the person has bound can be in the way: the app's own keys give way to each other as they are meant to.
    """
    found: dict[str, KnownKey] = {}
    for context in contexts:
        here = [binding for binding in context if isinstance(binding, Binding) and binding.id]
        for binding in here:
            name = str(binding.id)
            known = found.get(name) or KnownKey(name, "", binding.key, keymap.get(name, binding.key))
            if known.is_rebound:
                others = _in_the_way(known, here, keymap)
                known = known._replace(in_the_way=tuple(dict.fromkeys((*known.in_the_way, *others))))
            found[name] = known._replace(words=known.words or binding.tooltip or binding.description)
    return sorted(found.values(), key=lambda known: ("." in known.id, known.id))


def _in_the_way(known: KnownKey, here: Iterable[Binding], keymap: Mapping[str, str]) -> list[str]:
    wanted = set(_split(known.keys))
    return [
        str(other.id)
        for other in here
        if other.id != known.id and wanted & set(_split(keymap.get(str(other.id), other.key)))
    ]


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]


class KeysSection(Section):
    name = "keys"
    title = "Keys"
    about = "Every action with its key in use; / finds one"

    _known: tuple[KnownKey, ...] = ()

    async def read(self) -> None:
        if not self._known:
            # Every screen and widget is imported for it.
            self._known = await asyncio.to_thread(self._look)
        rebound = sum(known.is_rebound for known in self._known)
        self.note = f"{len(self._known)} actions, {rebound} rebound"
        self.changed()

    def _look(self) -> tuple[KnownKey, ...]:
        from replicate_tui.ui.known_bindings import binding_owners

        owners = binding_owners()
        # The app's keys and those of lists hold on every screen, but not in a dialog.
        common = [binding for owner in (*owners[:1], VirtualList) for binding in _all_bindings(owner)]
        contexts = [
            _all_bindings(owner) if issubclass(owner, ModalScreen) else [*_all_bindings(owner), *common]
            for owner in owners
        ]
        return tuple(known_keys(contexts, self.house.settings.keys))

    def lines(self) -> list[Row]:
        rows: list[Row] = []
        heading = ""
        for known in self._known:
            group = known.id.partition(".")[0] if "." in known.id else _EVERYWHERE
            if group != heading:
                heading = group
                rows.append(GroupHeader(group))
            rows.append(self._line(known))
        return rows

    def _line(self, known: KnownKey) -> AccountLine:
        names = " ".join(key_name(key) for key in _split(known.keys))
        words = known.words or known.id.rpartition(".")[2].replace("_", " ")
        note, style = known.id, ""
        detail = "Bind it to other keys in the settings; y copies the line. It counts from the next start on."
        if known.in_the_way:
            style = "$text-error"
            detail = f"The same key as {', '.join(known.in_the_way)}: only one of them answers.\n{detail}"
        elif known.is_rebound:
            style = "$text-primary"
            own = " ".join(key_name(key) for key in _split(known.default))
            detail = f"Your key; by itself it is {own}.\n{detail}"
        setting = f'"{known.id}" = "{known.keys}"'
        return AccountLine(
            known.id,
            names or "none",
            words[:1].upper() + words[1:],
            note,
            style,
            f"[keys]\n{setting}\n{detail}",
            copied=setting,
        )


def _all_bindings(owner: Any) -> list[object]:
    """Return the bindings of a class and of those it is made of, its own first."""
    return [binding for base in owner.__mro__ for binding in vars(base).get("BINDINGS", ())]
