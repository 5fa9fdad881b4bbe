"""What the platform counts by itself: API calls, users and stored bytes of tenants, as other modules announce them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime

from actors.api.kernel.v1 import CallsCounted
from actors.api.tenants.v1 import StorageMeasured
from actors.billing.assigning import Assigning
from actors.billing.counting import SHARDS, Part, stage_part
from actors.billing.domain.assignment import Assignment
from actors.billing.domain.meter import Aggregation
from actors.billing.keeping import UsageTotal, total_id
from actors.billing.store import BillingUnit
from actors.kernel.call import Call
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq
from actors.kernel.store.unit import Store

API_CALLS, USERS, STORAGE = "api_calls", "users", "storage_bytes"


class PlatformUsage:
    """Counts for all tenants at once. It counts in the period of the moment that it hears: that is seconds later."""

    def __init__(self, room: Room) -> None:
        self.clock, self.assigning = room.clock, Assigning(room)
        self.store: Store[BillingUnit] = room.store

    def all(self) -> list[Reaction]:
        return [
            Reaction("CallsCounted", self.calls_counted, batch=True),
            Reaction("StorageMeasured", self.storage_measured, "tenants", batch=True),
        ]

    async def calls_counted(self, events: Sequence[CallsCounted], call: Call) -> None:
        """Adds up what machines called. People's clicks are no use of the API."""
        calls: dict[str, int] = {}
        for event in events:
            for row in event.calls:
                if row.machine_calls:
                    calls[row.tenant_id] = calls.get(row.tenant_id, 0) + row.machine_calls
        now = self.clock.now()
        assignments = await self.assigning.of_all(calls, now)
        shard = random.randrange(SHARDS)  # noqa: S311 - no secret; replicas count side by side
        async with self.store.unit(call) as unit:
            for tenant_id, assignment in sorted(assignments.items()):
                where = assignment.of(now, now)
                part = Part(
                    where.subscription_id,
                    where.number,
                    API_CALLS,
                    where.day_of(now, now),
                    quantity=calls[tenant_id],
                    events=calls[tenant_id],
                )
                stage_part(unit, tenant_id, part, Aggregation.SUM, now, shard)

    async def count_users(self, unit: BillingUnit, more: Mapping[str, int]) -> None:
        """Stages how many users tenants have, in the unit that puts their contacts; `more` is by how many those are
        more than before, by tenant. Whoever is there counts: invited, active or suspended.

        Also before a tenant's account is there: its first user may be heard of earlier than itself.
        """
        now = self.clock.now()
        assignments = await self.assigning.of_all(more, now)
        for tenant_id in sorted(more):
            present = more[tenant_id] + await unit.contacts.of(tenant_id).count(Eq("gone", False))
            assignment = assignments.get(tenant_id) or Assignment((), self.assigning.grace)
            await self._put_present(unit, tenant_id, assignment, USERS, present, now)

    @staticmethod
    async def _put_present(
        unit: BillingUnit, tenant_id: str, assignment: Assignment, meter: str, present: int, now: datetime
    ) -> None:
        """Puts a present value, and not only adds it: of two that are computed at once one is computed again."""
        where = assignment.of(now, now)
        day = where.day_of(now, now)
        id = total_id(where.subscription_id or tenant_id, where.number, meter, day, 0)
        totals = unit.usage_totals.of(tenant_id)
        before = await totals.find(id) or UsageTotal(
            id=id, subscription_id=where.subscription_id, period_number=where.number, meter=meter, day=day
        )
        totals.put(before.but(present=present, events=before.events + 1, count_time=now))

    async def storage_measured(self, events: Sequence[StorageMeasured], call: Call) -> None:
        """Notes what tenants store, as it was measured last."""
        sizes: dict[str, int] = {}
        for event in events:
            for row in event.sizes:
                sizes[row.tenant_id] = row.bytes
        now = self.clock.now()
        assignments = await self.assigning.of_all(sizes, now)
        async with self.store.unit(call) as unit:
            for tenant_id, assignment in sorted(assignments.items()):
                where = assignment.of(now, now)
                part = Part(
                    where.subscription_id,
                    where.number,
                    STORAGE,
                    where.day_of(now, now),
                    present=sizes[tenant_id],
                    events=1,
                )
                stage_part(unit, tenant_id, part, Aggregation.GAUGE, now, 0)
