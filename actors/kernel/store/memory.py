"""The store in memory: a small real implementation of the port, for unit tests. Keeps the contract suite's promises."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from actors.kernel.errors import Contended, NotFound
from actors.kernel.store.contract import (
    Collection,
    Condition,
    Delete,
    Duplicate,
    Eq,
    In,
    Increment,
    InsertAbsent,
    Ne,
    Order,
    Place,
    Put,
    Words,
    Write,
    words_of,
)


class Table(dict[str, dict[str, Any]]):
    """Documents by their ids. A field that was asked for once is indexed from then on.

    A document that is in it is replaced, never changed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._indexes: dict[str, dict[Hashable, dict[str, None]]] = {}

    def __setitem__(self, id: str, document: dict[str, Any]) -> None:
        self._forget(id)
        super().__setitem__(id, document)
        for field, index in self._indexes.items():
            for value in _keys(document.get(field)):
                index.setdefault(value, {})[id] = None

    def __delitem__(self, id: str) -> None:
        self._forget(id)
        super().__delitem__(id)

    def _forget(self, id: str) -> None:
        if (known := self.get(id)) is not None:
            for field, index in self._indexes.items():
                for value in _keys(known.get(field)):
                    index[value].pop(id, None)

    def having(self, field: str, values: Iterable[Any]) -> list[dict[str, Any]]:
        """The documents whose field is one of the values, or has one of them in its list."""
        if field == "id":
            return [self[value] for value in dict.fromkeys(values) if value in self]
        index = self._indexes.get(field)
        if index is None:
            index = self._indexes[field] = {}
            for id, document in self.items():
                for value in _keys(document.get(field)):
                    index.setdefault(value, {})[id] = None
        return [self[id] for id in dict.fromkeys(id for value in values for id in index.get(value, ()))]


def _keys(value: Any) -> Iterator[Hashable]:
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, Hashable):
            yield one


class MemoryBackend:
    """Documents in dictionaries, one for each collection of each database."""

    def __init__(self) -> None:
        self._tables: dict[tuple[str, str], Table] = {}
        self._blobs: dict[str, list[bytes]] = {}

    def _table(self, place: Place) -> Table:
        return self._tables.setdefault((place.database, place.name), Table())

    def _visible(self, place: Place) -> list[dict[str, Any]]:
        table = self._table(place)
        if place.scope:
            return table.having("tenant_id", (place.scope,))
        return [d for d in table.values() if place.scope is None or not d.get("tenant_id", "")]

    def _matching(self, place: Place, where: Sequence[Condition]) -> list[dict[str, Any]]:
        for condition in where:
            values = (condition.value,) if isinstance(condition, Eq) else getattr(condition, "values", ())
            if isinstance(condition, Eq | In) and all(isinstance(value, Hashable) for value in values):
                found = self._table(place).having(condition.field, values)
                return [d for d in found if _in_scope(d, place.scope) and all(_meets(d, c) for c in where)]
        return [d for d in self._visible(place) if all(_meets(d, c) for c in where)]

    async def find(
        self,
        place: Place,
        where: Sequence[Condition],
        order: Order,
        limit: int,
        after: tuple[Any, ...] | None = None,
    ) -> list[dict[str, Any]]:
        await asyncio.sleep(0)
        found = self._matching(place, where)
        found.sort(key=lambda d: _position(d.get(order.field), d["id"]), reverse=order.descending)
        if after is not None:
            mark = _position(*after)
            found = [
                d
                for d in found
                if (_position(d.get(order.field), d["id"]) < mark) == order.descending
                and _position(d.get(order.field), d["id"]) != mark
            ]
        return copy.deepcopy(found[:limit])

    async def get(self, place: Place, id: str) -> dict[str, Any] | None:
        await asyncio.sleep(0)
        document = self._table(place).get(id)
        if document is None or (place.scope is not None and document.get("tenant_id", "") != place.scope):
            return None
        return copy.deepcopy(document)

    async def count(self, place: Place, where: Sequence[Condition]) -> int:
        return len(self._matching(place, where))

    async def group(
        self,
        place: Place,
        where: Sequence[Condition],
        by: Sequence[str],
        sums: Sequence[str] = (),
        highest: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for document in self._matching(place, where):
            key = tuple(document.get(name) for name in by)
            first = {**dict(zip(by, key, strict=True)), "count": 0, **dict.fromkeys(sums, 0), **dict.fromkeys(highest)}
            row = rows.setdefault(key, first)
            row["count"] += 1
            for name in sums:
                row[name] += document.get(name) or 0
            for name in highest:
                row[name] = _higher(row[name], document.get(name))
        return list(rows.values())

    async def commit(self, writes: Sequence[Write]) -> None:
        await asyncio.sleep(0)  # lets others in between reading and committing, as a real store does
        before: list[tuple[Table, str, dict[str, Any] | None]] = []
        try:
            for write in writes:
                table, id = self._table(write.place), _id_of(write)
                before.append((table, id, table.get(id)))
                self._apply(write)
        except BaseException:
            for table, id, document in reversed(before):
                if document is not None:
                    table[id] = document
                elif id in table:
                    del table[id]
            raise

    def _apply(self, write: Write) -> None:
        table = self._table(write.place)
        scope = write.place.scope
        if isinstance(write, Put):
            id = write.document["id"]
            current = table.get(id)
            if write.expected == 0:
                if current is not None:
                    raise Duplicate(write.place, ("id",), write.document)
            elif current is None or current["version"] != write.expected or not _in_scope(current, scope):
                raise Contended
            document = write.document if write.changes is None else {**(current or {}), **write.changes}
            self._check_unique(write.place, document)
            table[id] = copy.deepcopy(document)
        elif isinstance(write, Delete):
            current = table.get(write.id)
            if current is None or current["version"] != write.expected or not _in_scope(current, scope):
                raise Contended
            del table[write.id]
        elif isinstance(write, InsertAbsent):
            current = table.get(write.document["id"])
            if current is None:
                self._check_unique(write.place, write.document)
                table[write.document["id"]] = copy.deepcopy(write.document)
            elif not _in_scope(current, scope):
                raise Duplicate(write.place, ("id",), write.document)
        elif isinstance(write, Increment):
            current = table.get(write.id)
            if current is None and write.initial is None:
                return
            if current is not None and not _in_scope(current, scope):
                if write.initial is None:
                    return
                raise Duplicate(write.place, ("id",), {"id": write.id, **write.initial})
            document = dict(current or {"id": write.id, **(write.initial or {})})
            for name, amount in write.amounts.items():
                document[name] = (document.get(name) or 0) + amount
            for name, value in write.highest.items():
                document[name] = _higher(document.get(name), value)
            table[write.id] = {**document, **write.latest}

    def _check_unique(self, place: Place, document: dict[str, Any]) -> None:
        for index in place.collection.indexes:
            if not index.unique or document.get(index.fields[-1]) in (None, ""):
                continue
            key = [document.get(name) for name in index.fields]
            for other in self._table(place).having(index.fields[-1], (key[-1],)):
                same_scope = not place.collection.placed or other.get("tenant_id") == document.get("tenant_id")
                if other["id"] != document["id"] and same_scope and [other.get(n) for n in index.fields] == key:
                    raise Duplicate(place, index.fields, document)

    async def load(self, place: Place, documents: Sequence[dict[str, Any]]) -> None:
        for document in documents:
            if document["id"] not in self._table(place):
                self._table(place)[document["id"]] = copy.deepcopy(document)

    async def remove(self, place: Place, ids: Sequence[str]) -> None:
        table = self._table(place)
        for id in ids:
            if id in table and _in_scope(table[id], place.scope):
                del table[id]

    async def ensure(self, collections: Sequence[Collection[Any]], database: str = "") -> None:
        return None

    async def drop(self, database: str) -> None:
        self._tables = {key: table for key, table in self._tables.items() if key[0] != database}

    async def purge(self, place: Place) -> int:
        table = self._table(place)
        gone = [d["id"] for d in self._visible(place)]
        for id in gone:
            del table[id]
        return len(gone)

    async def sweep(self, place: Place, now: datetime) -> int:
        field, table = place.collection.expires, self._table(place)
        gone = [d["id"] for d in self._visible(place) if field and d.get(field) is not None and d[field] < now]
        for id in gone:
            del table[id]
        return len(gone)

    async def scan(self, place: Place) -> AsyncIterator[dict[str, Any]]:
        for document in sorted(self._visible(place), key=lambda d: str(d["id"])):
            yield copy.deepcopy(document)

    async def sizes(self, place: Place) -> dict[str, int]:
        sizes: dict[str, int] = {}
        for document in self._visible(place):
            tenant_id = str(document.get("tenant_id", ""))
            sizes[tenant_id] = sizes.get(tenant_id, 0) + len(repr(document))
        return sizes

    async def write_blob(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        self._blobs[name] = [chunk async for chunk in chunks]
        return sum(map(len, self._blobs[name]))

    async def read_blob(self, name: str) -> AsyncIterator[bytes]:
        if name not in self._blobs:
            raise NotFound(kind="blob", id=name)
        for chunk in self._blobs[name]:
            yield chunk

    async def delete_blob(self, name: str) -> None:
        self._blobs.pop(name, None)

    async def healthy(self) -> bool:
        return True

    async def close(self) -> None:
        return None


def _id_of(write: Write) -> str:
    return str(write.document["id"] if isinstance(write, Put | InsertAbsent) else write.id)


def _in_scope(document: dict[str, Any], scope: str | None) -> bool:
    return scope is None or document.get("tenant_id", "") == scope


def _higher(one: Any, other: Any) -> Any:
    """The higher of two values, of which each may be missing."""
    return other if one is None else one if other is None else max(one, other)


def _position(value: Any, id: str) -> tuple[Any, ...]:
    return (value is not None, _comparable(value), id)


def _comparable(value: Any) -> Any:
    return value.timestamp() if isinstance(value, datetime) else (value if value is not None else 0)


def _meets(document: dict[str, Any], condition: Condition) -> bool:
    if isinstance(condition, Words):
        words = document.get("words", ())
        return all(any(word.startswith(asked) for word in words) for asked in words_of(condition.text))
    value = document.get(condition.field)
    if isinstance(condition, Eq):
        return value == condition.value or (isinstance(value, list) and condition.value in value)
    if isinstance(condition, Ne):
        return value != condition.value and not (isinstance(value, list) and condition.value in value)
    if isinstance(condition, In):
        return value in condition.values or (isinstance(value, list) and any(v in condition.values for v in value))
    return (
        value is not None
        and (condition.low is None or value >= condition.low)
        and (condition.high is None or value < condition.high)
    )
