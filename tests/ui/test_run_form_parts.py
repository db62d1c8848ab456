"""The parts of the run form that need no screen: options, steps, files, the pane of what will be sent."""

from pathlib import Path

import pytest

from replicate_tui.schema.fields import FieldKind, InputField
from replicate_tui.services.views import RunOptions
from replicate_tui.ui.form.file_facts import FileFact, FileFacts, complete_path, local_fact, pasted_path, remote_fact
from replicate_tui.ui.form.options import options_problems, options_schema, options_values, run_options
from replicate_tui.ui.form.sent import json_lines, shortened
from replicate_tui.ui.form.state import FormState
from replicate_tui.ui.form.steps import stepped
from replicate_tui.ui.wire.external_editor import EditorProblem, editor_command

# -- options ------------------------------------------------------------------------------------------------------


def options(**texts: str) -> FormState:
    state = FormState(options_schema())
    for name, text in texts.items():
        state.set_text(name, text)
    return state


@pytest.mark.parametrize("text", ["90s", "5m", "1h30m", "1h30m45s", "5", "90", "24h", " 2m "])
def test_deadlines_the_service_takes(text: str) -> None:
    assert options_problems(options(deadline=text), loopback_webhooks=False) == ()


@pytest.mark.parametrize("text", ["4s", "25h", "0", "soon", "5m 3s", "1.5h", "-5s", "s", "1d", "30s1h"])
def test_deadlines_the_service_refuses(text: str) -> None:
    assert [problem.field for problem in options_problems(options(deadline=text), loopback_webhooks=False)] == [
        "deadline"
    ]


@pytest.mark.parametrize(
    ("address", "anywhere", "demo"),
    [
        ("https://example.com/hook?job=1", True, True),
        ("http://127.0.0.1:8000/hook", False, True),
        ("http://localhost/hook", False, True),
        ("http://example.com/hook", False, False),
        ("http://127.0.0.1.example.com/", False, False),
        ("https://", False, False),
        ("ftp://127.0.0.1/", False, False),
        ("https://[broken", False, False),
    ],
)
def test_webhooks_are_https_or_loopback_in_the_demo(address: str, anywhere: bool, demo: bool) -> None:
    assert (options_problems(options(webhook=address), loopback_webhooks=False) == ()) is anywhere
    assert (options_problems(options(webhook=address), loopback_webhooks=True) == ()) is demo


def test_events_without_a_webhook_say_so() -> None:
    state = options()
    state.add_item("webhook_events", 0, "completed")
    assert [problem.field for problem in options_problems(state, loopback_webhooks=False)] == ["webhook"]


def test_a_deployment_is_owner_and_name() -> None:
    assert options_problems(options(deployment="acme/fog"), loopback_webhooks=False) == ()
    assert options_problems(options(deployment="fog"), loopback_webhooks=False)


def test_options_come_back_as_they_went() -> None:
    asked = RunOptions(
        version="v" * 64,
        deployment="acme/fog",
        cancel_after="90s",
        webhook="https://example.com",
        webhook_events=("start", "completed"),
        notify=True,
    )
    state = FormState(options_schema(["v" * 64]))
    state.take(options_values(asked), local_files=False)
    assert run_options(state.values()) == asked
    assert run_options(options().values()) == RunOptions()


# -- steps --------------------------------------------------------------------------------------------------------


def number(kind: FieldKind = FieldKind.INTEGER, **limits: float) -> InputField:
    return InputField(name="n", title="N", kind=kind, order=0, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "text", "up", "down"),
    [
        (number(minimum=1, maximum=4), "3", "4", "2"),
        (number(minimum=1, maximum=4), "4", "4", "3"),
        (number(minimum=1, maximum=4), "99", "4", "4"),
        (number(minimum=64, maximum=2048), "1024", "1040", "1008"),
        (number(), "", "0", "0"),
        (number(minimum=5), "", "5", "5"),
        (number(default=7), "", "7", "7"),
        (number(), "seven", "seven", "seven"),
        (number(minimum=0, maximum=18446744073709551615), "18446744073709551614", "18446744073709551615",
         "18446744073709551613"),
        (number(FieldKind.NUMBER, minimum=0, maximum=1), "0.1", "0.15", "0.05"),
        (number(FieldKind.NUMBER, minimum=0, maximum=1), "0.3", "0.35", "0.25"),
        (number(FieldKind.NUMBER), "0.2", "0.3", "0.1"),
        (number(FieldKind.NUMBER, minimum=1, maximum=20), "7.5", "8", "7"),
        (number(FieldKind.INTEGER, minimum=0, maximum=5, exclusive_minimum=True), "1", "2", "1"),
    ],
)  # fmt: skip
def test_a_step_suits_the_limits_and_stays_inside(field: InputField, text: str, up: str, down: str) -> None:
    assert stepped(field, text, 1) == up
    assert stepped(field, text, -1) == down


# -- files --------------------------------------------------------------------------------------------------------


def test_facts_of_files_on_this_machine(tmp_path: Path) -> None:
    (tmp_path / "fog.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 84_000)
    assert local_fact(str(tmp_path / "fog.png")) == FileFact("84 kB")
    (tmp_path / "words.png").write_bytes(b"words")
    assert local_fact(str(tmp_path / "words.png")) == FileFact("5 B", "5 B that are not a picture", only_doubtful=True)
    assert local_fact(str(tmp_path / "fog.pgn")).problem == "no such file"
    assert local_fact(str(tmp_path)).problem == "is a folder"
    assert "cannot be read" in local_fact("/" + "x" * 5000).problem
    assert "cannot be read" in local_fact("nul\0byte").problem
    assert "cannot be read" in local_fact("~nobody-of-that-name/x").problem


def test_a_huge_file_is_known_before_it_is_sent(tmp_path: Path) -> None:
    with (tmp_path / "huge.bin").open("wb") as file:
        file.truncate(100_000_000)
    assert local_fact(str(tmp_path / "huge.bin")).problem == "has 100 MB; the service takes less than 100 MB"


def test_facts_of_urls_and_data_need_no_disk() -> None:
    fact = remote_fact("data:image/png;base64,AAAA")
    assert fact is not None
    assert fact.words == "data URI, image/png, 3 B"
    assert remote_fact("https://example.com/fog.png") is not None
    assert remote_fact("fog.png") is None


async def test_facts_are_remembered_by_text(tmp_path: Path) -> None:
    facts = FileFacts()
    text = str(tmp_path / "fog.png")
    assert facts.known(text) is None
    await facts.look_up([text, "https://example.com/x", ""])
    known = facts.known(text)
    assert known is not None
    assert known.problem == "no such file"


def test_paths_are_completed_by_name(tmp_path: Path) -> None:
    (tmp_path / "fog bank").mkdir()
    (tmp_path / "fog.png").touch()
    (tmp_path / ".hidden").touch()
    assert complete_path(f"{tmp_path}/fog.") == f"{tmp_path}/fog.png"
    assert complete_path(f"{tmp_path}/fog") == f"{tmp_path}/fog bank/"
    assert complete_path(f"{tmp_path}/.h") == f"{tmp_path}/.hidden"
    assert complete_path(f"{tmp_path}/") is None
    assert complete_path(f"{tmp_path}/nothing") is None
    assert complete_path(f"{tmp_path}/no/such/folder") is None
    assert complete_path("https://example.com/fo") is None


def test_a_name_that_a_terminal_would_obey_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "fog\x1b]0;x\x07").touch()
    assert complete_path(f"{tmp_path}/fog") is None


@pytest.mark.parametrize(
    ("pasted", "path"),
    [
        ("file:///home/me/fog%20bank.png\n", "/home/me/fog bank.png"),
        ("'/home/me/fog bank.png' ", "/home/me/fog bank.png"),
        (r"/home/me/fog\ bank.png", "/home/me/fog bank.png"),
        ("https://example.com/a\\b", "https://example.com/a\\b"),
    ],
)
def test_a_dropped_file_becomes_a_plain_path(pasted: str, path: str) -> None:
    assert pasted_path(pasted) == path


# -- what will be sent --------------------------------------------------------------------------------------------


def test_long_parts_are_shortened_and_say_so() -> None:
    short = shortened({"prompt": "x" * 1234, "many": list(range(50)), "deep": {"text": "short"}})
    assert short["prompt"].endswith("(1,234 characters)")
    assert short["many"][-1] == "… 38 more"
    assert short["deep"] == {"text": "short"}


def test_foreign_text_is_shown_and_not_obeyed() -> None:
    lines = json_lines({"a\x1b[2J": "\x1b]52;c;x\x07 [red]loud[/red]"})
    shown = "\n".join(line.plain for line in lines)
    assert "\x1b" not in shown
    assert "[red]loud[/red]" in shown


# -- the editor ---------------------------------------------------------------------------------------------------


def test_the_editor_is_the_setting_then_visual_then_editor() -> None:
    environment = {"VISUAL": "sh -c", "EDITOR": "cat"}
    assert editor_command("cat -n", environment) == ["cat", "-n"]
    assert editor_command("", environment) == ["sh", "-c"]
    assert editor_command("", {"EDITOR": "cat"}) == ["cat"]


@pytest.mark.parametrize("command", ["", "   ", "no-such-editor-here -w", "'unclosed"])
def test_without_an_editor_it_is_said_what_to_set(command: str) -> None:
    with pytest.raises(EditorProblem, match="editor"):
        editor_command(command, {})
