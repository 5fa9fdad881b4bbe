"""What every module does when a tenant goes, or asks for all its data; derived from its collections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson

from actors.api.kernel.v1 import TenantExportRequested, TenantPurgeRequested
from actors.kernel.call import Call
from actors.kernel.errors import NotFound
from actors.kernel.records import Announcement
from actors.kernel.store.contract import Collection, Place, Reach
from actors.kernel.store.unit import Store


@dataclass(frozen=True, kw_only=True)
class TenantDataPurged(Announcement):
    tenant_id: str
    module: str
    records: int


@dataclass(frozen=True, kw_only=True)
class TenantDataExported(Announcement):
    tenant_id: str
    export_id: str
    module: str
    records: int
    blob_ids: tuple[str, ...]


class TenantData:
    """One module's data of one tenant, as a whole: in its main store, and in its books where it has them."""

    def __init__(self, module: str, store: Store[Any], *kept: tuple[Store[Any], Sequence[Collection[Any]]]) -> None:
        self.module, self.store = module, store
        tenants = [(s, c) for s, collections in kept for c in collections if c.reach is not Reach.PLATFORM]
        self.purged = [(s, c) for s, c in tenants if c.purged]
        self.exported = [(s, c) for s, c in tenants if c.exported]

    async def purge(self, event: TenantPurgeRequested, call: Call) -> None:
        """Removes the tenant's records from every collection and announces how many there were."""
        records = 0
        for store, collection in self.purged:
            try:
                records += await store.backend.purge(await store.place(collection, event.tenant_id))
            except NotFound:  # never placed, so nothing was kept here; the provider's records about it may be
                continue
        async with self.store.unit(call.within("")) as unit:
            unit.announce(TenantDataPurged(tenant_id=event.tenant_id, module=self.module, records=records))

    async def export(self, event: TenantExportRequested, call: Call) -> None:
        """Writes each collection's records of the tenant as JSON lines, without secrets, and announces the parts."""
        records, blobs = 0, []
        for store, collection in self.exported:
            place = await store.place(collection, event.tenant_id)
            name = f"exports/{event.export_id}/{self.module}/{collection.name}.jsonl"
            counter = _Counter()
            await self.store.backend.write_blob(name, _lines(store, place, counter))
            records += counter.count
            blobs.append(name)
        async with self.store.unit(call.within("")) as unit:
            unit.announce(
                TenantDataExported(
                    tenant_id=event.tenant_id,
                    export_id=event.export_id,
                    module=self.module,
                    records=records,
                    blob_ids=tuple(blobs),
                )
            )


class _Counter:
    count = 0


async def _lines(store: Store[Any], place: Place, counter: _Counter) -> AsyncIterator[bytes]:
    hidden = {f.name for f in fields(place.collection.record) if f.metadata.get("secret")} | {"words", "version"}
    chunk: list[bytes] = []
    async for document in store.backend.scan(place):
        counter.count += 1
        shown = {k: v for k, v in document.items() if k not in hidden}
        chunk.append(orjson.dumps(shown, default=_plain) + b"\n")
        if len(chunk) >= 500:
            yield b"".join(chunk)
            chunk = []
    yield b"".join(chunk)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else None if isinstance(value, bytes) else str(value)
