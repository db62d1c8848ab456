"""The official clients, unmodified, against the demo service: each in its own environment, as a real process.

The environments are named by variables, and `.ci/run` makes them; where one is absent its tests skip:

    OFFICIAL_PYTHON_1       a Python that has replicate 1.0.7
    OFFICIAL_PYTHON_2       a Python that has replicate 2.0.0b4
    OFFICIAL_NODE_MODULES   a node_modules folder that has replicate 1.4

`EXAMPLES` has a row for every example of the clients' three reference documents. What an example names without
saying (a model, an id) is filled in with what the demo service knows; the rest stands as its document has it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo import make_demo

HERE = Path(__file__).parent
SPEED = 200.0
SECONDS = 110


@dataclass(frozen=True)
class Client:
    """A client: the variable that names its environment, the file of its cells, and its command."""

    title: str
    variable: str
    file: str

    def command(self, environment: str) -> list[str]:
        if self.file.endswith(".py"):
            return [environment, "-W", "ignore", str(HERE / "run_cells.py"), str(HERE / self.file)]
        return [shutil.which("node") or "node", str(HERE / self.file)]

    def variables(self, environment: str, origin: str, token: str) -> dict[str, str]:
        # The first Python client adds /v1 itself.
        base_url = origin if self is PYTHON_1 else f"{origin}/v1"
        return {
            "PATH": os.environ["PATH"],
            "REPLICATE_BASE_URL": base_url,
            "REPLICATE_API_TOKEN": token,
            "REPLICATE_POLL_INTERVAL": "0.02",
            "DEMO_SPEED": str(SPEED),
            "NODE_PATH": environment,
        }

    def names(self) -> list[str]:
        text = (HERE / self.file).read_text()
        if self.file.endswith(".py"):
            return re.findall(r"^# %% (.+)$", text, re.MULTILINE)
        return [f"feature: {name}" for name in re.findall(r'^  "(.+)": async', text, re.MULTILINE)]


PYTHON_1 = Client("Python 1.0.7", "OFFICIAL_PYTHON_1", "python_1.py")
PYTHON_2 = Client("Python 2.0.0b4", "OFFICIAL_PYTHON_2", "python_2.py")
JAVASCRIPT = Client("JavaScript 1.4", "OFFICIAL_NODE_MODULES", "javascript.cjs")
CLIENTS = (PYTHON_1, PYTHON_2, JAVASCRIPT)

_NO_VERSION = "2.0.0b4 takes version=, not model=: TypeError before anything is sent"
EXAMPLES: dict[str, Client | str] = {
    # The reference of the first Python client.
    "1.x: run a model and write its file": PYTHON_1,
    # Its last lines read `prediction.output`, which is a list of addresses here as with the real service.
    "1.x: a prediction in the background": PYTHON_1,
    "1.x: a prediction with a webhook": PYTHON_1,
    "1.x: chain two models with predict()": "1.0.7 has no Version.predict; its Model.predict raises by design",
    "1.x: list predictions and search models": PYTHON_1,
    "1.x: create and cancel": PYTHON_1,
    # The short reference of the second one.
    "reference: client with a token": PYTHON_2,
    "reference: use": PYTHON_2,
    "reference: run": PYTHON_2,
    # Called on a client: the module itself has no `search` in 2.0.0b4.
    "reference: search": PYTHON_2,
    "reference: predictions.create": PYTHON_2,
    "reference: predictions.get": PYTHON_2,
    "reference: predictions.list": PYTHON_2,
    "reference: predictions.cancel": PYTHON_2,
    "reference: models.create, models.delete": PYTHON_2,
    "reference: models.get": PYTHON_2,
    "reference: models.list": PYTHON_2,
    "reference: models.examples.list": PYTHON_2,
    "reference: models.predictions.create": PYTHON_2,
    "reference: models.readme.get": PYTHON_2,
    "reference: models.versions.get": PYTHON_2,
    "reference: models.versions.list": PYTHON_2,
    "reference: models.versions.delete": PYTHON_2,
    "reference: collections.get": PYTHON_2,
    "reference: collections.list": PYTHON_2,
    "reference: deployments.create": PYTHON_2,
    "reference: deployments.get, list, update, predictions.create": PYTHON_2,
    "reference: deployments.delete": PYTHON_2,
    "reference: files.create": PYTHON_2,
    "reference: files.list, get, delete": PYTHON_2,
    "reference: files.download": "no operation gives out a signature; tests/demo signs one and downloads",
    "reference: trainings.create, get, list, cancel": PYTHON_2,
    "reference: hardware.list": PYTHON_2,
    "reference: account.get": PYTHON_2,
    "reference: webhooks.default.secret.get": PYTHON_2,
    # With cast_to=, which 2.0.0b4 requires; the others post to an address that does not exist.
    "reference: custom requests": PYTHON_2,
    # The long reference.
    "extended: quick start": PYTHON_2,
    "extended: client settings": PYTHON_2,
    "extended: client with api_token": "2.0.0b4 takes bearer_token= only",
    "extended: the async client": PYTHON_2,
    "extended: run with a version": PYTHON_2,
    "extended: run with options": PYTHON_2,
    "extended: run by a bare version id": "2.0.0b4 refuses a reference without owner and name",
    "extended: stream": PYTHON_2,
    # `replicate.use`: a client's own `use` raises TypeError in 2.0.0b4.
    "extended: use": PYTHON_2,
    "extended: search, its result iterated": "search returns an object with models, collections and pages",
    "extended: predictions.create with model=": _NO_VERSION,
    "extended: predictions.get, cancel, list": PYTHON_2,
    "extended: predictions.wait with timeout=": "2.0.0b4 has no timeout there",
    "extended: models": PYTHON_2,
    "extended: models.create, delete": PYTHON_2,
    "extended: versions": PYTHON_2,
    "extended: model predictions and examples": PYTHON_2,
    "extended: deployments.create with the version in model": "2.0.0b4 requires version=",
    "extended: deployments": PYTHON_2,
    "extended: trainings.create without destination": "2.0.0b4 requires destination=",
    "extended: trainings": PYTHON_2,
    "extended: collections": PYTHON_2,
    "extended: files.create(file=)": "the parameter is content=",
    "extended: files": PYTHON_2,
    "extended: hardware with specs": "neither the API nor 2.0.0b4 has specs",
    "extended: account with email": "neither the API nor 2.0.0b4 has an email",
    "extended: webhook secret": PYTHON_2,
    "extended: input files": PYTHON_2,
    "extended: an input path that is opened by itself": "2.0.0b4 sends a plain string as it is",
    "extended: output files": "replicate.helpers is gone in 2.0.0b4; FileOutput is used in the cells above",
    "extended: errors": PYTHON_2,
    "extended: pagination": PYTHON_2,
    "extended: raw response": PYTHON_2,
    "extended: custom HTTP client": PYTHON_2,
    "extended: a proxy": "its proxy.example.com is no address on this machine",
    "extended: copying": PYTHON_2,
    "extended: async": PYTHON_2,
    "extended: polling with predictions.create(model=)": _NO_VERSION,
    "extended: batches": PYTHON_2,
    "extended: webhook handling": "a Flask program that calls no client, with a signature scheme of its own",
    "extended: type hints": PYTHON_2,
    "extended: get a model, the old way": PYTHON_1,
}


Ends = dict[str, str | None]


@pytest.fixture(scope="session")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Client], Ends]]:
    """Start all clients at once on one service, and return how each cell of one ended."""
    present = {client: os.environ[client.variable] for client in CLIENTS if os.environ.get(client.variable)}
    finished: dict[Client, Ends] = {}
    with make_demo(speed=SPEED) as demo:
        running: dict[Client, subprocess.Popen[str]] = {}
        for client, environment in present.items():
            folder = tmp_path_factory.mktemp("client")
            running[client] = subprocess.Popen(
                client.command(environment),
                env={**client.variables(environment, demo.origin, demo.token), "HOME": str(folder)},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

        def of(client: Client) -> Ends:
            if client not in running:
                pytest.skip(f"{client.variable} does not name an environment with the {client.title} client")
            if client not in finished:
                output, errors = running[client].communicate(timeout=SECONDS)
                assert running[client].returncode == 0, errors
                finished[client] = json.loads(output)
            return finished[client]

        yield of
        for process in running.values():
            process.kill()
            process.communicate()


def cells() -> list[Any]:
    return [
        pytest.param(client, name, id=f"{client.title}: {name}", marks=pytest.mark.xdist_group("official"))
        for client in CLIENTS
        for name in client.names()
    ]


@pytest.mark.parametrize(("client", "name"), cells())
def test_it_runs(client: Client, name: str, ends: Callable[[Client], Ends]) -> None:
    end = ends(client)[name]
    assert end is None, end


def test_every_example_has_a_client_or_a_reason() -> None:
    for name, client in EXAMPLES.items():
        if isinstance(client, Client):
            assert name in client.names(), f"{client.file} has no cell for {name}"
        else:
            assert client, f"no reason why no client runs {name}"
    ran = {name for client in CLIENTS for name in client.names() if not name.startswith("feature: ")}
    assert ran == {name for name, client in EXAMPLES.items() if isinstance(client, Client)}


def test_a_cell_that_fails_is_told(tmp_path: Path) -> None:
    file = tmp_path / "cells.py"
    file.write_text("import json\n# %% good\njson.loads('1')\n# %% bad\njson.loads('')\n")
    answer = subprocess.run([sys.executable, str(HERE / "run_cells.py"), str(file)], capture_output=True, text=True)
    told = json.loads(answer.stdout)
    assert told["good"] is None
    assert "JSONDecodeError" in told["bad"]
