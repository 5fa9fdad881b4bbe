"""When usage counts, in which period, how it goes on, and what is left."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st

from actors.billing.domain.meter import BUILT_IN, Aggregation, Meter, Reading, new_meter
from actors.billing.domain.period import Anchor, Period
from actors.billing.domain.terms import Beyond, Limit
from actors.billing.domain.usage import (
    GRACE,
    Allowance,
    EventTime,
    LimitReached,
    allowance,
    assigned,
    check_limit,
    event_id,
    forecast,
    occurred,
)
from tests.billing.making import MONTH, START, always, moment

MARCH, APRIL, MAY = (Anchor(START, MONTH).period(n) for n in (1, 2, 3))
END = MARCH.end_time
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def test_an_event_counts_when_it_occurred_within_35_days_and_5_minutes() -> None:
    now = moment("2026-03-20")
    assert occurred("e", None, now) == now
    assert occurred("e", now - timedelta(days=35), now) == now - timedelta(days=35)
    assert occurred("e", now + timedelta(minutes=5), now) == now, "a clock that is ahead"
    for wrong in (now - timedelta(days=35, seconds=1), now + timedelta(minutes=5, seconds=1)):
        with pytest.raises(EventTime) as refused:
            occurred("evt-7", wrong, now)
        assert refused.value.metadata["event"] == "evt-7"
    assert event_id("ten_a", "1") != event_id("ten_b", "1")


@pytest.mark.parametrize(
    ("occur", "arrive", "expected"),
    [
        (MARCH.start_time, MARCH.start_time, 1),
        (END - SECOND, END - SECOND, 1),
        (END - SECOND, END + GRACE - SECOND, 1),  # late, but the period is open
        (END - SECOND, END + GRACE, 2),  # closed: counts now
        (END, END, 2),
        (START - DAY, START + DAY, 1),  # from before the subscription
        (END - DAY, MAY.start_time + DAY, 3),
        (MAY.end_time + HOUR, MAY.end_time + HOUR, 4),  # the next to come
    ],
)
def test_an_event_counts_where_it_occurred_while_that_is_open(occur: datetime, arrive: datetime, expected: int) -> None:
    assert assigned(occur, arrive, (MARCH, APRIL, MAY), GRACE) == expected


def test_in_a_pause_an_event_counts_in_the_period_to_come_known_or_not() -> None:
    after = Period(2, moment("2026-06-10"), moment("2026-07-10"))
    between = moment("2026-05-05")
    assert assigned(between, between, (MARCH,), GRACE) == 2
    assert assigned(between, between, (MARCH, after), GRACE) == 2
    with pytest.raises(ValueError, match="no period"):
        assigned(between, between, (), GRACE)


@always(st.integers(0, 80 * 86400), st.integers(0, 35 * 86400), st.integers(0, 7200))
def test_where_an_event_counts_never_depends_on_which_later_periods_are_known(
    arrive: int, late: int, grace: int
) -> None:
    arrived = START + timedelta(seconds=arrive)
    occur = arrived - timedelta(seconds=late)
    allowed = timedelta(seconds=grace)
    number = assigned(occur, arrived, (MARCH, APRIL, MAY), allowed)
    known = tuple(period for period in (MARCH, APRIL, MAY) if period.start_time <= arrived)
    assert assigned(occur, arrived, known, allowed) == number
    period = Anchor(START, MONTH).period(number)
    assert arrived < period.end_time + allowed, "never in a period that is closed"
    assert occur >= period.end_time or occur in period or arrived in period


def readings(*quantities: int) -> list[Reading]:
    return [Reading(f"2026-03-{n:02d}", q, START + n * DAY) for n, q in enumerate(quantities, 1)]


def test_a_forecast_goes_on_as_it_went() -> None:
    ten = START + 10 * DAY
    assert forecast(Aggregation.SUM, readings(60, 40), MARCH, ten) == 310
    assert forecast(Aggregation.SUM, readings(100), MARCH, START + DAY) == -1, "too little to say"
    assert (
        forecast(Aggregation.SUM, readings(100), MARCH, END)
        == 100
        == forecast(Aggregation.SUM, readings(100), MARCH, END + DAY)
    )
    assert forecast(Aggregation.MAX, readings(5, 9, 2), MARCH, ten) == 9
    assert forecast(Aggregation.GAUGE, readings(10, 20), MARCH, ten) == 41
    assert forecast(Aggregation.GAUGE, readings(50, 20), MARCH, ten) == 0
    assert forecast(Aggregation.GAUGE, readings(20), MARCH, ten, at_start=20) == 20
    assert forecast(Aggregation.SUM, [], MARCH, ten) == 0


@always(st.integers(0, 10**9), st.integers(0, 31 * 86400))
def test_a_forecast_of_a_sum_is_never_less_than_what_is_there(used: int, passed: int) -> None:
    found = forecast(Aggregation.SUM, readings(used), MARCH, START + timedelta(seconds=passed))
    assert found == -1 if passed * 20 < 31 * 86400 else found >= used


def test_what_is_left_of_a_limit() -> None:
    refuse, charge = Limit("users", 5, Beyond.REFUSE), Limit("users", 5, Beyond.CHARGE)
    assert allowance(None, 9) == Allowance(-1, -1, False)
    assert allowance(refuse, 3) == Allowance(5, 2, False)
    assert allowance(refuse, 9) == Allowance(5, 0, False)
    assert allowance(charge, 9) == Allowance(5, 0, True)


def test_more_than_the_limit_is_refused_with_what_to_do() -> None:
    users = next(meter for meter in BUILT_IN if meter.id == "users")
    calls = next(meter for meter in BUILT_IN if meter.id == "api_calls")
    limit = Limit("users", 5, Beyond.REFUSE)
    check_limit(users, limit, 4)
    check_limit(users, None, 10**9)
    check_limit(users, Limit("users", 5, Beyond.CHARGE), 10**9)
    with pytest.raises(LimitReached) as refused:
        check_limit(users, limit, 5)
    assert refused.value.metadata["meter"] == "users" and refused.value.metadata["most"] == "5"
    assert "remove some" in refused.value.metadata["remedy"]
    with pytest.raises(LimitReached, match="next period"):
        check_limit(calls, Limit("api_calls", 5, Beyond.REFUSE), 3, more=3)


def test_of_a_highest_value_the_value_itself_is_held_against_the_limit() -> None:
    peak: Meter = new_meter("peak", "Peak", "user", Aggregation.MAX)
    limit = Limit("peak", 5, Beyond.REFUSE)
    check_limit(peak, limit, 5, more=5)
    with pytest.raises(LimitReached):
        check_limit(peak, limit, 1, more=6)


@always(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 1000))
def test_the_screen_and_the_refusal_read_the_same_numbers(most: int, used: int, more: int) -> None:
    limit = Limit("api_calls", most, Beyond.REFUSE)
    fits = more <= allowance(limit, used).left
    try:
        check_limit(BUILT_IN[0], limit, used, more)
    except LimitReached:
        assert not fits
    else:
        assert fits
