"""Everything the service remembers: runs, files and its own secrets, kept in the storage as they change."""

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from replicate_tui.demo.clock import NANOSECONDS, Clock
from replicate_tui.demo.identifiers import Identifiers, new_token
from replicate_tui.demo.kept import Kept
from replicate_tui.demo.records import Deployment, OwnModel, Run, StoredFile
from replicate_tui.demo.storage import Record, Storage

FILE_LIFETIME = 24 * 3600.0
DATA_LIFETIME = 3600.0
_MOST_RUNS = 20_000


@dataclass(frozen=True, slots=True)
class Identity:
    """What stays the same across restarts; the secret makes the keys of addresses that take no token."""

    token: str
    secret: str
    webhook_secret: str


class State:
    """The service's memory; removes what is due whenever it is asked for it."""

    def __init__(self, storage: Storage, clock: Clock, *, seed: int, data_lifetime: float | None = None) -> None:
        """`data_lifetime` in real seconds; without it Replicate's hour, scaled by the clock's speed."""
        self.storage = storage
        self._clock = clock
        self._data_lifetime = round((data_lifetime or clock.scaled(DATA_LIFETIME)) * NANOSECONDS)
        self._seed = seed
        self._runs: dict[str, Run] = {}
        self._examples: dict[str, Run] = {}
        self._files: dict[str, StoredFile] = {}
        self._forgotten: list[Callable[[Run], None]] = []
        self.models = Kept(storage, "model", OwnModel.from_record)
        self.deployments = Kept(storage, "deployment", Deployment.from_record)
        self.identity = _new_identity()
        self.ids = self._identifiers(0)

    def load(self, origin: str) -> list[Run]:
        """Read back what an earlier start kept; return the runs that had not ended, oldest first."""
        used = 0
        known = False
        for kind, name, body in self.storage.load(origin):
            try:
                if kind == "identity":
                    used, known = body.pop("used"), True
                    self.identity = Identity(**body)
                else:
                    self._restore(kind, body)
            except (KeyError, TypeError, ValueError):
                # Written by another release: what cannot be read is as good as gone.
                self.storage.forget(kind, name)
        self._put_in_order()
        self.ids = self._identifiers(used)
        if not known:
            self._save_identity()
        return self.unfinished()

    def unfinished(self) -> list[Run]:
        """Return the runs that have not ended, oldest first."""
        return [run for run in self._runs.values() if not run.is_terminal]

    def records(self) -> list[Record]:
        """Return runs, files, models and deployments as they are written down; their parts are shared."""
        runs = [Record("run", run.id, run.to_record()) for run in self._runs.values()]
        files = [Record("file", file.id, file.to_record()) for file in self._files.values()]
        models = [Record(self.models.kind, each.key, each.to_record()) for each in self.models.values()]
        deployments = [Record(self.deployments.kind, each.key, each.to_record()) for each in self.deployments.values()]
        return runs + files + models + deployments

    def blob_keys(self) -> list[str]:
        """Return the keys of the blobs that the records name."""
        return [key for run in self._runs.values() for key in run.blobs] + [file.blob for file in self._files.values()]

    def replace_records(self, records: Iterable[Record], *, used: int) -> None:
        """Remember `records` and none other of their kinds; `used` is how many ids had been given out."""
        for run in list(self._runs.values()):
            self.forget_run(run)
        for file in list(self._files.values()):
            self.remove_file(file)
        for model in self.models.values():
            self.models.remove(model)
        for deployment in self.deployments.values():
            self.deployments.remove(deployment)
        for record in records:
            self._restore(record.kind, record.body)
            self.storage.save(*record)
        self._put_in_order()
        self.ids = self._identifiers(used)
        self._save_identity()

    def _put_in_order(self) -> None:
        self._runs = {run.id: run for run in sorted(self._runs.values(), key=lambda run: run.created)}
        self._files = {file.id: file for file in sorted(self._files.values(), key=lambda file: file.created)}

    def _restore(self, kind: str, body: dict[str, Any]) -> None:
        if kind == "run":
            run = Run.from_record(body)
            self._runs[run.id] = run
        elif kind == "example":
            example = Run.from_record(body)
            self._examples[example.id] = example
        elif kind == "file":
            file = StoredFile.from_record(body)
            self._files[file.id] = file
        elif kind == self.models.kind:
            self.models.restore(body)
        elif kind == self.deployments.kind:
            self.deployments.restore(body)

    @property
    def data_lifetime(self) -> float:
        """The real seconds after its end that a run keeps its data."""
        return self._data_lifetime / NANOSECONDS

    def on_removal(self, callback: Callable[[Run], None]) -> None:
        """Call back when the data of a run has been removed."""
        self._forgotten.append(callback)

    def add_run(self, run: Run) -> None:
        self._runs[run.id] = run
        self._save_identity()
        self.save_run(run)
        if len(self._runs) > _MOST_RUNS:
            oldest = next((each for each in self._runs.values() if each.is_terminal), None)
            if oldest is not None:
                self.forget_run(oldest)

    def add_example(self, run: Run) -> None:
        self._examples[run.id] = run
        self.storage.save("example", run.id, run.to_record())

    def example(self, id: str) -> Run | None:
        return self._examples.get(id)

    def save_run(self, run: Run) -> None:
        """Keep `run` as it is now."""
        self.storage.save("run", run.id, run.to_record())

    def run(self, id: str) -> Run | None:
        run = self._runs.get(id)
        if run is not None:
            self._remove_data_if_due(run)
        return run

    def runs(self, kind: str) -> list[Run]:
        """Return the runs of `kind`, newest first."""
        found = [run for run in reversed(self._runs.values()) if run.kind == kind]
        if self._clock.has_gone_back:
            found.sort(key=lambda run: run.created, reverse=True)
        for run in found:
            self._remove_data_if_due(run)
        return found

    def add_file(self, file: StoredFile, content: bytes) -> None:
        self._files[file.id] = file
        self._save_identity()
        self.storage.put(file.blob, content)
        self.storage.save("file", file.id, file.to_record())

    def file(self, id: str) -> StoredFile | None:
        file = self._files.get(id)
        if file is not None and file.expires <= self._clock.now():
            self.remove_file(file)
            return None
        return file

    def files(self) -> list[StoredFile]:
        """Return the files that have not expired, newest first."""
        return [file for known in reversed(list(self._files)) if (file := self.file(known)) is not None]

    def remove_file(self, file: StoredFile) -> None:
        self._files.pop(file.id, None)
        self.storage.forget("file", file.id)
        self.storage.drop(file.blob)

    def sweep(self) -> None:
        """Remove everything that is due, whether or not anyone asks for it again."""
        for run in self._runs.values():
            self._remove_data_if_due(run)
        self.files()

    def _remove_data_if_due(self, run: Run) -> None:
        if run.completed is not None and run.completed + self._data_lifetime <= self._clock.now():
            self.remove_data(run)

    def remove_data(self, run: Run) -> None:
        """Remove the input, output, files and logs of `run`; the rest of it stays."""
        if run.data_removed:
            return
        for key in run.blobs:
            self.storage.drop(key)
        run.input, run.output, run.blobs, run.data_removed = {}, None, [], True
        run.logs.clear()
        self.save_run(run)
        for callback in self._forgotten:
            callback(run)

    def forget_run(self, run: Run) -> None:
        """Remove `run` itself, with its data."""
        self._runs.pop(run.id, None)
        self.storage.forget("run", run.id)
        for key in run.blobs:
            self.storage.drop(key)
        for callback in self._forgotten:
            callback(run)

    def _identifiers(self, used: int) -> Identifiers:
        return Identifiers(seed=self._seed, secret=self.identity.secret.encode(), used=used)

    def _save_identity(self) -> None:
        kept: dict[str, Any] = {
            "token": self.identity.token,
            "secret": self.identity.secret,
            "webhook_secret": self.identity.webhook_secret,
            "used": self.ids.used,
        }
        self.storage.save("identity", "service", kept)


def _new_identity() -> Identity:
    webhook_secret = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
    return Identity(token=new_token(), secret=secrets.token_hex(32), webhook_secret=webhook_secret)
