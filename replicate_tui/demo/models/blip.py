"""`salesforce/blip`: a caption of what can be measured in a picture."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import TEXT_OUTPUT, choice, file, inputs, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# BLIP

> **Local stand-in.** It recognises nothing. It reports what this computer measured in the very pixels it was given: the
> size, the dominant colours, the brightness, how much of the picture is edges. It will never claim to see a cat.

## Tasks

### image_captioning

```text
Caption: a 640x480 landscape-format picture, mostly navy (48 %) and orange (21 %), fairly dark, with many edges (17 %)
```

### visual_question_answering

Questions are answered when they are about something measurable:

| The question mentions | Answer |
| --- | --- |
| colour, color | the commonest colour |
| wide, width, tall, height, size, large | the size in pixels |
| bright, dark, light, day, night | the mean brightness |
| detail, busy, edges, sharp | the share of edges |
| transparent | whether there is an alpha channel in use |
| anything else | a sentence that says so |

### image_text_matching

The `caption` is compared with the names of the measured colours; the answer is the share of its colour words that are
really there.
"""

_TASKS = ("image_captioning", "visual_question_answering", "image_text_matching")
INPUTS = inputs(
    image=file("Input image"),
    task=choice(_TASKS, "Choose a task.", "image_captioning"),
    question=text("Type question for the input image for visual question answering task.", optional=True),
    caption=text("Type caption for the input image for image text matching task.", optional=True),
)


def describe(content: bytes) -> dict[str, Any]:
    """Return what was measured (blocking)."""
    from replicate_tui.demo.models.art.files import decode
    from replicate_tui.demo.models.art.measure import brightness, edge_density, swatches

    picture = decode(content)
    shares: dict[str, float] = {}
    for swatch in swatches(picture, 6):
        shares[swatch.name] = shares.get(swatch.name, 0.0) + swatch.share
    return {
        "width": picture.width,
        "height": picture.height,
        "colours": sorted(shares.items(), key=lambda item: -item[1]),
        "brightness": brightness(picture),
        "edges": edge_density(picture),
        "transparent": picture.mode == "RGBA",
    }


def _format(width: int, height: int) -> str:
    if width == height:
        return "square"
    return "landscape-format" if width > height else "portrait-format"


def _light(value: float) -> str:
    words = ((0.15, "very dark"), (0.38, "fairly dark"), (0.62, "of middling brightness"), (0.85, "fairly bright"))
    return next((word for limit, word in words if value < limit), "very bright")


def _detail(share: float) -> str:
    words = ((0.005, "no edges"), (0.05, "few edges"), (0.15, "some edges"))
    return next((word for limit, word in words if share < limit), "many edges")


def caption(facts: Mapping[str, Any]) -> str:
    """Return one sentence about the measured facts."""
    named = [f"{name} ({share:.0%})" for name, share in facts["colours"][:2] if share >= 0.05]
    colours = f"mostly {' and '.join(named)}" if len(named) > 1 else f"almost entirely {named[0]}"
    return (
        f"a {facts['width']}x{facts['height']} {_format(facts['width'], facts['height'])} picture, {colours}, "
        f"{_light(facts['brightness'])}, with {_detail(facts['edges'])} ({facts['edges']:.0%})"
    )


def reply(question: str, facts: Mapping[str, Any]) -> str:
    """Return the answer to a question about something that can be measured."""
    lowered = question.lower()
    asked: tuple[tuple[str, str], ...] = (
        ("colour color", str(facts["colours"][0][0])),
        ("wide width tall height size large big", f"{facts['width']} by {facts['height']} pixels"),
        ("bright dark light day night", f"{_light(facts['brightness'])} (mean {facts['brightness']:.2f} of 1)"),
        ("detail busy edge sharp", f"{_detail(facts['edges'])}, {facts['edges']:.1%} of the pixels"),
        ("transparent alpha", "yes" if facts["transparent"] else "no"),
    )
    for words, answer in asked:
        if any(word in lowered for word in words.split()):
            return answer
    return "not something this stand-in can measure"


def match(text: str, facts: Mapping[str, Any]) -> str:
    """Return how many of the colour words of a text were measured in the picture."""
    present = {word for name, share in facts["colours"] if share >= 0.03 for word in name.split()}
    every = "black grey white red orange brown tan cream yellow olive green mint teal turquoise blue navy indigo purple"
    claimed = {
        word for word in text.lower().replace("gray", "grey").split() if word in f"{every} lavender pink".split()
    }
    if not claimed:
        return "The caption names no colour, so nothing was compared."
    found = len(claimed & present)
    return f"{found} of {len(claimed)} colour words match the picture, a score of {found / len(claimed):.4f}."


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    facts = await job.compute(describe, await job.read(values["image"]))
    await job.sleep(1.2)
    if values["task"] == "visual_question_answering":
        if not values["question"]:
            raise ModelFailure("Please type a question for the visual question answering task")
        return f"Answer: {reply(values['question'], facts)}"
    if values["task"] == "image_text_matching":
        if not values["caption"]:
            raise ModelFailure("Please type a caption for the image text matching task")
        return match(values["caption"], facts)
    return f"Caption: {caption(facts)}"


MODEL = DemoModel(
    owner="salesforce",
    name="blip",
    description="Local stand-in for BLIP: captions a picture with its measured size, colours, brightness and edges",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=TEXT_OUTPUT,
    run=run,
    version=version_ids("salesforce/blip", 2)[0],
    older_versions=version_ids("salesforce/blip", 2)[1:],
    cog_version="0.4.4",
    tags=("image-to-text", "captioning", "vqa", "vision"),
    run_count=168_920_554,
    cold_boot=0.8,
    examples=(
        {"image": sample("lighthouse.webp")},
        {"image": sample("city.webp"), "task": "visual_question_answering", "question": "Which colour is commonest?"},
        {"image": sample("sandwich.webp"), "task": "image_text_matching", "caption": "orange bread on a grey table"},
    ),
    github_url="https://github.com/salesforce/BLIP",
    paper_url="https://arxiv.org/abs/2201.12086",
    license_url="https://github.com/salesforce/BLIP/blob/main/LICENSE.txt",
    created_at="2022-01-28T19:33:02.551Z",
)
