"""How deliveries and the receiver look: as rows, as lines about how it stands, and as facts beside the list."""

from typing import Final

from textual.content import Content

from replicate_tui.services.webhook_views import EVENTS, Delivery, Hook, ReceiverState, Verdict
from replicate_tui.text import clean_line, printable_url
from replicate_tui.ui import wording
from replicate_tui.ui.rows import fit
from replicate_tui.ui.widgets.run_facts import FactGroup, fact_lines
from replicate_tui.ui.wording import StatusLook

_VERDICT_CELLS: Final = 17
_EVENT_CELLS: Final = 10
_SIZE_CELLS: Final = 8
_TIME_CELLS: Final = 8
_HEADER_CHARACTERS: Final = 400
#: At most so many headers are shown.
_MOST_HEADERS: Final = 60

_LOOKS: Final = {
    Verdict.VALID: StatusLook("✓", "valid", "$text-success"),
    Verdict.WRONG: StatusLook("✗", "wrong signature", "$text-error"),
    Verdict.MISSING: StatusLook("✗", "not signed", "$text-error"),
    Verdict.OLD: StatusLook("!", "too old", "$text-warning"),
    Verdict.EARLY: StatusLook("!", "too early", "$text-warning"),
    Verdict.UNKNOWN: StatusLook("?", "secret unknown", "$text-warning"),
}
_VERDICT_WORDS: Final = {
    Verdict.VALID: "The signature fits the body, and it is fresh.",
    Verdict.WRONG: "The signature does not fit: made with another secret, or for another body.",
    Verdict.MISSING: "A header of the signature is missing.",
    Verdict.OLD: "The signature fits, and was made more than five minutes before.",
    Verdict.EARLY: "The signature fits, and was made for a time to come.",
    Verdict.UNKNOWN: "The signing secret was not known; r asks for it and judges again.",
}
_EVENT_WORDS: Final = {
    ("completed",): "their end",
    ("start", "completed"): "start and end",
    ("output", "completed"): "output and end",
    EVENTS: "everything",
}


def verdict_look(verdict: Verdict) -> StatusLook:
    return _LOOKS[verdict]


def verdict_content(verdict: Verdict, width: int = 0) -> Content:
    look = _LOOKS[verdict]
    return Content.styled(f"{look.glyph} {look.word}".ljust(width), look.colour)


def event_words(events: tuple[str, ...]) -> str:
    """Say of what runs report that are started here."""
    if not events:
        return "runs do not report here"
    return f"runs report {_EVENT_WORDS.get(events) or ', '.join(events)}"


def report_lines(hook: Hook) -> list[str]:
    """Return what a form says of a run that reports to the receiver: of what, and at which address."""
    what = (_EVENT_WORDS.get(hook.events) or ", ".join(hook.events)).replace("their", "its")
    return [f"reports {what} here, to", clean_line(printable_url(hook.url), 300)]


def delivery_lines(delivery: Delivery, width: int) -> tuple[Content, Content]:
    """Return the two lines of a delivery: verdict, event, status, size, time; number, model, run, what is odd."""
    facts = delivery.facts
    at = delivery.received_at.astimezone()
    right = f"{wording.size(len(delivery.body)).rjust(_SIZE_CELLS)}  {at:%H:%M:%S}"
    status = wording.status_content(facts.status) if facts.status else Content.styled(facts.problem, "$text-muted")
    room = max(8, width - _VERDICT_CELLS - _EVENT_CELLS - len(right) - 4)
    event = Content.styled((facts.event or "?").ljust(_EVENT_CELLS), "bold")
    first = Content.assemble(verdict_content(delivery.verdict, _VERDICT_CELLS), " ", event, " ", fit(status, room), " ")
    parts = [f"  #{delivery.number}", facts.model, facts.run_id, *odd_words(delivery)]
    second = Content.styled("   ".join(part for part in parts if part), "$text-muted")
    return Content.assemble(first, right), second.truncate(max(8, width - 1), ellipsis=True)


def odd_words(delivery: Delivery) -> list[str]:
    """Say what is out of the ordinary with a delivery, besides its signature."""
    told = []
    if delivery.repeats is not None:
        told.append(f"told before as #{delivery.repeats}")
    if delivery.is_late:
        told.append("told after the end")
    if delivery.facts.run_id and delivery.verdict is Verdict.VALID and delivery.known_run is None:
        told.append("not a run of this history")
    return told


def state_line(state: ReceiverState) -> tuple[Content, Content]:
    """Say whether it listens, where, and whether it can check signatures; and of what runs report."""
    if state.port is None:
        return Content.styled("○ not listening", "$text-muted"), Content("")
    secret = Content("secret known") if state.has_secret else Content.styled("secret unknown", "$text-warning")
    where = f" listening at http://127.0.0.1:{state.port}   "
    events = Content.styled(event_words(state.events if state.hook_url else ()), "$text-muted")
    return Content.assemble(Content.styled("●", "$text-success"), where, secret), events


def address_line(state: ReceiverState, *, is_demo: bool) -> Content:
    """Say which address runs report to, or why they report to none."""
    if state.public_url:
        shown = clean_line(printable_url(state.hook_url), 400)
        return Content.assemble(Content.styled("  for the service  ", "$text-muted"), shown)
    if is_demo:
        return Content.styled("  The demo delivers to this machine: no public URL is needed.", "$text-muted")
    if not state.is_listening:
        return Content("")
    words = "  No public URL leads here yet, so nothing can report: u gives it."
    return Content.styled(words, "$text-warning")


def refusal_words(state: ReceiverState) -> str:
    """Say how many requests were no deliveries, and why the last one was none."""
    if not state.refused:
        return ""
    return f"Refused {wording.plural(state.refused, 'request')}; the last: {state.last_refusal}."


def about_group(delivery: Delivery) -> FactGroup:
    """Return what is known of a delivery besides its headers and its body."""
    facts = delivery.facts
    at = delivery.received_at.astimezone()
    look = wording.status_look(facts.status)
    about = {
        "came": f"{at:%Y-%m-%d %H:%M:%S}",
        "event": f"{facts.event} (guessed)" if facts.event else "",
        "run": facts.run_id,
        "model": facts.model,
        "status": f"{look.glyph} {look.word}" if facts.status else "",
        "size": f"{wording.count(len(delivery.body))} bytes",
        "body": facts.problem,
        "odd": ", ".join(odd_words(delivery)),
    }
    return "", {name: value for name, value in about.items() if value}, ""


def header_group(delivery: Delivery) -> FactGroup:
    headers = {
        clean_line(name, 40): clean_line(value, _HEADER_CHARACTERS) for name, value in delivery.headers[:_MOST_HEADERS]
    }
    return "Headers", headers, "none"


def verdict_lines(delivery: Delivery, width: int) -> list[Content]:
    """Return the verdict in a sentence."""
    look = _LOOKS[delivery.verdict]
    verdict = Content.styled(f"{look.glyph} {_VERDICT_WORDS[delivery.verdict]}", look.colour)
    return [*verdict.wrap(max(8, width)), Content("")]


def delivery_facts(delivery: Delivery, width: int) -> list[Content]:
    """Return lines about a delivery: its verdict, what is known of it, and its headers."""
    return [*verdict_lines(delivery, width), *fact_lines([about_group(delivery), header_group(delivery)], width)]
