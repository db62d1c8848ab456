"""Signatures of webhook deliveries: check those that come, make those of a test.

The scheme is Standard Webhooks: HMAC-SHA256 over "id.timestamp.body", keyed with the decoded secret.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Final

from replicate_tui.api.errors import WebhookVerificationError

TOLERANCE_SECONDS: Final = 300
_PREFIX: Final = "whsec_"
_VERSION: Final = "v1"
#: A real delivery carries one signature, two while a secret is being changed.
_LONGEST_HEADER: Final = 4_096


def verify(
    headers: Mapping[str, str],
    body: bytes | str,
    secret: str,
    tolerance: float | None = TOLERANCE_SECONDS,
    *,
    now: float | None = None,
) -> None:
    """Return if the delivery is signed with `secret` and at most `tolerance` seconds old or early.

    `body` is the raw body, byte for byte. `now` is Unix time, by default the clock's. `tolerance=None` skips the
    check of the age. Signatures of other versions are skipped. Raises WebhookVerificationError.
    """
    key = _key(secret)
    delivery_id = _header(headers, "id")
    timestamp = _header(headers, "timestamp")
    signatures = _header(headers, "signature")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 16):
        raise WebhookVerificationError("the timestamp is not a number of seconds")
    if tolerance is not None:
        age = (time.time() if now is None else now) - int(timestamp)
        if abs(age) > tolerance:
            raise WebhookVerificationError("the delivery is too old" if age > 0 else "the delivery is from the future")
    expected = _signature(key, delivery_id, timestamp, body).encode()
    matches = False
    for token in signatures.split(" "):
        version, _, given = token.partition(",")
        # Every token is compared, so that the time says nothing about which one fits.
        matches |= version == _VERSION and hmac.compare_digest(given.encode("utf-8", "replace"), expected)
    if not matches:
        raise WebhookVerificationError("no signature fits")


def sign(id: str, timestamp: int, body: bytes | str, secret: str) -> str:
    """Return the value of the `webhook-signature` header for a delivery; `timestamp` is Unix time."""
    return f"{_VERSION},{_signature(_key(secret), id, str(timestamp), body)}"


def _signature(key: bytes, id: str, timestamp: str, body: bytes | str) -> str:
    raw = body.encode() if isinstance(body, str) else body
    signed = b".".join((id.encode("utf-8", "replace"), timestamp.encode(), raw))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def _key(secret: str) -> bytes:
    if not isinstance(secret, str):
        # What os.environ.get gives when nobody set it.
        raise WebhookVerificationError("there is no webhook secret")
    try:
        key = base64.b64decode(secret.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as problem:
        raise WebhookVerificationError("the secret is not a webhook secret (whsec_…)") from problem
    if not key:
        raise WebhookVerificationError("the webhook secret is empty")
    return key


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return a header by its name in any case; a header given twice is refused."""
    wanted = f"webhook-{name}"
    many = getattr(headers, "get_list", None) or getattr(headers, "getlist", None)
    values = many(wanted) if many else [value for key, value in headers.items() if key.lower() == wanted]
    if len(values) != 1 or not values[0] or len(values[0]) > _LONGEST_HEADER:
        raise WebhookVerificationError(f"the header {wanted} is missing, empty, too long, or there twice")
    return str(values[0])
