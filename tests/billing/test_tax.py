"""Taxes: each rounded once over the invoice, then shared out over its lines."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import strategies as st

from actors.billing.domain.tax import Taxable, TaxRate, new_tax_rate, rates_for, taxed
from tests.billing.making import START, account_of, always


def rate(id: str, micros: int, inclusive: bool = False, country: str = "", archived: bool = False) -> TaxRate:
    made = new_tax_rate(id=id, display_name=id, rate_micros=micros, at=START, inclusive=inclusive, country=country)
    return made.taken_off() if archived else made


VAT = rate("tax_vat", 190_000)
INCLUDED = rate("tax_vat_in", 190_000, inclusive=True)
GST, PST = rate("tax_gst", 50_000), rate("tax_pst", 70_000)
CGST, SGST = rate("tax_cgst", 90_000, True), rate("tax_sgst", 90_000, True)
RATES = {one.id: one for one in (VAT, INCLUDED, GST, PST, CGST, SGST)}


def one(amount: int, *rates: TaxRate) -> Taxable:
    return Taxable(amount, tuple(rate.id for rate in rates))


def test_an_exclusive_tax_is_added() -> None:
    taxes = taxed([one(1000, VAT), one(555, VAT)], RATES)
    (total,) = taxes.totals
    assert (total.base_minor, total.tax_minor, taxes.added_minor) == (1555, 295, 295)  # 295.45
    assert taxes.line_minor == (190, 105)


def test_a_tax_is_rounded_over_the_invoice_and_not_line_by_line() -> None:
    """Three lines of 0.03: 0.0057 each would be 0.01 by line, so 0.03; over the invoice it is 0.0171, so 0.02."""
    taxes = taxed([one(3, VAT)] * 3, RATES)
    assert taxes.totals[0].tax_minor == 2 and taxes.line_minor == (1, 1, 0)


def test_an_inclusive_tax_is_contained_and_adds_nothing() -> None:
    taxes = taxed([one(11_900, INCLUDED)], RATES)
    assert (taxes.totals[0].base_minor, taxes.totals[0].tax_minor, taxes.added_minor) == (10_000, 1_900, 0)
    odd = taxed([one(1, rate("t", 1_000_000, True))], {"t": rate("t", 1_000_000, True)}).totals[0]
    assert odd.base_minor + odd.tax_minor == 1, "a half and a half are one"


def test_two_exclusive_taxes_are_of_the_same_base() -> None:
    taxes = taxed([one(9_999, GST, PST)], RATES)
    assert [(t.tax_rate_id, t.base_minor, t.tax_minor) for t in taxes.totals] == [
        ("tax_gst", 9_999, 500),
        ("tax_pst", 9_999, 700),
    ]
    assert taxes.added_minor == 1_200


def test_two_inclusive_taxes_are_contained_together() -> None:
    taxes = taxed([one(11_800, CGST, SGST)], RATES)
    assert [(t.base_minor, t.tax_minor) for t in taxes.totals] == [(10_000, 900), (10_000, 900)]


def test_an_exclusive_tax_is_of_what_is_left_without_inclusive_ones() -> None:
    taxes = taxed([one(11_900, INCLUDED, GST)], RATES)
    found = {t.tax_rate_id: (t.base_minor, t.tax_minor) for t in taxes.totals}
    assert found == {"tax_vat_in": (10_000, 1_900), "tax_gst": (10_000, 500)}


def test_a_credit_is_taxed_as_what_it_takes_back() -> None:
    """A buyer who is exempt by now gets the tax back that was paid."""
    taxes = taxed([one(-500, VAT), one(800)], RATES)
    assert taxes.line_minor == (-95, 0) and taxes.totals[0].base_minor == -500


lines = st.lists(
    st.tuples(st.integers(-(10**9), 10**9), st.lists(st.sampled_from(sorted(RATES)), unique=True, max_size=3)),
    min_size=1,
    max_size=8,
).map(lambda rows: [Taxable(amount, tuple(ids)) for amount, ids in rows])


@always(lines)
def test_lines_sum_to_the_totals_and_nothing_is_more_than_a_half_off(found: list[Taxable]) -> None:
    taxes = taxed(found, RATES)
    assert taxes.added_minor == sum(t.tax_minor for t in taxes.totals if not t.inclusive)
    for total in taxes.totals:
        exact = Fraction(0)
        for line in found:
            if total.tax_rate_id in line.tax_rate_ids:
                contained = sum(RATES[id].rate_micros for id in line.tax_rate_ids if RATES[id].inclusive)
                exact += Fraction(line.amount_minor * total.rate_micros, 10**6 + contained)
        assert abs(exact - total.tax_minor) <= Fraction(1, 2)


@always(lines)
def test_everything_negative_is_everything_back(found: list[Taxable]) -> None:
    there = taxed(found, RATES).totals
    back = taxed([Taxable(-line.amount_minor, line.tax_rate_ids) for line in found], RATES).totals
    assert [(-t.base_minor, -t.tax_minor) for t in back] == [(t.base_minor, t.tax_minor) for t in there]


@always(st.lists(st.integers(0, 10**9), min_size=1, max_size=6), st.integers(0, 10**6))
def test_an_amount_is_its_base_and_the_tax_in_it(amounts: list[int], micros: int) -> None:
    contained = rate("t", micros, inclusive=True)
    total = taxed([one(amount, contained) for amount in amounts], {"t": contained}).totals[0]
    assert total.base_minor + total.tax_minor == sum(amounts)


def test_an_account_has_its_own_rates_or_those_of_its_country_or_none() -> None:
    german, french = rate("tax_de", 190_000, country="DE"), rate("tax_fr", 200_000, country="FR")
    gone = rate("tax_old", 160_000, country="DE", archived=True)
    rates = (french, gone, german, VAT)
    assert rates_for(account_of(), rates) == (german,)
    assert rates_for(account_of(country="FR"), rates) == (french,)
    assert rates_for(account_of(country=""), rates) == ()
    assert rates_for(account_of(tax_rate_ids=("tax_vat", "tax_fr")), rates) == (french, VAT)
    assert rates_for(account_of(tax_rate_ids=("tax_old",)), rates) == (german,)
    assert rates_for(account_of(tax_exempt=True, tax_rate_ids=("tax_vat",)), rates) == ()


def test_a_rate_is_archived_once() -> None:
    gone = VAT.taken_off()
    assert gone.archived and gone.taken_off() is gone
    for micros in (-1, 1_000_001):
        with pytest.raises(ValueError, match="rate"):
            rate("t", micros)
