"""The store on MongoDB, through motor. The only file that imports the driver.

A unit of one write is one command; of several, a transaction that holds nothing but the writes, because reads were
made before and every write is checked against the version read. A commit whose answer was lost is committed again
under the same transaction number, which the server applies once.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

import gridfs
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorGridFSBucket
from pymongo import ASCENDING, DESCENDING, IndexModel, InsertOne, UpdateOne
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from actors.kernel.errors import Contended, DependencyUnavailable, NotFound, OutcomeUnknown
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
    Reach,
    Words,
    Write,
    words_of,
)

_COMMIT_SECONDS = 10.0
_SELECTION_MS = 5000
_DOWN = "MongoDB"


class MongoBackend:
    """Collections in one MongoDB deployment: a shared database and, for placed tenants, one each."""

    def __init__(self, url: str, database: str) -> None:
        self.client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            url,
            tz_aware=True,
            tzinfo=UTC,
            serverSelectionTimeoutMS=_SELECTION_MS,
            connectTimeoutMS=2000,
            maxPoolSize=64,
            retryWrites=True,
            w="majority",
            appname="atrium",
        )
        self.shared = database

    def _database(self, name: str) -> Any:
        return self.client[f"{self.shared}_{name}" if name else self.shared]

    def _collection(self, place: Place) -> Any:
        return self._database(place.database)[place.name]

    # --- reading ---

    async def find(
        self,
        place: Place,
        where: Sequence[Condition],
        order: Order,
        limit: int,
        after: tuple[Any, ...] | None = None,
    ) -> list[dict[str, Any]]:
        criteria = _criteria(place, where)
        if after is not None:
            criteria = {"$and": [criteria, _beyond(order, after)]}
        direction = DESCENDING if order.descending else ASCENDING
        sort = [(_field(order.field), direction)]
        if order.field != "id":
            sort.append(("_id", direction))
        with _reading():
            cursor = self._collection(place).find(criteria, sort=sort, limit=limit, batch_size=max(limit, 2))
            return [_out(document) for document in await cursor.to_list(limit)]

    async def get(self, place: Place, id: str) -> dict[str, Any] | None:
        criteria: dict[str, Any] = {"_id": id}
        if place.scope is not None:
            criteria["tenant_id"] = place.scope
        with _reading():
            document = await self._collection(place).find_one(criteria)
        return None if document is None else _out(document)

    async def count(self, place: Place, where: Sequence[Condition]) -> int:
        with _reading():
            return int(await self._collection(place).count_documents(_criteria(place, where)))

    async def group(
        self, place: Place, where: Sequence[Condition], by: Sequence[str], sums: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        pipeline = [
            {"$match": _criteria(place, where)},
            {
                "$group": {
                    "_id": {name: f"${_field(name)}" for name in by},
                    "count": {"$sum": 1},
                    **{name: {"$sum": f"${name}"} for name in sums},
                }
            },
        ]
        with _reading():
            rows = await self._collection(place).aggregate(pipeline).to_list(None)
        return [
            {**{name: row["_id"].get(name) for name in by}, **{k: v for k, v in row.items() if k != "_id"}}
            for row in rows
        ]

    async def scan(self, place: Place) -> AsyncIterator[dict[str, Any]]:
        with _reading():
            async for document in self._collection(place).find(_criteria(place, ()), sort=[("_id", 1)], batch_size=500):
                yield _out(document)

    async def sizes(self, place: Place) -> dict[str, int]:
        pipeline = [
            {"$match": _criteria(place, ())},
            {"$group": {"_id": "$tenant_id", "bytes": {"$sum": {"$bsonSize": "$$ROOT"}}}},
        ]
        with _reading():
            rows = await self._collection(place).aggregate(pipeline).to_list(None)
        return {str(row["_id"] or ""): int(row["bytes"]) for row in rows}

    # --- writing ---

    async def commit(self, writes: Sequence[Write]) -> None:
        try:
            if len(writes) == 1 and not isinstance(writes[0], InsertAbsent):
                await self._apply(writes, None)
            else:
                await self._transaction(writes)
        except DuplicateKeyError as error:
            raise _duplicate(writes, error.details) from error
        except BulkWriteError as error:
            first = error.details["writeErrors"][0]
            if first["code"] == 11000:
                raise _duplicate(writes, first) from error
            raise _translated(error) from error
        except ConnectionFailure as error:
            # A single command was retried by the driver; it may or may not have been applied.
            raise OutcomeUnknown(dependency=_DOWN) from error
        except PyMongoError as error:
            raise _translated(error) from error

    async def _transaction(self, writes: Sequence[Write]) -> None:
        with _reading():
            session = await self.client.start_session()
        async with session:
            session.start_transaction()
            try:
                await self._apply(writes, session)
            except BaseException as error:
                with contextlib.suppress(PyMongoError):
                    await session.abort_transaction()
                if isinstance(error, ConnectionFailure):
                    raise DependencyUnavailable(dependency=_DOWN) from error  # never committed
                raise
            await self._commit_transaction(session)

    async def _commit_transaction(self, session: AsyncIOMotorClientSession) -> None:
        give_up = time.monotonic() + _COMMIT_SECONDS
        while True:
            try:
                return await session.commit_transaction()
            except (ConnectionFailure, WTimeoutError, OperationFailure) as error:
                unknown = error.has_error_label("UnknownTransactionCommitResult") or isinstance(
                    error, ConnectionFailure
                )
                if not unknown or time.monotonic() > give_up:
                    raise
                await asyncio.sleep(0.1)

    async def _apply(self, writes: Sequence[Write], session: AsyncIOMotorClientSession | None) -> None:
        """Runs the writes in order, neighbours of one collection and kind in one command."""
        for group in _grouped(writes):
            first = group[0]
            collection = self._collection(first.place)
            if isinstance(first, Put) and first.expected == 0:
                documents = [_in(w.document) for w in group if isinstance(w, Put)]
                if len(documents) == 1:
                    await collection.insert_one(documents[0], session=session)
                else:
                    await collection.insert_many(documents, session=session)
            elif isinstance(first, Put):
                criteria = _exactly(first.place, first.document["id"], first.expected)
                result = await collection.replace_one(criteria, _in(first.document), session=session)
                if result.matched_count != 1:
                    raise Contended
            elif isinstance(first, Delete):
                criteria = _exactly(first.place, first.id, first.expected)
                result = await collection.delete_one(criteria, session=session)
                if result.deleted_count != 1:
                    raise Contended
            else:
                await collection.bulk_write([_upsert(w) for w in group], ordered=False, session=session)

    async def remove(self, place: Place, ids: Sequence[str]) -> None:
        with _reading():
            await self._collection(place).delete_many({"_id": {"$in": list(ids)}})

    # --- keeping house ---

    async def ensure(self, collections: Sequence[Collection[Any]], database: str = "") -> None:
        with _reading():
            target = self._database(database)
            existing = set(await target.list_collection_names())
            for collection in collections:
                for name in _names(collection, bool(database)):
                    if name not in existing:
                        with contextlib.suppress(OperationFailure):  # created by another replica
                            await target.create_collection(name)
                    if models := _indexes(collection):
                        await target[name].create_indexes(models)

    async def drop(self, database: str) -> None:
        with _reading():
            await self.client.drop_database(f"{self.shared}_{database}")

    async def purge(self, place: Place) -> int:
        with _reading():
            result = await self._collection(place).delete_many(_criteria(place, ()))
        return int(result.deleted_count)

    async def write_blob(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        bucket = AsyncIOMotorGridFSBucket(self._database(""), bucket_name="blobs")
        with _reading():
            older = [f["_id"] async for f in bucket.find({"filename": name})]
            stream = bucket.open_upload_stream(name)
            size = 0
            try:
                async for chunk in chunks:
                    size += len(chunk)
                    await stream.write(chunk)
            except BaseException:
                await stream.abort()
                raise
            await stream.close()
            for id in older:
                await bucket.delete(id)
        return size

    async def read_blob(self, name: str) -> AsyncIterator[bytes]:
        bucket = AsyncIOMotorGridFSBucket(self._database(""), bucket_name="blobs")
        with _reading():
            try:
                stream = await bucket.open_download_stream_by_name(name)
            except gridfs.errors.NoFile:
                raise NotFound(kind="blob", id=name) from None
            while chunk := await stream.readchunk():
                yield bytes(chunk)

    async def delete_blob(self, name: str) -> None:
        bucket = AsyncIOMotorGridFSBucket(self._database(""), bucket_name="blobs")
        with _reading():
            async for file in bucket.find({"filename": name}):
                await bucket.delete(file["_id"])

    async def healthy(self) -> bool:
        try:
            answer = await asyncio.wait_for(self.client.admin.command("hello"), 2)
            return bool(answer.get("isWritablePrimary"))
        except (PyMongoError, TimeoutError):
            return False

    async def close(self) -> None:
        self.client.close()


def _field(name: str) -> str:
    return "_id" if name == "id" else name


def _in(document: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(document)
    stored["_id"] = stored.pop("id")
    return stored


def _out(document: dict[str, Any]) -> dict[str, Any]:
    document["id"] = document.pop("_id")
    return document


def _criteria(place: Place, where: Sequence[Condition]) -> dict[str, Any]:
    clauses: list[dict[str, Any]] = []
    if place.scope is not None:
        clauses.append({"tenant_id": place.scope})
    for condition in where:
        clauses += _clauses(condition)
    if not clauses:
        return {}
    merged: dict[str, Any] = {}
    for clause in clauses:
        if clause.keys() & merged.keys():
            return {"$and": clauses}
        merged.update(clause)
    return merged


def _clauses(condition: Condition) -> list[dict[str, Any]]:
    if isinstance(condition, Words):
        return [{"words": {"$regex": "^" + re.escape(word)}} for word in words_of(condition.text)]
    name = _field(condition.field)
    if isinstance(condition, Eq):
        return [{name: condition.value}]
    if isinstance(condition, Ne):
        return [{name: {"$ne": condition.value}}]
    if isinstance(condition, In):
        return [{name: {"$in": list(condition.values)}}]
    bounds = {}
    if condition.low is not None:
        bounds["$gte"] = condition.low
    if condition.high is not None:
        bounds["$lt"] = condition.high
    return [{name: bounds or {"$ne": None}}]


def _beyond(order: Order, after: tuple[Any, ...]) -> dict[str, Any]:
    """What comes after a position. MongoDB's comparisons stay within one type, so no value is a case of its own."""
    value, id = after
    beyond = "$lt" if order.descending else "$gt"
    if order.field == "id":
        return {"_id": {beyond: id}}
    name = _field(order.field)
    same = {name: value, "_id": {beyond: id}}
    if value is None:
        return same if order.descending else {"$or": [{name: {"$ne": None}}, same]}
    further: list[dict[str, Any]] = [{name: {beyond: value}}, same]
    if order.descending:
        further.append({name: None})
    return {"$or": further}


def _exactly(place: Place, id: str, version: int) -> dict[str, Any]:
    criteria: dict[str, Any] = {"_id": id, "version": version}
    if place.scope is not None:
        criteria["tenant_id"] = place.scope
    return criteria


def _upsert(write: Write) -> UpdateOne | InsertOne[dict[str, Any]]:
    if isinstance(write, InsertAbsent):
        document = _in(write.document)
        return UpdateOne({"_id": document.pop("_id")}, {"$setOnInsert": document}, upsert=True)
    assert isinstance(write, Increment)
    criteria = {"_id": write.id}
    if write.place.scope is not None:
        criteria["tenant_id"] = write.place.scope
    update: dict[str, Any] = {"$inc": dict(write.amounts)} if write.amounts else {}
    set_elsewhere = {*write.amounts, *write.latest, *criteria}
    initial = {k: v for k, v in (write.initial or {}).items() if k not in set_elsewhere}
    if initial:
        update["$setOnInsert"] = initial
    if write.latest:
        update["$set"] = dict(write.latest)
    return UpdateOne(criteria, update, upsert=write.initial is not None)


def _grouped(writes: Sequence[Write]) -> Iterator[list[Write]]:
    group: list[Write] = []
    for write in writes:
        many = (isinstance(write, Put) and write.expected == 0) or isinstance(write, InsertAbsent | Increment)
        if group and many and _mergeable(group[0], write):
            group.append(write)
            continue
        if group:
            yield group
        group = [write]
    if group:
        yield group


def _mergeable(a: Write, b: Write) -> bool:
    if a.place.name != b.place.name or a.place.database != b.place.database:
        return False
    if isinstance(a, Put) and isinstance(b, Put):
        return a.expected == 0 and b.expected == 0
    return isinstance(a, InsertAbsent | Increment) and isinstance(b, InsertAbsent | Increment)


def _duplicate(writes: Sequence[Write], details: Mapping[str, Any] | None) -> Duplicate:
    details = details or {}
    pattern = [name for name in details.get("keyPattern", {}) if name != "tenant_id"]
    values = details.get("keyValue", {})
    candidates = [w for w in writes if isinstance(w, Put)]
    text = str(details.get("errmsg", ""))
    for write in candidates:
        named = f".{write.place.name} index:" in text
        same = all(
            (write.document["id"] if name == "_id" else write.document.get(name)) == values.get(name)
            for name in pattern
        )
        if named and same:
            fields = tuple("id" if name == "_id" else name for name in pattern)
            return Duplicate(write.place, fields, write.document)
    place = candidates[0].place if candidates else writes[0].place
    return Duplicate(place, tuple(pattern), values)


def _translated(error: PyMongoError) -> Exception:
    if error.has_error_label("TransientTransactionError"):
        return Contended()
    if isinstance(error, OperationFailure) and error.code in (
        112,
        24,
        251,
    ):  # write conflict, lock, no such transaction
        return Contended()
    if isinstance(error, ConnectionFailure):
        return OutcomeUnknown(dependency=_DOWN)
    return DependencyUnavailable(dependency=_DOWN, problem=f"{type(error).__name__} {getattr(error, 'code', '')}")


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    """Translates the driver's errors where nothing was being committed."""
    try:
        yield
    except PyMongoError as error:
        raise DependencyUnavailable(dependency=_DOWN, problem=type(error).__name__) from error


def _names(collection: Collection[Any], own_database: bool) -> list[str]:
    if own_database:
        return [collection.physical("x")] if collection.placed else []
    if collection.reach is Reach.LAYERED:
        return [collection.physical(""), collection.physical("x")]
    return [collection.name]


def _indexes(collection: Collection[Any]) -> list[IndexModel]:
    scoped = ["tenant_id"] if collection.reach in (Reach.LAYERED, Reach.TENANT) else []
    models = []
    for index in collection.indexes:
        keys = [(name if name != "id" else "_id", ASCENDING) for name in [*scoped, *index.fields]]
        if index.unique:
            last = index.fields[-1]
            models.append(IndexModel(keys, unique=True, partialFilterExpression={last: {"$gt": _LEAST}}))
        else:
            models.append(IndexModel(keys))
    if collection.search:
        models.append(IndexModel([(name, ASCENDING) for name in [*scoped, "words"]]))
    if collection.expires:
        models.append(IndexModel([(collection.expires, ASCENDING)], expireAfterSeconds=0))
    return models


_LEAST = ""
"""Partial unique indexes hold records whose last field is text, so that None never collides."""
