"""Counting over a real MongoDB, in this process or in one that is killed.

As a program it records batch after batch for a tenant, and prints the number of each that is acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from actors.api.billing.v1 import UsageEvent
from actors.billing.counting import Counting, Taken
from actors.billing.domain.billed_period import billed_period
from actors.billing.domain.meter import Aggregation, new_meter
from actors.billing.settings import BillingSettings
from actors.billing.store import COLLECTIONS, BillingUnit, BooksUnit
from actors.kernel.call import Call, Principal, system_call
from actors.kernel.clock import Clock
from actors.kernel.sealing import Sealer
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.migrate import layout
from actors.kernel.store.mongo import MongoBackend
from actors.kernel.store.unit import Store
from tests.billing.making import metered, subscribed, terms_of

TENANT = "ten_acme"
BATCH = 200


@contextlib.asynccontextmanager
async def usage_room(url: str, database: str) -> AsyncIterator[Any]:
    """What counting needs of a module's room: usage in MongoDB, and books with a period that began an hour ago."""
    clock, sealer = Clock(), Sealer(b"a secret of the test world, 32 bytes")
    mongo, memory = MongoBackend(url, database), MemoryBackend()
    try:
        await mongo.ensure(layout([("billing", COLLECTIONS)]))
        room = SimpleNamespace(
            clock=clock,
            settings=BillingSettings(),
            store=Store(mongo, "billing", BillingUnit, clock=clock, sealer=sealer),
            books=Store(memory, "billing", BooksUnit, clock=clock, sealer=sealer),
        )
        start: datetime = (clock.now() - timedelta(hours=1)).replace(microsecond=0)
        async with room.books.unit(system_call(TENANT)) as books:
            books.periods.put(billed_period(subscribed(terms_of(metered("exports")), at=start)))
        async with room.store.unit(system_call()) as unit:
            unit.meters.insert_absent([new_meter("exports", "Exports", "export", Aggregation.SUM)])
        yield room
    finally:
        await mongo.close()


def call_of(tenant: str = TENANT) -> Call:
    return Call(principal=Principal(user_id="usr_1", realm="tenant", tenant_id=tenant), scope=tenant)


def batch(number: int, size: int = BATCH) -> list[UsageEvent]:
    return [UsageEvent(id=f"{number}-{n}", meter="exports", quantity=1 + n % 5) for n in range(size)]


def quantity(batches: Sequence[list[UsageEvent]]) -> int:
    return sum({event.id: event.quantity for events in batches for event in events}.values())


async def totals(room: Any) -> tuple[int, int, int]:
    """Quantity and events as they were added up, and how many events are kept."""
    async with room.store.unit(system_call(TENANT)) as unit:
        rows = await unit.usage_totals.group(by=[], sums=["quantity", "events"])
        kept = await unit.usage_events.count()
    return (int(rows[0]["quantity"]), int(rows[0]["events"]), kept) if rows else (0, 0, kept)


async def record_for_ever(url: str, database: str) -> None:
    async with usage_room(url, database) as room:
        counting = Counting(room)
        numbers = iter(range(10**6))

        async def work() -> None:
            for number in numbers:
                taken = await counting.take(call_of(), batch(number))
                assert taken == Taken(BATCH, 0)
                print(number, flush=True)

        await asyncio.gather(*(work() for _ in range(3)))


if __name__ == "__main__":
    asyncio.run(record_for_ever(sys.argv[1], sys.argv[2]))
