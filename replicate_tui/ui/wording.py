"""How the app says numbers, times and states: short, plain, exact."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from textual.content import Content

from replicate_tui.store.statuses import GONE, NOT_SENT, SUBMITTING, UNKNOWN, SaveState


class StatusLook(NamedTuple):
    """A status as a person reads it: glyph and word, and the theme colour that only underlines them."""

    glyph: str
    word: str
    colour: str


_STATUS_LOOKS: Final = {
    SUBMITTING: StatusLook("◌", "sending", "$text-muted"),
    UNKNOWN: StatusLook("?", "checking", "$text-warning"),
    NOT_SENT: StatusLook("⊗", "not sent", "$text-error"),
    GONE: StatusLook("?", "gone", "$text-muted"),
    "starting": StatusLook("◌", "starting", "$text-warning"),
    "processing": StatusLook("●", "processing", "$text-primary"),
    "succeeded": StatusLook("✓", "succeeded", "$text-success"),
    "failed": StatusLook("✗", "failed", "$text-error"),
    "canceled": StatusLook("⊘", "canceled", "$text-muted"),
    "aborted": StatusLook("⊗", "aborted", "$text-error"),
}

_SAVE_WORDS: Final = {
    SaveState.NOT_YET: "",
    SaveState.SAVING: "saving",
    SaveState.SAVED: "saved",
    SaveState.PARTLY: "partly saved",
    SaveState.FAILED: "not saved",
    SaveState.EXPIRED: "expired",
}


def status_look(status: str) -> StatusLook:
    """Return the look of any status; one that the service invents later is shown by its own (cleaned) word."""
    return _STATUS_LOOKS.get(status) or StatusLook("?", status or "unknown", "$text-warning")


def status_content(status: str, width: int = 0) -> Content:
    look = status_look(status)
    return Content.styled(f"{look.glyph} {look.word}".ljust(width), look.colour)


def save_word(state: SaveState) -> str:
    return _SAVE_WORDS[state]


def count(number: int) -> str:
    """Group a count: 12,804."""
    return f"{number:,}"


def short_count(number: int | None) -> str:
    """Shorten a large count: 190 M, 71.2 k; empty when unknown."""
    if number is None:
        return ""
    for limit, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if number >= limit:
            value = number / limit
            return f"{value:.0f} {unit}" if value >= 100 or value == int(value) else f"{value:.1f} {unit}"
    return str(number)


def seconds(duration: float | None) -> str:
    """Say a duration in seconds: 0.4 s, 12 s, 12:04, 3:05:09; empty when unknown."""
    if duration is None:
        return ""
    duration = max(0.0, duration)
    if duration < 10:
        return f"{duration:.1f} s"
    if duration < 60:
        return f"{duration:.0f} s"
    minutes, rest = divmod(int(duration), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(duration: float) -> str:
    """Say a long duration in seconds in its two largest units: 40 s, 41 min, 2 h 14 min, 3 d 4 h."""
    duration = max(0.0, duration)
    if duration < 60:
        return f"{duration:.0f} s"
    minutes = int(duration // 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{count(days)} d {hours} h" if hours else f"{count(days)} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def age(moment: datetime | None, now: datetime | None = None) -> str:
    """Say how long ago `moment` (aware) was: now, 3 min ago, 2 h ago, 4 days ago; never negative."""
    if moment is None:
        return ""
    elapsed = max(0.0, ((now or datetime.now(UTC)) - moment).total_seconds())
    if elapsed < 60:
        return "now"
    if elapsed < 3600:
        return f"{elapsed // 60:.0f} min ago"
    if elapsed < 86400:
        return f"{elapsed // 3600:.0f} h ago"
    days = int(elapsed // 86400)
    return "1 day ago" if days == 1 else f"{days} days ago"


def clock(moment: datetime | None, now: datetime | None = None) -> str:
    """Say when in local time, in at most six cells: 09:12 today, "12 Mar" this year, 2024-03 before."""
    if moment is None:
        return ""
    local = moment.astimezone()
    today = (now or datetime.now(UTC)).astimezone()
    if local.date() == today.date():
        return local.strftime("%H:%M")
    if local.year == today.year:
        return f"{local.day} {local.strftime('%b')}"
    return local.strftime("%Y-%m")


def size(octets: int | None) -> str:
    """Say a size in bytes: 84 kB, 1.2 MB; empty when unknown."""
    if octets is None:
        return ""
    value, unit = float(octets), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if unit != "B" and value < 10 else f"{value:.0f} {unit}"


def place(path: Path) -> str:
    """Say where something lies, with "~" for one's home."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)  # elsewhere, or nobody's home is known


def plural(number: int, one: str, many: str | None = None) -> str:
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
