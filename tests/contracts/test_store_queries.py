"""What every store promises of its queries: conditions, orders, pages, words, sums, blobs."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.api.iam.v1 import ListRolesRequest, ListUsersRequest
from actors.kernel.errors import NotFound, PageTokenInvalid
from actors.kernel.store.contract import (
    Between,
    Condition,
    Eq,
    In,
    InboxEntry,
    Ne,
    Order,
    Words,
    inbox_of,
    words_of,
)
from actors.kernel.store.mongo import MongoBackend
from actors.kernel.wire import document
from tests.contracts.things import ALSO_POOLED, COLLECTIONS, POOLED, SILOED, Colour, Shop, Thing, bare

BASE = datetime(2026, 3, 1, tzinfo=UTC)
EXAMPLES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
_runs = itertools.count()


def day(number: int) -> datetime:
    return BASE + timedelta(days=number)


SHELF = (
    Thing(id="a", name="Ada", size=3, at=day(3), colour=Colour.RED, key="k1", tags=("x", "y")),
    Thing(id="b", name="Bob", size=1, at=day(1), colour=Colour.GREEN, key="k2", tags=("y",)),
    Thing(id="c", name="Cy", size=None, at=None, colour=Colour.RED, key=None),
    Thing(id="d", name="Dee", size=2, at=day(2), colour=Colour.GREEN, key="k4"),
    Thing(id="e", name="Eve", size=3, at=day(3), colour=Colour.RED, key=None, hits=4),
    Thing(id="f", name="Flo", size=None, at=None, colour=Colour.RED, key="k6", hits=6),
)

CONDITIONS: list[tuple[Condition, str]] = [
    (Eq("name", "Ada"), "a"),
    (Eq("id", "b"), "b"),
    (Eq("size", None), "cf"),
    (Eq("tags", "y"), "ab"),
    (Eq("colour", "GREEN"), "bd"),
    (Eq("hits", 0), "abcd"),
    (Ne("name", "Ada"), "bcdef"),
    (Ne("size", 3), "bcdf"),
    (Ne("size", None), "abde"),
    (Ne("tags", "x"), "bcdef"),
    (In("id", ("a", "f", "z")), "af"),
    (In("size", (1, None)), "bcf"),
    (In("tags", ("x", "z")), "a"),
    (In("key", ()), ""),
    (Between("size", 1, 3), "bd"),
    (Between("size", 2), "ade"),
    (Between("size", None, 2), "b"),
    (Between("size"), "abde"),
    (Between("at", day(2), day(3)), "d"),
    (Between("at", day(3)), "ae"),
    (Between("id", "b", "e"), "bcd"),
]


@pytest.mark.parametrize("scope", [POOLED, SILOED, ""])
async def test_a_condition_finds_what_it_says(shop: Shop, scope: str) -> None:
    await shop.put(*SHELF, scope=scope)
    await shop.put(Thing(id="z", name="Ada", size=1, at=day(2), tags=("y",)), scope=ALSO_POOLED)
    async with shop.unit(scope) as unit:
        for condition, expected in CONDITIONS:
            assert "".join(one.id for one in await unit.things.select(condition)) == expected, condition
            assert await unit.things.count(condition) == len(expected), condition


async def test_conditions_narrow_each_other_also_on_one_field(shop: Shop) -> None:
    await shop.put(*SHELF)
    async with shop.unit() as unit:
        both = await unit.things.select(Ne("id", "a"), Ne("id", "b"), Eq("colour", "RED"), Between("size", 1))
        assert [one.id for one in both] == ["e"]


ORDERS = {
    Order(): "abcdef",
    Order(descending=True): "fedcba",
    Order("size"): "cfbdae",
    Order("size", descending=True): "eadbfc",
    Order("at"): "cfbdae",
    Order("at", descending=True): "eadbfc",
    Order("colour"): "bdacef",
    Order("name", descending=True): "fedcba",
}


async def test_an_order_puts_records_without_a_value_first_and_breaks_ties_by_id(shop: Shop) -> None:
    await shop.put(*SHELF)
    async with shop.unit() as unit:
        for order, expected in ORDERS.items():
            assert "".join(one.id for one in await unit.things.select(order=order)) == expected, order
            assert "".join(one.id for one in await unit.things.select(order=order, limit=2)) == expected[:2], order
        one = await unit.things.one(Ne("id", "a"))
        assert one is not None and one.id == "b"


ALIKE = ("A", "a", "a ", "á", "b", "B", "ß", "ss", "Z", "~", "é", "\uffff", "😀")


async def test_text_is_told_apart_to_the_last_character_and_ordered_by_code_point(shop: Shop) -> None:
    await shop.put(*(Thing(id=f"t{n}", name=text, key=text) for n, text in enumerate(ALIKE)))
    async with shop.unit() as unit:
        for text in ALIKE:
            assert [one.name for one in await unit.things.select(Eq("name", text))] == [text]
            assert [one.name for one in await unit.things.select(In("key", (text,)))] == [text]
        for descending in (False, True):
            found = await unit.things.select(order=Order("name", descending))
            assert [one.name for one in found] == sorted(ALIKE, reverse=descending)


AWKWARD = (
    "", " ", "'", '"', "`", "\\", "%", "%s", "%(x)s", ":b0", "?", "--", "; DROP TABLE things", "\0", "\n\r\t\x1a",
    "{}", "null", "\u202e", "😀 e\u0301 ß",
)  # fmt: skip


async def test_awkward_values_come_back_as_they_were(shop: Shop) -> None:
    things = [
        # SQLite's JSON ends a text at a NUL, so an element of a list is not found by one.
        Thing(
            id=f"t{n:02}", name=text, code=text, tags=(text.replace("\0", "NUL"),), raw=text.encode() + b"\xff", size=n
        )
        for n, text in enumerate(AWKWARD)
    ]
    await shop.put(*things)
    async with shop.unit() as unit:
        assert [bare(one) for one in await unit.things.select()] == things
        for thing in things:
            assert bare(await unit.things.get(thing.id)) == thing
            assert [one.id for one in await unit.things.select(Eq("name", thing.name))] == [thing.id]
            assert [one.id for one in await unit.things.select(Eq("tags", thing.tags[0]))] == [thing.id]


async def test_large_values_come_back_whole(shop: Shop) -> None:
    large = [
        Thing(id=f"t{n}", name="å" * 100_000, raw=bytes(range(256)) * 2500, size=size, hits=-size)
        for n, size in enumerate((2**63 - 1, 2**53 + 1, 0))
    ]
    await shop.put(*large)
    async with shop.unit() as unit:
        assert [bare(one) for one in await unit.things.select()] == large


@pytest.mark.parametrize("count", [1, 2, 3, 900])
async def test_a_list_of_any_length_can_be_asked_for(shop: Shop, count: int) -> None:
    await shop.put(*SHELF)
    asked = (*(f"none{n}" for n in range(count)), "a", "e")
    async with shop.unit() as unit:
        assert [one.id for one in await unit.things.select(In("id", asked))] == ["a", "e"]
        assert await unit.things.count(In("key", (*asked, "k1", "k2"))) == 2
        assert await unit.things.count(In("tags", (*asked, "y"))) == 2


async def test_a_page_goes_on_from_a_moment_between_milliseconds(shop: Shop) -> None:
    """Not every store keeps microseconds; one that does must not show a record twice for it."""
    await shop.put(*(Thing(id=f"t{n}", at=BASE + timedelta(microseconds=n * 300)) for n in range(9)))
    for descending in (False, True):
        seen = await walk(shop, Order("at", descending), 2)
        assert sorted(seen) == [f"t{n}" for n in range(9)]


# --- pages ---


async def walk(shop: Shop, order: Order, size: int, scope: str = POOLED, *where: Condition) -> list[str]:
    seen, token = [], ""
    for _ in range(200):
        async with shop.unit(scope) as unit:
            request = ListUsersRequest(page_size=size, page_token=token)
            page = await unit.things.page(*where, order=order, request=request)
        assert len(page.items) <= size
        seen += [one.id for one in page.items]
        token = page.next_page_token
        if not token:
            return seen
    raise AssertionError("the walk does not end")


rows = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(-3, 3)), st.one_of(st.none(), st.integers(0, 4))), max_size=25
)


@EXAMPLES
@given(
    rows=rows,
    size=st.integers(1, 9),
    field=st.sampled_from(["id", "size", "at", "name"]),
    descending=st.booleans(),
    filtered=st.booleans(),
)
async def test_a_walk_over_pages_is_the_full_list(
    shop: Shop, rows: list[tuple[int | None, int | None]], size: int, field: str, descending: bool, filtered: bool
) -> None:
    run = str(next(_runs))
    things = [
        Thing(id=f"{run}-{n:02}", name=f"n{(s or 0) % 2}", size=s, at=None if d is None else day(d), code=run)
        for n, (s, d) in enumerate(rows)
    ]
    await shop.put(*things)
    where: list[Condition] = [Eq("code", run), *([Between("size", -1, 2)] if filtered else [])]
    async with shop.unit() as unit:
        full = [one.id for one in await unit.things.select(*where, order=Order(field, descending))]
    assert await walk(shop, Order(field, descending), size, POOLED, *where) == full
    if not filtered:
        assert len(full) == len(rows)


@pytest.mark.parametrize("descending", [False, True])
async def test_insertions_during_a_walk_neither_repeat_nor_hide_a_record(shop: Shop, descending: bool) -> None:
    await shop.put(*(Thing(id=f"t{n:02}", size=n // 3 if n % 5 else None) for n in range(30)))
    order = Order("size", descending)
    seen, token = [], ""
    for turn in range(100):
        async with shop.unit() as unit:
            page = await unit.things.page(order=order, request=ListUsersRequest(page_size=4, page_token=token))
        seen += [one.id for one in page.items]
        await shop.put(Thing(id=f"new{turn:02}", size=turn % 12), Thing(id=f"none{turn:02}"))
        if not (token := page.next_page_token):
            break
    old = [id for id in seen if id.startswith("t")]
    assert sorted(old) == [f"t{n:02}" for n in range(30)]
    assert len(seen) == len(set(seen))


async def first_token(shop: Shop, scope: str = POOLED, request: Any = None) -> str:
    async with shop.unit(scope) as unit:
        page = await unit.things.page(request=request or ListUsersRequest(page_size=1))
    assert page.next_page_token
    return page.next_page_token


async def test_a_page_token_serves_its_query_only(shop: Shop) -> None:
    await shop.put(Thing(id="a"), Thing(id="b"), Thing(id="c"))
    await shop.put(Thing(id="x"), Thing(id="y"), scope=ALSO_POOLED)
    token = await first_token(shop)
    async with shop.unit() as unit:  # another page size is the same query
        page = await unit.things.page(request=ListUsersRequest(page_size=2, page_token=token))
    assert [one.id for one in page.items] == ["b", "c"]
    foreign = {
        "another filter": (POOLED, ListUsersRequest(page_token=token, query="x")),
        "another order": (POOLED, ListUsersRequest(page_token=token, order=1)),
        "another method": (POOLED, ListRolesRequest(page_token=token)),
        "another tenant": (ALSO_POOLED, ListUsersRequest(page_token=token)),
        "the platform": ("", ListUsersRequest(page_token=token)),
    }
    for name, (scope, request) in foreign.items():
        async with shop.unit(scope) as unit:
            with pytest.raises(PageTokenInvalid):
                await unit.things.page(request=request)
                pytest.fail(f"taken for {name}")


@EXAMPLES
@given(data=st.data())
async def test_a_forged_page_token_is_refused(shop: Shop, data: st.DataObject) -> None:
    run = next(_runs)
    await shop.put(Thing(id=f"{run:06}a"), Thing(id=f"{run:06}b"))  # tokens of one length
    raw = bytearray(base64.urlsafe_b64decode((await first_token(shop)) + "=="))
    change = data.draw(st.sampled_from(["flip", "cut", "text"]))
    if change == "flip":
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] ^= data.draw(st.integers(1, 255))
    elif change == "cut":
        raw = raw[: data.draw(st.integers(0, len(raw) - 1))]
    forged = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    if change == "text":
        forged = data.draw(st.text(min_size=1, max_size=60))
    async with shop.unit() as unit:
        if not forged:
            return
        with pytest.raises(PageTokenInvalid):
            await unit.things.page(request=ListUsersRequest(page_size=1, page_token=forged))


# --- words ---

SEARCHED = {
    "a": Thing(id="a", name="Ada Lovelace", code="ada@example.com"),
    "b": Thing(id="b", name="Émilie du Châtelet", code="emilie@sciences.fr"),
    "c": Thing(id="c", name="Jean-Luc O'Neil", code="jl+test@example.com"),
    "d": Thing(id="d", name="STRASSE 12 (C++)", code="a.b*c"),
    "e": Thing(id="e", name="Ｆｕｌｌｗｉｄｔｈ İstanbul", code=""),
}


SEARCHES = {
    "ada": "a", "ADA": "a", "love": "a", "lovelace ada": "a", "ada emilie": "", "velace": "",
    "emilie": "b", "ÉMILIE": "b", "chatelet": "b", "CHÂT": "b", "du": "b",
    "jean": "c", "luc": "c", "jean-luc": "c", "neil": "c", "o'neil": "c",
    "ada@example.com": "a", "example": "ac", "jl+test@": "c",
    "straße": "d", "12": "d", "(c++)": "d", "a.b*c": "d", "a.*c": "", ".*": "", "^a": "", "[a-z]": "",
    "fullwidth": "e", "istanbul": "e",
    "": "abcde", "   ": "abcde", "\\": "", "a(": "",
    "ada\x00love": "a", "\x006": "", "\x00": "abcde", "\x7fjean\x01luc": "c",
}  # fmt: skip


async def test_a_search_finds_words_by_their_beginning_whatever_case_and_accents(shop: Shop) -> None:
    await shop.put(*SEARCHED.values())
    await shop.put(replace(SEARCHED["a"], id="z"), scope=ALSO_POOLED)
    async with shop.unit() as unit:
        for text, expected in SEARCHES.items():
            assert "".join(one.id for one in await unit.things.select(Words(text))) == expected, text
            assert await unit.things.count(Words(text)) == len(expected), text


async def test_a_search_follows_a_change_of_the_text(shop: Shop) -> None:
    await shop.put(SEARCHED["a"])
    await shop.put((await shop.get("a")).but(name="Grace Hopper"))
    async with shop.unit() as unit:
        assert await unit.things.select(Words("lovelace")) == []
        assert [one.id for one in await unit.things.select(Words("hop grace ada@"))] == ["a"]


@given(st.text(max_size=40))
def test_every_text_finds_itself_in_any_case(text: str) -> None:
    words = words_of(text)
    assert words == words_of(text.casefold()) == words_of(text + " " + text)
    assert set(words_of(text.upper())) >= {w for w in words if w.isascii()}


# --- sums, scans, sizes ---


async def test_groups_are_counted_and_summed(shop: Shop) -> None:
    await shop.put(*SHELF)
    await shop.put(Thing(id="z", size=99, colour=Colour.RED), scope=ALSO_POOLED)
    async with shop.unit() as unit:
        found = await unit.things.group(by=["colour"], sums=["size", "hits"])
        assert sorted(found, key=lambda row: str(row["colour"])) == [
            {"colour": "GREEN", "count": 2, "size": 3, "hits": 0},
            {"colour": "RED", "count": 4, "size": 6, "hits": 10},
        ]
        two = await unit.things.group(Ne("id", "a"), by=["colour", "size"])
        assert {(row["colour"], row["size"]): row["count"] for row in two} == {
            ("GREEN", 1): 1, ("GREEN", 2): 1, ("RED", None): 2, ("RED", 3): 1,
        }  # fmt: skip
        assert await unit.things.group(by=[], sums=["hits"]) == [{"count": 6, "hits": 10}]


async def test_groups_tell_their_highest_numbers_and_times(shop: Shop) -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    await shop.put(
        Thing(id="a", size=1, hits=2, at=late),
        Thing(id="b", size=7, hits=3, at=early),
        Thing(id="c", size=None),
        Thing(id="d", colour=Colour.GREEN),
    )
    await shop.put(Thing(id="z", size=99), scope=ALSO_POOLED)
    async with shop.unit() as unit:
        found = await unit.things.group(by=["colour"], sums=["hits"], highest=["size", "at"])
        assert sorted(found, key=lambda row: str(row["colour"])) == [
            {"colour": "GREEN", "count": 1, "hits": 0, "size": None, "at": None},
            {"colour": "RED", "count": 3, "hits": 5, "size": 7, "at": late},
        ]
        assert await unit.things.group(Eq("id", "b"), by=[], highest=["hits"]) == [{"count": 1, "hits": 3}]


@pytest.mark.parametrize("scope", [POOLED, SILOED])
async def test_a_scan_gives_every_record_of_the_scope_by_id(shop: Shop, scope: str) -> None:
    await shop.put(*(Thing(id=f"t{n:04}") for n in reversed(range(1200))), scope=scope)
    await shop.put(Thing(id="x"), scope=ALSO_POOLED)
    async with shop.unit(scope) as unit:
        assert [one.id async for one in unit.things.scan()] == [f"t{n:04}" for n in range(1200)]


async def test_sizes_tell_tenants_apart(shop: Shop) -> None:
    await shop.put(Thing(id="a", name="x" * 1000), scope=POOLED)
    await shop.put(Thing(id="b", name="x" * 5000), scope=ALSO_POOLED)
    sizes = await shop.backend.sizes(replace(await shop.store.place(COLLECTIONS[0], POOLED), scope=None))
    assert sizes.keys() == {POOLED, ALSO_POOLED}
    assert 1000 < sizes[POOLED] < 3000 < 5000 < sizes[ALSO_POOLED]


async def test_a_purge_takes_one_tenants_records_and_tells_how_many(shop: Shop) -> None:
    for collection, model in zip(("things", "own", "offers"), COLLECTIONS, strict=False):
        for scope in (POOLED, ALSO_POOLED, SILOED):
            await shop.put(Thing(id=f"{scope}1"), Thing(id=f"{scope}2"), scope=scope, collection=collection)
        for scope in (POOLED, SILOED):
            place = await shop.store.place(model, scope)
            assert await shop.backend.purge(place) == 2
            assert await shop.backend.purge(place) == 0
        async with shop.unit(ALSO_POOLED) as unit:
            assert await getattr(unit, collection).count() == 2


async def test_a_sweep_removes_what_has_expired_and_nothing_else(shop: Shop) -> None:
    if isinstance(shop.backend, MongoBackend):
        pytest.skip("MongoDB removes expired records by itself, within a minute")
    inbox, now = inbox_of("tenants"), shop.clock.now()
    place = await shop.store.place(inbox, "")
    marks = [InboxEntry(id=f"m{n:04}", version=1, expire_time=now + timedelta(seconds=n - 700)) for n in range(1400)]
    await shop.backend.load(place, [document(mark) for mark in marks])
    assert await shop.backend.get(place, "m0000") is not None, "until it is swept it is found"
    assert await shop.backend.sweep(place, now) == 700
    assert await shop.backend.sweep(place, now) == 0
    assert sorted([one["id"] async for one in shop.backend.scan(place)]) == [mark.id for mark in marks[700:]]
    await shop.put(Thing(id="t", at=now - timedelta(days=1)))
    assert await shop.backend.sweep(await shop.store.place(COLLECTIONS[0], POOLED), now) == 0
    assert (await shop.get("t")).id == "t"


async def test_words_go_with_their_record(shop: Shop) -> None:
    await shop.put(*SEARCHED.values())
    place = await shop.store.place(COLLECTIONS[0], POOLED)
    async with shop.unit() as unit:
        unit.things.delete(await unit.things.get("a"))
    await shop.backend.remove(place, ["b"])
    async with shop.unit() as unit:
        assert [one.id for one in await unit.things.select(Words("ada"))] == []
        assert [one.id for one in await unit.things.select(Words("emilie"))] == []
    await shop.put(replace(SEARCHED["c"], id="a"), Thing(id="b", name="nobody"))
    async with shop.unit() as unit:
        assert [one.id for one in await unit.things.select(Words("ada"))] == []
        assert [one.id for one in await unit.things.select(Words("luc"))] == ["a", "c"]
    assert await shop.backend.purge(place) == 5
    await shop.put(*SEARCHED.values())
    async with shop.unit() as unit:
        assert [one.id for one in await unit.things.select(Words("luc"))] == ["c"]


# --- blobs ---


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        await asyncio.sleep(0)
        yield chunk


async def read(shop: Shop, name: str) -> bytes:
    return b"".join([chunk async for chunk in shop.backend.read_blob(name)])


async def test_a_blob_is_kept_replaced_and_deleted(shop: Shop) -> None:
    large = bytes(range(256)) * 4000
    assert await shop.backend.write_blob("b", pieces(b"one", large)) == 3 + len(large)
    assert await read(shop, "b") == b"one" + large
    assert await shop.backend.write_blob("b", pieces(b"two")) == 3
    assert await read(shop, "b") == b"two"
    await shop.backend.delete_blob("b")
    await shop.backend.delete_blob("b")
    with pytest.raises(NotFound):
        await read(shop, "b")


async def test_an_empty_blob_is_a_blob(shop: Shop) -> None:
    assert await shop.backend.write_blob("b", pieces()) == 0
    assert await read(shop, "b") == b""


async def test_a_blob_that_could_not_be_written_leaves_the_old_one(shop: Shop) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise OSError("the source broke off")

    await shop.backend.write_blob("b", pieces(b"whole"))
    with pytest.raises(OSError, match="broke off"):
        await shop.backend.write_blob("b", broken())
    assert await read(shop, "b") == b"whole"


async def test_writers_of_one_blob_leave_one_of_their_versions(shop: Shop) -> None:
    await asyncio.gather(*(shop.backend.write_blob("b", pieces(b"v%d" % n)) for n in range(6)))
    assert await read(shop, "b") in {b"v%d" % n for n in range(6)}


async def test_everything_made_ready_can_be_made_ready_again(shop: Shop) -> None:
    await shop.put(*SHELF)
    await shop.backend.ensure(COLLECTIONS)
    await shop.backend.ensure(COLLECTIONS)
    async with shop.unit() as unit:
        assert await unit.things.count() == len(SHELF)
    assert await shop.backend.healthy()


async def test_a_call_about_one_tenant_cannot_be_turned_by_a_condition(shop: Shop) -> None:
    await shop.put(Thing(id="t"), scope=ALSO_POOLED)
    async with shop.unit(POOLED) as unit:
        assert await unit.things.select(Eq("tenant_id", ALSO_POOLED)) == []
        assert await unit.things.select(In("tenant_id", (ALSO_POOLED, POOLED))) == []
