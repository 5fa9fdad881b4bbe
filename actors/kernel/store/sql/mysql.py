"""MySQL 8 and MariaDB, in what both have in common."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import asyncmy.errors
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from actors.kernel.store.sql.engine import Engine, Work, driver_of
from actors.kernel.store.sql.writes import Cursor

T = TypeVar("T")

CONNECT_SECONDS = 3
LOCK_SECONDS = 5
KEPT_STATEMENTS = 128
"""Prepared statements each connection keeps: they are parsed once, and values travel apart from the text."""
_CONFLICTS = {1020, 1205, 1213, 1412, 1615, 3101, 3572}
"""Record changed, lock time-out, deadlock, table changed (twice), rolled back by the group, lock not waited for."""
_DUPLICATES = {1062, 1586, 1859}
_FAULTS = (
    asyncmy.errors.IntegrityError,
    asyncmy.errors.DataError,
    asyncmy.errors.ProgrammingError,
    asyncmy.errors.NotSupportedError,
)
_KEY = re.compile(r"for key '(?:[^']*\.)?([^'.]+)'")


class MysqlEngine(Engine):
    begin = ""  # connections for writing are never outside a transaction, which saves a round trip
    connections = 10

    def __init__(self, url: URL) -> None:
        arguments = {"charset": "utf8mb4", "connect_timeout": CONNECT_SECONDS, "stmt_cache_size": KEPT_STATEMENTS}
        super().__init__(url, connect_args=arguments)
        prepare_connections(self.source.sync_engine)

    async def visit(self, work: Work[T], *, writes: bool) -> T:
        connection = await self.take(writes=writes)
        try:
            result = await connection.run_sync(_on_cursor, work)
        except BaseException as error:
            if not self._broken(error):
                self.give(connection, writes=writes)
                raise
            driver_of(connection).close()
            await self.drop(connection)
            if isinstance(error, Exception):
                await self.forget_idle()  # they broke with it
            raise
        self.give(connection, writes=writes)
        return result

    async def open(self, *, writes: bool) -> AsyncConnection:
        connection = await super().open(writes=writes)
        if writes:
            await connection.run_sync(_on_cursor, lambda cursor: cursor.execute("SET autocommit = 0"))
        return connection

    def _broken(self, error: BaseException) -> bool:
        """Whether the connection may be in the middle of something: cut off, or left by who waited for its answer."""
        if not isinstance(error, Exception):
            return True
        return isinstance(error, asyncmy.errors.Error | OSError | EOFError) and self.unavailable(error) is not None

    def taken(self, error: Exception) -> frozenset[str] | None:
        if _code(error) in _DUPLICATES and (found := _KEY.search(str(error))):
            return frozenset({found[1]})
        return None

    def contended(self, error: Exception) -> bool:
        return contended(error)

    def unavailable(self, error: Exception) -> str | None:
        return unavailable(error)

    def rollback(self, cursor: Cursor) -> None:
        cursor.execute("ROLLBACK")

    def accepts_writes(self, cursor: Cursor) -> bool:
        cursor.execute("SELECT @@global.read_only, @@global.innodb_read_only")
        return all(str(value) in ("0", "OFF") for value in cursor.fetchall()[0])


def _on_cursor(connection: Any, work: Work[T]) -> T:
    cursor = connection.info.get("cursor")
    if cursor is None:
        cursor = connection.info["cursor"] = connection.connection.cursor()
    return work(cursor)


def contended(error: Exception) -> bool:
    return _code(error) in _CONFLICTS


def unavailable(error: Exception) -> str | None:
    if isinstance(error, OSError | EOFError):
        return type(error).__name__
    if not isinstance(error, asyncmy.errors.Error) or isinstance(error, _FAULTS) or contended(error):
        return None
    return f"{type(error).__name__} {_code(error) or ''}".strip()


def _code(error: Exception) -> int | None:
    return error.args[0] if isinstance(error, asyncmy.errors.Error) and error.args else None


def prepare_connections(engine: Any) -> None:
    """Sets every new connection up, whatever the server's own settings are."""

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cursor.execute(
            "SET SESSION sql_mode='STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
            f"NO_ENGINE_SUBSTITUTION', time_zone='+00:00', innodb_lock_wait_timeout={LOCK_SECONDS}"
        )
        cursor.close()
