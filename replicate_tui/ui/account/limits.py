"""Rate limits and credit, as the service's answers last told; what it does not tell is said to be unknown."""

from collections.abc import Callable
from typing import Final

from replicate_tui.services.limits import Allowance, Refusal
from replicate_tui.ui import wording
from replicate_tui.ui.account.lines import AccountLine, Row
from replicate_tui.ui.account.section import Section
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.web_pages import BILLING, RATE_LIMITS
from replicate_tui.ui.widgets.list_rows import GroupHeader

#: Answers may come many times a second; what they told is drawn this often at most.
DRAWN_EVERY: Final = 0.5
#: Families of requests by their names, in words, with what is documented of them.
_FAMILIES: Final = {
    "create": ("starting runs", "Documented: 600 a minute; 6 a minute while there is little credit."),
    "read prediction": ("reading a run", "Answers have told of some 60,000; following runs uses this."),
    "other": ("everything else", "Documented: 3,000 a minute."),
}
_NO_CREDIT_HELP: Final = "o opens billing. Once credit is bought, wait a few minutes before running again."
_CREDIT_HELP: Final = "The API tells no balance; a refused run (402) is the first it says. o opens billing."


class LimitsSection(Section):
    """Follows the answers while it is in view."""

    name = "limits"
    title = "Limits"
    about = "As the answers of the service last told; asking for them would use them up"
    page = RATE_LIMITS

    _unsubscribe: Callable[[], None] | None = None
    _drawing: Coalesced | None = None

    def shown(self) -> None:
        self._drawing = self._drawing or Coalesced(
            self.screen, self._draw, description="draw the limits", pause=DRAWN_EVERY
        )
        self._unsubscribe = self._unsubscribe or self.house.services.limits.subscribe(self._drawing.want)

    def left(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    async def _draw(self) -> None:
        self.changed()

    async def read(self) -> None:
        """Draw the ages anew: asking only to learn the limits would use them up."""
        self.changed()

    def lines(self) -> list[Row]:
        limits = self.house.services.limits
        rows: list[Row] = [GroupHeader("Requests left")]
        rows += [self._allowance(family, limits.allowances.get(family)) for family in _FAMILIES]
        rows.append(GroupHeader("Refused"))
        rows.append(self._throttled(limits.refusals.get("throttled"), limits.throttled_here))
        rows.append(self._no_credit(limits.refusals.get("no credit")))
        rows.append(GroupHeader("Credit"))
        rows.append(AccountLine("balance", "balance", "unknown", "not in the API", detail=_CREDIT_HELP, url=BILLING))
        return rows

    def _allowance(self, family: str, known: Allowance | None) -> AccountLine:
        name, documented = _FAMILIES[family]
        if known is None:
            return AccountLine(family, name, "not told in this session", style="$text-muted", detail=documented)
        limit = known.limit
        left = "unknown" if limit.remaining is None else f"{wording.count(limit.remaining)} left"
        of = "" if limit.limit is None else f" of {wording.count(limit.limit)}"
        reset = "" if limit.reset is None else f", reset in {limit.reset:g} s"
        age = _ago(wording.age(known.seen_at))
        low = "$text-warning" if limit.remaining is not None and limit.remaining < 1 else ""
        told = "" if limit.limit is not None else "How many there are in all is not told. "
        return AccountLine(family, name, left + of + reset, age, low, detail=f"{told}{documented}")

    def _throttled(self, refusal: Refusal | None, here: int) -> AccountLine:
        label = "too many (429)"
        if refusal is None:
            return AccountLine(
                "429", label, "not seen", style="$text-muted", detail="The app waits by itself and goes on."
            )
        asked = "did not say how long" if refusal.wait is None else f"asked to wait {refusal.wait:g} s"
        family = _FAMILIES.get(refusal.family, (refusal.family, ""))[0]
        often = f"{wording.plural(here, 'refusal')} in this session. " if here else "In an earlier session. "
        return AccountLine(
            "429",
            label,
            f"{family}, {asked}",
            _ago(wording.age(refusal.at)),
            "$text-warning",
            detail=often + refusal.said,
        )

    def _no_credit(self, refusal: Refusal | None) -> AccountLine:
        label = "no credit (402)"
        if refusal is None:
            return AccountLine("402", label, "not seen", style="$text-muted", detail=_CREDIT_HELP, url=BILLING)
        family = _FAMILIES.get(refusal.family, (refusal.family, ""))[0]
        return AccountLine(
            "402",
            label,
            f"{family} was refused",
            _ago(wording.age(refusal.at)),
            "$text-error",
            detail=f"{refusal.said}\n{_NO_CREDIT_HELP}",
            url=BILLING,
        )


def _ago(age: str) -> str:
    return "just now" if age == "now" else age
