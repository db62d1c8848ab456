"""Markdown of strangers to lines: literal, without links that open, pictures that load or HTML that acts."""

import io
import re
from typing import ClassVar, Final

from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, HorizontalRule, Markdown, MarkdownElement
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.text import Text
from rich.theme import Theme
from textual.strip import Strip

from replicate_tui.text import clean, printable_url
from replicate_tui.ui.widgets.lines import MarkdownColours

#: Longer sources are cut, and say so.
LONGEST_SOURCE: Final = 400_000
#: A table with more columns than this is shown as it was written.
WIDEST_TABLE: Final = 24

_TAG = re.compile(r"<!--.*?-->|<[^<>]*>", re.DOTALL)
_TABLE_ROW = re.compile(r"^[ \t]{0,3}\|.*$", re.MULTILINE)


def markdown_lines(source: str, width: int, colours: MarkdownColours) -> list[Strip]:
    """Return `source` rendered to lines of at most `width` cells, on no background of their own but code's.

    Takes about a third of a second for 65 kB: call it in a thread.
    """
    source = clean(source)
    if len(source) > LONGEST_SOURCE:
        source = f"{source[:LONGEST_SOURCE]}\n\n---\n\nThis text is longer; the rest is left out."
    console = Console(
        width=max(8, width),
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
        theme=_theme(colours),
        emoji=False,
        markup=False,
        highlight=False,
    )
    lines = console.render_lines(_Readme(_without_wide_tables(source)), pad=False)
    while lines and not any(segment.text.strip() for segment in lines[0]):
        del lines[0]
    return [Strip(line) for line in lines]


def first_part(source: str, length: int) -> str:
    """Return about `length` characters of `source`, cut between paragraphs: enough to fill the screen at once."""
    if len(source) <= length:
        return source
    cut = source.rfind("\n\n", 0, length)
    return source[: cut if cut > 0 else length]


class _Code(CodeBlock):
    """Code as it stands, on a panel: no highlighter to import, no colours of another theme."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        style = console.get_style("markdown.code_block")
        code = Text(str(self.text).rstrip(), style=style, no_wrap=False, overflow="fold")
        yield Padding(code, (0, 1), style=style)


class _Line(HorizontalRule):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(style=console.get_style("markdown.hr"), characters="\u2500")


class _Readme(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "fence": _Code,
        "code_block": _Code,
        "hr": _Line,
    }
    inlines = {*Markdown.inlines, "link"}

    def __init__(self, source: str) -> None:
        super().__init__(source, hyperlinks=False)
        self.parsed = [plain for token in self.parsed for plain in _plain_block(token)]


def _plain_block(token: Token) -> list[Token]:
    if token.type == "html_block":
        return _paragraph(" ".join(_TAG.sub(" ", token.content).split()))
    if token.type == "heading_open":
        # Rich centres the first level; a README is read from the left.
        token.tag = "h2" if token.tag == "h1" else token.tag
    if token.type == "heading_close":
        token.tag = "h2" if token.tag == "h1" else token.tag
    if token.type == "inline" and token.children:
        token.children = _plain_inline(token.children)
    return [token]


def _plain_inline(children: list[Token]) -> list[Token]:
    plain: list[Token] = []
    targets: list[tuple[str, int]] = []
    for child in children:
        if child.type == "link_open":
            targets.append((printable_url(str(child.attrs.get("href", ""))), len(plain)))
            plain.append(Token("style_open", "link", 1))
        elif child.type == "link_close":
            target, start = targets.pop() if targets else ("", 0)
            plain.append(Token("style_close", "link", -1))
            shown = "".join(token.content for token in plain[start:])
            if target and target != shown:
                plain.append(_text(f" ({target})"))
        elif child.type == "image":
            description = "".join(inner.content for inner in child.children or ())
            plain.append(_text(f"[picture: {description or 'without a description'}]"))
        else:
            plain.append(child)
    return plain


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _paragraph(text: str) -> list[Token]:
    if not text:
        return []
    inline = Token("inline", "", 0, content=text, children=[_text(text)])
    return [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]


def _without_wide_tables(source: str) -> str:
    def literal(row: re.Match[str]) -> str:
        text = row.group()
        return f"    {text}" if text.count("|") > WIDEST_TABLE + 1 else text

    return _TABLE_ROW.sub(literal, source)


def _theme(colours: MarkdownColours) -> Theme:
    accent, muted = Style(color=colours.accent), Style(color=colours.muted)
    code = Style(bgcolor=colours.panel)
    bold = Style(bold=True)
    return Theme(
        {
            "markdown.h2": accent + bold,
            "markdown.h3": bold,
            "markdown.h4": bold,
            "markdown.h5": bold,
            "markdown.h6": bold,
            "markdown.link": accent,
            "markdown.code": code,
            "markdown.code_block": code,
            "markdown.block_quote": muted,
            "markdown.item.bullet": accent,
            "markdown.item.number": accent,
            "markdown.hr": muted,
            "markdown.table.header": bold,
            "markdown.table.border": muted,
        }
    )
