"""What a person may name on the command line: a model, collection, run or deployment, by name, id or web address."""

import re
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

TargetKind = Literal["model", "collection", "run", "deployment"]

_MODEL: Final = re.compile(r"([a-z0-9][a-z0-9._-]*)/([a-z0-9][a-z0-9._-]*)(?::[0-9a-f]{64})?", re.IGNORECASE)
_DEPLOYMENT: Final = re.compile(r"deployments/([a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
_RUN_ID: Final = re.compile(r"[a-z0-9]{24,32}")
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
#: Pages of the web site that are no owner of models.
_NOT_AN_OWNER: Final = frozenset({"docs", "account", "explore", "pricing", "blog", "deployments", "trainings"})


@dataclass(frozen=True, slots=True)
class Target:
    """`value` is "owner/name" of a model or a deployment, a collection's slug, or the service's id of a run."""

    kind: TargetKind
    value: str


class UnknownTarget(ValueError):
    """A text that names nothing the app can open."""


def parse_target(text: str) -> Target:
    """Read what `text` names. Raises UnknownTarget with a sentence for the user."""
    text = text.strip()
    if "://" in text:
        return _from_url(text)
    if model := _MODEL.fullmatch(text):
        return Target("model", f"{model[1]}/{model[2]}")
    if deployment := _DEPLOYMENT.fullmatch(text):
        return Target("deployment", deployment[1])
    if _RUN_ID.fullmatch(text):
        return Target("run", text)
    if _SLUG.fullmatch(text):
        return Target("collection", text)
    raise UnknownTarget(f"{text!r} is no owner/name, run id, collection or web address.")


def parse_run(text: str) -> Target:
    """Read which run or training `text` names. Raises UnknownTarget with a sentence for the user."""
    target = parse_target(text)
    if target.kind != "run":
        raise UnknownTarget(f"{text!r} is no id and no web address of a run or a training.")
    return target


def _from_url(text: str) -> Target:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise UnknownTarget(f"{text!r} is no web address.") from None
    steps = [step for step in parts.path.split("/") if step]
    is_web = parts.scheme in ("http", "https")
    if not is_web or parts.hostname not in ("replicate.com", "www.replicate.com"):
        raise UnknownTarget(f"{text!r} is not an address on replicate.com.")
    match steps:
        case ["p" | "trainings", run_id] if _RUN_ID.fullmatch(run_id):
            return Target("run", run_id)
        case ["collections", slug] if _SLUG.fullmatch(slug):
            return Target("collection", slug)
        case ["deployments", owner, name, *_] if _DEPLOYMENT.fullmatch(f"deployments/{owner}/{name}"):
            return Target("deployment", f"{owner}/{name}")
        case [owner, name, *_] if owner not in _NOT_AN_OWNER and _MODEL.fullmatch(f"{owner}/{name}"):
            return Target("model", f"{owner}/{name}")
    raise UnknownTarget(f"{text!r} is no page of a model, a collection, a run or a deployment.")
