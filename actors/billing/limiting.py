"""Limits at work: usage is compared with them here, once for all, and what follows is announced to every module.

Hosts follow `EntitlementsChanged` and `LimitsReached` (`kernel.entitlements`); refusals, screens and invoices read the
same totals. A limit is compared when usage was counted, and when a plan, a period or a state changed. Meters that
count up within a period are compared here, and what a tenant stores, which no module knows alone; of users, models and
the like the module that has them knows the number.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from actors.api.billing.v1 import EntitlementsChanged, SubscriptionChanged, UsageRecorded
from actors.billing.counted import counted, level_before
from actors.billing.domain.entitlement import Entitlements, LimitsReached, ReachedLimit, reached
from actors.billing.domain.meter import Meter
from actors.billing.domain.subscription import Subscription
from actors.billing.keeping import totals_between
from actors.billing.meters import Meters
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel.call import Call, system_call
from actors.kernel.cancellation import heed
from actors.kernel.entitlements import STORAGE
from actors.kernel.errors import AtriumError
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room, Worker
from actors.kernel.store.contract import Between, In
from actors.kernel.store.unit import Store

TOLD_AGAIN = timedelta(days=7)
"""After so long an announcement is made once more: the bus keeps them for a month, and a host that starts needs one."""
LOOK_SECONDS = 300.0
_SECOND = timedelta(seconds=1)
_TOLD_AT_ONCE = 200
_ASKED_AT_ONCE = 8
log = logging.getLogger(__name__)


class Limiting:
    """Compares usage with limits, and keeps every host told."""

    def __init__(self, room: Room) -> None:
        self.clock, self.known, self.meters = room.clock, room.entitlements, Meters(room)
        self.store: Store[BillingUnit] = room.store
        self.books: Store[BooksUnit] = room.books

    def all(self) -> list[Reaction]:
        return [
            Reaction("UsageRecorded", self.usage_recorded, "billing", batch=True),
            Reaction("EntitlementsChanged", self.changed, "billing", batch=True),
            Reaction("SubscriptionChanged", self.changed, "billing", batch=True),
        ]

    def worker(self) -> Worker:
        return Worker("entitlements", self.run)

    async def usage_recorded(self, events: Sequence[UsageRecorded], call: Call) -> None:
        """Compares the tenants' usage where a limit refuses more of what was counted."""
        tenants = []
        for event in events:
            entitled = self.known.of(event.tenant_id)
            meters = {quantity.meter for quantity in event.quantities}
            limits = [] if entitled is None else [one for meter, one in entitled.limits.items() if meter in meters]
            if any(not limit.charged_beyond for limit in limits):
                tenants.append(event.tenant_id)
        await self._compare(tenants, call)

    async def changed(self, events: Sequence[EntitlementsChanged | SubscriptionChanged], call: Call) -> None:
        """Compares again under new limits, or in a new period."""
        await self._compare([event.tenant_id for event in events], call)

    async def _compare(self, tenants: Sequence[str], call: Call) -> None:
        """Announces for each tenant which limits are reached, where the hosts do not know it already."""
        told = await self.compared(tenants)
        async with self.store.unit(call) as unit:
            for one in told:
                unit.announce(one, key=one.tenant_id)

    async def compared(self, tenants: Sequence[str], *, again: bool = False) -> list[LimitsReached]:
        """Which of their limits tenants have reached in their present periods, of each for whom that is news.

        With `again` also of those for whom it is known, unless nothing is reached.
        """
        now, ids, meters = self.clock.now(), tuple(dict.fromkeys(tenants)), await self.meters.all()
        if not ids:
            return []
        async with self.books.unit(system_call(), aside=True) as unit:  # what this host heard may be older
            entitled = {one.id: one for one in await unit.entitlements.select(In("id", ids), limit=len(ids))}
            live = await unit.subscriptions.select(In("live_key", ids), limit=len(ids))
        asked = [
            (one, limits_within(entitled[one.tenant_id], meters))
            for one in live
            if one.tenant_id in entitled and one.period_start_time <= now < one.period_end_time
        ]
        told: list[LimitsReached] = []
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            some = asked[start : start + _ASKED_AT_ONCE]
            used = await asyncio.gather(*(self._used(one, limits, meters, now) for one, limits in some))
            for (one, limits), quantities in zip(some, used, strict=True):
                found = reached(limits, quantities)
                if again and found or self._is_news(one, found):
                    told.append(
                        LimitsReached(
                            tenant_id=one.tenant_id, limits=found, period_end_time=one.period_end_time, as_of_time=now
                        )
                    )
        return told

    def _is_news(self, live: Subscription, found: Sequence[ReachedLimit]) -> bool:
        spent = self.known.spent(live.tenant_id)
        if spent is None:
            return bool(found)
        if set(spent.used) != {one.meter for one in found}:
            return True
        return any(spent.used[one.meter] < one.most or spent.until != live.period_end_time for one in found)

    async def _used(
        self, live: Subscription, limits: Mapping[str, int], meters: Mapping[str, Meter], now: datetime
    ) -> Mapping[str, int]:
        """The present period's quantities, by meter, and what is stored, whenever it was measured; none where nothing
        is limited."""
        if not limits:
            return {}
        within = Between("id", *totals_between(live.id, live.period_number))
        async with self.store.unit(system_call(), aside=True) as unit:
            found = await counted(unit, meters, live.tenant_id, within)
            stored = await level_before(unit, live.tenant_id, STORAGE, now + _SECOND) if STORAGE in limits else None
        used = {one.meter.id: one.quantity for one in found}
        return used if stored is None else {**used, STORAGE: stored.present}

    # --- keeping the last word on the bus ---

    async def run(self) -> None:
        """Looks now and every few minutes whether a host that starts would hear all of it, until cancelled."""
        await self.known.known.wait()
        while True:
            heed()
            try:
                await self.tell_again()
            except AtriumError as error:
                log.warning("what tenants may use is told again later: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def tell_again(self) -> int:
        """Announces what the bus lacks or will soon forget. Returns for how many tenants that was so."""
        count, before = 0, self.clock.now() - TOLD_AGAIN
        silent: list[Entitlements] = []
        worn: list[str] = []
        async with self.books.unit(system_call(), aside=True) as unit:
            async for one in unit.entitlements.scan():
                entitled, spent = self.known.of(one.id), self.known.spent(one.id)
                if entitled is None or entitled.revision < one.revision or entitled.time < before:
                    silent.append(one)
                if spent is not None and spent.time < before:
                    worn.append(one.id)
        for start in range(0, len(silent), _TOLD_AT_ONCE):
            async with self.books.unit(system_call(), aside=True) as unit:
                for one in silent[start : start + _TOLD_AT_ONCE]:
                    unit.announce(one.announcement(), key=one.id)
                    count += 1
        for start in range(0, len(worn), _TOLD_AT_ONCE):
            told = await self.compared(worn[start : start + _TOLD_AT_ONCE], again=True)
            async with self.store.unit(system_call(), aside=True) as unit:
                for found in told:
                    unit.announce(found, key=found.tenant_id)
            count += len(told)
        return count


def limits_within(entitlements: Entitlements, meters: Mapping[str, Meter]) -> dict[str, int]:
    """The limits beyond which more is refused, of meters that count up within a period, and of storage."""
    refusing = entitlements.refusing.items()
    return {id: most for id, most in refusing if id in meters and (meters[id].within_period or id == STORAGE)}
