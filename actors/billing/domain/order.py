"""What is subscribed to, and what it is worth: the part of a subscription that a change replaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.coupon import Discount
from actors.billing.domain.money import MICROS, divide_half_even
from actors.billing.domain.period import Interval
from actors.billing.domain.pricing import recurring_micros
from actors.billing.domain.terms import Terms
from actors.kernel.errors import InvalidFields, Violation

MOST_RECURRING_MINOR = 10**12
"""A whole period costs no more: its micros still fit in 64 bits."""


@dataclass(frozen=True)
class Order:
    """A version of a plan, by the month or year, for so many seats.

    `recurring_micros` is what a whole period costs in advance, before discounts and taxes; `costs` whether anything
    can ever be owed, for usage too; `metered` are the meters whose usage may cost something.
    """

    plan_id: str
    plan_version: int
    interval: Interval
    seats: int
    recurring_micros: int
    costs: bool
    metered: tuple[str, ...] = ()

    def costs_more_than(self, other: Order) -> bool:
        """Whether a whole period of it does: a month against a year too, so that paying ahead is an upgrade."""
        return self.recurring_micros > other.recurring_micros

    def sells_usage_of(self, other: Order) -> bool:
        """Whether all usage that the other charges for is charged for by this one, at whatever price."""
        return set(other.metered) <= set(self.metered)


def ordered(plan_id: str, plan_version: int, terms: Terms, interval: Interval, currency: str, seats: int) -> Order:
    """Seats are 1 where none are sold. Raises PriceMissing, and InvalidFields for more than can be charged."""
    book = terms.book(currency, interval)
    seats = max(1, seats) if book.by_seat else 1
    micros = recurring_micros(book, seats)
    if micros > MOST_RECURRING_MINOR * MICROS:
        raise InvalidFields(Violation("seats", "so many cost more than can be charged", "AMOUNT_TOO_LARGE"))
    metered = tuple(sorted(price.meter for price in book.metered if price.costs))
    return Order(plan_id, plan_version, interval, seats, micros, book.costs, metered)


def monthly_minor(order: Order, discount: Discount | None, at: datetime) -> int:
    """What it brings a month: a year divided by 12, after a discount that recurs, without usage and taxes."""
    micros = order.recurring_micros
    if discount is not None and not discount.once and discount.active_at(at):
        micros = discount.recurring_micros(micros)
    return divide_half_even(micros, MICROS * order.interval.months)
