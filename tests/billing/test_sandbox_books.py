"""What the sandbox remembers: one contract, kept in memory and in the books."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.billing.providers.sandbox_state import MemorySandboxState, SandboxState
from actors.billing.sandbox_books import BooksSandboxState
from actors.billing.store import BooksUnit
from actors.billing.tables import BOOKS
from actors.kernel.clock import ManualClock
from actors.kernel.module import card
from actors.kernel.sealing import Sealer
from actors.kernel.store.contract import Backend
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.store.migrate import layout
from actors.kernel.store.sql import SqlBackend, migrations
from actors.kernel.store.unit import Store


def books_over(backend: Backend) -> Store[BooksUnit]:
    return Store(backend, "billing", BooksUnit, clock=ManualClock(), sealer=Sealer(b"s" * 32))


@pytest.fixture(params=["memory", "books in memory", "books in SQLite"])
async def states(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[SandboxState, SandboxState]]:
    """Two replicas of one state."""
    if request.param == "memory":
        state = MemorySandboxState()
        yield state, state
        return
    if request.param == "books in memory":
        backend: Backend = MemoryBackend()
        await backend.ensure(layout([("billing", BOOKS)]))
        yield BooksSandboxState(books_over(backend)), BooksSandboxState(books_over(backend))
        return
    url = f"sqlite+aiosqlite:///{tmp_path / 'books.db'}"
    await migrations.upgrade(url, migrations.histories([card("billing")]))
    one, two = SqlBackend(url), SqlBackend(url)
    yield BooksSandboxState(books_over(one)), BooksSandboxState(books_over(two))
    await one.close()
    await two.close()


async def test_a_record_is_read_as_it_was_written_by_every_replica(states: tuple[SandboxState, SandboxState]) -> None:
    one, two = states
    assert await one.read("charge:1") is None
    data = {"state": "SUCCEEDED", "amount_minor": 5000, "refunds": {"r": {"n": 1}}, "asked": [1, "EUR", None], "ü": "ß"}
    assert await one.write("charge:1", data, 0)
    found = await two.read("charge:1")
    assert found is not None and (found.key, found.revision, dict(found.data)) == ("charge:1", 1, data)


async def test_only_the_writer_who_read_the_last_revision_writes(states: tuple[SandboxState, SandboxState]) -> None:
    one, two = states
    assert not await one.write("k", {"n": 0}, 1), "there is none"
    assert await one.write("k", {"n": 1}, 0)
    assert not await two.write("k", {"n": 9}, 0)
    assert await two.write("k", {"n": 2}, 1)
    assert not await one.write("k", {"n": 9}, 1)
    found = await one.read("k")
    assert found is not None and (found.revision, found.data["n"]) == (2, 2)


async def test_a_record_is_deleted_by_the_last_revision(states: tuple[SandboxState, SandboxState]) -> None:
    one, two = states
    assert await one.write("k", {"n": 1}, 0)
    assert not await two.write("k", None, 0) and not await two.write("k", None, 2)
    assert await two.write("k", None, 1)
    assert await one.read("k") is None
    assert await one.write("k", None, 0), "there is none, as was said"
    assert await one.write("k", {"n": 2}, 0)
    found = await two.read("k")
    assert found is not None and found.revision == 1


async def test_of_many_writers_at_once_one_writes(states: tuple[SandboxState, SandboxState]) -> None:
    wrote = await asyncio.gather(*(states[n % 2].write("k", {"n": n}, 0) for n in range(8)))
    assert sum(wrote) == 1
    found = await states[0].read("k")
    assert found is not None and found.data["n"] == wrote.index(True)
    again = await asyncio.gather(*(states[n % 2].write("k", {"n": n}, 1) for n in range(8)))
    assert sum(again) == 1


async def test_records_are_listed_by_key_a_page_at_a_time(states: tuple[SandboxState, SandboxState]) -> None:
    one, two = states
    keys = [f"event:2026-01-01T00:00:{n:02d}.000+00:00:sbe_{n}" for n in range(7)]
    for key in (*reversed(keys), "charge:1", "event", "eventual:1", "method:1"):
        assert await one.write(key, {"key": key}, 0)
    assert [record.key for record in await two.list("event:")] == keys
    assert [record.data["key"] for record in await two.list("event:", limit=3)] == keys[:3]
    walked, after = [], ""
    while page := await two.list("event:", after=after, limit=2):
        walked += [record.key for record in page]
        after = page[-1].key
    assert walked == keys
    assert await two.list("nothing:") == []
