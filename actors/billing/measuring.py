"""Numbers about the business, added up by the stores: no call reads the history, however long it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from actors.api.billing.v1 import BillingMetrics
from actors.billing.domain.account import State as AccountState
from actors.billing.domain.invoice import Kind as InvoiceKind
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.ledger import AccountType
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.meter import Aggregation, Meter
from actors.billing.domain.metrics import (
    Change,
    annual_minor,
    average_minor,
    churn_micros,
    conversions,
    micros_of,
    month_starts,
    months_back,
)
from actors.billing.domain.subscription_state import PAYING, State
from actors.billing.meters import Meters
from actors.billing.settings import BillingSettings
from actors.billing.store import BillingUnit, BooksUnit
from actors.billing.walking import walk
from actors.kernel import wire
from actors.kernel.call import system_call
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Condition, Eq, In, Ne
from actors.kernel.store.unit import Store

DEFAULT_MONTHS = 12
FRESH = timedelta(seconds=5)
"""How long numbers of the present month are kept."""
SETTLED = timedelta(days=2)
"""After its end a month changes no more, but for what an outage made late."""
KEPT = timedelta(hours=1)
"""How long numbers of a settled month are kept; then they are added up again."""
MOST_KEPT = 5000
_PAYING = tuple(sorted(state.name for state in PAYING))

Numbers = Mapping[str, int]


class Measuring:
    """Adds up by month and currency, and remembers what does not change any more."""

    def __init__(self, room: Room) -> None:
        self.clock, self.meters = room.clock, Meters(room)
        self.settings: BillingSettings = room.settings
        self.store: Store[BillingUnit] = room.store
        self.books: Store[BooksUnit] = room.books
        self._kept: dict[tuple[Any, ...], tuple[datetime, Any]] = {}

    async def measured(self, months: int, currency: str) -> BillingMetrics:
        """The numbers of so many months, the present one last, in one currency.

        A month's `invoiced_minor` is what was issued, taxes included, less credit notes and what was taken back;
        `paid_minor` and `refunded_minor` are money that came and went; `usage_revenue_minor` is what usage of periods
        that ended in it is charged, after discounts and before taxes. Of a meter that has a value at any time, a
        month's quantity is the sum of each tenant's highest.
        """
        currency, months = currency or self.settings.currency, months or DEFAULT_MONTHS
        found: BillingMetrics = await self._cached(
            ("answer", months, currency), FRESH, lambda: self._measured(months, currency)
        )
        return found

    async def _measured(self, months: int, currency: str) -> BillingMetrics:
        now = self.clock.now()
        starts = month_starts(now, months)
        spans = list(zip(starts, starts[1:], strict=False))
        names = [start.strftime("%Y-%m") for start in starts[:-1]]
        present = await self._cached(("present", currency), FRESH, lambda: self._present(currency))
        moves = [await self._of_month("moves", span, currency, self._moves) for span in spans]
        money = [await self._of_month("money", span, currency, self._money) for span in spans]
        found = months_back(names, present["revenue"], moves)
        answer = BillingMetrics(
            currency=currency,
            mrr_minor=found[-1].mrr_minor,
            arr_minor=annual_minor(found[-1].mrr_minor),
            churn_micros=churn_micros(found),
            average_revenue_minor=average_minor(found[-1]),
            months=[wire.message(BillingMetrics.Month, m, **sums) for m, sums in zip(found, money, strict=True)],
            plans=present["plans"],
            usage=await self._usage(spans),
            outstanding_minor=present["outstanding"],
            overdue_minor=present["overdue"],
            paid_minor=sum(sums["paid_minor"] for sums in money),
            parked_accounts=present["parked"],
        )
        changes = await self._cached(("changes", currency, starts[0]), FRESH, lambda: self._changes(spans, currency))
        answer.conversions.extend(wire.message(BillingMetrics.Conversion, one) for one in conversions(changes["plans"]))
        answer.trial_conversion_micros = changes["trials"]
        return answer

    # --- what there is now -----------------------------------------------------------------------------------------

    async def _present(self, currency: str) -> dict[str, Any]:
        paying, same = In("state", _PAYING), Eq("currency", currency)
        async with self.books.unit(system_call(), aside=True) as unit:
            tenants = await unit.subscriptions.group(paying, same, by=("tenant_id",), sums=("mrr_minor",))
            plans = await unit.subscriptions.group(paying, same, by=("plan_id",), sums=("mrr_minor",))
            owed = await unit.accounts.group(same, by=("currency",), sums=("owed_minor",))
            parked = await unit.accounts.count(Eq("state", AccountState.PARKED.name))
            overdue = 0
            due = (Eq("state", InvoiceState.OPEN.name), same, Between("due_time", None, self.clock.now()))
            async for invoice in walk(unit.invoices, *due, Eq("kind", InvoiceKind.INVOICE.name)):
                overdue += invoice.outstanding_minor
        rows = sorted(plans, key=lambda row: (-int(row["mrr_minor"]), row["plan_id"]))
        return {
            "revenue": {row["tenant_id"]: int(row["mrr_minor"]) for row in tenants},
            "plans": [
                BillingMetrics.PlanShare(
                    plan_id=row["plan_id"], subscriptions=int(row["count"]), mrr_minor=int(row["mrr_minor"])
                )
                for row in rows
            ],
            "outstanding": sum(int(row["owed_minor"]) for row in owed),
            "overdue": overdue,
            "parked": parked,
        }

    # --- by month --------------------------------------------------------------------------------------------------

    async def _moves(self, within: Callable[[str], Between], currency: str) -> Numbers:
        """Tenant → what a month's movements changed of its revenue: they follow each other without a gap."""
        async with self.books.unit(system_call(), aside=True) as unit:
            rows = await unit.movements.group(
                within("move_time"),
                Eq("currency", currency),
                by=("tenant_id",),
                sums=("mrr_minor", "previous_mrr_minor"),
            )
        return {row["tenant_id"]: int(row["mrr_minor"]) - int(row["previous_mrr_minor"]) for row in rows}

    async def _money(self, within: Callable[[str], Between], currency: str) -> Numbers:
        earned = In("account_type", (AccountType.REVENUE.name, AccountType.TAX.name))
        cash = Eq("account_type", AccountType.CASH.name)
        where = (within("post_time"), Eq("currency", currency))
        async with self.books.unit(system_call(), aside=True) as unit:

            async def total(*more: Condition) -> int:
                rows = await unit.ledger.group(*more, *where, by=("currency",), sums=("amount_minor",))
                return sum(int(row["amount_minor"]) for row in rows)

            async def moved(sign: Between) -> int:
                # What disputes take and return is neither a refund nor paid again.
                disputes = Between("transaction_id", "dispute:", "dispute;")
                return await total(cash, sign) - await total(cash, sign, disputes)

            usage = await unit.lines.group(
                Eq("kind", LineKind.USAGE.name),
                within("end_time"),
                Eq("currency", currency),
                by=("currency",),
                sums=("amount_minor", "discount_minor"),
            )
            return {
                "invoiced_minor": -await total(earned),
                "paid_minor": await moved(Between("amount_minor", 1)),
                "refunded_minor": -await moved(Between("amount_minor", None, 0)),
                "usage_revenue_minor": sum(int(row["amount_minor"]) - int(row["discount_minor"]) for row in usage),
            }

    # --- over all months -------------------------------------------------------------------------------------------

    async def _changes(self, spans: Sequence[tuple[datetime, datetime]], currency: str) -> dict[str, Any]:
        """Changes from plan to plan, and what became of trials that ended."""
        where = (Between("move_time", spans[0][0], spans[-1][1]), Eq("currency", currency))
        async with self.books.unit(system_call(), aside=True) as unit:
            plans = await unit.movements.group(
                *where,
                Ne("previous_plan_id", ""),
                In("previous_state", _PAYING),
                In("state", _PAYING),
                by=("previous_plan_id", "plan_id", "mrr_minor", "previous_mrr_minor"),
            )
            ended = await unit.movements.group(
                *where,
                Eq("previous_state", State.TRIALING.name),
                Ne("state", State.TRIALING.name),
                by=("subscription_id",),
            )
            paying = await unit.movements.group(
                *where, In("state", _PAYING), Between("mrr_minor", 1), by=("subscription_id",)
            )
        trials = {row["subscription_id"] for row in ended}
        converted = trials & {row["subscription_id"] for row in paying}
        return {
            "plans": [
                Change(
                    row["previous_plan_id"],
                    row["plan_id"],
                    int(row["mrr_minor"]),
                    int(row["previous_mrr_minor"]),
                    int(row["count"]),
                )
                for row in plans
            ],
            "trials": micros_of(len(converted), len(trials)),
        }

    async def _usage(self, spans: Sequence[tuple[datetime, datetime]]) -> list[BillingMetrics.MeterTrend]:
        meters = await self.meters.all()
        months = [await self._of_month("usage", span, "", self._used) for span in spans]
        return [
            BillingMetrics.MeterTrend(meter=id, quantities=[month.get(id, 0) for month in months])
            for id in meters
            if any(month.get(id) for month in months)
        ]

    async def _used(self, within: Callable[[str], Between], currency: str) -> Numbers:
        """Meter → what all tenants used of it in a month."""
        meters = await self.meters.all()
        span = within("day")
        days = Between("day", span.low.date().isoformat(), span.high.date().isoformat())
        async with self.store.unit(system_call(), aside=True) as unit:
            sums = await unit.usage_totals.group(days, by=("meter",), sums=("quantity",))
            tops = await unit.usage_totals.group(
                days, In("meter", _highest(meters)), by=("tenant_id", "meter"), highest=("highest", "present")
            )
        found = {
            row["meter"]: int(row["quantity"])
            for row in sums
            if row["meter"] in meters and meters[row["meter"]].aggregation is Aggregation.SUM
        }
        for row in tops:
            name = "present" if meters[row["meter"]].aggregation is Aggregation.GAUGE else "highest"
            found[row["meter"]] = found.get(row["meter"], 0) + int(row[name] or 0)
        return found

    # --- remembering -----------------------------------------------------------------------------------------------

    async def _of_month(
        self,
        what: str,
        span: tuple[datetime, datetime],
        currency: str,
        make: Callable[[Callable[[str], Between], str], Awaitable[Numbers]],
    ) -> Numbers:
        start, end = span
        lasts = KEPT if end + SETTLED <= self.clock.now() else FRESH
        found: Numbers = await self._cached(
            (what, start, currency), lasts, lambda: make(lambda field: Between(field, start, end), currency)
        )
        return found

    async def _cached(self, key: tuple[Any, ...], lasts: timedelta, make: Callable[[], Awaitable[Any]]) -> Any:
        now, known = self.clock.now(), self._kept.get(key)
        if known is not None and now < known[0]:
            return known[1]
        made = await make()
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (now + lasts, made)
        return made


def _highest(meters: Mapping[str, Meter]) -> tuple[str, ...]:
    """Meters whose months are not sums."""
    return tuple(id for id, meter in meters.items() if meter.aggregation is not Aggregation.SUM)
