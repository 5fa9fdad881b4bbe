"""Typed access to the records of one collection inside a unit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from google.protobuf.message import Message

from actors.kernel import wire
from actors.kernel.errors import EtagStale, NotFound
from actors.kernel.pages import Page, PageRequest, page_request
from actors.kernel.records import Record
from actors.kernel.store.contract import (
    BY_ID,
    Collection,
    Condition,
    Increment,
    InsertAbsent,
    Order,
    Place,
    Put,
    Write,
    words_of,
)

if TYPE_CHECKING:
    from actors.kernel.store.unit import Unit

R = TypeVar("R", bound=Record)


class Records(Generic[R]):
    """Typed access to one collection inside a unit. Modules subclass it with their named queries."""

    collection: Collection[R]

    def __init__(self, unit: Unit, collection: Collection[R] | None = None, scope: str | None = None) -> None:
        self.unit = unit
        if collection is not None:
            self.collection = collection
        self.scope = unit.call.scope if scope is None else scope

    def of(self, scope: str) -> Self:
        """The same collection of another scope; for the platform's own work, which spans tenants."""
        return type(self)(self.unit, self.collection, scope)

    async def _place(self) -> Place:
        return await self.unit.store.place(self.collection, self.scope)

    def _seen(self, document: dict[str, Any]) -> R:
        key = (self.collection.name, self.scope, document["id"])
        record = wire.from_document(self.collection.record, document)
        self.unit._loaded.setdefault(key, record)
        return record

    async def find(self, id: str) -> R | None:
        """The record of this id, None if there is none in the scope."""
        key = (self.collection.name, self.scope, id)
        if key in self.unit._records:
            return self.unit._records[key]  # type: ignore[return-value]
        document = await self.unit.store.backend.get(await self._place(), id)
        return None if document is None else self._seen(document)

    async def get(self, id: str, etag: str = "") -> R:
        """The record of this id. Raises NotFound, or EtagStale when an etag is given that is not the current one."""
        record = await self.find(id)
        if record is None:
            raise NotFound(kind=self.collection.noun, id=id)
        if etag and record.etag != etag:
            raise EtagStale(kind=self.collection.noun, id=id)
        return record

    async def one(self, *where: Condition) -> R | None:
        """The first record by id that meets the conditions."""
        found = await self.select(*where, limit=1)
        return found[0] if found else None

    async def select(self, *where: Condition, order: Order = BY_ID, limit: int = 1000) -> list[R]:
        """At most `limit` records, in order."""
        documents = await self.unit.store.backend.find(await self._place(), where, order, limit)
        return [self._seen(document) for document in documents]

    async def page(self, *where: Condition, order: Order = BY_ID, request: Message) -> Page[R]:
        """One page, as the request's `page_size` and `page_token` ask. Raises PageTokenInvalid."""
        asked = page_request(request, self.unit.call, self.unit.store.sealer.key("pages"))
        return await self.page_of(asked, *where, order=order)

    async def page_of(self, asked: PageRequest, *where: Condition, order: Order = BY_ID) -> Page[R]:
        """One page from a position that was read before."""
        documents = await self.unit.store.backend.find(await self._place(), where, order, asked.size + 1, asked.after)
        token = ""
        if len(documents) > asked.size:
            documents = documents[: asked.size]
            last = documents[-1]
            token = asked.token((last.get(order.field), last["id"]))
        return Page([self._seen(document) for document in documents], token)

    async def count(self, *where: Condition) -> int:
        return await self.unit.store.backend.count(await self._place(), where)

    async def group(
        self, *where: Condition, by: Sequence[str], sums: Sequence[str] = (), highest: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """A row for each distinct value of `by`, with `count`, the sums, and the highest values, None without any."""
        return await self.unit.store.backend.group(await self._place(), where, by, sums, highest)

    async def scan(self) -> AsyncIterator[R]:
        """Every record of the scope, by id."""
        async for document in self.unit.store.backend.scan(await self._place()):
            yield wire.from_document(self.collection.record, document)

    def put(self, record: R) -> R:
        """Stages the record, with its announcements. Returns it as it will be stored, with its next etag.

        A record that equals what was read is not written.
        """
        return self.unit._put(self.collection, record, self.scope)

    def hold(self, record: R) -> R:
        """Makes the unit depend on a record that it read and may leave as it is: it is committed only if nobody else
        has written the record since, and of two units that hold the same one, one. Returns it as it will be stored,
        with its next etag."""
        return self.unit._hold(self.collection, record, self.scope)

    def delete(self, record: R) -> None:
        """Stages the record's removal, with its announcements."""
        self.unit._delete(self.collection, record, self.scope)

    def insert(self, records: Iterable[R]) -> None:
        """Stages new records as they are, many at a time: what they announce is left out, and so are their values in
        audit entries. The unit fails, as with `put`, when one of their ids is taken."""
        self._stage(partial(self._new, tuple(records)))

    def _new(self, records: Iterable[R], place: Place) -> Iterator[Write]:
        for record in records:
            document = stored(self.collection, place, record)
            document["version"] = 1
            yield Put(place, document, 0)

    def insert_absent(self, records: Iterable[R]) -> None:
        """Stages records whose ids may exist already; those are left as they are."""
        self._stage(partial(self._absent, tuple(records)))

    def _absent(self, records: Iterable[R], place: Place) -> Iterator[Write]:
        for record in records:
            document = stored(self.collection, place, record)
            document["version"] = 1
            yield InsertAbsent(place, document)

    def increment(
        self,
        id: str,
        initial: dict[str, Any] | None,
        latest: dict[str, Any] | None = None,
        highest: dict[str, int] | None = None,
        **amounts: int,
    ) -> None:
        """Stages additions to a record's numbers; others may add at the same time without conflict.

        `latest` are fields that are overwritten, `highest` numbers that are raised where they are lower, `initial`
        the other fields of a record that is made when there is none. Without `initial` (None) a record that does not
        exist is left so.
        """

        def make(place: Place) -> Iterator[Write]:
            first = None if initial is None else {"tenant_id": place.scope or "", "version": 1, **initial}
            yield Increment(place, id, amounts, first, latest or {}, highest or {})

        self._stage(make)

    def _stage(self, make: Callable[[Place], Iterator[Write]]) -> None:
        self.unit._more.append((self.collection, self.scope, make))


def stored(collection: Collection[Any], place: Place, record: Record) -> dict[str, Any]:
    """The record's document, with its scope and its words for searching."""
    if place.scope is not None:
        if record.tenant_id not in ("", place.scope):
            raise RuntimeError(f"{record.id} belongs to {record.tenant_id}, not to {place.scope}")
        document = wire.document(record)
        document["tenant_id"] = place.scope
    else:
        document = wire.document(record)
    if collection.search:
        document["words"] = list(words_of(*(str(getattr(record, name)) for name in collection.search)))
    return document
