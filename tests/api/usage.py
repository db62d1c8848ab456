"""Ten recipes, as a person would write them: type checked strictly, and run against the demo service by the tests."""

import asyncio
from pathlib import Path

from replicate_tui.api import AsyncReplicate, FileOutput, ModelError, RequestOutcomeUnknownError
from replicate_tui.api.progress import progress_of
from replicate_tui.api.types import Account, Deployment, Model, Prediction, Training
from replicate_tui.api.webhooks import verify

HELLO = "replicate/hello-world:9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426"


async def run(replicate: AsyncReplicate, folder: Path) -> Path:
    """Run a model and save the picture it made."""
    pictures: list[FileOutput] = await replicate.run(
        "black-forest-labs/flux-schnell", {"prompt": "a lighthouse in fog"}
    )
    return await pictures[0].save(folder / "lighthouse.webp")


async def stream(replicate: AsyncReplicate) -> str:
    """Show a text as it is written."""
    text = ""
    async for event in replicate.stream("anthropic/claude-sonnet-4", {"prompt": "Describe fog.", "max_tokens": 1024}):
        text += str(event)
    return text


async def background(replicate: AsyncReplicate) -> Prediction:
    """Start a run, look at its progress, give up after a while."""
    prediction = await replicate.predictions.create(
        model="kvfrans/clipdraw:5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b",
        input={"prompt": "a submarine"},
        cancel_after="5m",
    )
    for _ in range(3):
        prediction = await replicate.predictions.get(prediction.id)
        progress = progress_of(prediction.logs)
        if prediction.is_final or (progress is not None and progress.percentage > 0.9):
            return prediction
        await asyncio.sleep(0.01)
    return await replicate.predictions.cancel(prediction.id)


async def batch(replicate: AsyncReplicate, names: list[str]) -> list[str]:
    """Run many, a few at a time; a failure does not stop the others."""
    at_once = asyncio.Semaphore(4)

    async def one(name: str) -> str:
        async with at_once:
            try:
                return str(await replicate.run(HELLO, {"text": name}))
            except ModelError as problem:
                return f"failed: {problem.prediction.error}"

    return await asyncio.gather(*(one(name) for name in names))


async def chain(replicate: AsyncReplicate) -> FileOutput:
    """Give the output of one model to the next, without downloading it."""
    drawings = await replicate.run("stability-ai/stable-diffusion", {"prompt": "an avocado armchair"})
    larger: FileOutput = await replicate.run("nightmareai/real-esrgan", {"image": drawings[0], "scale": 2})
    return larger


async def upload(replicate: AsyncReplicate, picture: Path) -> str:
    """Send a local file: small ones travel in the request, larger ones are uploaded first."""
    caption: str = await replicate.run("salesforce/blip", {"image": picture})
    return caption


async def webhook(replicate: AsyncReplicate, headers: dict[str, str], body: bytes) -> None:
    """Check that a delivery is from Replicate; raises WebhookVerificationError."""
    secret = await replicate.webhooks.default.secret.get()
    verify(headers, body, secret.key)


async def deployment(replicate: AsyncReplicate, owner: str) -> Prediction:
    """Run a deployment of one's own."""
    deployed: Deployment = await replicate.deployments.create(
        name="recipes", model=HELLO, hardware="cpu", min_instances=0, max_instances=1
    )
    prediction = await replicate.deployments.predictions.create(
        deployment_owner=owner, deployment_name=deployed.name, input={"text": "Ada"}
    )
    return await replicate.predictions.wait(prediction, timeout=60)


async def training(replicate: AsyncReplicate, account: Account, images: Path) -> Training:
    """Train a model of one's own from a zip of pictures."""
    own: Model = await replicate.models.create(
        owner=account.username, name="my-style", visibility="private", hardware="cpu"
    )
    trainer = await replicate.models.get("ostris/flux-dev-lora-trainer")
    assert trainer.latest_version is not None
    started = await replicate.trainings.create(
        trainer.latest_version.id,
        model_owner=trainer.owner,
        model_name=trainer.name,
        destination=own.id,
        input={"input_images": images, "trigger_word": "FOGGY", "steps": 10},
    )
    return await replicate.trainings.cancel(started.id)


async def raw_response(replicate: AsyncReplicate) -> tuple[int, str | None]:
    """Look at the answer itself; and what to do when an answer is lost."""
    try:
        response = await replicate.predictions.with_raw_response.create(version=HELLO, input={"text": "Ada"})
    except RequestOutcomeUnknownError:
        # It may exist. Sending it again could pay twice: look for it instead.
        newest = await replicate.predictions.list()
        return 0, newest.results[0].id if newest.results else None
    return response.status_code, response.headers.get("content-type")
