# Each cell is a program of its own, written as its document writes it.
# ruff: noqa
# fmt: off
import io
import os
import replicate

# %% 1.x: run a model and write its file
# Simple model run
output = replicate.run(
    "stability-ai/stable-diffusion-3",
    input={"prompt": "An astronaut riding a rainbow unicorn"}
)
# Handle file output
if hasattr(output, 'read'):
    with open("output.png", "wb") as f:
        f.write(output.read())
for each in output:
    assert each.read()[:4] == b"RIFF", each

# %% 1.x: a prediction in the background
# Create background prediction
model = replicate.models.get("kvfrans/clipdraw")
version = model.versions.get("5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b")
prediction = replicate.predictions.create(
    version=version,
    input={"prompt": "Watercolor painting of an underwater submarine"}
)
# Monitor progress
print(f"Status: {prediction.status}")
print(f"Logs: {prediction.logs}")
# Wait for completion
prediction.wait()
print(f"Final status: {prediction.status}")
assert prediction.status == "succeeded" and prediction.output

# %% 1.x: a prediction with a webhook
# Create prediction with webhook
prediction = replicate.predictions.create(
    model="ai-forever/kandinsky-2.2",
    input={"prompt": "Watercolor painting of an underwater submarine"},
    webhook="https://example.com/your-webhook",
    webhook_events_filter=["completed"]
)
assert prediction.id

# %% 1.x: list predictions and search models
# List your predictions
predictions = replicate.predictions.list()
for prediction in predictions.results:
    print(f"ID: {prediction.id}, Status: {prediction.status}")
# Paginate through results
if predictions.next:
    next_page = replicate.predictions.list(predictions.next)
# Search for models
results = replicate.models.search("text-to-image")
for model in results.results:
    print(f"{model.owner}/{model.name}: {model.description}")
assert predictions.results and results.results

# %% 1.x: create and cancel
# Create and cancel prediction
prediction = replicate.predictions.create(
    model="kvfrans/clipdraw",
    input={"prompt": "Complex artwork"}
)
# Cancel if needed
if prediction.status in ["starting", "processing"]:
    prediction.cancel()
    print("Prediction canceled")
assert prediction.status == "canceled"

# %% extended: get a model, the old way
import replicate
# Get a model
model = replicate.models.get("stability-ai/stable-diffusion")
assert model.id == "stability-ai/stable-diffusion"

# %% feature: run by version, input files by upload and inline
hello = "replicate/hello-world:9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426"
assert "Alice" in replicate.run(hello, input={"text": "Alice"})
import base64
png = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGNwaDhAEmIY1TCqYfhqAACldYAQpGTU2QAAAABJRU5ErkJggg=="
)
for strategy in ("base64", "url"):
    output = replicate.run(
        "jingyunliang/swinir:" + replicate.models.get("jingyunliang/swinir").latest_version.id,
        input={"image": io.BytesIO(png)}, file_encoding_strategy=strategy,
    )
    assert output.read()

# %% feature: stream
text = "".join(str(event) for event in replicate.stream("meta/meta-llama-3-8b-instruct", input={"prompt": "Hi"}))
assert text

# %% feature: wait, reload, progress and logs
prediction = replicate.predictions.create(
    model="black-forest-labs/flux-schnell", input={"prompt": "a boat"}, wait=True
)
prediction.wait()
prediction.reload()
assert prediction.status == "succeeded" and prediction.metrics and prediction.logs
assert replicate.predictions.get(prediction.id).output == prediction.output

# %% feature: a model that fails raises
from replicate.exceptions import ModelError, ReplicateError
failing = replicate.models.search("always-fails").results[0]
try:
    replicate.run(f"{failing.id}:{failing.latest_version.id}", input={})
except ModelError as error:
    assert error.prediction.status == "failed" and error.prediction.error
else:
    raise AssertionError("it did not fail")
try:
    replicate.models.get("no/such-model")
except ReplicateError as error:
    assert error.status == 404, error
else:
    raise AssertionError("it was found")

# %% feature: every page of models
owners, page = [], replicate.models.list()
while True:
    owners += [model.id for model in page.results]
    if not page.next:
        break
    page = replicate.models.list(page.next)
assert len(set(owners)) == len(owners) >= 40

# %% feature: collections, hardware, account, webhook secret
collection = replicate.collections.get("text-to-image")
assert collection.models and collection.slug in {each.slug for each in replicate.collections.list()}
assert {each.sku for each in replicate.hardware.list()} >= {"cpu", "gpu-t4"}
assert replicate.default_client.accounts.current().username == "demo"
assert replicate.webhooks.default.secret().key.startswith("whsec_")

# %% feature: files
file = replicate.files.create(io.BytesIO(b"some text"), filename="a.txt", content_type="text/plain", metadata={"a": 1})
assert replicate.files.get(file.id).size == 9 and file.metadata == {"a": 1}
assert file.id in {each.id for each in replicate.files.list()}
replicate.files.delete(file.id)

# %% feature: deployments
model = replicate.models.get("replicate/hello-world")
deployment = replicate.deployments.create(
    name="py1", model=model.id, version=model.latest_version.id, hardware="cpu", min_instances=0, max_instances=1
)
assert deployment.current_release.number == 1
changed = replicate.deployments.update(deployment_owner="demo", deployment_name="py1", max_instances=2)
assert changed.current_release.number == 2
assert "demo/py1" in {f"{each.owner}/{each.name}" for each in replicate.deployments.list()}
prediction = replicate.deployments.get("demo/py1").predictions.create(input={"text": "Bob"})
prediction.wait()
assert prediction.status == "succeeded"

# %% feature: models and trainings
model = replicate.models.create("demo", "py1-tuned", visibility="private", hardware="cpu")
trainer = replicate.models.get("ostris/flux-dev-lora-trainer")
training = replicate.trainings.create(
    model=trainer.id, version=trainer.latest_version.id, destination="demo/py1-tuned",
    input={"input_images": "data:application/zip;base64,UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==", "steps": 10},
)
assert training.id in {each.id for each in replicate.trainings.list()}
assert replicate.trainings.get(training.id).destination in (None, "demo/py1-tuned")
training.cancel()
assert training.status == "canceled"
replicate.models.delete("demo/py1-tuned")

# %% feature: validate a webhook
from replicate.webhook import Webhooks, WebhookSigningSecret
Webhooks.validate(
    headers={
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    body='{"test": 2432232314}', secret=WebhookSigningSecret(key="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
)

# %% feature: async
import asyncio
async def main():
    async for event in await replicate.async_stream("anthropic/claude-sonnet-4", input={"prompt": "Hi"}):
        assert str(event) is not None
    return await replicate.async_run("anthropic/claude-sonnet-4", input={"prompt": "Hi"})
assert "".join(asyncio.run(main()))
