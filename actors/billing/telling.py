"""Announcing what tenants used, summed over a short while: what was counted and not told yet, each second.

Counting itself announces nothing: a thousand batches a minute are one announcement a second. What was told is kept,
with the announcement, so that every unit that was counted is told once, whatever is killed in between.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from actors.billing.domain.meter import Aggregation, Meter
from actors.billing.domain.usage import Quantity, UsageRecorded
from actors.billing.freezing import SETTLING
from actors.billing.keeping import UsageTold, UsageTotal
from actors.billing.meters import Meters
from actors.billing.store import BillingUnit
from actors.kernel.call import system_call
from actors.kernel.cancellation import heed
from actors.kernel.errors import AtriumError
from actors.kernel.module import Room, Worker
from actors.kernel.pages import PageRequest
from actors.kernel.store.contract import Between, In, Order
from actors.kernel.store.unit import Store

EVERY_SECONDS = 1.0
REST = 5
"""So many times as long as it took to tell is nothing told: with very many tenants it is told less often."""
LOOK_BACK = timedelta(days=2)
"""How far back a worker that begins looks for what nobody told."""
KEPT = timedelta(days=80)
"""How long it is remembered what was told of a day: longer than usage can come for it."""
_PAGE = 1000
_TENANTS = 100
log = logging.getLogger(__name__)

_Key = tuple[str, str, str]
"""Tenant, meter and day."""


class Telling:
    """Tells what was counted. One replica at a time does it; two that do for a moment tell everything once as well."""

    def __init__(self, room: Room) -> None:
        self.clock, self.meters = room.clock, Meters(room)
        self.store: Store[BillingUnit] = room.store
        self._since: datetime | None = None
        self._seen: dict[str, int] = {}
        """Totals that were looked at, and how many events each had: those without more are no news."""

    def worker(self) -> Worker:
        return Worker("usage", self.run)

    async def run(self) -> None:
        """Tells each second, until cancelled."""
        self._since, self._seen = None, {}
        while True:
            heed()
            begun = time.monotonic()
            try:
                await self.tell()
            except AtriumError as error:
                log.warning("what was used is told later: %s", error)
            await asyncio.sleep(max(EVERY_SECONDS, REST * (time.monotonic() - begun)))

    async def tell(self) -> int:
        """Announces what was counted since the last time. Returns for how many tenants."""
        now = self.clock.now()
        since = self._since or now - LOOK_BACK
        seen: dict[str, int] = {}
        changed = await self._changed(since, seen)
        tenants = sorted({tenant_id for tenant_id, _, _ in changed})
        count = 0
        for start in range(0, len(tenants), _TENANTS):
            some = set(tenants[start : start + _TENANTS])
            count += await self._tell_some([key for key in sorted(changed) if key[0] in some], now)
        # What is being committed now has an older time than now, though not by more than this.
        self._since, self._seen = now - SETTLING, seen
        return count

    async def _changed(self, since: datetime, seen: dict[str, int]) -> set[_Key]:
        """What was counted since then and is news. Notes what it has seen."""
        found: set[_Key] = set()
        async with self.store.unit(system_call(), aside=True) as unit:
            asked = PageRequest(_PAGE, None, b"", b"")
            while True:
                page = await unit.usage_totals.page_of(asked, Between("count_time", since), order=Order("count_time"))
                found |= {_key(one) for one in page.items if self._seen.get(one.id) != one.events}
                seen |= {one.id: one.events for one in page.items}
                if not page.next_page_token:
                    return found
                last = page.items[-1]
                asked = PageRequest(_PAGE, (last.count_time, last.id), b"", b"")

    async def _tell_some(self, keys: Sequence[_Key], now: datetime) -> int:
        meters = await self.meters.all()
        async with self.store.unit(system_call(), aside=True) as unit:
            sums = await self._sums(unit, keys, meters)
            ids = {_told_id(key): key for key in keys}
            told = {one.id: one for one in await unit.usage_told.select(In("id", tuple(ids)), limit=len(ids))}
            quantities: dict[str, list[Quantity]] = {}
            for id, (tenant_id, meter, day) in ids.items():
                before = told.get(id)
                quantity = sums.get((tenant_id, meter, day), 0)
                if meter not in meters or quantity == (before.quantity if before is not None else 0):
                    continue
                more = quantity - (before.quantity if before is not None else 0)
                said = more if meters[meter].aggregation is Aggregation.SUM else quantity
                quantities.setdefault(tenant_id, []).append(Quantity(meter, day, said))
                after = before or UsageTold(id=id, tenant_id=tenant_id, expire_time=now + KEPT)
                unit.usage_told.put(after.but(quantity=quantity))
            for tenant_id, some in quantities.items():
                unit.announce(UsageRecorded(tenant_id=tenant_id, quantities=tuple(some)), key=f"usage:{tenant_id}")
        return len(quantities)

    @staticmethod
    async def _sums(unit: BillingUnit, keys: Sequence[_Key], meters: Mapping[str, Meter]) -> dict[_Key, int]:
        """All that was used of these meters on these days, whatever the period."""
        tenants, ids, days = (tuple(sorted(set(part))) for part in zip(*keys, strict=True))
        rows = await unit.usage_totals.group(
            In("tenant_id", tenants),
            In("day", days),
            In("meter", ids),
            by=["tenant_id", "meter", "day"],
            sums=["quantity"],
            highest=["highest"],
        )
        found: dict[_Key, int] = {}
        for row in rows:
            meter = meters.get(row["meter"])
            if meter is not None and meter.aggregation is not Aggregation.GAUGE:
                field = "quantity" if meter.aggregation is Aggregation.SUM else "highest"
                found[row["tenant_id"], row["meter"], row["day"]] = int(row[field] or 0)
        gauges = tuple(id for id in ids if id in meters and meters[id].aggregation is Aggregation.GAUGE)
        if gauges:
            present = await unit.usage_totals.select(
                In("tenant_id", tenants), In("day", days), In("meter", gauges), order=Order("count_time"), limit=100_000
            )
            found |= {_key(one): one.present for one in present}
        return found


def _key(one: UsageTotal) -> _Key:
    return one.tenant_id, one.meter, one.day


def _told_id(key: _Key) -> str:
    return ":".join(key)
