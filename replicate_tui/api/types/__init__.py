"""One model for each object of the API."""

from replicate_tui.api.types.account import Account
from replicate_tui.api.types.base import ApiObject, parse_timestamp
from replicate_tui.api.types.collection import Collection
from replicate_tui.api.types.deployment import Deployment, DeploymentConfiguration, Release
from replicate_tui.api.types.file import File, FileUrls
from replicate_tui.api.types.hardware import Hardware
from replicate_tui.api.types.model import Model, Version
from replicate_tui.api.types.prediction import FINAL_STATUSES, Metrics, Prediction, PredictionStatus, RunUrls
from replicate_tui.api.types.search import FoundCollection, FoundModel, FoundPage, SearchMetadata, SearchResults
from replicate_tui.api.types.training import Training, TrainingOutput
from replicate_tui.api.types.webhook import WebhookSecret

__all__ = [
    "FINAL_STATUSES",
    "Account",
    "ApiObject",
    "Collection",
    "Deployment",
    "DeploymentConfiguration",
    "File",
    "FileUrls",
    "FoundCollection",
    "FoundModel",
    "FoundPage",
    "Hardware",
    "Metrics",
    "Model",
    "Prediction",
    "PredictionStatus",
    "Release",
    "RunUrls",
    "SearchMetadata",
    "SearchResults",
    "Training",
    "TrainingOutput",
    "Version",
    "WebhookSecret",
    "parse_timestamp",
]
