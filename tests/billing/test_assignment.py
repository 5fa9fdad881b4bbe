"""Where usage counts when a tenant has had several subscriptions, or none."""

from __future__ import annotations

import itertools
from datetime import timedelta

from actors.billing.domain.assignment import Assignment, UsagePeriod
from actors.billing.domain.billed_period import BilledPeriod, billed_period
from actors.billing.domain.period import Period
from tests.billing.making import metered, moment, subscribed, terms_of

GRACE = timedelta(hours=1)
TERMS = terms_of(metered("exports"))


def period_of(id: str, number: int, start: str, end: str) -> BilledPeriod:
    made = billed_period(subscribed(TERMS, id=id))
    return made.but(number=number, start_time=moment(start), end_time=moment(end))


FIRST = period_of("sub_1", 3, "2026-03-01", "2026-03-10T12:00")
SECOND = period_of("sub_2", 1, "2026-03-10T12:30", "2026-04-10T12:30")


def test_without_any_period_usage_is_of_no_subscription() -> None:
    nowhere = Assignment([], GRACE).of(moment("2026-03-05"), moment("2026-03-05"))
    assert nowhere == UsagePeriod()
    assert nowhere.day_of(moment("2026-03-05"), moment("2026-03-06")) == "2026-03-05"


def test_a_period_is_named_by_its_subscription_whatever_the_order_they_are_read_in() -> None:
    for periods in itertools.permutations((FIRST, SECOND)):
        assigned = Assignment(periods, GRACE)
        within = assigned.of(moment("2026-03-05"), moment("2026-03-05"))
        assert (within.subscription_id, within.number) == ("sub_1", 3)
        later = assigned.of(moment("2026-03-20"), moment("2026-03-20"))
        assert (later.subscription_id, later.number) == ("sub_2", 1)


def test_a_late_event_of_the_old_subscription_counts_there_within_the_grace_and_then_in_the_new_one() -> None:
    assigned, occurred = Assignment([FIRST, SECOND], GRACE), moment("2026-03-10T11:59")
    assert assigned.of(occurred, moment("2026-03-10T12:59")).subscription_id == "sub_1"
    late = assigned.of(occurred, moment("2026-03-10T13:00"))
    assert (late.subscription_id, late.number) == ("sub_2", 1)
    assert late.day_of(moment("2026-03-09T11:00"), moment("2026-03-11T13:00")) == "2026-03-11"


def test_after_the_last_period_the_next_one_of_that_subscription_is_meant() -> None:
    found = Assignment([FIRST], GRACE).of(moment("2026-03-15"), moment("2026-03-15"))
    assert found == UsagePeriod("sub_1", 4)


def test_the_days_of_a_period_lie_within_it() -> None:
    where = UsagePeriod("sub_1", 3, Period(3, moment("2026-03-01"), moment("2026-04-01")))
    assert where.day_of(moment("2026-03-31T23:59:59"), moment("2026-04-01T00:10")) == "2026-03-31"
    assert where.day_of(moment("2026-02-27"), moment("2026-03-02")) == "2026-03-02"
