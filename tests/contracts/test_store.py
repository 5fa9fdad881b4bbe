"""What every store promises (`actors/kernel/store/contract.py`): units, versions, tenants."""

import asyncio
import dataclasses
import functools
from datetime import UTC, datetime

import pytest

from actors.api.kernel.v1 import AuditRecorded, MailQueued
from actors.api.tenants.v1 import Tenant
from actors.kernel.call import Call
from actors.kernel.errors import Contended, EtagStale, NotFound
from actors.kernel.host.idempotency import key_of
from actors.kernel.host.retry import attempts
from actors.kernel.mail import Mail
from actors.kernel.store.contract import Eq, Placement, inbox_of
from actors.kernel.store.migrate import create_own_database
from actors.kernel.store.unit import AlreadyHandled
from tests.contracts.things import (
    ALSO_POOLED,
    COLLECTIONS,
    POOLED,
    SILOED,
    CodeTaken,
    Colour,
    KeyTaken,
    Part,
    Shop,
    TenantRestored,
    Thing,
    bare,
    call_of,
)

SCOPES = [POOLED, SILOED, ""]
AT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)


class Fault(Exception):
    """Something that goes wrong inside a unit."""


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_record_comes_back_as_it_was_put(shop: Shop, scope: str) -> None:
    part = Part(name="p", colour=Colour.GREEN, at=AT)
    thing = Thing(
        id="t", name="Näme", key="k", colour=Colour.GREEN, size=7, at=AT, tags=("a", "b"), parts=(part,), main=part,
        raw=b"\0\xff",
    )  # fmt: skip
    (put,) = await shop.put(thing, scope=scope)
    found = await shop.get("t", scope)
    assert found == put
    assert bare(found) == thing
    assert (found.version, found.etag, found.tenant_id) == (1, "1", scope)


async def test_a_unit_commits_records_announcements_audit_and_mails_together(shop: Shop) -> None:
    call = call_of(audited=True)
    async with shop.store.unit(call) as unit:
        unit.things.put(Thing(id="a").but(TenantRestored(tenant_id=POOLED)))
        unit.things.put(Thing(id="b"))
        unit.mail(Mail(to="x@example.com", subject="s", text="t"))
        unit.note("tenants:tenant:noted", "a", "why")
    assert (await shop.get("a")).version == (await shop.get("b")).version == 1
    types = sorted(entry["type"].rpartition(".")[2] for entry in await shop.outbox())
    assert types == ["AuditRecorded", "AuditRecorded", "MailQueued", "TenantRestored"]
    assert call.audited
    assert len(shop.committed) == 1


@pytest.mark.parametrize("kept", [True, False])
async def test_a_unit_that_fails_changes_nothing(shop: Shop, kept: bool) -> None:
    await shop.put(Thing(id="old", name="before"))
    call = call_of(audited=True, inbox_ids=("tenants:evt_1",))
    call.idempotency = key_of("k", call, Tenant(), shop.store.sealer)
    with pytest.raises(Fault):
        async with shop.store.unit(call) as unit:
            unit.things.put((await unit.things.get("old")).but(TenantRestored(tenant_id=POOLED), name="after"))
            unit.things.put(Thing(id="new"))
            unit.things.delete(await unit.things.get("old"))
            unit.things.increment("hits", {}, hits=1)
            unit.things.insert_absent([Thing(id="absent")])
            if kept:
                unit.answer(Tenant(id="x"))
            raise Fault
    async with shop.unit() as unit:
        assert [(t.id, t.name) for t in await unit.things.select()] == [("old", "before")]
    assert await shop.outbox() == []
    assert await shop.store.handled(["tenants:evt_1"]) == set()
    assert await shop.store.kept_answer(call.idempotency.id) is None
    assert not call.audited


async def test_a_commit_that_meets_a_conflict_leaves_none_of_its_writes(shop: Shop) -> None:
    await shop.put(Thing(id="t", name="one"))
    call = call_of(inbox_ids=("tenants:evt_2",))
    with pytest.raises(Contended):
        async with shop.store.unit(call) as unit:
            mine = await unit.things.get("t")
            unit.things.put(Thing(id="first").but(TenantRestored(tenant_id=POOLED)))
            unit.offers.put(Thing(id="offer"))
            unit.things.increment("counter", {}, hits=1)
            await shop.put((await shop.get("t")).but(name="two"))
            unit.things.put(mine.but(name="three"))
    assert (await shop.get("t")).name == "two"
    async with shop.unit() as unit:
        assert await unit.things.find("first") is None
        assert await unit.things.find("counter") is None
        assert await unit.offers.find("offer") is None
    assert await shop.outbox() == []
    assert await shop.store.handled(["tenants:evt_2"]) == set()


async def test_a_record_somebody_else_deleted_is_not_written_again(shop: Shop) -> None:
    await shop.put(Thing(id="t"))
    with pytest.raises(Contended):
        async with shop.unit() as unit:
            mine = await unit.things.get("t")
            async with shop.unit() as other:
                other.things.delete(await other.things.get("t"))
            unit.things.put(mine.but(name="x"))
    with pytest.raises(NotFound):
        await shop.get("t")


async def test_a_record_read_in_another_unit_is_written_only_if_nobody_else_did_since(shop: Shop) -> None:
    await shop.put(Thing(id="t", name="one"))
    early = await shop.get("t")
    await shop.put((await shop.get("t")).but(name="two"))
    with pytest.raises(Contended):
        async with shop.unit() as unit:
            await unit.things.select()  # reads the newer one as well
            unit.things.put(early.but(name="three"))
    assert (await shop.get("t")).name == "two"


async def test_a_new_record_with_the_id_of_one_that_was_read_takes_its_place(shop: Shop) -> None:
    await shop.put(Thing(id="t", name="one", size=3))
    async with shop.unit() as unit:
        assert await unit.things.find("t")
        unit.things.put(Thing(id="t", name="two"))
    found = await shop.get("t")
    assert (found.name, found.size, found.version) == ("two", None, 2)


async def test_two_creators_of_one_id_are_not_both_served(shop: Shop) -> None:
    await shop.put(Thing(id="t", name="one"))
    with pytest.raises(Contended):
        await shop.put(Thing(id="t", name="two"))
    assert (await shop.get("t")).name == "one"


async def test_an_unchanged_record_is_not_written(shop: Shop) -> None:
    await shop.put(Thing(id="t", name="same"))
    async with shop.unit() as unit:
        thing = await unit.things.get("t")
        assert unit.things.put(thing.but(name="same")) is not None
    assert (await shop.get("t")).version == 1
    assert len(shop.committed) == 0


async def test_what_a_unit_holds_nobody_else_has_written_since_it_was_read(shop: Shop) -> None:
    await shop.put(Thing(id="t", name="same"))
    async with shop.unit() as unit:
        held = unit.things.hold(await unit.things.get("t"))
        unit.offers.put(Thing(id="first"))
    assert (held.name, held.version) == ("same", 2) and await shop.get("t") == held
    with pytest.raises(Contended):
        async with shop.unit() as unit:
            read = await unit.things.get("t")
            async with shop.unit() as other:
                other.things.put((await other.things.get("t")).but(name="other"))
            unit.things.hold(read)
            unit.offers.put(Thing(id="second"))
    async with shop.unit() as unit:
        assert await unit.offers.find("first") is not None and await unit.offers.find("second") is None
        changed = unit.things.put((await unit.things.get("t")).but(size=5))
        assert unit.things.hold(changed) == changed
    assert (await shop.get("t")).size == 5


async def test_an_unchanged_record_still_makes_its_announcement(shop: Shop) -> None:
    await shop.put(Thing(id="t"))
    async with shop.unit() as unit:
        unit.things.put((await unit.things.get("t")).but(TenantRestored(tenant_id=POOLED)))
    assert [entry["event_tenant_id"] for entry in await shop.outbox()] == [POOLED]


async def test_a_record_put_twice_in_a_unit_is_written_once(shop: Shop) -> None:
    async with shop.unit() as unit:
        thing = unit.things.put(Thing(id="t", name="one"))
        thing = unit.things.put(thing.but(name="two"))
        assert (await unit.things.find("t")) == thing
        assert thing.etag == "1"
    assert (await shop.get("t")).name == "two"
    async with shop.unit() as unit:
        first = unit.things.put((await unit.things.get("t")).but(size=1))
        unit.things.put(first.but(name="three"))
    found = await shop.get("t")
    assert (found.name, found.size, found.version) == ("three", 1, 2)


async def test_a_record_made_and_deleted_in_one_unit_was_never_there(shop: Shop) -> None:
    async with shop.unit() as unit:
        unit.things.delete(unit.things.put(Thing(id="t")))
        unit.things.put(Thing(id="u"))
    async with shop.unit() as unit:
        assert [t.id for t in await unit.things.select()] == ["u"]


async def test_a_record_deleted_and_put_in_one_unit_stays(shop: Shop) -> None:
    await shop.put(Thing(id="t", name="one"))
    async with shop.unit() as unit:
        thing = await unit.things.get("t")
        unit.things.delete(thing)
        assert await unit.things.find("t") is None
        unit.things.put(thing)
    assert (await shop.get("t")).name == "one"


async def test_a_record_changed_and_deleted_in_one_unit_is_gone(shop: Shop) -> None:
    await shop.put(Thing(id="t"))
    async with shop.unit() as unit:
        unit.things.delete(unit.things.put((await unit.things.get("t")).but(name="x")))
    async with shop.unit() as unit:
        assert await unit.things.find("t") is None


async def test_an_etag_must_be_the_current_one(shop: Shop) -> None:
    await shop.put(Thing(id="t"))
    async with shop.unit() as unit:
        assert (await unit.things.get("t", etag="1")).id == "t"
        with pytest.raises(EtagStale) as refused:
            await unit.things.get("t", etag="0")
    assert refused.value.metadata == {"kind": "thing", "id": "t"}


async def test_a_unit_of_reads_commits_nothing(shop: Shop) -> None:
    call = call_of(audited=True)
    async with shop.store.unit(call) as unit:
        await unit.things.select()
    assert not call.audited
    assert await shop.outbox() == []


async def test_a_unit_aside_leaves_neither_audit_nor_marks_nor_the_answer(shop: Shop) -> None:
    call = call_of(audited=True, inbox_ids=("tenants:evt_3",))
    call.idempotency = key_of("k", call, Tenant(), shop.store.sealer)
    async with shop.store.unit(call, aside=True) as unit:
        unit.things.put(Thing(id="t"))
    assert await shop.store.handled(["tenants:evt_3"]) == set()
    assert await shop.outbox() == []
    assert not call.audited


async def test_an_audit_entry_can_be_left_by_a_call_that_changes_nothing(shop: Shop) -> None:
    call = call_of(audited=True)
    async with shop.store.unit(call) as unit:
        unit.audit()
    assert [entry["type"] for entry in await shop.outbox()] == [AuditRecorded.DESCRIPTOR.full_name]
    assert call.audited


async def test_an_audit_entry_tells_what_changed(shop: Shop) -> None:
    await shop.put(Thing(id="t", name="one"))
    async with shop.unit(audited=True) as unit:
        unit.things.put((await unit.things.get("t")).but(name="two", colour=Colour.GREEN))
    entry = AuditRecorded.FromString(bytes((await shop.outbox())[0]["payload"]))
    assert [(c.field, c.old_value, c.new_value) for c in entry.changes] == [
        ("name", "one", "two"),
        ("colour", "RED", "GREEN"),
    ]
    assert (entry.action, entry.target_id, entry.tenant_id) == ("tenants:tenant:suspend", "t", POOLED)


async def test_a_mail_is_kept_sealed(shop: Shop) -> None:
    async with shop.unit() as unit:
        unit.mail(Mail(to="x@example.com", subject="s", text="one-time-link"))
    (entry,) = await shop.outbox()
    assert entry["type"] == MailQueued.DESCRIPTOR.full_name
    assert b"one-time-link" not in bytes(entry["payload"])


# --- unique keys ---


async def test_a_taken_key_raises_the_declared_error_with_its_fields(shop: Shop) -> None:
    await shop.put(Thing(id="a", key="same"))
    with pytest.raises(KeyTaken) as refused:
        await shop.put(Thing(id="new"), Thing(id="b", key="same"))
    assert refused.value.metadata == {"key": "same"}
    async with shop.unit() as unit:
        assert await unit.things.find("new") is None


async def test_a_change_to_a_taken_key_is_refused_too(shop: Shop) -> None:
    await shop.put(Thing(id="a", key="x"), Thing(id="b", key="y"))
    with pytest.raises(KeyTaken):
        async with shop.unit() as unit:
            unit.things.put((await unit.things.get("b")).but(key="x"))
    assert (await shop.get("b")).key == "y"


async def test_records_without_the_key_do_not_collide(shop: Shop) -> None:
    await shop.put(Thing(id="a"), Thing(id="b"), Thing(id="c", key=""), Thing(id="d", key=""))
    async with shop.unit() as unit:
        assert await unit.things.count() == 4


async def test_a_freed_key_can_be_taken(shop: Shop) -> None:
    (thing,) = await shop.put(Thing(id="a", key="k"))
    await shop.put(thing.but(key=None))
    await shop.put(Thing(id="b", key="k"))
    assert (await shop.get("b")).key == "k"


@pytest.mark.parametrize("first", SCOPES)
async def test_tenants_may_use_the_same_key(shop: Shop, first: str) -> None:
    await shop.put(Thing(id="a", key="k"), scope=first)
    await shop.put(Thing(id="b", key="k"), scope=ALSO_POOLED)


async def test_a_provider_key_is_unique_over_all_tenants(shop: Shop) -> None:
    await shop.put(Thing(id="a", code="c"), scope=POOLED, collection="offers")
    with pytest.raises(CodeTaken):
        await shop.put(Thing(id="b", code="c"), scope=ALSO_POOLED, collection="offers")


async def test_a_key_of_several_fields_is_unique_in_all_of_them(shop: Shop) -> None:
    await shop.put(Thing(id="a", key="k", colour=Colour.RED), collection="own")
    await shop.put(Thing(id="b", key="k", colour=Colour.GREEN), collection="own")
    with pytest.raises(KeyTaken) as refused:
        await shop.put(Thing(id="c", key="k", colour=Colour.RED), collection="own")
    assert refused.value.metadata == {"colour": "RED", "key": "k"}


async def test_a_duplicate_without_a_declared_error_is_contention(shop: Shop) -> None:
    await shop.put(Thing(id="a", code="c"), collection="notes")
    with pytest.raises(Contended):
        await shop.put(Thing(id="b", code="c"), collection="notes")


async def test_parallel_creations_of_one_key_are_won_by_one(shop: Shop) -> None:
    async def create(number: int) -> str:
        try:
            await attempts(call_of(), lambda: shop.put(Thing(id=f"t{number}", key="one")))
        except KeyTaken:
            return "taken"
        return "won"

    results = await asyncio.gather(*(create(number) for number in range(20)))
    assert sorted(results) == ["taken"] * 19 + ["won"]
    async with shop.unit() as unit:
        assert await unit.things.count(Eq("key", "one")) == 1


# --- events and answers, each once ---


async def test_an_event_is_marked_with_the_change_it_caused(shop: Shop) -> None:
    async with shop.unit(inbox_ids=("tenants:evt_4",)) as unit:
        unit.things.increment("t", {}, hits=1)
    assert await shop.store.handled(["tenants:evt_4", "tenants:evt_5"]) == {"tenants:evt_4"}


async def test_an_event_is_marked_even_if_it_changed_nothing(shop: Shop) -> None:
    async with shop.unit(inbox_ids=("tenants:evt_6",)):
        pass
    assert await shop.store.handled(["tenants:evt_6"]) == {"tenants:evt_6"}


async def test_an_event_handled_before_is_not_handled_again(shop: Shop) -> None:
    for expected in (1, 1):
        try:
            async with shop.unit(inbox_ids=("tenants:evt_7",)) as unit:
                unit.things.increment("t", {}, hits=1)
                unit.announce(TenantRestored(tenant_id=POOLED))
        except AlreadyHandled:
            pass
        assert (await shop.get("t")).hits == expected
    assert len(await shop.outbox()) == 1


async def test_replicas_that_handle_one_event_at_once_have_one_effect(shop: Shop) -> None:
    async def handle() -> None:
        async with shop.again().unit(call_of(inbox_ids=("tenants:evt_8",))) as unit:
            unit.things.increment("t", {}, hits=1)

    async def replica() -> str:
        try:
            await attempts(call_of(), handle)
        except AlreadyHandled:
            return "already"
        return "handled"

    assert sorted(await asyncio.gather(*(replica() for _ in range(8)))) == ["already"] * 7 + ["handled"]
    assert (await shop.get("t")).hits == 1


async def test_a_taken_key_during_a_reaction_is_not_mistaken_for_a_handled_event(shop: Shop) -> None:
    await shop.put(Thing(id="a", key="k"))

    def put(unit: object, thing: Thing) -> None:
        unit.things.put(thing)  # type: ignore[attr-defined]

    def insert(unit: object, thing: Thing) -> None:
        unit.things.insert_absent([thing])  # type: ignore[attr-defined]

    for write in (put, insert):
        with pytest.raises(KeyTaken):
            async with shop.unit(inbox_ids=("tenants:evt_9",)) as unit:
                write(unit, Thing(id="b", key="k"))
    assert await shop.store.handled(["tenants:evt_9"]) == set()


async def test_an_increment_of_another_tenants_record_is_not_mistaken_for_a_handled_event(shop: Shop) -> None:
    await shop.put(Thing(id="t", hits=5), scope=ALSO_POOLED)
    with pytest.raises(Contended):
        async with shop.unit(inbox_ids=("tenants:evt_10",)) as unit:
            unit.things.increment("t", {}, hits=1)
    assert (await shop.get("t", ALSO_POOLED)).hits == 5
    assert await shop.store.handled(["tenants:evt_10"]) == set()


async def test_a_highest_value_rises_and_never_falls_whoever_reports_it(shop: Shop) -> None:
    await shop.put(Thing(id="there", name="kept", size=5, hits=1), Thing(id="empty"))

    async def report(id: str, value: int) -> None:
        async with shop.again().unit(call_of()) as unit:
            unit.things.increment(id, {"name": "new"}, {"code": str(value)}, {"size": value}, hits=1)

    for id in ("there", "empty", "absent"):
        await attempts(call_of(), functools.partial(report, id, 3))
        await asyncio.gather(*(attempts(call_of(), functools.partial(report, id, value)) for value in (9, 0, 7)))
    found = {id: await shop.get(id) for id in ("there", "empty", "absent")}
    assert {id: (one.size, one.hits, one.name) for id, one in found.items()} == {
        "there": (9, 5, "kept"),
        "empty": (9, 4, ""),
        "absent": (9, 4, "new"),
    }
    async with shop.unit() as unit:
        unit.things.increment("nobody", None, highest={"size": 1})
        unit.things.increment("there", None, highest={"size": 10})
        unit.things.increment("empty", {}, highest={"size": -1})
    assert [(await shop.get(id)).size for id in ("there", "empty")] == [10, 9]
    async with shop.unit() as unit:
        assert await unit.things.find("nobody") is None


async def test_handled_marks_expire_later_than_any_event_can_come_again(shop: Shop) -> None:
    async with shop.unit(inbox_ids=("tenants:evt_11",)):
        pass
    place = await shop.store.place(inbox_of("tenants"), "")
    document = await shop.backend.get(place, "tenants:evt_11")
    assert document is not None
    assert (document["expire_time"] - shop.clock.now()).days >= 13


def keyed(shop: Shop, text: str = "key-1") -> Call:
    call = call_of(audited=True)
    call.idempotency = key_of(text, call, Tenant(id="request"), shop.store.sealer)
    return call


async def test_an_answer_is_kept_with_the_change_and_opens_with_its_key_only(shop: Shop) -> None:
    call = keyed(shop)
    async with shop.store.unit(call) as unit:
        unit.things.put(Thing(id="t"))
        unit.answer(Tenant(id="t", display_name="a-secret-shown-once"))
    kept = await shop.store.kept_answer(call.idempotency.id)
    assert kept is not None
    assert b"a-secret-shown-once" not in bytes(kept.sealed)
    assert Tenant.FromString(keyed(shop).idempotency.open(bytes(kept.sealed))).display_name == "a-secret-shown-once"
    assert kept.request_hash == keyed(shop).idempotency.request_hash
    assert await shop.store.kept_answer(keyed(shop, "key-2").idempotency.id) is None


async def test_twins_of_one_key_are_not_both_carried_out(shop: Shop) -> None:
    async def twin(number: int) -> str:
        try:
            async with shop.again().unit(keyed(shop)) as unit:
                unit.things.put(Thing(id=f"t{number}"))
                unit.answer(Tenant(id=f"t{number}"))
        except Contended:
            return "contended"
        return "done"

    assert sorted(await asyncio.gather(*(twin(number) for number in range(6)))) == ["contended"] * 5 + ["done"]
    async with shop.unit() as unit:
        assert await unit.things.count() == 1


async def test_a_unit_that_forgets_the_answer_of_a_keyed_call_is_refused(shop: Shop) -> None:
    with pytest.raises(RuntimeError, match="was not given the answer"):
        async with shop.store.unit(keyed(shop)) as unit:
            unit.things.put(Thing(id="t"))
    async with shop.unit() as unit:
        assert await unit.things.find("t") is None


async def test_an_event_no_bus_would_take_is_refused_before_it_can_block_the_relay(shop: Shop) -> None:
    with pytest.raises(RuntimeError, match="bytes; events may have"):
        async with shop.unit() as unit:
            unit.things.put(Thing(id="t"))
            unit.announce(TenantRestored(tenant_id="x" * 600_000))
    async with shop.unit() as unit:
        assert await unit.things.find("t") is None


# --- contention ---


async def test_fifty_parallel_changes_of_one_record_are_all_applied(shop: Shop) -> None:
    await shop.put(Thing(id="t", size=0))

    async def change() -> None:
        async with shop.unit() as unit:
            thing = await unit.things.get("t")
            unit.things.put(thing.but(TenantRestored(tenant_id=POOLED), size=(thing.size or 0) + 1))

    async def persistent() -> None:
        while True:  # a caller who tries again when the host gave up, as the message says
            try:
                return await attempts(call_of(), change)
            except Contended:
                continue

    await asyncio.gather(*(persistent() for _ in range(50)))
    thing = await shop.get("t")
    assert (thing.size, thing.version) == (50, 51)
    assert len(await shop.outbox()) == 50


async def test_transfers_that_take_the_same_records_in_opposite_orders_all_end(shop: Shop) -> None:
    """Two of them can each hold what the other waits for: one gives way and tries again."""
    names = ("a", "b", "c")
    await shop.put(*(Thing(id=name, size=0) for name in names))

    async def transfer(giver: str, taker: str) -> None:
        async with shop.unit() as unit:
            for id, amount in ((giver, -1), (taker, 1)):
                thing = await unit.things.get(id)
                unit.things.put(thing.but(size=(thing.size or 0) + amount))
            unit.offers.increment(taker, {}, hits=1)
            unit.offers.increment(giver, {}, hits=1)

    async def persistent(giver: str, taker: str) -> None:
        while True:
            try:
                return await attempts(call_of(), lambda: transfer(giver, taker))
            except Contended:
                continue

    pairs = [(giver, taker) for giver in names for taker in names if giver != taker]
    await asyncio.gather(*(persistent(*pair) for pair in pairs * 4))
    assert [(await shop.get(name)).size for name in names] == [0, 0, 0]
    assert [(await shop.get(name, collection="offers")).hits for name in names] == [16, 16, 16]


async def test_parallel_increments_are_all_counted(shop: Shop) -> None:
    async def count(number: int) -> None:
        async with shop.unit() as unit:
            unit.things.increment("t", {"name": "made once"}, {"size": 9}, hits=1)

    await asyncio.gather(*(attempts(call_of(), lambda n=n: count(n)) for n in range(40)))  # type: ignore[misc]
    thing = await shop.get("t")
    assert (thing.hits, thing.name, thing.size, thing.tenant_id) == (40, "made once", 9, POOLED)


async def test_an_increment_survives_a_change_that_was_read_before_it(shop: Shop) -> None:
    await shop.put(Thing(id="t", hits=1, name="one"))
    async with shop.unit() as unit:
        thing = await unit.things.get("t")
        async with shop.unit() as other:
            other.things.increment("t", None, {"at": AT}, hits=1)
        unit.things.put(thing.but(name="two"))
    found = await shop.get("t")
    assert (found.name, found.hits, found.at) == ("two", 2, AT)


async def test_an_increment_without_first_values_makes_no_record(shop: Shop) -> None:
    async with shop.unit() as unit:
        unit.things.increment("nobody", None, hits=1)
    async with shop.unit() as unit:
        assert await unit.things.find("nobody") is None


async def test_insert_absent_leaves_what_is_there(shop: Shop) -> None:
    await shop.put(Thing(id="a", name="old"))
    async with shop.unit() as unit:
        unit.things.insert_absent([Thing(id="a", name="new"), Thing(id="b", name="new")])
    assert (await shop.get("a")).name == "old"
    assert (await shop.get("b")).name == "new"
    async with shop.unit() as unit:
        unit.things.put((await unit.things.get("b")).but(name="changed"))
    assert (await shop.get("b")).version == 2


# --- tenants never meet ---


@pytest.mark.parametrize("owner", [ALSO_POOLED, SILOED, ""])
@pytest.mark.parametrize("collection", ["things", "own"])
async def test_another_tenants_record_is_neither_found_nor_listed(shop: Shop, owner: str, collection: str) -> None:
    if collection == "own" and not owner:
        pytest.skip("the platform has no records of its own in a collection of tenants")
    await shop.put(Thing(id="t", name="theirs", key="k", size=1), scope=owner, collection=collection)
    async with shop.unit(POOLED) as unit:
        mine = getattr(unit, collection)
        assert await mine.find("t") is None
        assert await mine.select() == []
        assert await mine.one(Eq("key", "k")) is None
        assert await mine.count() == 0
        assert await mine.group(by=["name"], sums=["size"]) == []
        assert [one async for one in mine.scan()] == []


async def test_another_tenants_record_cannot_be_overwritten(shop: Shop) -> None:
    (theirs,) = await shop.put(Thing(id="t", name="theirs"), scope=ALSO_POOLED)
    forged = dataclasses.replace(theirs, tenant_id="", name="mine")
    with pytest.raises(Contended):
        await shop.put(forged, scope=POOLED)
    with pytest.raises(Contended):
        await shop.put(Thing(id="t", name="mine"), scope=POOLED)
    assert (await shop.get("t", ALSO_POOLED)).name == "theirs"


async def test_a_record_never_changes_hands(shop: Shop) -> None:
    (theirs,) = await shop.put(Thing(id="t"), scope=ALSO_POOLED)
    with pytest.raises(RuntimeError, match="belongs to"):
        await shop.put(theirs.but(name="mine"), scope=POOLED)
    with pytest.raises(RuntimeError, match="belongs to"):
        await shop.put(theirs.but(name="mine"), scope="")


async def test_another_tenants_record_cannot_be_deleted(shop: Shop) -> None:
    (theirs,) = await shop.put(Thing(id="t"), scope=ALSO_POOLED)
    with pytest.raises(Contended):
        async with shop.unit(POOLED) as unit:
            unit.things.delete(theirs)
    place = await shop.store.place(COLLECTIONS[0], POOLED)
    await shop.backend.remove(place, ["t"])
    assert await shop.backend.purge(place) == 0
    assert (await shop.get("t", ALSO_POOLED)).version == 1


@pytest.mark.parametrize("collection", ["things", "own", "offers"])
async def test_an_increment_reaches_no_other_tenant(shop: Shop, collection: str) -> None:
    await shop.put(Thing(id="t", hits=1), scope=ALSO_POOLED, collection=collection)
    async with shop.unit(POOLED) as unit:
        getattr(unit, collection).increment("t", None, {"name": "mine"}, hits=10)
    found = await shop.get("t", ALSO_POOLED, collection)
    assert (found.hits, found.name) == (1, "")


async def test_an_unknown_tenant_has_no_place(shop: Shop) -> None:
    with pytest.raises(NotFound) as refused:
        await shop.get("t", scope="ten_unknown")
    assert refused.value.metadata == {"kind": "tenant", "id": "ten_unknown"}
    with pytest.raises(NotFound):
        await shop.put(Thing(id="t"), scope="ten_unknown")


async def test_a_placement_made_later_is_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.get("t", scope="ten_new")
    async with shop.unit("") as unit:
        unit.placements.put(Placement(id="ten_new", tenant_id="ten_new", isolation="POOL"))
    await shop.put(Thing(id="t"), scope="ten_new")


async def test_a_tenants_own_database_holds_its_records_and_no_others(shop: Shop) -> None:
    if not shop.silo:
        pytest.skip("the SQL store keeps all tenants in one database, so that a unit over several of them is atomic")
    await shop.put(Thing(id="s"), scope=SILOED)
    await shop.put(Thing(id="p"), scope=POOLED)
    await create_own_database(shop.backend, COLLECTIONS, "silo")  # again, with something in it
    assert (await shop.get("s", SILOED)).id == "s"
    await shop.backend.drop("silo")
    async with shop.unit(SILOED) as unit:
        assert await unit.things.find("s") is None
    assert (await shop.get("p")).id == "p"


@pytest.mark.parametrize("scope", ["", POOLED, SILOED])
async def test_the_platforms_own_collection_is_the_same_from_everywhere(shop: Shop, scope: str) -> None:
    await shop.put(Thing(id="n", name="note"), scope=scope, collection="notes")
    assert (await shop.get("n", ALSO_POOLED, "notes")).name == "note"
    assert (await shop.get("n", "", "notes")).name == "note"


async def test_the_provider_sees_all_tenants_and_a_call_about_one_sees_that_one(shop: Shop) -> None:
    await shop.put(Thing(id="a"), scope=POOLED, collection="offers")
    await shop.put(Thing(id="b", tenant_id=SILOED), scope="", collection="offers")
    await shop.put(Thing(id="c"), scope="", collection="offers")
    seen = {}
    for scope in ("", POOLED, SILOED, ALSO_POOLED):
        async with shop.unit(scope) as unit:
            seen[scope] = [(one.id, one.tenant_id) for one in await unit.offers.select()]
    assert seen == {
        "": [("a", POOLED), ("b", SILOED), ("c", "")],
        POOLED: [("a", POOLED)],
        SILOED: [("b", SILOED)],
        ALSO_POOLED: [],
    }


@pytest.mark.parametrize("collection", ["own", "offers"])
async def test_the_platform_may_change_a_tenants_record_without_taking_it_away(shop: Shop, collection: str) -> None:
    await shop.put(Thing(id="t", name="one"), scope=POOLED, collection=collection)
    async with shop.unit("") as unit:
        handle = getattr(unit, collection)
        handle.put((await handle.get("t")).but(name="two"))
    found = await shop.get("t", POOLED, collection)
    assert (found.name, found.tenant_id) == ("two", POOLED)


async def test_a_unit_may_span_tenants_when_it_says_so(shop: Shop) -> None:
    silos = "a" if shop.silo else "b"  # within one database an id is taken once
    async with shop.unit("") as unit:
        unit.things.of(POOLED).put(Thing(id="a"))
        unit.things.of(SILOED).put(Thing(id=silos))
        unit.things.put(Thing(id="a"))
    owners = [(await shop.get(id, scope)).tenant_id for id, scope in (("a", POOLED), (silos, SILOED), ("a", ""))]
    assert owners == [POOLED, SILOED, ""]
