"""Subscriptions: how they begin, change, end; and exactly which moves there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.money import Money
from actors.billing.domain.subscribing import PreviewStale, moment_of_change, new_subscription
from actors.billing.domain.subscription import Rollover, Subscription
from actors.billing.domain.subscription_state import (
    PAYING,
    EffectiveAt,
    PaymentMethodNeeded,
    State,
    SubscriptionChanged,
    SubscriptionState,
)
from actors.billing.domain.terms import Tier
from actors.kernel.errors import InvalidFields
from tests.billing.making import (
    START,
    YEAR,
    always,
    coupon_of,
    flat,
    metered,
    moment,
    moments,
    order_of,
    quiet,
    seat,
    subscribed,
    terms_of,
    told,
)

SMALL, LARGE, FREE = terms_of(flat(1000)), terms_of(flat(3000)), terms_of()
SEATS = terms_of(seat(500))
DAY = timedelta(days=1)
LATER = START + 10 * DAY
END = moment("2026-04-01")


def change_of(subscription: Subscription) -> SubscriptionChanged:
    (found,) = subscription.announcements
    assert isinstance(found, SubscriptionChanged)
    return found


# --- how it begins ---------------------------------------------------------------------------------------------------


def test_a_subscription_waits_for_its_first_payment() -> None:
    waiting = subscribed(SMALL, active=False)
    assert waiting.state is State.INCOMPLETE and waiting.mrr_minor == 0 and waiting.live_key == "ten_acme"
    assert (waiting.period_number, waiting.period_start_time, waiting.period_end_time) == (1, START, END)
    active = waiting.activated(START)
    change = change_of(active)
    assert (change.previous_state, change.state, change.previous_mrr_minor, change.mrr_minor) == (
        *("INCOMPLETE", "ACTIVE", 0, 1000),
    )
    assert active.activated(LATER) is active
    gone = waiting.abandoned(LATER)
    assert gone.state is State.CANCELLED and gone.live_key is None and "first payment" in gone.cancel_reason
    assert gone.activated(LATER) is gone, "a payment that comes too late is credit"


def test_a_plan_without_a_price_in_advance_is_active_at_once() -> None:
    assert subscribed(FREE, active=False, payment_method_id="").state is State.ACTIVE
    assert subscribed(terms_of(metered("api_calls")), active=False).state is State.ACTIVE


def test_a_payment_method_is_needed_where_something_may_be_owed() -> None:
    for terms in (SMALL, terms_of(metered("api_calls"))):
        with pytest.raises(PaymentMethodNeeded):
            subscribed(terms, payment_method_id="")
    with pytest.raises(PaymentMethodNeeded):
        subscribed(SMALL, payment_method_id="", trial_days=14)
    trial = subscribed(SMALL, payment_method_id="", trial_days=14, trial_without_method=True)
    assert trial.state is State.TRIALING


def test_it_begins_in_a_whole_second_and_says_so() -> None:
    begun = subscribed(SMALL, START + timedelta(microseconds=999_000), active=False)
    assert begun.period_start_time == START == begun.anchor_time and begun.create_time != START
    order = order_of(SMALL)
    new = new_subscription(
        id="sub_1", tenant_id="ten_acme", order=order, currency="EUR", at=START, payment_method_id="pm_1"
    )
    change = change_of(new)
    assert (change.previous_plan_id, change.previous_state, change.state) == ("", "", "INCOMPLETE")
    assert (change.plan_id, change.interval, change.currency, change.seats) == ("standard", "MONTH", "EUR", 1)


def test_a_trial_is_the_first_period_and_the_anchor_is_its_end() -> None:
    trial = subscribed(SMALL, trial_days=14)
    assert trial.state is State.TRIALING and trial.on_trial and trial.mrr_minor == 0
    assert trial.period_end_time == START + 14 * DAY == trial.trial_end_time
    rolled = trial.rolled(START + 14 * DAY)
    assert rolled is not None and rolled.begun is not None
    after = rolled.subscription
    assert after.state is State.ACTIVE and after.mrr_minor == 1000 and not after.on_trial
    assert (rolled.begun.number, rolled.begun.end_time) == (2, moment("2026-04-15"))


def test_a_trial_without_a_method_ends_suspended_and_goes_on_when_there_is_one() -> None:
    trial = subscribed(SMALL, trial_days=14, trial_without_method=True, payment_method_id="")
    rolled = trial.rolled(START + 14 * DAY)
    assert rolled is not None and rolled.begun is None
    over = quiet(rolled.subscription)
    assert over.state is State.SUSPENDED and over.rolled(LATER + 90 * DAY) is None
    assert over.recovered(LATER) is over, "there is nothing to pay"
    with pytest.raises(PaymentMethodNeeded):
        over.resumed(moment("2026-05-05"))
    resumed = over.with_payment_method("pm_1", moment("2026-05-05")).resumed(moment("2026-05-05T12:00:00"))
    assert resumed.state is State.ACTIVE and resumed.period_number == 2
    assert resumed.period_end_time == moment("2026-06-05T12:00:00")
    free = subscribed(FREE, trial_days=3, trial_without_method=True, payment_method_id="").rolled(START + 3 * DAY)
    assert free is not None and free.subscription.state is State.ACTIVE


def test_a_later_anchor_makes_the_first_period_shorter() -> None:
    short = subscribed(SMALL, moment("2026-03-20"), anchor=moment("2026-04-01"))
    assert (short.period_number, short.period_end_time, short.anchor_number) == (1, moment("2026-04-01"), 2)
    assert short.whole_seconds == 31 * 86400 and short.period.seconds == 12 * 86400
    rolled = short.rolled(moment("2026-04-01"))
    assert rolled is not None
    assert (rolled.subscription.period_number, rolled.subscription.period_end_time) == (2, moment("2026-05-01"))
    assert rolled.subscription.whole_seconds == 30 * 86400
    after_trial = subscribed(SMALL, moment("2026-03-01"), trial_days=14, anchor=moment("2026-04-01"))
    stub = after_trial.rolled(moment("2026-03-15"))
    assert stub is not None and stub.begun is not None
    assert (stub.begun.number, stub.begun.end_time) == (2, moment("2026-04-01"))
    third = quiet(stub.subscription).rolled(moment("2026-04-01"))
    assert third is not None and third.begun is not None and third.begun.end_time == moment("2026-05-01")
    for wrong in (moment("2026-05-01"), moment("2026-03-19")):
        with pytest.raises(InvalidFields) as refused:
            subscribed(SMALL, moment("2026-03-20"), anchor=wrong)
        assert refused.value.violations[0].field == "anchor_time"


# --- changes ---------------------------------------------------------------------------------------------------------


def test_what_costs_more_for_a_whole_period_is_at_once_and_what_does_not_waits() -> None:
    small = subscribed(SMALL)
    year = terms_of(flat(9_000), interval=YEAR)
    assert not small.waits(order_of(LARGE, "large"), None)
    assert small.waits(order_of(FREE, "free"), None)
    assert small.waits(order_of(SMALL, version=2), None), "the same price can wait"
    assert not small.waits(order_of(year, interval=YEAR), None), "paying ahead is at once"
    assert subscribed(year, interval=YEAR).waits(order_of(SMALL), None)
    assert small.waits(order_of(LARGE, "large"), EffectiveAt.PERIOD_END)
    assert not small.waits(order_of(FREE, "free"), EffectiveAt.NOW)
    assert not subscribed(SMALL, trial_days=9).waits(order_of(FREE, "free"), None), "a trial costs nothing"


def test_a_change_at_once_is_announced_with_what_was_before() -> None:
    changed = subscribed(SMALL).changed_now(order_of(LARGE, "large", version=4), LATER)
    change = change_of(changed)
    assert (change.previous_plan_id, change.plan_id, change.plan_version) == ("standard", "large", 4)
    assert (change.previous_mrr_minor, change.mrr_minor) == (1000, 3000)
    assert changed.period == subscribed(SMALL).period and changed.change_time == LATER


def test_the_same_order_again_changes_nothing() -> None:
    small = subscribed(SMALL)
    assert small.changed_now(order_of(SMALL), LATER) is small
    assert small.changed_later(order_of(SMALL), LATER) is small


def test_more_seats_are_more_revenue() -> None:
    changed = subscribed(SEATS, seats=2).changed_now(order_of(SEATS, seats=5), LATER)
    assert (changed.seats, changed.mrr_minor, change_of(changed).seats) == (5, 2500, 5)


def test_another_interval_begins_a_period_at_once_and_its_numbering_goes_on() -> None:
    year = order_of(terms_of(flat(9_000), interval=YEAR), interval=YEAR)
    changed = subscribed(SMALL).changed_now(year, LATER)
    assert (changed.period_number, changed.anchor_number) == (2, 2)
    assert (changed.period_start_time, changed.period_end_time) == (LATER, moment("2027-03-11"))
    assert changed.mrr_minor == 750
    rolled = changed.rolled(moment("2027-03-11"))
    assert rolled is not None and rolled.begun is not None and rolled.begun.end_time == moment("2028-03-11")


def test_no_two_periods_begin_in_one_second() -> None:
    """Who changes the interval twice at once has been a second on the first one."""
    month, year = terms_of(flat(1000)), terms_of(flat(9000), interval=YEAR)
    first = subscribed(month)
    second = first.changed_now(order_of(year, interval=YEAR), START)
    assert second.period_start_time == START + timedelta(seconds=1) == second.change_time
    third = quiet(second).changed_now(order_of(month), START)
    assert (third.period_number, third.period_start_time) == (3, START + timedelta(seconds=2))
    assert moment_of_change(None, third, START) == third.period_start_time
    assert moment_of_change(third.period_start_time, third, START) == third.period_start_time
    with pytest.raises(PreviewStale):
        moment_of_change(START, third, START)


def test_usage_that_the_new_plan_does_not_charge_for_is_charged_by_the_old_one() -> None:
    """Who leaves a plan with metered prices leaves its period: else all that was used in it would cost nothing."""
    calls = terms_of(flat(1000), metered("api_calls"))
    dear = terms_of(flat(3000), metered("api_calls"), metered("reports"))
    on_calls = subscribed(calls)
    assert on_calls.metered == ("api_calls",) and subscribed(LARGE).metered == ()
    left = on_calls.changed_now(order_of(LARGE, "large"), LATER)
    assert (left.period_number, left.period_start_time, left.anchor_time) == (2, LATER, LATER)
    for terms in (dear, terms_of(flat(500), metered("api_calls", id="other"))):
        stayed = on_calls.changed_now(order_of(terms, "other"), LATER)
        assert (stayed.period_number, stayed.period_end_time) == (1, END)
    gratis = terms_of(flat(1000), metered("api_calls", Tier()))
    assert subscribed(gratis).changed_now(order_of(LARGE, "large"), LATER).period_number == 1, "it cost nothing"
    trial = subscribed(calls, trial_days=14).changed_now(order_of(LARGE, "large"), START + DAY)
    assert trial.period_number == 1 and trial.metered == ()
    rolled = on_calls.changed_later(order_of(LARGE, "large"), LATER).rolled(END)
    assert rolled is not None and rolled.ended.end_time == END and rolled.subscription.metered == ()


def test_a_change_to_what_may_be_owed_needs_a_payment_method() -> None:
    free = subscribed(FREE, payment_method_id="")
    assert free.state is State.ACTIVE
    for change in (free.changed_now, free.changed_later):
        with pytest.raises(PaymentMethodNeeded):
            change(order_of(SMALL), LATER)
    assert free.changed_later(order_of(FREE), LATER) is free
    ready = free.with_payment_method("pm_1", LATER)
    assert ready.changed_now(order_of(SMALL), LATER).mrr_minor == 1000
    trial = subscribed(SMALL, trial_days=14, trial_without_method=True, payment_method_id="")
    assert trial.changed_now(order_of(LARGE, "large"), START + DAY).plan_id == "large"


def test_a_change_on_a_trial_keeps_its_end() -> None:
    trial = subscribed(SMALL, trial_days=14, anchor=moment("2026-04-01"))
    year = order_of(terms_of(flat(9_000), interval=YEAR), interval=YEAR)
    changed = trial.changed_now(year, START + DAY)
    assert changed.period == trial.period and changed.state is State.TRIALING and told(changed)
    rolled = changed.rolled(START + 14 * DAY)
    assert rolled is not None and rolled.begun is not None and rolled.begun.end_time == moment("2027-03-15")


def test_a_change_that_waits_is_made_when_the_period_ends() -> None:
    large = subscribed(LARGE)
    waiting = large.changed_later(order_of(SMALL, "small"), LATER)
    assert told(waiting) == [] and waiting.plan_id == "standard" and waiting.pending_change is not None
    assert waiting.pending_change.effective_time == END
    assert waiting.changed_later(order_of(SMALL, "small"), LATER) is waiting
    rolled = waiting.rolled(END)
    assert rolled is not None
    after = rolled.subscription
    assert (after.plan_id, after.pending_change, after.mrr_minor, after.period_number) == ("small", None, 1000, 2)
    assert change_of(after).previous_mrr_minor == 3000
    assert waiting.changed_later(order_of(LARGE), LATER).pending_change is None, "the present order takes it back"
    assert waiting.changed_now(order_of(LARGE), LATER).pending_change is None


def test_a_year_becomes_months_when_it_ends() -> None:
    year = subscribed(terms_of(flat(9_000), interval=YEAR), interval=YEAR)
    rolled = year.changed_later(order_of(SMALL), LATER).rolled(moment("2027-03-01"))
    assert rolled is not None and rolled.begun is not None
    assert (rolled.begun.number, rolled.begun.end_time) == (2, moment("2027-04-01"))


def test_a_preview_is_charged_for_ten_minutes() -> None:
    small = subscribed(SMALL)
    ago = LATER - timedelta(minutes=10)
    assert moment_of_change(ago, small, LATER) == ago
    assert moment_of_change(None, small, LATER + timedelta(milliseconds=7)) == LATER
    stale: list[tuple[datetime, datetime, Subscription]] = [
        (ago - timedelta(seconds=1), LATER, small),
        (LATER + timedelta(seconds=1), LATER, small),
        (START - timedelta(seconds=1), START + timedelta(seconds=5), small),
        (LATER, END, small),
        (ago, LATER, small.changed_now(order_of(LARGE, "large"), LATER - timedelta(minutes=1))),
    ]
    for preview, now, subscription in stale:
        with pytest.raises(PreviewStale):
            moment_of_change(preview, subscription, now)


def test_a_coupon_holds_at_once_or_from_the_next_period() -> None:
    percent, amount = coupon_of(percent_micros=500_000), coupon_of(amount_off=Money(300, "EUR"), months=2)
    at_once = subscribed(SMALL).with_coupon(percent, LATER, at_once=True)
    assert at_once.mrr_minor == 500 and change_of(at_once).previous_mrr_minor == 1000
    later = subscribed(SMALL).with_coupon(amount, LATER, at_once=True)
    assert later.mrr_minor == 1000 and later.coupon_id == "cou_1" and told(later) == []
    rolled = later.rolled(END)
    assert rolled is not None and rolled.subscription.mrr_minor == 700
    after = quiet(rolled.subscription)
    for end in (moment("2026-05-01"), moment("2026-06-01")):
        rolled = after.rolled(end)
        assert rolled is not None
        after = quiet(rolled.subscription)
    assert after.mrr_minor == 1000, "the discount has ended"
    begun = subscribed(SMALL, coupon=coupon_of(percent_micros=100_000), trial_days=14)
    assert begun.discount is not None and begun.discount.start_time == START + 14 * DAY


# --- the end ---------------------------------------------------------------------------------------------------------


def test_a_cancellation_waits_for_the_end_and_can_be_taken_back() -> None:
    ending = subscribed(SMALL).cancelled_later("too dear", LATER)
    assert ending.state is State.ACTIVE and ending.cancel_at_period_end and told(ending) == []
    assert ending.cancelled_later("again", LATER) is ending
    back = ending.resumed(LATER)
    assert not back.cancel_at_period_end and back.cancel_reason == ""
    rolled = ending.changed_later(order_of(LARGE, "large"), LATER).rolled(END + 5 * DAY)
    assert rolled is not None and rolled.begun is None
    over = rolled.subscription
    assert (over.state, over.cancel_time, over.cancel_reason, over.live_key) == (
        *(State.CANCELLED, END, "too dear", None),
    )
    assert change_of(over).mrr_minor == 0


def test_a_cancellation_at_once_cuts_the_period() -> None:
    over = subscribed(SMALL).cancelled("goodbye", LATER + timedelta(milliseconds=5))
    assert (over.state, over.period_end_time, over.cancel_time) == (State.CANCELLED, LATER, LATER)
    assert over.cancelled("again", END) is over
    assert over.whole_seconds == 31 * 86400
    first = subscribed(SMALL).cancelled("at once", START)
    assert first.period.seconds == 1, "a period has a length"


def test_a_pause_begins_with_the_end_and_a_new_period_with_its_own_end() -> None:
    pausing = subscribed(LARGE).paused_later(LATER)
    assert pausing.state is State.ACTIVE and pausing.pause_at_period_end
    assert not pausing.resumed(LATER).pause_at_period_end
    rolled = pausing.changed_later(order_of(SMALL, "small"), LATER).rolled(END)
    assert rolled is not None and rolled.begun is None
    paused = quiet(rolled.subscription)
    assert paused.state is State.PAUSED and paused.mrr_minor == 0 and paused.paused_later(END) is paused
    back = paused.resumed(moment("2026-06-10T08:00:00"))
    assert (back.state, back.period_number, back.plan_id) == (State.ACTIVE, 2, "small")
    assert back.period_end_time == moment("2026-07-10T08:00:00") and back.mrr_minor == 1000


def test_who_pays_after_a_suspension_goes_on_or_begins_anew() -> None:
    owing = quiet(subscribed(SMALL).overdue(LATER))
    suspended = quiet(owing.suspended(LATER + 7 * DAY))
    assert suspended.mrr_minor == 0 and suspended.rolled(END) is None, "nothing more is charged"
    same = suspended.recovered(END - DAY)
    assert same.state is State.ACTIVE and same.period_number == 1
    new = suspended.recovered(END + 3 * DAY)
    assert (new.state, new.period_number, new.period_start_time) == (State.ACTIVE, 2, END + 3 * DAY)
    with pytest.raises(SubscriptionState):
        suspended.resumed(END)


def test_revenue_counts_while_payment_is_tried_again() -> None:
    owing = subscribed(SMALL).overdue(LATER)
    assert owing.state is State.PAST_DUE and owing.mrr_minor == 1000
    rolled = quiet(owing).rolled(END)
    assert rolled is not None and rolled.subscription.state is State.PAST_DUE


# --- the machine -----------------------------------------------------------------------------------------------------


def in_state(state: State) -> Subscription:
    active = subscribed(SMALL)
    found = {
        State.INCOMPLETE: lambda: subscribed(SMALL, active=False),
        State.TRIALING: lambda: subscribed(SMALL, trial_days=14),
        State.ACTIVE: lambda: active,
        State.PAST_DUE: lambda: active.overdue(START),
        State.SUSPENDED: lambda: active.overdue(START).suspended(START),
        State.PAUSED: lambda: active.paused_later(START).rolled(END).subscription,  # type: ignore[union-attr]
        State.CANCELLED: lambda: active.cancelled("", LATER),
    }[state]()
    assert found.state is state
    return quiet(found)  # type: ignore[no-any-return]


VERBS: dict[str, Callable[[Subscription], Any]] = {
    "activated": lambda s: s.activated(LATER),
    "abandoned": lambda s: s.abandoned(LATER),
    "overdue": lambda s: s.overdue(LATER),
    "suspended": lambda s: s.suspended(LATER),
    "recovered": lambda s: s.recovered(LATER),
    "cancelled": lambda s: s.cancelled("", LATER),
    "cancelled_later": lambda s: s.cancelled_later("", LATER),
    "paused_later": lambda s: s.paused_later(LATER),
    "resumed": lambda s: s.resumed(LATER),
    "changed_now": lambda s: s.changed_now(order_of(LARGE, "large"), LATER),
    "changed_later": lambda s: s.changed_later(order_of(LARGE, "large"), LATER),
    "rolled": lambda s: r.subscription if (r := s.rolled(END)) else s,
}
A, P, S, C = State.ACTIVE, State.PAST_DUE, State.SUSPENDED, State.CANCELLED
SAME, NO = "the same record", "refused"
STAYS = "another record in this state"
MOVES: dict[str, dict[State, object]] = {
    # verb             INCOMPLETE TRIALING     ACTIVE      PAST_DUE    SUSPENDED PAUSED   CANCELLED
    "activated": dict(zip(State, (A, SAME, SAME, SAME, SAME, SAME, SAME), strict=True)),
    "abandoned": dict(zip(State, (C, SAME, SAME, SAME, SAME, SAME, SAME), strict=True)),
    "overdue": dict(zip(State, (SAME, SAME, P, SAME, SAME, SAME, SAME), strict=True)),
    "suspended": dict(zip(State, (SAME, SAME, SAME, S, SAME, SAME, SAME), strict=True)),
    "recovered": dict(zip(State, (SAME, SAME, SAME, A, A, SAME, SAME), strict=True)),
    "cancelled": dict(zip(State, (C, C, C, C, C, C, SAME), strict=True)),
    "cancelled_later": dict(zip(State, (C, STAYS, STAYS, STAYS, C, C, SAME), strict=True)),
    "paused_later": dict(zip(State, (NO, STAYS, STAYS, STAYS, NO, SAME, NO), strict=True)),
    "resumed": dict(zip(State, (NO, SAME, SAME, SAME, NO, A, NO), strict=True)),
    "changed_now": dict(zip(State, (NO, STAYS, STAYS, STAYS, NO, NO, NO), strict=True)),
    "changed_later": dict(zip(State, (NO, STAYS, STAYS, STAYS, NO, NO, NO), strict=True)),
    "rolled": dict(zip(State, (SAME, A, STAYS, STAYS, SAME, SAME, SAME), strict=True)),
}


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
@pytest.mark.parametrize("verb", MOVES)
def test_exactly_these_moves_are_possible(verb: str, state: State) -> None:
    before, expected = in_state(state), MOVES[verb][state]
    if expected is NO:
        with pytest.raises(SubscriptionState) as refused:
            VERBS[verb](before)
        assert refused.value.metadata["state"] == state.name and refused.value.metadata["action"]
        return
    after = VERBS[verb](before)
    assert (after is before) == (expected is SAME)
    assert after.state is (expected if isinstance(expected, State) else state)
    if isinstance(expected, State):
        assert change_of(after).previous_state == state.name
        again = quiet(after)
        assert VERBS[verb](again) is again, "twice is once"


@pytest.mark.parametrize("state", (State.INCOMPLETE, S, State.PAUSED), ids=lambda state: state.name)
def test_what_is_not_running_ends_at_once_when_it_is_to_end_later(state: State) -> None:
    assert in_state(state).cancelled_later("", LATER).cancel_time == LATER


walks = st.lists(st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, 40 * 86400)), max_size=25)


@always(walks, moments, st.sampled_from((None, 14)), examples=150)
def test_on_any_walk_periods_follow_each_other_and_revenue_is_announced_without_gap(
    walk: list[tuple[str, int]], start: datetime, trial: int | None
) -> None:
    subscription = subscribed(SMALL, start, trial_days=trial or 0)
    now, mrr = start, subscription.mrr_minor
    verbs: dict[str, Callable[[Subscription], Any]] = {
        **VERBS,
        "activated": lambda s: s.activated(now),
        "overdue": lambda s: s.overdue(now),
        "suspended": lambda s: s.suspended(now),
        "recovered": lambda s: s.recovered(now),
        "cancelled": lambda s: s.cancelled("", now),
        "cancelled_later": lambda s: s.cancelled_later("", now),
        "paused_later": lambda s: s.paused_later(now),
        "resumed": lambda s: s.resumed(now),
        "changed_now": lambda s: s.changed_now(order_of(LARGE, "large"), now),
        "changed_later": lambda s: s.changed_later(order_of(SMALL), now),
        "rolled": lambda s: s,
    }

    def take(after: Subscription) -> None:
        nonlocal subscription, mrr
        for one in after.announcements:
            assert isinstance(one, SubscriptionChanged) and one.previous_mrr_minor == mrr
            mrr = one.mrr_minor
        assert after.mrr_minor == mrr and (mrr == 0 or after.state in PAYING)
        assert after.period_number - subscription.period_number in (0, 1)
        if after.period_number > subscription.period_number:
            assert after.period_start_time >= min(subscription.period_end_time, now)
        assert (after.live_key is None) == (after.state is State.CANCELLED)
        subscription = quiet(after)

    for verb, seconds in walk:
        now += timedelta(seconds=seconds)
        while rolled := subscription.rolled(now):
            assert rolled.ended == subscription.period
            assert rolled.begun is None or rolled.begun.start_time == rolled.ended.end_time
            take(rolled.subscription)
        if subscription.state is State.CANCELLED:
            assert all(_unchanged(one, subscription) for one in verbs.values())
            return
        try:
            after = verbs[verb](subscription)
        except (SubscriptionState, PaymentMethodNeeded):
            continue
        take(after)


def _unchanged(verb: Callable[[Subscription], Any], subscription: Subscription) -> bool:
    try:
        return verb(subscription) is subscription
    except SubscriptionState:
        return True


def test_a_rollover_is_as_of_its_moment_however_late_and_comes_once() -> None:
    small = subscribed(SMALL)
    assert small.rolled(END - timedelta(seconds=1)) is None
    late = small.rolled(END + 100 * DAY)
    assert isinstance(late, Rollover) and late.subscription == small.rolled(END).subscription  # type: ignore[union-attr]
    numbers = []
    subscription, now = small, moment("2026-08-15")
    while rolled := subscription.rolled(now):
        subscription = quiet(rolled.subscription)
        numbers.append(subscription.period_number)
    assert numbers == [2, 3, 4, 5, 6] and now in subscription.period
    due, when = subscription.due
    assert (due.period_number, when) == (6, moment("2026-09-01"))


def test_in_metadata_is_the_state_that_was_in_the_way() -> None:
    with pytest.raises(SubscriptionState, match="CANCELLED; that does not allow to give it a payment method"):
        in_state(State.CANCELLED).with_payment_method("pm_2", LATER)
    active = subscribed(SMALL)
    assert active.with_payment_method("pm_1", LATER) is active
    assert replace(active, payment_method_id="pm_2") == replace(
        active.with_payment_method("pm_2", START), update_time=active.update_time
    )
