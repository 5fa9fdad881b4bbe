"""Disputes: a payer has asked their bank, or the provider, to take a payment back (a chargeback).

The provider decides, and says what it moved; here is what follows from that, however often and in whatever order it is
heard of.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.payment import Payment
from actors.billing.domain.payment_method import Provider
from actors.kernel.records import Announcement, Record


@dataclass(frozen=True, kw_only=True)
class PaymentDisputed(Announcement):
    tenant_id: str
    payment_id: str
    invoice_id: str
    dispute_id: str
    state: str
    previous_state: str
    amount_minor: int
    currency: str
    reason: str


class State(enum.Enum):
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


@dataclass(frozen=True)
class Moved:
    """Money that the provider took for a dispute, negative, or gave back; without its fees."""

    id: str
    """The provider's own name of the movement, the same in its list of all."""
    amount_minor: int
    move_time: datetime


@dataclass(frozen=True)
class Facts:
    """What a provider says of a dispute."""

    reference: str
    """The provider's own name of it."""
    state: State
    amount_minor: int
    """What the payer wants back."""
    currency: str
    reason: str = ""
    """In the provider's own word."""
    respond_time: datetime | None = None
    """Until when the seller may answer, at the provider."""
    moved: tuple[Moved, ...] = ()
    """As far as the provider says it with the dispute; what it does not say is in its list of movements."""


@dataclass(frozen=True, kw_only=True)
class Dispute(Record):
    """One dispute of a payment. What is taken for it is money of nobody's until it is won (ours) or lost (theirs)."""

    payment_id: str
    invoice_id: str
    state: State = State.OPEN
    provider: Provider
    provider_reference: str
    amount_minor: int
    currency: str
    reason: str = ""
    respond_time: datetime | None = None
    moved: tuple[Moved, ...] = ()
    """What is booked, each movement once."""
    unkept_micros: int = 0
    """What it took off the `kept_micros` of the invoice."""
    postings: int = 0
    """How many transactions of the ledger it has caused."""
    create_time: datetime
    close_time: datetime | None = None
    update_time: datetime

    @property
    def taken_minor(self) -> int:
        """Gone from the balance at the provider, and not come back."""
        return -sum(one.amount_minor for one in self.moved)

    @property
    def held_minor(self) -> int:
        """Of that, what may come back still: that of a dispute that is won is on its way."""
        return 0 if self.state is State.LOST else self.taken_minor

    @property
    def lost_minor(self) -> int:
        return self.taken_minor - self.held_minor

    def told(self, facts: Facts, at: datetime) -> Dispute:
        """After what the provider says now; the same record when that is no news. Announces another state.

        Whoever keeps it has seen to it that nothing newer was kept since the provider was asked. Movements add up: one
        that is known is not taken twice, and one that the provider does not repeat stays.
        """
        moved = {one.id: one for one in (*facts.moved, *self.moved)}
        new = [id for id in moved if id not in {one.id for one in self.moved}]
        after = self.but(
            state=facts.state,
            amount_minor=facts.amount_minor,
            reason=facts.reason or self.reason,
            respond_time=facts.respond_time if facts.state is State.OPEN else None,
            moved=(*self.moved, *(moved[id] for id in new)),
        )
        if after == self:
            return self
        if (after.held_minor, after.lost_minor) != (self.held_minor, self.lost_minor):
            after = after.but(postings=self.postings + 1)
        if after.state is not self.state:
            after = after.but(_announced(after, self.state.name), close_time=_closed(after.state, at))
        return after.but(update_time=at)

    def kept_back(self, micros: int) -> Dispute:
        """With so much more off the invoice's `kept_micros`; negative when it was given back."""
        return self.but(unkept_micros=self.unkept_micros + micros)

    def unkept_of(self, returned_minor: int) -> int:
        """What to give back of `unkept_micros` when so much came back of what was taken; all of it for all."""
        if returned_minor >= self.taken_minor:
            return self.unkept_micros
        return min(self.unkept_micros, self.unkept_micros * returned_minor // self.taken_minor)


def new_dispute(payment: Payment, facts: Facts, *, id: str, at: datetime) -> Dispute:
    """A dispute that is heard of for the first time, also when it is decided already."""
    dispute = Dispute(
        id=id,
        tenant_id=payment.tenant_id,
        payment_id=payment.id,
        invoice_id=payment.invoice_id,
        state=facts.state,
        provider=payment.provider,
        provider_reference=facts.reference,
        amount_minor=facts.amount_minor,
        currency=facts.currency,
        reason=facts.reason,
        respond_time=facts.respond_time if facts.state is State.OPEN else None,
        moved=tuple({one.id: one for one in facts.moved}.values()),
        create_time=at,
        close_time=_closed(facts.state, at),
        update_time=at,
    )
    dispute = dispute.but(_announced(dispute, ""))
    return dispute.but(postings=1) if dispute.taken_minor else dispute


def _closed(state: State, at: datetime) -> datetime | None:
    return None if state is State.OPEN else at


def _announced(dispute: Dispute, previous_state: str) -> PaymentDisputed:
    return PaymentDisputed(
        tenant_id=dispute.tenant_id,
        payment_id=dispute.payment_id,
        invoice_id=dispute.invoice_id,
        dispute_id=dispute.id,
        state=dispute.state.name,
        previous_state=previous_state,
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        reason=dispute.reason,
    )
