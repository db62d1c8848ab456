"""Editors that are a line to look at and a few keys: switches, choices, the heads of lists and folds."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from replicate_tui.schema.texts import choice_text
from replicate_tui.text import clean_line
from replicate_tui.ui.form.rows import Row
from replicate_tui.ui.widgets.fields.base import Editor, EditorChanged, EditorDone, EditorWish
from replicate_tui.ui.wording import size

#: More choices than this are picked from a list that can be searched.
FEW_CHOICES = 8


class GlanceEditor(Editor, Widget, can_focus=True):
    """One line without a text cursor. `text` is what the row holds; subclasses draw it."""

    DEFAULT_CSS = """
    GlanceEditor { height: 1; padding: 0 1; background: $block-cursor-blurred-background; }
    GlanceEditor:focus { background: $block-cursor-background; color: $block-cursor-foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "done", "Next field", show=False)]

    text: reactive[str] = reactive("")

    def __init__(self, row: Row, text: str) -> None:
        super().__init__()
        self.row = row
        self.set_reactive(GlanceEditor.text, text)

    @property
    def text_now(self) -> str:
        return self.text

    def show_text(self, text: str) -> None:
        self.text = text

    def change(self, text: str) -> None:
        """Take a new text and tell the form."""
        if text != self.text:
            self.text = text
            self.post_message(EditorChanged(self.row.id, text))

    def action_done(self) -> None:
        self.post_message(EditorDone(self.row.id, 1))


class ToggleEditor(GlanceEditor):
    """True or false: space, left and right switch."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", "switch", id="form.toggle", tooltip="Switch between true and false"),
        Binding("left,right", "switch", "Switch", show=False),
    ]

    def render(self) -> Content:
        return toggle_content(self.text)

    def action_switch(self) -> None:
        self.change("false" if self.text == "true" else "true")

    def on_click(self) -> None:
        self.action_switch()


def toggle_content(text: str) -> Content:
    """Return a switch as it is shown, on any row."""
    if text == "true":
        return Content("■ true")
    return Content("□ false") if text == "false" else Content.styled("□ not set", "$text-muted")


class ChoiceEditor(GlanceEditor):
    """One of some values: left and right go through them, space (and enter, when there are many) opens the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,slash", "pick", "all values", id="form.pick", key_display="space", tooltip="Pick from a list"),
        Binding("enter", "enter", "Next field, or the list", show=False),
        Binding("left", "turn(-1)", "Value before", show=False),
        Binding("right", "turn(1)", "Next value", show=False),
    ]

    def __init__(self, row: Row, text: str, label: str = "") -> None:
        super().__init__(row, text)
        self._label = label

    def render(self) -> Content:
        shown = clean_line(self._label or self.text, 120)
        if not shown:
            return Content.styled("choose ▾", "$text-muted")
        return Content.assemble(shown, Content.styled(" ▾", "$text-muted"))

    def change(self, text: str) -> None:
        self._label = ""
        super().change(text)

    def action_turn(self, step: int) -> None:
        texts = [choice_text(self.row.field, choice) for choice in self.row.field.choices]
        if self.text in texts:
            self.change(texts[(texts.index(self.text) + step) % len(texts)])
        elif texts:
            self.change(texts[0 if step > 0 else -1])

    def action_pick(self) -> None:
        self.post_message(EditorWish(self.row.id, "pick choice"))

    def action_enter(self) -> None:
        if len(self.row.field.choices) > FEW_CHOICES:
            self.action_pick()
        else:
            self.action_done()

    def on_click(self) -> None:
        self.action_pick()


class LongText(GlanceEditor):
    """A text too long to edit in place, such as a data URI: it is kept as it is, or cleared."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "clear", "clear", id="form.clear", tooltip="Empty this field")
    ]

    def render(self) -> Content:
        shown = f"{clean_line(self.text, 24)}  {size(len(self.text.encode('utf-8', 'replace')))}"
        return Content.assemble(shown, Content.styled("  ctrl+o edits, delete clears", "$text-muted"))

    def action_clear(self) -> None:
        self.change("")


class ListHead(GlanceEditor):
    """The head of a list: its elements stand below, enter adds one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,plus", "add", "add one", id="form.add_item", key_display="enter", tooltip="Add an element")
    ]

    def render(self) -> Content:
        return Content.assemble(self.text, Content.styled("  enter adds one", "$text-muted"))

    def action_add(self) -> None:
        self.post_message(EditorWish(self.row.id, "add item"))

    def on_click(self) -> None:
        self.action_add()


class FoldEditor(GlanceEditor):
    """The line that opens and closes the options."""

    DEFAULT_CSS = """
    FoldEditor { padding: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,left,right", "fold", "open or close", id="form.fold", key_display="enter")
    ]

    def render(self) -> Content:
        return Content.assemble(" ", self.text)

    def action_fold(self) -> None:
        self.post_message(EditorWish(self.row.id, "fold"))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_fold()
