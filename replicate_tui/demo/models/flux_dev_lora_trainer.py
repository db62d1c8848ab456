"""`ostris/flux-dev-lora-trainer`: a trainer; as a prediction it looks through the archive of pictures."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.models._logs import walk
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import (
    INTEGER,
    NUMBER,
    STRING,
    choice,
    file,
    flag,
    inputs,
    integer,
    number,
    object_output,
    secret,
    text,
)
from replicate_tui.demo.models._versions import version_ids

README = """\
# FLUX dev LoRA trainer

> **Local stand-in.** Nothing is learned here. A training on the demo service writes believable logs, takes a few
> minutes at speed 1 and pushes a new version to its destination. It all happens on this computer.

## Train

```python
training = replicate.trainings.create(
    model_owner="ostris",
    model_name="flux-dev-lora-trainer",
    version_id="VERSION",
    destination="you/your-model",
    input={"input_images": open("pictures.zip", "rb"), "trigger_word": "TOK", "steps": 1000},
)
```

The destination must exist. The logs look like this:

```text
step=250 loss=0.41873 lr=4.0e-04
 25%|██▌       | 250/1000 [00:45<02:15,  5.55it/s]
Saved checkpoint at step 250
```

## Run it as a prediction

Run as a model it only looks at the archive and says what is in it: how many pictures, their sizes, how many captions.
That is the quickest way to find out whether an archive is fit for training.

| Input | Meaning |
| --- | --- |
| `input_images` | a zip archive of pictures, with captions in `.txt` files of the same names |
| `trigger_word` | a word that stands for the subject |
| `steps` | steps of the training |
| `lora_rank` | 1 to 128 |
| `hf_token` | a secret, used for nothing and never kept |
"""

_SHARED = {
    "input_images": file("A zip archive of the pictures to train on, with captions in .txt files if you have them."),
    "trigger_word": text("The word that stands for the subject.", "TOK"),
    "autocaption": flag("Caption the pictures automatically", True),
    "steps": integer("Number of training steps.", 1000, low=3, high=6000),
    "lora_rank": integer("Higher ranks take longer and hold more detail.", 16, low=1, high=128),
    "learning_rate": number("Learning rate", 0.0004, low=0.000001, high=1),
    "batch_size": integer("Batch size", 1, low=1, high=16),
    "resolution": choice(("512", "768", "1024", "512,768,1024"), "Resolutions to train at", "512,768,1024"),
    "hf_token": secret("Token for uploading the weights elsewhere"),
}
INPUTS = inputs(**_SHARED)
_MAX_MEMBERS = 2000
_MAX_BYTES = 30_000_000
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def inspect(content: bytes) -> dict[str, Any]:
    """Return what is in the archive; raises ModelFailure when it is none (blocking)."""
    import io
    import zipfile

    from replicate_tui.demo.models.art.files import decode

    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as problem:
        raise ModelFailure("input_images is not a zip archive") from problem
    names = [one for one in archive.infolist() if not one.is_dir()][:_MAX_MEMBERS]
    pictures = [one for one in names if one.filename.lower().endswith(_PICTURES) and one.file_size < _MAX_BYTES]
    sizes = [decode(archive.read(one)).size for one in pictures]
    if not sizes:
        raise ModelFailure("The archive has no PNG, JPEG or WebP pictures")
    captions = sum(member.filename.lower().endswith(".txt") for member in names)
    return {
        "images": len(sizes),
        "captions": captions,
        "smallest": "x".join(map(str, min(sizes))),
        "largest": "x".join(map(str, max(sizes))),
        "mean_megapixels": round(sum(width * height for width, height in sizes) / len(sizes) / 1e6, 3),
    }


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    values = INPUTS.with_defaults(input)
    facts: dict[str, Any] = await job.compute(inspect, await job.read(values["input_images"]))
    job.log(f"Found {facts['images']} images and {facts['captions']} captions")
    await walk(job, facts["images"], 2.0, unit="img")
    return facts


MODEL = DemoModel(
    owner="ostris",
    name="flux-dev-lora-trainer",
    description="Local stand-in for a trainer: looks through a zip of pictures; trainings push a new version",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=object_output(
        ("images", "captions"),
        images=INTEGER,
        captions=INTEGER,
        smallest=STRING,
        largest=STRING,
        mean_megapixels=NUMBER,
    ),
    training_schema=INPUTS.schema,
    run=run,
    version=version_ids("ostris/flux-dev-lora-trainer", 4)[0],
    older_versions=version_ids("ostris/flux-dev-lora-trainer", 4)[1:],
    cog_version="0.9.20",
    tags=("trainer", "trainable", "flux", "lora"),
    run_count=621_550,
    cold_boot=1.6,
    examples=({"input_images": sample("robots.zip"), "trigger_word": "TOK"},),
    github_url="https://github.com/replicate/flux-fine-tuner",
    license_url="https://github.com/ostris/ai-toolkit/blob/main/LICENSE",
    created_at="2024-08-14T20:13:31.000000Z",
)
