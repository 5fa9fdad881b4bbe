"""Making tables: one at a time over all processes, whatever tool makes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from actors.kernel.errors import DependencyUnavailable
from actors.kernel.store.contract import Collection
from actors.kernel.store.sql import mysql, sqlite
from actors.kernel.store.sql.addresses import is_file
from actors.kernel.store.sql.engine import DEPENDENCY
from actors.kernel.store.sql.tables import blob_tables, metadata_of

WAIT_SECONDS = 300
"""How long one who makes tables waits for another."""


@asynccontextmanager
async def connected(url: URL, *, writing: bool = False) -> AsyncIterator[AsyncConnection]:
    """A connection for looking at tables or making them. Raises DependencyUnavailable."""
    engine = create_async_engine(url, poolclass=sa.pool.NullPool, hide_parameters=True)
    if is_file(url):
        # Alembic changes a table by making it anew, which must not take the rows that refer to the old one with it.
        sqlite.prepare_connections(engine.sync_engine, WAIT_SECONDS * 1000, foreign_keys=False)
    else:
        mysql.prepare_connections(engine.sync_engine)
    if is_file(url) and writing:

        @event.listens_for(engine.sync_engine, "begin")
        def begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        async with engine.connect() as connection:
            yield connection
    except (sa.exc.DBAPIError, OSError) as error:
        cause: Any = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        driver = sqlite if is_file(url) else mysql
        if driver.contended(cause):
            raise DependencyUnavailable(dependency=DEPENDENCY, problem="others are changing its tables") from error
        if (problem := driver.unavailable(cause)) is not None:
            # Only operators get to see this: what the driver says is what they need.
            raise DependencyUnavailable(dependency=f"{DEPENDENCY} ({cause})", problem=problem) from error
        raise
    finally:
        await engine.dispose()


@asynccontextmanager
async def alone(url: URL) -> AsyncIterator[AsyncConnection]:
    """A connection for making tables, held by one process at a time; others wait.

    On SQLite it is a transaction: an error, or the end of the process, leaves everything as it was. MySQL commits
    each statement that makes or changes a table by itself. Raises DependencyUnavailable.
    """
    if is_file(url):
        Path(str(url.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        async with connected(url, writing=True) as connection, connection.begin():
            yield connection
    else:
        async with connected(url) as connection, _named_lock(connection, f"atrium.{url.database}"[:64]):
            yield connection


@asynccontextmanager
async def _named_lock(connection: AsyncConnection, name: str) -> AsyncIterator[None]:
    held = await connection.scalar(sa.select(sa.func.get_lock(name, WAIT_SECONDS)))
    await connection.commit()
    if held != 1:
        raise DependencyUnavailable(dependency=DEPENDENCY, problem="another process is changing its tables")
    try:
        yield
    finally:
        if not connection.closed and not connection.invalidated:
            await connection.rollback()
            await connection.execute(sa.select(sa.func.release_lock(name)))
            await connection.commit()


async def create_missing(url: URL, collections: Sequence[Collection[Any]]) -> None:
    """Creates the tables of collections, and those of blobs, that are not there. Changes none that is."""
    metadata = metadata_of(collections)
    blob_tables(metadata)
    async with alone(url) as connection:
        await connection.run_sync(metadata.create_all)
