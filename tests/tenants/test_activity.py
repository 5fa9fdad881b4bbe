"""The health score as a formula."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actors.tenants.domain.activity import Measures, health
from actors.tenants.domain.tenant import PaymentStatus

numbers = st.integers(0, 10_000)


def measures(**changes: object) -> Measures:
    whole = {
        "users": 2,
        "active_user_days": 10,
        "calls_this_week": 100,
        "calls_last_week": 100,
        "payment_status": PaymentStatus.CURRENT,
        **changes,
    }
    return Measures(**whole)  # type: ignore[arg-type]


def test_a_tenant_in_full_use_has_a_hundred_points_and_a_silent_one_its_payments_and_tickets() -> None:
    assert health(measures())[0] == 100
    assert health(measures(active_user_days=0, calls_this_week=0))[0] == 30
    assert health(measures(active_user_days=5))[0] == 80
    assert health(measures(calls_this_week=50))[0] == 85
    assert health(measures(calls_last_week=0))[0] == 100
    assert health(measures(payment_status=PaymentStatus.PAST_DUE))[0] == 80
    assert health(measures(open_tickets=3))[0] == 94
    assert health(measures(open_tickets=9))[0] == 90
    assert health(measures(users=0, active_user_days=0))[0] == 60


@given(numbers, numbers, numbers, numbers, numbers, st.sampled_from(PaymentStatus))
def test_the_score_is_the_sum_of_its_parts_and_none_passes_its_most(
    users: int, days: int, this: int, last: int, tickets: int, paid: PaymentStatus
) -> None:
    score, parts = health(Measures(users, days, this, last, paid, tickets))
    assert score == sum(p.points for p in parts) and 0 <= score <= 100
    assert all(0 <= p.points <= p.most_points for p in parts) and sum(p.most_points for p in parts) == 100
