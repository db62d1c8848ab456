"""Models that take a picture: their answers follow from the very pixels they were given."""

import csv
import io
import json
import struct
import zipfile
from typing import Any

import pytest
from PIL import Image, ImageChops

from replicate_tui.demo.model import ModelFailure
from tests.demo.lone_job import file_of, run
from tests.demo.pictures import RED, flat, halves, opened, page, png


@pytest.mark.parametrize(("scale", "size"), [(2, (128, 64)), (1, (64, 32)), (3.5, (224, 112))])
async def test_real_esrgan_multiplies_both_sides(scale: float, size: tuple[int, int]) -> None:
    given = {"image": "in", "scale": scale}
    picture = opened(await file_of("nightmareai/real-esrgan", given, files={"in": flat()}))
    assert picture.size == size
    assert picture.getpixel((size[0] // 2, size[1] // 2)) == RED


async def test_real_esrgan_keeps_what_is_in_the_picture() -> None:
    picture = opened(await file_of("nightmareai/real-esrgan", {"image": "in", "scale": 2}, files={"in": halves()}))
    assert picture.getpixel((20, 30)) == (0, 0, 0)
    assert picture.getpixel((110, 30)) == (255, 255, 255)


async def test_real_esrgan_refuses_what_would_be_too_large() -> None:
    with pytest.raises(ModelFailure, match="20000x20000 would be too large"):
        await run("nightmareai/real-esrgan", {"image": "in", "scale": 10}, files={"in": flat(size=(2000, 2000))})


async def test_swinir_quadruples_and_says_so() -> None:
    url, job = await run("jingyunliang/swinir", {"image": "in"}, files={"in": flat()})
    assert opened(job.files[url]).size == (256, 128)
    assert job.logs[-1] == "64x32 -> 256x128"


async def test_swinir_takes_specks_away() -> None:
    speckled = Image.new("RGB", (40, 40), (90, 90, 90))
    speckled.putpixel((20, 20), (255, 255, 255))
    given = {"image": "in", "task_type": "Color Image Denoising"}
    picture = opened(await file_of("jingyunliang/swinir", given, files={"in": png(speckled)}))
    assert picture.getpixel((20, 20)) == (90, 90, 90)
    assert picture.size == (40, 40)


async def test_gfpgan_stretches_tones() -> None:
    faded = Image.linear_gradient("L").point([100 + value // 8 for value in range(256)]).convert("RGB")
    picture = opened(await file_of("tencentarc/gfpgan", {"img": "in", "scale": 1}, files={"in": png(faded)}))
    low, high = picture.convert("L").getextrema()
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert low < 20
    assert high > 235


async def test_a_flat_picture_has_no_edges() -> None:
    picture = opened(await file_of("replicate-tui-demo/edges", {"image": "in"}, files={"in": flat()}))
    assert picture.size == (64, 32)
    assert picture.getextrema() == (0, 0)


async def test_edges_are_where_the_tones_change() -> None:
    picture = opened(await file_of("replicate-tui-demo/edges", {"image": "in"}, files={"in": halves()}))
    assert picture.getbbox() == (31, 1, 33, 31)
    inked = opened(await file_of("replicate-tui-demo/edges", {"image": "in", "style": "ink"}, files={"in": halves()}))
    assert ImageChops.invert(inked).getbbox() == (31, 1, 33, 31)


@pytest.mark.parametrize("kind", ["gaussian", "box", "motion", "tilt-shift"])
async def test_blur_leaves_a_flat_picture_and_softens_an_edge(kind: str) -> None:
    given = {"image": "in", "kind": kind, "radius": 60}
    assert opened(await file_of("replicate-tui-demo/blur", given, files={"in": flat()})).getpixel((30, 10)) == RED
    picture = opened(await file_of("replicate-tui-demo/blur", given, files={"in": halves()})).convert("L")
    assert 0 < int(picture.getpixel((30, 0))) < 255  # type: ignore[arg-type]


@pytest.mark.parametrize(("palette", "colours"), [("own", 3), ("game", 4), ("riso", 4), ("terminal", 16)])
async def test_a_poster_has_no_more_colours_than_its_palette(palette: str, colours: int) -> None:
    gradient = Image.merge("RGB", [Image.linear_gradient("L").rotate(turn) for turn in (0, 90, 180)])
    given = {"image": "in", "palette": palette, "colours": 3, "dither": True}
    picture = opened(await file_of("replicate-tui-demo/poster", given, files={"in": png(gradient)}))
    found = picture.convert("RGB").getcolors(256)
    assert found is not None
    assert 2 <= len(found) <= colours


async def test_the_background_becomes_transparent_and_the_thing_stays() -> None:
    scene = Image.new("RGB", (120, 120), (240, 240, 250))
    scene.paste((180, 20, 20), (40, 40, 80, 80))
    url, job = await run("cjwbw/rembg", {"image": "in"}, files={"in": png(scene)})
    picture = opened(job.files[url])
    assert picture.mode == "RGBA"
    assert picture.getpixel((5, 5))[3] == 0  # type: ignore[index]
    assert picture.getpixel((60, 60)) == (180, 20, 20, 255)
    assert job.logs[-1] == "Removed 88.9% of the picture"


async def test_colours_are_taken_over_from_the_reference() -> None:
    files = {"in": png(Image.linear_gradient("L").convert("RGB")), "ref": flat((200, 100, 0))}
    for method in ("histogram", "mean"):
        given = {"input_image": "in", "reference_image": "ref", "method": method}
        picture = opened(await file_of("fofr/color-matcher", given, files=files))
        assert picture.getpixel((128, 128)) == (200, 100, 0)
    kept = {"input_image": "in", "reference_image": "ref", "strength": 0}
    assert opened(await file_of("fofr/color-matcher", kept, files=files)).getpixel((0, 255)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (flat(), ["64x32", "landscape", "almost entirely red (100%)", "no edges"]),
        (flat((10, 10, 10), (20, 40)), ["20x40", "portrait", "black", "very dark"]),
        (flat((250, 250, 250), (30, 30)), ["30x30", "square", "white", "very bright"]),
    ],
)
async def test_a_caption_says_what_was_measured(picture: bytes, words: list[str]) -> None:
    caption, _ = await run("salesforce/blip", {"image": "in"}, files={"in": picture})
    assert caption.startswith("Caption: ")
    assert all(word in caption for word in words), caption


async def test_a_caption_counts_edges_and_both_colours() -> None:
    caption, _ = await run("salesforce/blip", {"image": "in"}, files={"in": halves((40, 40))})
    assert "black (50%)" in caption
    assert "white (50%)" in caption
    assert "(5%)" in caption


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which colour is it?", "Answer: red"),
        ("How wide is it?", "Answer: 64 by 32 pixels"),
        ("Is it transparent?", "Answer: no"),
        ("Who is this?", "Answer: not something this stand-in can measure"),
    ],
)
async def test_questions_are_answered_when_they_can_be_measured(question: str, answer: str) -> None:
    given = {"image": "in", "task": "visual_question_answering", "question": question}
    assert (await run("salesforce/blip", given, files={"in": flat()}))[0] == answer


async def test_a_question_that_is_missing_fails_the_run() -> None:
    with pytest.raises(ModelFailure, match="question"):
        await run("salesforce/blip", {"image": "in", "task": "visual_question_answering"}, files={"in": flat()})


async def test_the_palette_names_colours_and_shares() -> None:
    facts, job = await run("replicate-tui-demo/palette", {"image": "in"}, files={"in": halves()})
    assert {(one["hex"], one["name"], one["share"]) for one in facts["colours"]} == {
        ("#ffffff", "white", 0.5),
        ("#000000", "black", 0.5),
    }
    assert facts["brightness"] == 0.5
    assert facts["contrast"] == 0.5
    swatch = opened(job.files[facts["swatch"]])
    assert {swatch.getpixel((10, 10)), swatch.getpixel((790, 10))} == {(255, 255, 255), (0, 0, 0)}


async def test_a_grey_picture_scores_nothing_and_a_vivid_one_more() -> None:
    name = "methexis-inc/img2aestheticscore"
    grey, _ = await run(name, {"image": "in"}, files={"in": flat((128, 128, 128))})
    vivid, job = await run(name, {"image": "in"}, files={"in": flat((255, 0, 0))})
    assert grey == 0
    assert vivid == 3.5
    assert "saturation: 1.000" in job.logs


async def test_lines_and_groups_of_ink_are_counted() -> None:
    report, _ = await run("abiruyt/text-extract-ocr", {"image": "in"}, files={"in": page("one two three", "four five")})
    lines = report.splitlines()
    assert lines[0] == "2 lines of ink, 5 groups"
    assert "3 groups" in lines[1]
    assert "2 groups" in lines[2]
    assert (await run("abiruyt/text-extract-ocr", {"image": "in"}, files={"in": flat()}))[0] == "no ink found"


async def test_the_relief_is_a_glb_file_with_the_heights_of_the_picture() -> None:
    given = {"images": ["in"], "detail": 16, "depth": 0.5}
    output, job = await run("firtoz/trellis", given, files={"in": halves((16, 16))})
    content = job.files[output["model_file"]]
    magic, version, length = struct.unpack("<4sII", content[:12])
    size, kind = struct.unpack("<I4s", content[12:20])
    document = json.loads(content[20 : 20 + size])
    assert (magic, version, length, kind) == (b"glTF", 2, len(content), b"JSON")
    positions, tints, indices = document["accessors"]
    assert positions["count"] == tints["count"] == 256
    assert indices["count"] == 15 * 15 * 2 * 3
    assert (positions["min"][2], positions["max"][2]) == (0.0, 0.5)
    assert document["buffers"][0]["byteLength"] == length - 28 - size
    assert output["color_video"] is None


async def test_bodies_are_closed_obj_files() -> None:
    urls, job = await run("cjwbw/shap-e", {"prompt": "a bowl", "segments": 8, "seed": 1, "batch_size": 2})
    first, second = (job.files[url].decode() for url in urls)
    assert first.startswith("# local stand-in for shap-e: a bowl\n")
    assert first.count("\nv ") == 8 * 40
    assert first.count("\nf ") == 8 * 39 * 2
    assert first != second


async def test_the_contact_sheet_is_an_archive_of_what_was_given() -> None:
    given: dict[str, Any] = {"images": ["a", "b"], "side": 128}
    files = {"a": flat(size=(400, 200)), "b": flat((0, 0, 200), (50, 50))}
    content = await file_of("replicate-tui-demo/contact-sheet", given, files=files)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist() == ["README.txt", "index.csv", "sheet.png", "thumbs/01.png", "thumbs/02.png"]
    rows = list(csv.DictReader(archive.read("index.csv").decode().splitlines()))
    assert [(row["width"], row["height"], row["colour"]) for row in rows] == [
        ("400", "200", "red"),
        ("50", "50", "blue"),
    ]
    assert opened(archive.read("thumbs/01.png")).size == (128, 64)
    assert await file_of("replicate-tui-demo/contact-sheet", given, files=files) == content


async def test_the_trainer_looks_through_its_archive() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("one.png", flat())
        archive.writestr("two.png", flat(size=(10, 10)))
        archive.writestr("one.txt", "a red thing")
    facts, _ = await run("ostris/flux-dev-lora-trainer", {"input_images": "in"}, files={"in": stream.getvalue()})
    assert facts == {
        "images": 2,
        "captions": 1,
        "smallest": "10x10",
        "largest": "64x32",
        "mean_megapixels": 0.001,
    }
    with pytest.raises(ModelFailure, match="not a zip"):
        await run("ostris/flux-dev-lora-trainer", {"input_images": "in"}, files={"in": b"no archive"})


TAKES_A_PICTURE = {
    "jingyunliang/swinir": "image",
    "nightmareai/real-esrgan": "image",
    "tencentarc/gfpgan": "img",
    "cjwbw/rembg": "image",
    "salesforce/blip": "image",
    "replicate-tui-demo/edges": "image",
    "replicate-tui-demo/blur": "image",
    "replicate-tui-demo/poster": "image",
    "replicate-tui-demo/palette": "image",
    "methexis-inc/img2aestheticscore": "image",
    "abiruyt/text-extract-ocr": "image",
}


@pytest.mark.parametrize("content", [b"", b"not a picture", flat()[:60], b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
@pytest.mark.parametrize("name", TAKES_A_PICTURE)
async def test_what_is_no_picture_fails_in_plain_words(name: str, content: bytes) -> None:
    with pytest.raises(ModelFailure, match="cannot identify image file"):
        await run(name, {TAKES_A_PICTURE[name]: "in"}, files={"in": content})


@pytest.mark.parametrize("name", TAKES_A_PICTURE)
async def test_pictures_of_every_mode_are_taken(name: str) -> None:
    for mode in ("L", "RGBA", "P", "1", "CMYK", "I;16"):
        stream = io.BytesIO()
        Image.new(mode, (24, 16)).save(stream, "JPEG" if mode == "CMYK" else "PNG")
        output, _ = await run(name, {TAKES_A_PICTURE[name]: "in"}, files={"in": stream.getvalue()})
        assert output is not None


async def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    stream = io.BytesIO()
    Image.new("1", (9000, 9000)).save(stream, "PNG")
    with pytest.raises(ModelFailure, match="9000x9000, the limit is 24 megapixels"):
        await run("replicate-tui-demo/blur", {"image": "in"}, files={"in": stream.getvalue()})
