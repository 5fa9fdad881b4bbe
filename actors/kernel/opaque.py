"""Opaque secrets that name what they belong to: refresh tokens, one-time links and API keys.

    <prefix>.<scope>.<id>.<256 random bits>.<keyed hash over the rest>

The keyed hash tells a token that was once ours from one that was made up, without asking the store. Only the hash of
the random bits is kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from actors.kernel.call import PLATFORM


@dataclass(frozen=True)
class Opaque:
    """A token taken apart."""

    scope: str
    """The tenant's id, empty for the platform."""
    id: str
    hash: str
    """What the store keeps of it."""


def make(prefix: str, scope: str, id: str, key: bytes, seed: str = "") -> tuple[str, str]:
    """A new token and the hash to keep of it. With a seed the token is the same for the same seed, and still nobody's
    guess who lacks the key."""
    drawn = hmac.digest(key, f"seed {seed}".encode(), hashlib.sha256) if seed else secrets.token_bytes(32)
    random = base64.urlsafe_b64encode(drawn).rstrip(b"=").decode()
    body = f"{prefix}.{scope or PLATFORM}.{id}.{random}"
    return f"{body}.{_tag(body, key)}", hash_of(random)


def read(token: str, prefix: str, key: bytes) -> Opaque | None:
    """The token's parts; None when it is not one of ours."""
    body, _, tag = token.rpartition(".")
    if not hmac.compare_digest(tag.encode(), _tag(body, key).encode()):
        return None
    found, scope, id, random = body.split(".")
    if found != prefix:
        return None
    return Opaque(scope="" if scope == PLATFORM else scope, id=id, hash=hash_of(random))


def hash_of(random: str) -> str:
    return hashlib.sha256(random.encode()).hexdigest()


def _tag(body: str, key: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, body.encode(), hashlib.sha256)[:16]).rstrip(b"=").decode()
