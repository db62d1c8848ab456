"""What a service says leads elsewhere: addresses of strangers in its answers, and names of files that want out."""

import contextlib
import os
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

from replicate_tui.api import AsyncReplicate, ReplicateError, RetryPolicy
from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.scripted_files import ScriptedFile
from replicate_tui.demo.scripts import RunScript
from replicate_tui.demo.server import DemoServer
from replicate_tui.store.records import SaveState
from tests.reliability.lanes import Lane, in_lanes
from tests.reliability.row import Row, Trial, Trials
from tests.support.demo import make_demo

# -- S10 ------------------------------------------------------------------------------------------------------------

#: Ways to write the foreign host's address; `f` is its host and port, `o` those of the service.
_FORMS: Final[tuple[Callable[[str, str], Any], ...]] = (
    lambda f, o: f"http://{f}/v1/predictions/p1",
    lambda f, o: f"//{f}/v1/predictions",
    lambda f, o: f"http:\\\\{f}/x",
    lambda f, o: f"HTTP://{f.upper()}/v1",
    lambda f, o: f"http://{o}@{f}/v1/predictions",
    lambda f, o: f"http://{o}:x@{f}/",
    lambda f, o: f"http://{f}#@{o}/v1/predictions",
    lambda f, o: f"http://{f}?@{o}/v1/predictions",
    lambda f, o: f"http://{f}\\@{o}/v1",
    lambda f, o: f"http://{o}\t@{f}/v1",
    lambda f, o: f" http://{f}/v1",
    lambda f, o: f"http://{f}/redirect/v1/account",
    lambda f, o: f"http://{f}/redirect/v1/predictions?status=307",
    lambda f, o: f"http://2130706434:{f.rpartition(':')[2]}/",
    lambda f, o: f"http://127.2:{f.rpartition(':')[2]}/",
    lambda f, o: f"http://[::ffff:127.0.0.2]:{f.rpartition(':')[2]}/",
    lambda f, o: f"https://{f}/v1/predictions",
    lambda f, o: {"url": f"http://{f}/"},
    lambda f, o: [f"http://{f}/"],
    lambda f, o: f"http:{f}/v1",
)
_RUN_PLACES: Final = ("/urls/get", "/urls/stream", "/urls/cancel", "/urls/web")
_MOST_PAGES: Final = 3


async def _addresses(trials: Trials) -> None:
    with make_demo(has_foreign_host=True) as service:
        async with _client_of(service) as client:
            for trial in trials:
                address = _FORMS[trial.number % len(_FORMS)](_netloc(service.foreign_url), _netloc(service.origin))
                with trial:
                    await _leads_nowhere(trial, service, client, address)
                service.faults.clear()


async def _leads_nowhere(trial: Trial, service: DemoServer, client: AsyncReplicate, address: Any) -> None:
    """Put the address where answers have one, then ask everything; then let every answer be a redirect to it."""
    rules = [
        FaultRule(path="/v1/*predictions*", method="POST", patch=_patches(*_RUN_PLACES)(address)),
        FaultRule(path="/v1/predictions/*", patch=_patches(*_RUN_PLACES, "/output")(address)),
        FaultRule(path="/v1/trainings*", method="POST", patch=_patches(*_RUN_PLACES)(address)),
        FaultRule(path="/v1/files*", method="POST", patch=_patches("/urls/get")(address)),
        FaultRule(
            path="/v1/*", method="GET", patch=_patches("/next", "/previous", "/url", "/cover_image_url")(address)
        ),
    ]
    service.faults.add(*rules)
    before = len(service.foreign_requests)
    assert (await client.get("/v1/predictions")).json()["next"] == address
    for call in (*_CALLS, *_CALLS_WITH_URLS):
        await _quietly(call(client))
    if isinstance(address, str):
        await _quietly(_download(client, address))
        service.faults.clear()
        status = trial.random.choice([301, 302, 303, 307, 308])
        service.faults.add(FaultRule(status=status, headers={"Location": address.strip().replace("\t", "%09")}))
        for call in _CALLS:
            await _quietly(call(client))
    reached = service.foreign_requests[before:]
    assert not [seen for seen in reached if _tells(seen, service.token)], "the token was told"
    # Nor is anything fetched: the address is none of the service's, and not public.
    assert [(seen.method, seen.path) for seen in reached] == []


def _patches(*places: str) -> Callable[[Any], tuple[dict[str, Any], ...]]:
    return lambda value: tuple({"op": "add", "path": place, "value": value} for place in places)


def _tells(seen: Any, token: str) -> bool:
    said = b"\n".join(name + b": " + value for name, value in seen.raw_headers).lower()
    return b"authorization" in said or token.lower().encode() in said or token in f"{seen.path}?{seen.query}"


async def _some(pages: Any) -> None:
    count = 0
    async for _ in pages.iter_pages():
        count += 1
        if count == _MOST_PAGES:
            return


async def _run_and_follow(client: AsyncReplicate) -> None:
    run = await client.predictions.create(version="a" * 64, input={"text": "x"})
    await _quietly(_streamed(client, run))
    await _quietly(client.predictions.wait(run))
    await _quietly(client.predictions.cancel(run.id))
    output = (await client.predictions.get(run.id)).output
    for url in output if isinstance(output, list) else [output]:
        await _quietly(_download(client, str(url)))


async def _streamed(client: AsyncReplicate, run: Any) -> None:
    async for _ in client.predictions.stream(run):
        pass


async def _download(client: AsyncReplicate, url: str) -> None:
    async with client.open_file(url) as delivery:
        async for _ in delivery.chunks():
            pass


async def _quietly(call: Any) -> None:
    # A refusal is as good as an answer: what counts is what reaches the other host.
    with contextlib.suppress(ReplicateError):
        await call


_CALLS: Final[tuple[Callable[[AsyncReplicate], Any], ...]] = (
    lambda client: client.account.get(),
    lambda client: client.hardware.list(),
    lambda client: client.search("greeter"),
    lambda client: client.models.get(model_owner="tests", model_name="greeter"),
    lambda client: client.collections.get("talking"),
    lambda client: client.webhooks.default.secret.get(),
    lambda client: client.predictions.create(version="a" * 64, input={"text": "x"}),
    lambda client: client.files.create(content=b"words", filename="words.txt"),
    lambda client: client.predictions.cancel("abcdefghijklmnopqrstuvwxyz"),
    lambda client: client.files.download("abc", owner="tests", expiry=1, signature="x"),
)
_CALLS_WITH_URLS: Final[tuple[Callable[[AsyncReplicate], Any], ...]] = (
    _run_and_follow,
    lambda client: _some(client.predictions.list()),
    lambda client: _some(client.trainings.list()),
    lambda client: _some(client.models.list()),
    lambda client: _some(client.models.search("a")),
    lambda client: _some(client.models.versions.list(model_owner="tests", model_name="greeter")),
    lambda client: _some(client.models.examples.list(model_owner="tests", model_name="greeter")),
    lambda client: _some(client.collections.list()),
    lambda client: _some(client.deployments.list()),
    lambda client: _some(client.files.list()),
)


@contextlib.asynccontextmanager
async def _client_of(service: DemoServer) -> AsyncIterator[AsyncReplicate]:
    policy = RetryPolicy(first_delay=0.001, max_retries=1)
    async with AsyncReplicate(bearer_token=service.token, base_url=service.origin, retry_policy=policy) as client:
        yield client


def _netloc(url: str) -> str:
    return url.rpartition("//")[2]


def _no_second_address() -> str | None:
    with make_demo(has_foreign_host=True) as service:
        return None if service.foreign_url else "this machine has no 127.0.0.2"


# -- S15 ------------------------------------------------------------------------------------------------------------

_NAMES: Final = (
    "../../../../etc/cron.d/evil",
    "%2e%2e%2f%2e%2e%2f.bashrc",
    "%252e%252e%252f.bashrc",
    "..\\..\\evil.exe",
    "/etc/passwd",
    "a.png%00.sh",
    "a\nb.png",
    "\x1b]52;c;eA==\x07.png",
    "",
    ".",
    "..",
    ".ssh",
    "-rf",
    "--help",
    "$HOME",
    "~root",
    "`id`.png",
    "a" * 300 + ".png",
    "é" * 150 + ".png",
    "CON.png",
    "a.txt:stream",
    "photo\u202egpj.exe",
    "x.desktop",
    "run.sh",
    "run.json",
    "logs.txt",
    "out-0.png.part",
)
#: Addresses that every client shortens, or that no server can be asked for: their files are not there.
_UNREACHABLE: Final = {"../../../../etc/cron.d/evil", ".", "..", "a\nb.png"}
_DISPOSITIONS: Final = (
    'attachment; filename="../../.ssh/authorized_keys"',
    "attachment; filename*=UTF-8''%2e%2e%2f%2e%2e%2fevil",
    'attachment; filename="a\\".png"; filename="b.sh"',
    'attachment; filename="=?utf-8?B?Li4vLi4vLmJhc2hyYw==?="',
    "attachment; filename=/etc/passwd",
)
_SCRIPT: Final = "#!/bin/sh\ntouch /tmp/never\n"
_TYPES: Final = ("image/png", "application/x-sh", "text/html", "../../evil", "application/x-desktop", "")


async def _names(trials: Trials) -> None:
    await in_lanes(trials, _stay_inside)


async def _stay_inside(trial: Trial, lane: Lane) -> None:
    """Save a run of six files of hostile names, two of them the same, beside files that must stay as they are."""
    text = f"names {trial.number}"
    names = [_NAMES[(trial.number * 4 + step) % len(_NAMES)] for step in range(4)]
    files = [_file(trial, name) for name in (*names, names[0], "out-0.png")]
    lane.script(text, RunScript(files=tuple(files)))
    before = set(lane.folder.parent.rglob("*"))
    record = await lane.run("tests/painter", text=text)
    kept = (SaveState.SAVED, SaveState.EXPIRED)
    run = (await lane.until(record, lambda it: it.run.is_final and it.run.saved in kept, "it to be kept")).run
    assert len(run.files) == len(files)
    root = lane.folder / "data" / "runs" / (run.folder or "none")
    saved = {root / saved.name: file for saved, file in zip(run.files, files, strict=True) if saved.name}
    lost = [file.name for saved, file in zip(run.files, files, strict=True) if not saved.name]
    assert set(lost) <= _UNREACHABLE
    assert len(saved) + len(lost) == len(files), "one was written over another"
    for path, file in saved.items():
        assert path.parent == root
        assert path.name.startswith("out-")
        assert path.suffix not in (".sh", ".desktop", ".exe")
        assert path.read_bytes() == file.content
        assert stat.S_IMODE(path.lstat().st_mode) == 0o600, path
    for folder in (root, root.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    _check_neighbours(lane, before, root)


def _file(trial: Trial, name: str) -> ScriptedFile:
    headers = {"Content-Type": trial.random.choice(_TYPES)}
    if trial.random.random() < 0.5:
        headers["Content-Disposition"] = trial.random.choice(_DISPOSITIONS)
    return ScriptedFile(name=name, text=f"{_SCRIPT}# {name!r} {trial.random.random()}\n", headers=headers)


def _check_neighbours(lane: Lane, before: set[Path], root: Path) -> None:
    """Fail for a file that is neither in the run's folder nor the history's own, and for one that can be run."""
    new = {path for path in lane.folder.parent.rglob("*") if path not in before and path.is_file()}
    own = {path for path in new if root in path.parents or path.parent == lane.folder / "data"}
    beside = {path for path in new if path.is_relative_to(lane.folder) or path.parent == lane.folder.parent}
    assert beside <= own, beside - own
    assert not [path for path in own if os.access(path, os.X_OK)]
    assert not Path("/tmp/never").exists()


ROWS = (
    Row(
        id="S10",
        fault="foreign addresses in urls, next, outputs, files, redirects",
        goal="no token, and no request at all, reaches the other host",
        check=_addresses,
        short=len(_FORMS),
        long=5 * len(_FORMS),
        missing=_no_second_address,
    ),
    Row(
        id="S15",
        fault="hostile names, headers and types of output files",
        goal="our own names in the run's folder, 0600; none written over",
        check=_names,
        short=7,
        long=140,
    ),
)
