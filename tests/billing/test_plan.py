"""Plans: a published version never changes; a change is a new version, now or by date."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st

from actors.billing.domain.plan import Plan, PlanState, PlanUnknown, PlanVersion, State, new_plan
from actors.kernel.errors import InvalidFields
from tests.billing.making import START, always, flat, terms_of

TERMS = [replace(terms_of(flat(1000 + n)), display_name=f"Terms {n}") for n in range(9)]
DAY = timedelta(days=1)


def published() -> Plan:
    plan, version = new_plan("standard", TERMS[0], START).published(START)
    assert version is not None and (version.id, version.plan_version) == ("standard:1", 1)
    return plan


def test_a_draft_changes_in_place_and_is_offered_to_nobody() -> None:
    draft = new_plan("standard", TERMS[0], START)
    changed, version = draft.changed(TERMS[1], START + DAY)
    assert (changed.terms, changed.plan_version, version) == (TERMS[1], 1, None)
    assert changed.changed(TERMS[1], START + DAY)[0] is changed
    with pytest.raises(PlanUnknown):
        changed.must_be_offered()


def test_publishing_makes_version_one_once() -> None:
    plan = published()
    plan.must_be_offered()
    assert plan.published(START + DAY) == (plan, None)


def test_a_change_of_a_published_plan_is_a_new_version_in_effect_at_once() -> None:
    plan, version = published().changed(TERMS[1], START + DAY)
    assert version is not None
    assert (plan.plan_version, plan.terms) == (2, TERMS[1]) == (version.plan_version, version.terms)
    assert version.effective_time == START + DAY and plan.due is None
    assert plan.changed(TERMS[1], START + 2 * DAY) == (plan, None), "the same terms make no version"


def test_a_version_waits_for_its_date() -> None:
    plan, version = published().changed(TERMS[1], START, effective=START + 5 * DAY)
    assert version is not None and version.plan_version == 2
    assert (plan.plan_version, plan.terms, plan.next_terms) == (1, TERMS[0], TERMS[1])
    assert plan.due is not None
    due, when = plan.due
    assert (due.plan_id, due.plan_version, when) == ("standard", 2, START + 5 * DAY)
    assert plan.effective(START + 4 * DAY) == (plan, False)
    later, came = plan.effective(START + 5 * DAY)
    assert came and (later.plan_version, later.terms, later.next_terms) == (2, TERMS[1], None)
    assert later.effective(START + 9 * DAY) == (later, False)
    assert plan.changed(TERMS[1], START, effective=START + 5 * DAY) == (plan, None)


def test_a_version_that_waits_is_replaced_under_its_number() -> None:
    waiting, _ = published().changed(TERMS[1], START, effective=START + 5 * DAY)
    postponed, version = waiting.changed(TERMS[2], START, effective=START + 9 * DAY)
    assert version is not None and (version.id, version.effective_time) == ("standard:2", START + 9 * DAY)
    assert postponed.effective(START + 5 * DAY) == (postponed, False)
    at_once, version = waiting.changed(TERMS[3], START + DAY)
    assert version is not None and version.id == "standard:2" and at_once.terms == TERMS[3]
    assert at_once.next_terms is None
    taken_back, version = waiting.changed(TERMS[0], START + DAY)
    assert version is not None and taken_back.terms == TERMS[0] and taken_back.next_terms is None


def test_a_change_after_the_date_of_one_that_waits_comes_after_it() -> None:
    """Though nothing has looked at the plan in between."""
    waiting, _ = published().changed(TERMS[1], START, effective=START + 5 * DAY)
    plan, version = waiting.changed(TERMS[2], START + 6 * DAY)
    assert version is not None and plan.plan_version == version.plan_version == 3


def test_a_date_that_has_passed_is_refused() -> None:
    with pytest.raises(InvalidFields) as refused:
        published().changed(TERMS[1], START + DAY, effective=START)
    assert refused.value.violations[0].field == "effective_time"


def test_an_archived_plan_is_offered_to_nobody_until_it_is_published_again() -> None:
    plan = published()
    archived = plan.archived(START + DAY)
    assert archived.archived(START + 2 * DAY) is archived
    with pytest.raises(PlanUnknown):
        archived.must_be_offered()
    with pytest.raises(PlanState) as refused:
        archived.changed(TERMS[1], START + DAY)
    assert refused.value.metadata["state"] == "ARCHIVED"
    again, version = archived.published(START + 2 * DAY)
    assert (again.state, version, again.plan_version) == (State.PUBLISHED, None, 1)


def test_a_draft_may_be_archived_and_has_its_first_version_when_it_is_published() -> None:
    archived = new_plan("standard", TERMS[0], START).archived(START)
    _, version = archived.published(START + DAY)
    assert version is not None and version.plan_version == 1 and version.effective_time == START + DAY


@always(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.integers(0, 4)), max_size=12))
def test_versions_count_up_and_none_changes_once_it_is_in_effect(changes: list[tuple[int, int, int]]) -> None:
    """Whatever is published in whatever order, for now or later."""
    now = START
    plan = published()
    kept: dict[int, PlanVersion] = {}
    seen: dict[int, object] = {1: TERMS[0]}
    for terms, passed, ahead in changes:
        now += passed * DAY
        plan, version = plan.changed(TERMS[terms], now, now + ahead * DAY if ahead else None)
        if version is not None:
            kept[version.plan_version] = version
        plan, _ = plan.effective(now)
        assert seen.setdefault(plan.plan_version, plan.terms) == plan.terms, "a version in effect changed"
        if plan.plan_version > 1:
            assert kept[plan.plan_version].terms == plan.terms, "what is kept is what is in effect"
            assert kept[plan.plan_version].effective_time <= now
    assert sorted(kept) == list(range(2, 2 + len(kept)))
