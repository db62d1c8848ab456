"""Every example of the SDK's three reference documents, run through this client against the demo service.

Each row is one example: either a function that runs its line (with names the demo service knows in place of
placeholders), or the reason why it cannot run and what there is instead.
"""

import asyncio
import io
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.api import (
    AsyncReplicate,
    AuthenticationError,
    DefaultAsyncHttpxClient,
    FileOutput,
    ModelError,
    NotFoundError,
    Page,
    ReplicateError,
    WebhookVerificationError,
)
from replicate_tui.api.progress import Progress
from replicate_tui.api.types import Prediction
from replicate_tui.api.webhooks import sign, verify

HELLO = "9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426"
SDXL = "stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b"
CLIPDRAW = "5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b"
DIFFUSION = {"model_owner": "stability-ai", "model_name": "stable-diffusion"}
TRAINER = {"model_owner": "ostris", "model_name": "flux-dev-lora-trainer"}

Example = Callable[[AsyncReplicate], Awaitable[Any]]
EXAMPLES: dict[str, Example] = {}


def example(name: str) -> Callable[[Example], Example]:
    def add(function: Example) -> Example:
        assert name not in EXAMPLES
        EXAMPLES[name] = function
        return function

    return add


async def new_prediction(replicate: AsyncReplicate) -> Prediction:
    return await replicate.predictions.create(version=HELLO, input={"text": "Alice"})


# The short reference: initialization and high-level operations.


@example("reference: client with a token")
async def _(replicate: AsyncReplicate) -> None:
    client = AsyncReplicate(bearer_token=os.environ["REPLICATE_API_TOKEN"])
    assert (await client.account.get()).username
    await client.close()


@example("reference: use")
async def _(replicate: AsyncReplicate) -> None:
    claude = replicate.use("anthropic/claude-sonnet-4")
    output = await claude(prompt="Hello, world!")
    assert isinstance(output, str)
    banana = replicate.use("google/nano-banana")
    output = await banana(prompt="Make me a sandwich")
    assert isinstance(output, FileOutput)


@example("reference: run")
async def _(replicate: AsyncReplicate) -> None:
    output = await replicate.run("anthropic/claude-sonnet-4", input={"prompt": "Hello, world!"})
    assert "".join(output)


@example("reference: search")
async def _(replicate: AsyncReplicate) -> None:
    response = await replicate.search(query="nano banana")
    assert isinstance(response.collections, list)


@example("reference: predictions.create")
async def _(replicate: AsyncReplicate) -> None:
    prediction = await replicate.predictions.create(
        input={"text": "Alice"},
        version="replicate/hello-world:9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426",
    )
    assert prediction.id


@example("reference: predictions.get")
async def _(replicate: AsyncReplicate) -> None:
    made = await new_prediction(replicate)
    prediction = await replicate.predictions.get(prediction_id=made.id)
    assert prediction.id == made.id


@example("reference: predictions.list")
async def _(replicate: AsyncReplicate) -> None:
    await new_prediction(replicate)
    page = await replicate.predictions.list()
    assert page.results[0].id


@example("reference: predictions.cancel")
async def _(replicate: AsyncReplicate) -> None:
    made = await new_prediction(replicate)
    prediction = await replicate.predictions.cancel(prediction_id=made.id)
    assert prediction.id == made.id


@example("reference: models.create and models.delete")
async def _(replicate: AsyncReplicate) -> None:
    owner = (await replicate.account.get()).username
    model = await replicate.models.create(
        hardware="cpu", name="hot-dog-detector", owner=owner, visibility="private", description="Is it one?"
    )
    assert model.cover_image_url is None
    await replicate.models.delete(model_owner=owner, model_name="hot-dog-detector")


@example("reference: models.get")
async def _(replicate: AsyncReplicate) -> None:
    model = await replicate.models.get(**DIFFUSION)
    assert model.id == "stability-ai/stable-diffusion"


@example("reference: models.list")
async def _(replicate: AsyncReplicate) -> None:
    page = await replicate.models.list()
    assert page.results[0].owner


@example("reference: models.examples.list")
async def _(replicate: AsyncReplicate) -> None:
    page = await replicate.models.examples.list(**DIFFUSION)
    assert page.results[0].id


@example("reference: models.predictions.create")
async def _(replicate: AsyncReplicate) -> None:
    prediction = await replicate.models.predictions.create(
        model_owner="anthropic",
        model_name="claude-sonnet-4",
        input={"prompt": "Tell me a joke", "system_prompt": "You are a helpful assistant"},
    )
    assert prediction.id


@example("reference: models.readme.get")
async def _(replicate: AsyncReplicate) -> None:
    readme = await replicate.models.readme.get(**DIFFUSION)
    assert readme.startswith("#")


@example("reference: models.versions.get, list")
async def _(replicate: AsyncReplicate) -> None:
    page = await replicate.models.versions.list(**DIFFUSION)
    version = await replicate.models.versions.get(**DIFFUSION, version_id=page.results[0].id)
    assert version.id == page.results[0].id


@example("reference: models.versions.delete")
async def _(replicate: AsyncReplicate) -> None:
    with pytest.raises(ReplicateError):
        await replicate.models.versions.delete(**DIFFUSION, version_id="version_id")


@example("reference: collections.get, list")
async def _(replicate: AsyncReplicate) -> None:
    page = await replicate.collections.list()
    collection = await replicate.collections.get(collection_slug=page.results[0].slug)
    assert collection.description


@example("reference: deployments.create, get, list, update, predictions.create, delete")
async def _(replicate: AsyncReplicate) -> None:
    owner = (await replicate.account.get()).username
    deployment = await replicate.deployments.create(
        hardware="cpu",
        max_instances=1,
        min_instances=0,
        model="replicate/hello-world",
        name="reference",
        version=HELLO,
    )
    assert deployment.current_release
    deployment = await replicate.deployments.get(deployment_owner=owner, deployment_name="reference")
    page = await replicate.deployments.list()
    assert deployment.name in [listed.name for listed in page.results]
    deployment = await replicate.deployments.update(
        deployment_owner=owner, deployment_name="reference", max_instances=2
    )
    assert deployment.current_release is not None
    assert deployment.current_release.number == 2
    prediction = await replicate.deployments.predictions.create(
        deployment_owner=owner, deployment_name="reference", input={"text": "Alice"}
    )
    assert prediction.id
    with pytest.raises(ReplicateError):
        await replicate.deployments.delete(deployment_owner=owner, deployment_name="reference")


@example("reference: files.create, get, list, delete")
async def _(replicate: AsyncReplicate) -> None:
    file = await replicate.files.create(content=b"raw file contents")
    assert (await replicate.files.get(file_id=file.id)).id == file.id
    page = await replicate.files.list()
    assert file.id in [listed.id for listed in page.results]
    await replicate.files.delete(file_id=file.id)
    with pytest.raises(NotFoundError):
        await replicate.files.get(file_id=file.id)


@example("reference: files.download")
async def _(replicate: AsyncReplicate) -> None:
    file = await replicate.files.create(content=b"raw file contents")
    with pytest.raises(ReplicateError):
        # Only the service can make the signature.
        await replicate.files.download(file_id=file.id, expiry=0, owner="owner", signature="signature")


@example("reference: trainings.create, get, list, cancel")
async def _(replicate: AsyncReplicate) -> None:
    owner = (await replicate.account.get()).username
    await replicate.models.create(hardware="cpu", name="tuned", owner=owner, visibility="private")
    trainer = await replicate.models.get(**TRAINER)
    assert trainer.latest_version is not None
    training = await replicate.trainings.create(
        **TRAINER,
        version_id=trainer.latest_version.id,
        destination=f"{owner}/tuned",
        input={"input_images": "data:application/zip;base64,UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==", "trigger_word": "FOG"},
    )
    assert (await replicate.trainings.get(training_id=training.id)).id == training.id
    page = await replicate.trainings.list()
    assert training.id in [listed.id for listed in page.results]
    response = await replicate.trainings.cancel(training_id=training.id)
    assert response.id == training.id


@example("reference: hardware.list")
async def _(replicate: AsyncReplicate) -> None:
    hardware = await replicate.hardware.list()
    assert hardware[0].sku


@example("reference: account.get")
async def _(replicate: AsyncReplicate) -> None:
    account = await replicate.account.get()
    assert account.type in ("user", "organization")


@example("reference: webhooks.default.secret.get")
async def _(replicate: AsyncReplicate) -> None:
    secret = await replicate.webhooks.default.secret.get()
    assert secret.key.startswith("whsec_")


@example("reference: custom requests")
async def _(replicate: AsyncReplicate) -> None:
    response = await replicate.get("/account")
    assert response.json()["username"]
    with pytest.raises(NotFoundError):
        await replicate.post("/custom/endpoint", json={"key": "value"})
    with pytest.raises(NotFoundError):
        await replicate.request(
            method="PATCH", url="/custom/endpoint", json={"key": "value"}, headers={"X-Custom-Header": "value"}
        )


# The extended reference: what it adds.


@example("extended: client settings")
async def _(replicate: AsyncReplicate) -> None:
    client = AsyncReplicate(api_token="your_api_token")
    assert client.has_token
    client = AsyncReplicate(
        bearer_token="your_api_token", base_url="https://api.replicate.com/v1", timeout=120.0, max_retries=5
    )
    assert client.base_url == "https://api.replicate.com/v1"


@example("extended: run with a version")
async def _(replicate: AsyncReplicate) -> None:
    output = await replicate.run(SDXL, input={"prompt": "a 19th century portrait of a wombat gentleman"})
    assert [type(file) for file in output] == [FileOutput]


@example("extended: run with options")
async def _(replicate: AsyncReplicate) -> None:
    output = await replicate.run(
        "meta/llama-2-70b-chat",
        input={"prompt": "Write a poem about machine learning", "max_new_tokens": 50, "temperature": 0.7},
        wait=30,
        use_file_output=True,
        file_encoding_strategy="base64",
    )
    assert "".join(output)


@example("extended: run by version id")
async def _(replicate: AsyncReplicate) -> None:
    hello = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
    assert await replicate.run(hello, input={"text": "Alice"}) == "hello Alice"


@example("extended: stream")
async def _(replicate: AsyncReplicate) -> None:
    text = ""
    async for event in replicate.stream(
        "meta/llama-2-70b-chat", input={"prompt": "Tell me a story about a robot", "max_new_tokens": 60}
    ):
        text += str(event)
    assert text


@example("extended: use, also streaming")
async def _(replicate: AsyncReplicate) -> None:
    stable_diffusion = replicate.use("stability-ai/stable-diffusion")
    images = await asyncio.gather(stable_diffusion(prompt="a cat in a hat"), stable_diffusion(prompt="a dog"))
    assert all(image[0].url for image in images)
    llama = replicate.use("meta/llama-2-70b-chat", streaming=True)
    assert [chunk async for chunk in llama(prompt="Explain quantum computing", max_new_tokens=20)]


@example("extended: search")
async def _(replicate: AsyncReplicate) -> None:
    results = await replicate.search(query="image", limit=10)
    assert [f"{model.owner}/{model.name}: {model.description}" for model in results]


@example("extended: predictions")
async def _(replicate: AsyncReplicate) -> None:
    prediction = await replicate.predictions.create(
        model=f"replicate/hello-world:{HELLO}",
        input={"text": "world"},
        webhook="https://example.com/webhook",
        webhook_events_filter=["start", "completed"],
    )
    completed = await replicate.predictions.wait(prediction_id=prediction.id, timeout=60)
    assert (completed.status, completed.output) == ("succeeded", "hello world")
    ids = []
    async for listed in replicate.predictions.list():
        ids.append(listed.id)
        if len(ids) == 3:
            break
    assert ids


@example("extended: models")
async def _(replicate: AsyncReplicate) -> None:
    model = await replicate.models.get(**DIFFUSION)
    assert model.latest_version is not None
    assert model.latest_version.id
    names = [f"{listed.owner}/{listed.name}" async for listed in replicate.models.list()]
    assert "replicate/hello-world" in names
    found = [f"{hit.owner}/{hit.name}" async for hit in replicate.models.search(query="image")]
    assert found


@example("extended: versions and examples")
async def _(replicate: AsyncReplicate) -> None:
    async for version in replicate.models.versions.list(**DIFFUSION):
        assert version.created_at
    await replicate.models.versions.get(
        **DIFFUSION, version_id="db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf"
    )
    async for shown in replicate.models.examples.list(**DIFFUSION):
        assert shown.input
        assert shown.output


@example("extended: deployments with the version in the model")
async def _(replicate: AsyncReplicate) -> None:
    deployment = await replicate.deployments.create(
        name="my-deployment",
        model=f"replicate/hello-world:{HELLO}",
        hardware="cpu",
        min_instances=0,
        max_instances=10,
    )
    assert deployment.current_release is not None
    assert deployment.current_release.version == HELLO


@example("extended: files")
async def _(replicate: AsyncReplicate) -> None:
    with Path(__file__).open("rb") as f:  # noqa: ASYNC230  (the document opens it like this)
        file_response = await replicate.files.create(file=f)
    assert file_response.urls is not None
    assert file_response.urls.get
    names = [file.name async for file in replicate.files.list()]
    assert "test_documents.py" in names


@example("extended: hardware, account, collections, webhooks")
async def _(replicate: AsyncReplicate) -> None:
    assert [sku.name for sku in await replicate.hardware.list()]
    assert (await replicate.account.get()).username
    async for collection in replicate.collections.list():
        assert collection.name
    collection = await replicate.collections.get(collection_slug="awesome-sdxl-models")
    assert [f"{model.owner}/{model.name}" for model in collection.models or []]
    assert (await replicate.webhooks.default.secret.get()).key


@example("extended: input files")
async def _(replicate: AsyncReplicate) -> None:
    picture = await replicate.run("stability-ai/stable-diffusion", input={"prompt": "fog"})
    content = await picture[0].read()
    inputs: list[Any] = [io.BytesIO(content), picture[0].url, picture[0]]
    for image in inputs:
        output = await replicate.run("nightmareai/real-esrgan", input={"image": image}, file_encoding_strategy="url")
        assert isinstance(output, FileOutput)


@example("extended: output files")
async def _(replicate: AsyncReplicate) -> None:
    output = await replicate.run("google/nano-banana", input={"prompt": "generate an image"})
    assert isinstance(output, FileOutput)
    content = await output.read()
    assert b"".join([chunk async for chunk in output]) == content
    assert (await output.save(Path(os.environ["HOME"]) / "output.jpg")).read_bytes() == content


@example("extended: errors")
async def _(replicate: AsyncReplicate) -> None:
    with pytest.raises(ModelError) as failed:
        await replicate.run("replicate-tui-demo/always-fails", input={"prompt": "test"})
    assert failed.value.prediction.id
    assert failed.value.prediction.status == "failed"
    with pytest.raises(AuthenticationError):
        await replicate.copy(bearer_token="r8_wrong").account.get()
    with pytest.raises(NotFoundError) as caught:
        await replicate.models.get(model_owner="nobody", model_name="nothing")
    assert caught.value.response.headers.get("retry-after") is None


@example("extended: wait for completion with polling")
async def _(replicate: AsyncReplicate) -> None:
    prediction = await replicate.predictions.create(model=f"replicate/hello-world:{HELLO}", input={"text": "Ada"})
    async with asyncio.timeout(60):
        while prediction.status not in ["succeeded", "failed", "canceled"]:
            await asyncio.sleep(0.05)
            prediction = await replicate.predictions.get(prediction.id)
    assert prediction.output == "hello Ada"


@example("extended: retries and timeouts")
async def _(replicate: AsyncReplicate) -> None:
    client = AsyncReplicate(max_retries=5, timeout=120.0)
    output = await client.run(f"replicate/hello-world:{HELLO}", input={"text": "test"}, wait=60)
    assert output == "hello test"
    await client.close()


@example("extended: models.create with a repository, then delete")
async def _(replicate: AsyncReplicate) -> None:
    owner = (await replicate.account.get()).username
    model = await replicate.models.create(
        owner=owner,
        name="my-model",
        visibility="private",
        hardware="gpu-t4",
        description="My custom model",
        github_url="https://github.com/user/repo",
    )
    assert model.github_url == "https://github.com/user/repo"
    await replicate.models.delete(model_owner=owner, model_name="my-model")


@example("extended: trainings")
async def _(replicate: AsyncReplicate) -> None:
    async for training in replicate.trainings.list():
        assert f"{training.id}: {training.status}"


@example("extended: input files as a URL and as a data URI")
async def _(replicate: AsyncReplicate) -> None:
    for image in ("https://example.com/image.jpg", "data:image/png;base64,iVBORw0KGgo="):
        prediction = await replicate.predictions.create(
            model="nightmareai/real-esrgan", input={"image": image}, file_encoding_strategy="base64"
        )
        assert prediction.input is not None
        assert prediction.input["image"] == image


@example("extended: pagination")
async def _(replicate: AsyncReplicate) -> None:
    first_page = await replicate.models.list()
    assert first_page.items
    if first_page.has_next_page():
        assert (await first_page.get_next_page()).items
    assert len([model async for model in replicate.models.list()]) >= len(first_page.items)


@example("extended: raw response")
async def _(replicate: AsyncReplicate) -> None:
    response = await replicate.predictions.with_raw_response.create(
        model=f"replicate/hello-world:{HELLO}", input={"text": "test"}
    )
    assert response.status_code == 201
    assert response.headers
    prediction = await response.parse()
    assert prediction.id


@example("extended: custom HTTP client")
async def _(replicate: AsyncReplicate) -> None:
    async with DefaultAsyncHttpxClient(timeout=60.0) as http_client:
        client = replicate.copy(http_client=http_client)
        assert (await client.account.get()).username


@example("extended: copying")
async def _(replicate: AsyncReplicate) -> None:
    new_client = replicate.copy(timeout=60.0, max_retries=3)
    assert (await new_client.account.get()).username
    await new_client.close()


@example("extended: concurrent requests and batches")
async def _(replicate: AsyncReplicate) -> None:
    async def batch_process(prompts: list[str]) -> list[Any]:
        tasks = [replicate.run(f"replicate/hello-world:{HELLO}", input={"text": prompt}) for prompt in prompts]
        return await asyncio.gather(*tasks)

    assert await batch_process(["one", "two", "three"]) == ["hello one", "hello two", "hello three"]


@example("extended: webhook handling")
async def _(replicate: AsyncReplicate) -> None:
    # The document's own check (an HMAC of the body alone) is not how deliveries are signed.
    secret = (await replicate.webhooks.default.secret.get()).key
    signature = sign("msg_1", 1_760_000_000, b"{}", secret)
    headers = {"webhook-id": "msg_1", "webhook-timestamp": "1760000000", "webhook-signature": signature}
    verify(headers, b"{}", secret, now=1_760_000_000)
    with pytest.raises(WebhookVerificationError):
        verify(headers, b"{} ", secret, now=1_760_000_000)


@example("extended: type hints")
async def _(replicate: AsyncReplicate) -> None:
    made = await new_prediction(replicate)
    prediction: Prediction = await replicate.predictions.get(prediction_id=made.id)
    status: str = prediction.status
    page: Page[Prediction] = await replicate.predictions.list()
    assert status
    assert page.results


# The client reference of the first version: its lines as they are written here.


@example("client reference: models.get, versions")
async def _(replicate: AsyncReplicate) -> None:
    model = await replicate.models.get("kvfrans/clipdraw")
    assert model.id == "kvfrans/clipdraw"
    version = await replicate.models.versions.get(CLIPDRAW, model_owner="kvfrans", model_name="clipdraw")
    prediction = await replicate.predictions.create(
        version=version, input={"prompt": "Watercolor painting of an underwater submarine"}
    )
    prediction = await replicate.predictions.wait(prediction)
    assert prediction.output


@example("client reference: a model with a webhook")
async def _(replicate: AsyncReplicate) -> None:
    prediction = await replicate.predictions.create(
        model="ai-forever/kandinsky-2.2",
        input={"prompt": "Watercolor painting of an underwater submarine"},
        webhook="https://example.com/your-webhook",
        webhook_events_filter=["completed"],
    )
    assert prediction.id


@example("client reference: a chain of two models")
async def _(replicate: AsyncReplicate) -> None:
    image = (await replicate.run("afiaka87/laionide-v4", {"prompt": "avocado armchair"}))[0]
    upscaled_image = await replicate.run("jingyunliang/swinir", {"image": image})
    assert isinstance(upscaled_image, FileOutput)


@example("client reference: run, then write the file")
async def _(replicate: AsyncReplicate) -> None:
    output = await replicate.run(
        "stability-ai/stable-diffusion-3", input={"prompt": "An astronaut riding a rainbow unicorn"}
    )
    first = output[0] if isinstance(output, list) else output
    assert hasattr(first, "read")
    assert await first.read()


@example("client reference: progress")
async def _(replicate: AsyncReplicate) -> None:
    progress = Progress.parse(" 50%|#####     | 2/4 [00:00<00:01]")
    assert progress is not None
    assert progress.percentage == 0.5


@example("client reference: cancel if running")
async def _(replicate: AsyncReplicate) -> None:
    prediction = await replicate.predictions.create(model="kvfrans/clipdraw", input={"prompt": "Complex artwork"})
    if prediction.status in ["starting", "processing"]:
        prediction = await replicate.predictions.cancel(prediction.id)
    assert prediction.is_final


@example("client reference: models.create with owner and name first")
async def _(replicate: AsyncReplicate) -> None:
    owner = (await replicate.account.get()).username
    model = await replicate.models.create(owner, "by-position", hardware="cpu", visibility="private")
    assert model.id == f"{owner}/by-position"


@example("client reference: models.search by position, predictions.get and cancel by position")
async def _(replicate: AsyncReplicate) -> None:
    results = await replicate.models.search("text-to-image")
    assert isinstance(results.results, list)
    made = await new_prediction(replicate)
    assert (await replicate.predictions.get(made.id)).id == (await replicate.predictions.cancel(made.id)).id


@example("client reference: the next page")
async def _(replicate: AsyncReplicate) -> None:
    predictions = await replicate.predictions.list()
    if predictions.has_next_page():
        assert (await predictions.get_next_page()).results


# What takes the place of an example that cannot run as it is written.


@example("instead of the client of the module")
async def _(replicate: AsyncReplicate) -> None:
    async with AsyncReplicate() as client:
        assert (await client.account.get()).username


@example("instead of methods on a prediction")
async def _(replicate: AsyncReplicate) -> None:
    prediction = await new_prediction(replicate)
    prediction = await replicate.predictions.get(prediction.id)
    prediction = await replicate.predictions.wait(prediction)
    assert [str(event) async for event in replicate.predictions.stream(prediction)] == ["hello Alice"]
    assert (await replicate.predictions.cancel(prediction.id)).status == "succeeded"


@example("instead of methods on a model and a version")
async def _(replicate: AsyncReplicate) -> None:
    model = await replicate.models.get("replicate/hello-world")
    version = await replicate.models.versions.get(HELLO, model_owner=model.owner, model_name=model.name)
    assert await replicate.run(version, {"text": "Alice"}) == "hello Alice"
    assert await replicate.run(model, {"text": "Alice"}) == "hello Alice"


@example("instead of a path as text in an input")
async def _(replicate: AsyncReplicate) -> None:
    # The document opens "path/to/image.jpg". Inputs are often text of other people, so only a Path is ever read.
    picture = Path(os.environ["HOME"]) / "image.png"
    drawn = await replicate.run("stability-ai/stable-diffusion", input={"prompt": "fog"})
    await drawn[0].save(picture)
    larger = await replicate.run("nightmareai/real-esrgan", input={"image": picture})
    assert isinstance(larger, FileOutput)
    made = await replicate.predictions.create(version=HELLO, input={"text": str(picture)})
    assert (await replicate.predictions.get(made.id)).input == {"text": str(picture)}


@example("instead of a training without a destination")
async def _(replicate: AsyncReplicate) -> None:
    # The API requires one: the document's example leaves it out and would be refused.
    with pytest.raises(TypeError, match="destination"):
        await replicate.trainings.create("v", **TRAINER, input={})  # type: ignore[call-arg]
    with pytest.raises(NotFoundError, match="destination"):
        await replicate.trainings.create(
            (await replicate.models.versions.list(**TRAINER)).results[0].id,
            **TRAINER,
            destination="nobody/nothing",
            input={
                "input_images": "data:application/zip;base64,UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==",
                "trigger_word": "FOG",
            },
        )


#: Examples that cannot run as they are written: why, and the row above that shows what there is in their place.
NOT_OURS = {
    "`import replicate`, and the synchronous Replicate": (
        "a client of the module is global state, and this one is async only",
        "instead of the client of the module",
    ),
    "prediction.wait(), .cancel(), .reload(), .stream()": (
        "objects are values and hold no connection",
        "instead of methods on a prediction",
    ),
    "model.versions.get(id), version.predict(prompt=...)": (
        "objects are values and hold no connection",
        "instead of methods on a model and a version",
    ),
    "models.async_create(...)": ("every call is async", "client reference: models.create with owner and name first"),
    "predictions.list(page.next)": ("a link of the service is followed by the page", "client reference: the next page"),
    'input={"image": "path/to/image.jpg"}': (
        "a text is never read as a path; a pathlib.Path, an open file and bytes are",
        "instead of a path as text in an input",
    ),
    "trainings.create(...) without destination": (
        "the API requires a destination",
        "instead of a training without a destination",
    ),
    "account.email, hardware.specs": (
        "the API has no such fields",
        "extended: hardware, account, collections, webhooks",
    ),
    "DefaultHttpxClient(proxy=..., timeout=...)": ("it is synchronous", "extended: custom HTTP client"),
    "a Flask server that checks X-Replicate-Signature": (
        "deliveries are not signed like that, and a server is the caller's",
        "extended: webhook handling",
    ),
    "from replicate.exceptions, .types, .helpers, .pagination import ...": (
        "they are in replicate_tui.api and replicate_tui.api.types",
        "extended: type hints",
    ),
    "pip install replicate": ("it is this project that is installed", "reference: client with a token"),
}


def test_what_cannot_run_has_a_reason_and_a_row_that_shows_what_there_is_instead() -> None:
    assert [example for example, (reason, row) in NOT_OURS.items() if not reason or row not in EXAMPLES] == []


@pytest.mark.parametrize("name", EXAMPLES)
async def test_example(demo: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", demo.token)
    monkeypatch.setenv("REPLICATE_BASE_URL", demo.base_url)
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.05")
    async with AsyncReplicate() as replicate:
        await EXAMPLES[name](replicate)
