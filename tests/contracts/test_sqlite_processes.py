"""One SQLite file under several processes of a machine, as replicas of a module have it; and kill -9 of any of them."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.kernel.clock import Clock
from actors.kernel.store.sql import SqlBackend
from tests.contracts.sqlite_writer import SHARED
from tests.contracts.things import Shop, shop_over

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
ENOUGH = 40
"""Units of each process before it is killed."""


class Writer:
    """A process that writes into the file; what it has acknowledged."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.acknowledged: list[str] = []
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, file: Path, name: str) -> Writer:
        command = [sys.executable, "-m", "tests.contracts.sqlite_writer", str(file), name]
        pipe = subprocess.PIPE
        return cls(await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe))

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            if line.endswith(b"\n"):
                self.acknowledged.append(line.decode().strip())

    async def has_written(self, count: int) -> None:
        while len(self.acknowledged) < count:
            assert self.process.returncode is None, await self.said()
            await asyncio.sleep(0.01)

    async def said(self) -> str:
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()[-2000:]

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        await self._reading


@contextlib.asynccontextmanager
async def writers(file: Path, *names: str) -> AsyncIterator[list[Writer]]:
    started = [await Writer.start(file, name) for name in names]
    try:
        yield started
    finally:
        for writer in started:
            await writer.kill()


async def ids_of(shop: Shop) -> tuple[set[str], set[str]]:
    async with shop.unit() as unit:
        things = {one.id async for one in unit.things.scan()} - {SHARED}
        return things, {one.id async for one in unit.offers.scan()}


async def test_processes_that_write_one_file_lose_nothing_of_each_others_and_nothing_when_killed(
    tmp_path: Path,
) -> None:
    file = tmp_path / "books.db"
    async with writers(file, "a", "b", "c") as running:  # which one makes the file is theirs to settle
        for writer in running:
            await writer.has_written(ENOUGH)
        await running[0].kill()
        others = [len(writer.acknowledged) for writer in running[1:]]
        for writer, before in zip(running[1:], others, strict=True):
            await writer.has_written(before + ENOUGH)
        for writer in running[1:]:
            await writer.kill()
        acknowledged = {id for writer in running for id in writer.acknowledged}

    backend = SqlBackend(f"sqlite+aiosqlite:///{file}")
    shop = await shop_over(backend, Clock(), silo=False)
    assert await backend.healthy()
    things, offers = await ids_of(shop)
    assert acknowledged <= things
    assert things == offers
    assert len(things) - len(acknowledged) <= 3 * 3, "only what was under way may be there without a word of it"
    assert len(await shop.outbox()) == len(things)
    shared = await shop.get(SHARED)
    assert shared.size == shared.hits == len(things)
    await backend.close()
