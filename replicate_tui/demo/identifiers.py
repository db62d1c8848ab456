"""Identifiers: reproducible from the seed where they only name, from a private secret where they open."""

import hashlib
import hmac
import random
import secrets
import string

_NAME_CHARACTERS = string.digits + "abcdefghjkmnpqrstvwxyz"
_TOKEN_CHARACTERS = string.ascii_letters + string.digits


class Identifiers:
    """Ids of runs and files count on from `used`; keys of streams and outputs cannot be guessed without `secret`."""

    def __init__(self, *, seed: int, secret: bytes, used: int = 0) -> None:
        self._seed = seed
        self._secret = secret
        self.used = used

    def run(self) -> str:
        """Return the next 26-character id."""
        self.used += 1
        return named_id(f"{self._seed}:run:{self.used}")

    def file(self) -> str:
        """Return the next 48-character file id."""
        self.used += 1
        return named_id(f"{self._seed}:file:{self.used}", length=48)

    def key(self, name: str) -> str:
        """Return the unguessable key of `name`, the only guard of addresses that take no token."""
        return hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()[:40]


def named_id(name: str, *, length: int = 26) -> str:
    generator = random.Random(name)  # an id, not a secret
    return "".join(generator.choices(_NAME_CHARACTERS, k=length))


def version_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def new_token() -> str:
    """Return a random bearer token in Replicate's form, recognisable as the demo's."""
    return "r8_demo" + "".join(secrets.choice(_TOKEN_CHARACTERS) for _ in range(33))


def stable_number(name: str) -> int:
    """Return 31 bits that depend on `name` alone."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") & 0x7FFF_FFFF
