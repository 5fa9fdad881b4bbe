"""SQLite in a file that several processes of one machine may have open.

A transaction is one job of the connection's thread, from BEGIN IMMEDIATE to COMMIT. So the file's write lock is never
held while an event loop is busy with something else, and a cancelled call leaves no transaction open.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
import threading
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from actors.kernel.store.sql.engine import Engine, Work, driver_of
from actors.kernel.store.sql.writes import Cursor

T = TypeVar("T")

BUSY_MS = 5000
"""How long a writer waits for those of other processes."""
_BUSY, _LOCKED = 5, 6
_UNAVAILABLE = {7, 8, 9, 10, 11, 13, 14, 15, 26}
"""Out of memory, read-only, interrupted, input or output, corrupt, full, cannot open, protocol, not a database."""
_FAILED = re.compile(r"UNIQUE constraint failed: (.+)")


class SqliteEngine(Engine):
    begin = "BEGIN IMMEDIATE"
    connections = 5

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        prepare_connections(self.source.sync_engine, BUSY_MS)
        self._writing: asyncio.Future[AsyncConnection] | None = None

    async def visit(self, work: Work[T], *, writes: bool) -> T:
        if writes:
            # All on one connection: its thread takes them one after another, with no turn of the loop between two.
            # SQLite's own waiting is for other processes.
            return await self._done_by(await self._writer(), work)
        connection = await self.take(writes=False)
        try:
            return await self._done_by(connection, work)
        finally:
            self.give(connection, writes=False)

    async def _writer(self) -> AsyncConnection:
        if self._writing is None:
            self._writing = asyncio.ensure_future(self.open(writes=True))
        try:
            return await asyncio.shield(self._writing)
        except Exception:
            self._writing = None  # the next one tries again
            raise

    @staticmethod
    async def _done_by(connection: AsyncConnection, work: Work[T]) -> T:
        driver, job = driver_of(connection), Job(work)
        # One job in place of one for each statement: the driver's public methods each wait for the thread anew.
        done = asyncio.ensure_future(driver._execute(job.run, driver._conn))
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            if not job.forgo():
                # It cannot be stopped any more, and who waits must not be told that nothing was changed.
                await asyncio.wait([done])
                if not done.cancelled():
                    done.exception()
            raise

    async def close(self) -> None:
        if self._writing is not None:
            with contextlib.suppress(Exception):
                await (await self._writing).close()
            self._writing = None
        await super().close()

    def taken(self, error: Exception) -> frozenset[str] | None:
        if isinstance(error, sqlite3.IntegrityError) and (found := _FAILED.match(str(error))):
            return frozenset(name.rpartition(".")[2] for name in found[1].split(", "))
        return None

    def contended(self, error: Exception) -> bool:
        return contended(error)

    def unavailable(self, error: Exception) -> str | None:
        return unavailable(error)

    def rollback(self, cursor: Cursor) -> None:
        connection: sqlite3.Connection = cursor.connection  # type: ignore[attr-defined]
        if connection.in_transaction:  # some errors end it
            cursor.execute("ROLLBACK")

    def accepts_writes(self, cursor: Cursor) -> bool:
        cursor.execute(self.begin)
        cursor.execute("ROLLBACK")
        return True


class Job:
    """Work for the thread of a connection. It is either begun there or forgone here, never both."""

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self._claim = threading.Lock()

    def forgo(self) -> bool:
        """Keeps it from being begun. False when it has been."""
        return self._claim.acquire(blocking=False)

    def run(self, connection: sqlite3.Connection) -> Any:
        if not self._claim.acquire(blocking=False):
            return None
        cursor = connection.cursor()
        try:
            return self.work(cursor)
        finally:
            cursor.close()


def contended(error: Exception) -> bool:
    return _code(error) in (_BUSY, _LOCKED)


def unavailable(error: Exception) -> str | None:
    return str(error.sqlite_errorname) if _code(error) in _UNAVAILABLE else None  # type: ignore[attr-defined]


def _code(error: Exception) -> int | None:
    """SQLite's primary error code."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def prepare_connections(engine: Any, busy_ms: int, *, foreign_keys: bool = True) -> None:
    """Sets every new connection up: write-ahead log, and a commit is on the disk before it is answered."""

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver begins no transactions of its own
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy_ms}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute("PRAGMA journal_size_limit=67108864")
        cursor.close()
