"""What follows for an invoice and its subscription when money comes, or does not come."""

from __future__ import annotations

from datetime import datetime, timedelta

from actors.billing.bookkeeping import posted
from actors.billing.domain import ledger
from actors.billing.domain.invoice import Applied, Invoice, InvoicePaymentDue, Kind, Reason, State
from actors.billing.domain.payment import Payment
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import State as SubscriptionState
from actors.billing.settings import BillingSettings
from actors.billing.store import BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.kernel.store.contract import Between, Eq, Order

SOONEST_RETRY = timedelta(days=1)
"""How long a retry waits whose day has passed already, because the attempt before it came late."""


class Owing:
    """The part of settling a payment that is not about the payment itself."""

    def __init__(self, settings: BillingSettings, subscriptions: Subscriptions) -> None:
        self.settings, self.subscriptions = settings, subscriptions

    async def is_current(self, unit: BooksUnit, invoice: Invoice) -> bool:
        """Whether the tenant owes nothing overdue any more, with `invoice` as it is after a payment."""
        if _overdue(invoice):
            return False
        invoices = unit.invoices.of(invoice.tenant_id)
        unpaid = await invoices.select(Eq("state", State.OPEN.name), Eq("kind", Kind.INVOICE.name))
        return not any(_overdue(one) for one in unpaid if one.id != invoice.id)

    async def received(self, unit: BooksUnit, payment: Payment, applied: Applied, current: bool, at: datetime) -> None:
        """Stages what money changes that arrived: the invoice, the ledger and account, the subscription.

        A first invoice that is paid activates its subscription; an account that is current recovers it.
        """
        tenant_id, invoice = payment.tenant_id, applied.invoice
        unit.invoices.of(tenant_id).put(invoice)
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        posted(unit, account, at, ledger.payment_succeeded(payment, applied, at))
        subscription = await self._live(unit, tenant_id)
        if subscription is None:
            return
        after = subscription
        if invoice.state is State.PAID and _begins(invoice, subscription):
            after = after.activated(at)
        if current:
            after = after.recovered(at)
        if after is not subscription:
            await self.subscriptions.keep(unit, subscription, after, at)

    async def put_off(
        self, unit: BooksUnit, invoice: Invoice, attempt: int, decline_reason: str, at: datetime
    ) -> bool:
        """Stages what a failed attempt changes: when it is tried next, and what becomes of the subscription. Returns
        whether nothing more is tried.

        The subscription is past due from the first failure on, and suspended after the last by policy. An invoice that
        is not due yet, which a payer tried to pay early, stays as it is. A first invoice is not tried again by itself:
        its payer is still there, and it goes when the time for it is over.
        """
        if invoice.state is not State.OPEN or (invoice.due_time is not None and at < invoice.due_time):
            return False
        subscription = await self._live(unit, invoice.tenant_id)
        attempt = max(attempt, invoice.attempt_count)
        waits = subscription is not None and _begins(invoice, subscription)
        when = None if waits else await self._next_time(unit, invoice, attempt, at)
        unit.invoices.of(invoice.tenant_id).put(invoice.attempted(attempt, decline_reason, when, at))
        if when is not None:
            self.try_later(unit, invoice, attempt + 1, when)
        if subscription is not None:
            after = subscription.overdue(at)
            if when is None and self.settings.suspend:
                after = after.suspended(at)
            if after is not subscription:
                await self.subscriptions.keep(unit, subscription, after, at)
        return when is None

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
    async def _live(unit: BooksUnit, tenant_id: str) -> Subscription | None:
        return await unit.subscriptions.of(tenant_id).one(Eq("live_key", tenant_id))


def _overdue(invoice: Invoice) -> bool:
    """Whether an attempt to be paid has failed, or a transfer did not come in time."""
    return invoice.state is State.OPEN and invoice.attempt_count > 0


def _begins(invoice: Invoice, subscription: Subscription) -> bool:
    """Whether the invoice is what the subscription waits for."""
    return (
        subscription.state is SubscriptionState.INCOMPLETE
        and invoice.subscription_id == subscription.id
        and invoice.reason is Reason.SUBSCRIPTION_CREATE
    )
