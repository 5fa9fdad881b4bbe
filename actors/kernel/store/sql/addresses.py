"""Addresses of SQL databases."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from actors.kernel.settings import SettingsError

SQLITE, MYSQL = "sqlite+aiosqlite", ("mysql+asyncmy", "mariadb+asyncmy")


def parsed(url: str) -> URL:
    """The address of a database. Raises SettingsError for one that there is no engine for."""
    try:
        found = make_url(url)
    except sa.exc.ArgumentError:
        raise SettingsError(
            "ATRIUM_SQL_URL is not an address; it looks like mysql+asyncmy://user:password@host:3306/atrium"
        ) from None
    if found.drivername == SQLITE:
        if not found.database or found.database == ":memory:" or found.database.startswith("file:"):
            # In memory no second connection would see it.
            raise SettingsError("ATRIUM_SQL_URL must name a file: sqlite+aiosqlite:////absolute/path/atrium.db")
    elif found.drivername not in MYSQL:
        raise SettingsError(
            f"ATRIUM_SQL_URL must begin with {MYSQL[0]}:// or {SQLITE}://, not with {found.drivername}://"
        )
    elif not found.database:
        raise SettingsError(f"ATRIUM_SQL_URL must name a database: {MYSQL[0]}://user:password@host:3306/atrium")
    return found


def file_of(url: str) -> Path | None:
    """The file of a database in one; None for a server's. Raises SettingsError."""
    found = parsed(url)
    return Path(str(found.database)) if is_file(found) else None


def is_file(url: URL) -> bool:
    """Whether the database is a file of this machine, which other machines have no share in."""
    return url.drivername == SQLITE
