"""What a tenant uses now, against what its plan allows and charges: as refusals and invoices compute it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from actors.api.billing.v1 import Meter as MeterMessage
from actors.api.billing.v1 import Usage as UsageMessage
from actors.billing.catalogue import Catalogue
from actors.billing.counted import Counted, counted, level_before
from actors.billing.domain.billed_period import BilledPeriod, period_id
from actors.billing.domain.charges import usage_lines
from actors.billing.domain.entitlement import Entitlements
from actors.billing.domain.meter import Aggregation, Meter, Reading
from actors.billing.domain.terms import Terms
from actors.billing.domain.usage import allowance, forecast
from actors.billing.keeping import totals_between
from actors.billing.meters import Meters
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel import wire
from actors.kernel.call import system_call
from actors.kernel.errors import InvalidFields, NotFound, Violation
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Order
from actors.kernel.store.unit import Store

MOST_DAYS = 400
_INSTANT = timedelta(milliseconds=1)
DAYS_SHOWN = 30
"""Of a tenant without a period."""


@dataclass(frozen=True)
class Standing:
    """What a tenant has: its account's currency, its period and its terms, where it has or had a subscription."""

    currency: str
    entitlements: Entitlements | None
    period: BilledPeriod | None = None
    terms: Terms | None = None

    @property
    def named_meters(self) -> set[str]:
        """Those that the plan limits or prices."""
        limited = {limit.meter for limit in self.entitlements.limits} if self.entitlements is not None else set()
        if self.terms is None or self.period is None:
            return limited
        book = self.terms.book(self.period.currency, self.period.interval)
        return limited | {price.meter for price in book.metered}


@dataclass(frozen=True)
class _Used:
    """One meter in the present period."""

    meter: Meter
    days: tuple[Reading, ...]
    quantity: int
    at_start: int | None = None


class PresentUsage:
    """Reads usage of tenants as it stands."""

    def __init__(self, room: Room, catalogue: Catalogue, meters: Meters) -> None:
        self.clock, self.catalogue, self.meters = room.clock, catalogue, meters
        self.store: Store[BillingUnit] = room.store
        self.books: Store[BooksUnit] = room.books

    async def of(self, tenant_id: str, from_day: str = "", to_day: str = "") -> UsageMessage:
        """All meters that the plan names or that were used. `days` are those from the first to before the second, of
        any period; without either those of the present period, each filled up from it when the other is given.

        Raises NotFound for a tenant that is not billed here, InvalidFields for days that cannot be shown.
        """
        now = self.clock.now()
        standing = await self.standing(tenant_id)
        meters = await self.meters.all()
        async with self.store.unit(system_call(tenant_id), aside=True) as unit:
            used = await self._used(unit, tenant_id, standing, meters, now)
            days = {id: one.days for id, one in used.items()}
            if from_day or to_day:
                asked = await counted(unit, meters, tenant_id, _between(from_day, to_day, standing, now))
                days = {one.meter.id: one.days for one in asked}
        for id in days.keys() - used.keys():
            used[id] = _Used(meters[id], (), 0)
        period = standing.period
        amounts = _amounts(standing, used)
        return UsageMessage(
            tenant_id=tenant_id,
            plan_id=period.plan_id if period is not None else "",
            currency=standing.currency,
            period_start_time=wire.timestamp(period.start_time) if period is not None else None,
            period_end_time=wire.timestamp(period.end_time) if period is not None else None,
            meters=[
                _message(one, standing, now, days.get(id, ()), amounts.get(id, 0)) for id, one in sorted(used.items())
            ],
        )

    async def standing(self, tenant_id: str) -> Standing:
        """The period is the one that the tenant's latest subscription is in, or was in last."""
        async with self.books.unit(system_call(tenant_id), aside=True) as unit:
            account, entitlements, latest = await asyncio.gather(
                unit.accounts.find(tenant_id),
                unit.entitlements.find(tenant_id),
                unit.subscriptions.select(order=Order("create_time", descending=True), limit=1),
            )
            if account is None:
                raise NotFound(kind="tenant", id=tenant_id)
            if not latest:
                return Standing(account.currency, entitlements)
            period = await unit.periods.find(period_id(latest[0].id, latest[0].period_number))
        if period is None:
            return Standing(account.currency, entitlements)
        terms = await self.catalogue.terms(period.plan_id, period.plan_version)
        return Standing(period.currency, entitlements, period, terms)

    async def _used(
        self,
        unit: BillingUnit,
        tenant_id: str,
        standing: Standing,
        meters: Mapping[str, Meter],
        now: datetime,
    ) -> dict[str, _Used]:
        period = standing.period
        owner, number = (period.subscription_id, period.number) if period is not None else (tenant_id, 0)
        within = Between("id", *totals_between(owner, number))
        rows = {one.meter.id: one for one in await counted(unit, meters, tenant_id, within)}
        used = {
            id: _Used(meters[id], *_seen(rows.get(id)))
            for id in standing.named_meters | rows.keys()
            if id in meters and meters[id].aggregation is not Aggregation.GAUGE
        }
        gauges = [meter for meter in meters.values() if meter.aggregation is Aggregation.GAUGE]
        found = await asyncio.gather(
            *(self._gauge(unit, tenant_id, meter, rows.get(meter.id), period, now) for meter in gauges)
        )
        for meter, gauge in zip(gauges, found, strict=True):
            if gauge is not None or meter.id in standing.named_meters:
                used[meter.id] = gauge or _Used(meter, (), 0)
        return used

    @staticmethod
    async def _gauge(
        unit: BillingUnit, tenant_id: str, meter: Meter, row: Counted | None, period: BilledPeriod | None, now: datetime
    ) -> _Used | None:
        """A value that is reported when it changes stands until it changes again, whichever period that is in."""
        start = period.start_time if period is not None else now
        end = min(now + _INSTANT, period.end_time) if period is not None else now + _INSTANT
        before, last = await asyncio.gather(
            *(level_before(unit, tenant_id, meter.id, moment) for moment in (start + _INSTANT, end))
        )
        if last is None or last.count_time is None:
            return None
        at_start = before.present if before is not None else None
        seen = tuple(day for day in row.days if day.day != last.day) if row is not None else ()
        reading = Reading(last.day, last.present, last.count_time)
        if last.count_time < start:  # long ago, and so it stands today
            reading = Reading(start.date().isoformat(), last.present, start)
        return _Used(meter, (*seen, reading), last.present, at_start)


def _between(from_day: str, to_day: str, standing: Standing, now: datetime) -> Between:
    """Days that are asked for. Raises InvalidFields for one that there is not, for a wrong order, and for too many."""
    period = standing.period
    first = period.start_time if period is not None else now - timedelta(days=DAYS_SHOWN)
    end = period.end_time if period is not None else now
    low = _day("from_day", from_day) or first.date()
    high = _day("to_day", to_day) or (end + timedelta(days=1, microseconds=-1)).date()
    if not timedelta(0) < high - low <= timedelta(days=MOST_DAYS):
        text = f"the end is 1 to {MOST_DAYS} days after the beginning, {low}, and not part of what is shown"
        raise InvalidFields(Violation("to_day", text, "DAYS_UNFIT"))
    return Between("day", low.isoformat(), high.isoformat())


def _day(field: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidFields(Violation(field, f"{text} is no day of the calendar", "DAY_UNKNOWN")) from None


def _seen(row: Counted | None) -> tuple[tuple[Reading, ...], int]:
    return (row.days, row.quantity) if row is not None else ((), 0)


def _amounts(standing: Standing, used: Mapping[str, _Used]) -> dict[str, int]:
    """What an invoice of the present quantities would have, by meter: its lines, before discounts and taxes."""
    if standing.period is None or standing.terms is None:
        return {}
    quantities = {id: one.quantity for id, one in used.items()}
    return {line.meter: line.amount_minor for line in usage_lines(standing.period, standing.terms, quantities)}


def _message(
    used: _Used, standing: Standing, now: datetime, days: tuple[Reading, ...], amount_minor: int
) -> UsageMessage.MeterUsage:
    meter = used.meter
    limit = standing.entitlements.limit(meter.id) if standing.entitlements is not None else None
    left = allowance(limit, used.quantity)
    period = standing.period
    ahead = -1
    if period is not None:
        ahead = forecast(meter.aggregation, used.days, period.period, min(now, period.end_time), used.at_start)
    return UsageMessage.MeterUsage(
        meter=wire.message(MeterMessage, meter),
        quantity=used.quantity,
        most=left.most,
        left=left.left,
        overage_charged=left.overage_charged,
        forecast=ahead,
        amount_minor=amount_minor,
        days=[UsageMessage.Day(day=day.day, quantity=day.quantity) for day in days],
    )
