"""Deployments: a model on machines of one's own, and its releases."""

from replicate_tui.api.types.account import Account
from replicate_tui.api.types.base import ApiObject


class DeploymentConfiguration(ApiObject):
    hardware: str | None = None
    min_instances: int | None = None
    max_instances: int | None = None


class Release(ApiObject):
    """What a deployment runs now. `version` is one of `model`, which is not the deployment's own name."""

    number: int | None = None
    model: str | None = None
    version: str | None = None
    created_at: str | None = None
    created_by: Account | None = None
    configuration: DeploymentConfiguration | None = None


class Deployment(ApiObject):
    owner: str
    name: str
    current_release: Release | None = None

    @property
    def id(self) -> str:
        """The qualified name, owner/name."""
        return f"{self.owner}/{self.name}"
