"""When Billing writes: its reactions to its own announcements. Each mail goes out once, with the mark of its event."""

from __future__ import annotations

from datetime import datetime, timedelta

from actors.api.billing.v1 import (
    InvoiceGenerated,
    PaymentFailed,
    PaymentSucceeded,
    RefundSettled,
    SubscriptionChanged,
    TrialEndDue,
)
from actors.billing.catalogue import Catalogue
from actors.billing.correspondence import Correspondence
from actors.billing.domain.invoice import Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import DeclineReason
from actors.billing.domain.refund import State as RefundState
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import State
from actors.billing.domain.subscription_state import TrialEndDue as TrialEnds
from actors.billing.store import BooksUnit
from actors.kernel.call import Call
from actors.kernel.events.inbox import Reaction
from actors.kernel.mail import Mail
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

BEFORE_TRIAL_ENDS = timedelta(days=3)


class Letters:
    """Invoices, receipts, failed payments, suspensions, trials that end."""

    def __init__(self, room: Room, catalogue: Catalogue, correspondence: Correspondence) -> None:
        self.clock, self.catalogue, self.correspondence = room.clock, catalogue, correspondence
        self.books: Store[BooksUnit] = room.books

    def all(self) -> tuple[Reaction, ...]:
        handlers = (
            (InvoiceGenerated, self.invoice_generated),
            (PaymentSucceeded, self.payment_succeeded),
            (PaymentFailed, self.payment_failed),
            (RefundSettled, self.refund_settled),
            (SubscriptionChanged, self.subscription_changed),
            (TrialEndDue, self.trial_end_due),
        )
        return tuple(Reaction(event.DESCRIPTOR.name, handle, "billing", books=True) for event, handle in handlers)

    async def invoice_generated(self, event: InvoiceGenerated, call: Call) -> None:
        async with self.books.unit(call, aside=True) as unit:
            invoice = await unit.invoices.find(event.invoice_id)
        mails: list[Mail] = []
        if invoice is not None and (to := await self.correspondence.addressee(event.tenant_id)) is not None:
            mails = await self.correspondence.invoice(to, invoice)
        await self._send(call, mails)

    async def payment_succeeded(self, event: PaymentSucceeded, call: Call) -> None:
        async with self.books.unit(call, aside=True) as unit:
            payment, invoice = await unit.payments.find(event.payment_id), await unit.invoices.find(event.invoice_id)
            method = await unit.payment_methods.find(payment.payment_method_id) if payment else None
        mails: list[Mail] = []
        if payment is not None and invoice is not None:
            to = await self.correspondence.addressee(event.tenant_id)
            mails = await self.correspondence.receipt(to, invoice, payment, method) if to else []
        await self._send(call, mails)

    async def payment_failed(self, event: PaymentFailed, call: Call) -> None:
        """Not for the payment that a subscription begins with: whoever subscribes sees at once that it failed."""
        async with self.books.unit(call, aside=True) as unit:
            payment, invoice = await unit.payments.find(event.payment_id), await unit.invoices.find(event.invoice_id)
            method = await unit.payment_methods.find(payment.payment_method_id) if payment else None
            first = invoice is not None and invoice.reason is Reason.SUBSCRIPTION_CREATE
            subscription = await unit.subscriptions.find(invoice.subscription_id) if invoice and first else None
        mails: list[Mail] = []
        if (
            invoice is not None
            and invoice.state is InvoiceState.OPEN
            and (subscription is None or subscription.state is not State.INCOMPLETE)
            and (to := await self.correspondence.addressee(event.tenant_id)) is not None
        ):
            if event.decline_reason:
                reason = DeclineReason[event.decline_reason]
                mails = await self.correspondence.payment_failed(to, invoice, payment, method, reason, last=event.last)
            else:
                mails = await self.correspondence.reminder(to, invoice, last=event.last)
        await self._send(call, mails)

    async def refund_settled(self, event: RefundSettled, call: Call) -> None:
        """Of credit that went back, and of what did not; what went back of an invoice has a credit note, which is
        mailed."""
        async with self.books.unit(call, aside=True) as unit:
            refund, payment = await unit.refunds.find(event.refund_id), await unit.payments.find(event.payment_id)
            method = await unit.payment_methods.find(payment.payment_method_id) if payment else None
        mails: list[Mail] = []
        if (
            refund is not None
            and payment is not None
            and (to := await self.correspondence.addressee(event.tenant_id)) is not None
        ):
            if refund.state is RefundState.SUCCEEDED and refund.credit_minor:
                mails = await self.correspondence.credit_refunded(to, refund, payment, method)
            elif refund.credited_minor:
                mails = await self.correspondence.refund_failed(to, refund, payment, method)
        await self._send(call, mails)

    async def subscription_changed(self, event: SubscriptionChanged, call: Call) -> None:
        """Mails a suspension; of a trial, has its end announced in time."""
        suspended = event.state == State.SUSPENDED.name != event.previous_state
        begun = event.state == State.TRIALING.name and not event.previous_state
        subscription: Subscription | None = None
        if suspended or begun:
            async with self.books.unit(call, aside=True) as unit:
                subscription = await unit.subscriptions.find(event.subscription_id)
        mails: list[Mail] = []
        if suspended and subscription is not None:
            to = await self.correspondence.addressee(event.tenant_id)
            mails = await self.correspondence.suspended(to, subscription) if to else []
        async with self.books.unit(call) as unit:
            for mail in mails:
                unit.mail(mail)
            if begun and subscription is not None and subscription.trial_end_time is not None:
                due = TrialEnds(tenant_id=event.tenant_id, subscription_id=subscription.id)
                unit.schedule(due, name=f"billing.trial.{subscription.id}", when=_reminder(subscription))

    async def trial_end_due(self, event: TrialEndDue, call: Call) -> None:
        async with self.books.unit(call, aside=True) as unit:
            subscription = await unit.subscriptions.find(event.subscription_id)
        mails: list[Mail] = []
        if (
            subscription is not None
            and subscription.state is State.TRIALING
            and not subscription.cancel_at_period_end
            and self.clock.now() < subscription.period_end_time
        ):
            to = await self.correspondence.addressee(event.tenant_id)
            terms = await self.catalogue.terms(subscription.plan_id, subscription.plan_version)
            mails = await self.correspondence.trial_ending(to, subscription, terms) if to else []
        await self._send(call, mails)

    async def _send(self, call: Call, mails: list[Mail]) -> None:
        async with self.books.unit(call) as unit:
            for mail in mails:
                unit.mail(mail)


def _reminder(subscription: Subscription) -> datetime:
    """Three days before a trial ends; halfway of one that is too short for that."""
    start, end = subscription.period_start_time, subscription.trial_end_time
    assert end is not None
    return max(end - BEFORE_TRIAL_ENDS, start + (end - start) / 2)
