"""Giving a delivery to a program of the person: its body on stdin, or posted again to an address on this machine."""

import asyncio
import codecs
import contextlib
import os
import shlex
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.webhook_judge import header
from replicate_tui.services.webhook_listener import ADDRESS
from replicate_tui.services.webhook_views import Delivery
from replicate_tui.text import StreamCleaner, clean_line

if TYPE_CHECKING:
    import h11

LONGEST_SECONDS: Final = 60.0
MOST_OUTPUT_BYTES: Final = 256_000
#: Asked to end, a program has so long before it is ended.
GRACE_SECONDS: Final = 1.0

#: What the program is told beside the body: names in its environment, and the headers they come from.
_TOLD: Final = {
    "WEBHOOK_ID": "webhook-id",
    "WEBHOOK_TIMESTAMP": "webhook-timestamp",
    "WEBHOOK_SIGNATURE": "webhook-signature",
    "CONTENT_TYPE": "content-type",
}
#: The person's own command has no use for the token, whatever it was started with.
_WITHHELD: Final = ("REPLICATE_API_TOKEN",)
_CHUNK: Final = 8_192
_LOOPBACK: Final = (ADDRESS, "localhost")

Say = Callable[[str], None]


class ReplayOutcome(NamedTuple):
    """What came of it: the exit code (negative: the signal that ended it), or the status of an answer.

    `problem` says why there is neither; `left_out` counts the bytes of its output that were not shown.
    """

    seconds: float
    code: int | None = None
    left_out: int = 0
    problem: str = ""


class Target(NamedTuple):
    """Where a delivery goes: the words of a command, or an address."""

    words: tuple[str, ...] = ()
    url: SplitResult | None = None

    def __str__(self) -> str:
        return clean_line(self.url.geturl() if self.url else shlex.join(self.words), 200)


def target_of(text: str) -> Target:
    """Read what a person gave: a command as a shell would split it, or http on this machine.

    No shell ever runs: words are handed over as they are. Raises ServiceProblem INVALID with what is wrong.
    """
    text = text.strip()
    if text.startswith(("http://", "https://")):
        try:
            url = urlsplit(text)
            is_here = url.scheme == "http" and url.hostname in _LOOPBACK and (url.port or 80) > 0
        except ValueError:
            is_here = False
        if not is_here or not text.isascii() or any(character <= " " for character in text):
            raise _refused("An address must be http on this machine, such as http://127.0.0.1:3000/hook.")
        return Target(url=url)
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise _refused(f"The command cannot be read: {error}.") from None
    if not words:
        raise _refused("Type a command, or an address on this machine.")
    return Target(tuple(words))


async def replay(delivery: Delivery, target: Target, say: Say) -> ReplayOutcome:
    """Give `delivery` to `target` and `say` its output, cleaned, as it comes; cancel it to stop the program.

    It is ended after LONGEST_SECONDS. Nothing is raised: what went wrong is told by the outcome.
    """
    started = time.monotonic()
    output = _Output(say)
    outcome = ReplayOutcome(0.0)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            if target.url is not None:
                outcome = outcome._replace(code=await _post(delivery, target.url, output))
            else:
                outcome = outcome._replace(code=await _run(delivery, target.words, output))
    except TimeoutError:
        outcome = outcome._replace(problem=f"It took longer than {LONGEST_SECONDS:.0f} s and was ended.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        refused = f"{target.words[0]!r} could not be started" if target.words else "It could not be done"
        outcome = outcome._replace(problem=f"{clean_line(refused, 100)}: {clean_line(str(reason), 200)}.")
    output.close()
    return outcome._replace(seconds=time.monotonic() - started, left_out=output.left_out)


def environment(delivery: Delivery, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return what the program finds in its environment: what ours holds without the token, and the headers."""
    facts = delivery.facts
    told = {name: header(delivery.headers, known) for name, known in _TOLD.items()}
    told |= {
        "WEBHOOK_VERDICT": str(delivery.verdict),
        "WEBHOOK_EVENT": facts.event,
        "WEBHOOK_RUN_ID": facts.run_id,
        "WEBHOOK_STATUS": facts.status,
    }
    return {name: value for name, value in inherited.items() if name not in _WITHHELD} | told


class _Output:
    """Bytes of a program as text that may be shown, up to a limit."""

    def __init__(self, say: Say) -> None:
        self.left_out = 0
        self._say = say
        self._room = MOST_OUTPUT_BYTES
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._cleaner = StreamCleaner()

    def take(self, data: bytes) -> None:
        shown, rest = data[: self._room], data[self._room :]
        self._room -= len(shown)
        self.left_out += len(rest)
        if text := self._cleaner.feed(self._decoder.decode(shown)):
            self._say(text)

    def close(self) -> None:
        text = self._cleaner.feed(self._decoder.decode(b"", final=True)) + self._cleaner.close()
        if text:
            self._say(text)


# -- a command ------------------------------------------------------------------------------------------------------


async def _run(delivery: Delivery, words: tuple[str, ...], output: _Output) -> int:
    """Run a command to its end and return its exit code; what it has started may go on."""
    source, sink = os.pipe()
    reader = asyncio.StreamReader()
    # Not through the process, whose `wait` would wait for the end of the output too.
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(source, "rb", 0)
    )
    try:
        process = await _start(delivery, words, sink)
        reading = asyncio.create_task(_read(reader, output), name="read a replay")
        try:
            code = await process.wait()
            # What it has started may hold on to its output for ever.
            await asyncio.wait((reading,), timeout=GRACE_SECONDS)
            return code
        finally:
            if process.returncode is None:
                await _end(process)
            reading.cancel()
    finally:
        transport.close()


async def _start(delivery: Delivery, words: tuple[str, ...], sink: int) -> asyncio.subprocess.Process:
    try:
        with tempfile.TemporaryFile() as given:
            # A file, so that a program may read as much of it as it likes, when it likes.
            await asyncio.to_thread(_fill, given, delivery.body)
            return await asyncio.create_subprocess_exec(
                *words,
                stdin=given,
                stdout=sink,
                stderr=asyncio.subprocess.STDOUT,
                env=environment(delivery, os.environ),
                # A group of its own, so that all of it can be ended.
                start_new_session=True,
            )
    finally:
        os.close(sink)


def _fill(file: IO[bytes], body: bytes) -> None:
    file.write(body)
    file.seek(0)


async def _read(reader: asyncio.StreamReader, output: _Output) -> None:
    while data := await reader.read(_CHUNK):
        output.take(data)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the program and all it has started to end, and end what does not."""
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        # Also when the app has no time left to be patient; what it has started may not have ended with it.
        _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: asyncio.subprocess.Process, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, how)


# -- an address -----------------------------------------------------------------------------------------------------


async def _post(delivery: Delivery, url: SplitResult, output: _Output) -> int:
    """Post the raw body with the headers that its signature is checked by; returns the status of the answer."""
    import h11

    passed = [
        (name, value) for name, value in delivery.headers if name == "content-type" or name.startswith("webhook-")
    ]
    headers = [("host", url.netloc), ("content-length", str(len(delivery.body))), ("connection", "close"), *passed]
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    http = h11.Connection(h11.CLIENT)
    # Not by name: what "localhost" resolves to is the machine's business, loopback is ours.
    reader, writer = await asyncio.open_connection(ADDRESS, url.port or 80)
    try:
        writer.write(http.send(h11.Request(method="POST", target=target, headers=headers)) or b"")
        writer.write(http.send(h11.Data(data=delivery.body)) or b"")
        writer.write(http.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        return await _answer(http, reader, output)
    except h11.ProtocolError as error:
        raise ValueError(f"the answer is not HTTP ({error})") from error
    finally:
        writer.close()


async def _answer(http: "h11.Connection", reader: asyncio.StreamReader, output: _Output) -> int:
    import h11

    status = 0
    while True:
        match http.next_event():
            case h11.NEED_DATA:
                http.receive_data(await reader.read(_CHUNK))
            case h11.Response(status_code=code):
                status = code
            case h11.Data(data=data):
                output.take(bytes(data))
            case h11.EndOfMessage() | h11.ConnectionClosed():
                return status


def _refused(words: str) -> ServiceProblem:
    return ServiceProblem(ProblemKind.INVALID, words)
