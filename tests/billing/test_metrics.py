"""Movements of recurring revenue sum to its change, month by month."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from actors.billing.domain.metrics import (
    Change,
    Conversion,
    Month,
    Movement,
    PlanShare,
    annual_minor,
    average_minor,
    churn_micros,
    conversions,
    micros_of,
    month_starts,
    months_back,
    movement,
)
from actors.billing.domain.subscription_state import State
from tests.billing.history import by_month, changes_of, plan_shares, trial_conversion_micros
from tests.billing.making import START, always, flat, moment, order_of, quiet, subscribed, terms_of

NOW = moment("2026-06-20T15:00:00")
SMALL, LARGE = terms_of(flat(1000)), terms_of(flat(3000))


def moved(at: str, mrr: int, before: int = 0, tenant: str = "ten_a", **more: object) -> Movement:
    fields: dict[str, object] = {
        "id": f"mov_{at}_{tenant}_{mrr}",
        "tenant_id": tenant,
        "subscription_id": f"sub_{tenant}",
        "move_time": moment(at),
        "state": State.ACTIVE if mrr else State.CANCELLED,
        "previous_state": State.ACTIVE if before else None,
        "plan_id": "standard",
        "mrr_minor": mrr,
        "previous_mrr_minor": before,
        "currency": "EUR",
        **more,
    }
    return Movement(**fields)  # type: ignore[arg-type]


def test_months_by_hand() -> None:
    history = [
        moved("2026-02-10", 1000),
        moved("2026-04-05", 500, tenant="ten_b"),
        moved("2026-04-30T23:59:59", 3000, 1000),
        moved("2026-05-01", 2000, 3000),
        moved("2026-06-01", 0, 500, tenant="ten_b"),
        moved("2026-06-02", 700, tenant="ten_c"),
        moved("2026-06-03", 9_999, tenant="ten_d", currency="USD"),
    ]
    april, may, june = by_month(reversed(history), "EUR", NOW, 3)
    assert april == Month("2026-04", 3500, new_minor=500, expansion_minor=2000, subscribers=2, previous_subscribers=1)
    assert may == Month("2026-05", 2500, contraction_minor=-1000, subscribers=2, previous_subscribers=2)
    assert june == Month(
        "2026-06", 2700, new_minor=700, churned_minor=-500, churned_subscribers=1, subscribers=2, previous_subscribers=2
    )
    assert june.churn_micros == 500_000 and churn_micros([april, may, june]) == 0
    assert churn_micros([june, may]) == 500_000 and churn_micros([june]) == 0
    assert annual_minor(2700) == 32_400
    assert average_minor(june) == 1350 and average_minor(Month("2026-01")) == 0


def test_who_leaves_and_comes_back_within_a_month_did_not_leave() -> None:
    history = [
        moved("2026-05-10", 1000),
        moved("2026-06-05", 0, 1000),
        moved("2026-06-15", 1500, subscription_id="sub_new"),
    ]
    (june,) = by_month(history, "EUR", NOW, 1)
    assert (june.expansion_minor, june.new_minor, june.churned_minor) == (500, 0, 0)


def test_months_begin_at_midnight_utc() -> None:
    starts = month_starts(moment("2026-01-31T23:00:00"), 3)
    assert [one.date().isoformat() for one in starts] == ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]


movements = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(0, 200 * 86400), st.integers(0, 5_000)), max_size=40
)


@always(movements, st.integers(1, 12))
def test_movements_sum_to_the_change_of_revenue(rows: list[tuple[int, int, int, int]], months: int) -> None:
    history: list[Movement] = []
    revenue: dict[str, int] = {}
    for n, (tenant, nth, seconds, mrr) in enumerate(sorted(rows, key=lambda row: row[2])):
        subscription = f"sub_{tenant}_{nth}"
        at = moment("2026-01-01") + timedelta(seconds=seconds)
        before = revenue.get(subscription, 0)
        revenue[subscription] = mrr
        history.append(
            moved("2026-01-01", mrr, before, f"ten_{tenant}", subscription_id=subscription).but(
                id=f"m{n:03d}", move_time=at
            )
        )
    found = by_month(history, "EUR", moment("2026-12-15"), months)
    assert len(found) == months
    for month in found:
        assert month.new_minor >= 0 <= month.expansion_minor and month.contraction_minor <= 0 >= month.churned_minor
        assert month.subscribers >= 0 and 0 <= month.churned_subscribers <= month.previous_subscribers
    for before, after in pairwise(found):
        moves = after.new_minor + after.expansion_minor + after.contraction_minor + after.churned_minor
        assert after.mrr_minor - before.mrr_minor == moves
        assert after.previous_subscribers == before.subscribers
    assert found[-1].mrr_minor == sum(revenue.values())
    assert added_up(history, moment("2026-12-15"), months) == found


def added_up(history: list[Movement], now: datetime, months: int) -> tuple[Month, ...]:
    """As a store adds it up: what tenants bring now, and what each month changed."""
    starts = month_starts(now, months)
    present: Counter[str] = Counter()
    changes: list[Counter[str]] = [Counter() for _ in range(months)]
    for one in history:
        moved_by = one.mrr_minor - one.previous_mrr_minor
        present[one.tenant_id] += moved_by
        for n in range(months):
            if starts[n] <= one.move_time < starts[n + 1]:
                changes[n][one.tenant_id] += moved_by
    return months_back([start.strftime("%Y-%m") for start in starts[:-1]], present, changes)


def test_changes_of_one_kind_are_counted_together() -> None:
    changes = [Change("small", "large", 300, 100, 2), Change("small", "large", 400, 100), Change("a", "a", 1, 2, 9)]
    assert conversions(changes) == (Conversion("small", "large", 3, True),)
    assert micros_of(1, 3) == 333_333 and micros_of(1, 0) == 0


def test_a_movement_is_kept_when_something_shows() -> None:
    before = subscribed(SMALL)
    large = quiet(before.changed_now(order_of(LARGE, "large"), START))
    kept = movement("mov_1", before, large, START)
    assert kept is not None
    assert (kept.plan_id, kept.previous_plan_id, kept.mrr_minor, kept.previous_mrr_minor) == (
        *("large", "standard", 3000, 1000),
    )
    assert movement("mov_2", large, large.with_payment_method("pm_2", START), START) is None
    first = movement("mov_3", None, before, START)
    assert first is not None and first.previous_state is None and first.previous_mrr_minor == 0


def trial(id: str, at: str, state: State, mrr: int = 0, previous: State = State.TRIALING) -> Movement:
    return moved(at, mrr, 0, id, state=state, previous_state=previous)


def test_a_trial_is_converted_when_it_is_paid_for_soon_or_later() -> None:
    history = [
        trial("a", "2026-05-01", State.ACTIVE, 1000),
        trial("b", "2026-05-02", State.SUSPENDED),
        trial("b", "2026-05-20", State.ACTIVE, 1000, previous=State.SUSPENDED),
        trial("c", "2026-05-03", State.CANCELLED),
        trial("d", "2026-05-04", State.ACTIVE, 0),  # a plan that is free
        trial("e", "2026-04-30", State.ACTIVE, 1000),  # before
        trial("f", "2026-05-05", State.TRIALING),  # another plan on trial
    ]
    since, until = moment("2026-05-01"), moment("2026-06-01")
    assert trial_conversion_micros(history, since, until) == 500_000
    assert trial_conversion_micros(history, since, moment("2026-05-15")) == 250_000
    assert trial_conversion_micros([], since, until) == 0


def test_conversions_go_from_plan_to_plan() -> None:
    def change(at: str, plan: str, before: str, mrr: int, was: int, tenant: str = "ten_a") -> Movement:
        return moved(at, mrr, was, tenant, plan_id=plan, previous_plan_id=before)

    history = [
        change("2026-05-01", "large", "small", 3000, 1000),
        change("2026-05-02", "large", "small", 3000, 1000, "ten_b"),
        change("2026-05-03", "small", "large", 1000, 3000, "ten_c"),
        change("2026-05-04", "small", "small", 2000, 1000, "ten_d"),
        change("2026-04-30", "large", "small", 3000, 1000, "ten_e"),
        change("2026-05-05", "large", "small", 0, 0, "ten_f").but(previous_state=State.TRIALING, state=State.TRIALING),
    ]
    assert conversions(changes_of(history, moment("2026-05-01"), moment("2026-06-01"))) == (
        Conversion("small", "large", 2, True),
        Conversion("large", "small", 1, False),
    )


def test_plans_share_the_revenue_there_is_now() -> None:
    history = [
        moved("2026-05-01", 1000, plan_id="small"),
        moved("2026-05-02", 3000, 1000, plan_id="large", previous_plan_id="small"),
        moved("2026-05-01", 1000, tenant="ten_b", plan_id="small"),
        moved("2026-05-01", 1000, tenant="ten_c", plan_id="small"),
        moved("2026-05-09", 0, 1000, tenant="ten_c", plan_id="small"),
        moved("2026-05-01", 0, tenant="ten_d", plan_id="free", state=State.ACTIVE),
    ]
    assert plan_shares(history, "EUR") == (
        PlanShare("large", 1, 3000),
        PlanShare("small", 1, 1000),
        PlanShare("free", 1, 0),
    )
