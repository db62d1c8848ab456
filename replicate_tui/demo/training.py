"""A training on paper: steps, losses and checkpoints as a fine-tune would log them, then a version that runs."""

import json
import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from replicate_tui.demo.model import Job, ModelFailure

_STEP_NAMES = ("steps", "max_train_steps", "num_train_steps")
_RATE_NAMES = ("learning_rate", "lr", "unet_learning_rate")
_SECONDS_A_STEP = 0.4
_LINES = 60
# Above this a fine-tune of the usual kind diverges.
_HIGHEST_RATE = 0.05
_BAR = 10


async def train(job: Job, given: Mapping[str, Any], push: Callable[[], str]) -> dict[str, str]:
    """Log a training and return its output; `push` makes the new version and returns its `owner/name:id`.

    Raises ModelFailure half way when the learning rate is far too high.
    """
    steps = round(_first_number(given, _STEP_NAMES, 300, least=10, most=4000))
    rate = _first_number(given, _RATE_NAMES, 4e-4, least=0.0, most=math.inf)
    await _read_inputs(job, given)
    await job.sleep(4.0)
    job.log("Loaded base weights")
    dice = random.Random(job.seed)
    stride = max(1, steps // _LINES)
    done = 0
    for step in [*range(stride, steps, stride), steps]:
        await job.sleep(_SECONDS_A_STEP * (step - done))
        passed, done = range(done + 1, step + 1), step
        progress = step / steps
        if rate > _HIGHEST_RATE and progress >= 0.5:
            job.log(f"step={step} loss=nan lr={rate:.2e}")
            raise ModelFailure(f"Loss is nan at step {step}; the learning rate {rate:g} is too high")
        if steps // 2 in passed:
            job.log(f"Warm restart: learning rate back to {rate:.2e}")
        loss = 0.08 + 0.5 * math.exp(-3 * progress) + dice.uniform(-0.02, 0.02)
        job.log(_bar(step, steps))
        job.log(f"step={step} loss={loss:.4f} lr={_rate_at(rate, progress):.2e}")
        if steps // 4 in passed or 3 * steps // 4 in passed:
            job.log(f"Saved checkpoint at step {step}")
    job.metric("training_step_count", steps)
    kept = {"note": "stand-in for trained weights", "steps": steps, "learning_rate": rate}
    weights = job.publish(json.dumps(kept).encode(), "trained_model.tar")
    return {"version": push(), "weights": weights}


async def _read_inputs(job: Job, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if isinstance(value, str) and value.startswith(("http:", "https:", "data:")):
            try:
                job.log(f"Read {name}: {len(await job.read(value)):,} bytes")
            except ModelFailure:
                job.log(f"Left out {name}: it is not on this machine")


def _bar(step: int, steps: int) -> str:
    filled = round(_BAR * step / steps)
    seconds = (steps - step) * _SECONDS_A_STEP
    left = f"{int(seconds // 60):02d}:{int(seconds % 60):02d}"
    return f"{100 * step // steps:3d}%|{'█' * filled}{' ' * (_BAR - filled)}| {step}/{steps} [{left} left]"


def _rate_at(rate: float, progress: float) -> float:
    """Return the learning rate of a cosine schedule with one warm restart."""
    return rate * 0.5 * (1 + math.cos(math.pi * ((2 * progress) % 1.0)))


def _first_number(
    given: Mapping[str, Any], names: tuple[str, ...], default: float, *, least: float, most: float
) -> float:
    found = [given[name] for name in names if isinstance(given.get(name), (int, float))]
    return min(most, max(least, float(found[0] if found else default)))
