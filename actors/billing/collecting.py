"""What happens to unpaid invoices by itself: charged when due, again by dunning; and outcomes that are looked up."""

from __future__ import annotations

import logging
from datetime import timedelta

from actors.api.billing.v1 import InvoicePaymentDue, PaymentOverdue
from actors.billing.deriving import id_for
from actors.billing.domain.account import BillingAccount
from actors.billing.domain.account import State as AccountState
from actors.billing.domain.invoice import Invoice, Kind
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import DeclineReason, Outcome, Payment, State
from actors.billing.domain.payment_method import PaymentMethod, Provider
from actors.billing.domain.payment_method import State as MethodState
from actors.billing.domain.refund import State as RefundState
from actors.billing.domain.subscription_state import State as SubscriptionState
from actors.billing.paying import Paying
from actors.billing.providers.contract import ProviderMissing, ProviderUnavailable
from actors.billing.refunding import Refunding
from actors.billing.store import BooksUnit
from actors.kernel.call import Call
from actors.kernel.events.inbox import Reaction
from actors.kernel.store.contract import Eq, Order

log = logging.getLogger(__name__)

PARKED_AGAIN = timedelta(hours=1)
"""How often it is looked whether a parked account may be charged again."""


async def method_of(unit: BooksUnit, invoice: Invoice, account: BillingAccount) -> PaymentMethod | None:
    """What an invoice is charged to when nothing else is said: the subscription's method, else the tenant's default.

    One that is not ready gives way to a default that is.
    """
    methods, named = unit.payment_methods.of(invoice.tenant_id), ""
    if invoice.subscription_id:
        subscription = await unit.subscriptions.of(invoice.tenant_id).find(invoice.subscription_id)
        if subscription is not None and subscription.state is not SubscriptionState.CANCELLED:
            named = subscription.payment_method_id
    ids = dict.fromkeys(id for id in (named, account.default_payment_method_id) if id)
    found = [one for one in [await methods.find(id) for id in ids] if one is not None]
    return next((one for one in found if one.state is MethodState.ACTIVE), found[0] if found else None)


class Collecting:
    """Reactions to what schedules say."""

    def __init__(self, paying: Paying, refunding: Refunding) -> None:
        self.paying, self.refunding, self.owing = paying, refunding, paying.owing
        self.books, self.clock, self.settings = paying.books, paying.clock, paying.settings

    def all(self) -> list[Reaction]:
        return [
            Reaction("InvoicePaymentDue", self.due, "billing", books=True),
            Reaction("PaymentOverdue", self.overdue, "billing", books=True),
        ]

    async def due(self, event: InvoicePaymentDue, call: Call) -> None:
        """Charges an invoice, unless that attempt was made, somebody is paying it, or nothing is owed any more."""
        async with self.books.unit(call, aside=True) as unit:
            payment = await self._begin(unit, event, call)
        if payment is not None:
            await self.paying.ask(call, payment.id, present=False)
        async with self.books.unit(call):
            pass

    async def overdue(self, event: PaymentOverdue, call: Call) -> None:
        """Looks up what became of a payment, and of refunds of it; gives up what waits for its payer too long."""
        async with self.books.unit(call, aside=True) as unit:
            payment = await unit.payments.find(event.payment_id)
            refunds = await self._pending_refunds(unit, event.payment_id)
        try:
            if payment is not None:
                await self._caught_up(payment, call)
            for refund in refunds:
                await self.refunding.ask(call, refund, again=True)
        except (ProviderUnavailable, ProviderMissing):
            log.warning("nobody answers about %s", event.payment_id, exc_info=True)
        async with self.books.unit(call) as unit:
            now, payment = self.clock.now(), await unit.payments.find(event.payment_id)
            if payment is not None and payment.unknown:
                self.paying.look_later(unit, payment, now)
            for refund in await self._pending_refunds(unit, event.payment_id):
                self.refunding.look_later(unit, await unit.refunds.get(refund), now)

    async def _begin(self, unit: BooksUnit, event: InvoicePaymentDue, call: Call) -> Payment | None:
        """The payment to ask for, if this attempt is to be made."""
        at, attempt = self.clock.now(), event.attempt
        id = id_for(call, self.clock, "pay")
        if (begun := await unit.payments.find(id)) is not None:
            return begun
        invoice = await unit.invoices.find(event.invoice_id)
        account = await unit.accounts.find(event.tenant_id)
        if invoice is None or account is None or not _to_be_tried(invoice, attempt):
            return None
        if await self.paying.under_way(unit, invoice) is not None:
            return None  # when that one fails, the next attempt is planned
        if account.state is AccountState.PARKED:
            self.owing.try_later(unit, invoice, attempt, at + PARKED_AGAIN)
            return None
        invoice = await self.owing.with_credit(unit, invoice, account, id, at)
        if not _to_be_tried(invoice, attempt):
            return None  # what was under way when it was read first is settled by now
        method = await method_of(unit, invoice, account)
        if method is None or method.provider is Provider.MANUAL:
            if invoice.due_time is not None and at < invoice.due_time:
                self.owing.try_later(unit, invoice, attempt, invoice.due_time)
            else:
                await self.owing.missed(unit, invoice, attempt, None if method else DeclineReason.METHOD_GONE, at)
            return None
        if (reason := await self._hopeless(unit, invoice, method)) is not None:
            await self.owing.missed(unit, invoice, attempt, reason, at)
            return None
        return self.paying.begin(unit, invoice, method, id=id, at=at, attempt=attempt)

    async def _hopeless(self, unit: BooksUnit, invoice: Invoice, method: PaymentMethod) -> DeclineReason | None:
        """Why the method is not asked: it is not ready, nobody here can ask, or it was declined for good before."""
        if method.state is not MethodState.ACTIVE:
            return DeclineReason.EXPIRED if method.state is MethodState.EXPIRED else DeclineReason.METHOD_GONE
        try:
            self.paying.provider(method.provider)
        except ProviderMissing:
            return DeclineReason.UNSUPPORTED
        newest = Order("create_time", descending=True)
        for last in await unit.payments.select(Eq("invoice_id", invoice.id), order=newest, limit=1):
            declined = last.payment_method_id == method.id and last.decline_reason
            if declined and not declined.worth_retrying:
                return declined
        return None

    async def _caught_up(self, payment: Payment, call: Call) -> None:
        given_up = payment.state in (State.FAILED, State.CANCELLED) and payment.decline_reason in _GIVEN_UP
        if given_up and payment.asked is not None:
            # Whoever gave it up may not have come to withdraw it.
            await self.paying.give_up(call, payment.id, Outcome(payment.state))
        if not payment.unknown:
            return
        if payment.asked is None:
            # Nobody was asked, and whoever began it is gone.
            await self.paying.settled(call, payment.id, Outcome(State.CANCELLED))
            return
        payment = await self.paying.ask(call, payment.id, present=False)
        too_long = timedelta(minutes=self.settings.confirm_minutes)
        if payment.state is State.REQUIRES_ACTION and self.clock.now() - payment.create_time >= too_long:
            await self.paying.give_up(call, payment.id, Outcome(State.CANCELLED))

    async def _pending_refunds(self, unit: BooksUnit, payment_id: str) -> list[str]:
        found = await unit.refunds.select(Eq("payment_id", payment_id))
        return [one.id for one in found if one.state is RefundState.PENDING]


_GIVEN_UP = (None, DeclineReason.NOT_CONFIRMED)


def _to_be_tried(invoice: Invoice, attempt: int) -> bool:
    waits = invoice.state is InvoiceState.OPEN and invoice.kind is Kind.INVOICE
    return waits and attempt > invoice.attempt_count
