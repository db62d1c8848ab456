"""Pure values: identifiers, timestamps, objects, progress, losses."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from replicate_tui.api import InvalidIdentifierError, ResponseNotUnderstoodError
from replicate_tui.api.decoding import parse_json
from replicate_tui.api.identifiers import (
    CollectionRef,
    DeploymentRef,
    ModelRef,
    RunRef,
    VersionRef,
    parse_identifier,
)
from replicate_tui.api.progress import LossReader, Progress, losses_of, progress_of, rate_of
from replicate_tui.api.types import Model, Prediction, SearchResults, Training, WebhookSecret, parse_timestamp
from replicate_tui.api.understanding import understand

HEX = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
RUN = "7h2k9m4p6q8r1s3t5v7w9x0y2z"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("stability-ai/sdxl", ModelRef("stability-ai", "sdxl")),
        (" meta/llama-3.1_8b ", ModelRef("meta", "llama-3.1_8b")),
        (f"stability-ai/sdxl:{HEX}", ModelRef("stability-ai", "sdxl", HEX)),
        (HEX, VersionRef(HEX)),
        (RUN, RunRef(RUN)),
        ("https://replicate.com/stability-ai/sdxl", ModelRef("stability-ai", "sdxl")),
        ("replicate.com/stability-ai/sdxl/", ModelRef("stability-ai", "sdxl")),
        ("https://www.replicate.com/stability-ai/sdxl?input=form#x", ModelRef("stability-ai", "sdxl")),
        ("https://replicate.com/stability-ai/sdxl/readme", ModelRef("stability-ai", "sdxl")),
        (f"https://replicate.com/stability-ai/sdxl/versions/{HEX}", ModelRef("stability-ai", "sdxl", HEX)),
        (f"https://replicate.com/stability-ai/sdxl:{HEX}", ModelRef("stability-ai", "sdxl", HEX)),
        (f"https://replicate.com/p/{RUN}", RunRef(RUN)),
        (f"https://replicate.com/predictions/{RUN}", RunRef(RUN)),
        (f"https://replicate.com/trainings/{RUN}", RunRef(RUN, "training")),
        ("https://replicate.com/collections/text-to-image", CollectionRef("text-to-image")),
        ("https://replicate.com/deployments/acme/fast-fog", DeploymentRef("acme", "fast-fog")),
    ],
)
def test_identifiers(text: str, found: Any) -> None:
    assert parse_identifier(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sdxl",
        "a/b/c",
        "a/",
        "/b",
        "a b/c",
        "../account",
        "a/..",
        "a/b:",
        "a/b:x/y",
        "https://replicate.com/",
        "https://replicate.com/docs/guides",
        "https://replicate.com.evil.test/a/b",
        "https://evil.test/a/b",
        "https://replicate.com/p/../../account",
        "https://replicate.com/a%2Fb/c",
        "https://replicate.com/%1b]52/c",
        "javascript:alert(1)",
        "a/b\n",
        "é/è",
        "\x1b[2J/a",
    ],
    ids=ascii,
)
def test_what_identifies_nothing(text: str) -> None:
    if text == "a/b\n":
        assert parse_identifier(text) == ModelRef("a", "b")
        return
    with pytest.raises(InvalidIdentifierError):
        parse_identifier(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-02T10:11:01.04Z", datetime(2026, 5, 2, 10, 11, 1, 40_000, UTC)),
        ("2026-05-02T10:11:12.534000Z", datetime(2026, 5, 2, 10, 11, 12, 534_000, UTC)),
        ("2026-05-02T10:11:08.36078514Z", datetime(2026, 5, 2, 10, 11, 8, 360_785, UTC)),
        ("2026-05-02T10:11:41.882143865Z", datetime(2026, 5, 2, 10, 11, 41, 882_143, UTC)),
        ("2026-05-02T10:11:41.999999999Z", datetime(2026, 5, 2, 10, 11, 41, 999_999, UTC)),
        ("2026-05-02T10:11:41Z", datetime(2026, 5, 2, 10, 11, 41, 0, UTC)),
        ("2026-05-02 10:11:41+02:00", datetime(2026, 5, 2, 8, 11, 41, 0, UTC)),
        ("2026-05-02T10:11:41.5", datetime(2026, 5, 2, 10, 11, 41, 500_000, UTC)),
    ],
)
def test_timestamps_of_any_fraction(text: str, moment: datetime) -> None:
    assert parse_timestamp(text) == moment


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "2026-13-02T10:11:41Z", "0001-01-01T00:00:00+23:59", "2026-05-02"]
)
def test_what_is_no_timestamp(text: str | None) -> None:
    assert parse_timestamp(text) is None


def test_objects_keep_what_they_do_not_know() -> None:
    run = understand(
        Prediction,
        {"id": "a", "status": "warming", "novelty": {"x": 1}, "metrics": {"predict_time": 1, "image_count": 2}},
        "prediction",
    )
    assert run.status == "warming"
    assert not run.is_final
    assert run.to_dict()["novelty"] == {"x": 1}
    assert run.metrics is not None
    assert run.metrics.to_dict() == {"predict_time": 1.0, "image_count": 2}


@pytest.mark.parametrize("status", ["succeeded", "failed", "canceled", "aborted"])
def test_final_statuses(status: str) -> None:
    assert Prediction(id="a", status=status).is_final
    assert Training(id="a", status=status).is_final


def test_fields_whose_values_make_no_sense_are_left_out() -> None:
    model = understand(
        Model,
        {
            "owner": "acme",
            "name": "fog",
            "run_count": "many",
            "default_example": {"logs": "no id"},
            "latest_version": {"id": HEX, "openapi_schema": "none", "cog_version": 3},
        },
        "model",
    )
    assert model.id == "acme/fog"
    assert model.run_count is None
    assert model.default_example is None
    assert model.latest_version is not None
    assert model.latest_version.openapi_schema is None
    found = understand(SearchResults, {"models": [{"model": {}}, {"model": {"owner": "a", "name": "b"}}, 7]}, "search")
    assert [hit.id for hit in found] == ["a/b"]


def test_errors_about_objects_show_no_values() -> None:
    with pytest.raises(ResponseNotUnderstoodError) as caught:
        understand(Prediction, {"id": "a", "input": {"api_key": "hunter2"}}, "prediction")
    assert "hunter2" not in str(caught.value)
    assert "status" in str(caught.value)


def test_secrets_do_not_show_themselves() -> None:
    assert "whsec" not in repr(WebhookSecret(key="whsec_abc")) + str(WebhookSecret(key="whsec_abc"))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'"a\\ud800b"', "a\ufffdb"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\xff"', "\ufffd"),
        (b'{"a\\u0000b": 1}', {"a\x00b": 1}),
        (b"1e999", None),
        (b"[-1e999, 1.5e300]", [None, 1.5e300]),
        (b"18446744073709551616", 18_446_744_073_709_551_616),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_json_is_made_sound(body: bytes, value: Any) -> None:
    assert parse_json(body) == value


def test_deep_json_is_cut_not_refused() -> None:
    value = parse_json(b'{"id": "a", "output": ' + b"[" * 900 + b"]" * 900 + b"}")
    assert value["id"] == "a"
    assert "nested too deeply" in str(value)


@pytest.mark.parametrize(
    ("logs", "found"),
    [
        (" 50%|█████     | 2/4 [00:00<00:01, 1.5it/s]", Progress(0.5, 2, 4)),
        ("100%|###| 4/4\n  0%|   | 0/10\nmore", Progress(0.0, 0, 10)),
        ("Using seed: 7\nnothing", None),
        ("", None),
    ],
)
def test_progress_by_the_official_rule(logs: str, found: Progress | None) -> None:
    assert Progress.parse(logs) == found
    assert progress_of(logs) == found


@pytest.mark.parametrize(
    ("logs", "fraction", "current", "total", "label"),
    [
        ("Downloading: 40%|████      | 4/10", 0.4, 4, 10, "Downloading"),
        ("12.5% of the way", 0.125, None, None, ""),
        ("100%||1/1", 1.0, 1, 1, ""),
        ("Step 3/10", 0.3, 3, 10, ""),
        ("epoch 2 of 8, loss 0.1", 0.25, 2, 8, ""),
        ("Loading weights [3/4]", 0.75, 3, 4, "Loading weights"),
        ("a\r 10%|# | 1/10\r 20%|## | 2/10", 0.2, 2, 10, ""),
        ("pulling manifest... 45% ▕████    ▏ 1.2 GB/4.1 GB", 0.45, None, None, "pulling manifest..."),
        ("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.30", 640 / 60_000, 640, 60_000, "Train Epoch: 1"),
        ("1|25|Loss: 1.0712:  10%|█ | 25/250 [00:10<01:30]", 0.1, 25, 250, "1|25|Loss: 1.0712"),
        (" iteration       10/     320 | lm loss: 1.02E+01", 10 / 320, 10, 320, ""),
        ("100/500 [=====>......] - ETA: 1:20 - loss: 0.6931", 0.2, 100, 500, ""),
        ("Steps:  20%|██ | 200/1000 [01:00, loss=nan]\nUsing 80% of GPU memory", 0.2, 200, 1000, "Steps"),
    ],
)
def test_progress_by_the_tolerant_rule(
    logs: str, fraction: float, current: int | None, total: int | None, label: str
) -> None:
    assert Progress.parse(logs) is None or "\r" in logs
    assert progress_of(logs) == Progress(pytest.approx(fraction), current, total, label)


@pytest.mark.parametrize(
    "logs",
    [
        *("http://x/1/2", "resolution 1024/768", "250% better", "12/2025", "a step 11/10"),
        *("Using 80% of GPU memory", "iter 100: loss 3.2, mfu 20%", "accuracy: 95%", "-5%|###| -5/100"),
        *(
            "140%|#####| 140/100",
            "\u0665\u0660%|###| \u0661/\u0662",
            "9" * 5_000 + "%|#|1/2",
            "12% more pixels than before",
        ),
    ],
    ids=ascii,
)
def test_what_only_looks_like_progress(logs: str) -> None:
    assert progress_of(logs) is None


@pytest.mark.parametrize(
    ("line", "name", "step", "value"),
    [
        ("step 10, loss: 0.5", "loss", 10, 0.5),
        ("{'loss': 0.5, 'grad_norm': 1.2, 'epoch': 1.0}", "loss", 1, 0.5),
        ("Epoch 1: train_loss=0.51", "train_loss", 1, 0.51),
        (" 10%|#  | 100/1000 [00:01<00:09, 9it/s, loss=0.123, lr=1e-4]", "loss", 100, 0.123),
        ("step=10 loss/train=0.5", "loss/train", 10, 0.5),
        ("flux:  3%|▎ | 30/1000 [00:30<16:00, 1.0it/s, lr: 4.0e-04 loss: 3.512e-01]", "loss", 30, 0.3512),
        ("Iteration 500: Train loss 1.234", "loss", 500, 1.234),
        ("[10/100] loss 0.5", "loss", 10, 0.5),
        ("100/500 [=====>......] - ETA: 1:20 - loss: 0.6931", "loss", 100, 0.6931),
        (" iteration       10/     320 | lm loss: 1.02E+01 | scale: 4096.0 |", "loss", 10, 10.2),
        ('{"step": 7, "loss": 1e-3}', "loss", 7, 0.001),
    ],
)
def test_losses(line: str, name: str, step: int, value: float) -> None:
    (series,) = losses_of(line)
    assert (series.name, series.steps, series.values) == (name, [step], [value])


def test_other_values_of_the_lines_with_losses() -> None:
    reader = LossReader(with_others=True)
    reader.feed(
        [
            "2026-05-01T12:30:45 step=10 loss=0.5 lr=4.0e-04 eta: 3:20",
            "{'loss': 0.25, 'grad_norm': 1.5, 'learning_rate': 5e-05, 'epoch': 0.1, 'step': 20}",
            "memory=12 power=300",
        ]
    )
    assert {series.name: (series.steps, series.values) for series in reader.series} == {
        "loss": ([10, 20], [0.5, 0.25]),
        "lr": ([10], [4.0e-04]),
        "grad_norm": ([20], [1.5]),
        "learning_rate": ([20], [5e-05]),
    }


def test_a_line_that_may_go_on_is_read_and_not_taken() -> None:
    reader = LossReader()
    reader.feed(["loss: 3", "loss: 2"])
    assert reader.told_by("loss: 1") == [("loss", 3, 1.0)]
    assert reader.told_by("loss: nan") == []
    assert reader.series[0].values == [3.0, 2.0]


@pytest.mark.parametrize(
    ("logs", "rate"),
    [
        (" 25%|██▌       | 250/1000 [00:45<02:15,  5.55it/s]", 5.55),
        ("50%|█████     | 2/4 [00:00<00:00,  2.50s/it]\nSaved", 0.4),
        ("step 4: 1.5 steps/s", 1.5),
        ("0%|          | 0/4 [00:00<?, ?it/s]", None),
        ("10 items/s, 3 it/sec/gpu", None),
        ("0 it/s", None),
        ("", None),
    ],
)
def test_the_rate_that_logs_tell(logs: str, rate: float | None) -> None:
    assert rate_of(logs) == rate


def test_losses_of_growing_logs() -> None:
    reader = LossReader()
    reader.feed(["starting", "step 1 loss=1.0 val_loss=2.0", "step 2 loss=nan"])
    reader.feed(["step 2 loss=0.5", "step 2 loss=0.4", "no number: loss"])
    loss, val_loss = reader.series
    assert (loss.steps, loss.values) == ([1, 2], [1.0, 0.4])
    assert (val_loss.steps, val_loss.values) == ([1], [2.0])


@pytest.mark.parametrize("line", ["loss" * 250, "a=" * 500 + "loss", "1" * 1_000 + "% loss", "| " * 500, "[" * 1_000])
def test_no_line_takes_long(line: str) -> None:
    logs = "\n".join([line] * 500)
    started = time.perf_counter()
    progress_of(logs)
    losses_of(logs)
    assert time.perf_counter() - started < 2


def test_huge_logs_without_progress_are_looked_at_quickly() -> None:
    """They are looked at at every poll."""
    for logs in ("a line that says nothing\n" * 2_000_000, "\n" * 5_000_000, "x" * 50_000_000):
        started = time.perf_counter()
        assert progress_of(logs) is None
        assert time.perf_counter() - started < 0.3
