"""What happens by itself as time passes: periods end, first payments are given up, versions of plans take effect.

Each is due by a schedule. A sweep finds what is due though nothing came of it, so that what is lost costs minutes, not
money.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from actors.api.billing.v1 import PlanVersionDue, SubscriptionIncompleteDue, SubscriptionPeriodDue
from actors.billing.closing import Closing
from actors.billing.deriving import derived_id
from actors.billing.domain.account import State as AccountState
from actors.billing.domain.billed_period import period_id
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.invoice import InvoiceDrafted as Drafted
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import Outcome
from actors.billing.domain.payment import State as PaymentState
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING, State
from actors.billing.domain.subscription_state import SubscriptionIncompleteDue as IncompleteDue
from actors.billing.domain.subscription_state import SubscriptionPeriodDue as PeriodDue
from actors.billing.freezing import frozen
from actors.billing.issuing import Issuing
from actors.billing.paying import Paying
from actors.billing.settings import BillingSettings
from actors.billing.standing import open_invoices
from actors.billing.store import BillingUnit, BooksUnit
from actors.billing.subscribing import FREEZE_SECONDS, STILL, Subscriptions
from actors.kernel.call import Call, system_call
from actors.kernel.events.inbox import Reaction
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Eq, In, Order
from actors.kernel.store.unit import Store

log = logging.getLogger(__name__)

SWEEP_SECONDS = 300.0
LATE = timedelta(minutes=10)
"""How late something is before the sweep takes its schedule for lost."""
MOST_FOUND = 1000
"""In one sweep; the next finds the others."""
LONGEST_OPEN = timedelta(days=40)
"""How far back the sweep looks for periods that were not closed."""


class Cycle:
    """Reactions to what is due."""

    def __init__(
        self, room: Room, subscriptions: Subscriptions, issuing: Issuing, paying: Paying, closing: Closing
    ) -> None:
        self.room, self.clock = room, room.clock
        self.subscriptions, self.issuing, self.paying, self.closing = subscriptions, issuing, paying, closing
        self.settings: BillingSettings = room.settings
        self.store: Store[BillingUnit] = room.store
        self.books: Store[BooksUnit] = room.books

    def all(self) -> list[Reaction]:
        return [
            Reaction("SubscriptionPeriodDue", self.period_due, "billing", books=True),
            Reaction("SubscriptionIncompleteDue", self.incomplete_due, "billing", books=True),
            Reaction("PlanVersionDue", self.plan_version_due, "billing"),
        ]

    async def period_due(self, event: SubscriptionPeriodDue, call: Call) -> None:
        """Ends the period, or closes one that has ended, whichever is due. What is not due yet is left alone."""
        tenant_id, number = event.tenant_id, event.period_number
        async with self.books.unit(call, aside=True) as unit:
            subscription = await unit.subscriptions.of(tenant_id).find(event.subscription_id)
            period = await unit.periods.of(tenant_id).find(period_id(event.subscription_id, number))
        if subscription is None or period is None:
            return
        logs = None
        closable = period.closable(self.clock.now() - timedelta(seconds=FREEZE_SECONDS), self.settings.grace)
        if closable and is_over(subscription, number):
            logs = await frozen(self.room, subscription, period)
        async with self.books.unit(call) as unit:
            subscription = await unit.subscriptions.of(tenant_id).get(event.subscription_id)
            if subscription.period_number == number:
                subscription = await self.closing.rolled(unit, subscription, self.clock.now())
            if logs is not None:
                await self.closing.closed(unit, subscription, period, logs, self.clock.now())

    async def roll(self, call: Call, subscription: Subscription) -> Subscription:
        """Ends periods that are over, in units aside, for whoever comes before the schedules. Returns what is then."""
        while subscription.state in RUNNING and self.clock.now() >= subscription.period_end_time:
            async with self.books.unit(call, aside=True) as unit:
                before = await unit.subscriptions.of(subscription.tenant_id).get(subscription.id)
                subscription = await self.closing.rolled(unit, before, self.clock.now())
        return subscription

    async def incomplete_due(self, event: SubscriptionIncompleteDue, call: Call) -> None:
        """Gives a subscription up whose first payment was never made."""
        async with self.books.unit(call, aside=True) as unit:
            subscription = await unit.subscriptions.of(event.tenant_id).find(event.subscription_id)
        if subscription is None or subscription.state is not State.INCOMPLETE:
            return
        await self.withdraw(call, subscription)
        async with self.books.unit(call) as unit:
            before = await unit.subscriptions.of(event.tenant_id).get(event.subscription_id)
            after = before.abandoned(self.clock.now())
            if after is not before:
                await self.subscriptions.keep(unit, before, after, self.clock.now())
                await self.void_first(unit, after)

    async def withdraw(self, call: Call, subscription: Subscription) -> None:
        """Gives up the payments of a subscription that waits for its first. One that succeeds meanwhile counts."""
        async with self.books.unit(call, aside=True) as unit:
            waiting = [
                payment
                for invoice in await self._first_invoices(unit, subscription)
                for payment in await unit.payments.of(subscription.tenant_id).select(Eq("open_key", invoice.id))
            ]
        for payment in waiting:
            await self.paying.give_up(call, payment.id, Outcome(PaymentState.CANCELLED))

    async def void_first(self, unit: BooksUnit, subscription: Subscription) -> None:
        """Stages what a subscription that never began owes as taken back, and its coupon as not redeemed."""
        if subscription.coupon_id and (coupon := await unit.coupons.find(subscription.coupon_id)) is not None:
            unit.coupons.put(coupon.returned())
        account = await unit.accounts.of(subscription.tenant_id).get(subscription.tenant_id)
        for invoice in await self._first_invoices(unit, subscription):
            note_id = derived_id("inv", f"{invoice.id}:void")
            _, account = await self.issuing.void(
                unit, invoice, account, subscription.cancel_reason, self.clock.now(), note_id
            )

    @staticmethod
    async def _first_invoices(unit: BooksUnit, subscription: Subscription) -> list[Invoice]:
        found = await open_invoices(unit, subscription.tenant_id)
        return [invoice for invoice in found if invoice.subscription_id == subscription.id]

    async def plan_version_due(self, event: PlanVersionDue, call: Call) -> None:
        """Puts a version into effect. Until then whoever reads the plan reckons with its time."""
        async with self.store.unit(call) as unit:
            plan = await unit.plans.find(event.plan_id)
            if plan is not None:
                unit.plans.put(plan.effective(self.clock.now())[0])

    # --- the sweep -------------------------------------------------------------------------------------------------

    async def sweep_regularly(self) -> None:
        """Sweeps until cancelled."""
        while True:
            await self.sweep()
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> int:
        """Announces anew what is due for some time and was not done. Returns how much that was."""
        now = self.clock.now()
        async with self.books.unit(system_call(), aside=True) as unit:
            due = [*await self._unended(unit, now - LATE), *await self._unclosed(unit, now - LATE)]
            for announcement in due:
                unit.announce(announcement, key=announcement.subscription_id)
            drafted = await self._unissued(unit, now - LATE)
            for invoice in drafted:
                unit.announce(Drafted(tenant_id=invoice.tenant_id, invoice_id=invoice.id), key=invoice.id)
        found = len(due) + len(drafted)
        if found:
            log.warning("%d things were due, and nothing had come of it", found)
        return found

    async def _unended(self, unit: BooksUnit, late: datetime) -> list[PeriodDue | IncompleteDue]:
        running = In("state", tuple(state.name for state in RUNNING))
        ended = await unit.subscriptions.select(
            running, Between("period_end_time", None, late), order=Order("period_end_time"), limit=MOST_FOUND
        )
        first = late - timedelta(hours=self.settings.incomplete_hours)
        waiting = await unit.subscriptions.select(
            Eq("state", State.INCOMPLETE.name), Between("create_time", None, first), limit=MOST_FOUND
        )
        return [
            *(one.due[0] for one in ended),
            *(IncompleteDue(tenant_id=one.tenant_id, subscription_id=one.id) for one in waiting),
        ]

    async def _unclosed(self, unit: BooksUnit, late: datetime) -> list[PeriodDue]:
        latest = late - self.settings.grace - timedelta(seconds=FREEZE_SECONDS)
        found = await unit.periods.select(
            Eq("close_time", None),
            Between("end_time", latest - LONGEST_OPEN, latest),
            order=Order("end_time"),
            limit=MOST_FOUND,
        )
        subscriptions = {one.subscription_id: await unit.subscriptions.find(one.subscription_id) for one in found}
        return [
            period.due(self.settings.grace)[0]
            for period in found
            if (owner := subscriptions[period.subscription_id]) is not None and is_over(owner, period.number)
        ]

    async def _unissued(self, unit: BooksUnit, late: datetime) -> list[Invoice]:
        """Drafts that are complete, of accounts that are not parked."""
        drafts = await unit.invoices.select(
            Eq("state", InvoiceState.DRAFT.name), Between("create_time", None, late), limit=MOST_FOUND
        )
        found = []
        for invoice in drafts:
            if invoice.update_time > late or await self.issuing.waits(unit, invoice):
                continue
            account = await unit.accounts.find(invoice.tenant_id)
            if account is not None and account.state is AccountState.OPEN:
                found.append(invoice)
        return found


def is_over(subscription: Subscription, number: int) -> bool:
    """Whether a period of the subscription has ended, so that its usage may be charged.

    The last one before a suspension is not: nothing is charged until it is paid, or the subscription ends.
    """
    return subscription.period_number > number or subscription.state in STILL
