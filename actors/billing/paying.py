"""Payments: recorded, asked of a provider, settled. Each is a unit of its own, so that a process may die anywhere.

    async with books.unit(call, aside=True) as unit:
        payment = paying.begin(unit, invoice, method, id=id, at=now)    # PENDING, one at most for an invoice
    payment = await paying.ask(call, payment.id)                        # the provider, then `settle`

Whoever repeats this finds the payment that was begun and goes on with it: the provider takes money once under its id.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from actors.billing.domain.invoice import Invoice
from actors.billing.domain.payment import (
    OPEN,
    Asked,
    DeclineReason,
    Outcome,
    Payment,
    PaymentOverdue,
    State,
    new_payment,
)
from actors.billing.domain.payment_method import PaymentMethod, Provider
from actors.billing.domain.subscription_state import PaymentMethodNeeded
from actors.billing.owing import Owing
from actors.billing.providers import contract
from actors.billing.providers.contract import ChargeRequest, PaymentProvider, ProviderRefused, ProviderUnavailable
from actors.billing.providers.registry import Providers
from actors.billing.settings import BillingSettings
from actors.billing.store import BooksUnit
from actors.billing.subscribing import Subscriptions
from actors.kernel.call import Call
from actors.kernel.errors import IdempotencyKeyReused
from actors.kernel.host.retry import attempts
from actors.kernel.module import Room
from actors.kernel.store.contract import Eq, In
from actors.kernel.store.unit import Store

log = logging.getLogger(__name__)

RETURN_PATH = "/billing"
"""Where payers come back to when nothing else is said."""
LONGEST_WAIT = timedelta(hours=6)
ANSWER_SECONDS = 2.0
"""What is kept of a call's time for settling and answering."""


class Paying:
    """Takes the money of invoices, each once."""

    def __init__(self, room: Room, providers: Providers, subscriptions: Subscriptions) -> None:
        self.providers, self.clock = providers, room.clock
        self.books: Store[BooksUnit] = room.books
        self.settings: BillingSettings = room.settings
        self.owing = Owing(room, subscriptions)
        self.public_url = room.platform.public_url.rstrip("/")

    def provider(self, provider: Provider) -> PaymentProvider:
        """Raises ProviderMissing for one that is not set up here."""
        return self.providers.get(provider.name.lower())

    def charges(self, method: PaymentMethod) -> bool:
        """Whether invoices are charged to the method. Otherwise the tenant pays by transfer, and nothing is begun."""
        return self.provider(method.provider).traits.charges

    def begin(
        self, unit: BooksUnit, invoice: Invoice, method: PaymentMethod, *, id: str, at: datetime, attempt: int = 1
    ) -> Payment:
        """Stages a PENDING payment of all that is outstanding, and when it is looked up if nobody has settled it.

        Commit it before `ask`. An invoice has one such payment at most: of two units the second is run again, and so is
        one since whose reading of the invoice it was paid, or anything else was done with it. Raises InvoiceState,
        PaymentMethodState, ProviderMissing, and PaymentMethodNeeded for a method that is not charged.
        """
        if not self.charges(method):
            raise PaymentMethodNeeded
        payment = new_payment(invoice, method, id=id, at=at, attempt=attempt)
        unit.invoices.of(invoice.tenant_id).hold(invoice)
        self.look_later(unit, payment, at)
        return unit.payments.of(payment.tenant_id).put(payment)

    @staticmethod
    async def under_way(unit: BooksUnit, invoice: Invoice) -> Payment | None:
        """The payment of the invoice whose outcome is not known, as the unit leaves it."""
        payments = unit.payments.of(invoice.tenant_id)
        states = tuple(state.name for state in OPEN)
        for found in await payments.select(Eq("invoice_id", invoice.id), In("state", states)):
            if (now := await payments.get(found.id)).unknown:
                return now
        return None

    def look_later(self, unit: BooksUnit, payment: Payment, at: datetime) -> None:
        """Stages when the payment's outcome is looked up next: the longer it waits already, the later."""
        overdue = timedelta(minutes=self.settings.overdue_minutes)
        wait = min(max(overdue, at - payment.create_time), LONGEST_WAIT)
        told = PaymentOverdue(tenant_id=payment.tenant_id, payment_id=payment.id)
        unit.schedule(told, name=f"billing.look.{payment.id}", when=at + wait)

    async def ask(self, call: Call, payment_id: str, *, return_path: str = "", present: bool = True) -> Payment:
        """Asks the provider for a payment that was begun and settles it, in units aside. Returns it as it stands then.

        May be repeated, also by other processes at once: the provider takes the money once, and what is settled
        stays. PENDING when the provider did not say what happened: it is looked up later. REQUIRES_ACTION when the
        payer must confirm, who is there (`present`); a payment without its payer is FAILED then. How a payment is
        asked for the first time, with `return_path`, stays so for it.
        """
        payment, request, first = await self._request(call, payment_id, Asked(present, return_path))
        if not payment.unknown:
            return payment
        provider = self.provider(payment.provider)
        try:
            async with asyncio.timeout(time_for(call)):
                if first:
                    found: contract.Outcome = await provider.charge(request)
                elif present and payment.state is State.REQUIRES_ACTION:
                    found = await provider.resume(request, reference=payment.provider_reference)
                else:
                    found = await self._looked_up(provider, payment, request)
        except (ProviderUnavailable, TimeoutError):
            log.warning("%s gave no answer about %s", payment.provider.name, payment.id)
            return payment
        except (ProviderRefused, IdempotencyKeyReused):
            # A fault of this installation: the tenant is neither charged nor reminded for it.
            log.exception("%s refuses to be asked for %s", payment.provider.name, payment.id)
            return payment
        outcome = outcome_of(found)
        nobody = not present and request.off_session and payment.state is State.PENDING
        if nobody and outcome.state is State.REQUIRES_ACTION:
            refused = Outcome(State.FAILED, DeclineReason.NOT_CONFIRMED, outcome.provider_reference)
            return await self.give_up(call, payment.id, refused)
        return await self.settled(call, payment.id, outcome)

    async def give_up(self, call: Call, payment_id: str, outcome: Outcome) -> Payment:
        """Settles a payment that waits for its payer as FAILED or CANCELLED, then withdraws it from the provider.

        A payer who was faster has paid: a success always counts. May be repeated, also for one that was given up.
        Raises ProviderUnavailable when the provider is to be told another time.
        """
        payment = await self.settled(call, payment_id, outcome)
        if payment.state is State.SUCCEEDED or not payment.provider_reference:
            return payment
        payment, request, _ = await self._request(call, payment_id)
        try:
            found = await self.provider(payment.provider).cancel(request, reference=payment.provider_reference)
        except ProviderRefused:
            log.exception("%s refuses to give up %s", payment.provider.name, payment.id)
            return payment
        return await self.settled(call, payment_id, outcome_of(found))

    async def settled(self, call: Call, payment_id: str, outcome: Outcome) -> Payment:
        """`settle` in a unit aside, which is run again when others were faster."""

        async def once() -> Payment:
            async with self.books.unit(call, aside=True) as unit:
                payment = await unit.payments.get(payment_id)
                return await self.settle(unit, payment, outcome, self.clock.now())

        return await attempts(call, once)

    async def settle(self, unit: BooksUnit, payment: Payment, outcome: Outcome, at: datetime) -> Payment:
        """Stages what an outcome changes: the payment, its invoice, the ledger and account, when it is tried next,
        the subscription, announcements. Returns the payment as it will be stored.

        The payment is read again in the unit. An outcome that is no news changes nothing: twice, late and in any
        order, money is booked once, and what has succeeded stays so.
        """
        payments = unit.payments.of(payment.tenant_id)
        payment = await payments.get(payment.id)
        if not payment.settles(outcome):
            return payment
        if outcome.state in (State.PENDING, State.REQUIRES_ACTION):
            return payments.put(payment.settled(outcome, at))
        invoice = await unit.invoices.of(payment.tenant_id).get(payment.invoice_id)
        if outcome.state is State.SUCCEEDED:
            applied = invoice.paid(payment.amount_minor, at)
            current = await self.owing.received(unit, payment, applied, at)
            return payments.put(
                payment.settled(outcome, at, account_current=current, excess_minor=applied.excess_minor)
            )
        if outcome.state is State.CANCELLED:
            await self.owing.given_up(unit, invoice, at)
            return payments.put(payment.settled(outcome, at))
        reason = outcome.decline_reason or DeclineReason.GENERIC
        last = await self.owing.failed(unit, invoice, payment.attempt, reason, at)
        return payments.put(payment.settled(outcome, at, last=last))

    async def look(self, call: Call, payment_id: str) -> Payment:
        """Looks a payment up at its provider, whatever is known of it here, and settles it by what is found.

        Nothing is asked for that was not before. Raises ProviderUnavailable.
        """
        payment, request, first = await self._request(call, payment_id)
        if first:
            return payment
        try:
            provider = self.provider(payment.provider)
            found = await provider.look_up(request, reference=payment.provider_reference)
        except ProviderRefused:
            log.exception("%s refuses to tell of %s", payment.provider.name, payment.id)
            return payment
        return payment if found is None else await self.settled(call, payment_id, outcome_of(found))

    async def _request(
        self, call: Call, payment_id: str, asked: Asked | None = None
    ) -> tuple[Payment, ChargeRequest, bool]:
        """The payment, how it is asked for, and whether it never was; with `asked`, that it will be now is recorded."""

        async def once() -> tuple[Payment, ChargeRequest, bool]:
            async with self.books.unit(call, aside=True) as unit:
                payment = await unit.payments.get(payment_id)
                tenant_id, first = payment.tenant_id, payment.asked is None
                if payment.unknown and asked is not None:
                    payment = unit.payments.of(tenant_id).put(payment.asked_for(asked))
                method = await unit.payment_methods.of(tenant_id).get(payment.payment_method_id)
                invoice = await unit.invoices.of(tenant_id).get(payment.invoice_id)
                return payment, self._words(payment, payment.asked or Asked(), method, invoice), first

        return await attempts(call, once)

    def _words(self, payment: Payment, asked: Asked, method: PaymentMethod, invoice: Invoice) -> ChargeRequest:
        return ChargeRequest(
            idempotency_key=payment.id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            create_time=payment.create_time,
            customer=method.provider_customer,
            method=method.provider_reference,
            off_session=not asked.present,
            return_url=self.public_url + (asked.return_path or RETURN_PATH) if asked.present else "",
            description=f"Invoice {invoice.number}",
        )

    async def _looked_up(self, provider: PaymentProvider, payment: Payment, request: ChargeRequest) -> contract.Outcome:
        """What became of a payment that was asked for before; asked for again where nothing did, while that is safe."""
        found = await provider.look_up(request, reference=payment.provider_reference)
        if found is not None:
            return found
        if not request.method:
            return contract.Outcome(State.FAILED, decline=DeclineReason.METHOD_GONE)
        if self.clock.now() - payment.create_time < provider.traits.key_lifetime:
            return await provider.charge(request)
        # The provider has forgotten the key by now, and never took anything under it.
        return contract.Outcome(State.CANCELLED)


def time_for(call: Call) -> float | None:
    """Seconds that a provider may take, so that its caller still hears that nothing is known yet."""
    remaining = call.remaining()
    return None if remaining is None else max(0.1, remaining - ANSWER_SECONDS)


def outcome_of(found: contract.Outcome) -> Outcome:
    """A provider's answer in the words of the books."""
    return Outcome(found.state, found.decline, found.reference, found.confirmation)
