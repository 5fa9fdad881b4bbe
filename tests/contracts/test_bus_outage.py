"""What the bus on JetStream promises beyond the suite: over kills of the server, slow handlers and age limits."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from actors.kernel.clock import ManualClock
from actors.kernel.errors import DependencyUnavailable
from actors.kernel.events.contract import Envelope, Source
from actors.kernel.events.jetstream import leases, stream_name
from actors.kernel.events.outbox import Outbox
from actors.kernel.events.relay import Relay
from actors.kernel.store.memory import MemoryBackend
from tests.contracts.buses import JetStreamBuses, Seen, background, consuming, envelope, until
from tests.contracts.things import POOLED, Shop, TenantRestored, Thing, shop_over
from tests.servers import Server

pytestmark = pytest.mark.live
LEASE = 2.8


@pytest.fixture
async def buses(nats_server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[JetStreamBuses]:
    monkeypatch.setattr(leases, "LEASE_SECONDS", LEASE)
    found = JetStreamBuses(nats_server)
    yield found
    await found.close()


async def test_kills_of_the_server_lose_and_repeat_nothing(buses: JetStreamBuses) -> None:
    publisher, one, two = [await buses.replica() for _ in range(3)]
    first, second = Seen(), Seen()
    told: list[str] = []
    sent: list[str] = []
    stop = asyncio.Event()

    async def publish() -> None:
        while not stop.is_set():
            batch = [envelope() for _ in range(5)]
            while True:  # as the relay does: the same again until it is said to be durable
                try:
                    await publisher.publish(batch)
                    break
                except DependencyUnavailable:
                    await asyncio.sleep(0.05)
            sent.extend(e.id for e in batch)
            await asyncio.sleep(0.005)

    publishing = asyncio.create_task(publish())
    since = datetime.now(UTC) - timedelta(minutes=1)
    async with (
        consuming(one, "shared", first),
        consuming(two, "shared", second),
        background(two.replay([Source("alpha", "Made")], since, lambda e: told.append(e.id))),
    ):
        for _ in range(2):
            enough = len(sent) + 100
            await until(lambda enough=enough: len(sent) >= enough)  # type: ignore[misc]
            buses.server.kill()
            await asyncio.to_thread(buses.server.start)
        enough = len(sent) + 100
        await until(lambda: len(sent) >= enough)
        stop.set()
        await publishing
        await until(lambda: set(sent) <= {*first.ids, *second.ids}, "everything is consumed")
        await until(lambda: set(sent) <= set(told), "everything is replayed")
    stored = (await publisher.js.stream_info(stream_name("alpha"))).state.messages
    assert stored == len(sent) == len(set(sent))


async def test_over_outages_a_replica_ends_with_the_last_event_of_each_subject(buses: JetStreamBuses) -> None:
    publisher, one = await buses.replica(), await buses.replica()
    held: dict[str, int] = {}
    last: dict[str, int] = {}

    async def publish(rounds: int) -> None:
        for _ in range(rounds):
            for tenant in ("ten_1", "ten_2", "ten_3"):
                sent = envelope(tenant=tenant)
                while True:
                    try:
                        await publisher.publish([sent])
                        break
                    except DependencyUnavailable:
                        await asyncio.sleep(0.05)
                last[tenant] = int(sent.id.removeprefix("evt_"))

    def hear(told: Envelope) -> None:  # an older one that comes later is dropped, as whoever listens does
        held[told.tenant_id] = max(held.get(told.tenant_id, 0), int(told.id.removeprefix("evt_")))

    async with background(one.replay([Source("alpha", "Made")], None, hear)):
        for _ in range(2):
            await publish(3)
            await until(lambda: held == last, "the last is known")
            buses.server.kill()
            publishing = asyncio.create_task(publish(3))
            await asyncio.to_thread(buses.server.start)
            await publishing
            await until(lambda: held == last, "the last is known after an outage")


async def test_publishing_to_a_server_that_is_down_is_refused_and_can_be_repeated(buses: JetStreamBuses) -> None:
    bus, seen = await buses.replica(), Seen()
    sent = [envelope() for _ in range(20)]
    buses.server.kill()
    for _ in range(3):
        with pytest.raises(DependencyUnavailable):
            await bus.publish(sent)
    assert not await bus.healthy()
    await asyncio.to_thread(buses.server.start)
    await until(bus.healthy)
    await bus.publish(sent)
    async with consuming(bus, "one", seen, at_once=1):
        await until(lambda: len(seen.ids) == 20)
    assert seen.ids == [one.id for one in sent]


async def test_lost_acknowledgements_do_not_use_up_the_room_for_new_ones(buses: JetStreamBuses) -> None:
    bus = await buses.replica()
    assert buses.server._process is not None
    pid = buses.server._process.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        tries = [asyncio.create_task(bus.publish([envelope() for _ in range(500)])) for _ in range(2)]
        await asyncio.sleep(0.2)
        for task in tries:
            task.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
        assert bus.js.publish_async_pending() == 0
    finally:
        os.kill(pid, signal.SIGCONT)
    await until(bus.healthy)
    await bus.publish([envelope()])


async def test_an_event_in_slow_hands_is_not_given_to_others(buses: JetStreamBuses) -> None:
    buses.options = {"ack_seconds": 0.6}
    one, two = await buses.replica(), await buses.replica()
    handled: list[tuple[str, int]] = []

    async def slow(envelopes: list[Envelope]) -> None:
        await asyncio.sleep(1.5)
        handled.extend((e.id, e.deliveries) for e in envelopes)

    sent = [envelope() for _ in range(4)]
    async with consuming(one, "slow", slow, at_once=1), consuming(two, "slow", slow, at_once=1):
        await one.publish(sent)
        await until(lambda: len(handled) >= 4)
    assert sorted(handled) == [(one.id, 1) for one in sent], "waiting for a free handler counts as good hands too"


async def test_events_of_a_killed_replica_go_to_another(buses: JetStreamBuses) -> None:
    buses.options = {"ack_seconds": 1.0}
    bus, seen = await buses.replica(), Seen()
    sent = [envelope() for _ in range(3)]
    await bus.publish(sent)
    program = (
        "import asyncio, sys\n"
        "from actors.kernel.events.contract import Source\n"
        "from actors.kernel.events.jetstream import JetStreamBus, connect\n"
        "async def handle(envelopes):\n"
        "    print('taken', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "async def main():\n"
        "    bus = JetStreamBus(await connect(sys.argv[1], 'doomed'), ack_seconds=1.0)\n"
        "    await bus.consume('shared', [Source('alpha', 'Made')], handle)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", program, buses.server.url]
    doomed = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert doomed.stdout is not None
        assert await doomed.stdout.readline() == b"taken\n"
    finally:
        doomed.kill()
        await doomed.wait()
    async with consuming(bus, "shared", seen):
        await until(lambda: len(seen.ids) == 3)
    assert sorted(seen.ids) == [one.id for one in sent]


async def test_a_lease_of_a_holder_that_is_cut_off_is_passed_on(buses: JetStreamBuses) -> None:
    one, two = await buses.replica(), await buses.replica()
    async with one.lead("relay.alpha") as holding:
        assert holding()
        await one.client.close()  # the process would be gone: nothing renews, nothing gives it back
        started = time.monotonic()
        async with two.lead("relay.alpha") as others:
            assert others()
            assert not holding(), "two hold the lease"
            assert LEASE / 2 < time.monotonic() - started < 3 * LEASE


async def test_a_lease_is_kept_for_longer_than_its_term(buses: JetStreamBuses) -> None:
    one, two = await buses.replica(), await buses.replica()
    taken = asyncio.Event()

    async def other() -> None:
        async with two.lead("relay.alpha"):
            taken.set()
            await asyncio.Event().wait()

    async with contextlib.AsyncExitStack() as stack:
        async with one.lead("relay.alpha") as holding:
            await stack.enter_async_context(background(other()))
            give_up = time.monotonic() + LEASE * 1.4
            while time.monotonic() < give_up:
                assert holding() and not taken.is_set()
                await asyncio.sleep(0.05)
        await asyncio.wait_for(taken.wait(), LEASE)


async def test_a_schedule_outlives_the_age_limit_of_its_stream(buses: JetStreamBuses) -> None:
    buses.options = {"keep": timedelta(seconds=2)}
    bus, seen = await buses.replica(), Seen()
    due = (datetime.now(UTC) + timedelta(seconds=5)).replace(microsecond=0)
    waiting = envelope(
        "Due", subject="schedule.alpha.job", schedule=f"@at {due:%Y-%m-%dT%H:%M:%SZ}", target="atrium.alpha.Due.ten_1"
    )
    await bus.publish([waiting, envelope("Old")])
    state = (await bus.js.stream_info(stream_name("alpha"))).state
    assert state.messages == 2

    async def aged() -> bool:
        return (await bus.js.stream_info(stream_name("alpha"))).state.messages == 1

    await until(aged, "the other one is past its age")
    async with consuming(bus, "one", seen, "Due"):
        await until(lambda: seen.ids)
    assert seen.envelopes[0].payload == waiting.payload


async def test_the_relay_moves_everything_once_over_a_kill(buses: JetStreamBuses) -> None:
    shop = await shop_over(MemoryBackend(), ManualClock(datetime.now(UTC).replace(microsecond=0)))
    bus, seen = await buses.replica(), Seen()
    await bus.ensure(["tenants"])
    relays = [Relay("tenants", Outbox(shop.backend, shop.store.outbox), bus) for _ in range(2)]

    async def change(number: int) -> None:
        await shop.put(Thing(id=f"t{number:03}").but(TenantRestored(tenant_id=POOLED)))

    sources = [Source("tenants", "TenantRestored")]
    async with (
        background(relays[0].run()),
        background(relays[1].run()),
        background(bus.consume("one", sources, seen)),
    ):
        for number in range(150):
            await change(number)
            if number == 70:
                buses.server.kill()
            if number == 120:
                await asyncio.to_thread(buses.server.start)
        await until(lambda: len(set(seen.ids)) >= 150)
        await until(lambda: _empty(shop))
    assert (await bus.js.stream_info(stream_name("tenants"))).state.messages == 150
    assert len(set(seen.ids)) == 150
    assert sum(relay.leading for relay in relays) <= 1


async def _empty(shop: Shop) -> bool:
    return not await shop.outbox()
