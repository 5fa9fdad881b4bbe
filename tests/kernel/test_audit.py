from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from actors.api.iam.v1 import GetUserRequest, User
from actors.kernel.access.audit import MASK, Refusals, audit_entry, changes_between
from actors.kernel.call import ANONYMOUS, Call
from actors.kernel.clock import ManualClock
from actors.kernel.errors import NotFound, PermissionMissing
from actors.kernel.records import Record, secret
from tests.kernel.tokens import POLICY, principal

METHOD = POLICY.methods["atrium.iam.v1.UserService/SuspendUser"]


@dataclass(frozen=True, kw_only=True)
class Note(Record):
    title: str = ""
    password: str = secret(default="")
    at: datetime | None = None
    tags: tuple[str, ...] = ()
    update_time: datetime | None = None


def told(before: Note | None, after: Note | None) -> list[tuple[str, str, str]]:
    return [(c.field, c.old_value, c.new_value) for c in changes_between(before, after)]


def test_only_what_differs_is_told() -> None:
    before = Note(id="n", title="old", tags=("a",))
    after = before.but(title="new", tags=("a", "b"), at=datetime(2026, 1, 2, tzinfo=UTC), update_time=datetime.now(UTC))
    assert told(before, after) == [
        ("title", "old", "new"),
        ("at", "", "2026-01-02T00:00:00Z"),
        ("tags", "a", "a, b"),
    ]
    assert told(before, before) == []
    assert told(None, before) == [("title", "", "old"), ("tags", "", "a")]
    assert told(before, None) == [("title", "old", ""), ("tags", "a", "")]


def test_a_secret_is_told_as_changed_and_never_as_what_it_is() -> None:
    before, after = Note(id="n", password="hunter2"), Note(id="n", password="hunter3")
    assert told(before, after) == [("password", MASK, MASK)]
    assert told(None, after) == [("password", "", MASK)]


def test_a_long_value_is_cut() -> None:
    (change,) = changes_between(None, Note(id="n", title="x" * 10_000))
    assert len(change.new_value) == 500 and change.new_value.endswith("…")


def test_fields_of_other_records_carry_their_kind() -> None:
    call = Call(principal=principal(), method=METHOD, scope="ten_1", request=GetUserRequest(id="n"))
    pairs = [("note", None, Note(id="n", title="a")), ("grant", None, Note(id="m", title="b"))]
    entry = audit_entry(call, ManualClock(), pairs, None)
    assert [change.field for change in entry.changes] == ["title", "grant.title"]
    assert entry.target_id == "n"


def test_the_target_is_the_requests_else_the_answers_else_the_first_record() -> None:
    call = Call(principal=principal(), method=METHOD)
    clock, pairs = ManualClock(), [("note", None, Note(id="record"))]
    call.request = GetUserRequest(id="asked")
    assert audit_entry(call, clock, pairs, User(id="answered")).target_id == "asked"
    call.request = None
    assert audit_entry(call, clock, pairs, User(id="answered")).target_id == "answered"
    assert audit_entry(call, clock, pairs, None).target_id == "record"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def refused(refusals: Refusals, **changes: object) -> None:
    who = dataclasses.replace(principal(), **changes) if changes else principal()  # type: ignore[arg-type]
    refusals.add(Call(principal=who, method=METHOD, scope="ten_1"), PermissionMissing(permission="users.write"))


def test_a_flood_of_refusals_makes_two_entries_a_minute(clock: ManualClock) -> None:
    refusals = Refusals(clock)
    entries = []
    for _ in range(12):
        for _ in range(1000):
            refused(refusals)
        entries += refusals.take()
        clock.advance(timedelta(seconds=4))
    assert [entry.count for entry in entries] == [1000]
    clock.advance(timedelta(seconds=60))
    entries += refusals.take()
    assert [entry.count for entry in entries] == [1000, 11_000]
    assert len({entry.id for entry in entries}) == 2
    assert {(e.actor_id, e.reason, e.outcome, e.tenant_id) for e in entries} == {
        ("usr_1", "PERMISSION_MISSING", 7, "ten_1")
    }
    assert refusals.take() == []


def test_a_flood_of_different_callers_is_summed_up_beyond_a_limit(clock: ManualClock) -> None:
    refusals = Refusals(clock, most=10)
    for number in range(1000):
        refused(refusals, user_id=f"usr_{number}")
    entries = refusals.take()
    assert len(entries) == 11
    assert sum(entry.count for entry in entries) == 1000
    (rest,) = [entry for entry in entries if not entry.actor_id]
    assert (rest.count, rest.tenant_id, rest.address, rest.actor_email) == (990, "", "", "")
    for number in range(1000):
        refused(refusals, user_id=f"other_{number}")
    assert refusals.take() == [], "the limit is for the minute, not for each take"


@pytest.mark.parametrize(("asked", "kept"), [("4242 4242 4242 4242", MASK), ("4242 4242 4242 4241", None)])
def test_a_card_number_pasted_for_an_id_is_not_kept(clock: ManualClock, asked: str, kept: str | None) -> None:
    refusals = Refusals(clock)
    call = Call(principal=principal(), method=METHOD, request=GetUserRequest(id=asked))
    refusals.add(call, NotFound(kind="user", id=asked))
    (entry,) = refusals.take()
    assert entry.target_id == (kept or asked)


def test_the_last_take_leaves_nothing_behind(clock: ManualClock) -> None:
    refusals = Refusals(clock)
    refused(refusals)
    assert len(refusals.take()) == 1
    refused(refusals)
    assert refusals.take() == []
    assert [entry.count for entry in refusals.take(everything=True)] == [1]


def test_refusals_of_different_reasons_and_callers_are_told_apart(clock: ManualClock) -> None:
    refusals = Refusals(clock)
    call = Call(principal=principal(), method=METHOD, scope="ten_1")
    refusals.add(call, NotFound(kind="user", id="x"))
    refusals.add(call, PermissionMissing(permission="x"))
    refusals.add(Call(principal=ANONYMOUS, method=METHOD, address="192.0.2.7"), NotFound(kind="user", id="x"))
    found = {(entry.reason, entry.actor_id, entry.address) for entry in refusals.take()}
    assert found == {
        ("NOT_FOUND", "usr_1", ""),
        ("PERMISSION_MISSING", "usr_1", ""),
        ("NOT_FOUND", "", "192.0.2.7"),
    }


def test_refusals_of_methods_without_an_audit_action_are_not_kept(clock: ManualClock) -> None:
    refusals = Refusals(clock)
    method = dataclasses.replace(METHOD, audit_action="")
    refusals.add(Call(principal=principal(), method=method), NotFound(kind="user", id="x"))
    assert refusals.take(everything=True) == []
