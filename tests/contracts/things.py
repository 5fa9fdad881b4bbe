"""A small module for the contract suites: a record of every kind of field, a collection of every reach."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actors import MODULES
from actors.kernel.access.policy import policy_of
from actors.kernel.call import PLATFORM, Call, Principal
from actors.kernel.clock import Clock
from actors.kernel.errors import AlreadyExists
from actors.kernel.records import Announcement, Record
from actors.kernel.sealing import Sealer
from actors.kernel.store.contract import (
    Backend,
    Collection,
    Index,
    Placement,
    Reach,
)
from actors.kernel.store.migrate import create_own_database, layout, migrate
from actors.kernel.store.unit import Records, Store, Unit

MODULE = "tenants"
POOLED, ALSO_POOLED, SILOED = "ten_pooled", "ten_other", "ten_siloed"
AUDITED = policy_of(MODULES).methods["atrium.tenants.v1.TenantService/SuspendTenant"]


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


class KeyTaken(AlreadyExists):
    message = "the key {key} is taken"


class CodeTaken(AlreadyExists):
    message = "the code {code} is taken"


@dataclass(frozen=True, kw_only=True)
class TenantRestored(Announcement):
    tenant_id: str


@dataclass(frozen=True, kw_only=True)
class Part:
    name: str
    colour: Colour
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Thing(Record):
    name: str = ""
    key: str | None = None
    code: str = ""
    colour: Colour = Colour.RED
    size: int | None = None
    at: datetime | None = None
    hits: int = 0
    tags: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    main: Part | None = None
    raw: bytes = b""


THINGS = Collection(
    "things",
    Thing,
    indexes=(Index(("key",), unique=True, error=KeyTaken), Index(("size", "id"))),
    search=("name", "code"),
)
OWN = Collection("own_things", Thing, Reach.TENANT, indexes=(Index(("colour", "key"), unique=True, error=KeyTaken),))
OFFERS = Collection("offers", Thing, Reach.PROVIDER, indexes=(Index(("code",), unique=True, error=CodeTaken),))
NOTES = Collection("notes", Thing, Reach.PLATFORM, indexes=(Index(("code",), unique=True),))
COLLECTIONS = (THINGS, OWN, OFFERS, NOTES)


class ThingUnit(Unit):
    @property
    def things(self) -> Records[Thing]:
        return Records(self, THINGS)

    @property
    def own(self) -> Records[Thing]:
        return Records(self, OWN)

    @property
    def offers(self) -> Records[Thing]:
        return Records(self, OFFERS)

    @property
    def notes(self) -> Records[Thing]:
        return Records(self, NOTES)


@dataclass
class Shop:
    """A store over one back-end, with tenants in the pool and one in a database of its own."""

    backend: Backend
    clock: Clock
    store: Store[ThingUnit]
    committed: list[None]
    silo: bool = True
    """Whether the back-end offers a tenant a database of its own."""

    def unit(self, scope: str = POOLED, **more: Any) -> ThingUnit:
        return self.store.unit(call_of(scope, **more))

    async def put(self, *things: Thing, scope: str = POOLED, collection: str = "things") -> list[Thing]:
        async with self.unit(scope) as unit:
            return [getattr(unit, collection).put(thing) for thing in things]

    async def get(self, id: str, scope: str = POOLED, collection: str = "things") -> Thing:
        async with self.unit(scope) as unit:
            found: Thing = await getattr(unit, collection).get(id)
            return found

    async def outbox(self) -> list[dict[str, Any]]:
        place = await self.store.place(self.store.outbox, "")
        return [document async for document in self.backend.scan(place)]

    def again(self, committed: Callable[[], None] = lambda: None) -> Store[ThingUnit]:
        """The same store as another replica has it."""
        return Store(self.backend, MODULE, ThingUnit, clock=self.clock, sealer=self.store.sealer, committed=committed)


def call_of(scope: str = POOLED, *, audited: bool = False, inbox_ids: tuple[str, ...] = (), **more: Any) -> Call:
    call = Call(principal=Principal(user_id="usr_1", realm=PLATFORM), scope=scope, request_id="req_1", **more)
    call.method = AUDITED if audited else None
    call.inbox_ids = inbox_ids
    return call


async def shop_over(backend: Backend, clock: Clock, *, silo: bool = True) -> Shop:
    """The suite's module over a back-end; without `silo` all three tenants share its one database."""
    collections = layout([(MODULE, COLLECTIONS)])
    await migrate(backend, collections)
    if silo:
        await create_own_database(backend, collections, "silo")
    committed: list[None] = []
    sealer = Sealer(b"a secret of the contract suite..")
    store = Store(backend, MODULE, ThingUnit, clock=clock, sealer=sealer, committed=lambda: committed.append(None))
    async with store.unit(call_of("")) as unit:
        for tenant, database in ((POOLED, ""), (ALSO_POOLED, ""), (SILOED, "silo" if silo else "")):
            isolation = "SILO" if database else "POOL"
            placement = Placement(id=tenant, tenant_id=tenant, isolation=isolation, database=database)
            unit.placements.insert_absent([placement])
    return Shop(backend, clock, store, committed, silo)


def bare(thing: Thing) -> Thing:
    """The thing without what the store gives it."""
    return dataclasses.replace(thing, version=0, tenant_id="")
