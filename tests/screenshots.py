"""Draws the pictures in `screenshots/`: the app on the demo service, at fixed sizes and in a time of its own.

python -m tests.screenshots              all of them
python -m tests.screenshots runs search  those whose names begin so

It wants JetBrains Mono (Debian: fonts-jetbrains-mono).
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from replicate_tui.config import DEFAULT_PRICES
from replicate_tui.services.deployment_views import DeploymentWish, wish_of
from replicate_tui.services.estimate import FREE, PriceList
from replicate_tui.services.own_model_rules import NewModel, Visibility
from replicate_tui.services.upload_details import UploadDetails
from replicate_tui.services.upload_queue import Progress, UploadQueue
from replicate_tui.ui import messages
from replicate_tui.ui.theme import DARK, LIGHT
from replicate_tui.ui.widgets.picture import Picture
from replicate_tui.ui.widgets.text_view import TextView
from tests.support.crisp import FontMissing, font_files, png_of
from tests.support.pictures import picture
from tests.support.profile_scenes import profiles
from tests.support.studio import NOW, Stage, clock_of, open_demo, open_stage, private_home, stage_time
from tests.support.training_scenes import training_form, training_monitor, trainings
from tests.support.webhook_scenes import webhooks

TARGET: Final = Path(__file__).resolve().parents[1] / "screenshots"
WIDE: Final = (120, 36)
SMALL: Final = (80, 24)

FLUX: Final = "black-forest-labs/flux-schnell"
CLAUDE: Final = "anthropic/claude-sonnet-4"
SLOW: Final = "replicate-tui-demo/slow-boot"
FAILS: Final = "replicate-tui-demo/always-fails"
EVERY: Final = "replicate-tui-demo/every-input"
LIGHTHOUSE: Final[Mapping[str, Any]] = {
    "prompt": "a lighthouse on a cliff at dusk, sea, warm light",
    "aspect_ratio": "3:2",
    "seed": 7,
}

#: What was run before: how long ago, the model, the input; the oldest first.
PAST: Final = (
    (timedelta(days=3, hours=2), "stability-ai/sdxl", {"prompt": "a red fox in fresh snow, morning light", "seed": 11}),
    (timedelta(days=2, hours=5), "replicate/hello-world", {"text": "Alice"}),
    (timedelta(days=1, hours=15), "meta/meta-llama-3-8b-instruct", {"prompt": "Write a haiku about slow trains"}),
    (timedelta(days=1, hours=2), FLUX, {"prompt": "mountain lake in the fog, pines", "seed": 3}),
    (timedelta(hours=2, minutes=10), FLUX, {"prompt": "astronaut on a horse", "num_outputs": 2, "seed": 42}),
    (timedelta(hours=1, minutes=12), FAILS, {"prompt": "a picture that will never be", "seed": 5}),
    (timedelta(minutes=48), CLAUDE, {"prompt": "Compare rivers and roads", "max_tokens": 2048}),
    (timedelta(minutes=21), FLUX, {"prompt": "a skyline in the rain, neon signs", "aspect_ratio": "16:9", "seed": 9}),
)


#: What was uploaded: how long ago, the name, what makes the content.
UPLOADED: Final[Sequence[tuple[timedelta, str, Callable[[], bytes]]]] = (
    (timedelta(hours=23, minutes=22), "interview.mp3", lambda: bytes(3_812_044)),
    (timedelta(hours=19), "floor-plan.pdf", lambda: bytes(1_204_881)),
    (timedelta(hours=5, minutes=40), "prompts.csv", lambda: b"prompt,seed\n" * 740),
    (timedelta(minutes=8), "dusk-gradient.png", lambda: picture((480, 320))),
)


#: What a person of the default profile may have set: what the models run on.
PRICED: Final = PriceList(
    DEFAULT_PRICES,
    {
        FLUX: "gpu-h100",
        FAILS: "gpu-l40s",
        "stability-ai/sdxl": "gpu-l40s",
        "meta/musicgen": "gpu-a100-large",
        "replicate/hello-world": "cpu",
    },
)


#: The same with two prices of one's own.
OWN_PRICES: Final = PriceList(
    {**DEFAULT_PRICES, "gpu-l40s": 0.00088},
    PRICED.tables.hardware,
    {"google/nano-banana": {"image_output_count": 0.039}},
)


#: Deployments of the account: when each was made, its name, model, hardware, and the bounds of its instances.
FLEET: Final = (
    (timedelta(days=41), "night-batch", "openai/whisper", "gpu-t4", 0, 20),
    (timedelta(days=30), "old-upscaler", "nightmareai/real-esrgan", "gpu-t4", 0, 0),
    (timedelta(days=12), "support-chat", "meta/meta-llama-3-8b-instruct", "gpu-a100-large-2x", 2, 5),
    (timedelta(days=9), "studio-portraits", "stability-ai/sdxl", "gpu-t4", 0, 2),
    (timedelta(hours=2), "cutouts", "cjwbw/rembg", "cpu", 0, 3),
)
#: What became of them later.
RELEASES: Final[Mapping[str, tuple[tuple[timedelta, Mapping[str, Any]], ...]]] = {
    "studio-portraits": (
        (timedelta(days=8), {"hardware": "gpu-l40s"}),
        (timedelta(days=3), {"max_instances": 6}),
        (timedelta(hours=5), {"min_instances": 1}),
    ),
}


#: Models of the account: name, who sees it, what it is for.
OWN_MODELS: Final[tuple[tuple[str, Visibility, str], ...]] = (
    ("harbour-captions", "public", "Names what lies in a harbour: boats, cranes, gulls"),
    ("lighthouse-lora", "private", "Lighthouses as I see them; trained on forty pictures of my own"),
    ("night-upscaler", "private", "Makes photographs taken at night four times as large"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One picture: `play` brings the app there; the rest is what it starts from."""

    name: str
    play: Callable[[Stage], Awaitable[None]]
    size: tuple[int, int] = WIDE
    theme: str = DARK.name
    past: tuple[tuple[timedelta, str, Mapping[str, Any]], ...] = ()
    welcome: bool = False
    first_start: bool = False
    prices: PriceList = FREE


# -- how to get there -----------------------------------------------------------------------------------------------


async def start(stage: Stage) -> None:
    await stage.until("Popular")
    await stage.until(FLUX)
    if stage.app.size.width >= WIDE[0]:
        await stage.until("Output")


async def results(stage: Stage) -> None:
    await start(stage)
    await stage.press("slash")
    await stage.type("picture")
    await stage.until("edges")
    await stage.press("down", "down")
    if stage.app.size.width >= WIDE[0]:
        await stage.until("Output")


async def collections(stage: Stage) -> None:
    await stage.press("3")
    await stage.until("Generate images")
    await stage.until("flux-schnell")
    await stage.until(" of ")
    await stage.press("right", "down")


async def models(stage: Stage) -> None:
    await start(stage)
    own = stage.services.own_models
    for name, visibility, description in OWN_MODELS:
        new = NewModel(name=name, hardware="gpu-l40s", visibility=visibility, description=description)
        await own.create(new)
    await stage.press("2")
    await stage.until("Nothing is pinned yet")
    await stage.press("right_square_bracket", "right_square_bracket")
    await stage.until("lighthouse-lora")
    await stage.press("down")
    await quiet(stage)


async def models_public(stage: Stage) -> None:
    await start(stage)
    await stage.press("2")
    await stage.until("Nothing is pinned yet")
    await stage.press("left_square_bracket")
    await stage.until("newest version first")
    await stage.until("replicate-tui-demo/")
    await stage.press("down", "down")
    if stage.app.size.width >= WIDE[0]:
        await stage.until("Inputs")
    await quiet(stage)


async def model_new(stage: Stage) -> None:
    await start(stage)
    await stage.press("2")
    await stage.until("Nothing is pinned yet")
    await stage.press("n")
    await stage.until("New model demo/")
    await stage.type("Lighthouse LoRA")
    await stage.press("tab", "tab")
    await stage.until("choose")
    await stage.press("right", "right", "right", "right", "tab")
    await stage.type("Lighthouses as I see them")
    await stage.press("ctrl+g")
    await stage.until("Nothing was sent")
    await quiet(stage)


async def model_delete(stage: Stage) -> None:
    await models(stage)
    await stage.press("d")
    await stage.until("press enter to delete it")
    await quiet(stage)


async def open_model(stage: Stage, name: str, tab: str = "") -> None:
    await start(stage)
    stage.app.post_message(messages.OpenModel(name, tab))
    await stage.until("Inputs")


async def model_inputs(stage: Stage) -> None:
    await open_model(stage, FLUX)
    await stage.until("aspect_ratio")
    await stage.press("down")
    await stage.until("21:9")


async def model_readme(stage: Stage) -> None:
    await open_model(stage, FLUX, "readme")
    await stage.until("What the words do")


async def model_examples(stage: Stage) -> None:
    await open_model(stage, FLUX, "examples")
    await stage.until("astronaut")


async def model_code(stage: Stage) -> None:
    await open_model(stage, FLUX, "code")
    await stage.until("REPLICATE_API_TOKEN")
    await stage.press("c")
    await stage.until("import replicate")


async def open_form(stage: Stage, name: str) -> None:
    await start(stage)
    stage.app.post_message(messages.OpenForm(name))
    await stage.until("options: version")


async def form(stage: Stage) -> None:
    await open_form(stage, FLUX)
    await stage.type(LIGHTHOUSE["prompt"])
    await stage.press("tab", "right", "right", "tab")
    await stage.press("backspace", "2")
    await stage.until(lambda: '"num_outputs": 2' in stage.text or stage.app.size.width < WIDE[0], "what will be sent")


async def form_every_input(stage: Stage) -> None:
    await open_form(stage, EVERY)
    await stage.type("hello")
    await stage.press("tab")


async def form_error(stage: Stage) -> None:
    await open_form(stage, FLUX)
    await stage.type("a lighthouse in fog")
    await stage.press("tab", "tab", "backspace", "9", "tab", "tab")
    await stage.type("many")
    await stage.press("ctrl+g")
    await stage.until("✗")


async def form_json(stage: Stage) -> None:
    await form(stage)
    await stage.press("ctrl+t")
    await stage.until("ctrl+t goes back")


async def show_picture(stage: Stage, values: Mapping[str, Any]) -> None:
    await start(stage)
    await stage.start(FLUX, values)
    await stage.until("saved")
    await stage.until(lambda: stage.app.screen.query_one(Picture).picture_size, "the picture")
    await stage.until("half blocks")
    await quiet(stage)


async def monitor_picture(stage: Stage) -> None:
    await show_picture(stage, LIGHTHOUSE)


async def monitor_square(stage: Stage) -> None:
    await show_picture(stage, {"prompt": "a cherry tree and flowers, dawn", "num_outputs": 2, "seed": 21})


async def monitor_progress(stage: Stage) -> None:
    await start(stage)
    stage.clock.hold(1.6)
    await stage.start("stability-ai/sdxl", {"prompt": "an island with a submarine at night", "seed": 4})
    await stage.hold_at(2.4)
    await stage.until("13/25")
    await stage.until("running 2.2 s")
    await quiet(stage)


async def monitor_text(stage: Stage) -> None:
    await start(stage)
    stage.clock.hold(0.05)
    run_id = await stage.start(CLAUDE, {"prompt": "Why do lighthouses matter to ships in fog?", "max_tokens": 1024})
    await stage.hold_at(5.0)

    def all_shown() -> bool:
        sent = next(run for run in stage.demo.service.state._runs.values() if run.model == CLAUDE).output or []
        return len(sent) > 100 and stage.app.screen.query_one("#stream", TextView).text.strip() == "".join(sent).strip()

    await stage.until(all_shown, "all that was sent is shown")
    await stage.until("running 4.9 s")
    assert stage.snapshot(run_id)
    await quiet(stage)


async def monitor_failed(stage: Stage) -> None:
    await start(stage)
    await stage.start(FAILS, {"prompt": "a picture that will never be", "seed": 5})
    await stage.until("✗ failed")
    await stage.until("CUDA out of memory")
    await quiet(stage)


async def monitor_waiting(stage: Stage) -> None:
    await start(stage)
    stage.clock.hold(0.0)
    await stage.start(SLOW, {"text": "Here at last."})
    stage.clock.hold(14.0)
    stage.clock.spend_the_rest()
    await stage.until("waiting 14 s")
    await quiet(stage)


async def runs(stage: Stage) -> None:
    await start(stage)
    await write_on_runs(stage)
    await run_elsewhere(stage)
    stage.clock.hold(0.0)
    await stage.start(SLOW, {"text": "Here at last."})
    await stage.until("◌ starting")
    stage.clock.hold(9.0)
    stage.clock.spend_the_rest()
    await stage.press("4")
    await stage.until("kept ")
    await stage.until("◌ starting")
    await stage.press("j", "j")
    await see_account(stage)
    if stage.app.size.width >= WIDE[0]:
        await stage.until(lambda: stage.app.screen.query_one(Picture).picture_size, "the picture")
    await quiet(stage)


async def write_on_runs(stage: Stage) -> None:
    """Give the runs of the past tags and a note."""
    tags = {"skyline": ("poster",), "astronaut": ("poster", "horses"), "fox": ("winter",), "mountain": ("winter",)}
    for row in await stage.services.runs.rows():
        for word, its_tags in tags.items():
            if word in row.title:
                await stage.services.runs.add_tags([row.id], its_tags)
        if "skyline" in row.title:
            await stage.services.runs.set_note(row.id, "The one for the poster; try it larger.")


async def run_elsewhere(stage: Stage) -> None:
    """Have another program of the account run a model a while ago."""
    moment = stage.clock.moment
    stage.clock.move_to(moment - timedelta(minutes=19))

    async def create(client: Any) -> None:
        await client.predictions.create(model="stability-ai/sdxl", input={"prompt": "paper boats"}, prefer="wait")

    await stage.services.connection.call(create)
    stage.clock.move_to(moment)


async def see_account(stage: Stage) -> None:
    await stage.until("account read ")


async def runs_filter(stage: Stage) -> None:
    await start(stage)
    await write_on_runs(stage)
    await stage.press("4")
    await stage.until("hello-world")
    await see_account(stage)
    await stage.press("slash")
    await stage.type("since:7d tag:poster")
    await stage.until(lambda: "claude" not in stage.text, "the filter")
    await stage.until("2 runs")
    await stage.until("skyline in the rain")


async def runs_tags(stage: Stage) -> None:
    await start(stage)
    await write_on_runs(stage)
    await stage.press("4")
    await stage.until("hello-world")
    await see_account(stage)
    await stage.press("space", "j", "j", "space", "space", "k", "t")
    await stage.until("Tags of 3 runs")


async def runs_again(stage: Stage) -> None:
    await start(stage)
    await stage.press("4")
    await stage.until("hello-world")
    await see_account(stage)
    await stage.press("space", "j", "j", "V", "e")
    await stage.until("again?")


async def account(stage: Stage) -> None:
    await start(stage)
    await stage.press("8")
    await stage.until("told now")
    await stage.until("online")
    await quiet(stage)


async def account_prices(stage: Stage) -> None:
    await start(stage)
    await stage.press("8", "right_square_bracket")
    await stage.until("Nvidia H100")
    await stage.press("down", "down", "down")
    await quiet(stage)


async def copy_menu(stage: Stage) -> None:
    await monitor_picture(stage)
    await stage.press("y")
    await stage.until("input JSON")


async def cancel_prompt(stage: Stage) -> None:
    await monitor_waiting(stage)
    await stage.press("x")
    await stage.until("Keep running")


async def keys(stage: Stage) -> None:
    await monitor_picture(stage)
    await stage.press("question_mark")
    await stage.until("This screen")


async def palette(stage: Stage) -> None:
    await model_inputs(stage)
    await stage.press("ctrl+p")
    await stage.until("Search for commands")
    await stage.type("go")
    await stage.until("Go to Runs")


async def welcome(stage: Stage) -> None:
    await stage.until("ctrl+d")
    await stage.type("r8_" + "a" * 37)


async def first_start(stage: Stage) -> None:
    await start(stage)
    await stage.until("Six keys")


async def make_deployments(stage: Stage) -> None:
    """Make the account's deployments, each at its own time, and two later releases of the first."""
    services = stage.services
    for ago, name, model, hardware, low, high in FLEET:
        owner, _, short = model.partition("/")
        version = (await services.catalog.model(owner, short)).value.version
        assert version is not None
        stage.clock.move_to(NOW - ago)
        made = await services.deployments.create(DeploymentWish(name, model, version.id, hardware, low, high))
        for later, changes in RELEASES.get(name, ()):
            stage.clock.move_to(NOW - later)
            made = await services.deployments.update(made, wish_of(made)._replace(**changes))
    stage.clock.move_to(NOW)


async def deployments(stage: Stage) -> None:
    await start(stage)
    await make_deployments(stage)
    await stage.press("6")
    await stage.until("studio-portraits")
    await stage.press("down")
    if stage.app.size.width >= WIDE[0]:
        await stage.until("Releases seen")
    await quiet(stage)


async def deployment(stage: Stage) -> None:
    await deployments(stage)
    await stage.press("enter")
    await stage.until("current")
    await quiet(stage)


async def deployment_form(stage: Stage) -> None:
    await deployment(stage)
    await stage.press("e")
    await stage.until("8 values")
    await stage.press("tab", "right", "right", "tab", "backspace", "2")
    await stage.until("1 → 2")
    await quiet(stage)


async def files(stage: Stage) -> None:
    """Upload files at several times, and hold one more on its way."""
    await start(stage)
    uploads = stage.services.uploads
    folder = Path.home() / "inputs"
    folder.mkdir()
    for ago, name, content in UPLOADED:
        stage.clock.move_to(NOW - ago)
        path = folder / name
        await asyncio.to_thread(path.write_bytes, content())
        await uploads.upload(path)
    stage.clock.move_to(NOW)

    async def held(_: Path, on_progress: Progress, __: UploadDetails) -> None:
        on_progress(31_400_000, 48_200_000)
        await asyncio.Event().wait()

    uploads.queue = UploadQueue(held)
    uploads.queue.add(folder / "training-photos.zip")
    await stage.press("7")
    await stage.until("65%")
    await stage.until("dusk-gradient.png")
    await stage.press("down")
    if stage.app.size.width >= WIDE[0]:
        await stage.until("Checksums")
        await stage.until(lambda: stage.app.screen.query_one("#picture", Picture).picture_size, "the picture")
    await quiet(stage)


async def quiet(stage: Stage) -> None:
    """Take away what the app says in passing."""
    stage.app.clear_notifications()
    await stage.pilot.pause()


SCENES: Final = (
    Scene(name="search", play=start, past=PAST),
    Scene(name="search-results", play=results),
    Scene(name="collections", play=collections),
    Scene(name="models", play=models, prices=PRICED),
    Scene(name="models-public", play=models_public),
    Scene(name="model-new", play=model_new, prices=PRICED),
    Scene(name="model-delete", play=model_delete),
    Scene(name="model-inputs", play=model_inputs, past=PAST[3:5]),
    Scene(name="model-readme", play=model_readme),
    Scene(name="model-examples", play=model_examples),
    Scene(name="model-code", play=model_code),
    Scene(name="form", play=form, past=PAST[3:5]),
    Scene(name="form-every-input", play=form_every_input),
    Scene(name="form-error", play=form_error),
    Scene(name="form-json", play=form_json, past=PAST[3:5]),
    Scene(name="monitor-picture", play=monitor_picture, past=PAST[3:5]),
    Scene(name="monitor-square", play=monitor_square),
    Scene(name="monitor-progress", play=monitor_progress),
    Scene(name="monitor-text", play=monitor_text),
    Scene(name="monitor-failed", play=monitor_failed),
    Scene(name="monitor-waiting", play=monitor_waiting),
    Scene(name="runs", play=runs, past=PAST, prices=PRICED),
    Scene(name="runs-filter", play=runs_filter, past=PAST, prices=PRICED),
    Scene(name="runs-tags", play=runs_tags, past=PAST, prices=PRICED),
    Scene(name="runs-again", play=runs_again, past=PAST, prices=PRICED),
    Scene(name="deployments", play=deployments, prices=PRICED),
    Scene(name="deployment", play=deployment, prices=PRICED),
    Scene(name="deployment-form", play=deployment_form, prices=PRICED),
    Scene(name="files", play=files),
    Scene(name="webhooks", play=webhooks),
    Scene(name="small-webhooks", play=webhooks, size=SMALL),
    Scene(name="profiles", play=profiles, prices=PRICED),
    Scene(name="account", play=account),
    Scene(name="account-prices", play=account_prices, prices=OWN_PRICES),
    Scene(name="copy-menu", play=copy_menu),
    Scene(name="cancel-prompt", play=cancel_prompt),
    Scene(name="keys", play=keys),
    Scene(name="palette", play=palette),
    Scene(name="welcome", play=welcome, welcome=True),
    Scene(name="first-start", play=first_start, first_start=True),
    Scene(name="small-search", play=start, size=SMALL, past=PAST[3:5]),
    Scene(name="small-collections", play=collections, size=SMALL),
    Scene(name="small-models", play=models, size=SMALL),
    Scene(name="small-model-new", play=model_new, size=SMALL, prices=PRICED),
    Scene(name="small-model", play=model_inputs, size=SMALL),
    Scene(name="small-form", play=form, size=SMALL),
    Scene(name="small-monitor", play=monitor_picture, size=SMALL),
    Scene(name="small-text", play=monitor_text, size=SMALL),
    Scene(name="small-runs", play=runs, size=SMALL, past=PAST, prices=PRICED),
    Scene(name="small-deployments", play=deployments, size=SMALL, prices=PRICED),
    Scene(name="small-account", play=account, size=SMALL),
    Scene(name="trainings", play=trainings),
    Scene(name="training-monitor", play=training_monitor),
    Scene(name="training-monitor-small", play=training_monitor, size=SMALL),
    Scene(name="training-form", play=training_form),
    Scene(name="light-search", play=results, theme=LIGHT.name),
    Scene(name="light-models", play=models_public, theme=LIGHT.name),
    Scene(name="light-form", play=form, theme=LIGHT.name),
    Scene(name="light-monitor", play=monitor_picture, theme=LIGHT.name),
    Scene(name="light-runs", play=runs, theme=LIGHT.name, past=PAST, prices=PRICED),
)


def chosen(names: Sequence[str]) -> list[Scene]:
    """Return the scenes whose names begin with one of `names`, all of them for none. Raises KeyError."""
    for name in names:
        if not any(scene.name.startswith(name) for scene in SCENES):
            raise KeyError(name)
    return [scene for scene in SCENES if not names or scene.name.startswith(tuple(names))]


async def picture_of(scene: Scene) -> str:
    """Play a scene and return it as SVG."""
    with private_home(), open_demo() as demo, stage_time(clock_of(demo)):
        async with open_stage(
            demo,
            scene.size,
            scene.theme,
            past=scene.past,
            welcome=scene.welcome,
            first_start=scene.first_start,
            prices=scene.prices,
        ) as stage:
            await scene.play(stage)
            await stage.pilot.pause()
            return stage.app.export_screenshot(title="replicate-tui")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description="Draw the pictures of the app.")
    parser.add_argument("names", nargs="*", help="names of scenes, or how they begin; none for all")
    parser.add_argument("--to", type=Path, default=TARGET, help="the folder to write to")
    options = parser.parse_args()
    try:
        scenes, fonts = chosen(options.names), font_files()
    except (KeyError, FontMissing) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    options.to.mkdir(exist_ok=True)
    for scene in scenes:
        png = png_of(asyncio.run(picture_of(scene)), fonts)
        target = options.to / f"{scene.name}.png"
        target.write_bytes(png)
        print(f"{target.name}  {len(png) // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
