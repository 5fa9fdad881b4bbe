"""Records as SQL tables: what there is a column for, and what is refused before anything is kept."""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from actors.kernel import wire
from actors.kernel.call import system_call
from actors.kernel.clock import Clock
from actors.kernel.records import Record, secret, text
from actors.kernel.sealing import Sealer
from actors.kernel.settings import SettingsError
from actors.kernel.store.contract import Collection, Eq, Index, Order, Place, Put, Reach, Words
from actors.kernel.store.sql import SqlBackend
from actors.kernel.store.sql.tables import layout_of, metadata_of
from actors.kernel.store.unit import Records, Store, Unit


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


@dataclass(frozen=True, kw_only=True)
class Deeper:
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Inner:
    at: datetime
    seals: tuple[bytes, ...] = ()
    times: dict[str, datetime] = field(default_factory=dict)
    deeper: Deeper | None = None


@dataclass(frozen=True, kw_only=True)
class Every(Record):
    """A field of every kind that there is a column for."""

    name: str = ""
    short: str = text(8, default="")
    hidden: str = secret(default="", length=8)
    maybe: str | None = None
    level: Level = Level.LOW
    maybe_level: Level | None = None
    amount: int = 0
    rate: float = 0.0
    open: bool = False
    maybe_open: bool | None = None
    raw: bytes = b""
    at: datetime | None = None
    names: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    free: dict[str, int] = field(default_factory=dict)


EVERY = Collection(
    "every", Every, Reach.PROVIDER, indexes=(Index(("level", "short"), unique=True), Index(("at", "id")))
)


class EveryUnit(Unit):
    @property
    def every(self) -> Records[Every]:
        return Records(self, EVERY)


@pytest.fixture
async def store(tmp_path: Path) -> Any:
    backend = SqlBackend(f"sqlite+aiosqlite:///{tmp_path / 'every.db'}")
    await backend.ensure([EVERY])
    yield Store(backend, "every", EveryUnit, clock=Clock(), sealer=Sealer(bytes(32)))
    await backend.close()


AT = datetime(2026, 3, 1, 12, 30, 15, 250_001, tzinfo=UTC)
FULL = Every(
    id="e", name="n", short="s", hidden="h", maybe="", level=Level.HIGH, maybe_level=Level.LOW, amount=-(2**63),
    rate=0.1, open=True, maybe_open=False, raw=bytes(range(256)), at=AT, names=("a", ""), levels=(Level.HIGH,),
    inner=Inner(at=AT, seals=(b"\0\xff",), times={"x": AT}, deeper=Deeper(at=AT + timedelta(days=1))),
    inners=(Inner(at=AT), Inner(at=AT, seals=(b"",))), free={"a": 1},
)  # fmt: skip


@pytest.mark.parametrize("record", [FULL, Every(id="e")])
async def test_every_kind_of_field_comes_back_as_it_was(store: Store[EveryUnit], record: Every) -> None:
    async with store.unit(system_call("ten_1")) as unit:
        unit.every.put(record)
    async with store.unit(system_call("ten_1")) as unit:
        found = await unit.every.get("e")
    assert dataclasses.replace(found, tenant_id="", version=0) == record


async def test_a_change_writes_what_differs(store: Store[EveryUnit]) -> None:
    async with store.unit(system_call("ten_1")) as unit:
        unit.every.put(Every(id="e"))
    changed = dataclasses.replace(FULL, tenant_id="ten_1", version=1)
    async with store.unit(system_call("ten_1")) as unit:
        await unit.every.get("e")
        unit.every.put(changed)
    async with store.unit(system_call("ten_1")) as unit:
        assert await unit.every.get("e") == dataclasses.replace(changed, version=2)


async def test_conditions_and_sums_know_every_kind(store: Store[EveryUnit]) -> None:
    async with store.unit(system_call("ten_1")) as unit:
        unit.every.put(FULL.but(amount=7))
        unit.every.put(Every(id="f", amount=5, rate=0.25))
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    async with store.unit(system_call("ten_1")) as unit:
        for name, value in (
            ("open", True), ("maybe_open", False), ("rate", 0.1), ("level", "HIGH"), ("maybe_level", "LOW"),
            ("at", AT), ("at", elsewhere), ("levels", "HIGH"), ("names", ""), ("raw", FULL.raw), ("maybe", ""),
        ):  # fmt: skip
            assert [one.id for one in await unit.every.select(Eq(name, value))] == ["e"], name
        rows = await unit.every.group(by=["open", "at"], sums=["amount", "rate"])
        assert sorted(rows, key=lambda row: row["open"]) == [
            {"open": False, "at": None, "count": 1, "amount": 5, "rate": 0.25},
            {"open": True, "at": AT, "count": 1, "amount": 7, "rate": 0.1},
        ]


async def test_what_a_query_cannot_ask_is_refused_by_name(store: Store[EveryUnit]) -> None:
    async with store.unit(system_call()) as unit:
        with pytest.raises(LookupError, match="every has no field colour"):
            await unit.every.select(Eq("colour", 1))
        with pytest.raises(LookupError, match="every has no fields to search"):
            await unit.every.select(Words("x"))
        with pytest.raises(TypeError, match="every.names can be asked for one element"):
            await unit.every.select(Eq("names", ["a"]))
        assert await unit.every.select(order=Order("maybe_level", descending=True)) == []


@pytest.mark.parametrize("name", ["short", "hidden", "tenant_id", "id"])
async def test_a_text_longer_than_its_column_is_refused_and_nothing_is_kept(store: Store[EveryUnit], name: str) -> None:
    place = Place(EVERY, "every", "", None)
    long = wire.document(dataclasses.replace(FULL, version=1, **{name: "x" * 129}))
    with pytest.raises(ValueError, match=f"every.{name} takes [0-9]+ characters, not 129"):
        await store.backend.commit(
            [Put(place, wire.document(dataclasses.replace(FULL, id="g")), 0), Put(place, long, 0)]
        )
    assert await store.backend.count(place, ()) == 0


async def test_own_databases_are_not_offered(store: Store[EveryUnit]) -> None:
    backend = store.backend
    with pytest.raises(RuntimeError, match="keeps all tenants in one database"):
        await backend.ensure([EVERY], "silo")
    with pytest.raises(RuntimeError, match="keeps all tenants in one database"):
        await backend.drop("silo")
    with pytest.raises(RuntimeError, match="keeps all tenants in one database"):
        await backend.get(Place(EVERY, "every", "silo", "ten_1"), "e")


def record(**fields: Any) -> type[Record]:
    return dataclasses.make_dataclass(
        "Made", [(name, kind) for name, kind in fields.items()], bases=(Record,), frozen=True, kw_only=True
    )


@pytest.mark.parametrize(
    ("fields", "index", "told"),
    [
        ({"a": tuple[str, ...]}, Index(("a",)), "things: a cannot be indexed in SQL"),
        ({"a": bytes}, Index(("a",)), "things: a cannot be indexed in SQL"),
        ({"a": str | None, "b": str}, Index(("a", "b"), unique=True), "things: a may be None"),
        ({n: str for n in "abcdef"}, Index(tuple("abcdef")), "takes up to [0-9]+ bytes, and MySQL takes 3072"),
        ({"a": complex}, Index(("id",)), "Made.a: there is no column for"),
        ({"a": set[str]}, Index(("id",)), "Made.a: there is no column for"),
    ],
)
def test_what_sql_cannot_keep_as_promised_is_refused_at_once(fields: Any, index: Index, told: str) -> None:
    collection = Collection("things", record(**fields), Reach.PROVIDER, indexes=(index,))
    with pytest.raises(TypeError, match=told):
        layout_of(collection, "things", sa.MetaData())


def test_names_of_indexes_are_short_and_unlike_each_other() -> None:
    long = "a_field_with_a_name_that_takes_up_a_line"
    made = record(**{long + "_1": int, long + "_2": int})
    indexes = (Index((long + "_1", "id")), Index((long + "_2", "id")))
    metadata = metadata_of([Collection("a_collection_with_a_long_name", made, Reach.PROVIDER, indexes=indexes)])
    names = [index.name for table in metadata.tables.values() for index in table.indexes]
    assert len(set(names)) == 2 and all(len(str(name)) <= 64 for name in names)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+asyncpg://x/y", "must begin with mysql"),
        ("mysql+pymysql://x/y", "must begin with mysql"),
        ("sqlite+aiosqlite://", "must name a file"),
        ("sqlite+aiosqlite:///:memory:", "must name a file"),
        ("mysql+asyncmy://user:hunter2@host", "must name a database"),
        ("x", "is not an address"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_telling_its_password(url: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as refused:
        SqlBackend(url)
    assert "hunter2" not in str(refused.value)
