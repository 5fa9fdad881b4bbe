"""What the sandbox remembers, kept in the books; and the worker that delivers its events."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from actors.billing.keeping import SandboxEntry
from actors.billing.providers.sandbox import Sandbox
from actors.billing.providers.sandbox_state import SandboxRecord
from actors.billing.store import BooksUnit
from actors.billing.webhooks import Webhooks
from actors.kernel.call import system_call
from actors.kernel.errors import AtriumError, Contended
from actors.kernel.host.retry import attempts
from actors.kernel.store.contract import Between
from actors.kernel.store.unit import Store

log = logging.getLogger(__name__)

DELIVER_SECONDS = 1.0
_LAST = "\U0010ffff"
"""Sorts behind every key."""


class BooksSandboxState:
    """A `SandboxState` that replicas share, and that outlives them."""

    def __init__(self, books: Store[BooksUnit]) -> None:
        self.books = books

    async def read(self, key: str) -> SandboxRecord | None:
        async with self._unit() as unit:
            entry = await unit.sandbox.find(key)
        return None if entry is None else _record(entry)

    async def write(self, key: str, data: Mapping[str, Any] | None, revision: int) -> bool:
        try:
            async with self._unit() as unit:
                entry = SandboxEntry(id=key, version=revision, data=dict(data or {}))
                if data is not None:
                    unit.sandbox.put(entry)
                elif revision:
                    unit.sandbox.delete(entry)
                elif await unit.sandbox.find(key) is not None:
                    return False
        except Contended:
            return False
        return True

    async def list(self, prefix: str, *, after: str = "", limit: int = 100) -> list[SandboxRecord]:
        async with self._unit() as unit:
            found = await unit.sandbox.select(Between("id", max(prefix, after), prefix + _LAST), limit=limit + 1)
        return [_record(entry) for entry in found if entry.id > after][:limit]

    def _unit(self) -> BooksUnit:
        return self.books.unit(system_call(), aside=True)


class SandboxDelivery:
    """Brings the sandbox's events to where webhooks are taken, signed and byte by byte as over the network."""

    def __init__(self, sandbox: Sandbox, webhooks: Webhooks) -> None:
        self.sandbox, self.webhooks = sandbox, webhooks

    async def run(self) -> None:
        """Delivers what is due each second until cancelled; on one replica at a time."""
        while True:
            await self.deliver()
            await asyncio.sleep(DELIVER_SECONDS)

    async def deliver(self) -> int:
        """Delivers what is due now. Returns how many events were taken; others come again later."""
        return await self.sandbox.deliver_due(self._send)

    async def _send(self, headers: Mapping[str, str], body: bytes) -> bool:
        call = system_call()
        try:
            await attempts(call, lambda: self.webhooks.take("sandbox", headers, body, call))
        except AtriumError:
            log.warning("an event of the sandbox was not taken", exc_info=True)
            return False
        return True


def _record(entry: SandboxEntry) -> SandboxRecord:
    return SandboxRecord(entry.id, entry.version, entry.data)
