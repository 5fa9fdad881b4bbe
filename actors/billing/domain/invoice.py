"""Invoices and credit notes: drafted, issued, paid, taken back, given up."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime

from actors.billing.domain.account import Party
from actors.billing.domain.coupon import Discount
from actors.billing.domain.money import MICROS
from actors.billing.domain.period import Period
from actors.billing.domain.totals import InvoiceTotals
from actors.kernel.errors import FailedPrecondition, InvalidArgument
from actors.kernel.records import Announcement, Record


class InvoiceState(FailedPrecondition):
    message = "the invoice is {state}; that does not allow to {action}"


class AmountExceeds(InvalidArgument):
    message = "the amount is more than the {left_minor} that are left"


@dataclass(frozen=True, kw_only=True)
class InvoiceGenerated(Announcement):
    tenant_id: str
    invoice_id: str
    number: str
    total_minor: int
    due_minor: int
    currency: str
    subscription_id: str


@dataclass(frozen=True, kw_only=True)
class InvoiceDrafted(Announcement):
    tenant_id: str
    invoice_id: str


@dataclass(frozen=True, kw_only=True)
class InvoicePaymentDue(Announcement):
    tenant_id: str
    invoice_id: str
    attempt: int


class State(enum.Enum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    VOID = "VOID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"


class Kind(enum.Enum):
    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"


class Reason(enum.Enum):
    SUBSCRIPTION_CREATE = "SUBSCRIPTION_CREATE"
    CYCLE = "CYCLE"
    CHANGE = "CHANGE"
    CANCEL = "CANCEL"
    REFUND = "REFUND"
    MANUAL = "MANUAL"


@dataclass(frozen=True)
class Applied:
    """Where the money of a payment went: to the invoice, to what of it was written off, the rest to credit."""

    invoice: Invoice
    applied_minor: int
    recovered_minor: int
    excess_minor: int


@dataclass(frozen=True, kw_only=True)
class Invoice(Record):
    """What a tenant owes or is credited. Once it has a number, its lines, amounts and buyer never change.

    `period_key` is the period that it opens: unique, so that no period is opened twice.
    """

    number: str = ""
    state: State = State.DRAFT
    kind: Kind = Kind.INVOICE
    reason: Reason
    subscription_id: str = ""
    period_key: str | None = None
    period_number: int = 0
    period_start_time: datetime | None = None
    period_end_time: datetime | None = None
    currency: str
    totals: InvoiceTotals
    discount: Discount | None = None
    """The coupon that held at its moment; a copy, from which it is computed again."""
    buyer: Party = Party()
    issue_time: datetime | None = None
    due_time: datetime | None = None
    pay_time: datetime | None = None
    next_attempt_time: datetime | None = None
    attempt_count: int = 0
    last_decline_reason: str = ""
    credited_invoice_id: str = ""
    kept_micros: int = MICROS
    """The share of its charges that is paid or to be paid, but for those that other invoices have credited."""
    note: str = ""
    """Why it was taken back or given up, for people."""
    sandbox: bool = False
    create_time: datetime
    update_time: datetime

    @property
    def opens_period(self) -> bool:
        return self.period_key is not None

    @property
    def outstanding_minor(self) -> int:
        """What it adds to what the tenant owes. Of a credit note whose refund is under way, negative.

        Over all documents and refunds of a tenant it sums to the balance of RECEIVABLE: also while the refund of a
        credit note that has no number yet is already through.
        """
        if self.state in (State.VOID, State.UNCOLLECTIBLE) or self.settles_invoice:
            return 0
        if self.state is State.DRAFT:
            return -self.totals.credit_minor - self.totals.paid_minor if self.kind is Kind.CREDIT_NOTE else 0
        return self.totals.due_minor - self.totals.paid_minor

    @property
    def payable_minor(self) -> int:
        """What may be paid of it: also what was written off, should it come after all."""
        waits = self.state in (State.OPEN, State.UNCOLLECTIBLE) and self.kind is Kind.INVOICE
        return self.totals.due_minor - self.totals.paid_minor if waits else 0

    @property
    def stands(self) -> bool:
        """Whether its lines count: not when all of it was taken back, credits and charges alike."""
        return not 0 < self.totals.total_minor == self.totals.refunded_minor

    @property
    def settles_invoice(self) -> bool:
        """A credit note over what was unpaid: it asks for no refund."""
        return self.kind is Kind.CREDIT_NOTE and self.reason is not Reason.REFUND

    # --- issuing ---------------------------------------------------------------------------------------------------

    def completed(self, totals: InvoiceTotals, discount: Discount | None, at: datetime) -> Invoice:
        """A draft whose lines are all there: it is to be checked and issued."""
        self._must_be_draft("complete it")
        told = InvoiceDrafted(tenant_id=self.tenant_id, invoice_id=self.id)
        return self.but(told, totals=totals, discount=discount, update_time=at)

    def issued(
        self, number: str, buyer: Party, at: datetime, due_time: datetime, credit_available_minor: int = 0
    ) -> Invoice:
        """Final: with its number, the buyer as they are now, and as much of the tenant's credit as it takes.

        OPEN when something is due, and then to be paid; else PAID. The same record when it has a number.
        """
        if self.state is not State.DRAFT:
            return self
        totals = self.totals
        if self.kind is Kind.INVOICE:
            totals = totals.with_credit(credit_available_minor)
        settled = totals.due_minor == totals.paid_minor or self.settles_invoice
        told: list[Announcement] = [
            InvoiceGenerated(
                tenant_id=self.tenant_id,
                invoice_id=self.id,
                number=number,
                total_minor=totals.total_minor,
                due_minor=totals.due_minor,
                currency=self.currency,
                subscription_id=self.subscription_id,
            )
        ]
        if not settled and self.kind is Kind.INVOICE:
            told.append(InvoicePaymentDue(tenant_id=self.tenant_id, invoice_id=self.id, attempt=1))
        return self.but(
            *told,
            number=number,
            state=State.PAID if settled else State.OPEN,
            totals=totals,
            buyer=buyer,
            issue_time=at,
            due_time=due_time,
            pay_time=at if settled else None,
            update_time=at,
        )

    # --- money -----------------------------------------------------------------------------------------------------

    def paid(self, amount_minor: int, at: datetime) -> Applied:
        """After a payment, or credit that is put on it. What is not owed any more is left over, whatever the state.

        PAID once nothing is outstanding; one that was written off, once all of that was recovered. Raises InvoiceState
        for a draft and a credit note, which nobody pays.
        """
        if self.state is State.DRAFT or self.kind is Kind.CREDIT_NOTE:
            raise InvoiceState(state=self.state.name, action="pay it")
        left = self.totals.due_minor - self.totals.paid_minor
        if self.state not in (State.OPEN, State.UNCOLLECTIBLE):
            left = 0
        taken = min(left, amount_minor)
        if not taken:
            return Applied(self, 0, 0, amount_minor)
        after = self.but(totals=replace(self.totals, paid_minor=self.totals.paid_minor + taken), update_time=at)
        if taken == left:
            after = after.but(state=State.PAID, pay_time=at, next_attempt_time=None, last_decline_reason="")
        written_off = self.state is State.UNCOLLECTIBLE
        if written_off:
            kept = self.kept_micros + taken * MICROS // max(1, self.totals.charged_minor)
            after = after.but(kept_micros=min(MICROS, kept))
        return Applied(after, 0 if written_off else taken, taken if written_off else 0, amount_minor - taken)

    def attempted(self, attempt: int, decline_reason: str, next_attempt_time: datetime | None, at: datetime) -> Invoice:
        """A payment failed; when it is tried next, None for never. Nothing for one that is not OPEN."""
        if self.state is not State.OPEN:
            return self
        return self.but(
            attempt_count=max(self.attempt_count, attempt),
            last_decline_reason=decline_reason,
            next_attempt_time=next_attempt_time,
            update_time=at,
        )

    def refunded(self, amount_minor: int, at: datetime, credited_minor: int = 0) -> Invoice:
        """After a credit note over so much of it. Raises AmountExceeds for more than is left of its total.

        What is left of its charges is credited less by their share of the amount, should it be; `credited_minor`
        (`Credited.whole_minor`) of them was credited before.
        """
        left = self.totals.total_minor - self.totals.refunded_minor
        if amount_minor > left:
            raise AmountExceeds(left_minor=left)
        totals = replace(self.totals, refunded_minor=self.totals.refunded_minor + amount_minor)
        return self.but(totals=totals, kept_micros=self._kept_after(amount_minor, credited_minor), update_time=at)

    def given_back(self, amount_minor: int, at: datetime) -> Invoice:
        """A credit note after its refund went through."""
        totals = replace(self.totals, paid_minor=self.totals.paid_minor - amount_minor)
        after = self.but(totals=totals, update_time=at)
        if self.state is State.OPEN and totals.paid_minor == totals.due_minor:
            after = after.but(state=State.PAID, pay_time=at)
        return after

    def withheld(self, amount_minor: int, at: datetime, credited_minor: int = 0) -> Invoice:
        """A dispute has taken so much of what was paid. It stays paid, but its charges are credited less by that share.

        See `refunded`; `released` takes it back.
        """
        return self.but(kept_micros=self._kept_after(amount_minor, credited_minor), update_time=at)

    def released(self, micros: int, at: datetime) -> Invoice:
        """What a dispute took has come back: `micros` of what `withheld` took off."""
        return self.but(kept_micros=min(MICROS, self.kept_micros + micros), update_time=at)

    def kept_as_credit(self, at: datetime) -> Invoice:
        """A credit note whose refund failed: the tenant has the amount as credit."""
        if self.state not in (State.DRAFT, State.OPEN):
            return self
        totals = replace(self.totals, credit_minor=self.totals.total_minor, due_minor=0)
        after = self.but(totals=totals, update_time=at)
        return after if self.state is State.DRAFT else after.but(state=State.PAID, pay_time=at)

    # --- the end ---------------------------------------------------------------------------------------------------

    def voided(self, reason: str, at: datetime, credited_minor: int = 0) -> Invoice:
        """Taken back by a credit note over what is unpaid: `void_note` of the record before. See `refunded`."""
        if self.state is State.VOID:
            return self
        self.must_be_open("void it")
        after = self.refunded(self.totals.total_minor - self.totals.paid_minor, at, credited_minor)
        return after.but(state=State.VOID, note=reason, next_attempt_time=None)

    def written_off(self, reason: str, at: datetime, credited_minor: int = 0) -> Invoice:
        """Given up: what is outstanding is lost, and not credited either, unless it is paid after all."""
        if self.state is State.UNCOLLECTIBLE:
            return self
        self.must_be_open("write it off")
        kept = self._kept_after(self.outstanding_minor, credited_minor)
        return self.but(
            state=State.UNCOLLECTIBLE, kept_micros=kept, note=reason, next_attempt_time=None, update_time=at
        )

    def must_be_payable(self) -> None:
        """Raises InvoiceState for one that nothing is left of to pay; what was written off may be paid still."""
        if not self.payable_minor:
            raise InvoiceState(state=self.state.name, action="pay it")

    def must_be_open(self, action: str) -> None:
        """Raises InvoiceState for all but an invoice that waits for its payment; for credit notes always."""
        if self.state is not State.OPEN or self.kind is not Kind.INVOICE:
            raise InvoiceState(state=self.state.name, action=action)

    def _kept_after(self, amount_minor: int, credited_minor: int) -> int:
        """The share that is left when so much less is paid; rounded down, so that nobody is credited too much."""
        uncredited = max(1, self.totals.charged_minor - credited_minor)
        return max(0, self.kept_micros - -(-amount_minor * MICROS // uncredited))

    def _must_be_draft(self, action: str) -> None:
        if self.state is not State.DRAFT:
            raise InvoiceState(state=self.state.name, action=action)


def new_invoice(
    *,
    id: str,
    tenant_id: str,
    reason: Reason,
    totals: InvoiceTotals,
    at: datetime,
    subscription_id: str = "",
    period: Period | None = None,
    opens_period: bool = False,
    discount: Discount | None = None,
    sandbox: bool = False,
    complete: bool = True,
) -> Invoice:
    """A draft; announced for issuing when all of its lines are there."""
    invoice = Invoice(
        id=id,
        tenant_id=tenant_id,
        reason=reason,
        subscription_id=subscription_id,
        period_key=f"{subscription_id}:{period.number}" if opens_period and period else None,
        period_number=period.number if period else 0,
        period_start_time=period.start_time if period else None,
        period_end_time=period.end_time if period else None,
        currency=totals.currency,
        totals=totals,
        discount=discount,
        sandbox=sandbox,
        create_time=at,
        update_time=at,
    )
    return invoice.but(InvoiceDrafted(tenant_id=tenant_id, invoice_id=id)) if complete else invoice


def invoice_number(year: int, sequence: int) -> str:
    """`2026-000123`: gap-free for each seller and year, from 1."""
    return f"{year:04d}-{sequence:06d}"
