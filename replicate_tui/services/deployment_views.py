"""Deployments as screens show them, and what the service would refuse of a wished one."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from replicate_tui.services.cards import moment
from replicate_tui.services.problems import FieldProblem
from replicate_tui.text import clean_line

#: Bounds of the service (Replicate API, deployments.create).
MOST_MIN_INSTANCES: Final = 5
MOST_INSTANCES: Final = 20
_LONGEST_NAME: Final = 100
_REQUIRED: Final = "is required"

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
_FULL_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION_ID: Final = re.compile(r"[0-9a-f]{64}")


class Release(NamedTuple):
    """What a deployment runs, or ran: `version` is one of `model`; None and "" stand for what the service left out."""

    number: int | None = None
    model: str = ""
    version: str = ""
    hardware: str = ""
    min_instances: int | None = None
    max_instances: int | None = None
    created_at: datetime | None = None
    created_by: str = ""

    @property
    def is_off(self) -> bool:
        """Whether it takes no runs at all; with a minimum of 0 alone, the first run only waits for a boot."""
        return self.max_instances == 0

    @property
    def range(self) -> str:
        """The bounds of its instances, "1-3"; "?" for what is not known."""
        low, high = ("?" if count is None else str(count) for count in (self.min_instances, self.max_instances))
        return low if low == high else f"{low}\N{EN DASH}{high}"


class DeploymentCard(NamedTuple):
    """A deployment with its current release."""

    owner: str
    name: str
    release: Release = Release()

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


class DeploymentWish(NamedTuple):
    """A deployment as it shall be; `version` is an id of `model` ("owner/name")."""

    name: str
    model: str
    version: str
    hardware: str
    min_instances: int = 0
    max_instances: int = 1


def wish_of(card: DeploymentCard) -> DeploymentWish:
    """Return the wish that changes nothing."""
    release = card.release
    return DeploymentWish(
        name=card.name,
        model=release.model,
        version=release.version,
        hardware=release.hardware,
        min_instances=release.min_instances or 0,
        max_instances=release.max_instances or 0,
    )


def changes_of(card: DeploymentCard, wish: DeploymentWish) -> dict[str, Any]:
    """Return what must be sent to make `card` as wished; a release keeps its model, a deployment its name."""
    release = card.release
    names = ("version", "hardware", "min_instances", "max_instances")
    return {name: value for name in names if (value := getattr(wish, name)) != getattr(release, name)}


def wish_problems(wish: DeploymentWish, skus: Collection[str]) -> tuple[FieldProblem, ...]:
    """Return what the service would refuse, by field; without `skus` any hardware will do.

    Rules: Replicate API, deployments.create.
    """
    found = {
        "name": _name_problem(wish.name),
        "model": _text_problem(wish.model, _FULL_NAME, "must be owner/name"),
        "version": _text_problem(wish.version, _VERSION_ID, "must be the id of a version, 64 digits"),
        "hardware": _hardware_problem(wish.hardware, skus),
        "min_instances": _bound_problem(wish.min_instances, MOST_MIN_INSTANCES),
        "max_instances": _bound_problem(wish.max_instances, MOST_INSTANCES),
    }
    if not found["min_instances"] and not found["max_instances"] and wish.min_instances > wish.max_instances:
        found["min_instances"] = "must not be above the maximum"
    return tuple(FieldProblem(name, message) for name, message in found.items() if message)


def change_problems(card: DeploymentCard, wish: DeploymentWish, skus: Collection[str]) -> tuple[FieldProblem, ...]:
    """Return what the service would refuse of a change.

    What stays is not looked at: the service has taken it once, and may have ended that offer since.
    """
    touched = set(changes_of(card, wish))
    if "max_instances" in touched:
        touched.add("min_instances")
    return tuple(problem for problem in wish_problems(wish, skus) if problem.field in touched)


def _name_problem(name: str) -> str:
    if not name:
        return _REQUIRED
    if len(name) > _LONGEST_NAME:
        return f"must have at most {_LONGEST_NAME} characters"
    return "" if _NAME.fullmatch(name) else "must be lower-case letters, digits, - _ or . after a letter or digit"


def _text_problem(text: str, form: re.Pattern[str], otherwise: str) -> str:
    if not text:
        return _REQUIRED
    return "" if form.fullmatch(text) else otherwise


def _hardware_problem(sku: str, skus: Collection[str]) -> str:
    if not sku:
        return _REQUIRED
    return f"{sku} is not on offer now" if skus and sku not in skus else ""


def _bound_problem(count: int, most: int) -> str:
    return "" if 0 <= count <= most else f"must be between 0 and {most}"


def deployment_card(body: Mapping[str, Any]) -> DeploymentCard:
    """Return the card of a deployment's JSON, every text cleaned and every odd shape survived."""
    release = body.get("current_release")
    return DeploymentCard(
        owner=_line(body.get("owner")) or "?",
        name=_line(body.get("name")) or "?",
        release=_release(release) if isinstance(release, Mapping) else Release(),
    )


def _release(body: Mapping[str, Any]) -> Release:
    parts = body.get("configuration")
    configuration: Mapping[str, Any] = parts if isinstance(parts, Mapping) else {}
    author = body.get("created_by")
    return Release(
        number=_count(body.get("number")),
        model=_line(body.get("model")),
        version=_line(body.get("version")),
        hardware=_line(configuration.get("hardware")),
        min_instances=_count(configuration.get("min_instances")),
        max_instances=_count(configuration.get("max_instances")),
        created_at=moment(body.get("created_at")),
        created_by=_line(author.get("username")) if isinstance(author, Mapping) else "",
    )


def release_record(release: Release) -> dict[str, Any]:
    """Return a release as JSON to keep, in the service's own shape."""
    return {
        "number": release.number,
        "model": release.model,
        "version": release.version,
        "created_at": release.created_at.isoformat() if release.created_at else None,
        "created_by": {"username": release.created_by},
        "configuration": {
            "hardware": release.hardware,
            "min_instances": release.min_instances,
            "max_instances": release.max_instances,
        },
    }


def release_from(record: Any) -> Release | None:
    """Return a release that was kept, None for anything else."""
    return _release(record) if isinstance(record, Mapping) else None


def _line(value: Any) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
