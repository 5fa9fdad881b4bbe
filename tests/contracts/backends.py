"""Back-ends for the suites: each test finds its one empty and leaves nothing behind."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from actors.kernel.store.mongo import MongoBackend
from actors.kernel.store.sql import SqlBackend


@contextlib.asynccontextmanager
async def mongo(url: str) -> AsyncIterator[MongoBackend]:
    backend = MongoBackend(url, "suite")
    try:
        yield backend
    finally:
        # Emptied, not dropped: making collections and indexes takes longer than most tests.
        for name in ("suite", "suite_silo"):
            database = backend.client[name]
            for collection in await database.list_collection_names():
                await database[collection].delete_many({})
        await backend.close()


@contextlib.asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[SqlBackend]:
    backend = SqlBackend(f"sqlite+aiosqlite:///{folder / 'suite.db'}")
    try:
        yield backend
    finally:
        await backend.close()


@contextlib.asynccontextmanager
async def mysql(url: str) -> AsyncIterator[SqlBackend]:
    backend = SqlBackend(url)
    try:
        yield backend
    finally:
        await empty(backend)
        await backend.close()


async def empty(backend: SqlBackend) -> None:
    """Removes every row of every table."""

    def work(cursor: object) -> None:
        cursor.execute("SHOW TABLES")  # type: ignore[attr-defined]
        for (name,) in cursor.fetchall():  # type: ignore[attr-defined]
            cursor.execute(f"DELETE FROM `{name}`")  # type: ignore[attr-defined]

    await backend.engine.write(work)
