"""What the stores on servers promise when the server is killed: all or nothing, and the truth about it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from actors.kernel.clock import Clock
from actors.kernel.errors import AtriumError, DependencyUnavailable, OutcomeUnknown
from actors.kernel.store import mongo
from actors.kernel.store.contract import Backend
from actors.kernel.store.mongo import MongoBackend
from actors.kernel.store.sql import SqlBackend
from tests.contracts.things import POOLED, Shop, TenantRestored, Thing, shop_over
from tests.mariadb import NoMariaDb, running_mariadb
from tests.servers import Server, running_mongod

pytestmark = pytest.mark.live


@dataclass(frozen=True)
class Kind:
    """A server of the test's own, and the store on it."""

    server: Server
    backend: Callable[[], Backend]
    dependency: str
    silo: bool

    async def shop(self) -> Shop:
        return await shop_over(self.backend(), Clock(), silo=self.silo)


@pytest.fixture(params=["mongo", "mariadb"])
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    if request.param == "mongo":
        with running_mongod() as server:
            yield Kind(server, lambda: MongoBackend(server.url, "outage"), "MongoDB", True)
        return
    try:
        with running_mariadb() as server:
            yield Kind(server, lambda: SqlBackend(server.url), "the SQL database", False)
    except NoMariaDb as reason:
        pytest.skip(str(reason))


async def test_a_killed_server_leaves_each_unit_whole_or_undone(kind: Kind) -> None:
    shop = await kind.shop()
    acknowledged: set[str] = set()
    refused: set[str] = set()
    unknown: set[str] = set()
    stop = asyncio.Event()

    async def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            id = f"{writer}-{number:05}"
            try:
                async with shop.unit() as unit:
                    unit.things.put(Thing(id=id).but(TenantRestored(tenant_id=POOLED)))
                    unit.offers.put(Thing(id=id))
                acknowledged.add(id)
            except OutcomeUnknown:
                unknown.add(id)
            except AtriumError as error:
                assert error.again, error
                refused.add(id)
                await asyncio.sleep(0.01)

    writers = [asyncio.create_task(write(n)) for n in range(6)]
    for _ in range(2):
        enough = len(acknowledged) + 60
        while len(acknowledged) < enough:
            await asyncio.sleep(0.01)
        kind.server.kill()
        await asyncio.to_thread(kind.server.start)
    enough = len(acknowledged) + 60
    while len(acknowledged) < enough:
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*writers)

    async with shop.unit() as unit:
        things = {one.id async for one in unit.things.scan()}
        offers = {one.id async for one in unit.offers.scan()}
    assert acknowledged <= things
    assert not refused & things, "a unit was carried out although it was said to have changed nothing"
    assert things == offers
    assert len(await shop.outbox()) == len(things)
    assert len(unknown) <= 2 * len(writers)
    await shop.backend.close()


async def test_a_server_that_is_down_is_named_and_nothing_is_changed(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "_SELECTION_MS", 1000)
    shop = await kind.shop()
    assert await shop.backend.healthy()
    kind.server.kill()
    started = time.monotonic()
    assert not await shop.backend.healthy()
    outcomes = await asyncio.gather(
        shop.get("t"),
        shop.put(Thing(id="one")),
        shop.put(Thing(id="a"), Thing(id="b").but(TenantRestored(tenant_id=POOLED))),
        return_exceptions=True,
    )
    assert time.monotonic() - started < 20
    for outcome in outcomes:
        assert isinstance(outcome, DependencyUnavailable), outcome
        assert outcome.metadata["dependency"] == kind.dependency
    await asyncio.to_thread(kind.server.start)
    async with shop.unit() as unit:
        left = {one.id for one in await unit.things.select()}
    unknown = [isinstance(outcome, OutcomeUnknown) for outcome in outcomes]
    assert ("one" not in left) or unknown[1]
    assert left <= {"one", "a", "b"}
    assert ("a" in left) == ("b" in left)
    await shop.backend.close()
