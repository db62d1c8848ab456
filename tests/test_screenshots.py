"""The parts of the screenshot script that need no app: its table, its time, and how SVG becomes a picture."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from tests.screenshots import SCENES, chosen
from tests.support import crisp
from tests.support.crisp import FontMissing, font_files, has_text, png_of, with_own_fonts, with_palette
from tests.support.studio import NOW, StageClock

SVG = """<svg class="rich-terminal" viewBox="0 0 300 200" xmlns="http://www.w3.org/2000/svg">
<style>
    @font-face {{ font-family: "Fira Code"; src: url("https://example.invalid/font.woff2"); }}
    .t-matrix {{ font-family: Fira Code, monospace; font-size: 20px; }}
    .t-title {{ font-family: arial; }}
    .t-r1 {{ fill: #ff0000 }}
</style>
<text class="t-r1" x="12.2" y="44.4" textLength="{length}" clip-path="url(#line-1)">{text}</text>
</svg>"""


def drawn(text: str) -> str:
    return with_own_fonts(SVG.format(text=text, length=len(text) * 12.2))


def test_scenes_have_names_of_their_own_and_begin_with_what_was_asked_for() -> None:
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names))
    assert chosen([]) == list(SCENES)
    assert [scene.name for scene in chosen(["search", "welcome"])] == ["search", "search-results", "welcome"]
    with pytest.raises(KeyError):
        chosen(["nothing like it"])


def test_no_font_comes_from_elsewhere() -> None:
    svg = drawn("words")
    assert "http" not in svg.replace("http://www.w3.org", "")
    assert "arial" not in svg
    assert svg.count("JetBrains Mono") == 2


def test_blocks_become_rectangles_and_keep_their_places() -> None:
    svg = drawn("ab\u2580\u2580c")
    assert re.search(r'<rect fill="#ff0000" x="36\.60" y="25\.90" width="24\.50" height="12\.30"', svg)
    assert re.findall(r'<text [^>]*x="([\d.]+)"[^>]*>([^<]*)<', svg) == [("12.2", "ab"), ("61", "c")]


def test_braille_becomes_dots_in_their_places() -> None:
    svg = drawn("a\u2801\u2880")
    assert re.findall(r'<circle fill="#ff0000" cx="([\d.]+)" cy="([\d.]+)"', svg) == [
        ("27.45", "28.95"),
        ("45.75", "47.25"),
    ]


def test_a_foreign_glyph_stands_alone() -> None:
    assert re.findall(r">([^<>\n]+)</text>", drawn("go \u25c9 on")) == ["go&#160;", "\u25c9", "&#160;on"]


def test_few_colours_keep_those_of_large_areas_and_clear_corners() -> None:
    image = Image.effect_noise((120, 120), 90).convert("RGBA")
    image.paste((20, 21, 26, 255), (0, 0, 120, 40))
    image.paste((0, 0, 0, 0), (0, 0, 4, 4))
    reduced = with_palette(image, 32).convert("RGBA")
    assert reduced.getpixel((60, 20)) == (20, 21, 26, 255)
    assert reduced.getpixel((1, 1))[3] == 0
    assert len(reduced.getcolors() or []) <= 33


def test_a_picture_without_words_is_refused() -> None:
    assert not has_text(Image.new("RGB", (600, 200), "#202020"))
    with pytest.raises(ValueError, match="no text was drawn"):
        png_of(SVG.format(text="words", length=61), [])


def test_fonts_are_found_or_their_absence_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crisp, "FONT_FOLDERS", (tmp_path,))
    with pytest.raises(FontMissing, match="fonts-jetbrains-mono"):
        font_files()
    for name in ("JetBrainsMono-Regular.ttf", "JetBrainsMono-Thin.ttf"):
        (tmp_path / name).touch()
    assert [path.name for path in font_files() if path.parent == tmp_path] == ["JetBrainsMono-Regular.ttf"]


async def test_time_passes_at_once_and_stops_where_it_is_held() -> None:
    clock = StageClock(NOW)
    await clock.sleep(3600)
    assert clock.moment == NOW + timedelta(hours=1)
    clock.hold(10)
    late = asyncio.create_task(clock.sleep(25))
    await clock.sleep(4)
    assert clock.is_held
    clock.spend_the_rest()
    assert clock.moment == NOW + timedelta(hours=1, seconds=10)
    assert not late.done()
    clock.hold(20)
    await late
    assert clock.moment == NOW + timedelta(hours=1, seconds=25)
