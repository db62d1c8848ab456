"""Webhook signatures: the published vectors, and everything that must not be believed."""

import time

import pytest

from replicate_tui.api import WebhookVerificationError
from replicate_tui.api.transport import Headers
from replicate_tui.api.webhooks import sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"test": 2432232314}'
NOW = 1_614_265_330
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(NOW),
    "webhook-signature": SIGNATURE,
}

VECTORS = [
    (SECRET, HEADERS["webhook-id"], NOW, BODY, SIGNATURE),
    (
        "whsec_cmVwbGljYXRlLXR1aS1kZW1vLWtleS0x",
        "msg_demo1",
        1_760_000_000,
        '{"id":"demo0000000000000000000001","status":"succeeded"}',
        "v1,iD79yCoGCPiPTWtAo8/9jvpHCDXP40MvmYpnDhvsEoA=",
    ),
]


@pytest.mark.parametrize(("secret", "id", "timestamp", "body", "signature"), VECTORS)
def test_vectors(secret: str, id: str, timestamp: int, body: str, signature: str) -> None:
    assert sign(id, timestamp, body, secret) == signature
    headers = {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": signature}
    verify(headers, body, secret, now=timestamp)
    verify(headers, body.encode(), secret, now=timestamp + 300)
    verify(headers, body, secret, tolerance=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": f"garbage {SIGNATURE}"},
        {"webhook-signature": f"v2,AAAA v1,AAAA {SIGNATURE}"},
        {"webhook-signature": f"{SIGNATURE} v1,AAAA"},
    ],
)
def test_one_signature_that_fits_is_enough(changes: dict[str, str]) -> None:
    verify({**HEADERS, **changes}, BODY, SECRET, now=NOW)


def test_header_names_have_no_case() -> None:
    verify({name.title(): value for name, value in HEADERS.items()}, BODY, SECRET, now=NOW)
    verify(Headers(HEADERS), BODY, SECRET, now=NOW)


REFUSED = {
    "too old": ({}, BODY, NOW + 301),
    "from the future": ({}, BODY, NOW - 301),
    "another body": ({}, '{"test":2432232314}', NOW),
    "another id": ({"webhook-id": "msg_x"}, BODY, NOW),
    "another time": ({"webhook-timestamp": str(NOW + 1)}, BODY, NOW),
    "no id": ({"webhook-id": ""}, BODY, NOW),
    "id and time shifted": ({"webhook-id": f"{HEADERS['webhook-id']}.{NOW}", "webhook-timestamp": ""}, BODY, NOW),
    "version 9": ({"webhook-signature": SIGNATURE.replace("v1", "v9")}, BODY, NOW),
    "no version": ({"webhook-signature": SIGNATURE.removeprefix("v1,")}, BODY, NOW),
    "no signature": ({"webhook-signature": ""}, BODY, NOW),
    "a signature cut short": ({"webhook-signature": SIGNATURE[:-2]}, BODY, NOW),
    "a signature of letters beyond ASCII": ({"webhook-signature": "v1,ü\ud800"}, BODY, NOW),
    "a time with a fraction": ({"webhook-timestamp": f"{NOW}.0"}, BODY, NOW),
    "a negative time": ({"webhook-timestamp": "-1"}, BODY, NOW),
    "a time in other digits": ({"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"}, BODY, NOW),
    "an endless time": ({"webhook-timestamp": "9" * 1_000}, BODY, NOW),
    "a time of words": ({"webhook-timestamp": "now"}, BODY, NOW),
}


@pytest.mark.parametrize(("changes", "body", "now"), REFUSED.values(), ids=REFUSED)
def test_refused(changes: dict[str, str], body: str, now: int) -> None:
    with pytest.raises(WebhookVerificationError):
        verify({**HEADERS, **changes}, body, SECRET, now=now)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_@@@@", "whsec_MfKQ9r8", "not a secret", None])
def test_secrets_that_are_none(secret: str) -> None:
    with pytest.raises(WebhookVerificationError, match="secret"):
        verify(HEADERS, BODY, secret, now=NOW)
    with pytest.raises(WebhookVerificationError, match="secret"):
        sign("msg_x", NOW, BODY, secret)


def test_a_header_given_twice_is_refused() -> None:
    headers = Headers([*HEADERS.items(), ("Webhook-Signature", SIGNATURE)])
    with pytest.raises(WebhookVerificationError, match="twice"):
        verify(headers, BODY, SECRET, now=NOW)


def test_a_flood_of_signatures_is_refused_at_once() -> None:
    started = time.perf_counter()
    with pytest.raises(WebhookVerificationError, match="too long"):
        verify({**HEADERS, "webhook-signature": "v1,AAAA " * 100_000}, BODY, SECRET, now=NOW)
    assert time.perf_counter() - started < 0.05


def test_old_deliveries_are_refused_by_the_clock_unless_told_otherwise() -> None:
    with pytest.raises(WebhookVerificationError, match="too old"):
        verify(HEADERS, BODY, SECRET)
