"""A process that writes units into a SQLite file until it is killed, and prints the id of each that was committed.

python -m tests.contracts.sqlite_writer FILE NAME
"""

from __future__ import annotations

import asyncio
import sys

from actors.kernel.clock import Clock
from actors.kernel.errors import Contended
from actors.kernel.host.retry import attempts
from actors.kernel.store.sql import SqlBackend
from tests.contracts.things import POOLED, Shop, TenantRestored, Thing, call_of, shop_over

SHARED = "shared"
"""A record that every process counts in: by adding, and by changing what it read."""


async def main(file: str, name: str) -> None:
    shop = await shop_over_file(file)

    async def write(writer: int) -> None:
        number = 0
        while True:
            number += 1
            id = f"{name}-{writer}-{number:05}"

            async def unit(id: str = id) -> None:
                async with shop.unit() as unit:
                    shared = await unit.things.get(SHARED)
                    unit.things.put(shared.but(size=(shared.size or 0) + 1))
                    unit.things.increment(SHARED, None, hits=1)
                    unit.things.put(Thing(id=id).but(TenantRestored(tenant_id=POOLED)))
                    unit.offers.put(Thing(id=id))

            try:
                await attempts(call_of(), unit)
            except Contended:
                continue
            print(id, flush=True)

    await asyncio.gather(*(write(number) for number in range(3)))


async def shop_over_file(file: str) -> Shop:
    shop = await shop_over(SqlBackend(f"sqlite+aiosqlite:///{file}"), Clock(), silo=False)
    async with shop.unit() as unit:
        unit.things.insert_absent([Thing(id=SHARED, size=0)])
    return shop


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
