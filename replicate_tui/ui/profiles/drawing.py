"""How profiles look: as rows, and as facts beside the list; every text here was cleaned by the services."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from textual.content import Content

from replicate_tui.config import OFFICIAL_BASE_URL
from replicate_tui.services.profiles import ProfileCard, TokenState
from replicate_tui.store.glance import OpenEnd
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.rows import fit
from replicate_tui.ui.widgets.run_facts import FactGroup, fact_lines

_RIGHT_CELLS: Final = 30
_STATUS_CELLS: Final = 14
_SOURCES: Final = {
    "environment": "from REPLICATE_BASE_URL",
    "settings": "from the settings",
    "profile": "kept with the token",
    "default": "Replicate's own",
}


def profile_lines(card: ProfileCard, width: int, *, in_use: bool) -> tuple[Content, Content]:
    """Return the two lines of a profile: name and runs; whose token it has, and where it goes."""
    mark = Content.styled("● ", "$text-primary") if in_use else Content("  ")
    room = max(8, width - _RIGHT_CELLS - 1)
    name = Content.assemble(mark, Content.styled(card.name, "bold"), _in_use(in_use))
    first = Content.assemble(fit(name, room), _right(_runs(card)))
    about = Content.styled(f"  {account_words(card)} · {host_words(card)}", "$text-muted")
    return first, Content.assemble(fit(about, room), _right(_token(card)))


def account_words(card: ProfileCard) -> str:
    return card.account or "account not seen yet"


def host_words(card: ProfileCard) -> str:
    """Say where a profile's requests go, in a few words."""
    if not card.base_url:
        return "address not usable"
    return urlsplit(card.base_url).netloc or card.base_url


def profile_facts(card: ProfileCard, width: int, *, in_use: bool) -> list[Content]:
    """Return the lines of the pane beside the list."""
    token = card.token.value if card.token is not TokenState.NONE else "none; e gives it one"
    facts = {
        "state": "in use" if in_use else "not in use",
        "account": account_words(card),
        "address": f"{card.base_url or 'not usable'}  {_SOURCES[card.address_source]}",
        "token": token,
        "runs": "no history yet" if card.runs is None else wording.count(card.runs),
        "kept in": _short_path(card.folder),
    }
    groups: list[FactGroup] = [("", facts, "")]
    if card.problem or card.history_problem:
        problems = {"address": card.problem, "history": card.history_problem}
        groups.append(("Not right", {name: words for name, words in problems.items() if words}, ""))
    lines = [Content.styled(card.name, "bold"), Content(""), *fact_lines(groups, width)]
    if card.runs is None or card.history_problem:
        return lines
    count = Content.styled(f"  {card.unfinished:,}" if card.unfinished else "", "$text-muted")
    lines += [Content(""), Content.assemble(Content.styled("Not finished", "bold"), count)]
    if not card.open_ends:
        return [*lines, Content.styled(" nothing: all runs have ended", "$text-muted")]
    return [*lines, *(line for run in card.open_ends for line in _open_end(run, width))]


def _open_end(run: OpenEnd, width: int) -> tuple[Content, Content]:
    """Return the two lines of a run that was not seen to end."""
    age = wording.age(run.submitted_at)
    model = Content(run.model.rpartition("/")[2])
    room = max(8, width - _STATUS_CELLS - len(age) - 2)
    first = Content.assemble(" ", wording.status_content(run.status, _STATUS_CELLS), fit(model, room), age)
    title = Content.styled(" " * (_STATUS_CELLS + 1) + run.title, "$text-muted")
    return first, title.truncate(width, ellipsis=True)


def _short_path(folder: Path) -> str:
    home = Path.home()
    return clean_line(f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder), 400)


def _in_use(in_use: bool) -> Content:
    return Content.styled("  in use", "$text-primary") if in_use else Content("")


def _runs(card: ProfileCard) -> Content:
    if card.history_problem:
        return Content.styled("history not readable", "$text-warning")
    if card.runs is None:
        return Content.styled("no history yet", "$text-muted")
    if card.unfinished:
        open_ends = Content.styled(f"{card.unfinished:,} not finished", "$text-warning")
        return Content.assemble(open_ends, f"  {wording.plural(card.runs, 'run')}")
    return Content(wording.plural(card.runs, "run"))


def _token(card: ProfileCard) -> Content:
    if card.problem:
        return Content.styled("not usable", "$text-error")
    words = {
        TokenState.KEPT: "token kept",
        TokenState.ENVIRONMENT: "token of the environment",
        TokenState.SESSION: "token of this session",
        TokenState.NONE: "no token",
    }[card.token]
    return Content.styled(words, "$text-warning" if card.token is TokenState.NONE else "$text-muted")


def _right(content: Content) -> Content:
    if content.cell_length > _RIGHT_CELLS:
        content = content.truncate(_RIGHT_CELLS, ellipsis=True)
    return Content.assemble(" " * (_RIGHT_CELLS - content.cell_length), content)


def address_hint(card: ProfileCard | None) -> str:
    """Say what stands in an empty field for the address, or who says it instead."""
    if card is None or card.can_move:
        return OFFICIAL_BASE_URL
    return f"{card.base_url} {_SOURCES[card.address_source]}"
