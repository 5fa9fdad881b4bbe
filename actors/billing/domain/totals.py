"""What lines come to: discounts, taxes, the tenant's credit. Each is rounded once, and all of it sums up exactly.

subtotal = Σ amounts        total = subtotal - discount + tax = Σ (amount - discount + tax)
due = total - credit        a negative total is all credit: nothing is due
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from actors.billing.domain.coupon import Discount
from actors.billing.domain.line import InvoiceLine, Kind
from actors.billing.domain.money import allocate
from actors.billing.domain.tax import Taxable, TaxRate, TaxTotal, taxed


@dataclass(frozen=True)
class InvoiceTotals:
    currency: str
    subtotal_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0
    credit_minor: int = 0
    due_minor: int = 0
    paid_minor: int = 0
    refunded_minor: int = 0
    taxes: tuple[TaxTotal, ...] = ()
    charged_minor: int = 0
    """What its lines charge, after discounts and with taxes, before what they credit."""

    @property
    def net_minor(self) -> int:
        """Without any tax, also those that prices contain: what is earned."""
        return self.total_minor - sum(tax.tax_minor for tax in self.taxes)

    def with_credit(self, available_minor: int) -> InvoiceTotals:
        """With as much of the tenant's credit as it takes. A negative total becomes credit, whatever there is."""
        credit = self.total_minor if self.total_minor <= 0 else max(0, min(available_minor, self.total_minor))
        return replace(self, credit_minor=credit, due_minor=self.total_minor - credit)


@dataclass(frozen=True)
class Drawn:
    """Lines with their discounts and taxes, and what they come to."""

    lines: tuple[InvoiceLine, ...]
    totals: InvoiceTotals


def drawn(
    lines: Sequence[InvoiceLine],
    currency: str,
    *,
    discount: Discount | None = None,
    opens_period: bool = False,
    rates: Iterable[TaxRate] = (),
    old_rates: Mapping[str, TaxRate] | None = None,
) -> Drawn:
    """The lines, discounted and taxed.

    `discount` is one that holds at the moment of the invoice, `opens_period` whether the invoice opens a period.
    `rates` are put on what is charged; credits keep the rates they were charged with, which `old_rates` has by id.
    """
    chosen = tuple(rates)
    known = {**(old_rates or {}), **{rate.id: rate for rate in chosen}}
    ids = tuple(rate.id for rate in chosen)
    off = discounted(lines, discount, opens_period)
    rated = tuple(line if line.kind is Kind.PRORATED_CREDIT else line.but(tax_rate_ids=ids) for line in off)
    taxes = taxed([Taxable(line.net_minor, line.tax_rate_ids) for line in rated], known)
    whole = tuple(line.but(tax_minor=tax) for line, tax in zip(rated, taxes.line_minor, strict=True))
    subtotal = sum(line.amount_minor for line in whole)
    less = sum(line.discount_minor for line in whole)
    total = subtotal - less + taxes.added_minor
    totals = InvoiceTotals(
        currency=currency,
        subtotal_minor=subtotal,
        discount_minor=less,
        tax_minor=taxes.added_minor,
        total_minor=total,
        due_minor=max(0, total),
        credit_minor=min(0, total),
        taxes=taxes.totals,
        charged_minor=sum(line.total_minor for line in whole if line.kind is not Kind.PRORATED_CREDIT),
    )
    return Drawn(whole, totals)


def discounted(lines: Sequence[InvoiceLine], discount: Discount | None, opens_period: bool) -> tuple[InvoiceLine, ...]:
    """The lines with what a coupon takes off charges, shared over them by their amounts.

    A percentage holds for all charges, an amount for an invoice that opens a period. Within a period an amount only
    moves: what credits took back of it is taken off the new charges. Credits keep their own share.
    """
    charges = [line for line in lines if _discountable(line)]
    whole = sum(line.amount_minor for line in charges)
    if discount is None or not whole:
        return tuple(lines)
    off = discount.off(whole)
    if not discount.percent_micros and not opens_period:
        taken_back = -sum(line.discount_minor for line in lines if line.kind is Kind.PRORATED_CREDIT)
        off = min(whole, max(0, taken_back))
    shares = iter(allocate(off, [line.amount_minor for line in charges]))
    return tuple(line.but(discount_minor=next(shares)) if _discountable(line) else line for line in lines)


def _discountable(line: InvoiceLine) -> bool:
    return line.kind in (Kind.RECURRING, Kind.USAGE, Kind.PRORATED_CHARGE) and line.amount_minor > 0
