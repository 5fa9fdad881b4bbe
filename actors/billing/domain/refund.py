"""Refunds: money that goes back to the payer, with a credit note over what it was paid for."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.charges import Credited
from actors.billing.domain.invoice import AmountExceeds, Invoice
from actors.billing.domain.payment import AmountDisputed, Payment
from actors.billing.domain.payment_method import Provider
from actors.kernel.records import Announcement, Record

NOTHING = Credited()


@dataclass(frozen=True, kw_only=True)
class RefundSettled(Announcement):
    tenant_id: str
    refund_id: str
    payment_id: str
    invoice_id: str
    state: str
    amount_minor: int
    credited_minor: int
    currency: str


class State(enum.Enum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Refund(Record):
    """`note_minor` of it is taken back of the invoice, `credit_minor` of what the payment had left over as credit.

    Its id is the idempotency key at the provider.
    """

    payment_id: str
    invoice_id: str
    state: State = State.PENDING
    provider: Provider
    amount_minor: int
    note_minor: int
    credit_minor: int = 0
    currency: str
    reason: str
    credit_note_id: str = ""
    provider_reference: str = ""
    credited_minor: int = 0
    """What of it failed and is the tenant's credit."""
    create_time: datetime
    settle_time: datetime | None = None

    @property
    def outstanding_minor(self) -> int:
        """What it adds to what the tenant owes: the credit that is on its way back, negative."""
        return -self.credit_minor if self.state is State.PENDING else 0

    def settled(self, succeeded: bool, at: datetime, provider_reference: str = "", disputed_minor: int = 0) -> Refund:
        """After its outcome, which is final: another that comes later changes nothing, and shows in the proof.

        `disputed_minor` of one that failed is with the payer all the same, by a dispute; the rest is credit.
        """
        if self.state is not State.PENDING:
            return self
        state = State.SUCCEEDED if succeeded else State.FAILED
        credited = 0 if succeeded else self.amount_minor - disputed_minor
        told = RefundSettled(
            tenant_id=self.tenant_id,
            refund_id=self.id,
            payment_id=self.payment_id,
            invoice_id=self.invoice_id,
            state=state.name,
            amount_minor=self.amount_minor,
            credited_minor=credited,
            currency=self.currency,
        )
        return self.but(
            told,
            state=state,
            credited_minor=credited,
            settle_time=at,
            provider_reference=provider_reference or self.provider_reference,
        )


def new_refund(
    payment: Payment,
    invoice: Invoice,
    amount_minor: int,
    reason: str,
    *,
    id: str,
    at: datetime,
    credit_available_minor: int = 0,
    credited: Credited = NOTHING,
    credit_note_id: str = "",
) -> Refund:
    """So much of a payment, 0 for all that is left. Keep it together with `payment.with_refund`, `refund_begun` and,
    if `note_minor` is not 0, `invoice.refunded` and `refund_note`.

    What became the tenant's credit goes back first, as far as it is still there: what the payment left over, and what
    later invoices have credited of this one. The rest is taken back of the invoice. So nobody has back more than they
    paid, nor what a dispute has taken already. Raises PaymentState for a payment that brought nothing, AmountExceeds
    for more than is left, AmountDisputed where that is for a dispute.
    """
    payment.must_have_succeeded("refund it")
    whole = payment.refundable_minor
    used = payment.amount_minor - payment.excess_minor - (payment.refunded_minor - payment.refunded_excess_minor)
    on_credit = payment.excess_minor + credited.minor - payment.refunded_excess_minor
    spare = max(0, min(on_credit, credit_available_minor, whole))
    charged = invoice.totals.total_minor - invoice.totals.refunded_minor - credited.minor
    left = min(whole, spare + max(0, min(used, charged)))
    amount = amount_minor or left
    if amount > left or amount < 1:
        if payment.disputed_minor and amount <= payment.amount_minor - payment.refunded_minor:
            raise AmountDisputed(disputed_minor=payment.disputed_minor, left_minor=left)
        raise AmountExceeds(left_minor=left)
    credit = min(amount, spare)
    return Refund(
        id=id,
        tenant_id=payment.tenant_id,
        payment_id=payment.id,
        invoice_id=invoice.id,
        provider=payment.provider,
        amount_minor=amount,
        note_minor=amount - credit,
        credit_minor=credit,
        currency=payment.currency,
        reason=reason,
        credit_note_id=credit_note_id if amount > credit else "",
        create_time=at,
    )
