"""The unit of work and the typed handles modules query through; the same over every back-end."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from google.protobuf.message import Message

from actors.kernel import wire
from actors.kernel.access.audit import audit_entry, noted_entry
from actors.kernel.call import Call
from actors.kernel.clock import Clock
from actors.kernel.errors import Contended, EtagStale, NotFound
from actors.kernel.events.contract import announcement_message, schedule_subject, subject_of
from actors.kernel.mail import Mail, sealed_mail
from actors.kernel.pages import Page, PageRequest, page_request
from actors.kernel.records import Announcement, Record
from actors.kernel.sealing import Sealer
from actors.kernel.store.contract import (
    BY_ID,
    PLACEMENTS,
    Backend,
    Collection,
    Condition,
    Delete,
    Duplicate,
    In,
    InboxEntry,
    Increment,
    InsertAbsent,
    KeptAnswer,
    Order,
    OutboxEntry,
    Place,
    Placement,
    Put,
    Reach,
    Write,
    answers_of,
    inbox_of,
    outbox_of,
    words_of,
)

R = TypeVar("R", bound=Record)
U = TypeVar("U", bound="Unit")
M = TypeVar("M", bound=Message)

INBOX_DAYS = 14
ANSWER_HOURS = 24


_Key = tuple[str, str, str]
"""Collection, scope and id."""


class AlreadyHandled(Exception):
    """The event was reacted to before; there is nothing to do."""


class Store(Generic[U]):
    """One module's store: a back-end, the module's name and its kind of unit."""

    def __init__(
        self,
        backend: Backend,
        module: str,
        unit_type: type[U],
        *,
        clock: Clock,
        sealer: Sealer,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self.backend, self.module, self.unit_type = backend, module, unit_type
        self.clock, self.sealer = clock, sealer
        self.committed = committed
        """Called after each commit that left announcements: wakes the relay."""
        self.outbox, self.inbox, self.answers = outbox_of(module), inbox_of(module), answers_of(module)
        self._databases: dict[str, str] = {}

    def unit(self, call: Call, *, aside: bool = False) -> U:
        """A new unit for this call.

        With `aside` it is beside the call's own unit, for reading first or for counting a refused try: it carries
        neither the call's audit entry nor the marks of the event or the idempotency key it answers.
        """
        return self.unit_type(self, call, aside)

    async def place(self, collection: Collection[Any], scope: str) -> Place:
        """Where this scope's records of the collection are. Raises NotFound for a tenant without a placement."""
        reach = collection.reach
        if reach is Reach.PLATFORM:
            return Place(collection, collection.name, "", None)
        if reach is Reach.PROVIDER:
            return Place(collection, collection.name, "", scope or None)
        if reach is Reach.TENANT and not scope:
            return Place(collection, collection.name, "", None)
        database = await self.database(scope) if scope else ""
        return Place(collection, collection.physical(scope), database, scope)

    async def database(self, tenant_id: str) -> str:
        """The tenant's own database, empty for the shared one. Raises NotFound for a tenant without a placement."""
        if (known := self._databases.get(tenant_id)) is not None:
            return known
        place = Place(PLACEMENTS, PLACEMENTS.name, "", None)
        document = await self.backend.get(place, tenant_id)
        if document is None:
            raise NotFound(kind="tenant", id=tenant_id)
        database = self._databases[tenant_id] = str(document["database"])
        return database

    def forget_placement(self, tenant_id: str) -> None:
        """Looks a tenant's placement up again at the next use."""
        self._databases.pop(tenant_id, None)

    async def kept_answer(self, id: str) -> KeptAnswer | None:
        place = await self.place(self.answers, "")
        document = await self.backend.get(place, id)
        return None if document is None else wire.from_document(KeptAnswer, document)

    async def handled(self, inbox_ids: Sequence[str]) -> set[str]:
        """Which of these events were reacted to before."""
        place = await self.place(self.inbox, "")
        found = await self.backend.find(place, [In("id", tuple(inbox_ids))], Order(), len(inbox_ids))
        return {str(document["id"]) for document in found}


class Unit:
    """One atomic change. Modules subclass it with a handle for each of their collections."""

    def __init__(self, store: Store[Any], call: Call, aside: bool = False) -> None:
        self.store, self.call, self.aside = store, call, aside
        self._loaded: dict[_Key, Record] = {}
        self._staged: dict[_Key, Write] = {}
        self._records: dict[_Key, Record | None] = {}
        self._more: list[tuple[Collection[Any], str, Callable[[Place], Write]]] = []
        self._collections: dict[str, Collection[Any]] = {}
        self._announced: list[tuple[Announcement, str, int]] = []
        self._scheduled: list[tuple[Announcement, str, str]] = []
        self._mails: list[Mail] = []
        self._notes: list[tuple[str, str, str]] = []
        self._answer: Message | None = None

    @property
    def clock(self) -> Clock:
        return self.store.clock

    @property
    def placements(self) -> Records[Placement]:
        return Records(self, PLACEMENTS)

    def announce(self, announcement: Announcement, key: str = "") -> None:
        """Makes an announcement that no record carries; `key` orders it among others of the same key."""
        self._announced.append((announcement, key, 0))

    def schedule(self, announcement: Announcement, *, name: str, when: datetime | str) -> None:
        """Has the announcement made at a time, or again and again (`@every 1h`, six-field cron).

        A later schedule of the same name replaces this one.
        """
        rule = f"@at {when.strftime('%Y-%m-%dT%H:%M:%SZ')}" if isinstance(when, datetime) else when
        self._scheduled.append((announcement, name, rule))

    def mail(self, mail: Mail) -> None:
        """Has the mail sent once the unit is committed."""
        self._mails.append(mail)

    def note(self, action: str, target_id: str, reason: str = "") -> None:
        """Leaves an audit entry of this action besides, or instead of, the method's own."""
        self._notes.append((action, target_id, reason))

    def answer(self, message: M) -> M:
        """Keeps the call's answer with the change, so that a repeated call gets the same one. Returns it."""
        self._answer = message
        return message

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            await self._commit()

    # --- staging, used by Records ---

    def _put(self, collection: Collection[R], record: R, scope: str) -> R:
        key = (collection.name, scope, record.id)
        self._collections[collection.name] = collection
        prior, loaded = self._staged.get(key), self._loaded.get(key)
        before = self._records.get(key) or loaded
        self._announced += [(a, record.id, record.version + 1) for a in record.announcements]
        bare = dataclasses.replace(record, announcements=()) if record.announcements else record
        if before is not None and not record.announcements and bare == before:
            return record
        expected = prior.expected if isinstance(prior, Put) else loaded.version if loaded else record.version
        owner = scope if collection.placed else record.tenant_id
        after = dataclasses.replace(bare, version=expected + 1, tenant_id=owner)
        self._records[key] = after
        self._staged[key] = Put(_UNPLACED, {}, expected)
        return after

    def _delete(self, collection: Collection[R], record: R, scope: str) -> None:
        key = (collection.name, scope, record.id)
        self._collections[collection.name] = collection
        loaded = self._loaded.get(key, record)
        self._announced += [(a, record.id, record.version + 1) for a in record.announcements]
        self._records[key] = None
        self._staged[key] = Delete(_UNPLACED, record.id, loaded.version)

    # --- committing ---

    async def _commit(self) -> None:
        store, call = self.store, self.call
        changes = await self._placed_writes()
        # A unit that only read leaves no entry: the call's own one comes with its change, or after the handler.
        changed = bool(changes or self._announced or self._mails or self._answer is not None)
        marks = [] if self.aside else await self._marks(changed)
        outbox = await self._outbox(audited=changed and not self.aside)
        writes = [*marks, *changes, *outbox]
        if not writes:
            return
        try:
            await store.backend.commit(writes)
        except Duplicate as duplicate:
            self._explain(duplicate)
        if changed and not self.aside:
            call.audited = True
        if outbox:
            store.committed()

    async def _marks(self, changed: bool) -> list[Write]:
        """What keeps the unit from happening twice; first in the transaction, so that a twin is met early."""
        store, call = self.store, self.call
        marks: list[Write] = []
        if call.idempotency is not None and changed:
            if self._answer is None:
                raise RuntimeError(f"{call.method} takes idempotency keys but its unit was not given the answer")
            marks.append(await self._kept_answer())
        if call.inbox_ids:
            place, until = await store.place(store.inbox, ""), self.clock.now() + timedelta(days=INBOX_DAYS)
            marks += [
                Put(place, wire.document(InboxEntry(id=id, version=1, expire_time=until)), 0) for id in call.inbox_ids
            ]
        return marks

    def _explain(self, duplicate: Duplicate) -> None:
        collection = duplicate.place.collection
        if collection is self.store.inbox:
            raise AlreadyHandled from None
        if collection is self.store.answers:
            raise Contended from None
        for index in collection.indexes:
            if index.unique and index.fields == duplicate.fields and index.error is not None:
                raise index.error(**{f: duplicate.document.get(f, "") for f in index.fields}) from None
        raise Contended from None

    async def _placed_writes(self) -> list[Write]:
        writes: list[Write] = []
        for key, staged in self._staged.items():
            collection = self._collections[key[0]]
            place = await self.store.place(collection, key[1])
            record = self._records[key]
            if isinstance(staged, Delete):
                writes.append(dataclasses.replace(staged, place=place))
            elif isinstance(staged, Put) and record is not None:
                writes.append(Put(place, stored(collection, place, record), staged.expected))
        for collection, scope, make in self._more:
            writes.append(make(await self.store.place(collection, scope)))
        return writes

    async def _outbox(self, *, audited: bool) -> list[Write]:
        store, call = self.store, self.call
        clock, now, module = self.clock, self.clock.now(), store.module
        place = await store.place(store.outbox, "")
        entries: list[OutboxEntry] = []

        def add(
            message: Message, key: str, sequence: int, *, subject: str = "", schedule: str = "", target: str = ""
        ) -> None:
            kind = message.DESCRIPTOR
            tenant_id = str(getattr(message, "tenant_id", "") or "")
            entries.append(
                OutboxEntry(
                    id=clock.new_id("evt"),
                    version=1,
                    key=key,
                    sequence=sequence,
                    subject=subject or subject_of(module, kind.name, tenant_id),
                    type=kind.full_name,
                    event_tenant_id=tenant_id,
                    payload=message.SerializeToString(),
                    time=now,
                    actor_id=call.principal.user_id,
                    request_id=call.request_id,
                    schedule=schedule,
                    target=target,
                )
            )

        for announcement, key, sequence in self._announced:
            add(announcement_message(module, announcement), key, sequence)
        for announcement, name, rule in self._scheduled:
            message = announcement_message(module, announcement)
            tenant_id = str(getattr(message, "tenant_id", "") or "")
            target = subject_of(module, message.DESCRIPTOR.name, tenant_id)
            add(message, name, 0, subject=schedule_subject(module, name), schedule=rule, target=target)
        for mail in self._mails:
            add(sealed_mail(mail, clock.new_id("mal"), call.scope, store.sealer), "", 0)
        for action, target_id, reason in self._notes:
            add(noted_entry(call, clock, action, target_id, reason), "", 0)
        if audited and not call.audited and call.method is not None and call.method.audit_action:
            pairs = [
                (self._collections[key[0]].noun, self._loaded.get(key), self._records[key]) for key in self._staged
            ]
            add(audit_entry(call, clock, pairs, self._answer), "", 0)
        return [Put(place, wire.document(entry), 0) for entry in entries]

    async def _kept_answer(self) -> Write:
        key = self.call.idempotency
        assert self._answer is not None
        answer = KeptAnswer(
            id=key.id,
            version=1,
            request_hash=key.request_hash,
            sealed=key.seal(self._answer.SerializeToString()),
            expire_time=self.clock.now() + timedelta(hours=ANSWER_HOURS),
        )
        return Put(await self.store.place(self.store.answers, ""), wire.document(answer), 0)


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

    async def group(self, *where: Condition, by: Sequence[str], sums: Sequence[str] = ()) -> list[dict[str, Any]]:
        """A row for each distinct value of `by`, with `count` and the sums."""
        return await self.unit.store.backend.group(await self._place(), where, by, sums)

    async def scan(self) -> AsyncIterator[R]:
        """Every record of the scope, by id."""
        async for document in self.unit.store.backend.scan(await self._place()):
            yield wire.from_document(self.collection.record, document)

    def put(self, record: R) -> R:
        """Stages the record, with its announcements. Returns it as it will be stored, with its next etag.

        A record that equals what was read is not written.
        """
        return self.unit._put(self.collection, record, self.scope)

    def delete(self, record: R) -> None:
        """Stages the record's removal, with its announcements."""
        self.unit._delete(self.collection, record, self.scope)

    def insert_absent(self, records: Iterable[R]) -> None:
        """Stages records whose ids may exist already; those are left as they are."""
        for record in records:
            self._stage(partial(self._absent, dataclasses.replace(record, version=1)))

    def _absent(self, record: R, place: Place) -> Write:
        return InsertAbsent(place, stored(self.collection, place, record))

    def increment(
        self, id: str, initial: dict[str, Any] | None, latest: dict[str, Any] | None = None, **amounts: int
    ) -> None:
        """Stages additions to a record's numbers; others may add at the same time without conflict.

        `latest` are fields that are overwritten, `initial` the other fields of a record that is made when there is
        none. Without `initial` (None) a record that does not exist is left so.
        """

        def make(place: Place) -> Write:
            if initial is None:
                return Increment(place, id, amounts, None, latest or {})
            first = {"tenant_id": place.scope or "", "version": 1, **initial}
            return Increment(place, id, amounts, first, latest or {})

        self._stage(make)

    def _stage(self, make: Callable[[Place], Write]) -> None:
        self.unit._more.append((self.collection, self.scope, make))


def stored(collection: Collection[Any], place: Place, record: Record) -> dict[str, Any]:
    """The record's document, with its scope and its words for searching."""
    if place.scope is not None:
        if record.tenant_id not in ("", place.scope):
            raise RuntimeError(f"{record.id} belongs to {record.tenant_id}, not to {place.scope}")
        record = dataclasses.replace(record, tenant_id=place.scope)
    document = wire.document(record)
    if collection.search:
        document["words"] = list(words_of(*(str(getattr(record, name)) for name in collection.search)))
    return document


_UNPLACED = Place(PLACEMENTS, "", "", None)
