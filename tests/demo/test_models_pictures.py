"""Models that draw: what the prompt, the seed and the settings decide."""

import random
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops

from replicate_tui.demo.models.art.canvas import MARK, Canvas
from replicate_tui.demo.models.art.colour import PALETTES
from replicate_tui.demo.models.art.picture import paint, plan
from tests.demo.lone_job import file_of, run
from tests.demo.pictures import flat, halves, opened

QUICK: dict[str, dict[str, Any]] = {
    "black-forest-labs/flux-schnell": {"prompt": "a lighthouse", "megapixels": "0.25", "output_format": "png"},
    "stability-ai/sdxl": {"prompt": "a lighthouse", "width": 256, "height": 256},
    "stability-ai/stable-diffusion": {"prompt": "a lighthouse", "width": 256, "height": 256},
    "stability-ai/stable-diffusion-3": {"prompt": "a lighthouse", "output_format": "png"},
    "ai-forever/kandinsky-2.2": {"prompt": "a lighthouse", "width": 384, "height": 384, "output_format": "png"},
    "kvfrans/clipdraw": {"prompt": "a lighthouse", "num_paths": 64},
    "afiaka87/laionide-v4": {"prompt": "a lighthouse", "batch_size": 1},
    "laion-ai/erlich": {"prompt": "a lighthouse", "batches": 1, "batch_size": 1},
    "lucataco/animate-diff": {"prompt": "a lighthouse", "frames": 8, "width": 256, "height": 256},
    "replicate-tui-demo/seventy-three": {"width": 128, "height": 128, "jitter": 0.3},
}


@pytest.mark.parametrize("name", QUICK)
async def test_the_same_seed_draws_the_same_bytes_and_another_seed_does_not(name: str) -> None:
    first = await file_of(name, {**QUICK[name], "seed": 1})
    assert await file_of(name, {**QUICK[name], "seed": 1}) == first
    assert await file_of(name, {**QUICK[name], "seed": 2}) != first


@pytest.mark.parametrize("name", [name for name in QUICK if "prompt" in QUICK[name]])
async def test_another_prompt_draws_another_picture(name: str) -> None:
    first = await file_of(name, {**QUICK[name], "seed": 1})
    assert await file_of(name, {**QUICK[name], "prompt": "a robot city", "seed": 1}) != first


async def test_the_job_gives_the_seed_where_none_was_asked_for() -> None:
    given = QUICK["stability-ai/sdxl"]
    _, job = await run("stability-ai/sdxl", given, seed=99)
    assert "Using seed: 99" in job.logs
    assert next(iter(job.files.values())) == await file_of("stability-ai/sdxl", {**given, "seed": 99})
    assert next(iter(job.files.values())) == await file_of("stability-ai/sdxl", {**given, "seed": -1}, seed=99)


async def test_flux_draws_as_many_as_asked_in_the_ratio_and_format_asked() -> None:
    given = {"prompt": "sea", "num_outputs": 3, "aspect_ratio": "16:9", "megapixels": "0.25", "output_format": "jpg"}
    urls, job = await run("black-forest-labs/flux-schnell", given)
    pictures = [opened(job.files[url]) for url in urls]
    assert [url.rpartition("/")[2] for url in urls] == ["out-0.jpg", "out-1.jpg", "out-2.jpg"]
    assert {picture.format for picture in pictures} == {"JPEG"}
    assert {picture.size for picture in pictures} == {(672, 384)}
    assert len({picture.tobytes() for picture in pictures}) == 3
    assert job.metrics["image_count"] == 3


async def test_progress_is_logged_as_tqdm_does() -> None:
    _, job = await run("black-forest-labs/flux-schnell", {"prompt": "sea", "megapixels": "0.25", "go_fast": False})
    assert "  0%|          | 0/4 [00:00<?, ?it/s]" in job.logs
    assert any(line.startswith(" 50%|█████     | 2/4 [") for line in job.logs)
    assert any(line.startswith("100%|██████████| 4/4 [") for line in job.logs)


def test_every_picture_carries_the_mark() -> None:
    size = (512, 512)
    marked, plain = paint("sea", 1, size), paint("sea", 1, size, mark=False)
    box = ImageChops.difference(marked, plain).getbbox()
    assert MARK == "local stand-in"
    assert box is not None
    assert box[0] > 256
    assert box[1] > 460


@pytest.mark.parametrize(
    ("prompt", "scene", "figures"),
    [
        ("An astronaut riding a rainbow unicorn", "space", ("unicorn_rider",)),
        ("astronaut on a horse", "space", ("horse_rider",)),
        ("a lighthouse on a cliff, sea", "sea", ("lighthouse",)),
        ("Watercolor painting of an underwater submarine", "underwater", ("submarine",)),
        ("avocado armchair", "thing", ()),
        ("a 19th century portrait of a wombat gentleman", "portrait", ()),
        ("bauhaus poster", "geometry", ()),
        ("a city skyline at night", "city", ()),
        ("mountain lake in the fog", "landscape", ()),
        ("cherry tree in blossom", "plants", ()),
        ("abstract swirl", "flow", ()),
    ],
)
def test_the_words_decide_the_scene_and_its_figures(prompt: str, scene: str, figures: tuple[str, ...]) -> None:
    for seed in range(3):
        made = plan(prompt, seed)
        assert (made.scene, made.figures) == (scene, figures)


def test_the_words_decide_the_light() -> None:
    assert plan("a city at night", 1).palette.name == "night"
    assert plan("a snowy winter valley", 1).palette.name == "ice"
    assert {plan("something", seed).palette for seed in range(40)} <= set(PALETTES)


@pytest.mark.parametrize("size", [(64, 64), (512, 96), (96, 512), (33, 47)])
@pytest.mark.parametrize("scene", ["landscape", "sea", "underwater", "city", "space", "flow", "geometry", "plants",
                                   "portrait", "thing"])  # fmt: skip
def test_every_scene_can_be_painted_in_odd_sizes(scene: str, size: tuple[int, int]) -> None:
    picture = paint("robot lighthouse balloon", 3, size, scene=scene)
    assert picture.size == size
    assert len(set(picture.convert("L").tobytes())) > 8


def test_large_canvases_are_not_enlarged_further() -> None:
    assert Canvas((64, 64), random.Random(1)).scale == 2
    assert Canvas((1536, 1024), random.Random(1)).scale == 1


async def test_sdxl_paints_an_image_again_and_keeps_its_colours() -> None:
    given = {"prompt": "x", "image": "in", "width": 256, "height": 256, "seed": 1}
    picture = opened(await file_of("stability-ai/sdxl", given, files={"in": halves((256, 256))}))
    left, right = picture.convert("L").getpixel((60, 128)), picture.convert("L").getpixel((200, 128))
    assert isinstance(left, int)
    assert isinstance(right, int)
    assert left < 90 < 160 < right


async def test_sdxl_paints_only_where_the_mask_is_white() -> None:
    given = {"prompt": "abstract", "image": "in", "mask": "mask", "width": 256, "height": 256, "seed": 1}
    files = {"in": flat((10, 200, 30), (256, 256)), "mask": halves((256, 256))}
    picture = opened(await file_of("stability-ai/sdxl", given, files=files))
    assert {picture.getpixel((x, y)) for x in (5, 60, 110) for y in (10, 128, 250)} == {(10, 200, 30)}
    assert len(set(picture.crop((150, 0, 256, 200)).convert("L").tobytes())) > 20


@pytest.mark.parametrize(("strength", "expected"), [(0.0, (250, 20, 20)), (1.0, None)])
async def test_stable_diffusion_3_blends_by_its_strength(
    strength: float, expected: tuple[int, int, int] | None
) -> None:
    given = {"prompt": "night sea", "image": "in", "prompt_strength": strength, "output_format": "png", "seed": 1}
    picture = opened(await file_of("stability-ai/stable-diffusion-3", given, files={"in": flat((250, 20, 20))}))
    same = picture.getpixel((300, 300)) == (250, 20, 20)
    assert same == (expected is not None)


async def test_nano_banana_makes_the_named_changes_to_the_given_pictures() -> None:
    files = {"a": flat((200, 30, 30), (80, 80)), "b": flat((30, 30, 200), (40, 80))}
    given = {"prompt": "Make it black and white", "image_input": ["a", "b"], "output_format": "png"}
    url, job = await run("google/nano-banana", given, files=files)
    picture = opened(job.files[url]).convert("RGB")
    assert picture.size == (80 + 12 + 40, 80)
    pixel = picture.getpixel((20, 20))
    assert isinstance(pixel, tuple)
    assert max(pixel) == min(pixel)
    assert job.logs[-1] == "Changes made: greyscale"


async def test_nano_banana_says_when_it_changed_nothing() -> None:
    given = {"prompt": "Add a hat", "image_input": ["a"], "output_format": "png"}
    url, job = await run("google/nano-banana", given, files={"a": flat((200, 30, 30), (80, 80))})
    assert "none" in job.logs[-1]
    assert opened(job.files[url]).getpixel((20, 20)) == (200, 30, 30)


async def test_clipdraw_gets_finer_with_every_stage() -> None:
    urls, job = await run("kvfrans/clipdraw", {"prompt": "night city"})
    # The finer the strokes, the less a PNG can be compressed.
    sizes = [len(job.files[url]) for url in urls]
    assert len(urls) == 4
    assert sizes == sorted(sizes)
    assert urls[-1].endswith("iter_1000.png")


async def test_erlich_emits_lists_of_lists() -> None:
    batches, job = await run("laion-ai/erlich", {"prompt": "fog", "batches": 2, "batch_size": 3})
    assert [len(batch) for batch in batches] == [3, 3]
    assert opened(job.files[batches[1][2]]).size == (256, 256)


async def test_laionide_first_emits_the_small_strip_then_the_large_one() -> None:
    urls, job = await run("afiaka87/laionide-v4", {"prompt": "fog", "batch_size": 2, "side_x": 48})
    assert [opened(job.files[url]).size for url in urls] == [(48, 128), (192, 512)]


async def test_the_animation_moves_and_loops() -> None:
    picture = opened(await file_of("lucataco/animate-diff", QUICK["lucataco/animate-diff"]))
    assert picture.format == "GIF"
    assert picture.n_frames == 8  # type: ignore[attr-defined]
    assert picture.info["loop"] == 0
    first = picture.convert("RGB")
    picture.seek(4)
    assert ImageChops.difference(first, picture.convert("RGB")).getbbox()


async def test_the_vector_poster_is_plain_svg_without_anything_active() -> None:
    for style in ("any", "engraving", "line_art", "linocut"):
        given = {"prompt": 'fog <script>alert(1)</script> & "quotes"', "style": style}
        content = await file_of("recraft-ai/recraft-v3-svg", given)
        root = ElementTree.fromstring(content)
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert tags <= {"svg", "title", "rect", "circle", "path", "polyline"}
        assert len(content) < 100_000


async def test_plasma_differs_from_run_to_run() -> None:
    assert await file_of("andreasjansson/plasma", {}, seed=1) != await file_of("andreasjansson/plasma", {}, seed=2)


async def test_a_layer_can_be_left_out_and_mirrored() -> None:
    base = {"width": 128, "height": 128, "grain": 0.0, "seed": 1, "background": "#ff0000"}
    nothing = base | {f"layer_{index}_shape": "none" for index in range(1, 9)}
    picture = opened(await file_of("replicate-tui-demo/seventy-three", nothing))
    assert picture.getpixel((10, 10)) == (255, 0, 0)
    mirrored = opened(await file_of("replicate-tui-demo/seventy-three", base | {"mirror": True}))
    half = mirrored.crop((0, 0, 64, 110)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert half.tobytes() == mirrored.crop((64, 0, 128, 110)).tobytes()
