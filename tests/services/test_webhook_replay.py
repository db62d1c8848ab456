"""A delivery given to a program, or posted again on this machine: what it is told, shown, and how it is ended."""

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from replicate_tui.services import webhook_replay
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.webhook_replay import ReplayOutcome, Target, environment, replay, target_of
from replicate_tui.services.webhook_views import Delivery, Facts, Verdict
from tests.support.raw_server import Exchange, raw_server
from tests.support.waiting import wait_for

HEADERS = (
    ("content-type", "application/json"),
    ("webhook-id", "msg_1"),
    ("webhook-timestamp", "1760000000"),
    ("webhook-signature", "v1,AAAA"),
    ("cookie", "x"),
)


def delivery(body: bytes = b'{"id": "abc"}') -> Delivery:
    return Delivery(
        number=1,
        received_at=datetime(2026, 5, 4, tzinfo=UTC),
        id="msg_1",
        verdict=Verdict.VALID,
        facts=Facts(run_id="abc", status="succeeded", event="completed"),
        headers=HEADERS,
        body=body,
    )


def python(program: str) -> Target:
    return Target((sys.executable, "-c", program))


async def given(target: Target, body: bytes = b'{"id": "abc"}') -> tuple[ReplayOutcome, str]:
    said: list[str] = []
    outcome = await replay(delivery(body), target, said.append)
    return outcome, "".join(said)


async def test_a_command_gets_the_raw_body_and_the_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_never_handed_on")
    program = """
import json, os, sys
told = {name: value for name, value in os.environ.items() if name.startswith(("WEBHOOK", "REPLICATE", "CONTENT_"))}
print(json.dumps({"body": sys.stdin.buffer.read().hex(), "told": told, "words": sys.argv[1:]}))
"""
    body = b'{"a":  1}\xff\x00'
    outcome, said = await given(Target((*python(program).words, "$HOME; `id`", "*")), body)
    found = json.loads(said)
    assert outcome.code == 0
    assert bytes.fromhex(found["body"]) == body
    assert found["words"] == ["$HOME; `id`", "*"]
    assert found["told"] == {
        "WEBHOOK_ID": "msg_1",
        "WEBHOOK_TIMESTAMP": "1760000000",
        "WEBHOOK_SIGNATURE": "v1,AAAA",
        "WEBHOOK_VERDICT": "valid",
        "WEBHOOK_EVENT": "completed",
        "WEBHOOK_RUN_ID": "abc",
        "WEBHOOK_STATUS": "succeeded",
        "CONTENT_TYPE": "application/json",
    }
    assert "REPLICATE_API_TOKEN" not in environment(delivery(), os.environ)


async def test_exit_codes_and_both_outputs_are_shown_and_obeyed_by_no_terminal() -> None:
    program = r"import sys; print('\x1b]0;mine\x07 one', flush=True); print('two\x9b2J', file=sys.stderr); sys.exit(7)"
    outcome, said = await given(python(program))
    assert outcome.code == 7
    assert "one" in said
    assert "two" in said
    assert not {"\x1b", "\x07", "\x9b"} & set(said)


async def test_one_that_reads_nothing_and_one_that_says_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, _ = await given(python("pass"), b"x" * 5_000_000)
    assert outcome.code == 0
    monkeypatch.setattr(webhook_replay, "MOST_OUTPUT_BYTES", 1_000)
    outcome, said = await given(python("print('y' * 100_000, end='')"))
    assert (outcome.code, len(said), outcome.left_out) == (0, 1_000, 99_000)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


async def test_one_that_never_ends_is_ended_with_all_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(webhook_replay, "LONGEST_SECONDS", 0.6)
    monkeypatch.setattr(webhook_replay, "GRACE_SECONDS", 0.2)
    program = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(tmp_path / "pids")!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(60)
"""
    outcome, _ = await given(python(program))
    assert outcome.code is None
    assert "ended" in outcome.problem
    assert outcome.seconds < 20
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    await wait_for(lambda: not any(map(is_alive, pids)), "both are gone")


async def test_cancelled_it_is_ended_too(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    program = (
        f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); print('on', flush=True); time.sleep(60)"
    )
    said: list[str] = []
    task = asyncio.create_task(replay(delivery(), python(program), said.append))
    await wait_for(lambda: said, "it runs")
    task.cancel()
    await asyncio.wait((task,))
    assert not is_alive(int(pid.read_text()))


async def test_what_goes_on_in_the_background_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_replay, "GRACE_SECONDS", 0.1)
    program = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'])"
    started = time.monotonic()
    outcome, _ = await given(python(program))
    assert outcome.code == 0
    assert time.monotonic() - started < 2.5


async def test_a_command_that_is_none_is_said() -> None:
    outcome, _ = await given(Target(("/no/such/program",)))
    assert outcome.code is None
    assert outcome.problem == "'/no/such/program' could not be started: No such file or directory."


async def test_an_address_on_this_machine_gets_what_its_signature_is_checked_by() -> None:
    async def answer(exchange: Exchange) -> None:
        await exchange.reply(b"thanks \x1b[2J", 201)

    async with raw_server(answer) as server:
        outcome, said = await given(target_of(f"http://localhost:{server.port}/hook?job=17"), b"raw \xff")
        seen = server.requests[0]
    assert (outcome.code, said) == (201, "thanks \u241b[2J"[:7] + said[7:])
    assert "\x1b" not in said
    assert (seen.method, seen.target, seen.body) == ("POST", "/hook?job=17", b"raw \xff")
    assert (seen.headers["webhook-id"], seen.headers["webhook-signature"]) == ("msg_1", "v1,AAAA")
    assert "cookie" not in seen.headers
    outcome, _ = await given(target_of(f"http://127.0.0.1:{server.port}/"))
    assert outcome.code is None
    assert "could not" in outcome.problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "echo 'open",
        "https://127.0.0.1/",
        "http://evil.test/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1.evil.test/",
    ],
)
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(ServiceProblem):
        target_of(text)


def test_a_command_is_split_as_a_shell_would_and_no_shell_runs() -> None:
    assert target_of("jq '.status | ascii_upcase' -r").words == ("jq", ".status | ascii_upcase", "-r")
    assert str(target_of("a 'b c'")) == "a 'b c'"
