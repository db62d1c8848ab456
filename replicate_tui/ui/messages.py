"""What screens ask of the app: they bubble up, and the app alone knows which screen answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from textual.message import Message
from textual.screen import Screen

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import RunOptions
from replicate_tui.ui.launcher import OpenedProfile

if TYPE_CHECKING:
    from replicate_tui.services.deployment_views import DeploymentCard, Release
    from replicate_tui.store.records import RunKind


@dataclass
class OpenModel(Message):
    """Show the page of `owner/name`, at `tab` when given."""

    full_name: str
    tab: str = ""


@dataclass
class OpenModelForm(Message):
    """Show the form that makes a model, or changes the texts of `full_name`, beginning at `field`."""

    full_name: str = ""
    field: str = ""


@dataclass
class OpenForm(Message):
    """Show the run form of `owner/name`.

    `values` fill it (an example, an earlier run); without them the draft of that model comes back. Paths in file
    fields are taken over only with `local_files`, for values this user entered on this machine.
    """

    full_name: str
    values: Mapping[str, Any] | None = None
    options: RunOptions = field(default_factory=RunOptions)
    origin: str = ""
    local_files: bool = False


@dataclass
class OpenTraining(Message):
    """Show the form of a training by the trainer `full_name` ("owner/name"), at the newest version without `version`.

    `values` and `destination` fill it; without values the draft comes back. `local_files` is as in OpenForm.
    """

    full_name: str
    version: str = ""
    values: Mapping[str, Any] | None = None
    destination: str = ""
    origin: str = ""
    local_files: bool = False


@dataclass
class OpenRun(Message):
    """Show the monitor of a run by our id, in the place of the screen it `replaces` (a form that ran).

    Without `kind`, a run that is not followed now is taken for a prediction.
    """

    run_id: str
    replaces: Screen[Any] | None = None
    kind: "RunKind | None" = None


@dataclass
class OpenRemoteRun(Message):
    """Show the monitor of a run that is known by the service's id or web URL only; those of `others` are below it."""

    reference: str
    others: tuple[str, ...] = ()


@dataclass
class OpenDeployment(Message):
    """Show the page of a deployment ("owner/name"), in the place of the screen it `replaces` (a form that made it)."""

    full_name: str
    replaces: Screen[Any] | None = None


@dataclass
class OpenDeploymentForm(Message):
    """Show the form that changes `card`, or makes a deployment; `release` fills it."""

    card: "DeploymentCard | None" = None
    release: "Release | None" = None


@dataclass
class OpenCollection(Message):
    slug: str


@dataclass
class OpenCopyMenu(Message):
    """Offer `choices` (label, text) to copy."""

    choices: tuple[tuple[str, str], ...]


@dataclass
class CopyText(Message):
    """Copy `text`; `what` names it in the answer ("the URL")."""

    text: str
    what: str


@dataclass
class OpenWebPage(Message):
    """Open an http(s) URL in the user's browser, or show it where there is none."""

    url: str


@dataclass
class OpenOutside(Message):
    """Open a saved file or a folder with the desktop's own program."""

    path: str


@dataclass
class Say(Message):
    """Show one line for a moment; `text` is plain, never markup."""

    text: str
    severity: Literal["information", "warning", "error"] = "information"
    profile: OpenedProfile | None = None
    """Whose news it is; named when it is not the profile on the screens."""


@dataclass
class SayProblem(Message):
    """Show a failure in plain words; `profile` is as in Say."""

    problem: ServiceProblem
    profile: OpenedProfile | None = None


@dataclass
class OpenWebhooks(Message):
    """Show the webhook receiver."""


@dataclass
class OpenDelivery(Message):
    """Show a webhook delivery of this session by its number."""

    number: int


@dataclass
class OpenProfiles(Message):
    """Show the profiles of this machine."""


@dataclass
class SwitchProfile(Message):
    """Have another profile on the screens."""

    name: str


@dataclass
class ProfileOpened(Message):
    """The welcome screen has found a way in."""

    profile: OpenedProfile


OpenTarget = OpenModel | OpenCollection | OpenRun | OpenRemoteRun | OpenDeployment
