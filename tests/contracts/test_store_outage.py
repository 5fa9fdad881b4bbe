"""What the store on MongoDB promises when the server is killed: all or nothing, and the truth about it."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from actors.kernel.clock import Clock
from actors.kernel.errors import AtriumError, DependencyUnavailable, OutcomeUnknown
from actors.kernel.store import mongo
from actors.kernel.store.mongo import MongoBackend
from tests.contracts.things import POOLED, TenantRestored, Thing, shop_over
from tests.servers import Server, running_mongod

pytestmark = pytest.mark.live


@pytest.fixture
def own_mongod() -> Iterator[Server]:
    with running_mongod() as server:
        yield server


async def test_a_killed_server_leaves_each_unit_whole_or_undone(own_mongod: Server) -> None:
    backend = MongoBackend(own_mongod.url, "crash")
    shop = await shop_over(backend, Clock())
    acknowledged: set[str] = set()
    refused: set[str] = set()
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
                pass
            except AtriumError as error:
                assert error.again, error
                refused.add(id)
                await asyncio.sleep(0.01)

    writers = [asyncio.create_task(write(n)) for n in range(6)]
    for _ in range(2):
        enough = len(acknowledged) + 60
        while len(acknowledged) < enough:
            await asyncio.sleep(0.01)
        own_mongod.kill()
        await asyncio.to_thread(own_mongod.start)
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
    await backend.close()


async def test_a_server_that_is_down_is_named_and_nothing_is_changed(
    own_mongod: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo, "_SELECTION_MS", 1000)
    backend = MongoBackend(own_mongod.url, "down")
    shop = await shop_over(backend, Clock())
    assert await backend.healthy()
    own_mongod.kill()
    started = time.monotonic()
    assert not await backend.healthy()
    outcomes = await asyncio.gather(
        shop.get("t"),
        shop.put(Thing(id="one")),
        shop.put(Thing(id="a"), Thing(id="b").but(TenantRestored(tenant_id=POOLED))),
        return_exceptions=True,
    )
    assert time.monotonic() - started < 20
    for outcome in outcomes:
        assert isinstance(outcome, DependencyUnavailable), outcome
        assert outcome.metadata["dependency"] == "MongoDB"
    await asyncio.to_thread(own_mongod.start)
    async with shop.unit() as unit:
        left = {one.id for one in await unit.things.select()}
    unknown = [isinstance(outcome, OutcomeUnknown) for outcome in outcomes]
    assert ("one" not in left) or unknown[1]
    assert left <= {"one", "a", "b"}
    assert ("a" in left) == ("b" in left)
    await backend.close()
