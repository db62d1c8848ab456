"""`demo-server` as its users start it: what it prints, whom it serves, and how it ends."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.cli.test_command_line import modules_after, run
from tests.support.command import COMMAND, environment_of
from tests.support.waiting import wait_for_blocking

LINES = re.compile(
    r"export REPLICATE_BASE_URL=(http://127\.0\.0\.1:\d+/v1)\nexport REPLICATE_API_TOKEN=(r8_demo\w{33})\n"
)
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(private_home: Path) -> Iterator[Start]:
    """Start `replicate-tui demo-server` with arguments; what still runs is ended with the test."""
    with ExitStack() as started:

        def start(*arguments: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [str(COMMAND), "demo-server", *arguments],
                env=environment_of(private_home, PATH=os.environ["PATH"]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield start


def client_of(base_url: str, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=base_url, headers=headers, trust_env=False, timeout=20.0)


def address_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return the base URL and the token of the first two lines."""
    assert process.stdout is not None
    first = process.stdout.readline() + process.stdout.readline()
    found = LINES.fullmatch(first)
    assert found, (first, process.communicate())
    return found[1], found[2]


def test_it_prints_two_lines_and_serves_until_interrupted(start: Start) -> None:
    process = start()
    base_url, token = address_of(process)
    with client_of(base_url, token) as client:
        assert client.get("/account").json()["username"] == "demo"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(base_url, trust_env=False)


def test_rate_limits_can_be_off(start: Start) -> None:
    for arguments, is_told in (((), True), (("--no-rate-limits",), False)):
        with client_of(*address_of(start(*arguments))) as client:
            assert ("ratelimit-remaining" in client.get("/account").headers) is is_told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(start: Start, number: signal.Signals, tmp_path: Path) -> None:
    process = start("--data", str(tmp_path / "state"))
    address_of(process)
    process.send_signal(number)
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == 0


def test_the_lines_can_be_kept_in_a_file(start: Start, tmp_path: Path) -> None:
    kept = tmp_path / "demo.env"
    base_url, token = address_of(start("--env-file", str(kept)))
    assert kept.read_text() == f"export REPLICATE_BASE_URL={base_url}\nexport REPLICATE_API_TOKEN={token}\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_shell_takes_the_lines(private_home: Path) -> None:
    script = 'eval "$(replicate-tui demo-server -- true)"; echo "$REPLICATE_BASE_URL $REPLICATE_API_TOKEN"'
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    answer = subprocess.run(
        ["sh", "-c", script],
        env=environment_of(private_home, PATH=path),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1 r8_demo\w{33}\n", answer.stdout)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["sh", "-c", "exit 0"], 0),
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM),
    ],
)
def test_it_ends_with_its_command_s_exit_code(private_home: Path, command: list[str], code: int) -> None:
    answer = run("demo-server", "--", *command, home=private_home, PATH=os.environ["PATH"])
    assert (answer.returncode, answer.stderr) == (code, "")


def test_a_command_finds_the_service_in_its_environment(private_home: Path) -> None:
    code = (
        "import os, urllib.request as u; e = os.environ; "
        "r = u.Request(e['REPLICATE_BASE_URL'] + '/account', headers={'Authorization': 'Bearer ' + "
        "e['REPLICATE_API_TOKEN']}); print(u.build_opener(u.ProxyHandler({})).open(r).read().decode())"
    )
    answer = run("demo-server", "--", sys.executable, "-c", code, "--", "-x", home=private_home)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert json.loads(answer.stdout.splitlines()[2])["username"] == "demo"


def test_a_signal_goes_on_to_the_command(start: Start) -> None:
    waits = (
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(9)); print('up', flush=True); time.sleep(60)"
    )
    process = start("--", sys.executable, "-c", waits)
    address_of(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 9


@pytest.mark.parametrize(("command", "code"), [("no-such-command-anywhere", 127), ("/", 126)])
def test_a_command_that_cannot_start_is_named(private_home: Path, command: str, code: int) -> None:
    answer = run("demo-server", "--", command, home=private_home, PATH=os.environ["PATH"])
    assert answer.returncode == code
    assert answer.stderr.startswith(f"replicate-tui: {command}: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "70000"], "from 0 to 65535"),
        (["--speed", "0"], "above 0"),
        (["--seed", "x"], "invalid int"),
        (["--fault", "missing.json"], "missing.json"),
    ],
)
def test_mistakes_are_one_line_and_code_2(private_home: Path, arguments: list[str], words: str) -> None:
    answer = run("demo-server", *arguments, home=private_home)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in answer.stderr.splitlines()[-1]


def test_a_mistake_in_the_rules_is_named(private_home: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text('[{"stat": 500}]')
    answer = run("demo-server", "--fault", str(rules), home=private_home)
    assert answer.returncode == 2
    assert "rule 1: unknown key 'stat'" in answer.stderr


def test_a_port_that_is_taken_is_refused(start: Start, private_home: Path) -> None:
    base_url, _ = address_of(start())
    answer = run("demo-server", "--port", base_url.removesuffix("/v1").rpartition(":")[2], home=private_home)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "in use" in answer.stderr


def test_state_is_kept_and_belongs_to_one_service(start: Start, private_home: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "state")
    first = start("--data", folder, "--speed", "100")
    base_url, token = address_of(first)
    hello = "9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426"
    with client_of(base_url, token) as client:
        made = client.post("/predictions", json={"version": hello, "input": {"text": "a"}}).json()["id"]
    refused = run("demo-server", "--data", folder, home=private_home)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "in use" in refused.stderr
    first.send_signal(signal.SIGTERM)
    assert first.wait(20) == 0
    again_url, again_token = address_of(start("--data", folder))
    assert (again_url, again_token) == (base_url, token), "whoever kept the address must find it again"
    with client_of(again_url, token) as client:
        assert client.get(f"/predictions/{made}").json()["id"] == made


def test_faults_strike_and_are_named_in_the_log(start: Start, tmp_path: Path) -> None:
    rules, log = tmp_path / "rules.json", tmp_path / "requests.jsonl"
    rules.write_text(json.dumps([{"name": "teapot", "path": "/v1/account", "status": 418, "times": 1}]))
    base_url, token = address_of(start("--fault", str(rules), "--log", str(log)))
    with client_of(base_url, token) as client:
        assert [client.get("/account?a=1").status_code for _ in range(2)] == [418, 200]
        client.get("/hardware", headers={"Authorization": "Bearer r8_real"})
    wait_for_blocking(lambda: log.read_text().count("\n") == 3, "the requests are written down")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["path"], line["status"], line["fault"]) for line in lines] == [
        ("/v1/account", 418, "teapot"),
        ("/v1/account", 200, None),
        ("/v1/hardware", 401, None),
    ]
    assert (lines[1]["method"], lines[1]["query"], lines[1]["headers"]["authorization"]) == (
        "GET",
        "a=1",
        "(own token)",
    )
    assert token not in log.read_text()
    assert "r8_real" not in log.read_text(), "a real token sent here by mistake was written down"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_json_opens_the_control_api(start: Start) -> None:
    process = start("--print-json")
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert told.keys() == {"base_url", "token", "control_url", "control_token", "foreign_url"}
    with client_of(told["control_url"], told["control_token"]) as control:
        added = control.post("/rules", json=[{"name": "teapot", "status": 418}])
        assert added.json() == {"added": 1}
        with client_of(told["base_url"], told["token"]) as client:
            assert client.get("/account").status_code == 418
        assert control.get("/rules").json() == [{"name": "teapot", "path": "*", "struck": 1}]


def test_it_loads_no_textual_and_no_client() -> None:
    loaded = modules_after("import replicate_tui.cli.main, replicate_tui.cli.demo_server")
    assert not loaded & {"textual", "rich", "httpx", "pydantic", "PIL"}
