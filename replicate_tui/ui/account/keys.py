"""Every action with its key in use: what is rebound, what is in the way of what, and binding another."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from textual.binding import Binding
from textual.screen import ModalScreen

from replicate_tui.ui.account.lines import AccountLine, Row
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.keymap import binding_ids, check_keymap, key_name, keys_mistake, split_keys
from replicate_tui.ui.modals.fields import AskedField, FieldsDialog
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
        return split_keys(self.keys) != split_keys(self.default)

    @property
    def title(self) -> str:
        """What it does, in words."""
        words = self.words or self.id.rpartition(".")[2].replace("_", " ")
        return words[:1].upper() + words[1:]


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
    wanted = set(split_keys(known.keys))
    return [
        str(other.id)
        for other in here
        if other.id != known.id and wanted & set(split_keys(keymap.get(str(other.id), other.key)))
    ]


class KeysSection(Section):
    """What is bound here answers at once, and stands in the settings."""

    name = "keys"
    title = "Keys"
    about = "Every action with its key; e binds another"
    offers = frozenset({"edit", "remove"})

    _contexts: tuple[tuple[object, ...], ...] = ()
    _known: tuple[KnownKey, ...] = ()

    async def read(self) -> None:
        if not self._contexts:
            # Every screen and widget is imported for it.
            self._contexts = await asyncio.to_thread(_all_contexts)
        self._reckon()
        self.changed()

    def _reckon(self) -> Mapping[str, str]:
        """Look anew which keys are in use, and return those that are the person's own."""
        ids = binding_ids(self._contexts)
        checked = check_keymap(self.house.services.settings_file.settings.keys, ids)
        self._known = tuple(known_keys(self._contexts, checked.keymap))
        self.problem = " ".join(checked.problems)
        rebound = sum(known.is_rebound for known in self._known)
        self.note = f"{len(self._known)} actions, {rebound} rebound"
        return checked.keymap

    def lines(self) -> list[Row]:
        rows: list[Row] = []
        heading = ""
        for known in self._known:
            group = known.id.partition(".")[0] if "." in known.id else _EVERYWHERE
            if group != heading:
                heading = group
                rows.append(GroupHeader(group))
            rows.append(_line(known))
        return rows

    # -- changing -----------------------------------------------------------------------------------------------

    def edit(self, line: AccountLine | None) -> None:
        """Ask which keys an action is to have."""
        known = line.thing if line else None
        if not isinstance(known, KnownKey):
            return

        async def keep(values: Mapping[str, str]) -> None:
            await self._bind(known.id, ",".join(split_keys(values["keys"])))

        dialog = FieldsDialog(
            f"Keys of {known.id}",
            (AskedField("keys", "keys, with commas between them", _said(known.keys), "f6, ctrl+k"),),
            check=lambda values: {"keys": keys_mistake(values["keys"])},
            attempt=keep,
            detail=f"{known.title}. They answer at once, and stand in the settings.",
        )
        self.screen.app.push_screen(dialog)

    def remove(self, line: AccountLine | None) -> None:
        """Go back to the action's own keys."""
        known = line.thing if line else None
        if isinstance(known, KnownKey) and known.is_rebound:
            self.start(self._bind(known.id, None), "bind keys")
        else:
            self.say("This action has its own key.")

    async def _bind(self, name: str, keys: str | None) -> None:
        await self.house.services.settings_file.change({("keys", name): keys})
        self.screen.app.set_keymap(dict(self._reckon()))
        self.changed()


def _line(known: KnownKey) -> AccountLine:
    setting = f'"{known.id}" = "{known.keys}"'
    details = [f"e binds it to another key; by hand it is {setting} below [keys] in the settings, which y copies."]
    style = ""
    if known.is_rebound:
        style = "$text-primary"
        details.insert(0, f"Your key. By itself it is {_said(known.default)}; d goes back to that.")
    if known.in_the_way:
        style = "$text-error"
        details.insert(0, f"The same key as {', '.join(known.in_the_way)}: only one of them answers.")
    return AccountLine(
        known.id, _said(known.keys), known.title, known.id, style, "\n".join(details), copied=setting, thing=known
    )


def _said(keys: str) -> str:
    return ", ".join(key_name(key) for key in split_keys(keys))


def _all_contexts() -> tuple[tuple[object, ...], ...]:
    """Return the bindings that answer at one time, for each screen and widget; the app's alone come first."""
    from replicate_tui.ui.known_bindings import binding_owners

    owners = binding_owners()
    # The app's keys and those of lists hold on every screen, but not in a dialog.
    common = [binding for owner in (*owners[:1], VirtualList) for binding in _all_bindings(owner)]
    return tuple(
        tuple(_all_bindings(owner) if issubclass(owner, ModalScreen) else [*_all_bindings(owner), *common])
        for owner in owners
    )


def _all_bindings(owner: Any) -> list[object]:
    """Return the bindings of a class and of those it is made of, its own first."""
    return [binding for base in owner.__mro__ for binding in vars(base).get("BINDINGS", ())]
