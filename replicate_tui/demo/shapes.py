"""How things look on the wire, with the differences between answers that break naive clients."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.account import ACCOUNT
from replicate_tui.demo.clock import odd_timestamp, timestamp
from replicate_tui.demo.identifiers import stable_number
from replicate_tui.demo.library import ListedModel, Version
from replicate_tui.demo.openapi import by_length
from replicate_tui.demo.records import Deployment, Run, StoredFile


class Shapes:
    """Turns the service's objects into the JSON of `origin` (`http://127.0.0.1:PORT`)."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.api = f"{origin}/v1"

    def run(self, run: Run) -> dict[str, Any]:
        """Return a run as the live edge shows it while it works, and mostly as the database does afterwards."""
        number = stable_number(run.id)
        body = self._edge(run, number)
        if run.is_terminal and (number % 4 or run.data_removed):
            body["input"], body["output"] = by_length(run.input), by_length(run.output)
            return {key: body[key] for key in sorted(body)}
        return body

    def early(self, run: Run, output: Any) -> dict[str, Any]:
        """Return the answer of a create that waited: finished, but told as `processing`, without logs and metrics."""
        body = self._edge(run, stable_number(run.id))
        for name in ("metrics", "completed_at", "started_at"):
            body.pop(name, None)
        return body | {"status": "processing", "logs": "", "output": output}

    def unfinished(self, run: Run) -> dict[str, Any]:
        """Return the answer of a create: `starting` whatever the run has reached by now."""
        body = self._edge(run, stable_number(run.id))
        for name in ("metrics", "started_at"):
            body.pop(name, None)
        if "output" in body:
            body["output"] = None
        if run.kind == "training":
            # Only asking for a training by its id gets its own addresses; the answer to its create has these.
            body["urls"] = {
                name: url.replace("/v1/trainings/", "/v1/predictions/") for name, url in body["urls"].items()
            }
        return body | {"status": "starting", "logs": ""}

    def canceled(self, run: Run) -> dict[str, Any]:
        """Return the answer of a cancel: no logs and no output yet, whatever the run had."""
        return self.run(run) | {"logs": None, "output": None}

    def model(self, listed: ListedModel, example: Run | None) -> dict[str, Any]:
        """Return a model with its latest version and its default example (None: not made yet)."""
        model = listed.model
        # The real service tells of weights only where there are some.
        weights = {"weights_url": listed.weights_url} if listed.weights_url else {}
        return {
            "url": f"https://replicate.com/{model.full_name}",
            "owner": model.owner,
            "name": model.name,
            "description": model.description or None,
            "visibility": listed.visibility,
            "github_url": model.github_url,
            "paper_url": model.paper_url,
            "license_url": model.license_url,
            "run_count": model.run_count,
            "cover_image_url": listed.cover_image_url or _first_picture(example),
            "default_example": self.run(example) if example else None,
            "latest_version": self.version(listed, listed.versions[0]) if listed.versions else None,
            "is_official": model.is_official,
            **weights,
        }

    def search_hit(self, listed: ListedModel, score: float) -> dict[str, Any]:
        """Return a search result; its model has neither example nor schema."""
        body = self.model(listed, None)
        body["latest_version"]["openapi_schema"] = {}
        description = listed.model.description or None
        return {
            "model": body,
            "metadata": {"generated_description": description, "tags": list(listed.model.tags), "score": score},
        }

    def version(self, listed: ListedModel, version: Version) -> dict[str, Any]:
        return {
            "id": version.id,
            "created_at": timestamp(version.created),
            "cog_version": version.cog_version,
            "openapi_schema": listed.document,
        }

    def deployment(self, deployment: Deployment) -> dict[str, Any]:
        return {
            "owner": deployment.owner,
            "name": deployment.name,
            "current_release": {
                "number": deployment.number,
                "model": deployment.model,
                "version": deployment.version,
                "created_at": timestamp(deployment.released),
                "created_by": ACCOUNT,
                "configuration": {
                    "hardware": deployment.hardware,
                    "min_instances": deployment.min_instances,
                    "max_instances": deployment.max_instances,
                },
            },
        }

    def file(self, file: StoredFile) -> dict[str, Any]:
        return {
            "id": file.id,
            "name": file.name,
            "content_type": file.content_type,
            "size": file.size,
            "etag": file.md5,
            "checksums": {"sha256": file.sha256, "md5": file.md5},
            "metadata": file.metadata,
            "created_at": timestamp(file.created, width=3),
            "expires_at": timestamp(file.expires, width=3),
            "urls": {"get": f"{self.api}/files/{file.id}"},
        }

    def _edge(self, run: Run, number: int) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": run.id,
            "model": run.model,
            "version": run.version,
            "input": run.input,
            "logs": None if run.data_removed else str(run.logs),
            "output": run.output,
            "data_removed": run.data_removed,
            "error": run.error,
            "source": run.source,
            "status": run.status,
            "created_at": odd_timestamp(run.created, run.id),
        }
        self._add_times(body, run, number)
        self._add_metrics(body, run, number)
        self._leave_out(body, run, number)
        for name in ("deployment", "webhook"):
            if getattr(run, name) is not None:
                body[name] = getattr(run, name)
        if run.webhook_events is not None:
            body["webhook_events_filter"] = run.webhook_events
        return body | {"urls": self._urls(run)}

    def _add_times(self, body: dict[str, Any], run: Run, number: int) -> None:
        for name, moment in (("started_at", run.started), ("completed_at", run.completed)):
            if moment is not None:
                body[name] = odd_timestamp(moment, f"{run.id}:{name}")
            elif number % 3 == 0:
                body[name] = None
        if run.deadline is not None:
            body["deadline"] = timestamp(run.deadline)

    def _add_metrics(self, body: dict[str, Any], run: Run, number: int) -> None:
        if run.is_terminal:
            body["metrics"] = dict(run.metrics)
        elif number % 2:
            body["metrics"] = {}

    def _leave_out(self, body: dict[str, Any], run: Run, number: int) -> None:
        """Drop or empty what a run that has not produced anything may show in several ways."""
        if run.output is None and not run.is_terminal and number % 3 == 1:
            del body["output"]
        if run.status == "starting":
            if number % 5 == 1:
                body["logs"] = None
            elif number % 5 == 2:
                del body["logs"]
            else:
                body["logs"] = ""

    def _urls(self, run: Run) -> dict[str, str]:
        address = f"{self.api}/{run.kind}s/{run.id}"
        urls = {"get": address, "cancel": f"{address}/cancel", "web": f"https://replicate.com/p/{run.id}"}
        return urls | ({"stream": f"{self._origin}/{run.stream}"} if run.stream else {})


def _first_picture(example: Run | None) -> str | None:
    output = example.output if example else None
    first = output[0] if isinstance(output, list) and output else output
    if isinstance(first, str) and first.endswith((".png", ".webp", ".jpg", ".gif")):
        return first
    return None


def page(results: list[Any], *, next: str | None = None, previous: str | None = None) -> Mapping[str, Any]:
    return {"previous": previous, "next": next, "results": results}
