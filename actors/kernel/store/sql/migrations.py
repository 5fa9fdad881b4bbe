"""Migrations: each module's tables, brought up to what the code expects by its own Alembic revisions.

    actors/<module>/migrations/0001_first.py, 0002_….py

A module's history is a line of its own, noted in the table `<module>_revision`. There is no way back but a backup:
money is not un-migrated.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from actors.kernel.module import Module
from actors.kernel.settings import SettingsError
from actors.kernel.store.contract import Collection, answers_of, inbox_of, outbox_of
from actors.kernel.store.sql import types
from actors.kernel.store.sql.addresses import parsed
from actors.kernel.store.sql.schema import alone, connected
from actors.kernel.store.sql.tables import blob_tables, metadata_of

_REVISIONS = Path(__file__).parent / "revisions"
log = logging.getLogger(__name__)
logging.getLogger("alembic").setLevel(logging.WARNING)


@dataclass(frozen=True)
class History:
    """One module's tables and the revisions that make them."""

    module: str
    own: Sequence[Collection[Any]]
    """The module's collections in SQL; what the kernel keeps beside them comes with them."""
    folder: Path

    @property
    def collections(self) -> list[Collection[Any]]:
        return [outbox_of(self.module), inbox_of(self.module), answers_of(self.module), *self.own]

    @property
    def version_table(self) -> str:
        return f"{self.module}_revision"

    def scripts(self) -> ScriptDirectory:
        return ScriptDirectory.from_config(_config(self))


def histories(cards: Sequence[Module]) -> list[History]:
    """Those of the modules that have books, in their order."""
    return [History(one.name, one.books.collections, one.books.migrations) for one in cards if one.books is not None]


async def upgrade(url: str, histories: Sequence[History]) -> list[str]:
    """Runs the revisions that a database lacks, in order, while no other process does. Returns their names.

    Repeatable. Raises SettingsError, before anything is changed, for a database that a newer version has changed.
    """
    ran: list[str] = []
    async with alone(parsed(url)) as connection:
        for history in histories:
            ran += await connection.run_sync(_missing, history)
        for history in histories:
            await connection.run_sync(_upgrade, history)
        metadata = sa.MetaData()
        blob_tables(metadata)
        await connection.run_sync(metadata.create_all)
        if connection.dialect.name == "sqlite" and (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all():
            raise RuntimeError("a revision left rows that refer to nothing")
    for name in ran:
        log.info("ran the revision %s", name)
    return ran


async def missing(url: str, histories: Sequence[History]) -> list[str]:
    """The names of the revisions that a database lacks. Raises SettingsError as `upgrade` does."""
    found: list[str] = []
    async with connected(parsed(url)) as connection:
        for history in histories:
            found += await connection.run_sync(_missing, history)
    return found


async def draft(history: History, message: str) -> Path | None:
    """Writes the revision that leads from the module's last one to its collections as they are now.

    Needs no server: the revisions so far are run on a SQLite file of their own, and that is compared. Returns None
    when there is nothing to change. It is a draft, to be read: a renamed field looks like one gone and one new.
    """
    number = len(list(history.scripts().walk_revisions())) + 1
    history.folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with alone(parsed(f"sqlite+aiosqlite:///{folder}/draft.db")) as connection:
            await connection.run_sync(_upgrade, history)
            written = await connection.run_sync(_write, history, message, f"{number:04}")
    return written


def _config(history: History, connection: sa.Connection | None = None, **attributes: Any) -> Config:
    config = Config(stdout=io.StringIO())
    for name, value in {
        "script_location": str(_REVISIONS),
        "version_locations": str(history.folder),
        "path_separator": "newline",
        "file_template": "%(rev)s_%(slug)s",
    }.items():
        config.set_main_option(name, value.replace("%", "%%"))
    config.attributes.update(
        connection=connection,
        metadata=metadata_of(history.collections),
        version_table=history.version_table,
        render_item=_rendered,
        **attributes,
    )
    return config


def _missing(connection: sa.Connection, history: History) -> list[str]:
    context = MigrationContext.configure(connection, opts={"version_table": history.version_table})
    current = context.get_current_heads()
    scripts = history.scripts()
    known = {script.revision for script in scripts.walk_revisions()}
    if strangers := sorted(set(current) - known):
        raise SettingsError(
            f"The SQL database was changed by a newer Atrium: {history.module} is at revision {', '.join(strangers)}, "
            f"and this version knows up to {scripts.get_current_head() or 'none'}. Use that version again, or name "
            "another database in ATRIUM_SQL_URL; nothing was changed"
        )
    names = [
        f"{history.module} {script.revision} ({script.doc})"
        for script in scripts.iterate_revisions("head", current[0] if current else "base")
    ]
    if connection.dialect.name != "sqlite":
        connection.commit()  # only read: the next transaction is Alembic's own
    return names[::-1]


def _upgrade(connection: sa.Connection, history: History) -> None:
    command.upgrade(_config(history, connection), "head")


def _write(connection: sa.Connection, history: History, message: str, number: str) -> Path | None:
    def keep_if_any(context: Any, revision: Any, directives: list[Any]) -> None:
        if directives[0].upgrade_ops.is_empty():
            directives.clear()

    with contextlib.redirect_stdout(io.StringIO()):
        made = command.revision(
            _config(history, connection),
            message,
            autogenerate=True,
            rev_id=number,
            version_path=str(history.folder),
            process_revision_directives=keep_if_any,
        )
    if made is None or isinstance(made, list):
        return None
    path = Path(made.path)
    path.write_text(re.sub(r"^ *# ### .*\n", "", path.read_text(), flags=re.MULTILINE))
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(path)], check=False)
    return path


def _rendered(kind: str, item: Any, context: Any) -> str | bool:
    """Our types and defaults by the names that revisions have for them; False for what Alembic writes itself."""
    if kind == "type" and isinstance(item, types.Text):
        return "sql.Text()" if item.length is None else f"sql.Text({item.length})"
    if kind == "type" and isinstance(item, types.Moment | types.Blob | types.Json):
        return f"sql.{type(item).__name__}()"
    if kind == "server_default" and isinstance(getattr(item, "arg", None), types.default):
        return f"sql.default({item.arg.value!r})"
    return False
