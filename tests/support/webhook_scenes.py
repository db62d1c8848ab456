"""The scene of the webhook receiver: runs that report to it, and two deliveries that are not theirs."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import httpx

from replicate_tui.api.webhooks import sign
from replicate_tui.services.views import RunRequest
from replicate_tui.services.webhook_views import Verdict
from tests.support.studio import NOW, Stage

#: What the receiver has kept from an earlier start; the path, too, must be the same in each picture.
KEPT: Final[Mapping[str, Any]] = {
    "port": 8787,
    "public_url": "",
    "path": "c2l4dGVlbi1ieXRlcy0x",
    "events": ["start", "completed"],
}
#: How long ago, the model, the input; the oldest first.
TOLD: Final = (
    (timedelta(minutes=14), "black-forest-labs/flux-schnell", {"prompt": "a lighthouse on a cliff at dusk", "seed": 7}),
    (timedelta(minutes=9), "replicate-tui-demo/always-fails", {"prompt": "a picture that will never be"}),
    (timedelta(minutes=4), "meta/meta-llama-3-8b-instruct", {"prompt": "Write a haiku about slow trains"}),
)


async def webhooks(stage: Stage) -> None:
    """Have runs report, post a forged delivery and one that is an hour late, and look at a true one."""
    await stage.until("Popular")
    await stage.services.memory.set("webhook receiver", dict(KEPT))
    receiver = stage.services.webhooks
    await stage.press("8")
    await stage.until("W opens it")
    await stage.press("W")
    await stage.until("Not listening.")
    await stage.press("s")
    await stage.until("secret known")
    for ago, model, values in TOLD:
        before = len(receiver.deliveries)
        stage.clock.move_to(NOW - ago)
        await stage.services.runs.create(RunRequest(model=model, input=values), latch=model)
        await stage.until(lambda: len(receiver.deliveries) >= before + 2, f"what {model} reports")  # noqa: B023
    stage.clock.move_to(NOW)
    await _post(stage, {"id": "zzb4kqwe9hrm80cr4gxvmy2ee4", "model": "acme/fog", "status": "succeeded"}, 0, "v1,Zm9n")
    body = json.loads(receiver.deliveries[1].body)
    await _post(stage, body, 3_600)
    told = [each for each in receiver.deliveries if each.verdict is Verdict.VALID]
    await stage.until(lambda: all(receiver.get(each.number).known_run for each in told), "the runs are known")  # type: ignore[union-attr]
    await stage.until("too old")
    await stage.press("down", "down")
    if stage.app.size.width >= 120:
        await stage.until('"id":')
    stage.app.clear_notifications()
    await stage.pilot.pause()


async def _post(stage: Stage, body: Mapping[str, Any], age: int, signature: str = "") -> None:
    client = await stage.services.connection.client()
    secret = (await client.webhooks.default.secret.get()).key
    content, stamp = json.dumps(body).encode(), int(stage.clock.moment.timestamp()) - age
    headers = {
        "content-type": "application/json",
        "webhook-id": f"msg_{age}",
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature or sign(f"msg_{age}", stamp, content, secret),
    }
    async with httpx.AsyncClient() as poster:
        await poster.post(stage.services.webhooks.state.local_url, content=content, headers=headers)
