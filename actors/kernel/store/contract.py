"""The store port: what a module keeps, and the guarantees it is kept with.

    async with store.unit(call) as unit:
        user = await unit.users.get(request.id, etag=request.etag)
        user = unit.users.put(user.suspended(...))

**Guarantees.** Leaving the block without an error commits, as one atomic and durable unit: every record put or
deleted, every announcement they carry, the call's audit entry, the mark of the event reacted to and the answer kept
under an idempotency key. Leaving it with an error changes nothing. A record is written only if nobody else wrote it
since it was read (`Contended`: nothing was changed, the host runs the handler again). A broken connection while
committing raises `OutcomeUnknown` only when it could not be found out what became of the commit: MongoDB is asked to
commit again under the same transaction number, SQL is asked for the unit's own rows.

**Tenancy.** The scope comes from the call and is added below every query; a module cannot leave it out. Records of
another tenant are not found. A tenant's placed collections live in the shared database or in its own one, as its
placement says; queries do not know.

**Reads** see the last committed state, and what this unit has put when asked by id.
"""

from __future__ import annotations

import enum
import typing
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from actors.kernel.errors import AtriumError
from actors.kernel.records import Record

R = TypeVar("R", bound=Record)


class Reach(enum.Enum):
    """Whose records a collection holds."""

    LAYERED = "layered"
    """The platform's in `master_<name>`, each tenant's in `tenant_<name>`, by the call's scope."""
    TENANT = "tenant"
    """Each tenant's own."""
    PROVIDER = "provider"
    """The provider's records about tenants: a call about one tenant sees that one's, others see all."""
    PLATFORM = "platform"
    """The platform's own, whatever the call is about."""


@dataclass(frozen=True)
class Index:
    """An index over these fields, in this order. The scope is put first where the reach has one.

    A unique index ends in a text field and counts only records in which that is neither None nor empty; `error` is
    raised, with the fields as metadata, when a write would break it.
    """

    fields: tuple[str, ...]
    unique: bool = False
    error: type[AtriumError] | None = None


@dataclass(frozen=True)
class Collection(Generic[R]):
    """One kind of record a module keeps."""

    name: str
    record: type[R]
    reach: Reach = Reach.LAYERED
    indexes: tuple[Index, ...] = ()
    search: tuple[str, ...] = ()
    """Text fields whose words `Words` finds."""
    expires: str = ""
    """A time field after which the record may be removed by the store. Until it is, it is found like any other."""
    kind: str = ""
    """What messages call one record; default the name without its plural s."""
    exported: bool = True
    """Whether a tenant's archive holds it."""
    purged: bool = True
    """Whether a tenant's records go when the tenant is purged."""
    measured: bool = True
    """Whether it is a part of what a tenant is said to store; not what the provider counts about it."""

    def __post_init__(self) -> None:
        for index in (index for index in self.indexes if index.unique):
            if typing.get_type_hints(self.record).get(index.fields[-1]) not in (str, str | None):
                raise TypeError(f"{self.name}: a unique index must end in a text field, not in {index.fields[-1]}")

    @property
    def noun(self) -> str:
        return self.kind or self.name.removesuffix("s").replace("_", " ")

    @property
    def placed(self) -> bool:
        """Whether a tenant's records follow its placement."""
        return self.reach in (Reach.LAYERED, Reach.TENANT)

    def physical(self, scope: str) -> str:
        """The collection's name in its database, for calls of this scope."""
        if self.reach is Reach.LAYERED:
            return f"{'tenant' if scope else 'master'}_{self.name}"
        return self.name


# --- conditions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Eq:
    field: str
    value: Any


@dataclass(frozen=True)
class Ne:
    field: str
    value: Any


@dataclass(frozen=True)
class In:
    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Between:
    """At least `low`, below `high`; None leaves that side open. Records without a value do not match."""

    field: str
    low: Any = None
    high: Any = None


@dataclass(frozen=True)
class Words:
    """Every word of the text begins a word of the collection's search fields; case and accents do not matter."""

    text: str


Condition = Eq | Ne | In | Between | Words


@dataclass(frozen=True)
class Order:
    """By one field, ties by id in the same direction. Records without a value come first when ascending."""

    field: str = "id"
    descending: bool = False


BY_ID = Order()


def words_of(*texts: str) -> tuple[str, ...]:
    """The distinct words of texts as searches compare them: case-folded, without accents, e-mails also whole.

    Control characters part words, as spaces do: MongoDB takes none of them in what it looks for.
    """
    found: dict[str, None] = {}
    for text in texts:
        # Compatibility forms hide capitals, so case is folded after they are taken apart, and again what that made.
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        folded = "".join(
            " " if unicodedata.category(c) == "Cc" else c for c in decomposed if not unicodedata.combining(c)
        )
        for chunk in folded.split():
            found.setdefault(chunk)
            word = ""
            for character in chunk + " ":
                if character.isalnum():
                    word += character
                elif word:
                    found.setdefault(word)
                    word = ""
    return tuple(found)


# --- what back-ends implement --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where one collection's records of one scope are: resolved by the store, never by a module."""

    collection: Collection[Any]
    name: str
    database: str
    """Empty for the shared database."""
    scope: str | None
    """The tenant id every record must carry; None for no filter."""


@dataclass(frozen=True)
class Put:
    place: Place
    document: dict[str, Any]
    expected: int
    """The version the record must have now; 0 when it must not exist."""
    changes: Mapping[str, Any] | None = None
    """The fields that differ from what was read, when that is known. The others stay as they are in the store, so
    that what was added to them since by an Increment is kept; None writes the whole document."""


@dataclass(frozen=True)
class Delete:
    place: Place
    id: str
    expected: int


@dataclass(frozen=True)
class InsertAbsent:
    """Inserts the record unless one of its id exists in its scope, in which case nothing happens."""

    place: Place
    document: dict[str, Any]


@dataclass(frozen=True)
class Increment:
    """Adds to numbers of a record, atomically and without regard to its version."""

    place: Place
    id: str
    amounts: Mapping[str, int]
    initial: Mapping[str, Any] | None
    """The other fields of a record that is made when there is none; None to make none."""
    latest: Mapping[str, Any] = field(default_factory=dict)
    """Fields that are overwritten."""
    highest: Mapping[str, int] = field(default_factory=dict)
    """Numbers that are raised to these where they are lower; one that is not there counts as lower than any."""


Write = Put | Delete | InsertAbsent | Increment


class Duplicate(Exception):
    """A write broke a unique index, or an id was taken."""

    def __init__(self, place: Place, fields: tuple[str, ...], document: Mapping[str, Any]) -> None:
        super().__init__(f"{place.name} {fields}")
        self.place, self.fields, self.document = place, fields, document


class Backend(Protocol):
    """One kind of database. Documents are those of `wire.document`; with `words` where a collection has search."""

    async def find(
        self,
        place: Place,
        where: Sequence[Condition],
        order: Order,
        limit: int,
        after: tuple[Any, ...] | None = None,
    ) -> list[dict[str, Any]]:
        """At most `limit` documents in order; after the position (value of the order's field, id), if given."""
        ...

    async def get(self, place: Place, id: str) -> dict[str, Any] | None: ...

    async def count(self, place: Place, where: Sequence[Condition]) -> int: ...

    async def group(
        self,
        place: Place,
        where: Sequence[Condition],
        by: Sequence[str],
        sums: Sequence[str] = (),
        highest: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """One row for each distinct value of `by`, with `count`, the sum of each field in `sums`, and the highest
        value of each in `highest`: a number or a time, None where no record has one."""
        ...

    async def commit(self, writes: Sequence[Write]) -> None:
        """Applies all writes or none. Raises Contended, Duplicate, OutcomeUnknown or DependencyUnavailable."""
        ...

    async def load(self, place: Place, documents: Sequence[dict[str, Any]]) -> None:
        """Writes many documents, not as one; those whose ids exist are left as they are. Repeatable."""
        ...

    async def remove(self, place: Place, ids: Sequence[str]) -> None:
        """Removes records of the place's scope by id, whatever their version. Repeatable."""
        ...

    async def ensure(self, collections: Sequence[Collection[Any]], database: str = "") -> None:
        """Creates what is missing of collections and indexes in the shared or the tenant's own database. Repeatable."""
        ...

    async def drop(self, database: str) -> None:
        """Removes a tenant's own database and all in it. Repeatable."""
        ...

    async def purge(self, place: Place) -> int:
        """Removes all records of the place's scope. Returns how many. Repeatable."""
        ...

    async def sweep(self, place: Place, now: datetime) -> int:
        """Removes the place's records that expired before now. Returns how many; 0 where the database does it by
        itself. Repeatable."""
        ...

    def scan(self, place: Place) -> AsyncIterator[dict[str, Any]]:
        """All documents of the place, by id, in bounded memory."""
        ...

    async def sizes(self, place: Place) -> dict[str, int]:
        """Bytes of stored documents by tenant id."""
        ...

    async def write_blob(self, name: str, chunks: AsyncIterator[bytes]) -> int:
        """Keeps a large value under a name, replacing an older one once complete. Returns its bytes."""
        ...

    def read_blob(self, name: str) -> AsyncIterator[bytes]:
        """The chunks of a blob. Raises NotFound."""
        ...

    async def delete_blob(self, name: str) -> None: ...

    async def healthy(self) -> bool:
        """Whether the database accepts writes now."""
        ...

    async def close(self) -> None: ...


# --- what the store itself keeps -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Placement(Record):
    """Where a tenant's records live. Its id is the tenant's."""

    isolation: str
    """POOL or SILO."""
    database: str = ""
    """The tenant's own database; empty in the pool."""


@dataclass(frozen=True, kw_only=True)
class OutboxEntry(Record):
    """An announcement that waits for the relay."""

    key: str
    """What it is about; entries of one key are published in the order of `sequence`."""
    sequence: int
    subject: str
    type: str
    event_tenant_id: str
    payload: bytes
    time: datetime
    actor_id: str = ""
    request_id: str = ""
    schedule: str = ""
    """A JetStream schedule; the subject is then the schedule's and `target` the one it publishes to."""
    target: str = ""


@dataclass(frozen=True, kw_only=True)
class InboxEntry(Record):
    """The mark of an event that was reacted to."""

    expire_time: datetime


@dataclass(frozen=True, kw_only=True)
class KeptAnswer(Record):
    """The answer to a call that came with an idempotency key. Sealed with that key: the store cannot read it."""

    request_hash: bytes
    sealed: bytes
    expire_time: datetime


PLACEMENTS: Collection[Placement] = Collection(
    "tenant_placements", Placement, Reach.PROVIDER, exported=False, purged=False
)


def outbox_of(module: str) -> Collection[OutboxEntry]:
    return Collection(f"{module}_outbox", OutboxEntry, Reach.PLATFORM, exported=False)


def inbox_of(module: str) -> Collection[InboxEntry]:
    return Collection(f"{module}_inbox", InboxEntry, Reach.PLATFORM, expires="expire_time", exported=False)


def answers_of(module: str) -> Collection[KeptAnswer]:
    return Collection(f"{module}_answers", KeptAnswer, Reach.PLATFORM, expires="expire_time", exported=False)
