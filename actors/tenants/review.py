"""Measures what tenants store and computes how alive they are, for all of them at once."""

from __future__ import annotations

from datetime import timedelta

from actors.kernel.call import Call, system_call
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, In, Place, Reach
from actors.kernel.store.unit import Store
from actors.tenants.domain.activity import Measures, Part, Size, StorageMeasured, health
from actors.tenants.domain.tenant import State, Tenant
from actors.tenants.store import TenantsUnit

WEEK = 7
SIZES_AT_ONCE = 1000
"""Tenants in one announcement of what they store."""


class Review:
    """The hourly look at all tenants."""

    def __init__(self, room: Room) -> None:
        self.room, self.clock = room, room.clock
        self.store: Store[TenantsUnit] = room.store

    async def run(self, call: Call) -> None:
        """Measures, then scores. Its effect is the same however often it runs; the last unit marks the event."""
        sizes = await self._sizes()
        today = self.clock.today()
        async with self.store.unit(call, aside=True) as unit:
            tenants = [one async for one in unit.tenants.scan() if one.state in (State.ACTIVE, State.SUSPENDED)]
            measures = await self.measures(unit, tenants)
            for tenant in tenants:
                if (size := sizes.get(tenant.id, 0)) > 0:
                    unit.activity.increment(
                        f"{tenant.id}:{today}", {"tenant_id": tenant.id, "day": today}, {"storage_bytes": size}
                    )
                score, _ = health(measures[tenant.id])
                if score != tenant.health_score:
                    unit.tenants.increment(tenant.id, None, {"health_score": score})
            stored = [Size(one.id, sizes.get(one.id, 0)) for one in tenants]
            for start in range(0, len(stored), SIZES_AT_ONCE):
                unit.announce(StorageMeasured(sizes=tuple(stored[start : start + SIZES_AT_ONCE])))

    async def score(self, unit: TenantsUnit, tenant: Tenant) -> tuple[int, tuple[Part, ...]]:
        """One tenant's score as of now."""
        return health((await self.measures(unit, [tenant]))[tenant.id])

    async def measures(self, unit: TenantsUnit, tenants: list[Tenant]) -> dict[str, Measures]:
        """What the scores of these tenants are made of."""
        today = self.clock.now().date()
        bounds = [(today - timedelta(days=n)).isoformat() for n in (2 * WEEK - 1, WEEK - 1)]
        where = [In("tenant_id", (tenants[0].id,))] if len(tenants) == 1 else []
        rows: list[dict[str, dict[str, int]]] = []
        for low, high in ((bounds[0], bounds[1]), (bounds[1], "9999")):
            found = await unit.activity.group(
                *where, Between("day", low, high), by=["tenant_id"], sums=["calls", "active_users"]
            )
            rows.append({row["tenant_id"]: row for row in found})
        last, this = rows
        return {
            tenant.id: Measures(
                users=tenant.user_count,
                active_user_days=this.get(tenant.id, {}).get("active_users", 0),
                calls_this_week=this.get(tenant.id, {}).get("calls", 0),
                calls_last_week=last.get(tenant.id, {}).get("calls", 0),
                payment_status=tenant.payment_status,
            )
            for tenant in tenants
        }

    async def _sizes(self) -> dict[str, int]:
        """Bytes each tenant stores, over the collections of all modules and the tenants' own databases."""
        total: dict[str, int] = {}
        databases = [""]
        async with self.store.unit(system_call(), aside=True) as unit:
            databases += [p.database async for p in unit.placements.scan() if p.database]
        for collection in self.room.collections:
            if collection.reach is Reach.PLATFORM or not collection.measured:
                continue
            names = databases if collection.placed else [""]
            for database in names:
                place = Place(collection, collection.physical("tenant"), database, None)
                for tenant_id, size in (await self.room.backend.sizes(place)).items():
                    total[tenant_id] = total.get(tenant_id, 0) + size
        return total
