"""What is measured; README.md says against what, and why."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
from motor.motor_asyncio import AsyncIOMotorClient

from actors import MODULES
from actors.kernel import wire
from actors.kernel.access.policy import policy_of
from actors.kernel.call import Call, Principal, system_call
from actors.kernel.clock import Clock
from actors.kernel.events.inbox import Reaction, Reactions
from actors.kernel.events.jetstream import JetStreamBus, connect
from actors.kernel.events.outbox import Outbox
from actors.kernel.events.relay import Relay, nudge_name
from actors.kernel.sealing import Sealer
from actors.kernel.store.contract import Collection, Index, Reach, inbox_of, outbox_of
from actors.kernel.store.mongo import MongoBackend
from actors.kernel.store.unit import Records, Store, Unit
from actors.tenants.domain.tenant import Isolation, Tenant, TenantRestored, new_tenant
from bench import measure, servers
from tests.journeys.platform import PASSWORD, ROOT, Platform

Rows = list[dict[str, Any]]
SEALER = Sealer(b"the secret of a measurement, 32 bytes!")

THINGS: Collection[Tenant] = Collection(
    "bench_things", Tenant, Reach.PLATFORM, indexes=(Index(("slug_key",), unique=True),)
)


class BenchUnit(Unit):
    @property
    def things(self) -> Records[Tenant]:
        return Records(self, THINGS)


@dataclass
class Bench:
    """One platform, started once for all cases."""

    platform: Platform
    quick: bool

    def processes(self) -> dict[str, int]:
        status = self.platform.status()
        found = {name: one["pid"] for name, one in status["components"].items()}
        return found | {name: replicas[0]["pid"] for name, replicas in status["modules"].items()}

    # (a) and (f)

    def read(self) -> tuple[Rows, Rows]:
        """GET of one tenant: through the platform, and through a bare handler behind the same Envoy."""
        admin = self.platform.set_up()
        tenant = self.platform.create_tenant(admin, f"t-{uuid.uuid4().hex[:8]}")
        pids = self.processes()
        rounds, requests = (3, 1500) if self.quick else (7, 4000)
        with servers.bare_edge(self.platform, tenant["id"]) as (bare_url, bare_pid, bare_envoy):
            path = f"/api/v1/tenants/{tenant['id']}"
            ours_pids = {"envoy": pids["envoy"], "handler": pids["tenants"], "mongod": pids["mongod"]}
            bare_pids = {"envoy": bare_envoy, "handler": bare_pid, "mongod": pids["mongod"]}
            ours, bare = [], []
            for number in range(-1, rounds):
                a = asyncio.run(measure.get(self.platform.url + path, admin, requests, 32, ours_pids))
                b = asyncio.run(measure.get(bare_url + path, admin, requests, 32, bare_pids))
                if number >= 0:  # the first pair warms up
                    ours.append(a)
                    bare.append(b)
            ratio = measure.median(a.per_second / b.per_second for a, b in zip(ours, bare, strict=True))
            one_a = [
                asyncio.run(measure.get(self.platform.url + path, admin, 400, 1, ours_pids)) for _ in range(rounds)
            ]
            one_b = [asyncio.run(measure.get(bare_url + path, admin, 400, 1, bare_pids)) for _ in range(rounds)]
        single = measure.median(a.per_second / b.per_second for a, b in zip(one_a, one_b, strict=True))
        rows = [
            {
                "case": "a",
                "what": "GET one tenant, 32 connections",
                "atrium": f"{measure.median(r.per_second for r in ours):.0f}/s",
                "bare": f"{measure.median(r.per_second for r in bare):.0f}/s",
                "ratio": round(ratio, 2),
                "goal": ">= 0.75",
                "met": ratio >= 0.75,
            },
            {
                "case": "a",
                "what": "GET one tenant, 1 connection",
                "atrium": f"{measure.median(r.per_second for r in one_a):.0f}/s",
                "bare": f"{measure.median(r.per_second for r in one_b):.0f}/s",
                "ratio": round(single, 2),
                "goal": "",
                "met": True,
            },
        ]
        hops = []
        for hop in ("envoy", "handler", "mongod"):
            a = measure.median(r.cpu_microseconds(hop) for r in ours)
            b = measure.median(r.cpu_microseconds(hop) for r in bare)
            hops.append(
                {
                    "case": "f",
                    "what": f"CPU of a GET in {hop}",
                    "atrium": f"{a:.0f} us",
                    "bare": f"{b:.0f} us",
                    "ratio": round(a / b, 2),
                    "goal": "",
                    "met": True,
                }
            )
        return rows, hops

    def profile(self) -> list[str]:
        """Where the handler's process spends its time during GETs: the functions seen most, by py-spy."""
        admin = self.platform.set_up()
        tenant = self.platform.create_tenant(admin, f"t-{uuid.uuid4().hex[:8]}")
        pid = self.processes()["tenants"]
        out = self.platform.home / "profile.txt"
        spy = subprocess.Popen(
            [str(Path(sys.executable).parent / "py-spy"), "record", "--pid", str(pid), "--duration", "6",
             "--rate", "200", "--format", "raw", "--output", str(out), "--nonblocking"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        url = f"{self.platform.url}/api/v1/tenants/{tenant['id']}"
        give_up = time.monotonic() + 7
        while spy.poll() is None and time.monotonic() < give_up:
            asyncio.run(measure.get(url, admin, 500, 16, {}))
        spy.wait(20)
        seen: dict[str, int] = {}
        total = 0
        for line in out.read_text().splitlines() if out.exists() else []:
            stack, _, count = line.rpartition(" ")
            leaf = stack.rpartition(";")[2]
            if any(idle in leaf for idle in ("epoll", "select", "wait (threading", "_worker (concurrent")):
                continue
            seen[leaf] = seen.get(leaf, 0) + int(count)
            total += int(count)
        top = sorted(seen.items(), key=lambda pair: -pair[1])[:15]
        return [f"{count / total:6.1%}  {leaf}" for leaf, count in top]

    # (f) steps

    def steps(self) -> Rows:
        """What each step of the chain adds to a GET, in CPU microseconds, around a handler that does nothing."""
        return asyncio.run(_steps(5000 if self.quick else 40_000))

    # (b)

    def create(self) -> Rows:
        """A unit with a record, an announcement and an audit entry, against the same documents written bare."""
        url = servers.addresses(self.platform)["ATRIUM_MONGODB_URL"]
        rows = []
        for concurrency in (1, 16):
            rounds, count = (3, 100 * concurrency**0) if self.quick else (7, 300)
            ratios, ours, bare = asyncio.run(_create(url, rounds, count * (1 if concurrency == 1 else 3), concurrency))
            ratio = measure.median(ratios)
            rows.append(
                {
                    "case": "b",
                    "what": f"create and announce, {concurrency} at once",
                    "atrium": f"{measure.median(ours):.0f}/s",
                    "bare": f"{measure.median(bare):.0f}/s",
                    "ratio": round(ratio, 2),
                    "goal": ">= 0.5",
                    "met": ratio >= 0.5,
                }
            )
        return rows

    # (c)

    def announce(self) -> Rows:
        """From the commit of an announcement to the reaction of another module."""
        found = servers.addresses(self.platform)
        latencies = asyncio.run(
            _announce(found["ATRIUM_MONGODB_URL"], found["ATRIUM_NATS_URL"], 300 if self.quick else 1500)
        )
        p50, p99 = measure.percentile(latencies, 0.5) * 1000, measure.percentile(latencies, 0.99) * 1000
        return [
            {"case": "c", "what": "announcement to reaction, p50", "atrium": f"{p50:.1f} ms", "bare": "", "ratio": "",
             "goal": "<= 50 ms", "met": p50 <= 50},
            {"case": "c", "what": "announcement to reaction, p99", "atrium": f"{p99:.1f} ms", "bare": "", "ratio": "",
             "goal": "<= 250 ms", "met": p99 <= 250},
        ]  # fmt: skip

    # (d)

    def sign_in(self) -> Rows:
        """Sign-ins a second for each core that IAM used, at the chosen argon2 cost."""
        self.platform.set_up()
        pid = self.processes()["iam"]
        count = 60 if self.quick else 300
        before = measure.cpu_seconds({"iam": pid})["iam"]
        started = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: self.platform.sign_in(ROOT, password=PASSWORD), range(count)))
        seconds = time.perf_counter() - started
        used = measure.cpu_seconds({"iam": pid})["iam"] - before
        per_core = count / used
        return [
            {"case": "d", "what": "sign-ins a second and core", "atrium": f"{per_core:.0f}/s", "bare": "", "ratio": "",
             "goal": ">= 15/s", "met": per_core >= 15},
            {"case": "d", "what": "sign-ins a second, this machine", "atrium": f"{count / seconds:.0f}/s", "bare": "",
             "ratio": "", "goal": "", "met": True},
        ]  # fmt: skip

    # (e)

    def start(self) -> Rows:
        """A warm start, and what each process then holds in memory."""
        self.platform.stop()
        started = time.perf_counter()
        self.platform.start()
        seconds = time.perf_counter() - started
        rows: Rows = [
            {"case": "e", "what": "warm start to a working URL", "atrium": f"{seconds:.1f} s", "bare": "", "ratio": "",
             "goal": "<= 15 s", "met": seconds <= 15}
        ]  # fmt: skip
        for name, pid in self.processes().items():
            memory = psutil.Process(pid).memory_full_info()
            rows.append(
                {"case": "e", "what": f"memory of {name}", "atrium": f"{memory.rss / 2**20:.0f} MB RSS",
                 "bare": f"{memory.pss / 2**20:.0f} MB PSS", "ratio": "", "goal": "", "met": True}
            )  # fmt: skip
        return rows


def many_tenants(quick: bool) -> Rows:
    """List, search and get among 10,000 tenants, against the same among 100; two platforms, asked in turn."""
    sizes = {"few": 100, "many": 10_000}
    rounds, asked = (3, 40) if quick else (5, 120)
    with contextlib.ExitStack() as ends:
        clients: dict[str, httpx.Client] = {}
        ids: dict[str, list[str]] = {}
        words: dict[str, list[str]] = {}
        for name, size in sizes.items():
            started = ends.enter_context(servers.platform())
            seeded = started.command("seed", "--tenants", str(size), "--users", str(size), "--days", "10", seconds=600)
            assert seeded.returncode == 0, seeded.stderr
            clients[name] = ends.enter_context(started.client(started.set_up()))
            page = clients[name].get("/api/v1/tenants", params={"page_size": 100}).json()["tenants"]
            ids[name] = [tenant["id"] for tenant in page]
            words[name] = [tenant["displayName"] for tenant in page]

        def ask(name: str, what: str, number: int) -> float:
            client = clients[name]
            started = time.perf_counter()
            if what == "get":
                answer = client.get(f"/api/v1/tenants/{ids[name][number % 100]}")
            elif what == "search":
                answer = client.get("/api/v1/tenants", params={"query": words[name][number % 100], "page_size": 50})
            elif what == "list by name":
                answer = client.get("/api/v1/tenants", params={"order": "ORDER_NAME", "page_size": 50})
            else:
                answer = client.get("/api/v1/tenants", params={"page_size": 50, "descending": True})
            assert answer.status_code == 200, answer.text
            return time.perf_counter() - started

        rows: Rows = []
        for what in ("list", "list by name", "search", "get"):
            ratios, few, many = [], [], []
            for number in range(-1, rounds):
                taken = {name: [ask(name, what, n) for n in range(asked)] for name in sizes}
                if number >= 0:
                    a, b = (measure.percentile(taken[name], 0.95) for name in ("many", "few"))
                    ratios.append(a / b)
                    many.append(a)
                    few.append(b)
            ratio = measure.median(ratios)
            rows.append(
                {
                    "case": "g",
                    "what": f"{what} at 10,000 tenants, p95",
                    "atrium": f"{measure.median(many) * 1000:.1f} ms",
                    "bare": f"{measure.median(few) * 1000:.1f} ms at 100",
                    "ratio": round(ratio, 2),
                    "goal": "<= 1.2",
                    "met": ratio <= 1.2,
                }
            )
    return rows


async def _steps(count: int) -> Rows:
    """Composes the chain around an empty handler with more and more steps, and times each."""
    from actors.api.tenants.v1 import GetTenantRequest
    from actors.api.tenants.v1 import Tenant as TenantMessage
    from actors.kernel.host import chain as steps_of
    from tests.world import World

    rows: Rows = []
    async with World() as world:
        admin = await world.set_up()
        host = world.hosts["tenants"]
        method = policy_of(MODULES).methods["atrium.tenants.v1.TenantService/GetTenant"]
        answer, request = TenantMessage(id="ten_x"), GetTenantRequest(id="ten_x")

        async def handler(_: Any, call: Call) -> Any:
            return answer

        order = (
            *("audit", "idempotency", "retry", "validation", "subscription"),
            *("tenant", "access", "errors", "telemetry"),
        )
        run, last = handler, 0.0
        for name in ("handler", *order):
            if name != "handler":
                composed = getattr(steps_of, name)(host.chain, method, run)
                if composed is run:
                    continue
                run = composed
            best = float("inf")
            for _ in range(5):
                started = time.process_time()
                for _ in range(count):
                    call = Call(
                        principal=Principal(user_id="x", realm="platform"),
                        method=method,
                        request=request,
                        headers={"authorization": f"Bearer {admin}"},
                    )
                    await run(request, call)
                best = min(best, (time.process_time() - started) / count * 1e6)
            rows.append(
                {
                    "case": "f",
                    "what": "Call and empty handler" if name == "handler" else f"+ {name}",
                    "atrium": f"{best - last:.2f} us",
                    "bare": "",
                    "ratio": "",
                    "goal": "",
                    "met": True,
                }
            )
            last = best
    rows.append(
        {
            "case": "f",
            "what": "the whole chain",
            "atrium": f"{last:.2f} us",
            "bare": "",
            "ratio": "",
            "goal": "",
            "met": True,
        }
    )
    return rows


def _thing(clock: Clock) -> Tenant:
    id = clock.new_id("ten")
    tenant = new_tenant(
        id=id,
        slug=id.lower(),
        display_name="A thing to measure",
        plan="standard",
        tier="standard",
        isolation=Isolation.POOL,
        admin_email="ada@example.com",
        admin_display_name="Ada",
        locale="en",
        time_zone="UTC",
        at=clock.now(),
    )
    return tenant.but(TenantRestored(tenant_id=id))


async def _create(url: str, rounds: int, count: int, concurrency: int) -> tuple[list[float], list[float], list[float]]:
    clock = Clock()
    backend = MongoBackend(url, "atrium_bench")
    await backend.ensure([THINGS, outbox_of("tenants"), inbox_of("tenants")])
    store: Store[BenchUnit] = Store(backend, "tenants", BenchUnit, clock=clock, sealer=SEALER)
    method = policy_of(MODULES).methods["atrium.tenants.v1.TenantService/CreateTenant"]
    client: Any = AsyncIOMotorClient(url, tz_aware=True)
    database = client["atrium_bench"]

    async def ours() -> None:
        call = Call(principal=Principal(user_id="usr_x", realm="platform", email="a@example.com"), method=method)
        async with store.unit(call) as unit:
            unit.things.put(_thing(clock))

    # What one of our units writes, to be written by hand.
    await ours()
    entries = await database["tenants_outbox"].find().to_list(10)

    async def bare() -> None:
        thing = wire.document(_thing(clock))
        thing["_id"] = thing.pop("id")
        left = [{**entry, "_id": clock.new_id("evt")} for entry in entries]
        async with await client.start_session() as session, session.start_transaction():
            await database["bench_things"].insert_one(thing, session=session)
            await database["tenants_outbox"].insert_many(left, session=session)

    async def rate(work: Any) -> float:
        waiting = list(range(count))

        async def worker() -> None:
            while waiting:
                waiting.pop()
                await work()

        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(concurrency)))
        return count / (time.perf_counter() - started)

    assert len(entries) == 2, f"a unit leaves {len(entries)} outbox entries"
    ratios, a, b = [], [], []
    for number in range(-1, rounds):
        x, y = await rate(ours), await rate(bare)
        if number >= 0:
            ratios.append(x / y)
            a.append(x)
            b.append(y)
    await client.drop_database("atrium_bench")
    client.close()
    await backend.close()
    return ratios, a, b


@contextlib.asynccontextmanager
async def _running(*work: Any) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _announce(mongodb: str, nats: str, count: int) -> list[float]:
    """Announces at a steady pace in one module, with the relay and the other module's reactions as in production."""
    clock = Clock()
    backend = MongoBackend(mongodb, "atrium_bench")
    # Names of their own, so that the platform's own modules take no part.
    await backend.ensure([THINGS, outbox_of("tenants"), inbox_of("benchiam")])
    bus = JetStreamBus(await connect(nats, "bench"))
    store: Store[BenchUnit] = Store(
        backend,
        "tenants",
        BenchUnit,
        clock=clock,
        sealer=SEALER,
        committed=lambda: bus.nudge(nudge_name("tenants-bench")),
    )
    reacting: Store[BenchUnit] = Store(backend, "benchiam", BenchUnit, clock=clock, sealer=SEALER)
    relay = Relay("tenants-bench", Outbox(backend, outbox_of("tenants")), bus)
    committed: dict[str, float] = {}
    reacted: dict[str, float] = {}
    everything = asyncio.Event()

    async def react(event: Any, call: Call) -> None:
        async with reacting.unit(call.within("")):
            pass
        reacted.setdefault(event.tenant_id, time.perf_counter())
        if len(reacted) >= count:
            everything.set()

    def mine(event: Any) -> bool:
        return event.tenant_id in committed

    async def only_mine(event: Any, call: Call) -> None:
        if mine(event):
            await react(event, call)

    reactions = Reactions("benchiam", [Reaction("TenantRestored", only_mine, "tenants")], reacting, bus)
    async with _running(relay.run(), reactions.run_single(["tenants"])):
        await asyncio.sleep(1.5)  # the lease and the consumer
        for _ in range(count):
            thing = _thing(clock)
            committed[thing.id] = time.perf_counter()
            async with store.unit(system_call()) as unit:
                unit.things.put(thing)
            committed[thing.id] = time.perf_counter()
            await asyncio.sleep(timedelta(milliseconds=15).total_seconds())
        await asyncio.wait_for(everything.wait(), 60)
    client: Any = AsyncIOMotorClient(mongodb)
    await client.drop_database("atrium_bench")
    client.close()
    await backend.close()
    await bus.js.delete_consumer("ATRIUM_TENANTS", "benchiam")
    await bus.close()
    return [reacted[id] - committed[id] for id in reacted]
