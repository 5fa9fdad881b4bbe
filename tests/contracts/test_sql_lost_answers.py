"""A connection that breaks while a unit is committed: what became of it is found out from the unit's own rows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from actors.kernel.clock import Clock
from actors.kernel.errors import DependencyUnavailable, OutcomeUnknown
from actors.kernel.host.retry import attempts
from actors.kernel.store.contract import inbox_of
from actors.kernel.store.sql import SqlBackend
from actors.kernel.store.unit import AlreadyHandled
from tests.contracts.backends import empty
from tests.contracts.things import MODULE, POOLED, Shop, TenantRestored, Thing, call_of, shop_over

pytestmark = pytest.mark.live

COMMIT = b"\x03COMMIT"


class Wire:
    """Stands between a store and its server, and cuts the connection at the next commit: before or after it."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.cut = ""
        self.cuts = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(self.host, self.port)
        cut = asyncio.Event()

        async def answers() -> None:
            while data := await server_reader.read(65536):
                if cut.is_set():
                    return  # the server's answer to the commit, which nobody will see
                writer.write(data)
                await writer.drain()

        async def questions() -> None:
            while data := await reader.read(65536):
                if self.cut and COMMIT in data:
                    how, self.cut = self.cut, ""
                    self.cuts += 1
                    cut.set()
                    if how == "before":
                        return
                server_writer.write(data)
                await server_writer.drain()

        tasks = [asyncio.create_task(answers()), asyncio.create_task(questions())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for end in (writer, server_writer):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()


@dataclass
class Fragile:
    shop: Shop
    wire: Wire

    async def marked(self, id: str) -> bool:
        place = await self.shop.store.place(inbox_of(MODULE), "")
        return await self.shop.backend.get(place, id) is not None


@pytest.fixture
async def fragile(mariadb: str) -> AsyncIterator[Fragile]:
    parts = urlsplit(mariadb)
    wire = Wire(parts.hostname or "", parts.port or 3306)
    async with await asyncio.start_server(wire.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        backend = SqlBackend(f"{parts.scheme}://{user}127.0.0.1:{port}{parts.path}")
        try:
            yield Fragile(await shop_over(backend, Clock(), silo=False), wire)
        finally:
            wire.cut = ""
            await empty(backend)
            await backend.close()


async def test_a_commit_whose_answer_was_lost_is_recognised_by_what_it_made(fragile: Fragile) -> None:
    fragile.wire.cut = "after"
    await fragile.shop.put(Thing(id="t", name="one"))
    assert fragile.wire.cuts == 1
    assert (await fragile.shop.get("t")).name == "one"


async def test_a_commit_whose_answer_was_lost_is_recognised_by_its_announcement(fragile: Fragile) -> None:
    shop = fragile.shop
    await shop.put(Thing(id="t", name="one"))
    fragile.wire.cut = "after"
    await shop.put((await shop.get("t")).but(TenantRestored(tenant_id=POOLED), name="two"))
    assert fragile.wire.cuts == 1
    assert (await shop.get("t")).name == "two"
    assert len(await shop.outbox()) == 1


async def test_a_commit_that_never_came_is_recognised_by_the_version_and_tried_again(fragile: Fragile) -> None:
    shop = fragile.shop
    await shop.put(Thing(id="t", size=0))

    async def change() -> None:
        async with shop.unit() as unit:
            thing = await unit.things.get("t")
            unit.things.put(thing.but(TenantRestored(tenant_id=POOLED), size=(thing.size or 0) + 1))

    fragile.wire.cut = "before"
    await attempts(call_of(), change)
    assert fragile.wire.cuts == 1
    assert (await shop.get("t")).size == 1
    assert len(await shop.outbox()) == 1


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_an_event_is_reacted_to_once_wherever_the_connection_breaks(fragile: Fragile, cut: str) -> None:
    shop = fragile.shop

    async def react() -> None:
        async with shop.unit(inbox_ids=("tenants:evt_1",)) as unit:
            unit.things.increment("t", {}, hits=1)

    fragile.wire.cut = cut
    await attempts(call_of(), react)
    assert fragile.wire.cuts == 1
    assert (await shop.get("t")).hits == 1
    with pytest.raises(AlreadyHandled):
        await react()


async def test_the_mark_of_a_twin_is_not_taken_for_ones_own(fragile: Fragile) -> None:
    """The connection broke before the commit, and another replica handled the event meanwhile."""
    shop, wire = fragile.shop, fragile.wire

    async def react(name: str) -> None:
        async with shop.again().unit(call_of(inbox_ids=("tenants:evt_2",))) as unit:
            unit.things.put(Thing(id=name))

    real = shop.backend.writes.evidence  # type: ignore[attr-defined]

    def first_the_twin(cursor: object, writes: object) -> object:
        cursor.execute(  # type: ignore[attr-defined]
            f"INSERT INTO {MODULE}_inbox (id, tenant_id, version, expire_time) "
            "VALUES ('tenants:evt_2', '', 1, '2026-01-01')"
        )
        return real(cursor, writes)

    shop.backend.writes.evidence = first_the_twin  # type: ignore[attr-defined]
    wire.cut = "before"
    with pytest.raises(DependencyUnavailable) as refused:
        await react("mine")
    assert refused.value.again
    with pytest.raises(AlreadyHandled):
        await react("mine")
    async with shop.unit() as unit:
        assert await unit.things.find("mine") is None


async def test_an_outcome_that_nothing_tells_is_said_to_be_unknown(fragile: Fragile) -> None:
    fragile.wire.cut = "before"
    with pytest.raises(OutcomeUnknown):
        await fragile.shop.put(Thing(id="t"))  # it may have been made, and removed by somebody since
    async with fragile.shop.unit() as unit:
        assert await unit.things.find("t") is None


async def test_a_connection_that_breaks_before_the_commit_changes_nothing(fragile: Fragile) -> None:
    shop, wire = fragile.shop, fragile.wire
    real = shop.backend.writes.apply  # type: ignore[attr-defined]

    def apply(cursor: object, writes: object) -> None:
        real(cursor, writes)
        raise ConnectionResetError("cut off")

    shop.backend.writes.apply = apply  # type: ignore[attr-defined]
    with pytest.raises(DependencyUnavailable) as refused:
        await shop.put(Thing(id="t"))
    assert refused.value.again and wire.cuts == 0
    shop.backend.writes.apply = real  # type: ignore[attr-defined]
    await shop.put(Thing(id="t"))
