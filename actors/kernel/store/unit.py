"""The unit of work and the typed handles modules query through; the same over every back-end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from google.protobuf.message import Message

from actors.kernel import wire
from actors.kernel.access.audit import audit_entry, noted_entry
from actors.kernel.call import Call
from actors.kernel.clock import Clock
from actors.kernel.errors import Contended, NotFound
from actors.kernel.events.contract import MOST_EVENT_BYTES, announcement_message, schedule_subject, subject_of
from actors.kernel.mail import Mail, sealed_mail
from actors.kernel.records import Announcement, Record
from actors.kernel.sealing import Sealer
from actors.kernel.store.contract import (
    PLACEMENTS,
    Backend,
    Collection,
    Delete,
    Duplicate,
    In,
    InboxEntry,
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
)
from actors.kernel.store.handle import Records, stored

__all__ = ["AlreadyHandled", "Records", "Store", "Unit"]

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
        self._more: list[tuple[Collection[Any], str, Callable[[Place], Iterator[Write]]]] = []
        self._collections: dict[str, Collection[Any]] = {}
        self._announced: list[tuple[Announcement, str, int]] = []
        self._scheduled: list[tuple[Announcement, str, str]] = []
        self._mails: list[Mail] = []
        self._notes: list[tuple[str, str, str]] = []
        self._answer: Message | None = None
        self._audit = False

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

    def audit(self) -> None:
        """Leaves the call's audit entry even if the unit changes nothing."""
        self._audit = True

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
        before = self._records.get(key, loaded)
        self._announced += [(a, record.id, record.version + 1) for a in record.announcements]
        if before is not None and not record.announcements and record == before:
            return record
        if isinstance(prior, Put | Delete):
            expected = prior.expected
        else:
            # The version it was made from; a record made anew in place of one that was read replaces that one.
            expected = record.version or (loaded.version if loaded else 0)
        after = dataclasses.replace(
            record, announcements=(), version=expected + 1, tenant_id=_owner(collection, record, scope)
        )
        self._records[key] = after
        self._staged[key] = Put(_UNPLACED, {}, expected)
        return after

    def _hold(self, collection: Collection[R], record: R, scope: str) -> R:
        key = (collection.name, scope, record.id)
        if isinstance(self._staged.get(key), Put) and (staged := self._records[key]) is not None:
            return staged  # type: ignore[return-value]
        self._collections[collection.name] = collection
        held = dataclasses.replace(record, version=record.version + 1, tenant_id=_owner(collection, record, scope))
        self._records[key] = held
        self._staged[key] = Put(_UNPLACED, {}, record.version)
        return held

    def _delete(self, collection: Collection[R], record: R, scope: str) -> None:
        key = (collection.name, scope, record.id)
        self._collections[collection.name] = collection
        prior = self._staged.get(key)
        expected = prior.expected if isinstance(prior, Put | Delete) else record.version
        self._announced += [(a, record.id, record.version + 1) for a in record.announcements]
        self._records[key] = None
        if expected == 0:  # made in this very unit
            self._staged.pop(key, None)
        else:
            self._staged[key] = Delete(_UNPLACED, record.id, expected)

    # --- committing ---

    async def _commit(self) -> None:
        store, call = self.store, self.call
        if not (
            self._staged
            or self._more
            or self._announced
            or self._scheduled
            or self._mails
            or self._notes
            or self._audit
            or call.inbox_ids
            or self._answer is not None
        ):
            return  # most units only read
        if not self.aside and call.store not in (None, store):
            raise RuntimeError(
                f"{call.method or 'a reaction'} says that it commits to another store: make this unit aside, or name "
                "this store in the service's `store` or the reaction's `books`"
            )
        changes = await self._placed_writes()
        # A unit that only read leaves no entry: the call's own one comes with its change, or after the handler.
        changed = bool(changes or self._announced or self._mails or self._answer is not None)
        marks = [] if self.aside else await self._marks(changed)
        outbox = await self._outbox(audited=(changed or self._audit) and not self.aside)
        writes = [*marks, *changes, *outbox]
        if not writes:
            return
        try:
            await store.backend.commit(writes)
        except Duplicate as duplicate:
            self._explain(duplicate)
        if (changed or self._audit) and not self.aside:
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
                document, read = stored(collection, place, record), self._loaded.get(key)
                changes = None
                if read is not None and read.version == staged.expected:
                    before = stored(collection, place, read)
                    changes = {name: value for name, value in document.items() if value != before.get(name, _ABSENT)}
                writes.append(Put(place, document, staged.expected, changes))
        for collection, scope, make in self._more:
            writes += make(await self.store.place(collection, scope))
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
            payload = message.SerializeToString()
            if len(payload) > MOST_EVENT_BYTES:
                # It would stop the relay for good: no bus takes it.
                raise RuntimeError(f"{kind.name} has {len(payload)} bytes; events may have {MOST_EVENT_BYTES}")
            entries.append(
                OutboxEntry(
                    id=clock.new_id("evt"),
                    version=1,
                    key=key,
                    sequence=sequence,
                    subject=subject or subject_of(module, kind.name, tenant_id),
                    type=kind.full_name,
                    event_tenant_id=tenant_id,
                    payload=payload,
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


def _owner(collection: Collection[Any], record: Record, scope: str) -> str:
    """The tenant the record is to belong to. A record never changes hands: raises RuntimeError."""
    if collection.reach is Reach.PLATFORM:
        return record.tenant_id
    if not scope and collection.reach is not Reach.LAYERED:
        return record.tenant_id  # a call about no tenant sees those of all
    if record.tenant_id not in ("", scope):
        raise RuntimeError(f"{record.id} belongs to {record.tenant_id}, not to {scope or 'the platform'}")
    return scope


_UNPLACED = Place(PLACEMENTS, "", "", None)
_ABSENT = object()
