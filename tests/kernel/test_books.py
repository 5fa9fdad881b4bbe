"""A module with books: calls, reactions, announcements and a tenant's data, each in the store where it belongs."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from actors.api.tenants.v1 import TenantExport as TenantExportMessage
from actors.api.tenants.v1 import TenantRestored as TenantRestoredMessage
from actors.kernel.call import Call, system_call
from actors.kernel.clock import ManualClock
from actors.kernel.errors import DependencyUnavailable
from actors.kernel.events.contract import Envelope, subject_of
from actors.kernel.events.inbox import Reaction, Reactions
from actors.kernel.events.memory import MemoryBus
from actors.kernel.host.module_host import ModuleHost
from actors.kernel.host.tenancy import TenantData
from actors.kernel.module import Books, Furnished, Module, Room, card
from actors.kernel.store.contract import Backend, Collection, Reach
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.sql import SqlBackend, migrations
from actors.kernel.store.unit import Store
from actors.tenants.services.tenant_export_service import TenantExportService as RealTenantExportService
from tests.books.ledger import (
    ACCOUNTS,
    COLLECTIONS,
    MIGRATIONS,
    Account,
    Entry,
    LedgerUnit,
    TenantRestored,
    Transfer,
)
from tests.contracts.buses import until
from tests.world import World


class TenantExportService(RealTenantExportService):
    """Stands for a service of a module with books: what it is asked for is a transfer, committed in the books."""

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.main, self.store = self.store, room.books  # type: ignore[assignment]
        self.astray = False

    async def ExportTenant(self, request: Any, call: Call) -> TenantExportMessage:
        if self.astray:
            async with self.main.unit(call) as unit:
                unit.announce(TenantRestored(tenant_id=call.scope))
        async with self.store.unit(call) as unit:
            transfer = unit.transfers.put(
                Transfer(id=self.clock.new_id("tra"), create_time=self.clock.now()).but(
                    TenantRestored(tenant_id=call.scope)
                )
            )
            for number, amount in (("100", 5), ("200", -5)):
                id = f"{call.scope}:{number}"
                unit.entries.put(
                    Entry(id=self.clock.new_id("ent"), transfer_id=transfer.id, account_id=id, amount_minor=amount)
                )
                unit.accounts.increment(id, {"number": id, "name": number}, balance_minor=amount)
            return unit.answer(TenantExportMessage(id=transfer.id, tenant_id=call.scope))


class Clerk:
    """Reacts in the books: counts what was restored in an account."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.astray = False

    async def count(self, event: TenantRestoredMessage, call: Call) -> None:
        async with self.room.store.unit(call, aside=not self.astray) as unit:
            await unit.tenants.find(event.tenant_id)
        async with self.room.books.unit(call.within("")) as unit:
            unit.accounts.increment("count", {"number": "count"}, balance_minor=1)


def with_books(folder: Path = MIGRATIONS) -> Module:
    """The card of tenants, with books and somebody who writes in them."""
    real = card("tenants")

    def furnish(room: Room) -> Furnished:
        furnished = real.furnish(room)
        services = [one for one in furnished.services if not isinstance(one, RealTenantExportService)]
        clerk = Clerk(room)
        room.clerk = clerk  # type: ignore[attr-defined]
        return dataclasses.replace(
            furnished,
            services=(*services, TenantExportService(room)),
            reactions=(*furnished.reactions, Reaction("TenantRestored", clerk.count, "tenants", books=True)),
        )

    return dataclasses.replace(real, furnish=furnish, books=Books(LedgerUnit, COLLECTIONS, folder))


@pytest.fixture(params=["memory", "sqlite"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Both modules, tenants with books; the books in memory, and in the embedded database as it is migrated."""
    sql: Backend = MemoryBackend()
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'books' / 'atrium.db'}"
        histories = migrations.histories([card("iam"), with_books(tmp_path / "migrations")])
        assert await migrations.draft(histories[0], "first")
        await migrations.upgrade(url, histories)
        sql = SqlBackend(url)
    async with World.furnished(modules=("iam", with_books()), sql=sql) as world:
        yield world
    await sql.close()


def books_of(world: World) -> Store[LedgerUnit]:
    found = world.hosts["tenants"].books
    assert found is not None
    return found


async def held(store: Store[Any], collection: Collection[Any]) -> list[dict[str, Any]]:
    place = await store.place(collection, "")
    return [one async for one in store.backend.scan(place)]


async def test_a_call_on_the_books_keeps_its_answer_and_leaves_its_audit_entry_there(world: World) -> None:
    key = {"idempotency-key": "pay-1"}
    first = await world.call("tenants.ExportTenant", world.root, tenant_id=world.acme.id, headers=key)
    seen: dict[str, str] = {}
    again = await world.call("tenants.ExportTenant", world.root, tenant_id=world.acme.id, headers=key, seen=seen)
    assert again == first and seen["idempotent-replayed"] == "true"
    books, main = books_of(world), world.hosts["tenants"].store
    assert len(await held(books, books.answers)) == 1
    assert await held(main, main.answers) == []
    async with books.unit(system_call(world.acme.id)) as unit:
        assert [one.id async for one in unit.transfers.scan()] == [first.id]
        assert sorted([one.amount_minor async for one in unit.entries.scan()]) == [-5, 5]
        assert sum([one.balance_minor async for one in unit.accounts.scan()]) == 0
    await world.settle()
    log = await world.call("iam.ListAuditLogs", world.root, tenant_id=world.acme.id)
    exported = [one for one in log.audit_logs if one.action == "tenants:tenant:export" and not one.outcome]
    assert [one.target_id for one in exported] == [first.id]


async def test_both_outboxes_are_relayed_and_a_reaction_in_the_books_has_its_effect_once(world: World) -> None:
    await world.call("tenants.ExportTenant", world.root, tenant_id=world.acme.id)
    await world.settle()
    told = [one for one in world.bus.log if one.type == TenantRestoredMessage.DESCRIPTOR.full_name]
    assert len(told) == 1
    books, host = books_of(world), world.hosts["tenants"]
    assert await held(books, books.outbox) == [] == await held(host.store, host.store.outbox)
    (reaction,) = [one for one in host.reactions._single if one.books]
    for deliveries in (1, 2, 3):
        await host.reactions.handle(reaction, dataclasses.replace(told[0], deliveries=deliveries))
    async with books.unit(system_call()) as unit:
        assert (await unit.accounts.get("count")).balance_minor == 1
    mark = f"tenants:{told[0].id}"
    assert await books.handled([mark]) == {mark}
    assert await host.store.handled([mark]) == set()


async def test_a_unit_of_the_wrong_store_is_refused_before_it_can_lose_what_makes_it_happen_once(
    world: World,
) -> None:
    service = world.service("tenants", "TenantExportService")
    service.astray = True
    headers = {"idempotency-key": "pay-2"}
    with pytest.raises(Exception, match="internal fault"):
        await world.call("tenants.ExportTenant", world.root, tenant_id=world.acme.id, headers=headers)
    books = books_of(world)
    assert await held(books, books.answers) == [] and await held(books, COLLECTIONS[1]) == []

    host = world.hosts["tenants"]
    host.room.clerk.astray = True  # type: ignore[attr-defined]
    (reaction,) = [one for one in host.reactions._single if one.books]
    with pytest.raises(RuntimeError, match="commits to another store"):
        await host.reactions.handle(reaction, restored(world, "evt_stray"))
    assert await books.handled(["tenants:evt_stray"]) == set()
    host.room.clerk.astray = False  # type: ignore[attr-defined]
    await host.reactions.handle(reaction, restored(world, "evt_stray"))
    assert await books.handled(["tenants:evt_stray"]) == {"tenants:evt_stray"}


def restored(world: World, id: str) -> Envelope:
    message = TenantRestoredMessage(tenant_id=world.acme.id)
    return Envelope(
        id=id,
        type=message.DESCRIPTOR.full_name,
        subject=subject_of("tenants", "TenantRestored", world.acme.id),
        payload=message.SerializeToString(),
        time=world.clock.now(),
        tenant_id=world.acme.id,
    )


async def test_a_tenants_export_and_purge_take_its_books_and_no_others(world: World) -> None:
    books, host = books_of(world), world.hosts["tenants"]
    async with books.unit(system_call(world.acme.id)) as unit:
        unit.accounts.put(Account(id="mine", number="1", name="Cash"))
    async with books.unit(system_call()) as unit:
        unit.accounts.put(Account(id="theirs", number="2", tenant_id="ten_other"))
    data = TenantData("tenants", host.store, (books, COLLECTIONS))
    await data.export(type("Event", (), {"tenant_id": world.acme.id, "export_id": "exp_1"})(), system_call())
    blob = b"".join([one async for one in host.store.backend.read_blob("exports/exp_1/tenants/ledger_accounts.jsonl")])
    (line,) = [orjson.loads(one) for one in blob.splitlines()]
    assert (line["id"], line["name"], line["tenant_id"]) == ("mine", "Cash", world.acme.id)
    await data.purge(type("Event", (), {"tenant_id": world.acme.id})(), system_call())
    async with books.unit(system_call()) as unit:
        assert [one.id async for one in unit.accounts.scan()] == ["theirs"]


async def test_the_host_of_a_module_with_books_purges_exports_and_sweeps_them(world: World) -> None:
    books, host = books_of(world), world.hosts["tenants"]
    await world.call("tenants.ExportTenant", world.root, tenant_id=world.acme.id, headers={"idempotency-key": "k"})
    await world.settle()
    assert await host.sweep() == 0
    world.clock.advance(timedelta(days=15))
    kept = len(await held(books, books.answers)) + len(await held(books, books.inbox))
    assert kept == 2 == await host.sweep()
    assert await held(books, books.answers) == [] == await held(books, books.inbox)


# --- refusals ---


def test_a_collection_in_the_books_must_not_follow_a_tenants_placement() -> None:
    for reach in (Reach.TENANT, Reach.LAYERED):
        with pytest.raises(TypeError, match="ledger_accounts: a collection in the books has the reach PROVIDER"):
            Books(LedgerUnit, [dataclasses.replace(ACCOUNTS, reach=reach)], MIGRATIONS)


async def test_books_without_a_database_stop_the_start_and_no_books_are_said_to_be_none() -> None:
    async with World.furnished() as world:
        host = world.hosts["tenants"]
        with pytest.raises(LookupError, match="tenants has no books"):
            _ = host.room.books
        assert await host.sweep() == 0
        ports = dataclasses.replace(host.ports, sql=None)
        with pytest.raises(LookupError, match="tenants has books, and there is no SQL database"):
            ModuleHost(with_books(), world.cards, card("tenants").settings(), ports)
        with pytest.raises(ValueError, match="tenants has no books to react in to TenantRestored"):
            Reactions(
                "tenants", [Reaction("TenantRestored", pass_by, books=True)], host.store, MemoryBus(ManualClock())
            )


async def pass_by(event: Any, call: Call) -> None:
    raise AssertionError


class Fallible(MemoryBackend):
    down = False

    async def find(self, *arguments: Any, **more: Any) -> list[dict[str, Any]]:
        if self.down:
            raise DependencyUnavailable(dependency="the SQL database")
        return await super().find(*arguments, **more)


async def test_what_one_database_committed_is_told_while_the_other_is_down() -> None:
    sql = Fallible()
    async with World.furnished(modules=("iam", with_books()), sql=sql) as world:
        host = world.hosts["tenants"]
        sql.down = True
        async with host.store.unit(system_call()) as unit:
            unit.announce(TenantRestored(tenant_id=world.acme.id))
        await told(world, 1)
        async with books_of(world).unit(system_call()) as unit:
            unit.announce(TenantRestored(tenant_id=world.globex.id))
        sql.down = False
        await told(world, 2)


async def told(world: World, count: int) -> None:
    def seen() -> Sequence[Envelope]:
        return [one for one in world.bus.log if one.type == TenantRestoredMessage.DESCRIPTOR.full_name]

    await until(lambda: len(seen()) == count)
