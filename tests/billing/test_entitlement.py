"""Entitlements follow the plan and the state, and are announced whole with a rising revision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.entitlement import AnnouncedLimit, Entitlements, EntitlementsChanged, no_entitlements
from actors.billing.domain.subscription_state import State
from actors.billing.domain.terms import Beyond, Limit
from tests.billing.making import START, always, flat, quiet, subscribed, terms_of

TERMS = terms_of(
    flat(1000),
    limits=(Limit("users", 5, Beyond.REFUSE), Limit("api_calls", 1000, Beyond.CHARGE)),
    features=("support.chat",),
)
NONE = no_entitlements("ten_acme", START)


def entitled(state: State = State.ACTIVE, before: Entitlements = NONE, **changes: Any) -> Entitlements:
    return before.entitled(subscribed(TERMS).but(state=state), replace(TERMS, **changes), START)


def test_all_of_what_a_tenant_may_use_is_announced() -> None:
    found = entitled()
    (event,) = found.announcements
    assert event == EntitlementsChanged(
        tenant_id="ten_acme",
        plan_id="standard",
        tier="standard",
        usable=True,
        limits=(AnnouncedLimit("users", 5, False), AnnouncedLimit("api_calls", 1000, True)),
        features=("support.chat",),
        revision=1,
    )
    assert found.limit("users") == Limit("users", 5, Beyond.REFUSE) and found.limit("tickets") is None
    assert found.plan_version == 1


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_usable_is_what_is_tried_paid_or_still_tried_to_be_paid(state: State) -> None:
    usable = state in (State.TRIALING, State.ACTIVE, State.PAST_DUE)
    assert entitled(state).usable == usable
    assert entitled(state).limits == TERMS.limits, "what there would be is still shown"


def test_the_same_again_is_not_announced() -> None:
    found = quiet(entitled())
    assert entitled(before=found) is found
    assert entitled(State.PAST_DUE, before=found) is found, "who may use the same is told nothing"
    assert not NONE.usable and NONE.revision == 0


changes = st.lists(
    st.tuples(st.sampled_from(State), st.integers(0, 3), st.sampled_from(("free", "standard"))), max_size=12
)


@always(changes)
def test_a_later_announcement_has_a_higher_revision_and_the_last_says_what_holds(
    found: list[tuple[State, int, str]],
) -> None:
    kept, told = NONE, []
    for state, most, tier in found:
        after = entitled(state, before=kept, tier=tier, limits=(Limit("users", most, Beyond.REFUSE),))
        told += after.announcements
        kept = quiet(after)
    assert [event.revision for event in told] == list(range(1, len(told) + 1))
    if told:
        last = told[-1]
        assert (last.usable, last.tier, last.limits[0].most) == (kept.usable, kept.tier, kept.limits[0].most)
