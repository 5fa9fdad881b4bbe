"""Roles as values: the built-in ones, inheritance, cycles."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.iam.domain.role import BUILT_IN, Role, RoleCycle, RoleUnknown, check_no_cycle, closure, patterns_of


def test_the_built_in_roles_are_those_of_the_product() -> None:
    names = {realm: [role.display_name for role in roles] for realm, roles in BUILT_IN.items()}
    assert names == {
        "platform": ["Super Admin", "Admin", "Billing Admin", "Support Agent", "Analyst", "Auditor"],
        "tenant": ["Tenant Admin", "Member", "Billing Contact", "Analyst", "Viewer"],
    }
    assert all(role.built_in and role.description for roles in BUILT_IN.values() for role in roles)


def test_only_the_two_administrators_have_everything() -> None:
    whole = [role.display_name for roles in BUILT_IN.values() for role in roles if "*" in role.permissions]
    assert whole == ["Super Admin", "Tenant Admin"]


@pytest.mark.parametrize(("realm", "name"), [("platform", "Auditor"), ("tenant", "Viewer"), ("tenant", "Member")])
def test_roles_that_look_change_nothing(realm: str, name: str) -> None:
    role = next(role for role in BUILT_IN[realm] if role.display_name == name)
    written = [p for p in role.permissions if not p.endswith(".read")]
    assert written == (["tickets.create"] if name == "Member" else [])


def role(id: str, parent: str = "", *permissions: str) -> Role:
    return Role(id=id, display_name=id, name_key=id, permissions=permissions, parent_id=parent)


graphs = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.sampled_from(["", *"abcdef"]), st.lists(st.sampled_from(["x.read", "y.*", "*", "z.do"]), max_size=3)),
    min_size=1,
).map(lambda raw: {id: role(id, parent, *permissions) for id, (parent, permissions) in raw.items()})


@given(graphs)
def test_a_closure_ends_whatever_the_graph_and_holds_each_role_once(known: dict[str, Role]) -> None:
    for id in known:
        found = closure([id], known)
        assert len({one.id for one in found}) == len(found) and found[0].id == id
        for one in found:
            assert one.parent_id not in known or known[one.parent_id] in found


@given(graphs)
def test_a_role_allows_at_least_what_its_parent_does(known: dict[str, Role]) -> None:
    for one in known.values():
        if one.parent_id in known:
            mine, theirs = patterns_of(closure([one.id], known)), patterns_of(closure([one.parent_id], known))
            assert mine == ("*",) or set(theirs) <= set(mine)


@given(graphs)
def test_a_cycle_is_refused_exactly_when_the_role_is_its_own_ancestor(known: dict[str, Role]) -> None:
    for one in known.values():
        seen: list[str] = []
        at: str = one.parent_id
        while at in known and at not in seen:
            seen.append(at)
            at = known[at].parent_id
        circle, lost = bool(at) and at in known, bool(at) and at not in known
        try:
            check_no_cycle(one, known)
        except RoleCycle:
            assert circle
        except RoleUnknown:
            assert lost
        else:
            assert not circle and not lost


def test_everything_is_said_with_a_star_alone() -> None:
    assert patterns_of([role("a", "", "users.read", "*"), role("b", "", "x.y")]) == ("*",)


def test_a_change_of_name_is_not_announced_and_one_of_permissions_is() -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 1, 1, tzinfo=UTC)
    one = replace(role("a", "", "users.read"), create_time=at)
    assert one.changed(at, display_name="b").announcements == ()
    assert len(one.changed(at, permissions=("x.read",)).announcements) == 1
    assert one.changed(at, permissions=("users.read",)) is one
