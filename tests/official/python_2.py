# Each cell is a program of its own, written as its document writes it.
# ruff: noqa
# fmt: off
import asyncio
import io
import os
import replicate
from replicate import AsyncReplicate, Replicate

client = Replicate()
async_client = AsyncReplicate()
HELLO = "replicate/hello-world:9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426"
trainer = {"model_owner": "ostris", "model_name": "flux-dev-lora-trainer"}
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0\x90\x91h6\0\0\0\x16IDATx\x9ccph8@\x12b\x18\xd50"
    b"\xaaa\xf8j\0\0\xa5u\x80\x10\xa5d\xd4\xd9\0\0\0\0IEND\xaeB`\x82"
)


def new_prediction():
    return replicate.predictions.create(version=HELLO, input={"text": "Alice"})


def new_training(name):
    replicate.models.create(owner="demo", name=name, visibility="private", hardware="cpu")
    model = replicate.models.get(**trainer)
    return replicate.trainings.create(
        **trainer, version_id=model.latest_version.id, destination=f"demo/{name}",
        input={"input_images": "data:application/zip;base64,UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==", "steps": 10},
    )


def new_deployment(name):
    model = replicate.models.get(model_owner="replicate", model_name="hello-world")
    return replicate.deployments.create(
        hardware="cpu", max_instances=1, min_instances=0, model="replicate/hello-world", name=name,
        version=model.latest_version.id,
    )


# %% reference: client with a token
client = replicate.Replicate(
    bearer_token=os.environ["REPLICATE_API_TOKEN"]
)
assert client.account.get().username == "demo"

# %% reference: use
claude = replicate.use("anthropic/claude-sonnet-4")

output = claude(prompt="Hello, world!")
print(output)
assert output

banana = replicate.use("google/nano-banana")
output = banana(prompt="Make me a sandwich")
print(output)

# %% reference: run
# Run a model and get the output directly
output = replicate.run(
    "anthropic/claude-sonnet-4",
    input={"prompt": "Hello, world!"}
)
print(output)
assert "".join(output)

# %% reference: search
response = client.search(
    query="nano banana",
)
print(response.collections)
assert response.models[0].model.name == "nano-banana"

# %% reference: predictions.create
prediction = replicate.predictions.create(
    input={
        "text": "Alice"
    },
    version="replicate/hello-world:9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426",
)
print(prediction.id)

# %% reference: predictions.get
prediction = replicate.predictions.get(
    prediction_id=new_prediction().id,
)
print(prediction.id)

# %% reference: predictions.list
page = replicate.predictions.list()
page = page.results[0]
print(page.id)

# %% reference: predictions.cancel
prediction = replicate.predictions.cancel(
    prediction_id=new_prediction().id,
)
print(prediction.id)

# %% reference: models.create, models.delete
model = replicate.models.create(
    hardware="cpu",
    name="hot-dog-detector",
    owner="demo",
    visibility="private",
)
print(model.cover_image_url)
replicate.models.delete(
    model_owner="demo",
    model_name="hot-dog-detector",
)

# %% reference: models.get
model = replicate.models.get(
    model_owner="stability-ai",
    model_name="sdxl",
)
print(model.cover_image_url)

# %% reference: models.list
page = replicate.models.list()
page = page.results[0]
print(page.cover_image_url)

# %% reference: models.examples.list
page = replicate.models.examples.list(
    model_owner="replicate",
    model_name="hello-world",
)
page = page.results[0]
print(page.id)

# %% reference: models.predictions.create
prediction = replicate.models.predictions.create(
    model_owner="anthropic",
    model_name="claude-sonnet-4",
    input={
        "prompt": "Tell me a joke",
        "system_prompt": "You are a helpful assistant",
    },
)
print(prediction.id)

# %% reference: models.readme.get
readme = replicate.models.readme.get(
    model_owner="stability-ai",
    model_name="sdxl",
)
print(readme)
assert readme.startswith("#")

# %% reference: models.versions.get
version = replicate.models.versions.get(
    model_owner="stability-ai",
    model_name="sdxl",
    version_id="39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",
)
print(version.id)

# %% reference: models.versions.list
page = replicate.models.versions.list(
    model_owner="stability-ai",
    model_name="sdxl",
)
page = page.results[0]
print(page.id)

# %% reference: models.versions.delete
training = new_training("with-a-version")
training = replicate.predictions.wait(training.id)
replicate.models.versions.delete(
    model_owner="demo",
    model_name="with-a-version",
    version_id=training.output["version"].partition(":")[2],
)

# %% reference: collections.get
collection = replicate.collections.get(
    collection_slug="text-to-image",
)
print(collection.description)
assert collection.models

# %% reference: collections.list
page = replicate.collections.list()
page = page.results[0]
print(page.description)

# %% reference: deployments.create
deployment = replicate.deployments.create(
    hardware="cpu",
    max_instances=0,
    min_instances=0,
    model="replicate/hello-world",
    name="created",
    version=HELLO.partition(":")[2],
)
print(deployment.current_release)

# %% reference: deployments.get, list, update, predictions.create
new_deployment("used")
deployment = replicate.deployments.get(
    deployment_owner="demo",
    deployment_name="used",
)
print(deployment.current_release)
page = replicate.deployments.list()
page = page.results[0]
print(page.current_release)
deployment = replicate.deployments.update(
    deployment_owner="demo",
    deployment_name="used",
)
print(deployment.current_release)
prediction = replicate.deployments.predictions.create(
    deployment_owner="demo",
    deployment_name="used",
    input={
        "text": "Tell me a joke",
    },
)
print(prediction.id)

# %% reference: deployments.delete
replicate.deployments.create(
    hardware="cpu", max_instances=0, min_instances=0, model="replicate/hello-world", name="idle",
    version=HELLO.partition(":")[2],
)
import time
time.sleep(15 * 60 / float(os.environ["DEMO_SPEED"]))
replicate.deployments.delete(
    deployment_owner="demo",
    deployment_name="idle",
)

# %% reference: files.create
file = replicate.files.create(
    content=b"raw file contents",
)
print(file.id)
assert file.size == 17

# %% reference: files.list, get, delete
file = replicate.files.create(content=b"raw file contents")
page = replicate.files.list()
page = page.results[0]
print(page.id)
file = replicate.files.get(
    file_id=file.id,
)
print(file.id)
replicate.files.delete(
    file_id=file.id,
)

# %% reference: trainings.create, get, list, cancel
replicate.models.create(owner="demo", name="tuned", visibility="private", hardware="cpu")
training = replicate.trainings.create(
    model_owner="ostris",
    model_name="flux-dev-lora-trainer",
    version_id=replicate.models.get(**trainer).latest_version.id,
    destination="demo/tuned",
    input={"input_images": "data:application/zip;base64,UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
)
print(training.id)
training = replicate.trainings.get(
    training_id=training.id,
)
print(training.id)
page = replicate.trainings.list()
page = page.results[0]
print(page.id)
response = replicate.trainings.cancel(
    training_id=training.id,
)
print(response.id)

# %% reference: hardware.list
hardware = replicate.hardware.list()
print(hardware)
assert hardware[0].sku

# %% reference: account.get
account = replicate.account.get()
print(account.type)

# %% reference: webhooks.default.secret.get
secret = replicate.webhooks.default.secret.get()
print(secret.key)

# %% reference: custom requests
client = replicate.Replicate()
import httpx
# Make a custom GET request
response = client.get("/account", cast_to=httpx.Response)
assert response.status_code == 200

# %% extended: quick start
# Initialize the client (uses REPLICATE_API_TOKEN env var by default)
client = replicate.Replicate()

# Run a model
output = client.run(
    "black-forest-labs/flux-schnell",
    input={"prompt": "astronaut on a horse"}
)
print(output)
assert output[0].read()

# %% extended: client settings
# Using environment variable (REPLICATE_API_TOKEN)
client = Replicate()

# With explicit token
client = Replicate(bearer_token="your_api_token")

# With custom configuration
client = Replicate(
    bearer_token="your_api_token",
    base_url="https://api.replicate.com/v1",  # Optional custom base URL
    timeout=120.0,  # Request timeout in seconds
    max_retries=5  # Maximum number of retries
)

# %% extended: the async client
async def main():
    client = AsyncReplicate(bearer_token=os.environ["REPLICATE_API_TOKEN"])
    output = await client.run(
        "stability-ai/stable-diffusion",
        input={"prompt": "a watercolor painting"}
    )
    print(output)

asyncio.run(main())

# %% extended: run with a version
# Basic usage - returns output when complete
output = client.run(
    "stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",
    input={"prompt": "a 19th century portrait of a wombat gentleman"}
)
assert output[0].read()

# %% extended: run with options
# With options
output = client.run(
    "meta/llama-2-70b-chat",
    input={
        "prompt": "Write a poem about machine learning",
        "max_new_tokens": 500,
        "temperature": 0.7
    },
    wait=30,  # Wait up to 30 seconds for completion (or True for unlimited)
    use_file_output=True,  # Return files as FileOutput objects
    file_encoding_strategy="base64"  # Encode input files as base64 (or "url")
)
assert "".join(output)

# %% extended: stream
# Stream text output
for event in client.stream(
    "meta/llama-2-70b-chat",
    input={
        "prompt": "Tell me a story about a robot",
        "max_new_tokens": 100
    }
):
    print(str(event), end="")

# %% extended: use
# Create a model function
stable_diffusion = replicate.use("stability-ai/stable-diffusion")

# Use it multiple times
image1 = stable_diffusion(prompt="a cat in a hat")
image2 = stable_diffusion(prompt="a dog in sunglasses")

# With streaming models
llama = replicate.use("meta/llama-2-70b-chat", streaming=True)
for chunk in llama(prompt="Explain quantum computing"):
    print(chunk, end="")

# %% extended: predictions.get, cancel, list
prediction = client.predictions.get(prediction_id=new_prediction().id)
print(f"Status: {prediction.status}")
print(f"Output: {prediction.output}")

# Cancel a prediction
cancelled = client.predictions.cancel(prediction_id=new_prediction().id)

# List predictions
for prediction in client.predictions.list():
    print(f"{prediction.id}: {prediction.status}")

# %% extended: models
# Get a specific model
model = client.models.get(model_owner="stability-ai", model_name="stable-diffusion")
print(f"Model: {model.owner}/{model.name}")
print(f"Description: {model.description}")
print(f"Latest version: {model.latest_version.id}")

# List all models (with pagination)
names = []
for model in client.models.list():
    names.append(f"{model.owner}/{model.name}")
assert len(set(names)) == len(names) >= 40

# %% extended: models.create, delete
# Create a new model
model = client.models.create(
    owner="demo",
    name="my-model",
    visibility="private",  # or "private"
    hardware="gpu-t4",  # Specify hardware requirements
    description="My custom model",
    github_url="https://github.com/user/repo"
)

# Delete a model
client.models.delete(model_owner="demo", model_name="my-model")

# %% extended: versions
# List model versions
for version in client.models.versions.list(
    model_owner="stability-ai",
    model_name="stable-diffusion"
):
    print(f"Version {version.id}: created at {version.created_at}")

# Get a specific version
version = client.models.versions.get(
    model_owner="stability-ai",
    model_name="stable-diffusion",
    version_id="db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf"
)

# %% extended: model predictions and examples
# Create a prediction for a specific model
prediction = client.models.predictions.create(
    model_owner="stability-ai",
    model_name="stable-diffusion",
    input={"prompt": "a beautiful landscape"}
)
# Get example predictions for a model
for example in client.models.examples.list(
    model_owner="stability-ai",
    model_name="stable-diffusion"
):
    print(f"Example input: {example.input}")
    print(f"Example output: {example.output}")

# %% extended: deployments
new_deployment("my-deployment")
# List deployments
for deployment in client.deployments.list():
    print(f"{deployment.owner}/{deployment.name}")

# Get deployment details
deployment = client.deployments.get(
    deployment_owner="demo",
    deployment_name="my-deployment"
)

# Update deployment
updated = client.deployments.update(
    deployment_owner="demo",
    deployment_name="my-deployment",
    min_instances=2,
    max_instances=20
)

# Run a prediction on a deployment
prediction = client.deployments.predictions.create(
    deployment_owner="demo",
    deployment_name="my-deployment",
    input={"text": "hello world"}
)

# %% extended: trainings
training = new_training("again")
# Get training status
training = client.trainings.get(training_id=training.id)
print(f"Status: {training.status}")

# List trainings
for training in client.trainings.list():
    print(f"{training.id}: {training.status}")

# Cancel a training
cancelled = client.trainings.cancel(training_id=training.id)

# %% extended: collections
# List collections
for collection in client.collections.list():
    print(f"{collection.name}: {collection.description}")

# Get a specific collection
collection = client.collections.get(collection_slug="awesome-sdxl-models")
for model in collection.models:
    print(f"- {model.owner}/{model.name}")

# %% extended: files
file = client.files.create(content=b"some bytes")
# List files
for file in client.files.list():
    print(f"{file.id}: {file.name}")

# Get file details
file = client.files.get(file_id=file.id)

# Delete a file
client.files.delete(file_id=file.id)

# %% extended: webhook secret
# Get the default webhook secret
webhook_secret = client.webhooks.default.secret.get()
print(f"Webhook signing secret: {webhook_secret.key}")

# %% extended: input files
swinir = "jingyunliang/swinir:" + client.models.get(model_owner="jingyunliang", model_name="swinir").latest_version.id
with open("input.png", "wb") as f:
    f.write(PNG)
# File object
with open("input.png", "rb") as f:
    output = client.run(swinir, input={"image": f})
    assert output.read()
# Control encoding strategy
output = client.run(
    swinir,
    input={"image": io.BytesIO(PNG)},
    file_encoding_strategy="base64"  # or "url" (uploads to Replicate)
)
assert output.read()

# %% extended: errors
from replicate.exceptions import (
    ReplicateError,
    ModelError,
    RateLimitError,
    AuthenticationError,
    NotFoundError
)

reached = []
for ref in ("no/such-model", HELLO):
    try:
        output = client.run(ref, input={"text": "test"})
        reached.append("output")
    except ModelError as e:
        # Model execution failed
        print(f"Model error: {e}")
    except AuthenticationError:
        # Invalid API token
        print("Invalid API token")
    except NotFoundError:
        # Model not found
        reached.append("Model not found")
assert reached == ["Model not found", "output"]
try:
    client.copy(bearer_token="wrong").account.get()
except AuthenticationError:
    reached.append("Invalid API token")
assert len(reached) == 3

# %% extended: pagination
# Automatic pagination (iterates through all pages)
for model in client.models.list():
    print(model.name)

# Get all items at once
all_models = list(client.models.list())

# Manual pagination
first_page = client.models.list()
if first_page.has_next_page():
    next_page = first_page.get_next_page()
    assert next_page.results[0].name != first_page.results[0].name

# %% extended: raw response
# Get raw response
response = client.predictions.with_raw_response.create(
    version=HELLO,
    input={"text": "test"}
)

# Access response data
print(f"Status code: {response.status_code}")
print(f"Headers: {response.headers}")

# Parse the response
prediction = response.parse()

# %% extended: custom HTTP client
import httpx
from replicate import DefaultHttpxClient

# With custom timeout
client = Replicate(
    http_client=DefaultHttpxClient(
        timeout=httpx.Timeout(60.0)
    )
)
assert client.account.get()

# %% extended: copying
# Create a copy with different settings
new_client = client.copy(
    bearer_token="different_token",
    timeout=60.0,
    max_retries=3
)

# %% extended: async
async def main():
    client = AsyncReplicate()

    # Run a model
    output = await client.run(
        "stability-ai/stable-diffusion",
        input={"prompt": "a futuristic city"}
    )

    # Pagination
    async for model in client.models.list():
        print(model.name)

    # Concurrent requests
    tasks = [
        client.run(HELLO, input={"text": "test1"}),
        client.run(HELLO, input={"text": "test2"}),
        client.run(HELLO, input={"text": "test3"})
    ]
    results = await asyncio.gather(*tasks)
    assert len(results) == 3

asyncio.run(main())

# %% extended: batches
async def batch_process(prompts):
    """Process multiple prompts in parallel."""
    client = AsyncReplicate()
    tasks = [
        client.run("meta/meta-llama-3-8b-instruct", input={"prompt": prompt})
        for prompt in prompts
    ]
    return await asyncio.gather(*tasks)

# Usage
prompts = ["prompt 1", "prompt 2", "prompt 3"]
results = asyncio.run(batch_process(prompts))
assert len(results) == 3

# %% extended: type hints
from replicate.types import Prediction
from replicate.pagination import SyncCursorURLPage

client: Replicate = Replicate()

# Type hints for responses
prediction: Prediction = client.predictions.get(prediction_id=new_prediction().id)

# Type hints for pagination
page: SyncCursorURLPage[Prediction] = client.predictions.list()

# %% feature: a deadline and a page of a hundred
made = client.predictions.create(version=HELLO, input={"text": "a"}, cancel_after="5m")
assert made.deadline is not None
