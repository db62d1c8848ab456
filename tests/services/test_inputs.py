"""Inputs on their way out: files checked before anything is sent, secrets kept apart, equal inputs known again."""

from pathlib import Path

import pytest

from replicate_tui.services.inputs import fingerprint, local_files, with_files, without_secrets
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import RunRequest

KEY = b"k" * 32


def request(**values: object) -> RunRequest:
    return RunRequest(model="acme/filter", input=values, file_fields=frozenset({"image", "images"}))


def test_only_local_paths_of_file_fields_are_files(tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"12345678")
    wish = request(
        prompt=str(picture),
        image=str(picture),
        images=["https://example.net/a.png", str(picture), "data:image/png;base64,AA=="],
    )
    found = local_files(wish)
    assert [(file.field, file.index, file.size) for file in found] == [("image", None, 8), ("images", 1, 8)]
    sent = with_files(wish.input, {file: f"https://files.example/{index}" for index, file in enumerate(found)})
    assert sent["prompt"] == str(picture)
    assert sent["image"] == "https://files.example/0"
    assert sent["images"][1] == "https://files.example/1"
    assert wish.input["images"][1] == str(picture)


@pytest.mark.parametrize(
    ("name", "words"),
    [("missing.png", "no file"), ("folder", "folder"), ("huge.bin", "100 MB"), ("bad\0name", "cannot be read")],
)
def test_a_file_that_cannot_be_sent_is_named_at_its_field(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    with (tmp_path / "huge.bin").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(ServiceProblem) as caught:
        local_files(request(image=str(tmp_path / name)))
    assert caught.value.kind is ProblemKind.FILE
    (complaint,) = caught.value.fields
    assert complaint.field == "image"
    assert words in complaint.message


def test_secrets_are_marked_and_unset_ones_stay_unset() -> None:
    stored = without_secrets({"api_key": "hunter2", "token": "", "prompt": "fog"}, {"api_key", "token"})
    assert stored == {"api_key": "(secret)", "token": "", "prompt": "fog"}


def test_an_input_is_known_again_as_the_service_gives_it_back() -> None:
    ours = {"prompt": "fog", "scale": 1.0, "image": "data:image/png;base64,AA==", "api_key": "hunter2", "mask": None}
    theirs = {"scale": 1, "api_key": "[REDACTED]", "prompt": "fog", "image": "https://replicate.delivery/x.png"}
    loose = {"image", "api_key"}
    assert fingerprint(ours, loose, KEY) == fingerprint(theirs, loose, KEY)
    assert fingerprint({**ours, "prompt": "mist"}, loose, KEY) != fingerprint(theirs, loose, KEY)
    assert fingerprint({**ours, "scale": 1.5}, loose, KEY) != fingerprint(theirs, loose, KEY)
    assert fingerprint(ours, loose, b"other") != fingerprint(ours, loose, KEY)
