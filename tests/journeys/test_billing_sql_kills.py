"""`kill -9` of the SQL server under load: what Billing acknowledged is there once, in the books and at the provider."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from actors.billing.providers.contract import Movement, MovementKind
from actors.billing.providers.sandbox import Sandbox
from actors.billing.sandbox_books import BooksSandboxState
from actors.billing.store import BooksUnit
from actors.kernel.clock import Clock
from actors.kernel.sealing import Sealer
from actors.kernel.store.sql import SqlBackend
from actors.kernel.store.unit import Store
from tests.journeys.platform import Platform, eventually, ok, pages, running
from tests.journeys.shoppers import METER, Acknowledged, Shopper, Shoppers
from tests.mariadb import NoMariaDb, running_mariadb
from tests.servers import Server

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

LOAD_SECONDS = float(os.environ.get("ATRIUM_TEST_LOAD_SECONDS", "6"))
"""How long the load goes on around each kill; the acceptance runs use 30."""
KILLS = 3
SEED = 20261126
SHOPPERS = 3
OUTLASTING_SECONDS = 6.0
"""Longer than a call tries again by itself."""
GOAL_SECONDS = 10.0
"""From the server's answering again to the first change of the books that is acknowledged."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A MariaDB of the test's own."""
    try:
        with running_mariadb() as started:
            yield started
    except NoMariaDb as reason:
        pytest.skip(str(reason))


@pytest.fixture
def platform(server: Server) -> Iterator[Platform]:
    """A platform whose books are on that server."""
    with (
        tempfile.TemporaryDirectory(prefix="atr", ignore_cleanup_errors=True) as folder,
        running(Path(folder), ATRIUM_SQL_URL=server.url, ATRIUM_IAM_ACCESS_TOKEN_SECONDS="3600") as started,
    ):
        yield started


def test_the_sql_server_is_killed_under_load_and_every_acknowledged_entry_is_there_once(
    platform: Platform, server: Server
) -> None:
    admin = platform.set_up()
    with ThreadPoolExecutor(SHOPPERS + 1) as threads:
        slugs = [f"s-{uuid.uuid4().hex[:8]}" for _ in range(SHOPPERS + 1)]
        *buyers, user = [str(one["id"]) for one in threads.map(lambda slug: platform.create_tenant(admin, slug), slugs)]
    with platform.client(admin) as client:
        meter = {"displayName": "Exports", "unit": "export", "aggregation": "AGGREGATION_SUM"}
        ok(client.patch(f"/api/v1/billing/meters/{METER}", json=meter))
        shoppers = [Shopper.made(client, tenant_id) for tenant_id in buyers]
        with Shoppers(platform, admin, shoppers, user) as load:
            chance = random.Random(SEED)  # noqa: S311 - no secret
            for number in range(1, KILLS + 1):
                kill_once(load, server, chance, number)
            time.sleep(LOAD_SECONDS / 4)
        load.check()
        print(f"acknowledged: {load.known}; the longest call took {load.longest:.1f} s")
        assert load.refused, "nobody noticed"
        found = Found.of(client, buyers)
        check_money(found, load.known)
        check_ledger(found, load.known)
        check_provider(asyncio.run(moved(server.url)), found)
        check_usage(client, user, load.known)
        proof = ok(client.post("/api/v1/billing/ledger/prove", json={}))
        assert proof["proven"] and int(proof["transactions"]) > 0, proof


def kill_once(load: Shoppers, server: Server, chance: random.Random, number: int) -> None:
    """Kills the server in the middle of the load, leaves it down for a while, and waits until callers go on."""
    time.sleep(chance.uniform(0.1, 0.5) * LOAD_SECONDS)
    before, killed = len(load.answered), time.monotonic()
    server.kill()
    # Short outages are slept through by calls, which the last one must outlast.
    time.sleep(OUTLASTING_SECONDS if number == KILLS else chance.uniform(0.05, 0.3) * LOAD_SECONDS)
    assert not any(when > killed + 1 for when in load.answered), "a change was acknowledged without the books"
    server.start()
    back = time.monotonic()
    eventually(lambda: any(when > back for when in load.answered) or load.wrong, bool, seconds=60)
    first = min((when for when in load.answered if when > back), default=time.monotonic())
    print(
        f"\nkill {number}: {before} changes acknowledged before it, down for {back - killed:.1f} s, the next "
        f"acknowledged {first - back:.1f} s after the server answers; refused: {dict(load.refusals(killed))}"
    )
    assert first - back <= GOAL_SECONDS


@dataclass(frozen=True)
class Found:
    """What the books say of some tenants, list by list."""

    subscriptions: list[dict[str, Any]]
    invoices: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    refunds: list[dict[str, Any]]
    entries: list[dict[str, Any]]

    @classmethod
    def of(cls, client: httpx.Client, tenants: list[str]) -> Self:
        """Waits for credit notes, which get their numbers a moment after they were asked for."""

        def every(name: str) -> list[dict[str, Any]]:
            return [one for id in tenants for one in pages(client, f"/api/v1/billing/{name}", name, tenantId=id)]

        def numbered(invoices: list[dict[str, Any]]) -> bool:
            return all(one["state"] != "STATE_DRAFT" for one in invoices)

        invoices = eventually(lambda: every("invoices"), numbered, 30)
        entries = [one for id in tenants for one in pages(client, f"/api/v1/billing/ledger/{id}", "entries")]
        return cls(every("subscriptions"), invoices, every("payments"), every("refunds"), entries)

    def amounts(self, account_type: str) -> dict[str, list[int]]:
        """What was posted to accounts of a type, by what it is about."""
        found: dict[str, list[int]] = defaultdict(list)
        for one in self.entries:
            if one["accountType"] == f"LEDGER_ACCOUNT_TYPE_{account_type}":
                found[one["sourceId"]].append(int(one["amountMinor"]))
        return found


def once(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By id, of which each is there once."""
    found = {str(one["id"]): one for one in records}
    assert len(found) == len(records)
    return found


def check_money(found: Found, known: Acknowledged) -> None:
    """What was acknowledged is there once, and nothing beside it."""
    bought = {id for id, one in once(found.subscriptions).items() if not one.get("trialEndTime")}
    assert bought == known.subscriptions
    invoices = once(found.invoices)
    assert known.invoices <= invoices.keys()
    assert {one["state"] for one in found.invoices} == {"STATE_PAID"}
    first = Counter(one["subscriptionId"] for one in found.invoices if one["reason"] == "REASON_SUBSCRIPTION_CREATE")
    assert first == dict.fromkeys(bought, 1), "each subscription has one first invoice"
    payments = {id: (one["state"], int(one["amountMinor"])) for id, one in once(found.payments).items()}
    assert payments == known.payments
    refunds = {id: int(one["amountMinor"]) for id, one in once(found.refunds).items()}
    assert refunds == known.refunds and {one["state"] for one in found.refunds} == {"STATE_SUCCEEDED"}


def check_ledger(found: Found, known: Acknowledged) -> None:
    """Every transaction sums to zero; grants, payments, refunds and invoices are each posted once."""
    once(found.entries)
    sums: dict[str, int] = defaultdict(int)
    for one in found.entries:
        sums[one["transactionId"]] += int(one["amountMinor"])
    assert not any(sums.values())
    assert found.amounts("GOODWILL") == {id: [minor] for id, minor in known.grants.items()}
    assert found.amounts("CASH") == {id: [minor] for id, minor in booked(found).items()}
    issued = found.amounts("REVENUE")
    assert issued.keys() == {one["id"] for one in found.invoices}
    assert all(len(amounts) == 1 for amounts in issued.values())


def booked(found: Found) -> dict[str, int]:
    """What came and went by the books: id of the payment or refund → amount."""
    came = {one["id"]: int(one["amountMinor"]) for one in found.payments if one["state"] == "STATE_SUCCEEDED"}
    return came | {one["id"]: -int(one["amountMinor"]) for one in found.refunds}


def check_usage(client: httpx.Client, tenant_id: str, known: Acknowledged) -> None:
    events = list(pages(client, f"/api/v1/billing/usage/{tenant_id}/events", "events", meter=METER))
    assert {one["id"]: int(one["quantity"]) for one in events} == known.events
    assert len(events) == len(known.events)
    meters = ok(client.get(f"/api/v1/billing/usage/{tenant_id}"))["meters"]
    (counted,) = [int(one["quantity"]) for one in meters if one["meter"]["id"] == METER]
    assert counted == sum(known.events.values())


async def moved(url: str) -> list[Movement]:
    """What the sandbox has moved, as it tells of it."""
    backend = SqlBackend(url)
    books: Store[BooksUnit] = Store(backend, "billing", BooksUnit, clock=Clock(), sealer=Sealer(b"s" * 32))
    sandbox = Sandbox(BooksSandboxState(books), Clock(), secret=b"s" * 32, page="", env="development")
    now = Clock().now()
    found = [one async for one in sandbox.list_movements(now - timedelta(days=1), now + timedelta(hours=1))]
    await backend.close()
    return found


def check_provider(movements: list[Movement], found: Found) -> None:
    """Each charge and refund at the provider is one of the books, and the other way round."""
    assert {one.kind for one in movements} == {MovementKind.CHARGE, MovementKind.REFUND}
    assert {one.idempotency_key: one.amount_minor for one in movements} == booked(found)
    assert len(movements) == len(booked(found))
    assert sum(one.amount_minor for one in movements) == sum(map(sum, found.amounts("CASH").values()))
