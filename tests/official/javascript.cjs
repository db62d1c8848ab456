// What the JavaScript client does against the demo service; prints {name: null or the error} as one JSON object.
// Run with NODE_PATH naming a node_modules folder that holds `replicate`.
const assert = require("node:assert");
const Replicate = require("replicate");

const replicate = new Replicate({
  auth: process.env.REPLICATE_API_TOKEN,
  baseUrl: process.env.REPLICATE_BASE_URL,
});
const HELLO = "replicate/hello-world:9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426";
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGNwaDhAEmIY1TCqYfhqAACldYAQpGTU2QAAAABJRU5ErkJggg==",
  "base64"
);
const versionOf = async (owner, name) => (await replicate.models.get(owner, name)).latest_version.id;

const cells = {
  "run by version": async () => {
    assert.match(await replicate.run(HELLO, { input: { text: "Alice" } }), /Alice/);
  },
  "run by name, with progress and a file": async () => {
    const seen = [];
    const output = await replicate.run(
      "black-forest-labs/flux-schnell",
      { input: { prompt: "a boat" } },
      (prediction) => seen.push(prediction.status)
    );
    assert.ok(seen.length >= 2);
    const content = Buffer.from(await (await output[0].blob()).arrayBuffer());
    assert.strictEqual(content.subarray(0, 4).toString(), "RIFF");
  },
  "run by polling": async () => {
    const output = await replicate.run(HELLO, { input: { text: "Bob" }, wait: { mode: "poll", interval: 20 } });
    assert.match(output, /Bob/);
  },
  "stream": async () => {
    let text = "";
    let last;
    for await (const event of replicate.stream("meta/meta-llama-3-8b-instruct", { input: { prompt: "Hi" } })) {
      last = event.event;
      if (event.event === "output") text += event.data;
    }
    assert.ok(text.length > 0);
    assert.strictEqual(last, "done");
  },
  "predictions": async () => {
    const made = await replicate.predictions.create({ version: HELLO.split(":")[1], input: { text: "Carol" } });
    const done = await replicate.wait(made, { interval: 20 });
    assert.strictEqual(done.status, "succeeded");
    assert.ok((await replicate.predictions.list()).results.some((each) => each.id === made.id));
    const other = await replicate.predictions.create({ model: "kvfrans/clipdraw", input: { prompt: "art" } });
    assert.strictEqual((await replicate.predictions.cancel(other.id)).status, "canceled");
    assert.strictEqual((await replicate.predictions.get(other.id)).status, "canceled");
  },
  "a failure and a refusal": async () => {
    const [owner, name] = await find("always-fails");
    const failing = `${owner}/${name}:${await versionOf(owner, name)}`;
    await assert.rejects(replicate.run(failing, { input: {} }), /Prediction failed/);
    await assert.rejects(replicate.models.get("no", "such-model"), /404/);
    await assert.rejects(replicate.run(HELLO, { input: {} }), /text is required/);
  },
  "models and search": async () => {
    assert.ok((await replicate.models.versions.list("replicate", "hello-world")).results.length > 1);
    const version = await replicate.models.versions.get("replicate", "hello-world", HELLO.split(":")[1]);
    assert.ok(version.openapi_schema.components.schemas.Input);
    assert.ok((await replicate.models.search("upscale")).results.length > 0);
    const made = await replicate.models.create("demo", "js-model", { visibility: "private", hardware: "cpu" });
    assert.strictEqual(made.latest_version, null);
  },
  "pagination": async () => {
    const names = [];
    for await (const page of replicate.paginate(replicate.models.list)) {
      names.push(...page.map((model) => `${model.owner}/${model.name}`));
    }
    assert.ok(names.length >= 40);
    assert.strictEqual(new Set(names).size, names.length);
  },
  "collections, hardware, account, webhook secret": async () => {
    const listed = (await replicate.collections.list()).results;
    const collection = await replicate.collections.get(listed[0].slug);
    assert.ok(collection.models.length > 0);
    assert.ok((await replicate.hardware.list()).some((each) => each.sku === "cpu"));
    assert.strictEqual((await replicate.accounts.current()).username, "demo");
    assert.match((await replicate.webhooks.default.secret.get()).key, /^whsec_/);
  },
  "files, uploaded and inlined": async () => {
    const file = await replicate.files.create(new Blob([PNG], { type: "image/png" }), { a: 1 });
    assert.strictEqual((await replicate.files.get(file.id)).size, PNG.length);
    assert.ok((await replicate.files.list()).results.some((each) => each.id === file.id));
    const swinir = `jingyunliang/swinir:${await versionOf("jingyunliang", "swinir")}`;
    assert.ok(await replicate.run(swinir, { input: { image: new Blob([PNG], { type: "image/png" }) } }));
    assert.ok(await replicate.run(swinir, { input: { image: file.urls.get } }));
    assert.strictEqual(await replicate.files.delete(file.id), true);
  },
  "deployments": async () => {
    const made = await replicate.deployments.create({
      name: "js", model: "replicate/hello-world", version: HELLO.split(":")[1],
      hardware: "cpu", min_instances: 0, max_instances: 1,
    });
    assert.strictEqual(made.current_release.number, 1);
    const changed = await replicate.deployments.update("demo", "js", { max_instances: 0 });
    assert.strictEqual(changed.current_release.number, 2);
    assert.ok((await replicate.deployments.list()).results.some((each) => each.name === "js"));
    await assert.rejects(
      replicate.deployments.predictions.create("demo", "js", { input: { text: "x" } }),
      /disabled/
    );
    await replicate.deployments.update("demo", "js", { max_instances: 1 });
    const run = await replicate.deployments.predictions.create("demo", "js", { input: { text: "x" } });
    assert.strictEqual((await replicate.wait(run, { interval: 20 })).status, "succeeded");
    await assert.rejects(replicate.deployments.delete("demo", "js"), /15 minutes/);
    assert.strictEqual((await replicate.deployments.get("demo", "js")).name, "js");
  },
  "trainings": async () => {
    await replicate.models.create("demo", "js-tuned", { visibility: "private", hardware: "cpu" });
    const made = await replicate.trainings.create(
      "ostris", "flux-dev-lora-trainer", await versionOf("ostris", "flux-dev-lora-trainer"),
      {
        destination: "demo/js-tuned",
        input: { input_images: "data:application/zip;base64,UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" },
      }
    );
    assert.strictEqual((await replicate.trainings.cancel(made.id)).status, "canceled");
    assert.strictEqual((await replicate.trainings.get(made.id)).status, "canceled");
    assert.ok((await replicate.trainings.list()).results.some((each) => each.id === made.id));
  },
  "validate a webhook": async () => {
    const request = new Request("http://127.0.0.1/", {
      method: "POST",
      body: '{"test": 2432232314}',
      headers: {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      },
    });
    assert.ok(await Replicate.validateWebhook(request, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  },
};

async function find(words) {
  const { results } = await replicate.models.search(words);
  return [results[0].owner, results[0].name];
}

(async () => {
  const ends = {};
  for (const [name, run] of Object.entries(cells)) {
    try {
      await run();
      ends[`feature: ${name}`] = null;
    } catch (error) {
      ends[`feature: ${name}`] = error.stack;
    }
  }
  process.stdout.write(JSON.stringify(ends) + "\n");
})();
