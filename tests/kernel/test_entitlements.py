"""What every host knows of what tenants may use, from announcements that may come late, twice, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.api.billing.v1 import EntitlementsChanged, LimitsReached
from actors.kernel import wire
from actors.kernel.clock import ManualClock
from actors.kernel.entitlements import API_CALLS, API_KEYS, STORAGE, Entitlements, Limit
from actors.kernel.errors import Code, FeatureMissing, LimitReached, SubscriptionInactive, to_status
from actors.kernel.events.contract import Envelope, subject_of

TENANT = "ten_1"


def told(event: Any, time: datetime | None = None) -> Envelope:
    kind = event.DESCRIPTOR
    return Envelope(
        id="evt_1",
        type=kind.full_name,
        subject=subject_of("billing", kind.name, event.tenant_id),
        payload=event.SerializeToString(),
        time=time or ManualClock().now(),
        tenant_id=event.tenant_id,
    )


def changed(revision: int = 1, *, tenant: str = TENANT, charged: tuple[str, ...] = (), **more: Any) -> Envelope:
    """`limits` by meter; those of `charged` charge what is beyond."""
    limits = more.pop("limits", {})
    fields: dict[str, Any] = {"plan_id": "standard", "tier": "standard", "usable": True, "features": [API_KEYS], **more}
    return told(
        EntitlementsChanged(
            tenant_id=tenant,
            revision=revision,
            limits=[
                EntitlementsChanged.Limit(meter=meter, most=most, charged_beyond=meter in charged)
                for meter, most in limits.items()
            ],
            **fields,
        )
    )


def reached(clock: ManualClock, *, tenant: str = TENANT, days: float = 10, ago: float = 0, **used: int) -> Envelope:
    return told(
        LimitsReached(
            tenant_id=tenant,
            limits=[LimitsReached.Limit(meter=meter, most=count, used=count) for meter, count in used.items()],
            period_end_time=wire.timestamp(clock.now() + timedelta(days=days)),
            as_of_time=wire.timestamp(clock.now() - timedelta(seconds=ago)),
        )
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def known(clock: ManualClock) -> Entitlements:
    return Entitlements(clock)


def test_a_tenant_of_which_nothing_was_announced_has_no_limits(known: Entitlements) -> None:
    known.must_allow(TENANT, "users", used=10**9)
    known.must_have_left(TENANT, "tickets")
    known.must_be_active(TENANT)
    known.must_serve_machine(TENANT)
    assert known.of(TENANT) is None and known.spent(TENANT) is None and known.limit(TENANT, "users") is None
    assert known.tier(TENANT) == "" and known.allows(TENANT, "support.chat")


def test_all_that_was_announced_is_there_to_ask(known: Entitlements) -> None:
    known.heard(changed(7, limits={"users": 3}, features=["support.chat"], plan_id="team", tier="premium"))
    entitled = known.of(TENANT)
    assert entitled is not None
    assert (entitled.plan_id, entitled.tier, entitled.usable, entitled.revision) == ("team", "premium", True, 7)
    assert known.limit(TENANT, "users") == Limit(3, False) and known.limit(TENANT, "tickets") is None
    assert known.allows(TENANT, "support.chat") and not known.allows(TENANT, "ml.training")
    assert known.tier(TENANT) == "premium" and known.of("ten_2") is None


@pytest.mark.parametrize(
    ("used", "more", "fits"), [(0, 3, True), (2, 1, True), (3, 0, True), (3, 1, False), (4, 0, False)]
)
def test_more_than_the_limit_is_refused(known: Entitlements, used: int, more: int, fits: bool) -> None:
    known.heard(changed(limits={"users": 3}))
    if fits:
        known.must_allow(TENANT, "users", used=used, more=more)
        return
    with pytest.raises(LimitReached, match="the plan allows 3 of users; change to a larger plan") as refused:
        known.must_allow(TENANT, "users", used=used, more=more)
    assert refused.value.metadata["most"] == "3" and refused.value.metadata["used"] == str(used)


def test_what_is_charged_beyond_the_limit_is_never_refused(known: Entitlements, clock: ManualClock) -> None:
    known.heard(changed(limits={"users": 3, API_CALLS: 100}, charged=("users", API_CALLS)))
    known.heard(reached(clock, api_calls=500))
    known.must_allow(TENANT, "users", used=5)
    known.must_have_left(TENANT, API_CALLS)
    known.must_serve_machine(TENANT)


def test_machines_are_refused_from_the_limit_to_the_end_of_the_period(known: Entitlements, clock: ManualClock) -> None:
    known.heard(changed(limits={API_CALLS: 100}))
    known.must_serve_machine(TENANT)
    known.heard(reached(clock, api_calls=104, days=2))
    for _ in range(2):
        with pytest.raises(LimitReached) as refused:
            known.must_serve_machine(TENANT)
    error = refused.value
    assert error.code is Code.RESOURCE_EXHAUSTED and error.reason() == "LIMIT_REACHED"
    assert error.metadata["retry_after_seconds"] == str(2 * 24 * 3600)
    assert "wait until 2026-01-03T00:00:00Z" in error.metadata["remedy"]
    assert "the plan allows 100 of api_calls" in str(error)
    assert [detail.type_url.rpartition(".")[2] for detail in to_status(error).details] == ["ErrorInfo", "RetryInfo"]
    known.must_serve_machine("ten_2")
    clock.advance(timedelta(days=2))
    known.must_serve_machine(TENANT)
    assert known.spent(TENANT) is None


def test_a_larger_plan_lifts_a_limit_that_was_reached_and_a_smaller_one_does_not(
    known: Entitlements, clock: ManualClock
) -> None:
    known.heard(changed(1, limits={API_CALLS: 100}))
    known.heard(reached(clock, api_calls=104))
    known.heard(changed(2, limits={API_CALLS: 1000}))
    known.must_serve_machine(TENANT)
    known.heard(changed(3, limits={API_CALLS: 104}))
    with pytest.raises(LimitReached):
        known.must_serve_machine(TENANT)
    known.heard(changed(4, limits={}))
    known.must_serve_machine(TENANT)


def test_a_limit_of_nothing_is_reached_without_an_announcement(known: Entitlements) -> None:
    known.heard(changed(limits={API_CALLS: 0}))
    with pytest.raises(LimitReached, match="the plan allows 0 of api_calls; change to a plan with some") as refused:
        known.must_serve_machine(TENANT)
    assert "retry_after_seconds" not in refused.value.metadata


def test_what_counts_up_is_refused_by_its_own_meter(known: Entitlements, clock: ManualClock) -> None:
    known.heard(changed(limits={"tickets": 5, "reports": 5}))
    known.heard(reached(clock, tickets=5))
    known.must_have_left(TENANT, "reports")
    known.must_serve_machine(TENANT)
    with pytest.raises(LimitReached, match="5 of tickets"):
        known.must_have_left(TENANT, "tickets")
    known.heard(reached(clock, ago=-1))
    known.must_have_left(TENANT, "tickets")


def test_storage_that_is_full_stays_so_over_the_periods_until_less_is_announced(
    known: Entitlements, clock: ManualClock
) -> None:
    known.must_have_room(TENANT)
    known.heard(changed(limits={STORAGE: 100, "tickets": 5}))
    known.must_have_room(TENANT)
    known.heard(reached(clock, days=1, tickets=5, **{STORAGE: 100}))
    known.must_have_room("ten_2")
    for _ in range(2):
        with pytest.raises(LimitReached, match="100 of storage_bytes; change to a larger plan, or remove") as refused:
            known.must_have_room(TENANT)
        assert "retry_after_seconds" not in refused.value.metadata
        clock.advance(timedelta(days=40))
    known.must_have_left(TENANT, "tickets")
    spent = known.spent(TENANT)
    assert spent is not None and spent.used == {STORAGE: 100}
    known.heard(reached(clock))
    known.must_have_room(TENANT)
    known.heard(reached(clock, ago=-1, **{STORAGE: 100}))
    known.heard(changed(2, limits={STORAGE: 1000}))
    known.must_have_room(TENANT)


def test_without_an_active_subscription_machines_and_new_work_are_refused(known: Entitlements) -> None:
    known.heard(changed(usable=False, limits={"users": 3}))
    with pytest.raises(SubscriptionInactive, match="API keys are refused; .* pay what is due") as refused:
        known.must_serve_machine(TENANT)
    assert refused.value.code is Code.PERMISSION_DENIED
    with pytest.raises(SubscriptionInactive, match="nothing new can be made"):
        known.must_be_active(TENANT)
    known.must_be_active("ten_2")
    known.heard(changed(2, usable=True))
    known.must_serve_machine(TENANT)
    known.must_be_active(TENANT)


def test_what_the_plan_does_not_include_is_refused_until_it_does(known: Entitlements) -> None:
    known.must_include(TENANT, "support.chat")
    known.heard(changed(features=["support.chat"]))
    known.must_include(TENANT, "support.chat")
    with pytest.raises(FeatureMissing, match=r"does not include ml\.training; change to a plan that does") as refused:
        known.must_include(TENANT, "ml.training")
    assert refused.value.code is Code.PERMISSION_DENIED and refused.value.metadata["feature"] == "ml.training"
    known.heard(changed(2, features=["ml.training"]))
    known.must_include(TENANT, "ml.training")
    known.must_include("ten_2", "support.chat")


def test_machines_are_refused_while_the_plan_has_no_api_keys(known: Entitlements, clock: ManualClock) -> None:
    known.heard(changed(features=["support.chat"], limits={API_CALLS: 100}))
    for _ in range(2):
        with pytest.raises(FeatureMissing, match=API_KEYS):
            known.must_serve_machine(TENANT)
    known.must_be_active(TENANT)
    known.heard(changed(2, limits={API_CALLS: 100}))
    known.must_serve_machine(TENANT)
    known.heard(reached(clock, api_calls=100))
    known.heard(changed(3, limits={API_CALLS: 100}, features=[]))
    with pytest.raises(FeatureMissing):
        known.must_serve_machine(TENANT)


def test_an_older_announcement_that_comes_later_is_dropped(known: Entitlements, clock: ManualClock) -> None:
    known.heard(changed(5, limits={"users": 50}))
    known.heard(changed(4, limits={"users": 4}, usable=False))
    assert known.limit(TENANT, "users") == Limit(50, False)
    known.must_be_active(TENANT)
    known.heard(changed(6, limits={API_CALLS: 10}))
    known.heard(reached(clock, ago=1))
    known.heard(reached(clock, ago=2, api_calls=10))
    known.must_serve_machine(TENANT)


def test_an_announcement_made_again_changes_nothing_but_its_time(known: Entitlements, clock: ManualClock) -> None:
    known.heard(changed(5, limits={"users": 50}))
    later = clock.now() + timedelta(days=8)
    first = known.of(TENANT)
    again = EntitlementsChanged.FromString(changed(5, limits={"users": 50}).payload)
    assert known.heard(told(again, later)) == ""
    second = known.of(TENANT)
    assert first is not None and second is not None
    assert second.time == later and second.limits == first.limits


def test_only_a_tier_that_is_news_is_reported(known: Entitlements) -> None:
    assert known.heard(changed(1, tier="free")) == "free"
    assert known.heard(changed(2, tier="free", limits={"users": 1})) == ""
    assert known.heard(changed(3, tier="premium")) == "premium"
    assert known.heard(changed(2, tier="free")) == ""
    assert known.heard(changed(4, tier="standard", tenant="ten_2")) == "standard"


events = st.lists(
    st.one_of(
        st.tuples(st.just("changed"), st.integers(1, 9), st.integers(0, 3), st.booleans(), st.booleans()),
        st.tuples(st.just("reached"), st.integers(0, 9), st.integers(0, 3), st.booleans(), st.booleans()),
    ),
    max_size=8,
    unique_by=lambda event: event[:2],
)


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(events, st.randoms(use_true_random=False))
def test_in_whatever_order_announcements_come_every_host_ends_with_the_same(
    found: list[tuple[str, int, int, bool, bool]], chance: Any
) -> None:
    clock = ManualClock()

    def envelope(event: tuple[str, int, int, bool, bool]) -> Envelope:
        kind, number, amount, usable, charged = event
        if kind == "changed":
            meters = (API_CALLS,) if charged else ()
            return changed(number, limits={API_CALLS: amount}, usable=usable, charged=meters)
        return reached(clock, ago=number, **({API_CALLS: amount} if usable else {}))

    def answers(order: list[tuple[str, int, int, bool, bool]]) -> list[str]:
        known, said = Entitlements(clock), []
        for event in order:
            known.heard(envelope(event))
        for ask in (known.must_serve_machine, known.must_be_active, lambda id: known.must_have_left(id, API_CALLS)):
            try:
                ask(TENANT)
                said.append("served")
            except (LimitReached, SubscriptionInactive) as error:
                said.append(str(error))
        return said

    shuffled = [*found, *chance.sample(found, len(found) // 2)]
    chance.shuffle(shuffled)
    assert answers(found) == answers(shuffled)
