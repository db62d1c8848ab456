"""The run form alone in a small app, on the demo service over real sockets."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from textual.app import App
from textual.message import Message
from textual.pilot import Pilot
from textual.signal import Signal

from replicate_tui.config import Settings
from replicate_tui.demo.server import DemoServer
from replicate_tui.paths import profile_paths
from replicate_tui.services.archive import Archive
from replicate_tui.services.bundle import Services, assemble
from replicate_tui.services.connection import Connection
from replicate_tui.services.estimate import FREE, PriceList
from replicate_tui.services.events import RunEvent
from replicate_tui.ui import messages
from replicate_tui.ui.form.rows import RowId
from replicate_tui.ui.house import House, LiveStrip
from replicate_tui.ui.launcher import OpenedProfile
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.theme import THEMES
from replicate_tui.ui.widgets.form_list import FormList
from tests.support.waiting import wait_for, workers_done

if TYPE_CHECKING:
    from replicate_tui.api import AsyncReplicate

EVERY_INPUT = "replicate-tui-demo/every-input"
MessageT = TypeVar("MessageT", bound=Message)


class FormApp(App[None]):
    """Remembers what the form asked of the app, instead of doing it."""

    CSS_PATH = "../../replicate_tui/ui/app.tcss"

    def __init__(self, services: Services, settings: Settings | None = None) -> None:
        super().__init__()
        run_events: Signal[RunEvent] = Signal(self, "run events")
        live_strip: Signal[LiveStrip] = Signal(self, "live strip")
        profile = OpenedProfile(lambda: services, "DEMO")
        self.house = House(profile, settings or Settings(), run_events, live_strip, LiveStrip)
        self.asked: list[Message] = []

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "replicate-dark"
        self.house.services.tracker.subscribe(lambda event: self.call_later(self.house.run_events.publish, event))

    async def action_back(self) -> None:
        await self.pop_screen()

    def remember(self, message: Message) -> None:
        self.asked.append(message)

    on_open_run = remember
    on_say = remember
    on_say_problem = remember

    def of_kind(self, kind: type[MessageT]) -> list[MessageT]:
        return [message for message in self.asked if isinstance(message, kind)]


class Form:
    """A form under test: the screen, its list and the pilot."""

    def __init__(self, app: FormApp, screen: RunFormScreen, pilot: Pilot[None]) -> None:
        self.app = app
        self.screen = screen
        self.pilot = pilot

    @property
    def fields(self) -> FormList:
        return self.screen.query_one(FormList)

    @property
    def row(self) -> RowId:
        assert self.fields.current is not None
        return self.fields.current.id

    @property
    def input(self) -> dict[str, Any]:
        return self.screen.form.state.input()

    @property
    def notice(self) -> str:
        return str(self.screen.query_one("#notice").render())

    @property
    def text(self) -> str:
        assert self.fields.editor is not None
        return self.fields.editor.text_now

    async def go(self, name: str, index: int | None = None, *, section: Any = "input") -> None:
        self.fields.go_to(RowId(section, name, index))
        await self.pilot.pause()

    async def write(self, name: str, text: str) -> None:
        """Go to a field, empty it, and type."""
        await self.go(name)
        assert self.fields.editor is not None
        self.fields.editor.show_text("")
        await self.press(*text)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def screen_text(self) -> str:
        """Return what is on the screen, as lines of text."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips[: self.app.size.height])


def make_services(
    server: DemoServer,
    *,
    max_retries: int | None = None,
    prices: PriceList = FREE,
    settings: Settings | None = None,
) -> Services:
    async def client() -> "AsyncReplicate":
        from replicate_tui.api import AsyncReplicate

        return AsyncReplicate(bearer_token=server.token, base_url=server.origin, max_retries=max_retries)

    paths = profile_paths("demo")
    connection = Connection(client, origin="demo", profile="demo", is_demo=True)
    return assemble(connection, paths, Archive(paths.runs, connection), prices, settings)


@asynccontextmanager
async def open_form(
    server: DemoServer,
    model: str = EVERY_INPUT,
    *,
    size: tuple[int, int] = (100, 30),
    settings: Settings | None = None,
    before: Callable[[Services], Any] | None = None,
    loaded: bool = True,
    **wish: Any,
) -> AsyncIterator[Form]:
    """Open the form of `model`; `before` may prepare the services, `wish` is what OpenForm takes."""
    services = make_services(server)
    await services.open()
    try:
        if before is not None:
            await before(services)
        app = FormApp(services, settings)
        async with app.run_test(size=size) as pilot:
            screen = RunFormScreen(app.house, messages.OpenForm(model, **wish))
            await app.push_screen(screen)
            form = Form(app, screen, pilot)
            if loaded:
                await wait_for(lambda: screen.form.is_loaded, "the form")
                await workers_done(app)
                await pilot.pause()
            yield form
    finally:
        await services.close()
