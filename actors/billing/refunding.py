"""Refunds: money that goes back. Recorded with its credit note, asked of the provider, settled; each in a unit."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from actors.billing.bookkeeping import posted
from actors.billing.deriving import derived_id
from actors.billing.disputing import Disputing, disputes_of
from actors.billing.domain import ledger
from actors.billing.domain.credit_note import refund_note
from actors.billing.domain.invoice import AmountExceeds
from actors.billing.domain.payment import Payment, PaymentOverdue
from actors.billing.domain.refund import Refund, State, new_refund
from actors.billing.paying import LONGEST_WAIT, Paying, time_for
from actors.billing.providers.contract import PaymentProvider, ProviderRefused, ProviderUnavailable, RefundRequest
from actors.billing.standing import credited_of, lines_of
from actors.billing.store import BooksUnit
from actors.kernel.call import Call
from actors.kernel.errors import IdempotencyKeyReused
from actors.kernel.host.retry import attempts

log = logging.getLogger(__name__)


class Refunding:
    """Gives money back, each refund once."""

    def __init__(self, paying: Paying, disputing: Disputing) -> None:
        self.paying, self.disputing, self.owing = paying, disputing, paying.owing
        self.books, self.clock, self.settings = paying.books, paying.clock, paying.settings

    async def begin(
        self, unit: BooksUnit, payment: Payment, amount_minor: int, reason: str, *, id: str, at: datetime
    ) -> Refund:
        """Stages a PENDING refund of so much of a payment, 0 for all that is left; the credit note over what is taken
        back of the invoice, which is issued soon; the credit that goes back with it; and when it is looked up.

        Commit it before `ask`. Raises PaymentState, AmountExceeds, AmountDisputed.
        """
        tenant_id = payment.tenant_id
        invoices, lines = unit.invoices.of(tenant_id), unit.lines.of(tenant_id)
        payment = await unit.payments.of(tenant_id).get(payment.id)
        invoice = await invoices.get(payment.invoice_id)
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        credited = await credited_of(unit, invoice)
        refund = new_refund(
            payment,
            invoice,
            amount_minor,
            reason,
            id=id,
            at=at,
            credit_available_minor=account.credit_minor,
            credited=credited,
            credit_note_id=derived_id("inv", id),
        )
        if refund.note_minor:
            note, back = refund_note(
                invoice, await lines_of(unit, invoice), refund.note_minor, id=refund.credit_note_id, at=at
            )
            invoices.put(invoice.refunded(refund.note_minor, at, credited.whole_minor))
            invoices.put(note)
            for line in back:
                lines.put(line)
        unit.payments.of(tenant_id).put(payment.with_refund(refund.amount_minor, refund.credit_minor, at))
        posted(unit, account, at, ledger.refund_begun(refund, at))
        self.look_later(unit, refund, at)
        return unit.refunds.of(tenant_id).put(refund)

    def look_later(self, unit: BooksUnit, refund: Refund, at: datetime) -> None:
        """Stages when the refund's outcome is looked up next: the longer it waits already, the later."""
        overdue = timedelta(minutes=self.settings.overdue_minutes)
        wait = min(max(overdue, at - refund.create_time), LONGEST_WAIT)
        told = PaymentOverdue(tenant_id=refund.tenant_id, payment_id=refund.payment_id)
        unit.schedule(told, name=f"billing.look.{refund.id}", when=at + wait)

    async def ask(self, call: Call, refund_id: str, *, again: bool = False) -> Refund:
        """Asks the provider for a refund that was begun and settles it, in units aside. Returns it as it stands then.

        May be repeated, `again` then: the provider is asked what became of it first. PENDING when it did not say, or
        takes its time. A provider that has less left of the payment gives nothing back: the refund is FAILED, and its
        amount the tenant's credit, unless a dispute has taken it (`settle`). One that nobody charges, a transfer's, is
        sent by hand: it counts as done.
        """
        async with self.books.unit(call, aside=True) as unit:
            refund = await unit.refunds.get(refund_id)
            payment = await unit.payments.of(refund.tenant_id).get(refund.payment_id)
        if refund.state is not State.PENDING:
            return refund
        provider = self.paying.provider(refund.provider)
        if not provider.traits.charges:
            return await self.settled(call, refund_id, State.SUCCEEDED)
        request = RefundRequest(refund.id, payment.provider_reference, refund.amount_minor, refund.currency)
        try:
            async with asyncio.timeout(time_for(call)):
                state, reference = await self._answer(provider, request, refund, again)
                if state is State.FAILED:
                    # What is left may be less for a dispute that is not known here yet.
                    await self.disputing.look(call, payment.id)
        except (ProviderUnavailable, TimeoutError):
            log.warning("%s gave no answer about %s", refund.provider.name, refund.id)
            return refund
        except (ProviderRefused, IdempotencyKeyReused):
            log.exception("%s refuses to be asked for %s", refund.provider.name, refund.id)
            return refund
        return await self.settled(call, refund_id, state, reference)

    async def settled(self, call: Call, refund_id: str, state: State, reference: str = "") -> Refund:
        """`settle` in a unit aside, which is run again when others were faster."""

        async def once() -> Refund:
            async with self.books.unit(call, aside=True) as unit:
                refund = await unit.refunds.get(refund_id)
                return await self.settle(unit, refund, state, self.clock.now(), reference)

        return await attempts(call, once)

    async def settle(self, unit: BooksUnit, refund: Refund, state: State, at: datetime, reference: str = "") -> Refund:
        """Stages what an outcome changes: the refund, its credit note, the ledger; after a failure the payment, whose
        money may go back another time, and the credit that it is meanwhile, which the provider is told of. The first
        outcome counts.

        What failed because a dispute has taken the money waits for the dispute's end, for nobody gets it twice: PENDING
        until then. When the dispute is lost the payer has it, and it is no credit.
        """
        tenant_id = refund.tenant_id
        refunds, invoices = unit.refunds.of(tenant_id), unit.invoices.of(tenant_id)
        refund = await refunds.get(refund.id)
        if refund.state is not State.PENDING:
            return refund
        if state is State.PENDING:
            return refunds.put(refund.but(provider_reference=reference or refund.provider_reference))
        payment = await unit.payments.of(tenant_id).get(refund.payment_id)
        disputed_minor = 0
        if state is State.FAILED and payment.overdrawn:
            disputes = await disputes_of(unit, payment)
            if any(one.held_minor for one in disputes):
                return refund
            lost = sum(one.lost_minor for one in disputes) - payment.refunded_disputed_minor
            disputed_minor = max(0, min(refund.amount_minor, lost))
        refund = refunds.put(refund.settled(state is State.SUCCEEDED, at, reference, disputed_minor))
        note = await invoices.find(refund.credit_note_id) if refund.credit_note_id else None
        account = await unit.accounts.of(tenant_id).get(tenant_id)
        if refund.state is State.SUCCEEDED:
            if note is not None:
                invoices.put(note.given_back(refund.note_minor, at))
            posted(unit, account, at, ledger.refund_succeeded(refund, at))
            return refund
        if note is not None:
            invoices.put(note.kept_as_credit(at))
        unit.payments.of(tenant_id).put(
            payment.without_refund(refund.amount_minor, refund.credit_minor, at, disputed_minor)
        )
        account = posted(unit, account, at, ledger.refund_failed(refund, at, disputed_minor))
        if disputed_minor == refund.amount_minor:
            return refund
        for mail in self.disputing.notices.refund_failed(refund, account):
            unit.mail(mail)
        await self.owing.issuing.use_credit(unit, account, refund.id, at)
        return refund

    async def _answer(
        self, provider: PaymentProvider, request: RefundRequest, refund: Refund, again: bool
    ) -> tuple[State, str]:
        if again:
            found = await provider.look_up_refund(request, reference=refund.provider_reference)
            if found is not None:
                return found.state, found.reference
            if self.clock.now() - refund.create_time >= provider.traits.key_lifetime:
                # The provider has forgotten the key by now, and gave nothing back under it.
                return State.FAILED, ""
        try:
            found = await provider.refund(request)
        except AmountExceeds:
            return State.FAILED, ""
        return found.state, found.reference
