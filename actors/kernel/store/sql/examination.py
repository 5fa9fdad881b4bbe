"""Looking at a SQL database without changing it: what it is, whether it takes writes, what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actors.kernel.errors import DependencyUnavailable
from actors.kernel.store.sql import migrations
from actors.kernel.store.sql.addresses import file_of, parsed
from actors.kernel.store.sql.backend import SqlBackend
from actors.kernel.store.sql.migrations import History
from actors.kernel.store.sql.schema import connected


@dataclass(frozen=True)
class Examined:
    """A database that answers."""

    server: str
    """Its kind and version: `SQLite 3.40.1`, `MariaDB 10.11.19-MariaDB`."""
    writable: bool
    missing: Sequence[str]
    """The revisions that it lacks."""


class Unreachable(Exception):
    """It does not answer; the text is what the driver says, for the eyes of an operator."""


async def examine(url: str, histories: Sequence[History]) -> Examined | None:
    """What is at the address; None for a file that is not there yet.

    Raises Unreachable, and SettingsError for an address that cannot be used or a database that a newer version
    has changed.
    """
    if (file := file_of(url)) is not None and not file.exists():
        return None
    backend = SqlBackend(url)
    try:
        async with connected(parsed(url)) as connection:
            dialect = connection.dialect
            version = str((await connection.exec_driver_sql(_VERSION[dialect.name])).scalar_one())
            kind = "SQLite" if file is not None else "MariaDB" if "mariadb" in version.lower() else "MySQL"
        return Examined(f"{kind} {version}", await backend.healthy(), await migrations.missing(url, histories))
    except DependencyUnavailable as error:
        raise Unreachable(str(getattr(error.__cause__, "orig", None) or error.__cause__ or error)) from error
    finally:
        await backend.close()


_VERSION = {"sqlite": "SELECT sqlite_version()", "mysql": "SELECT version()", "mariadb": "SELECT version()"}
