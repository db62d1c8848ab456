"""What a person may name after `open`."""

import pytest

from replicate_tui.cli.target import Target, UnknownTarget, parse_target

RUN_ID = "ufawqhfynnddngldkgtslldrkq"
VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("replicate/hello-world", Target("model", "replicate/hello-world")),
        (f"replicate/hello-world:{VERSION}", Target("model", "replicate/hello-world")),
        (" stability-ai/sdxl\n", Target("model", "stability-ai/sdxl")),
        ("text-to-image", Target("collection", "text-to-image")),
        ("flux", Target("collection", "flux")),
        (RUN_ID, Target("run", RUN_ID)),
        ("https://replicate.com/replicate/hello-world", Target("model", "replicate/hello-world")),
        ("https://replicate.com/replicate/hello-world/readme?x=1#y", Target("model", "replicate/hello-world")),
        (f"https://replicate.com/replicate/hello-world/versions/{VERSION}", Target("model", "replicate/hello-world")),
        ("https://www.replicate.com/collections/text-to-image", Target("collection", "text-to-image")),
        (f"https://replicate.com/p/{RUN_ID}", Target("run", RUN_ID)),
        (f"https://replicate.com/trainings/{RUN_ID}", Target("run", RUN_ID)),
        ("https://replicate.com/deployments/alice/fog", Target("deployment", "alice/fog")),
        ("https://replicate.com/deployments/alice/fog/settings", Target("deployment", "alice/fog")),
        ("deployments/alice/fog", Target("deployment", "alice/fog")),
    ],
)
def test_names_ids_and_web_addresses(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        "two words",
        "owner/name/more",
        "../../account",
        "https://replicate.com/",
        "https://replicate.com/docs/reference",
        "https://replicate.com/account/billing",
        "https://replicate.com/deployments/create",
        "https://replicate.com.evil.test/owner/name",
        "https://evil.test/p/" + RUN_ID,
        "https://replicate.com/p/../../x",
        "https://[/owner/name",
        "file:///owner/name",
    ],
)
def test_what_names_nothing_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UnknownTarget, match=r"\.$"):
        parse_target(text)
