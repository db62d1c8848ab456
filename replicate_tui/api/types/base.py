"""What all objects of the API share: unknown fields are kept, known ones may be missing."""

import re
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)


class ApiObject(BaseModel):
    """An object of the service. Fields that this client does not know are attributes too."""

    model_config = ConfigDict(
        extra="allow",
        # Building 20 validators costs more than the rest of the import; most programs use three.
        defer_build=True,
        # Inputs may hold secrets, and validation errors end up in logs.
        hide_input_in_errors=True,
        protected_namespaces=(),
    )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that the service sent, as JSON values."""
        return self.model_dump(mode="python", exclude_unset=True)


def parse_timestamp(text: str | None) -> datetime | None:
    """Return the aware UTC time of an RFC 3339 text with any number of fraction digits, or None if it is not one.

    The service sends 2 to 9 digits, and nanoseconds do not fit a datetime: they are cut, not rounded.
    """
    match = _TIMESTAMP.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    microseconds = (fraction or "")[:6].ljust(6, "0")
    offset = "+00:00" if zone in (None, "Z") else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{microseconds}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
