"""Migrations of books: the schema they lead to, one at a time, never back, on SQLite and on MariaDB."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import mysql

from actors import MODULES
from actors.kernel.clock import Clock
from actors.kernel.errors import DependencyUnavailable
from actors.kernel.module import card
from actors.kernel.records import Record
from actors.kernel.sealing import Sealer
from actors.kernel.settings import SettingsError
from actors.kernel.store.contract import Collection, Index, Reach
from actors.kernel.store.sql import SqlBackend, migrations
from actors.kernel.store.sql.addresses import parsed
from actors.kernel.store.sql.examination import examine
from actors.kernel.store.sql.migrations import History
from actors.kernel.store.sql.schema import alone, connected, create_missing
from actors.kernel.store.sql.tables import metadata_of
from actors.kernel.store.sql.types import Json
from actors.kernel.store.unit import Store
from tests.books import ledger
from tests.contracts.things import call_of

HISTORIES = [
    History("ledger", ledger.COLLECTIONS, ledger.MIGRATIONS),
    *(
        History(name, books.collections, books.migrations)
        for name in MODULES
        if (books := card(name).books) is not None
    ),
]
"""Of the test module, and of every module of the installation that has books."""
LEDGER = HISTORIES[0]


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.live)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'books.db'}"
        return
    server: str = request.getfixturevalue("mariadb")
    for number, database in enumerate(("atrium_migrations", "atrium_migrations")):
        async with connected(parsed(server)) as connection:
            await connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {database}")
            if number == 0:
                await connection.exec_driver_sql(f"CREATE DATABASE {database}")
        if number == 0:
            yield parsed(server).set(database=database).render_as_string(hide_password=False)


async def described(url: str) -> dict[str, Any]:
    """The schema as the database itself tells it, but for the notes of which revisions ran."""

    def describe(connection: sa.Connection) -> dict[str, Any]:
        inspector = sa.inspect(connection)
        return {
            table: {
                "columns": {
                    one["name"]: (
                        str(one["type"].compile(connection.dialect)),
                        one["nullable"],
                        # One engine keeps the brackets that a default was given in, the other none.
                        str(one["default"] or "").strip("()"),
                    )
                    for one in inspector.get_columns(table)
                },
                "key": inspector.get_pk_constraint(table)["constrained_columns"],
                "indexes": sorted(
                    (one["name"], tuple(one["column_names"]), bool(one["unique"]))
                    for one in inspector.get_indexes(table)
                ),
                "foreign": inspector.get_foreign_keys(table),
                "options": inspector.get_table_options(table),
            }
            for table in inspector.get_table_names()
            if not table.endswith("_revision")
        }

    async with connected(parsed(url)) as connection:
        return await connection.run_sync(describe)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda one: one.module)
def test_a_history_is_one_line_without_gaps(history: History) -> None:
    found = [script.revision for script in history.scripts().walk_revisions("base", "head")][::-1]
    assert found == [f"{number:04}" for number in range(1, len(found) + 1)]
    assert [path.name[:4] for path in sorted(history.folder.glob("[0-9]*.py"))] == found


async def revision_of(url: str, history: History) -> str | None:
    async with connected(parsed(url)) as connection:
        found: str | None = await connection.scalar(sa.text(f"SELECT version_num FROM {history.version_table}"))
        return found


@pytest.mark.parametrize("history", HISTORIES, ids=lambda one: one.module)
async def test_the_migrated_schema_is_that_of_the_code(url: str, history: History) -> None:
    ran = await migrations.upgrade(url, [history])
    assert len(ran) == len(list(history.folder.glob("[0-9]*.py"))) > 0
    migrated = await described(url)

    def differences(connection: sa.Connection) -> list[Any]:
        options = {"version_table": history.version_table, "compare_type": same_type}
        context = MigrationContext.configure(connection, opts=options)
        metadata = metadata_of(history.collections)
        found = compare_metadata(context, metadata)
        return [one for one in found if not (one[0] == "remove_table" and one[1].name in ("blobs", "blob_pieces"))]

    async with connected(parsed(url)) as connection:
        assert await connection.run_sync(differences) == []

    # Made at once from the code, the same database says the same of itself.
    async with alone(parsed(url)) as connection:
        await connection.run_sync(drop_everything)
    await create_missing(parsed(url), history.collections)
    assert await described(url) == migrated


def same_type(context: Any, inspected: Any, wanted: Any, there: Any, type_: Any) -> bool | None:
    """MariaDB calls JSON a long text that is checked to be JSON."""
    return False if isinstance(type_, Json) and isinstance(there, mysql.LONGTEXT) else None


def drop_everything(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)


async def test_migrating_again_does_nothing(url: str) -> None:
    assert await migrations.missing(url, [LEDGER]) == ["ledger 0001 (first)", "ledger 0002 (memos and scans)"]
    assert await migrations.upgrade(url, [LEDGER]) == ["ledger 0001 (first)", "ledger 0002 (memos and scans)"]
    before = await described(url)
    assert await migrations.missing(url, [LEDGER]) == []
    assert await migrations.upgrade(url, [LEDGER]) == []
    assert await described(url) == before


async def test_two_at_once_take_turns(url: str) -> None:
    ran = await asyncio.gather(*(migrations.upgrade(url, [LEDGER]) for _ in range(4)))
    assert sorted(map(len, ran)) == [0, 0, 0, 2]
    assert await migrations.missing(url, [LEDGER]) == []


async def test_two_processes_at_once_take_turns(url: str) -> None:
    code = (
        "import asyncio, sys; from tests.contracts.test_migrations import LEDGER, migrations\n"
        "print(len(asyncio.run(migrations.upgrade(sys.argv[1], [LEDGER]))))"
    )
    pipe = subprocess.PIPE
    running = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, url, stdout=pipe, stderr=pipe)
        for _ in range(3)
    ]
    said = await asyncio.gather(*(one.communicate() for one in running))
    assert [one.returncode for one in running] == [0, 0, 0], said
    assert sorted(out.decode().strip() for out, _ in said) == ["0", "0", "2"]


async def test_a_database_that_a_newer_version_has_changed_is_refused_as_it_is(url: str) -> None:
    await migrations.upgrade(url, [LEDGER])
    async with alone(parsed(url)) as connection:
        await connection.execute(sa.text(f"UPDATE {LEDGER.version_table} SET version_num = '0009'"))
        if connection.dialect.name != "sqlite":
            await connection.commit()
    for ask in (migrations.upgrade, migrations.missing):
        with pytest.raises(SettingsError, match="newer Atrium: ledger is at revision 0009.*knows up to 0002"):
            await ask(url, [LEDGER])
    assert await revision_of(url, LEDGER) == "0009"


async def test_a_step_keeps_what_is_there_and_gives_new_columns_their_defaults(url: str, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    (first / "0001_first.py").write_text((LEDGER.folder / "0001_first.py").read_text())
    await migrations.upgrade(url, [dataclasses.replace(LEDGER, folder=first)])
    async with alone(parsed(url)) as connection:
        await connection.execute(
            sa.text(
                "INSERT INTO ledger_accounts (id, tenant_id, number, unique_number, name) "
                "VALUES ('acc_1', 'ten_1', '100', '100', 'Cash')"
            )
        )
        if connection.dialect.name != "sqlite":
            await connection.commit()
    assert await migrations.upgrade(url, [LEDGER]) == ["ledger 0002 (memos and scans)"]

    backend = SqlBackend(url)
    store = Store(backend, "tenants", ledger.LedgerUnit, clock=Clock(), sealer=Sealer(bytes(32)))
    async with store.unit(call_of("ten_1")) as unit:
        account = await unit.accounts.get("acc_1")
    assert (account.name, account.memo, account.open, account.side) == ("Cash", "-", True, ledger.Side.ASSET)
    await backend.close()


async def test_a_step_that_fails_is_not_noted_as_done(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in LEDGER.folder.glob("[0-9]*.py"):
        (folder / path.name).write_text(path.read_text())
    broken = (
        'import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = "0003", "0002"\n\n'
        "def upgrade():\n    op.execute(sa.text('INSERT INTO nowhere VALUES (1)'))\n"
    )
    (folder / "0003_broken.py").write_text(broken)
    history = dataclasses.replace(LEDGER, folder=folder)
    with pytest.raises(sa.exc.DBAPIError):
        await migrations.upgrade(url, [history])
    left = await migrations.missing(url, [LEDGER])
    if url.startswith("sqlite"):
        assert len(left) == 2, "on SQLite all steps are one transaction"
    else:
        assert left == [], "on MySQL each step is done when it is done"
    (folder / "0003_broken.py").unlink()
    await migrations.upgrade(url, [history])
    assert await migrations.missing(url, [history]) == []


async def test_a_server_that_does_not_answer_is_said_to(tmp_path: Path) -> None:
    with pytest.raises(DependencyUnavailable):
        await migrations.upgrade("mysql+asyncmy://nobody@127.0.0.1:1/atrium", [LEDGER])
    (tmp_path / "text.db").write_text("this is no database " * 100)
    with pytest.raises(DependencyUnavailable):
        await migrations.upgrade(f"sqlite+aiosqlite:///{tmp_path / 'text.db'}", [LEDGER])


async def test_a_database_is_examined_without_being_changed(url: str) -> None:
    found = await examine(url, [LEDGER])
    if url.startswith("sqlite"):
        assert found is None, "there is no file yet, and none is made"
        await create_missing(parsed(url), ())
        found = await examine(url, [LEDGER])
    assert found is not None and found.writable
    assert re.match(r"(SQLite|MariaDB|MySQL) [0-9]+\.[0-9]+", found.server)
    assert found.missing == ["ledger 0001 (first)", "ledger 0002 (memos and scans)"]
    await migrations.upgrade(url, [LEDGER])
    found = await examine(url, [LEDGER])
    assert found is not None and found.missing == []


@pytest.mark.live
async def test_a_server_that_is_read_only_is_not_healthy(mariadb: str) -> None:
    backend = SqlBackend(mariadb)
    assert await backend.healthy()
    await backend.engine.read(lambda cursor: cursor.execute("SET GLOBAL read_only = 1"))
    try:
        assert not await backend.healthy()
    finally:
        await backend.engine.read(lambda cursor: cursor.execute("SET GLOBAL read_only = 0"))
        await backend.close()


# --- drafts ---


@dataclasses.dataclass(frozen=True, kw_only=True)
class Early(Record):
    name: str = ""
    code: str = ""
    doomed: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Late(Record):
    name: str = ""
    code: str = ""
    tags: tuple[str, ...] = ()
    due: datetime | None = None
    note: str = "it's 100 % \\ new"
    rank: float = 0.5


EARLY = Collection("drafts", Early, Reach.PROVIDER, indexes=(Index(("name",)),))
LATE = Collection(
    "drafts", Late, Reach.PROVIDER, indexes=(Index(("tenant_id", "code"), unique=True),), search=("name",)
)


async def test_a_draft_leads_from_the_last_revision_to_the_code(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    early, late = History("draft", (EARLY,), folder), History("draft", (LATE,), folder)
    first = await migrations.draft(early, "first")
    assert first is not None and first.name == "0001_first.py"
    await migrations.upgrade(url, [early])
    async with alone(parsed(url)) as connection:
        await connection.execute(sa.text("INSERT INTO drafts (id, name) VALUES ('d', 'kept')"))
        if connection.dialect.name != "sqlite":
            await connection.commit()

    second = await migrations.draft(late, "tags, and no doom")
    assert second is not None and second.name == "0002_tags_and_no_doom.py"
    assert await migrations.draft(late, "nothing") is None
    assert await migrations.upgrade(url, [late]) == ["draft 0002 (tags, and no doom)"]

    backend = SqlBackend(url)
    place = await Store(backend, "draft", ledger.LedgerUnit, clock=Clock(), sealer=Sealer(bytes(32))).place(LATE, "")
    document = await backend.get(place, "d")
    assert document == {
        "id": "d", "tenant_id": "", "version": 0, "name": "kept", "code": "", "tags": [], "due": None,
        "note": "it's 100 % \\ new", "rank": 0.5,
    }  # fmt: skip
    await backend.close()
    migrated = await described(url)
    async with alone(parsed(url)) as connection:
        await connection.run_sync(drop_everything)
    await create_missing(parsed(url), late.collections)
    made = await described(url)
    for one in (migrated, made):  # where a column stands does not matter
        one["drafts"]["columns"] = dict(sorted(one["drafts"]["columns"].items()))
    assert made == migrated


async def test_a_schema_read_by_other_tools_has_plain_columns(url: str) -> None:
    await migrations.upgrade(url, [LEDGER])
    backend = SqlBackend(url)
    store = Store(backend, "ledger", ledger.LedgerUnit, clock=Clock(), sealer=Sealer(bytes(32)))
    closed = datetime(2026, 3, 1, 12, 30, 15, 250_001, tzinfo=UTC)
    async with store.unit(call_of("ten_1")) as unit:
        unit.accounts.put(
            ledger.Account(
                id="acc_1", number="100", name="Cash", side=ledger.Side.LIABILITY, balance_minor=-(2**53) - 1,
                close_time=closed, labels=("a", "b"), address=ledger.Address(city="Bern", since=closed),
            )
        )  # fmt: skip
    await backend.close()
    async with connected(parsed(url)) as connection:
        columns = "number, side, balance_minor, open, close_time, tenant_id, version"
        row = (await connection.exec_driver_sql(f"SELECT {columns} FROM ledger_accounts")).one()
        at = str(row.close_time)
        assert (row.number, row.side, row.balance_minor, row.open) == ("100", "LIABILITY", -(2**53) - 1, 1)
        assert (row.tenant_id, row.version, at) == ("ten_1", 1, "2026-03-01 12:30:15.250001")
        city = "JSON_EXTRACT(address, '$.city'), JSON_EXTRACT(labels, '$[1]')"
        found = (await connection.exec_driver_sql(f"SELECT {city} FROM ledger_accounts")).one()
        assert [str(one).strip('"') for one in found] == ["Bern", "b"]
