"""The palette: every action of the screen on top, by its own words, with the key that does the same."""

from collections.abc import Iterator
from functools import partial

from textual.app import App
from textual.binding import ActiveBinding
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from replicate_tui.ui.removal import RemovableScreen

_MOVES = ("scroll", "page", "move", "top", "bottom", "command_palette", "app.focus", "screen.copy_text")


def _moves_about(action: str) -> bool:
    """Whether an action only moves the cursor or the view: nothing a person looks for by name."""
    return action.startswith(_MOVES)


def _rank(active: ActiveBinding) -> int:
    """What the screen offers comes first, then what has the focus, then the app."""
    return 0 if isinstance(active.node, Screen) else 2 if isinstance(active.node, App) else 1


class Palette(RemovableScreen[None], CommandPalette):
    """Textual's palette; without an id, so that one can open while the one before it is still being removed."""

    def _action_command_list(self, action: str) -> None:
        """Turn no pages of a list that has no room: Textual looks for its lines, of which there are none then."""
        if self.query_one(CommandList).scrollable_content_region or not action.startswith("page_"):
            super()._action_command_list(action)


class ScreenActions(Provider):
    """Offers what is bound on the screen below the palette; what is dimmed there is left out."""

    def _actions(self) -> Iterator[tuple[str, str, ActiveBinding]]:
        seen: set[str] = set()
        for active in sorted(self.screen.active_bindings.values(), key=_rank):
            binding = active.binding
            words = binding.tooltip or binding.description
            if active.enabled and words and binding.action not in seen and not _moves_about(binding.action):
                seen.add(binding.action)
                yield words[0].upper() + words[1:], self.app.get_key_display(binding), active

    async def discover(self) -> Hits:
        for words, key, active in self._actions():
            yield DiscoveryHit(words, partial(self._run, active), help=key)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for words, key, active in self._actions():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, matcher.highlight(words), partial(self._run, active), help=key)

    async def _run(self, active: ActiveBinding) -> None:
        await self.app.run_action(active.binding.action, active.node)
