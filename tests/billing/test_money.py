"""Money is whole minor units of one currency."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.money import (
    CurrencyMismatch,
    Money,
    allocate,
    apportion,
    divide_half_even,
    exponent,
    is_currency,
    round_half_even,
)
from actors.kernel.errors import InvalidFields
from tests.billing.making import always

amounts = st.integers(-(10**15), 10**15)


def test_minor_units_are_those_of_iso_4217_and_not_those_that_people_write() -> None:
    assert [exponent(code) for code in ("EUR", "USD", "CHF", "GBP")] == [2] * 4
    assert [exponent(code) for code in ("JPY", "KRW", "ISK", "CLP", "VND", "XOF", "UGX")] == [0] * 7
    assert [exponent(code) for code in ("KWD", "BHD", "IQD", "JOD", "LYD", "OMR", "TND")] == [3] * 7
    assert exponent("CLF") == 4
    # CLDR, which babel reads, has 0 for these.
    assert [exponent(code) for code in ("RSD", "ALL", "LBP", "MMK", "AFN", "SYP")] == [2] * 6


def test_what_is_no_currency_has_no_amounts() -> None:
    for code in ("", "eur", "EURO", "ZZZ"):
        assert not is_currency(code)
        with pytest.raises(InvalidFields) as refused:
            Money(1, code)
        assert refused.value.violations[0].reason == "CURRENCY_UNKNOWN"
        with pytest.raises(ValueError, match="no currency"):
            exponent(code)


def test_amounts_of_two_currencies_cannot_be_mixed() -> None:
    one, other = Money(1, "EUR"), Money(1, "USD")
    for mix in (lambda: one + other, lambda: one - other, lambda: one < other, lambda: one <= other):
        with pytest.raises(CurrencyMismatch) as refused:
            mix()
        assert refused.value.metadata == {"expected": "EUR", "given": "USD"}
    assert one != other


@pytest.mark.parametrize("wrong", [1.0, True, "1", Decimal(1), None])
def test_money_is_never_anything_but_a_whole_number(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Money(wrong, "EUR")
    with pytest.raises(TypeError):
        Money(1, "EUR") * wrong
    with pytest.raises(TypeError):
        Money(1, "EUR") + wrong
    with pytest.raises(TypeError):
        allocate(wrong, [1])


def test_arithmetic_is_that_of_whole_numbers() -> None:
    ten, three = Money(1000, "EUR"), Money(300, "EUR")
    assert ten + three == Money(1300, "EUR") and ten - three == Money(700, "EUR")
    assert -ten == Money(-1000, "EUR") == ten * -1 and 3 * three == Money(900, "EUR") and abs(-ten) == ten
    assert three < ten <= ten and not Money(0, "JPY") and ten


def test_people_read_amounts_with_all_digits_of_their_currency() -> None:
    assert Money(123456, "EUR").formatted("de") == "1.234,56\xa0€"
    assert Money(123456, "USD").formatted("en-US") == "$1,234.56"
    assert Money(1234, "JPY").formatted("ja") == "￥1,234"
    assert Money(1234567, "KWD").formatted("en") == "KWD1,234.567"
    assert Money(1234567, "RSD").formatted("en") == "RSD12,345.67"
    assert Money(-50, "EUR").formatted("nobody-knows") == "-€0.50" == Money(-50, "EUR").formatted("")
    assert [str(Money(1230, code).decimal) for code in ("EUR", "JPY", "KWD")] == ["12.30", "1230", "1.230"]


def test_a_half_goes_to_the_even_side_of_zero_and_beyond() -> None:
    halves = {500_000: 0, 1_500_000: 2, 2_500_000: 2, -500_000: 0, -1_500_000: -2, 500_001: 1, 499_999: 0, -500_001: -1}
    assert {micros: round_half_even(micros) for micros in halves} == halves


@always(st.integers(-(10**24), 10**24), st.integers(1, 10**12))
def test_rounding_is_that_of_decimal_arithmetic_and_odd_around_zero(numerator: int, denominator: int) -> None:
    found = divide_half_even(numerator, denominator)
    assert found == round(Fraction(numerator, denominator))
    assert divide_half_even(-numerator, denominator) == -found
    assert round_half_even(numerator) == int((Decimal(numerator) / 10**6).quantize(Decimal(1), ROUND_HALF_EVEN))


@always(amounts, st.lists(st.integers(0, 10**12), min_size=1, max_size=20).filter(any))
def test_shares_sum_to_the_amount_and_are_less_than_one_off(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(Fraction(share) - Fraction(total * weight, sum(weights))) < 1
        assert weight or not share
    assert Money(total, "EUR").allocate(weights) == tuple(Money(share, "EUR") for share in shares)


def test_of_equal_remainders_the_earlier_wins() -> None:
    assert allocate(100, [1, 1, 1]) == (34, 33, 33)
    assert allocate(-100, [1, 1, 1]) == (-34, -33, -33)
    assert allocate(5, [3, 7]) == (2, 3)  # 1.5 and 3.5
    assert allocate(0, [0, 0]) == (0, 0) and allocate(0, []) == ()


def test_nobody_takes_a_share_without_a_weight() -> None:
    for weights in ([], [0, 0], [2, -1]):
        with pytest.raises(ValueError):
            allocate(1, weights)


@always(st.lists(st.fractions(-1000, 1000, max_denominator=997), min_size=1, max_size=12))
def test_rounded_shares_of_either_sign_sum_to_the_rounded_sum(exact: list[Fraction]) -> None:
    total = round(sum(exact, Fraction(0)))
    shares = apportion(total, exact)
    assert sum(shares) == total
    assert all(abs(share - one) <= 1 for share, one in zip(shares, exact, strict=True))
