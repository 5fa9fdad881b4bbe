"""Coupons: who may redeem them, and what a redeemed one takes off when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.coupon import CouponInvalid, code_key
from actors.billing.domain.money import Money
from actors.kernel.errors import InvalidFields
from tests.billing.making import START, always, coupon_of, moment

TEN = Money(1000, "EUR")


def test_codes_are_compared_without_capitals() -> None:
    assert coupon_of(code=" Spring-26 ", percent_micros=1).code_key == "SPRING-26" == code_key("spring-26")
    assert coupon_of(code=" Spring-26 ", percent_micros=1).code == "Spring-26"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"percent_micros": 100, "amount_off": TEN},
        {"percent_micros": 1_000_001},
        {"amount_off": Money(0, "EUR")},
        {"percent_micros": 1, "once": True, "months": 2},
        {"percent_micros": 1, "expire_time": START},
    ],
)
def test_a_coupon_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields):
        coupon_of(**wrong)


def test_a_coupon_is_redeemed_until_it_is_used_up_expires_or_is_deleted() -> None:
    coupon = coupon_of(percent_micros=100_000, most_redemptions=2, expire_time=START + timedelta(days=9))
    once = coupon.redeemed("EUR", START)
    twice = once.redeemed("USD", START)
    assert twice.redemptions == 2
    problems = {
        "is used up": lambda: twice.redeemed("EUR", START),
        "has expired": lambda: once.redeemed("EUR", START + timedelta(days=9)),
        "is unknown": lambda: once.removed().redeemed("EUR", START),
        "is for EUR only": lambda: coupon_of(amount_off=TEN).redeemed("USD", START),
    }
    for problem, redeem in problems.items():
        with pytest.raises(CouponInvalid) as refused:
            redeem()
        assert refused.value.metadata["problem"] == problem and refused.value.metadata["coupon"] == "SPRING"
    gone = once.removed()
    assert gone.code_key is None and gone.removed() is gone


def test_a_discount_holds_for_its_months_from_the_first_charge() -> None:
    months = coupon_of(percent_micros=1, months=3).discount(moment("2026-01-31"))
    held = [months.active_at(moment(day)) for day in ("2026-01-30", "2026-01-31", "2026-02-28", "2026-03-31")]
    assert held == [False, True, True, True]
    assert not months.active_at(moment("2026-04-30")) and months.end_time == moment("2026-04-30")
    ever = coupon_of(percent_micros=1).discount(START)
    assert ever.end_time is None and ever.active_at(moment("2066-01-01"))
    once = coupon_of(percent_micros=1, once=True).discount(START)
    assert once.once and once.end_time == START
    assert [once.active_at(START + timedelta(seconds=n)) for n in (-1, 0, 1)] == [False, True, False]


def test_one_that_has_not_begun_begins_with_what_comes_first() -> None:
    once = coupon_of(percent_micros=1, once=True).discount(moment("2026-04-01"))
    early = once.begun_by(START)
    assert early.active_at(START) and early.once and not early.active_at(moment("2026-04-01"))
    assert once.begun_by(moment("2026-05-01")) is once
    ever = coupon_of(percent_micros=1).discount(moment("2026-04-01"))
    assert ever.begun_by(START) is ever, "one that goes on loses nothing"


def test_what_is_taken_off_by_hand() -> None:
    quarter = coupon_of(percent_micros=250_000).discount(START)
    assert [quarter.off(n) for n in (0, 1, 2, 3, 6, 10, 1999, -5)] == [0, 0, 0, 1, 2, 2, 500, 0]
    ten = coupon_of(amount_off=TEN).discount(START)
    assert [ten.off(n) for n in (0, 999, 1000, 1001, -5)] == [0, 999, 1000, 1000, 0]
    assert ten.recurring_micros(2_500 * 10**6) == 1_500 * 10**6 and ten.recurring_micros(10) == 0
    assert replace(quarter, percent_micros=1_000_000).off(77) == 77


@always(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_nothing_is_taken_off_that_is_not_there(amount: int, percent: int) -> None:
    off = coupon_of(percent_micros=percent).discount(START).off(amount)
    assert 0 <= off <= max(0, amount)
