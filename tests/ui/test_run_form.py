"""The run form under the keys of a person, on the demo service."""

import json
import re
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.config import Settings
from replicate_tui.demo.faults import FaultRule, insufficient_credit, throttled
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.views import RunRequest
from replicate_tui.store.records import SaveState
from replicate_tui.ui import messages
from replicate_tui.ui.modals.choose import ChooseDialog
from replicate_tui.ui.modals.name import NameDialog
from replicate_tui.ui.modals.presets import PresetsDialog
from replicate_tui.ui.widgets.fields.block import BlockEditor
from replicate_tui.ui.widgets.fields.file import FileEditor
from replicate_tui.ui.widgets.fields.glance import ChoiceEditor, FoldEditor, ListHead, ToggleEditor
from replicate_tui.ui.widgets.fields.number import NumberEditor
from tests.demo.models import GREETER, PAINTER
from tests.support.hostile import MARKUP, TERMINAL, UNICODE
from tests.support.waiting import wait_for, workers_done
from tests.ui.form_app import EVERY_INPUT, FormApp, open_form

OwnDemo = Callable[..., DemoServer]


def every_input() -> Any:
    from replicate_tui.demo.models.every_input import MODEL

    return MODEL


@pytest.fixture
def server(own_demo: OwnDemo) -> DemoServer:
    return own_demo(models=[every_input(), GREETER, PAINTER])


def creates(server: DemoServer) -> int:
    return sum(request.method == "POST" and "predictions" in request.path for request in server.requests)


async def test_moving_and_typing_lands_in_the_right_fields(server: DemoServer) -> None:
    async with open_form(server) as form:
        assert form.row.name == "prompt"
        await form.press(*"fog", "tab")
        assert form.row.name == "story"
        await form.press("shift+tab")
        assert form.text == "fog"
        await form.press("down", "down")
        assert form.row.name == "code"
        await form.press("up", "ctrl+end")
        assert isinstance(form.fields.editor, FoldEditor)
        await form.press("ctrl+home", "pagedown")
        assert form.input == {"prompt": "fog"}
        assert len(form.fields.query(".editor")) == 1


async def test_each_kind_has_its_editor(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.go("story")
        assert isinstance(form.fields.editor, BlockEditor)
        await form.press("enter", *"end")
        await form.go("count")
        assert isinstance(form.fields.editor, NumberEditor)
        await form.press("plus", "ctrl+up", "minus", "+")
        await form.go("strength")
        await form.press("-")
        await form.go("at_least")
        await form.press("-", "backspace", "0")
        await form.go("enabled")
        assert isinstance(form.fields.editor, ToggleEditor)
        await form.press("space")
        await form.go("maybe")
        await form.press("left")
        await form.go("style")
        assert isinstance(form.fields.editor, ChoiceEditor)
        await form.press("right", "right")
        await form.go("size")
        await form.press("left")
        await form.go("settings")
        await form.press(*'{"a": [1]}')
        await form.go("text_or_list")
        await form.press(*"plain")
        await form.go("image")
        assert isinstance(form.fields.editor, FileEditor)
        await form.go("api_key")
        await form.press(*"hunter2")
        assert "hunter2" not in form.screen_text()
        sent = form.input
        assert sent.pop("story").endswith("fields.\nend")
        assert sent == {
            "count": 5,
            "strength": 0.3,
            "at_least": 0,
            "enabled": False,
            "maybe": True,
            "style": "in between",
            "size": 256,
            "settings": {"a": [1]},
            "text_or_list": "plain",
            "api_key": "hunter2",
        }


async def test_lists_grow_and_shrink_by_keys(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.go("words")
        assert isinstance(form.fields.editor, ListHead)
        await form.press("enter", *"fog")
        assert form.row.index == 0
        await form.press("up", "enter", *"sea")
        assert form.input == {"words": ["fog", "sea"]}
        await form.press("backspace", "backspace", "backspace", "backspace")
        assert (form.input, form.row.index) == ({"words": ["fog"]}, 0)
        await form.press("f8")
        assert (form.input, form.row.name, form.row.index) == ({"words": []}, "words", None)
        await form.press("ctrl+r")
        assert form.input == {}


async def test_a_choice_is_picked_by_searching(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.go("style")
        await form.press("space")
        await wait_for(lambda: isinstance(form.app.screen, ChooseDialog), "the list")
        await form.press(*"betw", "enter")
        await wait_for(lambda: form.app.screen is form.screen, "the form")
        assert form.input == {"style": "in between"}
        await form.press("space")
        await wait_for(lambda: isinstance(form.app.screen, ChooseDialog), "the list")
        await form.press("escape")
        assert form.input == {"style": "in between"}


async def test_errors_stop_before_anything_is_sent(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.write("count", "many")
        await form.go("image")
        await form.press(*"/no/such/fog.png", "ctrl+g")
        await wait_for(lambda: "3 fields to mend" in form.notice, "the refusal")
        assert form.row.name == "prompt", "the first field to mend is in hand"
        assert "must be a whole number" in form.screen_text()
        await form.go("image")
        assert "no such file" in form.screen_text()
        assert creates(server) == 0


async def test_a_value_out_of_range_is_sent_on_the_second_asking(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.press(*"fog")
        await form.write("count", "99")
        for _ in range(5):
            form.app.simulate_key("ctrl+g")
        await wait_for(lambda: "doubtful" in form.notice, "the warning")
        assert creates(server) == 0
        sender = form.screen._sender
        assert sender._warned_at is not None
        sender._warned_at -= 1
        await form.press("ctrl+g")
        await wait_for(lambda: creates(server) == 1, "the request")
        await wait_for(lambda: "must be at most 10" in form.screen_text(), "the service's own refusal at the field")
        assert form.row.name == "count"


async def test_ten_presses_make_one_run(server: DemoServer) -> None:
    server.faults.add(FaultRule(method="POST", path="*/predictions", delay=0.3))
    async with open_form(server) as form:
        await form.press(*"fog")
        for _ in range(10):
            form.app.simulate_key("ctrl+g")
        await wait_for(lambda: "sending" in form.screen_text(), "the title")
        await wait_for(lambda: form.app.of_kind(messages.OpenRun), "the run")
        assert creates(server) == 1
        opened = form.app.of_kind(messages.OpenRun)
        assert len(opened) == 1
        assert opened[0].replaces is form.screen
        # Presses that come late, before the monitor stands in the form's place, send nothing either.
        await wait_for(lambda: "sending" not in form.screen_text(), "the answer")
        await form.press("ctrl+g", "ctrl+g")
        assert creates(server) == 1
        run = await form.app.house.services.runs.get(opened[0].run_id)
        assert run.input == {"prompt": "fog"}
        assert await form.app.house.services.drafts.load(EVERY_INPUT) is None


async def test_the_key_just_before_running_counts(server: DemoServer) -> None:
    async with open_form(server) as form:
        for key in (*"fog", "ctrl+g"):
            form.app.simulate_key(key)
        await wait_for(lambda: form.app.of_kind(messages.OpenRun), "the run")
        run = await form.app.house.services.runs.get(form.app.of_kind(messages.OpenRun)[0].run_id)
        assert run.input == {"prompt": "fog"}


async def test_leaving_does_not_stop_what_is_being_sent(server: DemoServer) -> None:
    server.faults.add(FaultRule(method="POST", path="*/predictions", delay=0.5))
    async with open_form(server) as form:
        await form.press(*"fog", "ctrl+g")
        await form.press("escape")
        await wait_for(lambda: not form.screen.is_attached, "the form to close")
        await wait_for(lambda: form.app.of_kind(messages.Say), "the word that it was sent")
        assert creates(server) == 1
        assert not form.app.of_kind(messages.OpenRun)
        assert len(await form.app.house.services.runs.rows()) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (insufficient_credit(method="POST"), "Not enough credit (402)"),
        (FaultRule(method="POST", status=404, body={"detail": "gone"}), "(404)"),
    ],
    ids=["402", "404"],
)
async def test_a_refusal_is_said_and_the_form_is_kept(own_demo: OwnDemo, fault: FaultRule, words: str) -> None:
    server = own_demo(models=[GREETER])
    async with open_form(server, "tests/greeter") as form:
        server.faults.add(fault)
        await form.press(*"fog", "ctrl+g")
        await wait_for(lambda: words in form.notice, "the refusal", seconds=20)
        assert form.input == {"text": "fog"}
        assert not form.app.of_kind(messages.OpenRun)


async def test_a_wait_that_the_service_asks_for_is_told(own_demo: OwnDemo) -> None:
    server = own_demo(models=[GREETER])
    async with open_form(server, "tests/greeter") as form:
        server.faults.add(throttled(retry_after=1, method="POST", times=1))
        await form.press(*"fog", "ctrl+g")
        await wait_for(lambda: "asked to wait" in form.notice, "the wait")
        assert "sending" in form.screen_text()
        await wait_for(lambda: form.app.of_kind(messages.OpenRun), "the run")


async def test_json_and_form_show_the_same_values(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.press(*"fog", "ctrl+t")
        area = form.screen.query_one("#json TextArea")
        assert json.loads(area.text) == {"prompt": "fog"}
        area.text = '{"prompt": "sea",\n "count": 7'
        await form.pilot.pause()
        assert "line 2" in form.screen_text()
        await form.press("ctrl+t")
        assert form.screen.query("#json"), "unreadable JSON is not thrown away"
        await form.press("ctrl+g")
        assert "cannot be read" in form.notice
        area.text += ', "unheard_of": true}'
        await form.pilot.pause()
        await form.press("ctrl+t")
        assert not form.screen.query("#json")
        assert form.input == {"prompt": "sea", "count": 7, "unheard_of": True}
        assert form.text == "sea"
        assert creates(server) == 0


async def test_drafts_survive_leaving_without_their_secrets(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.write("count", "many")
        await form.go("api_key")
        await form.press(*"hunter2")
        await form.press("up")
        await form.go("words")
        await form.press("enter", *"fog")
        await form.press("escape")
        await wait_for(lambda: not form.screen.is_attached, "the form to close")
        draft = await form.app.house.services.drafts.load(EVERY_INPUT)
        assert draft is not None
        assert "hunter2" not in repr(draft)
    async with open_form(server) as form:
        assert form.input == {"words": ["fog"]}
        assert "draft" in form.screen_text()
        await form.go("count")
        assert form.text == "many"
        await form.press("ctrl+r")
        await form.go("words", 0)
        await form.press("f8")
        await form.go("words")
        await form.press("ctrl+r", "escape")
        await wait_for(lambda: not form.screen.is_attached, "the form to close")
        assert await form.app.house.services.drafts.load(EVERY_INPUT) is None


async def test_unreadable_json_is_kept_in_the_draft(own_demo: OwnDemo) -> None:
    server = own_demo(models=[GREETER])
    async with open_form(server, "tests/greeter") as form:
        await form.press("ctrl+t")
        form.screen.query_one("#json TextArea").text = '{"text": "fo'
        await form.pilot.pause()
        await form.press("escape")
        await wait_for(lambda: not form.screen.is_attached, "the form to close")
    async with open_form(server, "tests/greeter") as form:
        await wait_for(lambda: form.screen.query("#json TextArea"), "the JSON")
        assert form.screen.query_one("#json TextArea").text == '{"text": "fo'


async def test_an_example_fills_the_form_and_leaves_the_draft_alone(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.press(*"mine", "escape")
        await wait_for(lambda: not form.screen.is_attached, "the form to close")
    values = {"prompt": "theirs", "count": "7", "image": "/etc/passwd", "gone": 1}
    async with open_form(server, values=values, origin="an example") as form:
        assert form.input == {"prompt": "theirs", "count": 7}
        assert "Filled in from an example" in form.notice
        assert "1 more" in form.notice
        await form.press("escape")
        await wait_for(lambda: not form.screen.is_attached, "the form to close")
        draft = await form.app.house.services.drafts.load(EVERY_INPUT)
        assert draft is not None
        assert draft.values == {"prompt": "mine"}


async def test_presets_are_saved_loaded_and_deleted(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.press(*"fog")
        await form.go("api_key")
        await form.press(*"hunter2", "ctrl+s")
        await wait_for(lambda: isinstance(form.app.screen, NameDialog), "the dialog")
        await form.press(*"misty", "enter")
        await wait_for(lambda: form.app.of_kind(messages.Say), "the word that it is saved")
        presets = await form.app.house.services.presets.list(EVERY_INPUT)
        assert [(preset.name, preset.values) for preset in presets] == [("misty", {"prompt": "fog"})]
        await form.write("prompt", "sea")
        await form.press("f2")
        await wait_for(lambda: isinstance(form.app.screen, PresetsDialog), "the presets")
        await form.press("enter")
        await wait_for(lambda: form.input.get("prompt") == "fog", "the values")
        assert form.input == {"prompt": "fog", "api_key": "hunter2"}
        assert form.text == "fog"
        await form.press("f2")
        await wait_for(lambda: isinstance(form.app.screen, PresetsDialog), "the presets")
        await form.press("d")
        await form.press("y")
        await wait_for(lambda: form.app.screen is form.screen, "the form")
        assert await form.app.house.services.presets.list(EVERY_INPUT) == []


async def test_options_go_with_the_run(server: DemoServer) -> None:
    async with open_form(server, size=(120, 40)) as form:
        await form.press(*"fog", "ctrl+end", "enter")
        await wait_for(lambda: form.screen.form.options.schema.get("version"), "the versions")
        await form.pilot.pause()
        await form.go("deadline", section="options")
        await form.press(*"soon", "ctrl+g")
        await wait_for(lambda: "to mend" in form.notice, "the refusal")
        assert form.row.name == "deadline"
        for _ in "soon":
            await form.press("backspace")
        await form.press(*"90")
        await form.go("notify", section="options")
        await form.press("space")
        await form.go("version", section="options")
        await form.press("left")
        await workers_done(form.app)
        wanted = form.screen.form.wanted_version()
        assert wanted is not None
        await form.press("ctrl+g")
        await wait_for(lambda: form.app.of_kind(messages.OpenRun), "the run")
        run = await form.app.house.services.runs.get(form.app.of_kind(messages.OpenRun)[0].run_id)
        assert (run.options["cancel_after"], run.options["notify"], run.version) == ("90s", True, wanted)


async def test_a_version_without_a_schema_is_edited_as_json(own_demo: OwnDemo) -> None:
    server = own_demo(models=[replace(GREETER, has_schema=False)])
    async with open_form(server, "tests/greeter") as form:
        await wait_for(lambda: form.screen.query("#json TextArea"), "the JSON")
        assert "no schema" in form.notice
        form.screen.query_one("#json TextArea").text = '{"text": "fog"}'
        await form.pilot.pause()
        await form.press("ctrl+t")
        assert form.screen.query("#json"), "there is no form to go back to"
        await form.press("ctrl+g")
        await wait_for(lambda: form.app.of_kind(messages.OpenRun), "the run")


async def test_a_model_without_inputs_runs_as_it_is(own_demo: OwnDemo) -> None:
    async def run(job: Any, given: Any) -> str:
        return "done"

    server = own_demo(models=[replace(GREETER, input_schema={"type": "object", "properties": {}}, run=run)])
    async with open_form(server, "tests/greeter") as form:
        assert "no inputs" in form.notice
        await form.press("ctrl+g")
        await wait_for(lambda: form.app.of_kind(messages.OpenRun), "the run")


async def test_what_cannot_be_read_is_said_and_tried_again(own_demo: OwnDemo) -> None:
    server = own_demo(models=[GREETER])
    server.faults.add(FaultRule(path="*/models/tests/greeter", status=404, body={"detail": "Not found."}, times=1))
    async with open_form(server, "tests/greeter", loaded=False) as form:
        await wait_for(lambda: "404" in form.notice, "the refusal")
        await form.press("ctrl+g")
        await wait_for(lambda: form.screen.form.is_loaded, "the form")
        assert form.notice == ""


async def test_the_editor_gets_the_text_and_not_the_token(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    script = tmp_path / "editor"
    script.write_text(
        "#!/bin/sh\n"
        f'stat -c "%a" "$1" "$(dirname "$1")" > {seen}\n'
        f"env | grep -c REPLICATE_API_TOKEN >> {seen}\n"
        'printf "edited: " | cat - "$1" > "$1.new" && cat "$1.new" > "$1"\n'
    )
    script.chmod(0o700)
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_hidden")
    # No terminal is given away here.
    monkeypatch.setattr(FormApp, "suspend", lambda _: nullcontext())
    async with open_form(server, settings=Settings(editor=str(script))) as form:
        await form.press(*"fog", "ctrl+o")
        await wait_for(lambda: form.input.get("prompt") == "edited: fog", "the edited text")
        assert form.text == "edited: fog"
        assert seen.read_text().split() == ["600", "700", "0"]
        await form.go("api_key")
        await form.press(*"hunter2", "ctrl+o")
        await wait_for(lambda: form.app.of_kind(messages.Say), "the refusal")
        assert "Secrets" in form.app.of_kind(messages.Say)[0].text
    assert not list(tmp_path.glob("replicate-tui-*"))


async def test_what_was_written_outlives_an_editor_that_fails(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(FormApp, "suspend", lambda _: nullcontext())
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\n[ -e "$0.once" ] || printf "long work" > "$1"\ntouch "$0.once"\nkill -9 $$\n')
    script.chmod(0o700)
    async with open_form(server, settings=Settings(editor=str(script))) as form:
        await form.press(*"fog", "ctrl+o")
        await wait_for(lambda: form.app.of_kind(messages.Say), "the word")
        said = form.app.of_kind(messages.Say)[0].text
        assert "the field is as it was" in said
        assert form.text == "fog"
        (kept,) = tmp_path.glob("replicate-tui-*/text*")
        assert str(kept) in said
        assert kept.read_text() == "long work"
        # Where nothing was written nothing is left.
        await form.press("ctrl+o")
        await wait_for(lambda: len(form.app.of_kind(messages.Say)) == 2, "the word")
        assert len(list(tmp_path.glob("replicate-tui-*"))) == 1


async def test_a_missing_editor_is_said(server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with open_form(server) as form:
        await form.press("ctrl+o")
        await wait_for(lambda: form.app.of_kind(messages.Say), "the word")
        assert "$EDITOR" in form.app.of_kind(messages.Say)[0].text


async def test_foreign_words_are_shown_and_not_obeyed(own_demo: OwnDemo) -> None:
    texts = [text for _, text in (*TERMINAL, *UNICODE, *MARKUP)]
    properties = {
        f"field {place}": {"type": "string", "title": text, "description": text, "default": text, "x-order": place}
        for place, text in enumerate(texts)
    }
    properties[texts[0]] = {"type": "string", "enum": texts[:3], "description": texts[0], "x-order": 999}
    server = own_demo(models=[replace(GREETER, input_schema={"type": "object", "properties": properties})])
    async with open_form(server, "tests/greeter", size=(120, len(texts) + 16)) as form:
        await form.press("ctrl+end")
        shown = form.screen_text()
        assert "field 1 " in shown
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
        await form.press("up", "space")
        await wait_for(lambda: isinstance(form.app.screen, ChooseDialog), "the list")
        assert "\x1b" not in form.screen_text()
        await form.press("escape")
        for _ in texts[:12]:
            await form.press("up")


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (120, 36)])
async def test_every_size_works(server: DemoServer, size: tuple[int, int]) -> None:
    async with open_form(server, size=size) as form:
        await form.press(*"fog")
        for _ in range(24):
            editor = form.fields.editor
            assert editor is not None
            region = editor.region
            assert region.height > 0
            assert 0 <= region.x < region.right <= size[0]
            assert form.screen.region.contains_region(editor.region) or region.height > size[1] - 6
            await form.press("tab")
        assert form.screen.query_one("#sent").display is (size[0] >= 120)


async def test_a_form_of_many_fields_costs_no_more_widgets(own_demo: OwnDemo) -> None:
    widgets = set()
    for count in (1, 73):
        fields = {f"field_{place}": {"type": "string", "x-order": place} for place in range(count)}
        server = own_demo(models=[replace(GREETER, input_schema={"type": "object", "properties": fields})])
        async with open_form(server, "tests/greeter") as form:
            await form.press("ctrl+end", "up", *"x")
            assert form.input == {f"field_{count - 1}": "x"}
            widgets.add(len(form.screen.query("*")))
            await form.press("escape")
            await form.app.house.services.drafts.discard("tests/greeter")
    assert len(widgets) == 1


async def test_a_new_version_of_the_model_keeps_what_was_typed(own_demo: OwnDemo) -> None:
    server = own_demo(models=[GREETER])
    async with open_form(server, "tests/greeter") as form:
        await form.press(*"fog")
        page = form.screen.form.page
        assert page is not None
        assert page.version is not None
        schema = page.version.schema
        renamed = replace(schema.input, fields=(*schema.input.fields, replace(schema.input.fields[0], name="more")))
        version = page.version._replace(id="c" * 64, schema=replace(schema, input=renamed))
        assert form.screen.form.follow_page(page._replace(version=version)) == ()
        form.screen.show_form()
        await form.pilot.pause()
        assert form.input == {"text": "fog"}
        assert "more" in form.screen_text()


async def test_a_file_can_be_what_an_earlier_run_made(server: DemoServer) -> None:
    async def draw(services: Services) -> None:
        wish = RunRequest(model="tests/painter", input={"text": "fog", "count": 2})
        run = await services.runs.create(wish, "drawing")
        await wait_for(lambda: _saved(services, run.id), "the pictures")

    async with open_form(server, before=draw) as form:
        await form.go("image")
        await form.press("f4")
        await wait_for(lambda: isinstance(form.app.screen, ChooseDialog), "the runs")
        await form.press("enter")
        await wait_for(lambda: "Which file" in form.screen_text(), "the files")
        await form.press("down", "enter")
        await wait_for(lambda: form.app.screen is form.screen, "the form")
        path = Path(form.input["image"])
        assert path.read_bytes().startswith(b"picture of fog")
        await form.press("tab")
        await wait_for(lambda: " B " in form.screen_text(), "its size")


def _saved(services: Services, run_id: str) -> bool:
    snapshot = services.tracker.snapshot(run_id)
    return snapshot is not None and snapshot.run.saved is SaveState.SAVED


async def test_without_earlier_files_it_is_said(server: DemoServer) -> None:
    async with open_form(server) as form:
        await form.go("image")
        await form.press("f4")
        await wait_for(lambda: form.app.of_kind(messages.Say), "the word")


async def test_the_picker_shows_hostile_names_and_gives_a_path(server: DemoServer, tmp_path: Path) -> None:
    for name in ("[x][red]fog[bad=]", "fog\x1b]0;title\x07", "plain.png"):
        (tmp_path / name).touch()
    async with open_form(server) as form:
        await form.go("image")
        assert isinstance(form.fields.editor, FileEditor)
        form.fields.editor.show_text(f"{tmp_path}/")
        await form.press("home", "@")
        await wait_for(lambda: form.app.screen is not form.screen, "the picker")
        await wait_for(lambda: "plain.png" in form.screen_text(), "the files")
        assert "[x][red]fog[bad=]" in form.screen_text()
        await form.press("end", "enter")
        await form.press("enter")
        await wait_for(lambda: form.app.screen is form.screen, "the form")
        assert form.input == {"image": str(tmp_path / "plain.png")}
