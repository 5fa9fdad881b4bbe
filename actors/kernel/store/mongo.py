"""The store on MongoDB, through motor. The driver is imported here and in mongo_errors only.

A unit of one write is one command; of several, a transaction that holds nothing but the writes, because reads were
made before and every write is checked against the version read. A commit whose answer was lost is committed again
under the same transaction number, which the server applies once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
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
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from actors.kernel.errors import Contended, DependencyUnavailable, NotFound, OutcomeUnknown
from actors.kernel.store.contract import (
    Collection,
    Condition,
    Delete,
    In,
    Increment,
    InsertAbsent,
    Order,
    Place,
    Put,
    Reach,
    Write,
)
from actors.kernel.store.mongo_errors import DOWN, reading, translated
from actors.kernel.store.mongo_filters import beyond, criteria_of, field_name, of_id, of_version
from actors.kernel.store.mongo_writes import duplicate_of, grouped

_COMMIT_SECONDS = 10.0
_SELECTION_MS = 5000


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
        self._handles: dict[tuple[str, str], Any] = {}

    def _database(self, name: str) -> Any:
        return self.client[f"{self.shared}_{name}" if name else self.shared]

    def _collection(self, place: Place) -> Any:
        key = (place.database, place.name)
        handle = self._handles.get(key)
        if handle is None:
            handle = self._handles[key] = self._database(place.database)[place.name]
        return handle

    # --- reading ---

    async def find(
        self,
        place: Place,
        where: Sequence[Condition],
        order: Order,
        limit: int,
        after: tuple[Any, ...] | None = None,
    ) -> list[dict[str, Any]]:
        criteria = criteria_of(place, where)
        if after is not None:
            criteria = {"$and": [criteria, beyond(order, after)]}
        direction = DESCENDING if order.descending else ASCENDING
        sort = [(field_name(order.field), direction)]
        if order.field != "id":
            sort.append(("_id", direction))
        with reading():
            cursor = self._collection(place).find(criteria, sort=sort, limit=limit, batch_size=max(limit, 2))
            return [_out(document) for document in await cursor.to_list(limit)]

    async def get(self, place: Place, id: str) -> dict[str, Any] | None:
        # By the id alone, which takes the server's shortest way; the scope is compared here.
        with reading():
            document = await self._collection(place).find_one({"_id": id})
        if document is None or (place.scope is not None and document.get("tenant_id") != place.scope):
            return None
        return _out(document)

    async def count(self, place: Place, where: Sequence[Condition]) -> int:
        with reading():
            return int(await self._collection(place).count_documents(criteria_of(place, where)))

    async def group(
        self,
        place: Place,
        where: Sequence[Condition],
        by: Sequence[str],
        sums: Sequence[str] = (),
        highest: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        pipeline = [
            {"$match": criteria_of(place, where)},
            {
                "$group": {
                    "_id": {name: f"${field_name(name)}" for name in by},
                    "count": {"$sum": 1},
                    **{name: {"$sum": f"${name}"} for name in sums},
                    **{name: {"$max": f"${name}"} for name in highest},
                }
            },
        ]
        with reading():
            rows = await self._collection(place).aggregate(pipeline).to_list(None)
        return [
            {**{name: row["_id"].get(name) for name in by}, **{k: v for k, v in row.items() if k != "_id"}}
            for row in rows
        ]

    async def scan(self, place: Place) -> AsyncIterator[dict[str, Any]]:
        with reading():
            async for document in self._collection(place).find(
                criteria_of(place, ()), sort=[("_id", 1)], batch_size=500
            ):
                yield _out(document)

    async def sizes(self, place: Place) -> dict[str, int]:
        pipeline = [
            {"$match": criteria_of(place, ())},
            {"$group": {"_id": "$tenant_id", "bytes": {"$sum": {"$bsonSize": "$$ROOT"}}}},
        ]
        with reading():
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
            raise duplicate_of(writes, error.details) from error
        except BulkWriteError as error:
            first = error.details["writeErrors"][0]
            if first["code"] == 11000:
                raise duplicate_of(writes, first) from error
            raise translated(error) from error
        except ServerSelectionTimeoutError as error:
            # Never sent: after a first try that was, the driver raises what that one met.
            raise DependencyUnavailable(dependency=DOWN) from error
        except ConnectionFailure as error:
            # A single command was retried by the driver; it may or may not have been applied.
            raise OutcomeUnknown(dependency=DOWN) from error
        except PyMongoError as error:
            raise translated(error) from error

    async def _transaction(self, writes: Sequence[Write]) -> None:
        with reading():
            session = await self.client.start_session()
        async with session:
            session.start_transaction()
            try:
                await self._apply(writes, session)
            except BaseException as error:
                with contextlib.suppress(PyMongoError):
                    await session.abort_transaction()
                if isinstance(error, ConnectionFailure):
                    raise DependencyUnavailable(dependency=DOWN) from error  # never committed
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
                if not unknown:
                    raise
                if time.monotonic() > give_up:
                    raise OutcomeUnknown(dependency=DOWN) from error
                await asyncio.sleep(0.1)

    async def _apply(self, writes: Sequence[Write], session: AsyncIOMotorClientSession | None) -> None:
        """Runs the writes in order, neighbours of one collection and kind in one command."""
        for group in grouped(writes):
            first = group[0]
            collection = self._collection(first.place)
            if isinstance(first, Put) and first.expected == 0:
                documents = [_in(w.document) for w in group if isinstance(w, Put)]
                if len(documents) == 1:
                    await collection.insert_one(documents[0], session=session)
                else:
                    await collection.insert_many(documents, session=session)
            elif isinstance(first, Put):
                criteria = of_version(first.place, first.document["id"], first.expected)
                if first.changes is None:
                    result = await collection.replace_one(criteria, _in(first.document), session=session)
                else:
                    result = await collection.update_one(criteria, {"$set": dict(first.changes)}, session=session)
                if result.matched_count != 1:
                    raise Contended
            elif isinstance(first, Delete):
                criteria = of_version(first.place, first.id, first.expected)
                result = await collection.delete_one(criteria, session=session)
                if result.deleted_count != 1:
                    raise Contended
            else:
                await collection.bulk_write([_upsert(w) for w in group], ordered=False, session=session)

    async def load(self, place: Place, documents: Sequence[dict[str, Any]]) -> None:
        with reading():
            try:
                await self._collection(place).insert_many([_in(one) for one in documents], ordered=False)
            except BulkWriteError as error:
                if any(one["code"] != 11000 for one in error.details["writeErrors"]):
                    raise

    async def remove(self, place: Place, ids: Sequence[str]) -> None:
        with reading():
            await self._collection(place).delete_many(criteria_of(place, (In("id", tuple(ids)),)))

    # --- keeping house ---

    async def ensure(self, collections: Sequence[Collection[Any]], database: str = "") -> None:
        with reading():
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
        with reading():
            await self.client.drop_database(f"{self.shared}_{database}")

    async def purge(self, place: Place) -> int:
        with reading():
            result = await self._collection(place).delete_many(criteria_of(place, ()))
        return int(result.deleted_count)

    async def sweep(self, place: Place, now: datetime) -> int:
        return 0  # the server does it, within a minute, by the index on the field

    async def write_blob(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        bucket = AsyncIOMotorGridFSBucket(self._database(""), bucket_name="blobs")
        with reading():
            older = [f._id async for f in bucket.find({"filename": name})]
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
                with contextlib.suppress(gridfs.errors.NoFile):  # another writer of the name removed it
                    await bucket.delete(id)
        return size

    async def read_blob(self, name: str) -> AsyncIterator[bytes]:
        bucket = AsyncIOMotorGridFSBucket(self._database(""), bucket_name="blobs")
        with reading():
            try:
                stream = await bucket.open_download_stream_by_name(name)
            except gridfs.errors.NoFile:
                raise NotFound(kind="blob", id=name) from None
            while chunk := await stream.readchunk():
                yield bytes(chunk)

    async def delete_blob(self, name: str) -> None:
        bucket = AsyncIOMotorGridFSBucket(self._database(""), bucket_name="blobs")
        with reading():
            async for file in bucket.find({"filename": name}):
                with contextlib.suppress(gridfs.errors.NoFile):  # somebody else removes it too
                    await bucket.delete(file._id)

    async def healthy(self) -> bool:
        try:
            async with asyncio.timeout(2):
                answer = await self.client.admin.command("hello")
            return bool(answer.get("isWritablePrimary"))
        except (PyMongoError, TimeoutError):
            return False

    async def close(self) -> None:
        self.client.close()


def _in(document: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(document)
    stored["_id"] = stored.pop("id")
    return stored


def _out(document: dict[str, Any]) -> dict[str, Any]:
    document["id"] = document.pop("_id")
    return document


def _upsert(write: Write) -> UpdateOne | InsertOne[dict[str, Any]]:
    if isinstance(write, InsertAbsent):
        document = _in(write.document)
        criteria = of_id(write.place, document.pop("_id"))
        return UpdateOne(
            criteria, {"$setOnInsert": {k: v for k, v in document.items() if k not in criteria}}, upsert=True
        )
    assert isinstance(write, Increment)
    criteria = of_id(write.place, write.id)
    set_elsewhere = {*write.amounts, *write.latest, *write.highest, *criteria}
    initial = {k: v for k, v in (write.initial or {}).items() if k not in set_elsewhere}
    # To `$max`, too, a field that is absent or null is lower than any number.
    parts = {"$inc": write.amounts, "$setOnInsert": initial, "$set": write.latest, "$max": write.highest}
    update = {operator: dict(fields) for operator, fields in parts.items() if fields}
    return UpdateOne(criteria, update, upsert=write.initial is not None)


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
