"""Payments: attempts to pay an invoice, whose outcome may come late, twice or in any order."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.invoice import AmountExceeds, Applied, Invoice
from actors.billing.domain.payment_method import Confirmation, PaymentMethod, Provider
from actors.kernel.errors import FailedPrecondition, InvalidFields, Violation
from actors.kernel.records import Announcement, Record, secret


class PaymentState(FailedPrecondition):
    message = "the payment is {state}; that does not allow to {action}"


class AmountDisputed(FailedPrecondition):
    message = "a dispute has taken {disputed_minor} of the payment; no more than {left_minor} can be refunded"


class PaymentDeclined(FailedPrecondition):
    message = "the provider declined it: {decline_reason}"


@dataclass(frozen=True, kw_only=True)
class PaymentSucceeded(Announcement):
    tenant_id: str
    payment_id: str
    invoice_id: str
    amount_minor: int
    currency: str
    account_current: bool


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Announcement):
    tenant_id: str
    payment_id: str
    invoice_id: str
    decline_reason: str
    attempt: int
    last: bool


@dataclass(frozen=True, kw_only=True)
class PaymentOverdue(Announcement):
    tenant_id: str
    payment_id: str


class State(enum.Enum):
    PENDING = "PENDING"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


OPEN = frozenset((State.PENDING, State.REQUIRES_ACTION))
"""States in which the outcome is not known: an invoice has one such payment at most."""


class DeclineReason(enum.Enum):
    """Why a payer's bank or provider said no."""

    GENERIC = "GENERIC"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    EXPIRED = "EXPIRED"
    INCORRECT_DETAILS = "INCORRECT_DETAILS"
    LOST_OR_STOLEN = "LOST_OR_STOLEN"
    SUSPECTED_FRAUD = "SUSPECTED_FRAUD"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    UNSUPPORTED = "UNSUPPORTED"
    METHOD_GONE = "METHOD_GONE"

    @property
    def worth_retrying(self) -> bool:
        """Whether the same method may say yes later: what a bank declined for good is not asked again."""
        return self not in _FOR_GOOD


_FOR_GOOD = frozenset(
    (
        DeclineReason.EXPIRED,
        DeclineReason.INCORRECT_DETAILS,
        DeclineReason.LOST_OR_STOLEN,
        DeclineReason.SUSPECTED_FRAUD,
        DeclineReason.UNSUPPORTED,
        DeclineReason.METHOD_GONE,
    )
)


@dataclass(frozen=True)
class Outcome:
    """What a provider says of a payment. Unset fields say nothing new."""

    state: State
    decline_reason: DeclineReason | None = None
    provider_reference: str = ""
    confirmation: Confirmation | None = None


@dataclass(frozen=True)
class Asked:
    """How a provider is asked. Providers compare what comes under one key, so it stays the same for all times."""

    present: bool = True
    """The payer is there and may be asked to confirm; otherwise it is charged by agreement."""
    return_path: str = ""
    """Where the provider's page sends the browser afterwards; a path of the platform."""


@dataclass(frozen=True, kw_only=True)
class Payment(Record):
    """One attempt. `open_key` is the invoice while the outcome is not known: unique, so that it has one at most.

    Its id is the idempotency key at the provider.
    """

    invoice_id: str
    open_key: str | None
    state: State = State.PENDING
    provider: Provider
    payment_method_id: str = ""
    amount_minor: int
    currency: str
    refunded_minor: int = 0
    """Given back, or on the way."""
    excess_minor: int = 0
    """What the invoice did not need: it became the tenant's credit."""
    refunded_excess_minor: int = 0
    """What of `refunded_minor` was taken of that credit."""
    disputed_minor: int = 0
    """What disputes have taken and not given back."""
    refunded_disputed_minor: int = 0
    """What of `refunded_minor` went back by a dispute."""
    decline_reason: DeclineReason | None = None
    provider_reference: str = ""
    confirmation: Confirmation | None = secret(default=None)
    asked: Asked | None = None
    """Recorded before the provider is first asked."""
    attempt: int = 1
    note: str = ""
    create_time: datetime
    settle_time: datetime | None = None
    update_time: datetime

    @property
    def unknown(self) -> bool:
        return self.state in OPEN

    @property
    def refundable_minor(self) -> int:
        return max(0, self._left_minor) if self.state is State.SUCCEEDED else 0

    @property
    def _left_minor(self) -> int:
        """Below zero where a dispute took what was refunded."""
        return self.amount_minor - self.refunded_minor - self.disputed_minor + self.refunded_disputed_minor

    def asked_for(self, asked: Asked) -> Payment:
        """About to be asked for at its provider; the same record when it was before."""
        return self if self.asked is not None else self.but(asked=asked)

    def settles(self, outcome: Outcome) -> bool:
        """Whether the outcome is news: success always once, also after failure; anything else while nothing is known.

        So that however often and in whatever order outcomes come, a payment that succeeded once has succeeded, and
        its money is booked once. A payment that waits for its payer never goes back to PENDING.
        """
        if outcome.state is State.SUCCEEDED:
            return self.state is not State.SUCCEEDED
        if not self.unknown:
            return False
        known = outcome.state in (self.state, State.PENDING)
        return not known or self._with_facts(outcome) != self

    def settled(
        self,
        outcome: Outcome,
        at: datetime,
        *,
        account_current: bool = False,
        last: bool = False,
        excess_minor: int = 0,
    ) -> Payment:
        """After an outcome; the same record when it is no news.

        `account_current` says whether the tenant owes nothing overdue any more, `last` that nothing more is tried,
        `excess_minor` what `Invoice.paid` left over.
        """
        if not self.settles(outcome):
            return self
        after = self._with_facts(outcome).but(update_time=at)
        if outcome.state is State.PENDING:
            return after
        if outcome.state is State.REQUIRES_ACTION:
            return after.but(state=outcome.state)
        after = after.but(state=outcome.state, open_key=None, confirmation=None, settle_time=at)
        if outcome.state is State.SUCCEEDED:
            told = PaymentSucceeded(
                tenant_id=self.tenant_id,
                payment_id=self.id,
                invoice_id=self.invoice_id,
                amount_minor=self.amount_minor,
                currency=self.currency,
                account_current=account_current,
            )
            return after.but(told, decline_reason=None, excess_minor=excess_minor)
        if outcome.state is State.CANCELLED:
            return after
        reason = outcome.decline_reason or DeclineReason.GENERIC
        failed = PaymentFailed(
            tenant_id=self.tenant_id,
            payment_id=self.id,
            invoice_id=self.invoice_id,
            decline_reason=reason.name,
            attempt=self.attempt,
            last=last,
        )
        return after.but(failed, decline_reason=reason)

    def with_refund(self, amount_minor: int, of_credit_minor: int, at: datetime) -> Payment:
        """With so much on the way back, part of it taken of the credit that the payment left."""
        return self.but(
            refunded_minor=self.refunded_minor + amount_minor,
            refunded_excess_minor=self.refunded_excess_minor + of_credit_minor,
            update_time=at,
        )

    def without_refund(self, amount_minor: int, of_credit_minor: int, at: datetime, disputed_minor: int = 0) -> Payment:
        """After a refund failed: what its credit note took back is credit now, and may go back another time.

        But for `disputed_minor` of it, which went back by a dispute.
        """
        failed_minor = amount_minor - disputed_minor
        of_credit_minor = min(of_credit_minor, failed_minor)
        return self.but(
            refunded_minor=self.refunded_minor - failed_minor,
            refunded_excess_minor=self.refunded_excess_minor - of_credit_minor,
            refunded_disputed_minor=self.refunded_disputed_minor + disputed_minor,
            excess_minor=self.excess_minor + failed_minor - of_credit_minor,
            update_time=at,
        )

    def with_disputed(self, taken_minor: int, at: datetime) -> Payment:
        """After a dispute took so much more of it; negative when that came back."""
        return self.but(disputed_minor=self.disputed_minor + taken_minor, update_time=at)

    @property
    def overdrawn(self) -> bool:
        """Whether refunds and disputes want more than it brought: a dispute has taken what is to be refunded."""
        return self._left_minor < 0

    def must_have_succeeded(self, action: str) -> None:
        """Raises PaymentState."""
        if self.state is not State.SUCCEEDED:
            raise PaymentState(state=self.state.name, action=action)

    def _with_facts(self, outcome: Outcome) -> Payment:
        return self.but(
            provider_reference=outcome.provider_reference or self.provider_reference,
            confirmation=outcome.confirmation or self.confirmation,
        )


def new_payment(invoice: Invoice, method: PaymentMethod, *, id: str, at: datetime, attempt: int = 1) -> Payment:
    """An attempt to pay all that is outstanding. Raises InvoiceState or PaymentMethodState."""
    invoice.must_be_payable()
    method.must_be_ready()
    return Payment(
        id=id,
        tenant_id=invoice.tenant_id,
        invoice_id=invoice.id,
        open_key=invoice.id,
        provider=method.provider,
        payment_method_id=method.id,
        amount_minor=invoice.payable_minor,
        currency=invoice.currency,
        attempt=attempt,
        create_time=at,
        update_time=at,
    )


def new_transfer(
    invoice: Invoice,
    amount_minor: int,
    *,
    id: str,
    at: datetime,
    pay_time: datetime | None = None,
    note: str = "",
    account_current: bool = False,
) -> tuple[Payment, Applied]:
    """Money that came by bank, and the invoice that it pays, in part or whole.

    Raises InvoiceState, AmountExceeds for more than is left to pay, InvalidFields for a time to come.
    """
    invoice.must_be_payable()
    if amount_minor > invoice.payable_minor:
        raise AmountExceeds(left_minor=invoice.payable_minor)
    if pay_time is not None and pay_time > at:
        raise InvalidFields(Violation("pay_time", "this time is still to come", "TIME_AHEAD"))
    moment = pay_time or at
    payment = Payment(
        id=id,
        tenant_id=invoice.tenant_id,
        invoice_id=invoice.id,
        open_key=None,
        provider=Provider.MANUAL,
        amount_minor=amount_minor,
        currency=invoice.currency,
        note=note,
        create_time=at,
        update_time=at,
    )
    paid = payment.settled(Outcome(State.SUCCEEDED), moment, account_current=account_current)
    return paid, invoice.paid(amount_minor, moment)
