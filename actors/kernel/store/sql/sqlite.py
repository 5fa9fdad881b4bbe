"""SQLite in a file that several processes of one machine may have open.

A transaction is one job of the connection's thread, from BEGIN IMMEDIATE to COMMIT. So the file's write lock is never
held while an event loop is busy with something else, and a cancelled call leaves no transaction open.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL

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
        self._writing = asyncio.Lock()

    async def visit(self, work: Work[T], *, writes: bool) -> T:
        if writes:
            # One at a time in this process, in the order they came; SQLite's own waiting is for other processes.
            async with self._writing:
                return await self._visit(work)
        return await self._visit(work)

    async def _visit(self, work: Work[T]) -> T:
        connection = await self.take()
        try:
            driver = driver_of(connection)
            # One job in place of one for each statement: the driver's public methods each wait for the thread anew.
            # When the caller is cancelled it is carried out all the same, before any other of the connection.
            return await driver._execute(_on_cursor, driver._conn, work)  # type: ignore[no-any-return]
        finally:
            self.give(connection)

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


def _on_cursor(connection: sqlite3.Connection, work: Work[T]) -> T:
    cursor = connection.cursor()
    try:
        return work(cursor)
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
