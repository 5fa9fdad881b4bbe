"""Each case of a contract suite runs on every implementation of its port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.kernel.clock import Clock
from actors.kernel.store.memory import MemoryBackend
from tests.contracts import backends
from tests.contracts.buses import Buses, JetStreamBuses, MemoryBuses
from tests.contracts.things import Shop, shop_over


@pytest.fixture(
    params=["memory", "sqlite", *(pytest.param(name, marks=pytest.mark.live) for name in ("mongo", "mariadb"))]
)
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    """The suite's store over each kind of back-end."""
    if request.param == "memory":
        yield await shop_over(MemoryBackend(), Clock())
    elif request.param == "mongo":
        async with backends.mongo(request.getfixturevalue("mongod").url) as backend:
            yield await shop_over(backend, Clock())
    elif request.param == "sqlite":
        async with backends.sqlite(tmp_path) as sql:
            yield await shop_over(sql, Clock(), silo=False)
    else:
        async with backends.mysql(request.getfixturevalue("mariadb")) as sql:
            yield await shop_over(sql, Clock(), silo=False)


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
