"""Reactions, relay and host: what is announced has its effect once, whatever breaks meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actors.api.kernel.v1 import TenantDataPurged
from actors.api.tenants.v1 import TenantRestored as TenantRestoredMessage
from actors.kernel.call import Call
from actors.kernel.clock import ManualClock
from actors.kernel.errors import Contended, DependencyUnavailable
from actors.kernel.events import memory
from actors.kernel.events.contract import Envelope, Source, message_type, subject_of
from actors.kernel.events.inbox import Reaction, Reactions
from actors.kernel.events.memory import MemoryBus
from actors.kernel.events.outbox import Outbox
from actors.kernel.events.relay import BATCH, Relay
from actors.kernel.host.tenancy import TenantData
from actors.kernel.store.contract import OutboxEntry, Put
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.wire import document
from tests.contracts.buses import Seen, background, until
from tests.contracts.things import COLLECTIONS, POOLED, SILOED, Shop, TenantRestored, Thing, shop_over


def envelope(id: str = "evt_1", tenant: str = POOLED, module: str = "tenants", **more: Any) -> Envelope:
    message = TenantRestoredMessage(tenant_id=tenant)
    return Envelope(
        id=id,
        type=message.DESCRIPTOR.full_name,
        subject=subject_of(module, "TenantRestored", tenant),
        payload=message.SerializeToString(),
        time=datetime(2026, 1, 2, tzinfo=UTC),
        tenant_id=tenant,
        request_id="req_9",
        **more,
    )


class Counter:
    """Reactions that count into a record."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.calls: list[Call] = []
        self.sizes: list[int] = []
        self.failures: list[Exception] = []

    async def one(self, event: Any, call: Call) -> None:
        self.calls.append(call)
        async with self.shop.store.unit(call) as unit:
            unit.things.increment("count", {}, hits=1)
            if self.failures:
                raise self.failures.pop(0)

    async def many(self, events: Any, call: Call) -> None:
        self.sizes.append(len(events))
        async with self.shop.store.unit(call) as unit:
            unit.notes.increment("batch", {}, hits=len(events))

    async def nothing(self, event: Any, call: Call) -> None:
        self.calls.append(call)


@pytest.fixture
async def shop() -> Shop:
    return await shop_over(MemoryBackend(), ManualClock())


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus(ManualClock(), retry_seconds=0.0001)


def reactions(shop: Shop, bus: MemoryBus, *all: Reaction) -> Reactions:
    return Reactions("tenants", all, shop.store, bus)


async def hits(shop: Shop, id: str = "count", collection: str = "things") -> int:
    async with shop.unit() as unit:
        found = await getattr(unit, collection).find(id)
    return found.hits if found else 0


async def test_a_reaction_knows_tenant_request_and_time_of_its_event(shop: Shop, bus: MemoryBus) -> None:
    counter = Counter(shop)
    reaction = Reaction("TenantRestored", counter.one, "tenants")
    await reactions(shop, bus, reaction).handle(reaction, envelope())
    (call,) = counter.calls
    assert (call.scope, call.request_id, call.occur_time) == (POOLED, "req_9", datetime(2026, 1, 2, tzinfo=UTC))
    assert call.principal.user_id == "system"


async def test_an_event_that_comes_again_has_no_second_effect(shop: Shop, bus: MemoryBus) -> None:
    counter = Counter(shop)
    reaction = Reaction("TenantRestored", counter.one, "tenants")
    handler = reactions(shop, bus, reaction)
    for deliveries in (1, 2, 1, 3):
        await handler.handle(reaction, envelope(deliveries=deliveries))
    await asyncio.gather(*(handler.handle(reaction, envelope("evt_2")) for _ in range(5)))
    assert await hits(shop) == 2


async def test_contention_during_a_reaction_is_ridden_out(shop: Shop, bus: MemoryBus) -> None:
    counter = Counter(shop)
    counter.failures = [Contended(), DependencyUnavailable(dependency="x")]
    reaction = Reaction("TenantRestored", counter.one, "tenants")
    await reactions(shop, bus, reaction).handle(reaction, envelope())
    assert await hits(shop) == 1
    counter.failures = [ValueError("a fault")]
    with pytest.raises(ValueError, match="a fault"):
        await reactions(shop, bus, reaction).handle(reaction, envelope("evt_2"))
    assert await hits(shop) == 1


async def test_a_batch_marks_each_of_its_events(shop: Shop, bus: MemoryBus) -> None:
    counter = Counter(shop)
    reaction = Reaction("TenantRestored", counter.many, "tenants", batch=True)
    handler = reactions(shop, bus, reaction)
    first = [envelope(f"evt_{n}", tenant) for n, tenant in enumerate((POOLED, SILOED, ""))]
    await handler.handle_batch(reaction, [*first, first[0]])
    await handler.handle_batch(reaction, [*first, envelope("evt_9")])
    await handler.handle_batch(reaction, first)
    assert counter.sizes == [3, 1]
    assert await hits(shop, "batch", "notes") == 4


async def test_batches_that_overlap_at_the_same_time_count_each_event_once(shop: Shop, bus: MemoryBus) -> None:
    counter = Counter(shop)
    reaction = Reaction("TenantRestored", counter.many, "tenants", batch=True)
    handler = reactions(shop, bus, reaction)
    batches = [[envelope(f"evt_{n}") for n in range(start, start + 4)] for start in (0, 1, 2, 3)]
    await asyncio.gather(*(handler.handle_batch(reaction, batch) for batch in batches))
    assert await hits(shop, "batch", "notes") == 7


async def test_a_module_may_react_to_an_event_singly_and_in_batches(shop: Shop, bus: MemoryBus) -> None:
    counter = Counter(shop)
    both = reactions(
        shop,
        bus,
        Reaction("TenantRestored", counter.one, "tenants"),
        Reaction("TenantRestored", counter.many, "tenants", batch=True),
    )
    async with background(both.run_single(["tenants"])), background(both.run_batches(["tenants"])):
        await bus.publish([envelope(f"evt_{n}") for n in range(5)])
        await until(bus.idle)
    assert await hits(shop) == 5
    assert await hits(shop, "batch", "notes") == 5


async def test_events_of_one_name_from_two_modules_go_to_their_own_reactions(shop: Shop, bus: MemoryBus) -> None:
    seen: list[tuple[str, str]] = []

    def note(name: str) -> Any:
        async def handle(event: Any, call: Call) -> None:
            seen.append((name, type(event).__name__))

        return handle

    purged = TenantDataPurged(tenant_id=POOLED)
    run = reactions(
        shop,
        bus,
        Reaction("TenantDataPurged", note("from iam"), "iam"),
        Reaction("TenantDataPurged", note("from tenants"), "tenants"),
        Reaction("TenantRestored", note("restored"), "tenants"),
    )
    async with background(run.run_single(["iam", "tenants"])):
        for module in ("iam", "tenants"):
            await bus.publish(
                [
                    Envelope(
                        id=f"evt_{module}",
                        type=purged.DESCRIPTOR.full_name,
                        subject=subject_of(module, "TenantDataPurged", POOLED),
                        payload=purged.SerializeToString(),
                        time=datetime.now(UTC),
                    )
                ]
            )
        await until(lambda: len(seen) == 2)
    assert sorted(seen) == [("from iam", "TenantDataPurged"), ("from tenants", "TenantDataPurged")]


@pytest.mark.parametrize("sources", [("iam", "iam"), ("*", "iam"), ("*", "*")])
async def test_two_reactions_to_the_same_event_are_refused_at_start(
    shop: Shop, bus: MemoryBus, sources: tuple[str, str]
) -> None:
    counter = Counter(shop)
    with pytest.raises(ValueError, match="two reactions to UserDeleted"):
        reactions(shop, bus, *(Reaction("UserDeleted", counter.one, source) for source in sources))


# --- outbox and relay ---


async def test_the_relay_publishes_what_was_committed_and_forgets_it(shop: Shop, bus: MemoryBus) -> None:
    await shop.put(Thing(id="t").but(TenantRestored(tenant_id=POOLED)))
    relay = Relay("tenants", Outbox(shop.backend, shop.store.outbox), bus)
    assert await relay.drain() == 1
    assert await relay.drain() == 0
    (told,) = bus.log
    assert told.subject == f"atrium.tenants.TenantRestored.{POOLED}"
    assert (told.tenant_id, told.request_id) == (POOLED, "req_1")
    assert told.message() == TenantRestoredMessage(tenant_id=POOLED)
    assert message_type(told.type) is TenantRestoredMessage


async def test_a_relay_that_dies_between_publishing_and_forgetting_tells_nothing_twice(
    shop: Shop, bus: MemoryBus
) -> None:
    await shop.put(Thing(id="t").but(TenantRestored(tenant_id=POOLED)))
    outbox = Outbox(shop.backend, shop.store.outbox)
    await bus.publish(await outbox.pending(10))  # and then it was killed
    await Relay("tenants", outbox, bus).drain()
    assert len(bus.log) == 1


async def test_a_bus_that_does_not_answer_keeps_the_outbox_and_the_relay_alive(shop: Shop, bus: MemoryBus) -> None:
    down = True

    class Flaky(MemoryBus):
        async def publish(self, envelopes: Any) -> None:
            if down:
                raise DependencyUnavailable(dependency="NATS")
            await super().publish(envelopes)

    flaky = Flaky(ManualClock())
    relay = Relay("tenants", Outbox(shop.backend, shop.store.outbox), flaky)
    await shop.put(Thing(id="t").but(TenantRestored(tenant_id=POOLED)))
    async with background(relay.run()):
        await until(lambda: relay.leading)
        await asyncio.sleep(0.02)
        assert len(await shop.outbox()) == 1
        down = False
        await until(lambda: flaky.log)


async def entries(shop: Shop, *rows: tuple[str, str, int]) -> None:
    place = await shop.store.place(shop.store.outbox, "")
    waiting = [
        OutboxEntry(
            id=id,
            version=1,
            key=key,
            sequence=sequence,
            subject="atrium.tenants.TenantRestored.x",
            type="atrium.tenants.v1.TenantRestored",
            event_tenant_id="x",
            payload=b"",
            time=datetime.now(UTC),
        )
        for id, key, sequence in rows
    ]
    await shop.backend.commit([Put(place, document(entry), 0) for entry in waiting])


async def test_changes_of_one_record_are_told_in_their_order_whatever_the_clocks_of_replicas_say(shop: Shop) -> None:
    await entries(shop, ("evt_1", "b", 3), ("evt_2", "a", 2), ("evt_3", "", 0), ("evt_4", "a", 1), ("evt_5", "b", 2))
    pending = await Outbox(shop.backend, shop.store.outbox).pending(100)
    assert [one.id for one in pending] == ["evt_5", "evt_4", "evt_3", "evt_2", "evt_1"]


async def test_no_change_is_overtaken_in_a_long_backlog_either(shop: Shop) -> None:
    """A replica whose clock is behind made the later change; the earlier one is past the end of the batch."""
    rows = [("evt_0000", "hot", 2), *((f"evt_{n:04}", "", 0) for n in range(1, BATCH + 20)), ("evt_9999", "hot", 1)]
    await entries(shop, *rows)
    outbox, told = Outbox(shop.backend, shop.store.outbox), []
    while pending := await outbox.pending(BATCH):
        told += [one.id for one in pending]
        await outbox.remove(pending)
    assert sorted(told) == sorted(id for id, _, _ in rows)
    assert told.index("evt_9999") < told.index("evt_0000")


# --- a tenant's data ---


async def test_a_purge_takes_a_tenants_records_of_every_reach_also_without_a_place(shop: Shop) -> None:
    for collection in ("things", "own", "offers"):
        await shop.put(Thing(id=f"{collection}1"), scope=POOLED, collection=collection)
    await shop.put(Thing(id="gone", tenant_id="ten_gone"), scope="", collection="offers")
    data = TenantData("tenants", shop.store, (shop.store, COLLECTIONS))
    for tenant in (POOLED, "ten_gone"):
        await data.purge(type("Event", (), {"tenant_id": tenant})(), Call(scope=tenant))
    told = [TenantDataPurged.FromString(bytes(one["payload"])) for one in await shop.outbox()]
    assert {(one.tenant_id, one.module, one.records) for one in told} == {
        (POOLED, "tenants", 3),
        ("ten_gone", "tenants", 1),
    }
    async with shop.unit("") as unit:
        assert await unit.offers.count() == 0


def test_rules_of_schedules_are_understood() -> None:
    assert memory._duration("1h30m") == timedelta(minutes=90)
    assert memory._duration("2.5s") == timedelta(seconds=2.5)


async def test_a_slow_handler_of_one_event_holds_up_no_other(shop: Shop, bus: MemoryBus) -> None:
    release, seen = asyncio.Event(), Seen()

    async def handle(envelopes: list[Envelope]) -> None:
        if envelopes[0].id == "evt_slow":
            await release.wait()
        await seen(envelopes)

    async with background(bus.consume("one", [Source("tenants", "TenantRestored")], handle)):
        await bus.publish([envelope("evt_slow"), *(envelope(f"evt_{n}") for n in range(30))])
        await until(lambda: len(seen.ids) == 30)
        release.set()
        await until(lambda: len(seen.ids) == 31)
