"""A picture in the terminal: half-blocks everywhere, kitty graphics or sixels where the terminal has them."""

import asyncio
import itertools
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from replicate_tui.ui.removal import Removable
from replicate_tui.ui.widgets.lines import LinePainter
from replicate_tui.ui.wire.capabilities import Graphics, ImageMode
from replicate_tui.ui.wire.frugal import thrift_of
from replicate_tui.ui.wire.graphics import send_graphics
from replicate_tui.ui.wording import size as size_words

if TYPE_CHECKING:
    from replicate_tui.ui.widgets.pictures.decode import Decoded
    from replicate_tui.ui.widgets.pictures.draw import Drawing, Wanted

_ROWS: Final = (8, 12, 18, 26, 38, 60)
_FIRST_SIZE: Final = 2
#: For a picture that fills its widget: how much of the height it may take, the most at first.
_SHARES: Final = (0.2, 0.3, 0.45, 0.65, 0.8, 1.0)
_DECODE_SECONDS: Final = 10.0
_MODE_WORDS: Final = {
    ImageMode.HALF: "half blocks",
    ImageMode.KITTY: "kitty graphics",
    ImageMode.SIXEL: "sixels",
    ImageMode.OFF: "off",
}


class Picture(Removable, Widget, can_focus=True):
    """Shows one picture file, decoded in a thread; what is no picture becomes one line that says so.

    `i` goes through the modes, `+` and `-` through the sizes. `graphics` says what the terminal can do; without it
    the app's `graphics` attribute counts, and without that half-blocks. With `fill` the picture is as large as the
    widget lets it, in its middle. Where the line is spared, a large one is sent when enter says so; a picture that
    cannot have the focus is drawn with half-blocks instead.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Picture { height: auto; width: 1fr; }
    Picture > .picture--caption { color: $text-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"picture--caption"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "next_mode", "Picture mode", show=False, id="picture.mode"),
        Binding("plus,equals_sign", "resize(1)", "Larger picture", show=False, id="picture.larger"),
        Binding("minus", "resize(-1)", "Smaller picture", show=False, id="picture.smaller"),
        Binding("enter", "send", "Send the picture to the terminal", show=False, id="picture.send"),
    ]
    #: Kitty's numbers are the terminal's, shared by all programs in it, so they start at a place of our own.
    _numbers: ClassVar = itertools.count((os.getpid() & 0x7FFF) << 8 | 1)

    class Shown(Message):
        """The picture is on the screen, or `problem` says why not; `size` is its own, in pixels."""

        def __init__(self, picture: "Picture", size: tuple[int, int] | None, problem: str) -> None:
            super().__init__()
            self.picture = picture
            self.size = size
            self.problem = problem

        @property
        def control(self) -> "Picture":
            return self.picture

    def __init__(
        self,
        source: Path | bytes | None = None,
        *,
        caption: str = "",
        graphics: Graphics | None = None,
        fill: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._source = source
        self._caption = caption
        self._given_graphics = graphics
        self._fill = fill
        self._size_step = len(_SHARES) - 1 if fill else _FIRST_SIZE
        self._mode: ImageMode | None = None
        self._decoded: Decoded | None = None
        self._drawing: Drawing | None = None
        self._asked: Drawing | None = None
        self._asked_bytes = 0
        self._may_send = False
        self._problem = ""
        self._sent_number = 0
        self._put_waiting = False
        self._painter = LinePainter()

    def show(self, source: Path | bytes | None, *, caption: str = "") -> None:
        """Show another picture, or none."""
        self._source = source
        self._caption = caption
        self._decoded = self._drawing = self._asked = None
        self._may_send = False
        self._problem = ""
        if self.is_mounted:
            self.refresh(layout=True)
            self._load()

    @property
    def mode(self) -> ImageMode:
        """How the picture is drawn."""
        return self._mode or self._graphics.mode

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """The picture's own size in pixels, when it is decoded."""
        return self._decoded.size if self._decoded else None

    @property
    def problem(self) -> str:
        """Why there is no picture, in plain words; empty when there is one, or none was asked for."""
        return self._problem

    def action_next_mode(self) -> None:
        modes = self._graphics.modes
        now = modes.index(self.mode) if self.mode in modes else -1
        self._mode = modes[(now + 1) % len(modes)]
        self._redraw()

    def action_resize(self, steps: int) -> None:
        self._size_step = min(max(0, self._size_step + steps), len(_ROWS) - 1)
        self._redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  (Textual's)
        return self._asked is not None if action == "send" else True

    def action_send(self) -> None:
        """Send the picture that was asked about, and what else is made of this file."""
        if self._asked is not None:
            self._may_send = True
            self._show_drawing(self._asked)

    # -- loading and drawing ------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.watch(self.app, "thrift", self._redraw, init=False)
        self._load()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        if self._asked is not None:
            event.stop()
            self.action_send()

    def on_unmount(self) -> None:
        self._free()

    def on_resize(self) -> None:
        self._redraw()

    @property
    def _graphics(self) -> Graphics:
        offered = self._given_graphics or getattr(self.app, "graphics", None)
        return offered if isinstance(offered, Graphics) else Graphics()

    def _load(self) -> None:
        if self._source is not None:
            self._decode(self._source)

    @work(group="decode", exclusive=True)
    async def _decode(self, source: Path | bytes) -> None:
        # Pillow comes with the first picture, not with the first paint.
        from replicate_tui.ui.widgets.pictures.decode import NotDrawn, decode

        try:
            async with asyncio.timeout(_DECODE_SECONDS):
                self._decoded = await asyncio.to_thread(decode, source)
        except NotDrawn as reason:
            self._fail(str(reason))
        except TimeoutError:
            self._fail("The picture takes too long to decode.")
        else:
            self._redraw()

    def _fail(self, problem: str) -> None:
        self._problem = problem
        self.refresh(layout=True)
        self.post_message(self.Shown(self, None, problem))

    def _redraw(self) -> None:
        wanted = self._wanted()
        self._asked = None
        if wanted is None or self._decoded is None or (self._drawing and self._drawing.wanted == wanted):
            self.refresh(layout=True)
        else:
            self._draw(self._decoded, wanted)

    @work(group="draw", exclusive=True)
    async def _draw(self, decoded: "Decoded", wanted: "Wanted") -> None:
        from replicate_tui.ui.widgets.pictures.draw import draw

        number = next(self._numbers) & 0xFFFFFF or 1
        drawing = await asyncio.to_thread(draw, decoded.image, wanted, self._graphics, number)
        most = thrift_of(self.app).most_unasked
        size = 0 if most is None or self._may_send else await asyncio.to_thread(lambda: drawing.written_bytes)
        if most is None or size <= most:
            self._show_drawing(drawing)
        elif self.can_focus:
            self._ask(drawing, size)
        else:
            plainer = replace(wanted, mode=ImageMode.HALF)
            drawing = await asyncio.to_thread(draw, decoded.image, plainer, self._graphics, number)
            self._show_drawing(replace(drawing, wanted=wanted))

    def _ask(self, drawing: "Drawing", size: int) -> None:
        self._free()
        self._drawing = None
        self._asked, self._asked_bytes = drawing, size
        self.refresh(layout=True)

    def _show_drawing(self, drawing: "Drawing") -> None:
        is_first = self._drawing is None
        self._free()
        self._drawing, self._asked = drawing, None
        if drawing.once and send_graphics(self.app, drawing.once):
            self._sent_number = drawing.number
        self.refresh(layout=True)
        if is_first and self._decoded is not None:
            self.post_message(self.Shown(self, self._decoded.size, ""))

    def _wanted(self) -> "Wanted | None":
        """Return how the picture is to be drawn now, None when it is not."""
        if self._decoded is None or self.mode is ImageMode.OFF or self.size.width <= 0:
            return None
        from replicate_tui.ui.widgets.pictures.decode import fit_cells
        from replicate_tui.ui.widgets.pictures.draw import Wanted
        from replicate_tui.ui.widgets.pictures.kitty import MOST_CELLS

        graphics = self._graphics
        widest = min(self.size.width, MOST_CELLS) if self.mode is ImageMode.KITTY else self.size.width
        cell = (graphics.cell_width, graphics.cell_height)
        columns, rows = fit_cells(self._decoded.size, widest, self._most_rows, cell)
        return Wanted(self.mode, columns, rows, self.background_colors[1].rgb, thrift_of(self.app).colours)

    @property
    def _most_rows(self) -> int:
        if self._fill:
            return max(1, round((self.size.height - 1) * _SHARES[self._size_step]))
        return _ROWS[self._size_step]

    @property
    def _corner(self) -> tuple[int, int]:
        """The cells before the picture, and the lines above it."""
        if not self._fill:
            return 0, 0
        drawing = self._drawing if self._visible_strips() else None
        columns, rows = (drawing.wanted.columns, drawing.wanted.rows) if drawing else (0, 0)
        width, height = self.size
        return max(0, (width - columns) // 2), max(0, (height - rows - 1) // 2)

    def _free(self) -> None:
        """Let the terminal forget a picture sent to it."""
        if self._sent_number:
            from replicate_tui.ui.widgets.pictures.kitty import forget_message

            send_graphics(self.app, forget_message(self._sent_number))
            self._sent_number = 0

    # -- on the screen ------------------------------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 (Textual's shape)
        return len(self._visible_strips()) + (1 if self._words() else 0)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        strips = self._visible_strips()
        base = self.visual_style.rich_style
        left, top = self._corner
        y -= top
        if 0 <= y < len(strips):
            if self._drawing and self._drawing.each_time and not self._put_waiting:
                self._put_waiting = True
                self.call_after_refresh(self._put)
            strip = Strip.join([Strip.blank(left, base), strips[y]]) if left else strips[y]
            return strip.adjust_cell_length(width, base)
        if y == len(strips):
            words = self._words().center(width).rstrip() if self._fill else self._words()
            return self._painter.paint(words, width, self.get_visual_style("picture--caption"))
        return Strip.blank(width, base)

    def _visible_strips(self) -> list[Strip]:
        return self._drawing.strips if self._drawing and self.mode is not ImageMode.OFF else []

    def _words(self) -> str:
        """Return the line below the picture, or in its place."""
        if self._problem:
            return f"{self._caption}  {self._problem}".strip()
        if self._decoded is None:
            return f"{self._caption}  decoding" if self._source is not None else self._caption
        if self._asked is not None:
            return self._question()
        width, height = self._decoded.size
        if self.mode is ImageMode.OFF:
            return f"{self._caption}  {width}\u00d7{height}  pictures are off, i shows it".strip()
        return f"{self._caption}  {width}\u00d7{height}  {_MODE_WORDS[self.mode]}" if self._caption else ""

    def _question(self) -> str:
        modes = self._graphics.modes
        other = modes[(modes.index(self.mode) + 1) % len(modes)] if self.mode in modes else modes[0]
        what = f"{size_words(self._asked_bytes)} of {_MODE_WORDS[self.mode]}"
        return f"Send {what}? {'enter' if self.has_focus else 'tab to here, enter'} sends, i: {_MODE_WORDS[other]}"

    def _put(self) -> None:
        """Draw sixels over the blank cells that were just painted, when all of them are in view."""
        self._put_waiting = False
        drawing = self._drawing
        if drawing is None or not drawing.each_time or not self.is_mounted or self.app.screen is not self.screen:
            return
        from replicate_tui.ui.widgets.pictures.sixels import placed

        region = self.content_region.translate(self._corner)
        place = region.crop_size((drawing.wanted.columns, drawing.wanted.rows))
        if self.screen.find_widget(self).visible_region.contains_region(place):
            send_graphics(self.app, placed(drawing.each_time, region.x, region.y), over=place)

    def notify_style_update(self) -> None:
        self._painter = LinePainter()
        super().notify_style_update()
