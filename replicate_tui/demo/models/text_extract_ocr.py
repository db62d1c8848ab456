"""`abiruyt/text-extract-ocr`: counts the lines and the groups of ink on a page."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import TEXT_OUTPUT, file, inputs
from replicate_tui.demo.models._versions import version_ids

README = """\
# Text extract OCR

> **Local stand-in.** It reads no letters. It finds where on the page there is ink, and reports lines and groups of ink,
> counted on this computer.

## Output

One line of text for each line of ink, with bars as long as the groups are wide:

```text
3 lines of ink, 11 groups
line 1: y 12-31, 4 groups: ▇▇▇▇ ▇▇ ▇▇▇▇▇▇ ▇▇▇
line 2: y 44-63, 5 groups: ▇▇ ▇▇▇▇ ▇ ▇▇▇▇▇ ▇▇
line 3: y 76-95, 2 groups: ▇▇▇▇▇ ▇▇▇
```

On a page of print the groups are the words. On a photograph the result means little; on a page of one colour it is
`no ink found`.

## How

1. The page is made grey; ink is what differs from its commonest tone by more than a fifth.
2. Rows with ink, without a gap, are a line.
3. In a line, columns with gaps narrower than a sixth of its height are one group.
"""

INPUTS = inputs(image=file("Image to process"))
_WORKING_SIDE = 1200
_PIXELS_PER_BAR = 12


def _runs(marks: list[bool], gap: int) -> list[tuple[int, int]]:
    """Return the stretches of true values, where holes of up to `gap` do not count."""
    found: list[tuple[int, int]] = []
    for place, mark in enumerate(marks):
        if not mark:
            continue
        if found and place - found[-1][1] <= gap:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def lines_of_ink(content: bytes) -> list[tuple[int, int, list[int]]]:
    """Return for each line its first and last row and the widths of its groups (blocking)."""
    from replicate_tui.demo.models.art.files import decode, opaque, within

    grey = within(opaque(decode(content)), _WORKING_SIDE).convert("L")
    histogram = grey.histogram()
    paper = histogram.index(max(histogram))
    ink = grey.point([255 if abs(value - paper) > 51 else 0 for value in range(256)])
    width, height = ink.size
    data = ink.tobytes()
    rows = [any(data[row * width : (row + 1) * width]) for row in range(height)]
    lines = []
    for top, bottom in _runs(rows, 1):
        if bottom - top < 4:
            continue
        columns = [any(data[row * width + column] for row in range(top, bottom)) for column in range(width)]
        groups = [right - left for left, right in _runs(columns, max(2, round((bottom - top) * 0.18)))]
        lines.append((top, bottom, groups))
    return lines


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


async def run(job: Job, input: Mapping[str, Any]) -> str:
    lines = await job.compute(lines_of_ink, await job.read(str(input["image"])))
    await job.sleep(1.1)
    if not lines:
        return "no ink found"
    total = sum(len(groups) for _, _, groups in lines)
    report = [f"{_counted(len(lines), 'line')} of ink, {_counted(total, 'group')}"]
    for number, (top, bottom, groups) in enumerate(lines, start=1):
        bars = " ".join("▇" * max(1, round(width / _PIXELS_PER_BAR)) for width in groups)
        report.append(f"line {number}: y {top}-{bottom}, {_counted(len(groups), 'group')}: {bars}")
    return "\n".join(report)


MODEL = DemoModel(
    owner="abiruyt",
    name="text-extract-ocr",
    description="Local stand-in for OCR: finds the lines and groups of ink on a page, and reads none of them",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=TEXT_OUTPUT,
    run=run,
    version=version_ids("abiruyt/text-extract-ocr", 2)[0],
    older_versions=version_ids("abiruyt/text-extract-ocr", 2)[1:],
    cog_version="0.8.1",
    tags=("ocr", "image-to-text", "analysis"),
    run_count=97_300_480,
    cold_boot=0.6,
    examples=({"image": sample("note.webp")},),
    created_at="2023-08-14T09:40:21.000000Z",
)
