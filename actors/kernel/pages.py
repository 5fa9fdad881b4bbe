"""Page tokens: opaque to callers, bound to the query they came from, safe against forging.

A token holds the sort key of the last row and a keyed hash over it, the method, the scope and every field of the
request but the page size and the token itself. A token of another query, another tenant or a changed one is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import orjson
from google.protobuf.message import Message

from actors.kernel.call import Call
from actors.kernel.errors import PageTokenInvalid

DEFAULT_SIZE = 50
R = TypeVar("R")


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page of a list and the token of the next, empty on the last."""

    items: list[R]
    next_page_token: str


@dataclass(frozen=True)
class PageRequest:
    """Where a list continues and how many rows it may return."""

    size: int
    after: tuple[Any, ...] | None
    """The sort key of the last row seen, None on the first page."""
    seal: bytes
    """The keyed hash of the query, for the next token."""
    key: bytes

    def token(self, position: tuple[Any, ...]) -> str:
        body = orjson.dumps([_plain(value) for value in position])
        tag = hmac.digest(self.key, self.seal + body, hashlib.sha256)[:16]
        return base64.urlsafe_b64encode(tag + body).rstrip(b"=").decode()


def page_request(request: Message, call: Call, key: bytes) -> PageRequest:
    """Reads `page_size` and `page_token` of a List request. Raises PageTokenInvalid."""
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("page_token")
    bare.ClearField("page_size")
    method = request.DESCRIPTOR.full_name
    query = bare.SerializeToString(deterministic=True)
    seal = hashlib.sha256(f"{method}\0{call.scope}\0".encode() + query).digest()
    size = getattr(request, "page_size", 0) or DEFAULT_SIZE
    token = getattr(request, "page_token", "")
    if not token:
        return PageRequest(size, None, seal, key)
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        tag, body = raw[:16], raw[16:]
        if not hmac.compare_digest(tag, hmac.digest(key, seal + body, hashlib.sha256)[:16]):
            raise PageTokenInvalid
        position = tuple(_rich(value) for value in orjson.loads(body))
    except (binascii.Error, ValueError, KeyError):
        raise PageTokenInvalid from None
    return PageRequest(size, position, seal, key)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _plain(value: Any) -> Any:
    return {"us": (value - _EPOCH) // timedelta(microseconds=1)} if isinstance(value, datetime) else value


def _rich(value: Any) -> Any:
    return _EPOCH + timedelta(microseconds=value["us"]) if isinstance(value, dict) else value
