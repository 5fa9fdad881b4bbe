"""Usage: how fast one sender's events are taken, how soon each is billable, and what rating many of them takes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx

from actors.billing.domain.billed_period import BilledPeriod, period_id
from actors.billing.domain.canonical import lines_hash
from actors.billing.domain.charges import usage_lines
from actors.billing.domain.meter import Aggregation
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import Model, Tier
from actors.billing.freezing import SETTLING, frozen
from actors.billing.settings import BillingSettings
from actors.billing.standing import live_subscription
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel.call import system_call
from actors.kernel.clock import Clock
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings
from actors.kernel.store.mongo import MongoBackend
from actors.kernel.store.sql import SqlBackend
from actors.kernel.store.unit import Store
from bench import measure, servers
from tests.billing.making import metered, terms_of
from tests.billing.subscriber import put_meters, put_subscription
from tests.journeys.platform import Platform, ok

Rows = list[dict[str, Any]]
SEALER = Sealer(b"the secret of a measurement, 32 bytes!")
TERMS = terms_of(
    metered("exports", Tier(100_000, 2_000), Tier(0, 1_000), model=Model.GRADUATED, free_units=1000),
)
GOAL_PER_SECOND = 20_000
GOAL_MS = 1000


@dataclass
class Later(Clock):
    """The real time, so much later."""

    by: timedelta = timedelta(0)
    _last_id: int = field(default=0)

    def _millis(self) -> int:
        return super()._millis() + self.by // timedelta(milliseconds=1)


@asynccontextmanager
async def room_of(platform: Platform) -> AsyncIterator[Any]:
    """Billing's stores of a running platform, for what has no method yet when it is measured."""
    found = servers.addresses(platform)
    settings = PlatformSettings(home=platform.home, mongodb_url=found["ATRIUM_MONGODB_URL"])
    mongo, sql = MongoBackend(str(settings.mongodb_url), settings.mongodb_database), SqlBackend(settings.books_url)
    clock = Later()
    try:
        yield SimpleNamespace(
            clock=clock,
            settings=BillingSettings(),
            store=Store(mongo, "billing", BillingUnit, clock=clock, sealer=SEALER),
            books=Store(sql, "billing", BooksUnit, clock=clock, sealer=SEALER),
        )
    finally:
        await mongo.close()
        await sql.close()


class UsageBench:
    """One tenant with a metered plan on a running platform."""

    def __init__(self, platform: Platform, quick: bool) -> None:
        self.platform, self.quick = platform, quick
        self.tenant, self.token = platform.tenant_admin(platform.set_up(), f"u-{uuid.uuid4().hex[:8]}")
        asyncio.run(self._subscribe())

    async def _subscribe(self) -> None:
        async with room_of(self.platform) as room:
            await put_meters(room, exports=Aggregation.SUM)
            await asyncio.sleep(2)  # the period that it began with has a length
            await put_subscription(room, self.tenant["id"], TERMS)

    def _pids(self) -> dict[str, list[int]]:
        status = self.platform.status()
        found = {name: [status["components"][name]["pid"]] for name in ("envoy", "mongod")}
        return found | {"billing": [one["pid"] for one in status["modules"]["billing"]]}

    @contextmanager
    def sender(self, events: int, run: str = "") -> Iterator[subprocess.Popen[str]]:
        """A sender that is ready and waits for a line; of events that are new, unless a run that was sent is named."""
        address = self.platform.url.removeprefix("http://")
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.usage_sender", address, self.token, run or uuid.uuid4().hex, str(events)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=servers.ROOT,
        )  # fmt: skip
        try:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()
            process.communicate()

    @staticmethod
    def begin(sender: subprocess.Popen[str]) -> None:
        assert sender.stdin is not None
        sender.stdin.write("go\n")
        sender.stdin.flush()

    @staticmethod
    def outcome(sender: subprocess.Popen[str]) -> dict[str, Any]:
        assert sender.stdout is not None
        found: dict[str, Any] = json.loads(sender.stdout.readline())
        return found

    def streamed(self, events: int, run: str = "") -> tuple[dict[str, Any], dict[str, float]]:
        """Sends so many events, and watches what each process takes. Microseconds of CPU an event."""
        watched = {f"{name} {pid}": pid for name, pids in self._pids().items() for pid in pids}
        with self.sender(events, run) as sender:
            before = measure.cpu_seconds(watched)
            self.begin(sender)
            outcome = self.outcome(sender)
            after = measure.cpu_seconds(watched)
        count = outcome["accepted"] + outcome["duplicates"]
        taken: dict[str, float] = {"sender": outcome["cpu"] / count * 1e6}
        for name in watched:
            hop = name.partition(" ")[0]
            taken[hop] = taken.get(hop, 0.0) + (after[name] - before[name]) / count * 1e6
        return outcome, taken

    # (i)

    def ingest(self) -> Rows:
        """Events a second from one stream, all of them durable and in the totals; then the same ones again."""
        rounds, events = (2, 60_000) if self.quick else (5, 200_000)
        self.streamed(20_000)
        new, again = [], []
        for _ in range(rounds):
            run = uuid.uuid4().hex
            new.append(self.streamed(events, run))
            again.append(self.streamed(events, run))
        assert all(one["accepted"] == events for one, _ in new), "each counts"
        assert all((one["accepted"], one["duplicates"]) == (0, events) for one, _ in again), "each counts once"
        return [self._rate_row("new events", new), self._rate_row("sent again", again)]

    @staticmethod
    def _rate_row(what: str, runs: list[tuple[dict[str, Any], dict[str, float]]]) -> dict[str, Any]:
        rate = measure.median((one["accepted"] + one["duplicates"]) / one["seconds"] for one, _ in runs)
        spent = ", ".join(f"{hop} {measure.median(taken[hop] for _, taken in runs):.1f}" for hop in runs[0][1])
        return {
            "case": "i",
            "what": f"usage from one stream, {what} (CPU us an event: {spent})",
            "atrium": f"{rate:.0f}/s",
            "bare": "",
            "ratio": round(rate / GOAL_PER_SECOND, 2),
            "goal": f">= {GOAL_PER_SECOND}/s",
            "met": rate >= GOAL_PER_SECOND,
        }

    # (j)

    def latency(self) -> Rows:
        """From sending an event to the answer of a GetUsage that has it, in quantity and amount: alone, and while a
        stream goes on that takes all it can get."""
        count = 60 if self.quick else 300
        rows = [self._latency("", [self._seen() for _ in range(count)])]
        with self.sender(1_000_000 if not self.quick else 200_000) as sender:
            self.begin(sender)
            seen: list[float] = []
            while sender.stdout is not None and len(seen) < count:
                seen.append(self._seen(exact=False))
            rows.append(self._latency(" beside a stream", seen))
        return rows

    @staticmethod
    def _latency(where: str, seen: list[float]) -> dict[str, Any]:
        middle, far = measure.percentile(seen, 0.5) * 1000, measure.percentile(seen, 0.99) * 1000
        return {
            "case": "j",
            "what": f"event sent to visible and billable{where}, p50 / p99",
            "atrium": f"{middle:.0f} / {far:.0f} ms",
            "bare": "",
            "ratio": round(far / GOAL_MS, 2),
            "goal": f"p99 <= {GOAL_MS} ms",
            "met": far <= GOAL_MS,
        }

    def _seen(self, exact: bool = True) -> float:
        """Seconds until one event is seen. Its quantity is so large that no others hide it."""
        quantity = 10_000_000
        with self.platform.client(self.token) as client:
            before = self._exports(client)
            started = time.perf_counter()
            event = {"id": str(uuid.uuid4()), "meter": "exports", "quantity": str(quantity)}
            ok(client.post("/api/v1/billing/usage", json={"events": [event]}))
            while True:
                now = self._exports(client)
                if int(now["quantity"]) >= int(before["quantity"]) + quantity:
                    assert int(now["amountMinor"]) > int(before["amountMinor"])
                    return time.perf_counter() - started

    def _exports(self, client: httpx.Client) -> dict[str, Any]:
        shown = ok(client.get(f"/api/v1/billing/usage/{self.tenant['id']}"))
        return next(one for one in shown["meters"] if one["meter"]["id"] == "exports")

    # (k)

    def rating(self) -> Rows:
        """Freezing and rating a period with a million events, and again: the lines are the same to the byte."""
        missing = (100_000 if self.quick else 1_000_000) - asyncio.run(self._events())
        if missing > 0:
            self.streamed(-(-missing // 1000) * 1000)
        seconds, events = asyncio.run(self._rate())
        return [
            {
                "case": "k",
                "what": f"rating one invoice over {events} events",
                "atrium": f"{seconds * 1000:.0f} ms",
                "bare": "",
                "ratio": "",
                "goal": "<= 1 s",
                "met": seconds <= 1,
            }
        ]

    async def _period(self, room: Any) -> tuple[Subscription, BilledPeriod]:
        async with room.books.unit(system_call(self.tenant["id"]), aside=True) as unit:
            subscription = await live_subscription(unit, self.tenant["id"])
            assert subscription is not None
            return subscription, await unit.periods.get(period_id(subscription.id, subscription.period_number))

    async def _events(self) -> int:
        async with room_of(self.platform) as room, room.store.unit(system_call(self.tenant["id"])) as unit:
            return int(await unit.usage_events.count())

    async def _rate(self) -> tuple[float, int]:
        async with room_of(self.platform) as room:
            subscription, period = await self._period(room)
            room.clock.by = period.end_time + room.settings.grace + 2 * SETTLING - room.clock.now()
            times, hashes, events = [], set(), 0
            for _ in range(5):
                started = time.perf_counter()
                logs = await frozen(room, subscription, period)
                lines = usage_lines(period, TERMS, {log.meter: log.quantity for log in logs})
                times.append(time.perf_counter() - started)
                hashes.add(lines_hash(lines))
                events = sum(log.events for log in logs)
            assert len(hashes) == 1, "lines that are computed again are the same to the byte"
            return measure.median(times), events
