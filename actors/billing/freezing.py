"""Freezing usage: the totals of a period that is over, as its invoice is computed from them, now and ever again.

An event counts in a period when it arrived before the period's grace was over (`domain.usage.assigned`). Counting
commits what arrived within COMMIT_SECONDS of its arrival or not at all, so that SETTLING after the grace nothing can
be under way any more, and what is read then never changes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from actors.billing.counted import Counted, counted, level_before
from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.meter import Aggregation, Reading
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.usage import Quantity, UsageLog, usage_log_id
from actors.billing.keeping import totals_between
from actors.billing.meters import Meters
from actors.billing.store import BillingUnit
from actors.kernel.call import system_call
from actors.kernel.module import Room
from actors.kernel.store.contract import Between
from actors.kernel.store.unit import Store

COMMIT_SECONDS = 10.0
"""How long after its arrival usage may be committed; what takes longer arrives anew."""
SETTLING = timedelta(minutes=1)
"""How long after the grace a period's usage is frozen. Longer than COMMIT_SECONDS, a commit whose answer is waited
for, and what the clocks of replicas differ by."""


class UsageUnsettled(Exception):
    """Events may still come into the period: nothing was frozen, and later it can be."""


async def frozen(room: Room, subscription: Subscription, period: BilledPeriod) -> list[UsageLog]:
    """What was used in a period that is over, one record for each meter that counted anything, by meter; not kept yet.

    Of a GAUGE the value that it stood at when the period ended, also when it was reported long before. Asked again
    for the same period it is the same but for `freeze_time`. Raises UsageUnsettled before the settings' grace and
    SETTLING have passed since the period's end.
    """
    now, settled = room.clock.now(), period.end_time + room.settings.grace + SETTLING
    if now < settled:
        raise UsageUnsettled(f"usage of {period.id} settles until {settled.isoformat()}")
    tenant_id = subscription.tenant_id
    meters = await Meters(room).again()
    store: Store[BillingUnit] = room.store
    async with store.unit(system_call(tenant_id), aside=True) as unit:
        within = Between("id", *totals_between(subscription.id, period.number))
        found = {one.meter.id: one for one in await counted(unit, meters, tenant_id, within)}
        for meter in meters.values():
            if meter.aggregation is Aggregation.GAUGE:
                last = await level_before(unit, tenant_id, meter.id, period.end_time)
                if last is not None and last.count_time is not None:
                    days = found[meter.id].days if meter.id in found else ()
                    reading = Reading(last.day, last.present, last.count_time)
                    days = tuple(day for day in days if day.time < period.end_time and day.day != last.day)
                    events = found[meter.id].events if meter.id in found else 0
                    found[meter.id] = Counted(meter, (*days, reading), events)
                else:
                    found.pop(meter.id, None)
    return [_log(one, subscription, period, now) for _, one in sorted(found.items())]


def _log(one: Counted, subscription: Subscription, period: BilledPeriod, now: datetime) -> UsageLog:
    return UsageLog(
        id=usage_log_id(subscription.id, period.number, one.meter.id),
        tenant_id=subscription.tenant_id,
        subscription_id=subscription.id,
        period_number=period.number,
        meter=one.meter.id,
        quantity=one.quantity,
        events=one.events,
        days=tuple(Quantity(one.meter.id, day.day, day.quantity) for day in one.days),
        freeze_time=now,
    )
