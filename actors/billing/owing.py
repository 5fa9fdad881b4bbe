"""What follows for an invoice and its subscription when money comes, or does not come."""

from __future__ import annotations

from datetime import datetime, timedelta

from actors.billing.bookkeeping import posted
from actors.billing.domain import ledger
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.invoice import Applied, Invoice, InvoicePaymentDue, State
from actors.billing.domain.payment import DeclineReason, Payment, PaymentFailed
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import State as SubscriptionState
from actors.billing.issuing import Issuing
from actors.billing.settings import BillingSettings
from actors.billing.standing import is_overdue
from actors.billing.store import BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Eq, Order

SOONEST_RETRY = timedelta(days=1)
"""How long a retry waits whose day has passed already, because the attempt before it came late."""


class Owing:
    """The part of settling a payment that is not about the payment itself."""

    def __init__(self, room: Room, subscriptions: Subscriptions) -> None:
        self.subscriptions, self.issuing = subscriptions, Issuing(room, subscriptions)
        self.settings: BillingSettings = room.settings

    async def received(self, unit: BooksUnit, payment: Payment, applied: Applied, at: datetime) -> bool:
        """Stages what money changes that arrived: the invoice, the ledger, the account, the subscription. Returns
        whether the tenant owes nothing overdue any more.

        What the invoice did not need is credit, and pays other invoices. A first invoice that is paid activates its
        subscription, the last that was overdue ends its dunning or suspension.
        """
        tenant_id = payment.tenant_id
        invoice = unit.invoices.of(tenant_id).put(applied.invoice)
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        account = posted(unit, account, at, ledger.payment_succeeded(payment, applied, at))
        await self.subscriptions.paid(unit, invoice, at)
        if applied.excess_minor:
            await self.issuing.use_credit(unit, account, payment.id, at)
        return not await is_overdue(unit, tenant_id)

    async def with_credit(
        self, unit: BooksUnit, invoice: Invoice, account: BillingAccount, source_id: str, at: datetime
    ) -> Invoice:
        """Before an invoice is charged: stages the credit that the tenant has got since as put on what is open."""
        await self.issuing.use_credit(unit, account, source_id, at)
        return await unit.invoices.of(invoice.tenant_id).get(invoice.id)

    async def failed(
        self, unit: BooksUnit, invoice: Invoice, attempt: int, reason: DeclineReason | None, at: datetime
    ) -> bool:
        """Stages what a failed attempt changes: when it is tried next, and what becomes of the subscription. Returns
        whether nothing more is tried. `reason` is None where no provider was to be asked: no transfer came in time.

        The subscription is past due from the first failure on, and suspended after the last by policy. An invoice that
        is not due yet, which a payer tried to pay early, stays as it is. A first invoice is not tried again by itself:
        its payer is still there, and it goes when the time for it is over.
        """
        if invoice.state is not State.OPEN or (invoice.due_time is not None and at < invoice.due_time):
            return False
        subscription = await self._subscription(unit, invoice)
        attempt = max(attempt, invoice.attempt_count)
        when = None if _awaited(invoice, subscription) else await self._next_time(unit, invoice, attempt, at)
        word = reason.name if reason is not None else ""
        unit.invoices.of(invoice.tenant_id).put(invoice.attempted(attempt, word, when, at))
        if when is not None:
            self.try_later(unit, invoice, attempt + 1, when)
        if subscription is not None:
            after = subscription.overdue(at)
            if when is None and self.settings.suspend:
                after = after.suspended(at)
            if after is not subscription:
                await self.subscriptions.keep(unit, subscription, after, at)
        return when is None

    async def missed(
        self, unit: BooksUnit, invoice: Invoice, attempt: int, reason: DeclineReason | None, at: datetime
    ) -> None:
        """Stages an attempt for which no provider could be asked, and announces it: a failure without a payment."""
        last = await self.failed(unit, invoice, attempt, reason, at)
        unit.announce(
            PaymentFailed(
                tenant_id=invoice.tenant_id,
                payment_id="",
                invoice_id=invoice.id,
                decline_reason=reason.name if reason is not None else "",
                attempt=attempt,
                last=last,
            ),
            key=invoice.id,
        )

    async def given_up(self, unit: BooksUnit, invoice: Invoice, at: datetime) -> None:
        """Stages another try for an invoice whose payment was given up, unless one is planned or a payer is awaited."""
        if invoice.state is not State.OPEN or invoice.next_attempt_time is not None:
            return
        if await self.awaits_payer(unit, invoice):
            return
        attempt = invoice.attempt_count + 1
        if attempt <= self.settings.dunning.attempts:
            self.try_later(unit, invoice, attempt, max(at + SOONEST_RETRY, invoice.due_time or at))

    async def awaits_payer(self, unit: BooksUnit, invoice: Invoice) -> bool:
        """Whether it is the first invoice of a subscription that has not begun: nobody but its payer pays it."""
        return _awaited(invoice, await self._subscription(unit, invoice))

    @staticmethod
    def try_later(unit: BooksUnit, invoice: Invoice, attempt: int, when: datetime) -> None:
        """Stages when payment of the invoice is tried; instead of another time that was set before."""
        due = InvoicePaymentDue(tenant_id=invoice.tenant_id, invoice_id=invoice.id, attempt=attempt)
        # Schedules have whole seconds.
        unit.schedule(due, name=f"billing.dunning.{invoice.id}", when=when + timedelta(seconds=1))

    async def _next_time(self, unit: BooksUnit, invoice: Invoice, attempt: int, at: datetime) -> datetime | None:
        due = invoice.due_time or at
        tried = await unit.payments.of(invoice.tenant_id).select(
            Eq("invoice_id", invoice.id), Between("create_time", due), order=Order("create_time"), limit=1
        )
        when = self.settings.dunning.next_time(attempt, tried[0].create_time if tried else due)
        return at + SOONEST_RETRY if when is not None and when <= at else when

    @staticmethod
    async def _subscription(unit: BooksUnit, invoice: Invoice) -> Subscription | None:
        if not invoice.subscription_id:
            return None
        return await unit.subscriptions.of(invoice.tenant_id).find(invoice.subscription_id)


def _awaited(invoice: Invoice, subscription: Subscription | None) -> bool:
    """Whether it is the invoice whose payment begins the subscription."""
    waits = subscription is not None and subscription.state is SubscriptionState.INCOMPLETE
    return waits and invoice.opens_period
