"""What the service takes when models are made, changed and deleted: checked here first, pure functions."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from replicate_tui.services.problems import FieldProblem
from replicate_tui.services.views import ModelPage
from replicate_tui.text import clean_line

Visibility = Literal["private", "public"]

#: Names of models as the service takes them, in lower case (Replicate API, models.create).
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
LONGEST_NAME: Final = 100

#: What `models.update` can change; name, visibility, hardware and cover stay as they were made.
CHANGEABLE: Final = ("description", "readme", "github_url", "paper_url", "license_url", "weights_url")
_LINKS: Final = ("github_url", "paper_url", "license_url", "weights_url", "cover_image_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewModel:
    """A model to be made. `owner` "" is the account; `hardware` is a SKU; texts that are "" are not sent."""

    name: str
    hardware: str
    visibility: Visibility = "private"
    owner: str = ""
    description: str = ""
    github_url: str = ""
    paper_url: str = ""
    license_url: str = ""
    cover_image_url: str = ""

    def texts(self) -> dict[str, str]:
        """Return what was given of the texts and links, by their names in the API."""
        names = ("description", "github_url", "paper_url", "license_url", "cover_image_url")
        return {name: text for name in names if (text := getattr(self, name).strip())}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a model before and after; `field` is its name in the API."""

    field: str
    before: str
    after: str


def name_problem(name: str) -> str:
    """Say why the service would refuse a name for a model, "" when it takes it."""
    if not name:
        return "A model needs a name."
    if "/" in name:
        return "The name alone, without the owner before it."
    if len(name) > LONGEST_NAME:
        return f"A name has at most {LONGEST_NAME} characters; this one has {len(name)}."
    if not _NAME.fullmatch(name):
        return "Small letters, digits, dots, dashes and underscores; the first is a letter or a digit."
    return ""


def link_problem(link: str) -> str:
    """Say why a text is no web address, "" when it is one."""
    try:
        parts = urlsplit(link)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    return "" if is_address and not re.search(r"\s", link) else "A link begins with https:// and has no spaces."


def new_model_problems(new: NewModel, *, account: str, skus: Collection[str] = ()) -> tuple[FieldProblem, ...]:
    """Return what the service would refuse in `new`, at its fields; `account` and `skus` count where they are known."""
    found = {"name": name_problem(new.name)}
    if account and new.owner not in ("", account):
        found["owner"] = f"Models can be made for the token's own account only: {account}."
    if not new.hardware:
        found["hardware"] = "Choose the hardware the model runs on."
    elif skus and new.hardware not in skus:
        found["hardware"] = f"{clean_line(new.hardware, 40)} is not offered; there are {', '.join(sorted(skus))}."
    found |= {name: link_problem(text) for name, text in new.texts().items() if name in _LINKS}
    return _problems(found)


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """Return what differs, in the order of `CHANGEABLE`; a field that is not in `after` stays."""
    return tuple(
        Change(name, before.get(name, ""), after[name])
        for name in CHANGEABLE
        if name in after and after[name] != before.get(name, "")
    )


def change_problems(wanted: Collection[Change]) -> tuple[FieldProblem, ...]:
    """Return what the service would refuse of a change, at its fields; an emptied link is no mistake."""
    links = [change for change in wanted if change.field in _LINKS and change.after]
    return _problems({change.field: link_problem(change.after) for change in links})


def deletion_obstacles(page: ModelPage, versions: int | None, *, account: str) -> tuple[str, ...]:
    """Return why the service would refuse to delete a model; `versions` is None while their number is not known.

    Rules: it is the account's own, private, and has no versions (Replicate API, models.delete).
    """
    found = _ownership_obstacles(page, "model", account)
    has_versions = versions if versions is not None else int(page.version is not None)
    if has_versions:
        count = f"{versions} version{'s' if versions != 1 else ''}" if versions else "versions"
        found.append(f"It has {count}: delete those first, on its page under Versions.")
    return tuple(found)


def version_obstacles(
    page: ModelPage, *, account: str, deployments: Collection[str] = (), trainings: int = 0
) -> tuple[str, ...]:
    """Return why the service would refuse to delete a version, as far as it can be known here.

    `deployments` use the version, `trainings` is how many started from it. Rules: the model is the account's own and
    private, nobody else ran the version, no training, deployment or other version builds on it (Replicate API,
    models.versions.delete).
    """
    found = _ownership_obstacles(page, "version", account)
    if deployments:
        found.append(f"A deployment uses it: {', '.join(map(clean_line, deployments))}.")
    if trainings:
        found.append(f"{trainings} training{'s' if trainings > 1 else ''} started from it.")
    return tuple(found)


def _ownership_obstacles(page: ModelPage, what: str, account: str) -> list[str]:
    found = []
    if account and page.card.owner != account:
        found.append(f"The model belongs to {page.card.owner}, and only its owner can delete a {what} of it.")
    if page.card.visibility != "private":
        found.append(
            f"The model is public, and only {what}s of private models can be deleted."
            if what == "version"
            else "The model is public, and only private models can be deleted."
        )
    return found


def _problems(found: Mapping[str, str]) -> tuple[FieldProblem, ...]:
    return tuple(FieldProblem(name, words) for name, words in found.items() if words)
