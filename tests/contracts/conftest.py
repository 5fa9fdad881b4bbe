"""Each case of a contract suite runs on every implementation of its port."""

from collections.abc import AsyncIterator

import pytest

from actors.kernel.clock import Clock
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.mongo import MongoBackend
from tests.contracts.buses import Buses, JetStreamBuses, MemoryBuses
from tests.contracts.things import Shop, shop_over


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.live)])
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """The suite's store over each kind of back-end."""
    if request.param == "memory":
        yield await shop_over(MemoryBackend(), Clock())
        return
    backend = MongoBackend(request.getfixturevalue("mongod").url, "suite")
    try:
        yield await shop_over(backend, Clock())
    finally:
        # Emptied, not dropped: making collections and indexes takes longer than most tests.
        for name in ("suite", "suite_silo"):
            database = backend.client[name]
            for collection in await database.list_collection_names():
                await database[collection].delete_many({})
        await backend.close()


@pytest.fixture(params=["memory", pytest.param("jetstream", marks=pytest.mark.live)])
async def buses(request: pytest.FixtureRequest) -> AsyncIterator[Buses]:
    """The suite's bus of each kind."""
    if request.param == "memory":
        yield MemoryBuses()
        return
    found = JetStreamBuses(request.getfixturevalue("nats_server"))
    try:
        yield found
    finally:
        await found.close()
