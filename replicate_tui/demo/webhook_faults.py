"""What a fault rule does to the webhooks of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Signature = Literal["wrong", "old", "future"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFault:
    """How webhooks differ from what they should be.

    `signature` is made with another key, or rightly for a time an hour off. Each webhook is told `repeat` times more
    under the same id, and `flood` times more, all at once, under ids of their own. With `backwards` those before the
    end are held, and told after it, the latest first. `headers` are set (a foreign Origin, say) and `drop_headers` left
    out (Host, say). The body leaves at `bytes_per_second`.
    """

    signature: Signature | None = None
    repeat: int = 0
    flood: int = 0
    backwards: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    drop_headers: tuple[str, ...] = ()
    bytes_per_second: float | None = None
