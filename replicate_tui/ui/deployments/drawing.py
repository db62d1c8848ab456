"""How deployments and their releases look: as rows, and as facts beside a list or on a page."""

import textwrap
from collections.abc import Sequence
from typing import Final

from textual.content import Content

from replicate_tui.services.deployment_views import DeploymentCard, Release
from replicate_tui.services.estimate import PriceList, dollars_text, hardware_name
from replicate_tui.ui import wording
from replicate_tui.ui.rows import fit
from replicate_tui.ui.widgets.run_facts import FactGroup, fact_lines

VERSION_DIGITS: Final = 12
SECONDS_AN_HOUR: Final = 3600
_SHORT_VERSION: Final = 8
_ROOM_FOR_VERSION: Final = 84
_STATE_CELLS: Final = 18
_RANGE_CELLS: Final = 6
_AGE_CELLS: Final = 13
NO_COUNTS: Final = "Live instance counts are not in the API: o shows them on the web page."


def state_content(release: Release) -> Content:
    """Say with glyph and word what its bounds mean for the next run."""
    if release.is_off:
        return Content.styled("⊘ off", "$text-warning")
    if release.min_instances is None:
        return Content.styled("? unknown", "$text-muted")
    if not release.min_instances:
        return Content.styled("◌ scales to zero", "$text-muted")
    return Content.styled(f"● {release.min_instances} kept ready", "$text-success")


def deployment_lines(card: DeploymentCard, width: int) -> tuple[Content, Content]:
    """Return the two lines of a deployment: its name with what it runs on, then what it runs."""
    release = card.release
    right = _STATE_CELLS + _AGE_CELLS
    name = Content.assemble(Content.styled(card.owner + "/", "$text-muted"), Content.styled(card.name, "bold"))
    machine = Content.assemble(
        fit(Content(hardware_name(release.hardware) or "?"), _STATE_CELLS - _RANGE_CELLS - 1),
        release.range.rjust(_RANGE_CELLS),
    )
    first = Content.assemble(
        fit(name, max(8, width - right - 2)), " ", fit(machine, _STATE_CELLS), _right(_number(release), _AGE_CELLS)
    )
    version = f"  {release.version[:_SHORT_VERSION]}"
    model = Content(release.model or "unknown").truncate(max(8, width - right - len(version) - 2), ellipsis=True)
    second = Content.assemble(
        fit(Content.styled(f"{model}{version}", "$text-muted"), max(8, width - right - 2)),
        " ",
        fit(state_content(release), _STATE_CELLS),
        _right(wording.age(release.created_at), _AGE_CELLS),
    )
    return first, second


def release_line(release: Release, before: Release | None, width: int, *, is_current: bool) -> Content:
    """Return a release as one line; what it changed of the one `before` it stands out."""
    number = Content.styled(f"{release.number or '?':>4}", "bold" if is_current else "")
    state = Content.styled("current" if is_current else "", "$text-primary")
    made = f"{wording.age(release.created_at)}  {release.created_by}".strip()

    def part(text: str, changed: bool, cells: int) -> Content:
        return fit(Content.styled(text, "bold" if changed else "$text-muted"), cells)

    return Content.assemble(
        number,
        "  ",
        fit(state, 9),
        part(hardware_name(release.hardware), before is None or before.hardware != release.hardware, 12),
        part(release.range, before is None or before.range != release.range, 7),
        part(release.version[:VERSION_DIGITS], before is None or before.version != release.version, VERSION_DIGITS + 3),
        Content.styled(made, "$text-muted"),
    ).truncate(width, ellipsis=True)


def hourly_sum(cards: Sequence[DeploymentCard], prices: PriceList) -> str:
    """Say what keeping the minimum of all of them ready costs in an hour; what has no price is counted apart."""
    ready = [card.release for card in cards if card.release.min_instances]
    if not ready:
        return "none kept ready"
    costs = [(prices.per_second(each.hardware), each.min_instances or 0) for each in ready]
    unknown = sum(price is None for price, _ in costs)
    dollars = sum(price * count for price, count in costs if price is not None) * SECONDS_AN_HOUR
    known = f"{dollars_text(dollars)}/h{' on Replicate' if prices.is_free else ''} kept ready"
    if unknown == len(ready):
        return f"{unknown} kept ready at an unknown price"
    return f"{known} and {unknown} unknown" if unknown else known


def page_facts(card: DeploymentCard, prices: PriceList, width: int) -> dict[str, str]:
    """Return what is known of a deployment, by label; a version that has no room is shortened, not wrapped."""
    release = card.release
    version = release.version if width >= _ROOM_FOR_VERSION else release.version[:VERSION_DIGITS]
    return {
        "model": release.model or "unknown",
        "version": version or "unknown",
        "hardware": _hardware(release),
        "instances": f"{release.range}  {state_content(release).plain}",
        "minimum costs": prices.hourly(release.hardware, release.min_instances or 0).text,
        "release": ", ".join(part for part in (str(release.number or "unknown"), _made(release)) if part),
    }


def preview_lines(
    card: DeploymentCard | None, releases: Sequence[Release], prices: PriceList, width: int
) -> list[Content]:
    """Return the lines of the pane beside the list; `releases` are those seen here, newest first."""
    if card is None:
        return []
    facts = page_facts(card, prices, width)
    seen = {f"{release.number}": _short(release) for release in releases[:8]}
    groups: list[FactGroup] = [("", facts, ""), ("Releases seen here", seen, "none yet")]
    heading = Content.styled(card.full_name, "bold").truncate(width, ellipsis=True)
    return [heading, Content(""), *fact_lines(groups, width), Content(""), *_hint_lines(width)]


def _hint_lines(width: int) -> list[Content]:
    return [Content.styled(f" {line}", "$text-muted") for line in textwrap.wrap(NO_COUNTS, max(12, width - 1))]


def _short(release: Release) -> str:
    when = wording.age(release.created_at)
    machine = f"{hardware_name(release.hardware):<8} {release.range:<5}"
    return f"{machine} {release.version[:_SHORT_VERSION]}  {when}".strip()


def _hardware(release: Release) -> str:
    name = hardware_name(release.hardware)
    return f"{name}  {release.hardware}" if name != release.hardware else name or "unknown"


def _number(release: Release) -> str:
    return f"release {release.number}" if release.number is not None else "release ?"


def _made(release: Release) -> str:
    author = f"by {release.created_by}" if release.created_by else ""
    moment = release.created_at
    made = f"made {moment.astimezone():%Y-%m-%d %H:%M} ({wording.age(moment)})" if moment else ""
    return f"{made} {author}".strip()


def _right(text: str, width: int) -> Content:
    return Content.styled(text[:width].rjust(width), "$text-muted")
