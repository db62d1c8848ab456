"""`replicate-tui-demo/contact-sheet`: a zip archive of small copies of pictures, with a sheet and a table."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.models._logs import steps
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILE_OUTPUT, URI, array, choice, inputs, integer
from replicate_tui.demo.models._versions import version_ids

README = """\
# Contact sheet

> **Local stand-in** for batch tools that answer with an archive. Your pictures are really made smaller and packed, on
> this computer.

## In the archive

```text
sheet.png          all pictures on one page
thumbs/01.png      a small copy of each
thumbs/02.png
index.csv          number, width, height, bytes, name of the commonest colour
README.txt         where this comes from
```

| Input | Meaning |
| --- | --- |
| `images` | one to thirty-six pictures |
| `side` | longer side of the small copies |
| `columns` | pictures in a row of the sheet |

Archives of the same pictures are equal byte by byte: the times in them are fixed.
"""

INPUTS = inputs(
    images=array(URI, "Pictures to put on the sheet", minItems=1, maxItems=36),
    side=choice((128, 192, 256), "Longer side of the small copies", 192),
    columns=integer("Pictures in a row", 4, low=1, high=12),
)
_GAP = 10


def pack(contents: list[bytes], side: int, columns: int) -> bytes:
    """Return the archive (blocking)."""
    import io
    import zipfile

    from PIL import Image

    from replicate_tui.demo.models.art.files import decode, encode, opaque, within
    from replicate_tui.demo.models.art.measure import swatches

    files: dict[str, bytes] = {}
    rows = ["number,width,height,bytes,colour"]
    cell = side + _GAP
    columns = min(columns, len(contents))
    sheet = Image.new("RGB", (columns * cell + _GAP, -(-len(contents) // columns) * cell + _GAP), (28, 28, 32))
    for index, content in enumerate(contents):
        picture = opaque(decode(content))
        small = within(picture, side)
        left = _GAP + index % columns * cell + (side - small.width) // 2
        sheet.paste(small, (left, _GAP + index // columns * cell + (side - small.height) // 2))
        files[f"thumbs/{index + 1:02d}.png"] = encode(small, "png")
        colour = swatches(picture, 5)[0].name
        rows.append(f"{index + 1},{picture.width},{picture.height},{len(content)},{colour}")
    files["sheet.png"] = encode(sheet, "png")
    files["index.csv"] = ("\n".join(rows) + "\n").encode()
    files["README.txt"] = b"Made by a local stand-in of the replicate-tui demo service.\n"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), files[name], zipfile.ZIP_DEFLATED)
    return stream.getvalue()


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    if not values["images"]:
        raise ModelFailure("At least one image is needed")
    urls = values["images"][:36]
    progress = steps(job, len(urls), 0.8 + 0.2 * len(urls), unit="img")
    contents = [await job.read(urls[step - 1]) async for step in progress]
    return job.publish(await job.compute(pack, contents, values["side"], values["columns"]), "contact-sheet.zip")


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="contact-sheet",
    description="Packs small copies of your pictures, a sheet of them all and a table into a zip archive",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/contact-sheet", 2)[0],
    older_versions=version_ids("replicate-tui-demo/contact-sheet", 2)[1:],
    tags=("archive", "zip", "batch", "image-editing"),
    run_count=6_902,
    cold_boot=0.6,
    examples=({"images": [sample("lighthouse.webp"), sample("city.webp"), sample("wombat.webp")], "columns": 3},),
    created_at="2025-11-20T09:00:00.000000Z",
)
