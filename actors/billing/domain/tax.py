"""Tax rates, and taxes over the lines of an invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.money import MICROS, apportion, divide_half_even
from actors.kernel.records import Record


@dataclass(frozen=True, kw_only=True)
class TaxRate(Record):
    """A tax. It never changes but for being archived, so its id says how an old line was taxed."""

    display_name: str
    rate_micros: int
    inclusive: bool = False
    country: str = ""
    archived: bool = False
    create_time: datetime

    def taken_off(self) -> TaxRate:
        """Archived: on no invoice to come."""
        return self if self.archived else self.but(archived=True)


@dataclass(frozen=True)
class TaxTotal:
    """One tax over all lines; `base_minor` is what it is a share of, without any tax."""

    tax_rate_id: str
    display_name: str
    rate_micros: int
    inclusive: bool
    base_minor: int
    tax_minor: int


@dataclass(frozen=True)
class Taxable:
    """What of a line is taxed, after its discount; and by which rates."""

    amount_minor: int
    tax_rate_ids: tuple[str, ...]


@dataclass(frozen=True)
class Taxes:
    """`line_minor` is what exclusive taxes add to each line: it sums to that of the exclusive totals."""

    totals: tuple[TaxTotal, ...]
    line_minor: tuple[int, ...]

    @property
    def added_minor(self) -> int:
        """What taxes add to the price: nothing, when it contains them."""
        return sum(self.line_minor)


def new_tax_rate(
    *, id: str, display_name: str, rate_micros: int, at: datetime, inclusive: bool = False, country: str = ""
) -> TaxRate:
    if not 0 <= rate_micros <= MICROS:
        raise ValueError("a rate is between nothing and all of the base")
    return TaxRate(
        id=id,
        display_name=display_name.strip(),
        rate_micros=rate_micros,
        inclusive=inclusive,
        country=country,
        create_time=at,
    )


def rates_for(account: BillingAccount, rates: Iterable[TaxRate]) -> tuple[TaxRate, ...]:
    """What the account's next invoice is taxed by, in order of id.

    None for an exempt one. Else the rates that were chosen for it; else those of the buyer's country. Archived ones
    are left out.
    """
    if account.tax_exempt:
        return ()
    known = sorted((rate for rate in rates if not rate.archived), key=lambda rate: rate.id)
    chosen = tuple(rate for rate in known if rate.id in account.tax_rate_ids)
    if chosen:
        return chosen
    country = account.party.country
    return tuple(rate for rate in known if country and rate.country == country)


def taxed(lines: Sequence[Taxable], rates: Mapping[str, TaxRate]) -> Taxes:
    """Taxes of an invoice, each rounded once over all lines that carry it.

    Over the invoice and not by line, because base times rate is then the tax that the invoice shows, which is what a
    buyer and an auditor compute; EU law leaves the choice (Council Directive 2006/112/EC, and CJEU C-484/06). What
    exclusive taxes add is then shared out over the lines by largest remainder, so that lines sum to the total.

    Inclusive rates are contained in the amount together: of 100 with 19 %, 100 · 19 / 119. Exclusive ones are added
    to what is left of the amount without inclusive ones.
    """
    nets = [_net(line, rates) for line in lines]
    exact: dict[str, list[Fraction]] = {}
    for i, (line, net) in enumerate(zip(lines, nets, strict=True)):
        for id in line.tax_rate_ids:
            shares = exact.setdefault(id, [Fraction(0)] * len(lines))
            shares[i] = net * rates[id].rate_micros / MICROS
    rounded = {id: _rounded(sum(shares, Fraction(0))) for id, shares in exact.items()}
    added = [0] * len(lines)
    for id, shares in exact.items():
        if not rates[id].inclusive:
            for i, share in enumerate(apportion(rounded[id], shares)):
                added[i] += share
    totals = tuple(
        TaxTotal(
            id,
            rates[id].display_name,
            rates[id].rate_micros,
            rates[id].inclusive,
            _base(id, lines, nets, rates, rounded),
            rounded[id],
        )
        for id in sorted(exact)
    )
    return Taxes(totals, tuple(added))


def _net(line: Taxable, rates: Mapping[str, TaxRate]) -> Fraction:
    inclusive = sum(rates[id].rate_micros for id in line.tax_rate_ids if rates[id].inclusive)
    return Fraction(line.amount_minor * MICROS, MICROS + inclusive)


def _base(
    id: str,
    lines: Sequence[Taxable],
    nets: Sequence[Fraction],
    rates: Mapping[str, TaxRate],
    rounded: Mapping[str, int],
) -> int:
    """The base of one tax: the amount less the taxes it contains, where these are those of the same lines only."""
    carrying = [i for i, line in enumerate(lines) if id in line.tax_rate_ids]
    contained = {one for i in carrying for one in lines[i].tax_rate_ids if rates[one].inclusive}
    alike = all((i in carrying) == (one in line.tax_rate_ids) for one in contained for i, line in enumerate(lines))
    if alike:
        return sum(lines[i].amount_minor for i in carrying) - sum(rounded[one] for one in contained)
    return _rounded(sum((nets[i] for i in carrying), Fraction(0)))


def _rounded(exact: Fraction) -> int:
    return divide_half_even(exact.numerator, exact.denominator)
