"""A unit in the books, on SQLite and on MariaDB: through the store, and the same rows written bare.

The unit is a transfer: one row for it, two entries, two balances that are added to, the announcement and the audit
entry. Bare is the driver alone, with its own connections and text written by hand; beside it SQLAlchemy's Core as its
tutorial has it, with one transaction and one `execute` for each table.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiosqlite
import asyncmy
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from actors import MODULES
from actors.kernel import wire
from actors.kernel.access.policy import policy_of
from actors.kernel.call import Call, Principal
from actors.kernel.clock import Clock
from actors.kernel.sealing import Sealer
from actors.kernel.store.contract import Collection, outbox_of
from actors.kernel.store.sql import SqlBackend
from actors.kernel.store.sql.tables import layout_of, metadata_of
from actors.kernel.store.unit import Store
from bench import measure
from tests.books.ledger import ACCOUNTS, ENTRIES, TRANSFERS, Account, Entry, LedgerUnit, TenantRestored, Transfer
from tests.mariadb import NoMariaDb, running_mariadb

Once = Callable[[], Awaitable[None]]

MODULE = "tenants"
TENANT = "ten_1"
BALANCES = 400
METHOD = policy_of(MODULES).methods["atrium.tenants.v1.TenantService/SuspendTenant"]
CLOCK = Clock()
COLLECTIONS: tuple[Collection[Any], ...] = (ACCOUNTS, TRANSFERS, ENTRIES)
_numbers = itertools.count()


def new_id(kind: str) -> str:
    return CLOCK.new_id(kind)


def pair() -> list[tuple[str, int]]:
    one, other = sorted(random.sample(range(BALANCES), 2))
    return [(f"acc_{one:04}", 5), (f"acc_{other:04}", -5)]


def records() -> tuple[Transfer, list[Entry]]:
    transfer = Transfer(id=new_id("tra"), create_time=CLOCK.now(), reference="a reference")
    entries = [
        Entry(id=new_id("ent"), transfer_id=transfer.id, account_id=account, amount_minor=amount)
        for account, amount in pair()
    ]
    return transfer, entries


def ours(store: Store[LedgerUnit]) -> Once:
    async def once() -> None:
        call = Call(principal=Principal(user_id="usr_1", realm="platform"), scope=TENANT, request_id="req_1")
        call.method = METHOD
        transfer, entries = records()
        async with store.unit(call) as unit:
            unit.transfers.put(transfer.but(TenantRestored(tenant_id=TENANT)))
            for entry in entries:
                unit.entries.put(entry)
            for entry in entries:
                unit.accounts.increment(entry.account_id, None, balance_minor=entry.amount_minor)

    return once


@dataclass(frozen=True)
class Rows:
    """What the store writes in a unit, taken from one it wrote: the bare ways write the same."""

    tables: dict[str, sa.Table]
    outbox: list[dict[str, Any]]

    def of_unit(self) -> dict[str, list[dict[str, Any]]]:
        transfer, entries = records()
        found = {
            "ledger_transfers": [wire.document(transfer)],
            "ledger_entries": [wire.document(entry) for entry in entries],
            f"{MODULE}_outbox": [{**row, "id": new_id("evt"), "key": transfer.id} for row in self.outbox],
        }
        for rows in found.values():
            for row in rows:
                row.update({"tenant_id": TENANT, "version": 1})
        return found


def core(engine: AsyncEngine, rows: Rows) -> Once:
    accounts = rows.tables["ledger_accounts"]

    async def once() -> None:
        unit = rows.of_unit()
        async with engine.begin() as connection:
            for name in ("ledger_transfers", "ledger_entries"):
                await connection.execute(sa.insert(rows.tables[name]), unit[name])
            for entry in unit["ledger_entries"]:
                change = sa.update(accounts).where(accounts.c.id == entry["account_id"])
                amount = accounts.c.balance_minor + entry["amount_minor"]
                await connection.execute(change.values(balance_minor=amount))
            outbox = f"{MODULE}_outbox"
            await connection.execute(sa.insert(rows.tables[outbox]), unit[outbox])

    return once


def bare(connections: list[Any], rows: Rows, mark: str, begin: str, plain: Callable[[Any], Any]) -> Once:
    free: asyncio.LifoQueue[Any] = asyncio.LifoQueue()
    for connection in connections:
        free.put_nowait(connection)
    quote = "`"
    insert: dict[str, tuple[list[str], str]] = {}

    def text(name: str, given: list[dict[str, Any]]) -> tuple[str, list[Any]]:
        if name not in insert:
            names = list(given[0])
            head = f"INSERT INTO {name} ({', '.join(f'{quote}{one}{quote}' for one in names)}) VALUES "
            one = f"({', '.join([mark] * len(names))})"
            insert[name] = names, head + ", ".join([one] * len(given))
        names, statement = insert[name]
        return statement, [plain(row[column]) for row in given for column in names]

    async def once() -> None:
        unit = rows.of_unit()
        connection = await free.get()
        run = connection.execute if hasattr(connection, "execute") else connection.cursor().execute
        await run(begin)
        for name in ("ledger_transfers", "ledger_entries"):
            await run(*text(name, unit[name]))
        for entry in unit["ledger_entries"]:
            statement = f"UPDATE ledger_accounts SET balance_minor = balance_minor + {mark} WHERE id = {mark}"
            await run(statement, [entry["amount_minor"], entry["account_id"]])
        await run(*text(f"{MODULE}_outbox", unit[f"{MODULE}_outbox"]))
        await run("COMMIT")
        free.put_nowait(connection)

    return once


PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


@contextlib.asynccontextmanager
async def ways(url: str, at_once: int) -> AsyncIterator[dict[str, Once]]:
    """The three ways to write a unit into one database."""
    lite = url.startswith("sqlite")
    backend = SqlBackend(url)
    store = Store(backend, MODULE, LedgerUnit, clock=CLOCK, sealer=Sealer(bytes(32)))
    everything = [outbox_of(MODULE), *COLLECTIONS]
    await backend.ensure(everything)
    place = await store.place(ACCOUNTS, TENANT)
    accounts = [Account(id=f"acc_{n:04}", number=f"{n}", tenant_id=TENANT, version=1) for n in range(BALANCES)]
    await backend.load(place, [wire.document(account) for account in accounts])
    await ours(store)()
    outbox = await store.place(store.outbox, "")
    written = [one async for one in backend.scan(outbox)][:2]
    metadata = metadata_of(everything)
    rows = Rows(dict(metadata.tables), written)
    engine = create_async_engine(url, pool_size=at_once)
    connections: list[Any] = []
    encode = layout_of(outbox_of(MODULE), "again", sa.MetaData()).fields["time"].encode
    if lite:

        @event.listens_for(engine.sync_engine, "connect")
        def set_up(connection: Any, _: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        for _ in range(at_once):
            connection = await aiosqlite.connect(str(sa.make_url(url).database), isolation_level=None)
            for pragma in PRAGMAS:
                await connection.execute(f"PRAGMA {pragma}")
            connections.append(connection)
        mark, start = "?", "BEGIN IMMEDIATE"
    else:
        parts = urlsplit(url)
        for _ in range(at_once):
            connections.append(
                await asyncmy.connect(
                    host=parts.hostname, port=parts.port, user=parts.username, db=parts.path[1:], autocommit=True
                )
            )
        mark, start = "%s", "BEGIN"

    def plain(value: Any) -> Any:
        return encode(value) if hasattr(value, "isoformat") and encode is not None else value

    try:
        yield {"ours": ours(store), "driver": bare(connections, rows, mark, start, plain), "core": core(engine, rows)}
    finally:
        for connection in connections:
            await (connection.close() if lite else connection.ensure_closed())
        await engine.dispose()
        await backend.close()


async def compare(url: str, at_once: int, rounds: int, units: int) -> dict[str, list[tuple[float, float]]]:
    """Units a second, and CPU microseconds a unit in this process, of each way; rounds of the ways alternate."""
    found: dict[str, list[tuple[float, float]]] = {}
    async with ways(url, at_once) as all_ways:
        for number in range(-1, rounds):
            for name, once in all_ways.items():
                run = await measure.repeated(once, units, at_once)
                if number >= 0:  # the first round warms up
                    found.setdefault(name, []).append(run)
    return found


@contextlib.contextmanager
def databases() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="atb") as folder, contextlib.ExitStack() as ends:
        urls = {"SQLite": f"sqlite+aiosqlite:///{Path(folder) / 'books.db'}"}
        with contextlib.suppress(NoMariaDb):
            urls["MariaDB"] = ends.enter_context(running_mariadb()).url
        yield urls


def books(quick: bool) -> list[dict[str, Any]]:
    """The table's rows for this case."""
    rows: list[dict[str, Any]] = []
    with databases() as urls:
        for engine, url in urls.items():
            for at_once in (1, 8):
                found = asyncio.run(compare(url, at_once, 3 if quick else 7, 200 if quick else 400))
                for other, goal in (("driver", ">= 0.6"), ("core", "")):
                    ratio = measure.median(a[0] / b[0] for a, b in zip(found["ours"], found[other], strict=True))
                    cpu = {name: measure.median(run[1] for run in found[name]) for name in ("ours", other)}
                    rows.append(
                        {
                            "case": "h",
                            "what": f"a unit on {engine}, {at_once} at once; bare: {other}",
                            "atrium": f"{measure.median(r[0] for r in found['ours']):.0f}/s {cpu['ours']:.0f} us",
                            "bare": f"{measure.median(r[0] for r in found[other]):.0f}/s {cpu[other]:.0f} us",
                            "ratio": round(ratio, 2),
                            "goal": goal,
                            "met": not goal or ratio >= 0.6,
                        }
                    )
    return rows
