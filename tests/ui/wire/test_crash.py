"""What a crash may say of its exception."""

import pytest

from replicate_tui.ui.wire.crash import without_secrets

TOKEN = "r8_" + "canary" * 6


@pytest.mark.parametrize(
    "words",
    [
        f"the token {TOKEN} was refused",
        f"{{'Authorization': 'Bearer {TOKEN}'}}",
        "authorization: bearer canary-of-another-service",
        "cannot fetch https://replicate.delivery/x/out.png?signature=canary&expires=1",
    ],
)
def test_no_token_and_no_signature(words: str) -> None:
    assert "canary" not in without_secrets(words)


def test_the_token_of_the_environment_whatever_it_looks_like(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLICATE_API_TOKEN", "0123canary")
    assert without_secrets("no such user: 0123canary") == "no such user: (token)"


def test_other_words_stay() -> None:
    words = "token budget exceeded at https://replicate.com/a/b in r8_"
    assert without_secrets(words) == words
