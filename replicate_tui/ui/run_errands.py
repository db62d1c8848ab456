"""What the monitor and the list of runs do with a run: cancel it, run it again changed, copy from it, send it on."""

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from replicate_tui.config import OFFICIAL_BASE_URL
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import RunSnapshot
from replicate_tui.ui import messages
from replicate_tui.ui.web_pages import run_page
from replicate_tui.ui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from replicate_tui.store.records import RunRecord
    from replicate_tui.ui.screens.base import HouseScreen
    from replicate_tui.ui.send_on import Offer


class RunErrands:
    """Errands run as the app's workers, not the screen's: leaving the screen must not stop a cancel half-way."""

    def __init__(self, screen: "HouseScreen") -> None:
        self._screen = screen

    def cancel(self, run_id: str, question: str) -> None:
        """Ask, with the safe answer first, and cancel."""
        from replicate_tui.ui.modals.choice import CANCEL_ANSWERS, ChoiceDialog

        detail = "What it has made so far is kept. Time it has run may be billed."

        def answered(answer: str | None) -> None:
            if answer == "cancel":
                self._start(self._screen.house.services.runs.cancel(run_id), "cancel a run")

        self._screen.app.push_screen(ChoiceDialog(question, CANCEL_ANSWERS, detail=detail), answered)

    def cancel_all(self, run_ids: "Sequence[str]", noun: str) -> None:
        """Ask once, with the safe answer first, and cancel all of these."""
        from replicate_tui.ui.modals.choice import Answer, ChoiceDialog

        detail = "What they have made so far is kept. Time they have run may be billed."

        def answered(answer: str | None) -> None:
            if answer == "cancel":
                self._start(self._cancel_all(run_ids), "cancel runs")

        question = f"Cancel {plural(len(run_ids), noun)}?"
        answers = (Answer("n", "Keep running", "keep"), Answer("y", "Cancel them", "cancel"))
        self._screen.app.push_screen(ChoiceDialog(question, answers, detail=detail), answered)

    async def _cancel_all(self, run_ids: "Sequence[str]") -> None:
        runs = self._screen.house.services.runs
        answers = await asyncio.gather(*map(runs.cancel, run_ids), return_exceptions=True)
        if refused := [answer for answer in answers if isinstance(answer, BaseException)]:
            done = len(answers) - len(refused)
            if not isinstance(refused[0], ServiceProblem):
                raise refused[0]
            words = f"Asked for {done} of {len(answers)} to be canceled. {refused[0].message}"
            raise ServiceProblem(refused[0].kind, words, status=refused[0].status)

    def tweak(self, run_id: str, origin: str) -> None:
        """Open the form with the input of a run."""
        self._start(self._tweak(run_id, origin), "read the input of a run")

    def copy(self, run_id: str) -> None:
        """Open the menu of what can be copied of a run."""
        self._start(self._copy(run_id), "read a run")

    def open_web_page(self, remote_id: str | None, url: str = "") -> None:
        """Open the page of a run; before the service has named it there is none."""
        if url or remote_id:
            self._screen.post_message(messages.OpenWebPage(url or run_page(remote_id or "")))
        else:
            self._screen.post_message(messages.Say("The service has not named this run yet.", "warning"))

    def send_on(self, offer: "Offer") -> None:
        """Offer a file or a text that a run made to the form of another model."""
        self._start(self._send_on(offer), "send on what a run made")

    def _start(self, errand: "Coroutine[Any, Any, None]", description: str) -> None:
        self._screen.app.run_worker(self._told(errand), group="run errands", description=description)

    async def _told(self, errand: "Coroutine[Any, Any, None]") -> None:
        try:
            await errand
        except ServiceProblem as problem:
            self._screen.app.post_message(messages.SayProblem(problem))

    async def _tweak(self, run_id: str, origin: str) -> None:
        services = self._screen.house.services
        run = await services.runs.get(run_id)
        # Only what was entered here may name files of this machine.
        is_ours = run.source == "here"
        if run.kind == "training":
            again = await services.trainings.request_of(run)
            self._screen.post_message(
                messages.OpenTraining(
                    again.model, again.version, again.input, again.destination, origin, local_files=is_ours
                )
            )
            return
        request = await services.runs.request_of(run)
        wish = messages.OpenForm(request.model, request.input, request.options, origin)
        wish.local_files = is_ours
        self._screen.post_message(wish)

    async def _send_on(self, offer: "Offer") -> None:
        from replicate_tui.ui.send_on import send_on

        wish = await send_on(self._screen.app, self._screen.house.services, offer)
        if wish is not None:
            self._screen.app.post_message(wish)

    async def _copy(self, run_id: str) -> None:
        services = self._screen.house.services
        snapshot = await services.tracker.load(run_id)
        code = await self._code(snapshot.run) if snapshot.run.kind == "prediction" else []
        choices = [*copy_choices(snapshot), *code]
        self._screen.post_message(messages.OpenCopyMenu(tuple(choice for choice in choices if choice[1])))

    async def _code(self, run: "RunRecord") -> list[tuple[str, str]]:
        """Return the code that makes a prediction, by language."""
        services = self._screen.house.services
        request = await services.runs.request_of(run)
        owner, _, name = request.model.partition("/")
        page = await services.catalog.cached_model(owner, name)
        is_official = bool(page and page.value.card.is_official)

        from replicate_tui.services.snippets import LANGUAGES, snippet

        code = [
            (language, partial(snippet, language, request, is_official=is_official, base_url=OFFICIAL_BASE_URL))
            for language in LANGUAGES
        ]
        return await asyncio.to_thread(lambda: [(language, write()) for language, write in code])


def copy_choices(snapshot: RunSnapshot) -> list[tuple[str, str]]:
    """Return what of a run may be copied: (label, text), the text empty where there is nothing."""
    run = snapshot.run
    return [
        ("id", run.remote_id or ""),
        ("web page", run.urls.get("web") or (run_page(run.remote_id) if run.remote_id else "")),
        ("output", snapshot.text or _as_text(run.output)),
        ("new version", str(run.output["version"]) if snapshot.new_version else ""),
        ("prompt", str(run.input.get("prompt", ""))),
        ("input JSON", _as_text(dict(run.input))),
        ("error", run.error or ""),
        ("model", run.model),
        ("folder", str(snapshot.folder or "")),
    ]


def _as_text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
