"""From quantities to amounts: exact, tier by tier, rounded once."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import strategies as st

from actors.billing.domain.order import MOST_RECURRING_MINOR, monthly_minor, ordered
from actors.billing.domain.pricing import part_minor, priced, recurring_micros, recurring_minor
from actors.billing.domain.terms import Kind, Model, Price, PriceBook, Tier
from actors.kernel.errors import InvalidFields
from tests.billing.making import MICROS, MONTH, YEAR, always, coupon_of, flat, metered, moment, prices, seat, terms_of

quantities = st.integers(0, 3_000)


def cost(price: Price, quantity: int) -> int:
    """In minor units, exact or a failure."""
    minor, rest = divmod(priced(price, quantity).amount_micros, MICROS)
    assert rest == 0
    return minor


def test_per_unit_and_package_by_hand() -> None:
    calls = metered("api_calls", Tier(unit_micros=2_500_000))
    assert priced(calls, 3).amount_micros == 7_500_000  # 7.5 cents
    boxes = metered("api_calls", Tier(unit_micros=150 * MICROS), model=Model.PACKAGE, package_units=1000)
    assert [cost(boxes, n) for n in (0, 1, 1000, 1001, 2000, 2001)] == [0, 150, 150, 300, 300, 450]
    assert priced(boxes, 1001).tiers[0].units == 2


GRADUATED = (Tier(100, 5 * MICROS, 0), Tier(1000, 3 * MICROS, 200), Tier(0, 1 * MICROS, 1000))


def test_graduated_by_hand() -> None:
    price = metered("api_calls", *GRADUATED, model=Model.GRADUATED)
    assert cost(price, 0) == 0
    assert cost(price, 100) == 500
    assert cost(price, 101) == 500 + 3 + 200
    assert cost(price, 1000) == 500 + 2700 + 200
    assert cost(price, 1500) == 500 + 2900 + 1000 + 500
    shares = priced(price, 1500).tiers
    assert [(s.from_unit, s.units, s.amount_micros // MICROS) for s in shares] == [
        (1, 100, 500),
        (101, 900, 2900),
        (1001, 500, 1500),
    ]


def test_volume_by_hand() -> None:
    price = metered("api_calls", *GRADUATED, model=Model.VOLUME)
    assert [cost(price, n) for n in (0, 1, 100, 101, 1000, 1001)] == [0, 5, 500, 503, 3200, 2001]
    assert len(priced(price, 1001).tiers) == 1 and priced(price, 1001).tiers[0].from_unit == 1001


def test_free_units_come_off_before_tiers_count() -> None:
    price = metered("api_calls", *GRADUATED, model=Model.GRADUATED, free_units=50)
    assert cost(price, 50) == 0 and priced(price, 50).free_quantity == 50 and priced(price, 50).tiers == ()
    assert cost(price, 150) == 500 and cost(price, 151) == 703
    assert priced(price, 20).free_quantity == 20


def test_the_minimum_is_the_least_also_for_nothing() -> None:
    price = metered("api_calls", Tier(unit_micros=MICROS), minimum_minor=300)
    assert [cost(price, n) for n in (0, 299, 300, 301)] == [300, 300, 300, 301]
    assert [priced(price, n).minimum_applied for n in (0, 299, 300, 301)] == [True, True, False, False]


@always(prices(models=(Model.PER_UNIT, Model.GRADUATED, Model.PACKAGE)), quantities, quantities)
def test_more_never_costs_less(price: Price, one: int, other: int) -> None:
    """But for a volume price, whose next tier may be cheaper for all units."""
    low, high = sorted((one, other))
    assert priced(price, low).amount_micros <= priced(price, high).amount_micros


@always(prices(models=(Model.GRADUATED,)), quantities)
def test_graduated_is_the_sum_of_every_single_unit(price: Price, quantity: int) -> None:
    expected = 0
    reached = set()
    for unit in range(1, max(0, quantity - price.free_units) + 1):
        n, tier = next((n, t) for n, t in enumerate(price.tiers) if not t.up_to or unit <= t.up_to)
        expected += tier.unit_micros + (0 if n in reached else tier.flat_minor * MICROS)
        reached.add(n)
    assert priced(price, quantity).amount_micros == max(expected, price.minimum_minor * MICROS)


@always(prices(models=(Model.VOLUME,)), quantities)
def test_volume_is_all_units_at_the_price_of_the_last(price: Price, quantity: int) -> None:
    units = max(0, quantity - price.free_units)
    tier = next(t for t in price.tiers if not t.up_to or units <= t.up_to)
    expected = units * tier.unit_micros + tier.flat_minor * MICROS if units else 0
    assert priced(price, quantity).amount_micros == max(expected, price.minimum_minor * MICROS)


@always(prices(), quantities)
def test_tiers_sum_to_the_amount_unless_the_minimum_is_more(price: Price, quantity: int) -> None:
    found = priced(price, quantity)
    total = sum(share.amount_micros for share in found.tiers)
    assert found.amount_micros == max(total, price.minimum_minor * MICROS)
    assert found.minimum_applied == (total < price.minimum_minor * MICROS)
    for share in found.tiers:
        assert share.amount_micros == share.units * share.unit_micros + share.flat_minor * MICROS and share.units > 0
    if price.model in (Model.PER_UNIT, Model.GRADUATED, Model.VOLUME):
        assert sum(share.units for share in found.tiers) + found.free_quantity == quantity


@always(prices(), quantities)
def test_free_units_are_as_if_less_was_used(price: Price, quantity: int) -> None:
    paid = priced(price, quantity)
    without = Price(**{**vars(price), "free_units": 0})
    assert paid.amount_micros == priced(without, max(0, quantity - price.free_units)).amount_micros


wholes = st.integers(1, 366 * 86400)


@always(st.integers(-(10**18), 10**18), wholes, st.data())
def test_the_credit_of_a_part_takes_its_charge_back(micros: int, whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    assert part_minor(-micros, part, whole) + part_minor(micros, part, whole) == 0
    assert part_minor(micros, whole, whole) == round(Fraction(micros, MICROS))
    assert part_minor(micros, 0, whole) == 0


@always(st.integers(0, 10**15), wholes, st.lists(st.integers(0, 366 * 86400), max_size=6))
def test_the_parts_of_a_split_period_are_the_whole_but_for_their_roundings(
    micros: int, whole: int, cuts: list[int]
) -> None:
    edges = [0, *sorted(cut % (whole + 1) for cut in cuts), whole]
    parts = [part_minor(micros, b - a, whole) for a, b in zip(edges, edges[1:], strict=False)]
    assert abs(sum(parts) - Fraction(micros, MICROS)) <= Fraction(len(parts), 2)


def test_a_part_is_within_the_whole() -> None:
    for part in (-1, 11):
        with pytest.raises(ValueError, match="longer"):
            part_minor(1, part, 10)
    with pytest.raises(ValueError, match="negative"):
        priced(flat(1), -1)


@pytest.mark.parametrize(("currency", "minor", "seats", "expected"), [
    ("EUR", 1299, 3, 3897),  # 12.99 each
    ("USD", 1, 7, 7),
    ("JPY", 980, 4, 3920),  # no decimals
    ("KWD", 3_999, 2, 7_998),  # 3.999 dinars each
])  # fmt: skip
def test_a_period_in_advance_by_hand(currency: str, minor: int, seats: int, expected: int) -> None:
    book = PriceBook(currency, MONTH, (flat(500), seat(minor), metered("api_calls")))
    assert recurring_minor(book, seats) == 500 + expected
    assert recurring_micros(book, seats) == (500 + expected) * MICROS


def test_each_price_is_a_line_of_its_own_and_rounded_by_itself() -> None:
    third = Price(id="a", display_name="a", kind=Kind.FLAT, tiers=(Tier(0, 1_500_000, 0),))
    half = Price(id="b", display_name="b", kind=Kind.FLAT, tiers=(Tier(0, 500_000, 0),))
    book = PriceBook("EUR", MONTH, (third, half))
    assert recurring_micros(book, 1) == 2 * MICROS
    assert recurring_minor(book, 1) == 2 + 0


def test_seats_are_one_where_none_are_sold() -> None:
    assert ordered("p", 1, terms_of(flat(5)), MONTH, "EUR", 9).seats == 1
    assert ordered("p", 1, terms_of(seat(5)), MONTH, "EUR", 0).seats == 1
    assert ordered("p", 1, terms_of(seat(5)), MONTH, "EUR", 9).recurring_micros == 45 * MICROS


def test_an_order_that_no_store_could_keep_is_refused() -> None:
    with pytest.raises(InvalidFields) as refused:
        ordered("p", 1, terms_of(seat(MOST_RECURRING_MINOR // 10)), MONTH, "EUR", 11)
    assert refused.value.violations[0].field == "seats"


def test_revenue_a_month_is_a_twelfth_of_a_year_after_what_recurs_of_a_coupon() -> None:
    at = moment("2026-03-01")
    year = ordered("p", 1, terms_of(flat(10_000), interval=YEAR), YEAR, "EUR", 1)
    assert monthly_minor(year, None, at) == 833
    assert monthly_minor(year, coupon_of(percent_micros=250_000).discount(at), at) == 625
    assert monthly_minor(year, coupon_of(percent_micros=250_000, once=True).discount(at), at) == 833
    assert monthly_minor(year, coupon_of(percent_micros=250_000, months=2).discount(at), moment("2026-05-01")) == 833
    month = ordered("p", 1, terms_of(flat(300)), MONTH, "EUR", 1)
    assert monthly_minor(month, coupon_of(percent_micros=1_000_000).discount(at), at) == 0
