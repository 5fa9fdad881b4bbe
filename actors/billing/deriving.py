"""Ids of what a call makes in the first of its units, so that a repetition finds it and goes on from there."""

from __future__ import annotations

import hashlib

from actors.kernel.call import Call
from actors.kernel.clock import Clock, encode_ulid


def id_for(call: Call, clock: Clock, prefix: str) -> str:
    """An id `prefix_` and 26 characters: the same whenever the call is repeated with its idempotency key, or the
    event that it reacts to is delivered again. Without either it is a new one each time.
    """
    if (cause := cause_of(call)) == "":
        return clock.new_id(prefix)
    return derived_id(prefix, cause)


def derived_id(prefix: str, cause: str) -> str:
    """The id of the one thing of its kind that a cause makes."""
    digest = hashlib.sha256(f"{prefix}\0{cause}".encode()).digest()
    return f"{prefix}_{encode_ulid(int.from_bytes(digest[:16]))}"


def cause_of(call: Call) -> str:
    """What makes a repetition of the call one and the same; empty when nothing does."""
    if call.idempotency is not None:
        return str(call.idempotency.id)
    return call.inbox_ids[0] if len(call.inbox_ids) == 1 else ""
