"""From a quantity to an exact amount in micros, tier by tier; and what a part of a period costs of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from actors.billing.domain.money import MICROS, divide_half_even
from actors.billing.domain.terms import Kind, Model, Price, PriceBook, Tier


@dataclass(frozen=True)
class TierShare:
    """What fell into one tier: amount_micros = units · unit_micros + flat_minor in micros.

    `from_unit` is the tier's first unit, counted after free ones; `units` are packages for a PACKAGE price.
    """

    from_unit: int
    units: int
    unit_micros: int
    flat_minor: int
    amount_micros: int


@dataclass(frozen=True)
class Priced:
    """What a quantity costs over a whole period, exact: the sum of the tiers, unless the minimum is more."""

    quantity: int
    free_quantity: int
    amount_micros: int
    tiers: tuple[TierShare, ...]
    minimum_applied: bool


def priced(price: Price, quantity: int) -> Priced:
    """What so many units cost. Free ones are taken off first; tiers count the rest.

    PER_UNIT: every unit the same. GRADUATED: each unit what its tier says. VOLUME: all units what the tier says that
    the last one falls into. PACKAGE: whole packages, a package that is begun counts. A tier's flat amount is charged
    once any unit is in it; then the price's minimum, if all of that is less.
    """
    if quantity < 0:
        raise ValueError("a quantity is not negative")
    free = min(quantity, price.free_units)
    tiers = tuple(_shares(price, quantity - free))
    amount = sum(tier.amount_micros for tier in tiers)
    minimum = price.minimum_minor * MICROS
    return Priced(quantity, free, max(amount, minimum), tiers, amount < minimum)


def _shares(price: Price, units: int) -> Iterator[TierShare]:
    if units == 0:
        return
    if price.model is Model.GRADUATED:
        for first, tier in _bounds(price.tiers):
            last = tier.up_to or units
            if (within := min(units, last) - first + 1) > 0:
                yield _share(tier, first, within)
    elif price.model is Model.VOLUME:
        yield next(
            _share(tier, first, units) for first, tier in _bounds(price.tiers) if not tier.up_to or units <= tier.up_to
        )
    elif price.model is Model.PACKAGE:
        yield _share(price.tiers[0], 1, -(-units // price.package_units))
    else:
        yield _share(price.tiers[0], 1, units)


def _bounds(tiers: tuple[Tier, ...]) -> Iterator[tuple[int, Tier]]:
    """Each tier with its first unit."""
    first = 1
    for tier in tiers:
        yield first, tier
        first = tier.up_to + 1


def _share(tier: Tier, first: int, units: int) -> TierShare:
    amount = units * tier.unit_micros + tier.flat_minor * MICROS
    return TierShare(first, units, tier.unit_micros, tier.flat_minor, amount)


def part_minor(amount_micros: int, part_seconds: int, whole_seconds: int) -> int:
    """What a part of a period costs of the whole's amount, in minor units: exact until this one rounding, half-even.

    Odd around 0: the credit of a part is the charge of it, negative.
    """
    if not 0 <= part_seconds <= whole_seconds:
        raise ValueError("a part is not longer than the whole")
    return divide_half_even(amount_micros * part_seconds, MICROS * whole_seconds)


def quantity_in_advance(price: Price, seats: int) -> int:
    return seats if price.kind is Kind.SEAT else 1


def recurring_micros(book: PriceBook, seats: int) -> int:
    """What a whole period costs in advance, exact: without usage, discounts and taxes."""
    return sum(priced(price, quantity_in_advance(price, seats)).amount_micros for price in book.in_advance)


def recurring_minor(book: PriceBook, seats: int) -> int:
    """The same as it is charged: each price rounded by itself, as each is a line."""
    return sum(
        divide_half_even(priced(price, quantity_in_advance(price, seats)).amount_micros, MICROS)
        for price in book.in_advance
    )
