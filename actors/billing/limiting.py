"""Limits at work: usage is compared with them here, once for all, and what follows is announced to every module.

Hosts follow `EntitlementsChanged` and `LimitsReached` (`kernel.entitlements`); refusals, screens and invoices read the
same totals. A limit is compared when usage was counted, and when a plan, a period or a state changed. Only meters that
count up within a period are compared here: of users, models and the like the module that has them knows the number.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from actors.api.billing.v1 import EntitlementsChanged, SubscriptionChanged, UsageRecorded
from actors.billing.counted import counted
from actors.billing.domain.entitlement import Entitlements, LimitsReached, reached
from actors.billing.domain.subscription import Subscription
from actors.billing.keeping import totals_between
from actors.billing.meters import Meters
from actors.billing.standing import live_subscription
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel.call import Call, system_call
from actors.kernel.cancellation import heed
from actors.kernel.errors import AtriumError
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room, Worker
from actors.kernel.store.contract import Between
from actors.kernel.store.unit import Store

TOLD_AGAIN = timedelta(days=7)
"""After so long an announcement is made once more: the bus keeps them for a month, and a host that starts needs one."""
LOOK_SECONDS = 3600.0
_TOLD_AT_ONCE = 200
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
        told = [found for tenant in dict.fromkeys(tenants) if (found := await self.compared(tenant)) is not None]
        async with self.store.unit(call) as unit:
            for one in told:
                unit.announce(one, key=one.tenant_id)

    async def compared(self, tenant_id: str, *, again: bool = False) -> LimitsReached | None:
        """Which of its limits the tenant has reached in its present period; None when that is not news.

        With `again` also when it is known, unless nothing is reached.
        """
        now = self.clock.now()
        async with self.books.unit(system_call(), aside=True) as unit:  # what this host heard may be older
            entitlements = await unit.entitlements.of(tenant_id).find(tenant_id)
            live = await live_subscription(unit, tenant_id)
        if entitlements is None or live is None or not live.period_start_time <= now < live.period_end_time:
            return None
        meters = await self.meters.all()
        limits = {
            meter: most
            for meter, most in entitlements.refusing.items()
            if meter in meters and meters[meter].within_period
        }
        used = await self._used(live) if limits else {}
        found = reached(limits, used)
        spent = self.known.spent(tenant_id)
        before = spent.used if spent is not None else {}
        same = set(before) == {one.meter for one in found} and all(before[one.meter] >= one.most for one in found)
        if same and (not found or (spent is not None and spent.until == live.period_end_time and not again)):
            return None
        return LimitsReached(tenant_id=tenant_id, limits=found, period_end_time=live.period_end_time, as_of_time=now)

    async def _used(self, live: Subscription) -> Mapping[str, int]:
        """The present period's quantities, by meter."""
        within = Between("id", *totals_between(live.id, live.period_number))
        async with self.store.unit(system_call(), aside=True) as unit:
            found = await counted(unit, await self.meters.all(), live.tenant_id, within)
        return {one.meter.id: one.quantity for one in found}

    # --- keeping the last word on the bus ---

    async def run(self) -> None:
        """Looks now and every hour whether every host that starts would hear what tenants may use; until cancelled."""
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
        for tenant_id in worn:
            if (told := await self.compared(tenant_id, again=True)) is not None:
                async with self.store.unit(system_call(), aside=True) as unit:
                    unit.announce(told, key=tenant_id)
                count += 1
        return count
