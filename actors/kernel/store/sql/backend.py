"""The store port over SQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from actors.kernel.errors import Contended
from actors.kernel.store.contract import BY_ID, Between, Collection, Condition, In, InsertAbsent, Order, Place, Write
from actors.kernel.store.sql.addresses import is_file, parsed
from actors.kernel.store.sql.blobs import Blobs
from actors.kernel.store.sql.engine import Engine
from actors.kernel.store.sql.filters import Query
from actors.kernel.store.sql.mysql import MysqlEngine
from actors.kernel.store.sql.schema import create_missing
from actors.kernel.store.sql.sqlite import SqliteEngine
from actors.kernel.store.sql.statements import Statements
from actors.kernel.store.sql.tables import Layout, blob_tables, layout_of
from actors.kernel.store.sql.writes import Cursor, Writes, portions

SCAN_ROWS = 500
LOAD_TRIES = 5
HEALTH_SECONDS = 2.0


class SqlBackend:
    """Collections as tables of one SQL database. Raises SettingsError for an address it cannot use.

    All tenants are in that one database, whatever their placement: a unit of the books may concern the provider and
    a tenant at once, and no two databases commit as one.
    """

    def __init__(self, url: str) -> None:
        self.url = parsed(url)
        self.engine: Engine = SqliteEngine(self.url) if is_file(self.url) else MysqlEngine(self.url)
        self.statements = Statements(self.engine.dialect)
        self.writes = Writes(self.statements, self._layout, self.engine.taken)
        self._layouts: dict[str, Layout] = {}
        self._blobs = Blobs(self.engine, self.statements, *blob_tables(sa.MetaData()))

    def _layout(self, place: Place) -> Layout:
        found = self._layouts.get(place.name)
        if found is None:
            # Each with metadata of its own: two threads may make the same one at the same moment.
            found = self._layouts[place.name] = layout_of(place.collection, place.name, sa.MetaData())
        if place.database:
            raise RuntimeError(_NO_OWN_DATABASE)
        return found

    def _query(self, place: Place, where: Sequence[Condition]) -> Query:
        return Query(self.statements, self._layout(place), place, where)

    # --- reading ---

    async def find(
        self,
        place: Place,
        where: Sequence[Condition],
        order: Order,
        limit: int,
        after: tuple[Any, ...] | None = None,
    ) -> list[dict[str, Any]]:
        query = self._query(place, where)
        prepared, values = query.select(order, after, limit)
        document = query.layout.document
        return [document(row) for row in await self._rows(prepared.sql, values)]

    async def get(self, place: Place, id: str) -> dict[str, Any] | None:
        layout = self._layout(place)
        table = layout.table
        prepared = self.statements.of(
            ("get", table.name),
            lambda bind: sa.select(*(table.c[name] for name in layout.fields)).where(table.c.id == bind()),
        )
        rows = await self._rows(prepared.sql, [id])
        document = layout.document(rows[0]) if rows else None
        if document is None or (place.scope is not None and document["tenant_id"] != place.scope):
            return None
        return document

    async def count(self, place: Place, where: Sequence[Condition]) -> int:
        prepared, values = self._query(place, where).count()
        ((count,),) = await self._rows(prepared.sql, values)
        return int(count)

    async def group(
        self,
        place: Place,
        where: Sequence[Condition],
        by: Sequence[str],
        sums: Sequence[str] = (),
        highest: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        query = self._query(place, where)
        prepared, values = query.group(by, sums, highest)
        fields, found = query.layout.fields, []
        for row in await self._rows(prepared.sql, values):
            keys, count = row[: len(by)], row[len(by)]
            totals, most = row[len(by) + 1 : len(by) + 1 + len(sums)], row[len(by) + 1 + len(sums) :]
            if not count:
                continue  # without `by`, SQL tells of no records as well
            document: dict[str, Any] = {}
            for name, value in zip((*by, *highest), (*keys, *most), strict=True):
                decode = fields[name].decode
                document[name] = value if value is None or decode is None else decode(value)
            document["count"] = int(count)
            for name, total in zip(sums, totals, strict=True):
                document[name] = float(total) if isinstance(fields[name].type, sa.Double) else int(total)
            found.append(document)
        return found

    async def scan(self, place: Place) -> AsyncIterator[dict[str, Any]]:
        after: tuple[Any, ...] | None = None
        while documents := await self.find(place, (), BY_ID, SCAN_ROWS, after):
            for document in documents:
                yield document
            if len(documents) < SCAN_ROWS:
                return
            after = (documents[-1]["id"], documents[-1]["id"])

    async def sizes(self, place: Place) -> dict[str, int]:
        """Counts what the values take, without what the database adds to a row."""
        layout = self._layout(place)
        table = layout.table

        def build(bind: Any) -> Any:
            lengths = [
                sa.func.coalesce(sa.func.length(sa.cast(table.c[name], sa.LargeBinary)), sa.text("0"))
                for name in layout.fields
            ]
            within = [] if place.scope is None else [table.c.tenant_id == bind()]
            total = sa.func.sum(sum(lengths[1:], lengths[0]))
            return sa.select(table.c.tenant_id, total).where(*within).group_by(table.c.tenant_id)

        prepared = self.statements.of(("sizes", table.name, place.scope is None), build)
        rows = await self._rows(prepared.sql, [] if place.scope is None else [place.scope])
        return {str(tenant_id): int(total) for tenant_id, total in rows}

    async def _rows(self, sql: str, values: Sequence[Any]) -> Sequence[Any]:
        def work(cursor: Cursor) -> Sequence[Any]:
            cursor.execute(sql, values)
            return cursor.fetchall()

        return await self.engine.read(work)

    # --- writing ---

    async def commit(self, writes: Sequence[Write]) -> None:
        await self.engine.write(
            lambda cursor: self.writes.apply(cursor, writes), lambda cursor: self.writes.evidence(cursor, writes)
        )

    async def load(self, place: Place, documents: Sequence[dict[str, Any]]) -> None:
        anywhere = Place(place.collection, place.name, place.database, None)
        writes = [InsertAbsent(anywhere, document) for document in documents]
        for tries_left in reversed(range(LOAD_TRIES)):
            try:
                return await self.engine.write(lambda cursor: self.writes.apply(cursor, writes))
            except Contended:
                if not tries_left:
                    raise

    async def remove(self, place: Place, ids: Sequence[str]) -> None:
        for portion in portions(ids):
            await self._delete(place, portion, ())

    async def purge(self, place: Place) -> int:
        return await self._delete_all(place, ())

    async def sweep(self, place: Place, now: datetime) -> int:
        field = place.collection.expires
        if not field:
            return 0
        return await self._delete_all(place, (Between(field, None, now),))

    async def _delete_all(self, place: Place, where: Sequence[Condition]) -> int:
        """Portion by portion, so that others get their turn with the tables."""
        count = 0
        while True:
            query = self._query(place, where)
            prepared, values = query.select(None, None, SCAN_ROWS, ["id"])
            ids = [str(id) for (id,) in await self._rows(prepared.sql, values)]
            count += await self._delete(place, ids, where) if ids else 0
            if len(ids) < SCAN_ROWS:
                return count

    async def _delete(self, place: Place, ids: list[str], where: Sequence[Condition]) -> int:
        layout = self._layout(place)
        query = self._query(place, [In("id", tuple(ids)), *where])
        prepared, values = query.delete()

        def work(cursor: Cursor) -> int:
            cursor.execute(prepared.sql, values)
            deleted = cursor.rowcount
            if layout.words is not None:
                self.writes.forget_words(cursor, layout, ids)
            return deleted

        return await self.engine.write(work)

    # --- keeping house ---

    async def ensure(self, collections: Sequence[Collection[Any]], database: str = "") -> None:
        if database:
            raise RuntimeError(_NO_OWN_DATABASE)
        await create_missing(self.url, collections)

    async def drop(self, database: str) -> None:
        raise RuntimeError(_NO_OWN_DATABASE)

    async def write_blob(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        return await self._blobs.write(name, chunks)

    def read_blob(self, name: str) -> AsyncIterator[bytes]:
        return self._blobs.read(name)

    async def delete_blob(self, name: str) -> None:
        await self._blobs.delete(name)

    async def healthy(self) -> bool:
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                return await self.engine.visit(self.engine.accepts_writes, writes=False)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is no
            return isinstance(self.engine.meaning(error), Contended)  # others are writing

    async def close(self) -> None:
        await self.engine.close()


_NO_OWN_DATABASE = (
    "the SQL store keeps all tenants in one database: a collection in it has the reach PROVIDER or PLATFORM"
)
