"""Idempotency keys: a call that is repeated with its key gets the answer of the first time, to the byte.

The answer is committed in the unit of the change, sealed under a key derived from the idempotency key itself, which
the platform does not keep: an answer that shows a secret once stays unreadable to whoever reads the store.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from google.protobuf.message import Message

from actors.kernel.call import Call
from actors.kernel.errors import IdempotencyKeyReused
from actors.kernel.sealing import Sealer, open_with, seal_with

HEADER = "idempotency-key"
LONGEST = 128


@dataclass(frozen=True)
class Key:
    """One caller's key for one method."""

    id: str
    request_hash: bytes
    secret: bytes

    def seal(self, answer: bytes) -> bytes:
        return seal_with(self.secret, answer)

    def open(self, sealed: bytes) -> bytes:
        return open_with(self.secret, sealed)


def key_of(text: str, call: Call, request: Message, sealer: Sealer) -> Key:
    """The key a caller sent with this request. Raises IdempotencyKeyReused for one of a bad form."""
    if not 1 <= len(text) <= LONGEST or not text.isascii() or not text.isprintable():
        raise IdempotencyKeyReused(problem=f"must be 1 to {LONGEST} printable ASCII characters")
    principal = call.principal
    owner = "\0".join((principal.realm, principal.tenant_id, principal.user_id, call.scope, str(call.method), text))
    keyed = hmac.digest(sealer.key("idempotency"), owner.encode(), hashlib.sha512)
    return Key(
        id="idk_" + keyed[:24].hex(),
        request_hash=hashlib.sha256(request.SerializeToString(deterministic=True)).digest(),
        secret=keyed[32:],
    )
