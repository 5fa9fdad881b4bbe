"""One line of an invoice: priced exactly, rounded once."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.money import MICROS, round_half_even
from actors.billing.domain.period import Interval, seconds_between
from actors.billing.domain.pricing import Priced, TierShare, part_minor
from actors.billing.domain.terms import Model, Price, Terms
from actors.kernel.records import Record


class Kind(enum.Enum):
    RECURRING = "RECURRING"
    USAGE = "USAGE"
    PRORATED_CHARGE = "PRORATED_CHARGE"
    PRORATED_CREDIT = "PRORATED_CREDIT"
    MANUAL = "MANUAL"


IN_ADVANCE = frozenset((Kind.RECURRING, Kind.PRORATED_CHARGE))
"""Charged for a time to come: what is left of it is credited when something changes."""


@dataclass(frozen=True, kw_only=True)
class InvoiceLine(Record):
    """One line. `amount_minor` - `discount_minor` + `tax_minor` summed over the lines is the invoice's total.

    The amount is `part_seconds` of `whole_seconds` of `whole_micros`, which is what a whole period costs, exact; of
    usage it is all of `whole_micros`.
    """

    invoice_id: str = ""
    position: int = 0
    """From 1, in the order of the invoice."""
    subscription_id: str = ""
    kind: Kind
    description: str
    """The plan's and the price's name (`Terms.described`): the same whenever the line is computed again.
    Lines that were issued before plans were named have the price's name alone, and so have credits of them."""
    plan_id: str = ""
    plan_version: int = 0
    interval: Interval | None = None
    price_id: str = ""
    model: Model | None = None
    meter: str = ""
    quantity: int = 1
    free_quantity: int = 0
    start_time: datetime | None = None
    end_time: datetime | None = None
    part_seconds: int = 1
    whole_seconds: int = 1
    whole_micros: int
    currency: str
    amount_minor: int
    discount_minor: int = 0
    tax_minor: int = 0
    tiers: tuple[TierShare, ...] = ()
    minimum_applied: bool = False
    tax_rate_ids: tuple[str, ...] = ()
    credited_line_id: str = ""
    kept_micros: int = MICROS
    """Of a credit: the share of the charge that was not refunded before, in millionths."""
    period_number: int = 0
    """The subscription's period that it charges or credits."""

    @property
    def net_minor(self) -> int:
        """After its discount, before exclusive taxes."""
        return self.amount_minor - self.discount_minor

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor

    def same_charge(self, other: InvoiceLine) -> bool:
        """Whether both charge the same price of the same version for the same quantity, in the same period."""
        mine, theirs = (
            (one.plan_id, one.plan_version, one.interval, one.price_id, one.quantity, one.currency, one.period_number)
            for one in (self, other)
        )
        return mine == theirs

    def seconds_left(self, moment: datetime) -> int:
        """What a moment leaves of the seconds that it charges; all of them before it begins."""
        if self.end_time is None:
            return 0
        return min(self.part_seconds, max(0, seconds_between(moment, self.end_time)))


@dataclass(frozen=True, kw_only=True)
class Span:
    """What a charge is for: a time of a subscription to a version of a plan, as a part of a whole interval."""

    tenant_id: str = ""
    subscription_id: str = ""
    plan_id: str = ""
    plan_version: int = 0
    interval: Interval
    currency: str
    start_time: datetime
    end_time: datetime
    part_seconds: int
    whole_seconds: int
    period_number: int = 1


def advance_line(terms: Terms, price: Price, cost: Priced, kind: Kind, span: Span) -> InvoiceLine:
    """A charge in advance for a period, or for a part of one; `price` is one of the terms."""
    amount = part_minor(cost.amount_micros, span.part_seconds, span.whole_seconds)
    return _line(terms, price, cost, kind, span, cost.amount_micros, amount, cost.minimum_applied)


def usage_line(terms: Terms, price: Price, cost: Priced, span: Span) -> InvoiceLine:
    """A charge in arrears for what was used. Only its minimum is for a whole period, and less for a shorter one."""
    used = sum(tier.amount_micros for tier in cost.tiers)
    minimum = price.minimum_minor * MICROS
    # The greater of both, compared without rounding either.
    if minimum * span.part_seconds > used * span.whole_seconds:
        amount = part_minor(minimum, span.part_seconds, span.whole_seconds)
        return _line(terms, price, cost, Kind.USAGE, span, minimum, amount, True)
    return _line(terms, price, cost, Kind.USAGE, span, used, round_half_even(used), False)


def _line(
    terms: Terms,
    price: Price,
    cost: Priced,
    kind: Kind,
    span: Span,
    whole_micros: int,
    amount_minor: int,
    minimum_applied: bool,
) -> InvoiceLine:
    return InvoiceLine(
        id="",
        kind=kind,
        description=terms.described(price),
        price_id=price.id,
        model=price.model,
        meter=price.meter,
        quantity=cost.quantity,
        free_quantity=cost.free_quantity,
        whole_micros=whole_micros,
        amount_minor=amount_minor,
        tiers=cost.tiers,
        minimum_applied=minimum_applied,
        **vars(span),
    )


def credit_line(charged: InvoiceLine, moment: datetime) -> InvoiceLine:
    """Takes back what is left, from a moment on, of a line charged in advance.

    In proportion to the seconds, exact and rounded once: all of it gives all of it back. The discount goes back in the
    same proportion, and so do taxes, by the rates it was charged with: nobody is credited what they never paid, or
    what they have back already (`kept_micros`).
    """
    left = charged.seconds_left(moment)
    kept = charged.whole_micros * charged.kept_micros // MICROS
    amount = part_minor(-kept, left, charged.whole_seconds)
    discount = part_minor(charged.discount_minor * charged.kept_micros, left, charged.part_seconds)
    return charged.but(
        id="",
        version=0,
        invoice_id="",
        position=0,
        kind=Kind.PRORATED_CREDIT,
        start_time=moment,
        part_seconds=left,
        whole_micros=-kept,
        amount_minor=amount,
        # A charge that was rounded up may have been discounted by more than its exact rest.
        discount_minor=-min(discount, -amount),
        tax_minor=0,
        tiers=(),
        minimum_applied=False,
        credited_line_id=charged.id,
    )
