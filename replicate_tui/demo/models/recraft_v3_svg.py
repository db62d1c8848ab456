"""`recraft-ai/recraft-v3-svg`: a poster as SVG."""

import math
import random
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._prose import generator, keywords
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, inputs, text
from replicate_tui.demo.models._versions import version_id

README = """\
# Recraft V3 SVG

> **Local stand-in.** A few dozen lines of code on this computer write an SVG of plain shapes. Recraft's model is not
> asked.

## Styles

| `style` | What it writes |
| --- | --- |
| `any` | hills under a sun |
| `engraving` | a rosette of thin lines |
| `line_art` | waves of one line each |
| `linocut` | bold quarters of circles in two colours |

The file is plain SVG without scripts, fonts or links, usually below 20 kB, and carries a title that says what it is:

```xml
<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1024" viewBox="0 0 1024 1024">
  <title>Local stand-in: lighthouse, fog</title>
```

Terminals cannot show it as a picture; a client that says so in one line does well.
"""

_SIZES = ("1024x1024", "1365x1024", "1024x1365", "1536x1024", "1024x1536")
INPUTS = inputs(
    prompt=text("Text prompt for image generation"),
    size=choice(_SIZES, "Width and height of the generated image", "1024x1024"),
    style=choice(("any", "engraving", "line_art", "linocut"), "Style of the generated image.", "any"),
)


def _colour(hue: float, saturation: int, lightness: int) -> str:
    return f"hsl({round(hue) % 360} {saturation}% {lightness}%)"


def _hills(rng: random.Random, width: int, height: int, hue: float) -> list[str]:
    parts = [f'<rect width="{width}" height="{height}" fill="{_colour(hue, 60, 88)}"/>']
    x, y, reach = width * rng.uniform(0.25, 0.75), height * 0.36, height * 0.13
    parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{reach:.0f}" fill="{_colour(hue + 150, 80, 66)}"/>')
    for layer in range(6):
        base, phase = height * (0.45 + 0.1 * layer), rng.uniform(0, 6)
        line = " ".join(
            f"L{px} {base - math.sin(px / width * (4 + layer) + phase) * height * 0.05:.0f}"
            for px in range(0, width + 1, width // 24)
        )
        parts.append(f'<path d="M0 {height} {line} L{width} {height}Z" fill="{_colour(hue, 45, 74 - layer * 10)}"/>')
    return parts


def _rosette(rng: random.Random, width: int, height: int, hue: float) -> list[str]:
    parts = [f'<rect width="{width}" height="{height}" fill="#fbf8f0"/>']
    petals, depth = rng.randint(5, 14), rng.uniform(0.2, 0.5)
    for ring in range(28):
        reach = min(width, height) * 0.46 * (ring + 1) / 28
        points = []
        for step in range(181):
            turn = math.tau * step / 180
            radius = reach * (1 + depth * math.cos(petals * turn + ring * 0.13)) / (1 + depth)
            points.append(f"{width / 2 + radius * math.cos(turn):.1f},{height / 2 + radius * math.sin(turn):.1f}")
        tone = _colour(hue, 40, 20 + ring)
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{tone}" stroke-width="1.6"/>')
    return parts


def _waves(rng: random.Random, width: int, height: int, hue: float) -> list[str]:
    parts = [f'<rect width="{width}" height="{height}" fill="#10131f"/>']
    phase, centre = rng.uniform(0, 6), rng.uniform(0.3, 0.7) * width
    for row in range(1, 36):
        y = height * row / 36
        points = []
        for px in range(0, width + 1, 8):
            bump = math.exp(-(((px - centre) / (width * 0.18)) ** 2)) * math.sin(row * 0.35 + phase)
            points.append(f"{px},{y - bump * height * 0.09 - math.sin(px / 60 + row) * 2:.1f}")
        tone = _colour(hue + row * 3, 70, 66)
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{tone}" stroke-width="2.4"/>')
    return parts


def _linocut(rng: random.Random, width: int, height: int, hue: float) -> list[str]:
    dark, light = _colour(hue, 55, 24), "#f6efe0"
    parts = [f'<rect width="{width}" height="{height}" fill="{light}"/>']
    edge = min(width, height) / 6
    for row in range(math.ceil(height / edge)):
        for column in range(math.ceil(width / edge)):
            x, y = column * edge, row * edge
            arc = rng.choice(
                (
                    f"M{x:.0f} {y:.0f}h{edge:.0f}a{edge:.0f} {edge:.0f} 0 0 1 -{edge:.0f} {edge:.0f}z",
                    f"M{x:.0f} {y:.0f}v{edge:.0f}h{edge:.0f}a{edge:.0f} {edge:.0f} 0 0 0 -{edge:.0f} -{edge:.0f}z",
                )
            )
            parts.append(f'<path d="{arc}" fill="{dark if rng.random() < 0.7 else _colour(hue + 180, 70, 55)}"/>')
    return parts


_STYLES = {"any": _hills, "engraving": _rosette, "line_art": _waves, "linocut": _linocut}


def svg(prompt: str, size: str, style: str, seed: int) -> bytes:
    """Return the file."""
    width, height = (int(side) for side in size.split("x"))
    rng = generator(prompt, seed, style)
    title = ", ".join(word for word in keywords(prompt) if word.isalnum())
    shapes = "\n  ".join(_STYLES[style](rng, width, height, rng.uniform(0, 360)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
        f"  <title>Local stand-in: {title}</title>\n  {shapes}\n</svg>\n"
    ).encode()


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    await job.sleep(2.4)
    content = svg(str(values["prompt"]), values["size"], values["style"], 0)
    job.metric("image_output_count", 1)
    return job.publish(content, "output.svg")


MODEL = DemoModel(
    owner="recraft-ai",
    name="recraft-v3-svg",
    description="Local stand-in for Recraft V3 SVG: writes a vector poster of plain shapes from your words",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_id("recraft-ai/recraft-v3-svg"),
    is_official=True,
    tags=("text-to-image", "svg", "vector", "design"),
    run_count=290_771,
    queue=0.2,
    examples=({"prompt": "a lighthouse in fog"}, {"prompt": "tides", "style": "line_art", "size": "1536x1024"}),
    created_at="2024-10-30T13:01:12.000000Z",
)
