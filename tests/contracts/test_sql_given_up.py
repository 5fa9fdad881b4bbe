"""Units that somebody gives up waiting for: each is carried out or not, and what is said of it is true."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from actors.kernel.clock import Clock
from actors.kernel.errors import DependencyUnavailable
from actors.kernel.store.sql import engine
from actors.kernel.store.sql.addresses import parsed
from actors.kernel.store.sql.schema import connected
from tests.contracts import backends
from tests.contracts.things import Shop, Thing, shop_over


@pytest.fixture
async def lite(tmp_path: Path) -> AsyncIterator[Shop]:
    async with backends.sqlite(tmp_path) as sql:
        yield await shop_over(sql, Clock(), silo=False)


@contextlib.contextmanager
def writing(shop: Shop) -> Iterator[None]:
    """Another process in the middle of a write."""
    with contextlib.closing(sqlite3.connect(shop.backend.url.database, isolation_level=None)) as other:  # type: ignore[attr-defined]
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def ids(shop: Shop) -> set[str]:
    async with shop.unit() as unit:
        return {one.id for one in await unit.things.select()}


async def test_a_unit_that_takes_too_long_is_told_truly_begun_or_not(
    lite: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lite.put(Thing(id="before"))
    monkeypatch.setattr(engine, "LONGEST_SECONDS", 1.0)
    with writing(lite):
        begun = asyncio.create_task(lite.put(Thing(id="begun")))
        await asyncio.sleep(0.1)
        waiting = asyncio.create_task(lite.put(Thing(id="waiting")))
        with pytest.raises(DependencyUnavailable) as refused:
            await waiting
        assert refused.value.again
        assert not begun.done(), "its thread is at it, so nobody knows yet"
    await begun
    assert await ids(lite) == {"before", "begun"}


async def test_a_cancelled_unit_is_carried_out_as_a_whole_or_not_begun(lite: Shop) -> None:
    await lite.put(Thing(id="before"))
    with writing(lite):
        begun, waiting = (asyncio.create_task(lite.put(Thing(id=id))) for id in ("begun", "waiting"))
        await asyncio.sleep(0.1)
        begun.cancel()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    with pytest.raises(asyncio.CancelledError):
        await begun
    await lite.put(Thing(id="after"))
    assert await ids(lite) == {"before", "begun", "after"}


@pytest.mark.live
@pytest.mark.parametrize("how", ["cancelled", "too long"])
async def test_a_unit_that_is_given_up_on_a_server_leaves_nothing_and_holds_nothing(
    mariadb: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with backends.mysql(mariadb) as sql:
        shop = await shop_over(sql, Clock(), silo=False)
        (thing,) = await shop.put(Thing(id="t", size=0))
        async with connected(parsed(mariadb)) as other, other.begin():
            await other.exec_driver_sql("SELECT id FROM tenant_things FOR UPDATE")
            monkeypatch.setattr(engine, "LONGEST_SECONDS", 1.0 if how == "too long" else 30)
            task = asyncio.create_task(shop.put(Thing(id="new"), thing.but(size=1)))
            await asyncio.sleep(0.1)
            if how == "cancelled":
                task.cancel()
            with pytest.raises(asyncio.CancelledError if how == "cancelled" else DependencyUnavailable):
                await task
        monkeypatch.setattr(engine, "LONGEST_SECONDS", 30)
        assert await ids(shop) == {"t"}
        await asyncio.gather(*(shop.put(Thing(id=f"n{n}")) for n in range(30)))
        await shop.put((await shop.get("t")).but(size=2))
        assert len(await ids(shop)) == 31
