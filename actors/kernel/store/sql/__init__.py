"""The store on SQL: MySQL, MariaDB, and SQLite in a file. Only this package and migrations know the drivers."""

from actors.kernel.store.sql.addresses import file_of
from actors.kernel.store.sql.backend import SqlBackend

__all__ = ["SqlBackend", "file_of"]
