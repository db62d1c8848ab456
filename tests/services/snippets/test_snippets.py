"""The code of a run does exactly that run, whatever the input holds, and never holds a token or a secret."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.config import OFFICIAL_BASE_URL
from replicate_tui.schema.fields import ModelSchema
from replicate_tui.schema.parse import parse_schema
from replicate_tui.services.snippets import LANGUAGES, Snippet, snippet, snippets_of_page
from replicate_tui.services.snippets.literals import shell_json_text
from replicate_tui.services.views import ExampleCard, ModelCard, ModelPage, RunOptions, RunRequest, VersionCard
from tests.schema.oddities import document
from tests.services.snippets.recorder import FILE_URL, Recorder, recording_service

VERSION = "0f" * 32
TOKEN = "r8_test"

#: Everything a shell, JSON, Python or JavaScript could trip over.
NASTY: dict[str, Any] = {
    "quotes": "it's \"quoted\" ''' \"\"\" 'x'",
    "shell": "$HOME `id` $(id) \\$x !! * ~ # ; & | > /dev/null %s {{x}}",
    "backslashes": "\\ \\\\ \\n \\' \\\" C:\\temp\\",
    "lines": "one\ntwo\r\nthree\ttab\n",
    "unicode": "žluťoučký 灯台 🗼 \u2028 \u202e \u200b",
    "controls": "\x1b[31m \x00 \x07 \x7f \x9b",
    "heredoc": "JSON\nEOF\n",
    "js": "${x} </script> */ //",
    "empty": "",
    "at": "@/etc/passwd",
    "__proto__": {"polluted": True},
    "a.b[0]": [1, 2.5, -3, 1e-05, 1e22, True, False, None, [], {}, {"deep": [{"x": "y'"}]}],
    "key with 'both' \"quotes\" and \n": 18446744073709552000,
}


def request(input: dict[str, Any], **options: Any) -> RunRequest:
    return RunRequest(model="acme/fog-bank.v2", input=input, options=RunOptions(**options))


def official(language: Snippet, wish: RunRequest) -> str:
    return snippet(language, wish, is_official=True, base_url=OFFICIAL_BASE_URL)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recording_service() as service:
        yield service


def run_in_shell(code: str, shell: str) -> None:
    # A script, not an argument: the code may be longer than an argument can be.
    script = Path(os.environ["HOME"]) / "script"
    script.write_text(code, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "REPLICATE_API_TOKEN": TOKEN}
    subprocess.run([shell, script], env=environment, check=True, capture_output=True, timeout=30)


def shells() -> list[Any]:
    return [
        pytest.param(shell, marks=pytest.mark.skipif(not shutil.which(shell), reason=f"{shell} is not on this machine"))
        for shell in ("sh", "bash", "zsh", "fish")
    ]


needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not on this machine")


# curl


@needs_curl
@pytest.mark.parametrize("shell", shells())
def test_curl_sends_exactly_the_input(recorder: Recorder, shell: str) -> None:
    code = snippet("curl", request(NASTY), is_official=True, base_url=recorder.base_url)
    run_in_shell(code, shell)
    (received,) = recorder.received
    assert received.path == "/v1/models/acme/fog-bank.v2/predictions"
    assert received.headers["authorization"] == f"Bearer {TOKEN}"
    assert received.headers["content-type"] == "application/json"
    assert json.dumps(received.json) == json.dumps({"input": NASTY})


@needs_curl
def test_curl_takes_an_input_larger_than_an_argument_may_be(recorder: Recorder, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    photo.write_bytes(b"PNG bytes")
    values = {**NASTY, "image": "data:image/png;base64," + "A" * 400_000, "photo": str(photo)}
    wish = RunRequest(model="a/b", input=values, file_fields=frozenset({"photo"}))
    run_in_shell(snippet("curl", wish, is_official=True, base_url=recorder.base_url), "sh")
    _, create = recorder.received
    assert json.dumps(create.json) == json.dumps({"input": {**values, "photo": FILE_URL}})


def test_the_json_of_curl_reads_alike_in_every_shell() -> None:
    # Between single quotes fish knows two escapes, sh none; both kinds are avoided.
    quoted = shell_json_text(str(NASTY))
    assert "'" not in quoted
    assert "\\\\" not in quoted
    assert json.loads(quoted) == str(NASTY)


@needs_curl
def test_curl_takes_the_route_of_a_version_and_all_options(recorder: Recorder) -> None:
    wish = request(
        {"a": 1},
        version=VERSION,
        cancel_after="1m30s",
        webhook="https://example.com/hook?a='b'&c",
        webhook_events=("start", "completed"),
    )
    run_in_shell(snippet("curl", wish, is_official=False, base_url=f"{recorder.base_url}/v1/"), "sh")
    (received,) = recorder.received
    assert received.path == "/v1/predictions"
    assert received.headers["cancel-after"] == "1m30s"
    assert received.json == {
        "version": VERSION,
        "input": {"a": 1},
        "webhook": "https://example.com/hook?a='b'&c",
        "webhook_events_filter": ["start", "completed"],
    }


@needs_curl
def test_curl_takes_the_route_of_a_deployment(recorder: Recorder) -> None:
    wish = request({"a": 1}, deployment="me/my dep'loy$ment")
    run_in_shell(snippet("curl", wish, is_official=False, base_url=recorder.base_url), "sh")
    assert recorder.received[0].path == "/v1/deployments/me/my%20dep%27loy%24ment/predictions"
    assert recorder.received[0].json == {"input": {"a": 1}}


@needs_curl
def test_curl_uploads_files_first(recorder: Recorder, tmp_path: Path) -> None:
    odd = tmp_path / 'it\'s "a" ca$t; `x`,é.png'
    odd.write_bytes(b"PNG bytes")
    other = tmp_path / "b.png"
    other.write_bytes(b"more")
    wish = RunRequest(
        model="acme/fogbank",
        input={"image": str(odd), "images": ["https://example.com/a.png", str(other)], "prompt": "it's $FILE_1"},
        file_fields=frozenset({"image", "images", "absent"}),
    )
    run_in_shell(snippet("curl", wish, is_official=True, base_url=recorder.base_url), "sh")
    first, second, create = recorder.received
    assert first.path == second.path == "/v1/files"
    assert b"PNG bytes" in first.body
    assert b"more" in second.body
    assert first.headers["authorization"] == f"Bearer {TOKEN}"
    assert create.json == {
        "input": {"image": FILE_URL, "images": ["https://example.com/a.png", FILE_URL], "prompt": "it's $FILE_1"}
    }


def test_curl_reads_well() -> None:
    assert official("curl", request({"prompt": "it's fog", "steps": 4})) == (
        "curl https://api.replicate.com/v1/models/acme/fog-bank.v2/predictions \\\n"
        '  --header "Authorization: Bearer $REPLICATE_API_TOKEN" \\\n'
        "  --header 'Content-Type: application/json' \\\n"
        "  --header 'Prefer: wait' \\\n"
        "  --data '{\n"
        '  "input": {\n'
        '    "prompt": "it\\u0027s fog",\n'
        '    "steps": 4\n'
        "  }\n"
        "}'"
    )


# Python


def call_of(code: str) -> ast.Call:
    """Return the call that makes the run."""
    return next(
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and any(keyword.arg == "input" for keyword in node.keywords)
    )


def keywords_of(call: ast.Call) -> dict[str, Any]:
    return {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}


def test_python_passes_exactly_the_input() -> None:
    code = official("Python", request(NASTY))
    call = call_of(code)
    assert ast.unparse(call.func) == "replicate.run"
    assert ast.literal_eval(call.args[0]) == "acme/fog-bank.v2"
    assert json.dumps(keywords_of(call)) == json.dumps({"input": NASTY})


def test_python_names_versions_deployments_and_options() -> None:
    call = call_of(snippet("Python", request({}, version=VERSION), is_official=False, base_url=""))
    assert ast.literal_eval(call.args[0]) == f"acme/fog-bank.v2:{VERSION}"
    call = call_of(snippet("Python", request({}, deployment="me/mine"), is_official=False, base_url=""))
    assert ast.unparse(call.func) == "replicate.deployments.predictions.create"
    assert keywords_of(call) == {"deployment_owner": "me", "deployment_name": "mine", "input": {}}
    call = call_of(official("Python", request({}, webhook="https://example.com/h", cancel_after="2m")))
    assert ast.unparse(call.func) == "replicate.predictions.create"
    assert keywords_of(call) == {
        "version": "acme/fog-bank.v2",
        "input": {},
        "webhook": "https://example.com/h",
        "extra_headers": {"Cancel-After": "2m"},
    }


def test_python_opens_files_and_names_another_service() -> None:
    wish = RunRequest(
        model="a/b",
        input={"image": '~/it\'s "a".png', "images": ["x.png", "https://example.com/y.png"]},
        file_fields=frozenset({"image", "images"}),
    )
    code = snippet("Python", wish, is_official=True, base_url="http://127.0.0.1:9")
    ast.parse(code)
    opened = [ast.literal_eval(node.args[0]) for node in ast.walk(ast.parse(code)) if _is_open(node)]
    assert opened == [str(Path('~/it\'s "a".png').expanduser()), "x.png"]
    assert 'Replicate(base_url="http://127.0.0.1:9/v1")' in code
    assert "https://example.com/y.png" in code


def _is_open(node: ast.AST) -> Any:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open"


def test_python_reads_well() -> None:
    assert official("Python", request({"prompt": "it's fog", "fast": True, "sizes": [1]})) == (
        "import replicate  # reads the token from REPLICATE_API_TOKEN\n"
        "\n"
        "output = replicate.run(\n"
        '    "acme/fog-bank.v2",\n'
        "    input={\n"
        '        "prompt": "it\'s fog",\n'
        '        "fast": True,\n'
        '        "sizes": [\n'
        "            1,\n"
        "        ],\n"
        "    },\n"
        ")\n"
        "print(output)"
    )


# JavaScript

STUB = """
class Replicate {
  constructor() { this.deployments = { predictions: { create: say("deployment") } }; }
  async run(reference, options) { return say("run")(reference, options); }
  async wait(created) { return created; }
}
function say(what) {
  return async (...values) => {
    const seen = Object.entries(values[values.length - 1].input).map(([key, value]) => [key, value]);
    process.stdout.write(JSON.stringify({ what, values, seen }));
    return { output: null };
  };
}
console.log = () => {};
"""


def run_javascript(code: str, folder: Path) -> Any:
    """Check the code as a module, then run it with a stand-in for the client and return what that was called with."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on this machine")
    file = folder / "snippet.mjs"
    file.write_text(code, encoding="utf-8")
    subprocess.run([node, "--check", file], check=True, capture_output=True, timeout=30)
    file.write_text(code.replace('import Replicate from "replicate";', STUB), encoding="utf-8")
    done = subprocess.run([node, file], check=True, capture_output=True, timeout=30)
    return json.loads(done.stdout)


def test_javascript_passes_exactly_the_input(tmp_path: Path) -> None:
    called = run_javascript(official("JavaScript", request(NASTY)), tmp_path)
    assert called["values"][0] == "acme/fog-bank.v2"
    assert dict(map(tuple, called["seen"])) == NASTY


def test_javascript_names_versions_deployments_options_and_files(tmp_path: Path) -> None:
    image = tmp_path / 'it\'s "a" `cat`.png'
    image.write_bytes(b"PNG")
    wish = RunRequest(
        model="a/b",
        input={"image": str(image)},
        options=RunOptions(version=VERSION, webhook="https://example.com/h", cancel_after="2m\n*/"),
        file_fields=frozenset({"image"}),
    )
    called = run_javascript(snippet("JavaScript", wish, is_official=False, base_url=""), tmp_path)
    assert called["what"] == "run"
    assert called["values"][0] == f"a/b:{VERSION}"
    assert called["values"][1]["webhook"] == "https://example.com/h"
    assert called["seen"] == [["image", {"type": "Buffer", "data": list(b"PNG")}]]
    wish = request({"x": 1}, deployment='me/mi"ne')
    called = run_javascript(snippet("JavaScript", wish, is_official=False, base_url="http://127.0.0.1:9"), tmp_path)
    assert called["what"] == "deployment"
    assert called["values"] == ["me", 'mi"ne', {"input": {"x": 1}}]


# The replicate command


def words_of(code: str, folder: Path) -> list[str]:
    """Run the command with a stand-in and return the words it was given."""
    stand_in = folder / "replicate"
    stand_in.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    stand_in.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", code], env={"PATH": f"{folder}:{os.environ['PATH']}"}, check=True, capture_output=True, timeout=30
    )
    words: list[str] = json.loads(done.stdout)
    return words


def test_the_command_gets_each_input_as_one_word(tmp_path: Path) -> None:
    wish = RunRequest(
        model="a/b",
        input={
            "prompt": "it's $HOME\n`id`",
            "steps": 4,
            "fast": True,
            "sizes": [1, "x"],
            "image": "my cat.png",
            "empty": "",
        },
        options=RunOptions(version=VERSION),
        file_fields=frozenset({"image"}),
    )
    code = snippet("CLI", wish, is_official=False, base_url=OFFICIAL_BASE_URL)
    assert words_of(code, tmp_path) == [
        "run",
        f"a/b:{VERSION}",
        "prompt=it's $HOME\n`id`",
        "steps=4",
        "fast=true",
        'sizes=[1, "x"]',
        "image=@my cat.png",
        "empty=",
    ]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (request({"prompt": "@/etc/passwd"}), 'the input "prompt"'),
        (request({"prompt": "a {{x}}"}), 'the input "prompt"'),
        (request({"prompt": "\x1b[31m"}), 'the input "prompt"'),
        (request({"data": {"a": 1}}), 'the input "data"'),
        (request({"a=b": 1}), 'the input "a=b"'),
        (request({}, deployment="me/mine"), "a deployment"),
    ],
)
def test_the_command_says_what_it_cannot_express(wish: RunRequest, reason: str) -> None:
    code = official("CLI", wish)
    assert reason in code
    assert all(line.startswith("#") for line in code.splitlines())


def test_the_command_says_which_options_it_leaves_out(tmp_path: Path) -> None:
    code = official("CLI", request({"a": 1}, webhook="https://example.com", cancel_after="2m"))
    assert "# It has no option for the webhook.\n# It has no option for the deadline.\n" in code
    assert words_of(code, tmp_path) == ["run", "acme/fog-bank.v2", "a=1"]


# All of them


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_snippet_holds_a_secret_or_a_character_that_does_not_print(language: Snippet) -> None:
    secrets = {"api-key": "hunter2", "keys": ["hunter2"]}
    wish = RunRequest(model="a/b", input={**NASTY, **secrets}, secret_fields=frozenset(secrets))
    code = official(language, wish)
    assert "hunter2" not in code
    assert all(character.isprintable() or character == "\n" for character in code)
    if language != "CLI":
        assert "YOUR_API_KEY" in code
        assert "REPLICATE_API_TOKEN" in code


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_community_model_without_a_version_has_a_blank_for_it(language: Snippet) -> None:
    assert "VERSION" in snippet(language, request({"a": 1}), is_official=False, base_url=OFFICIAL_BASE_URL)
    assert "VERSION" not in official(language, request({"a": 1}, version="hidden"))


def schema() -> ModelSchema:
    return parse_schema(
        document(
            {
                "prompt": {"type": "string"},
                "key": {"type": "string", "format": "password"},
                "size": {"type": "integer", "enum": [256, 512]},
                "image": {"type": "string", "format": "uri"},
                "mask": {"type": "string"},
            },
            required=["prompt", "key", "size", "image"],
        )
    )


def page(version_id: str, *, is_official: bool, example: dict[str, Any] | None = None) -> ModelPage:
    return ModelPage(
        card=ModelCard(owner="acme", name="fog", is_official=is_official),
        version=VersionCard(id=version_id, schema=schema()),
        default_example=ExampleCard(id="x", title="x", input=example) if example else None,
    )


def test_a_page_without_an_example_shows_its_required_inputs() -> None:
    codes = snippets_of_page(page("hidden", is_official=True), base_url=OFFICIAL_BASE_URL)
    assert tuple(codes) == LANGUAGES
    assert keywords_of(call_of(codes["Python"]))["input"] == {
        "prompt": "a lighthouse in fog",
        "key": "YOUR_KEY",
        "size": 256,
        "image": "https://example.com/input",
    }
    assert "/models/acme/fog/predictions" in codes["curl"]


def test_a_page_with_an_example_shows_that_and_the_latest_version() -> None:
    example = {"prompt": "boats", "size": "512", "image": "/etc/passwd", "key": "[REDACTED]", "old": 1}
    codes = snippets_of_page(page(VERSION, is_official=False, example=example), base_url="https://api.replicate.com")
    call = call_of(codes["Python"])
    assert ast.literal_eval(call.args[0]) == f"acme/fog:{VERSION}"
    assert keywords_of(call)["input"] == {"prompt": "boats", "size": 512}
    assert "passwd" not in "".join(codes.values())


def test_a_hostile_name_runs_nothing(recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wish = RunRequest(model="a/b'\ntouch pwned\n$(touch pwned)`touch pwned`", input={"a": "b"})
    run_in_shell(snippet("curl", wish, is_official=True, base_url=recorder.base_url), "sh")
    assert words_of(official("CLI", wish), tmp_path) == ["run", wish.model, "a=b"]
    assert ast.literal_eval(call_of(official("Python", wish)).args[0]) == wish.model
    assert run_javascript(official("JavaScript", wish), tmp_path)["values"][0] == wish.model
    assert not (tmp_path / "pwned").exists()


def test_a_page_without_a_version_has_code_too() -> None:
    bare = ModelPage(card=ModelCard(owner="acme", name="fog"), version=None)
    assert all(snippets_of_page(bare, base_url="").values())
