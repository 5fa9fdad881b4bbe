"""The sandbox's webhooks: written down before what they tell of, signed, and delivered until they are taken.

Signed like Stripe's: `atrium-sandbox-signature: t=<unix seconds>,v1=<HMAC-SHA256(secret, "<t>." + body), hex>`.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from actors.billing.providers.contract import LARGEST_EVENT_BYTES, SignatureInvalid
from actors.billing.providers.sandbox_state import SandboxState, lettered
from actors.kernel.clock import Clock

log = logging.getLogger(__name__)

SIGNATURE_HEADER = "atrium-sandbox-signature"
TOLERANCE = timedelta(minutes=5)
_ORPHANED = timedelta(minutes=10)
"""An event whose charge was never written (the process ended in between) is dropped after this."""
_TRIES = 12
Send = Callable[[Mapping[str, str], bytes], Awaitable[bool]]
"""Posts headers and body to the webhook's address and tells whether they were taken."""


class SandboxEvents:
    """The outbox of a sandbox's events."""

    def __init__(self, state: SandboxState, clock: Clock, secret: bytes) -> None:
        self._state, self._clock, self._secret = state, clock, secret

    async def queue(self, type: str, reference: str, due: datetime, *, key: str, object: str = "") -> None:
        """Keeps an event about a charge, to be delivered when due; queueing it again changes nothing."""
        subject = object or reference
        id = "sbe_" + lettered(hashlib.sha256(f"{type}|{subject}".encode()).hexdigest()[:24])
        data = {"id": id, "type": type, "charge": reference, "object": subject, "key": key, "due": due.isoformat()}
        await self._state.write(f"event:{due.isoformat(timespec='milliseconds')}:{id}", {**data, "tries": 0}, 0)

    async def deliver(self, send: Send, body_of: Callable[[Mapping[str, Any]], Awaitable[bytes | None]]) -> int:
        """Sends what is due and tells how many were taken. What is refused comes again later, twelve times in all.

        May run on several replicas at once and be killed anywhere: events then come twice, never not at all.
        """
        now, delivered, after = self._clock.now(), 0, ""
        while page := await self._state.list("event:", after=after):
            for record in page:
                after = record.key
                due = datetime.fromisoformat(record.data["due"])
                if due > now:
                    continue
                body = await body_of(record.data)
                if body is None:
                    if now - due > _ORPHANED:
                        await self._state.write(record.key, None, record.revision)
                elif await self._sent(send, body):
                    delivered += 1
                    await self._state.write(record.key, None, record.revision)
                elif record.data["tries"] + 1 >= _TRIES:
                    log.warning("a sandbox event was never taken", extra={"event": record.data["id"]})
                    await self._state.write(record.key, None, record.revision)
                else:
                    wait = timedelta(seconds=2 ** record.data["tries"])
                    later = {**record.data, "tries": record.data["tries"] + 1, "due": (now + wait).isoformat()}
                    await self._state.write(record.key, later, record.revision)
        return delivered

    async def _sent(self, send: Send, body: bytes) -> bool:
        try:
            return await send(self.signed(body), body)
        except OSError:
            return False

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers of a delivery now."""
        seconds = int(self._clock.now().timestamp())
        return {SIGNATURE_HEADER: f"t={seconds},v1={self.mac(f'{seconds}.'.encode() + body)}"}

    def mac(self, message: bytes) -> str:
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()

    def check(self, headers: Mapping[str, str], raw_body: bytes) -> None:
        """Raises SignatureInvalid unless these bytes were signed with the secret within the last five minutes."""
        if len(raw_body) > LARGEST_EVENT_BYTES:
            raise SignatureInvalid(provider="sandbox", problem="it is too large")
        given = next((value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER), "")
        parts = dict(part.partition("=")[::2] for part in given.split(","))
        seconds = parts.get("t", "")
        if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 13):
            raise SignatureInvalid(provider="sandbox", problem="it is not signed")
        expected = self.mac(f"{seconds}.".encode() + raw_body)
        if not hmac.compare_digest(expected.encode(), parts.get("v1", "").encode()):
            raise SignatureInvalid(provider="sandbox", problem="the signature is wrong")
        if abs(self._clock.now().timestamp() - int(seconds)) > TOLERANCE.total_seconds():
            raise SignatureInvalid(provider="sandbox", problem="the signature is too old")


def event_body(data: Mapping[str, Any], time: datetime, standing: Mapping[str, Any]) -> bytes:
    """An event as it is sent: what happened, to what, and how that stands."""
    fields = {"id": data["id"], "type": data["type"], "object": data["object"], "key": data["key"]}
    return orjson.dumps({**fields, "time": time.isoformat(), "standing": dict(standing)})
