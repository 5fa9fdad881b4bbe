"""What every bus promises (`actors/kernel/events/contract.py`)."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from actors.kernel.events.contract import MOST_DELIVERIES, Bus, Envelope, Source
from tests.contracts.buses import Buses, Seen, background, consuming, envelope, until


async def test_an_event_arrives_as_it_was_published(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    sent = envelope(key="thing_1", actor_id="usr_1", request_id="req-ü")
    await bus.publish([sent])
    async with consuming(bus, "one", seen):
        await until(lambda: seen.envelopes)
    (found,) = seen.envelopes
    assert dataclasses.replace(found, stored_ms=0) == sent
    assert abs(found.stored_ms / 1000 - datetime.now(UTC).timestamp()) < 60
    assert found.module == "alpha"


async def test_what_was_published_before_a_consumer_was_there_is_handed_to_it(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    sent = [envelope() for _ in range(40)]
    await bus.publish(sent)
    async with consuming(bus, "one", seen, at_once=1):
        await until(lambda: len(seen.ids) == 40)
    assert seen.ids == [one.id for one in sent]


async def test_an_id_published_again_is_dropped(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    sent = [envelope() for _ in range(3)]
    await bus.publish(sent)
    await bus.publish([*sent, last := envelope()])
    async with consuming(bus, "one", seen, at_once=1):
        await until(lambda: last.id in seen.ids)
    assert seen.ids == [one.id for one in (*sent, last)]


async def test_a_consumer_gets_the_events_it_asked_for(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    wanted = [envelope("Made"), envelope("Sold", tenant=""), envelope("Made", module="beta")]
    await bus.publish([envelope("Lost"), wanted[0], wanted[1], envelope("Sold", module="beta"), wanted[2]])
    sources = [Source("alpha", "Made"), Source("alpha", "Sold"), Source("beta", "Made")]
    async with background(bus.consume("one", sources, seen)):
        await until(lambda: len(seen.ids) == 3)
    assert sorted(seen.ids) == sorted(one.id for one in wanted)


async def test_every_consumer_gets_every_event(buses: Buses) -> None:
    bus, one, two = await buses.replica(), Seen(), Seen()
    sent = [envelope() for _ in range(5)]
    async with consuming(bus, "one", one), consuming(bus, "two", two):
        await bus.publish(sent)
        await until(lambda: len(one.ids) == len(two.ids) == 5)


async def test_replicas_share_the_work_of_one_consumer(buses: Buses) -> None:
    async def slow(seen: Seen, envelopes: list[Envelope]) -> None:
        await asyncio.sleep(0.005)
        await seen(envelopes)

    first, second = Seen(), Seen()
    one, two = await buses.replica(), await buses.replica()
    sent = [envelope() for _ in range(60)]
    async with (
        consuming(one, "shared", lambda e: slow(first, e), at_once=2),
        consuming(two, "shared", lambda e: slow(second, e), at_once=2),
    ):
        await one.publish(sent)
        await until(lambda: len(first.ids) + len(second.ids) >= 60)
    assert Counter(first.ids + second.ids) == Counter(one.id for one in sent)
    assert first.ids and second.ids


async def test_a_failed_event_comes_again_until_it_succeeds(buses: Buses) -> None:
    bus = await buses.replica()
    tries: list[int] = []

    async def handle(envelopes: list[Envelope]) -> None:
        tries.append(envelopes[0].deliveries)
        if len(tries) < 4:
            raise ValueError("not yet")

    await bus.publish([envelope()])
    async with consuming(bus, "one", handle):
        await until(lambda: len(tries) == 4)
        await asyncio.sleep(0.1)  # a fifth would come by now
    assert tries == [1, 2, 3, 4]
    assert await bus.dead_letters() == []


async def test_a_failed_event_does_not_hold_up_the_others(buses: Buses) -> None:
    bus = await buses.replica()
    bad, good = envelope(), [envelope() for _ in range(20)]
    seen = Seen(lambda one: one.id == bad.id)
    await bus.publish([bad, *good])
    async with consuming(bus, "one", seen):
        await until(lambda: len(seen.ids) == 20)
    assert sorted(seen.ids) == [one.id for one in good]


async def test_an_event_given_up_on_is_a_dead_letter_that_says_why(buses: Buses) -> None:
    bus = await buses.replica()
    bad = envelope(key="thing_1", actor_id="usr_1")
    seen = Seen(lambda one: True)
    await bus.publish([bad])
    async with consuming(bus, "one", seen):
        await until(bus.dead_letters)
    (letter,) = await bus.dead_letters()
    assert len(seen.batches) == MOST_DELIVERIES
    assert (letter.consumer, letter.error) == ("one", f"ValueError: no good: {bad.id} — ü")
    kept = dataclasses.replace(letter.envelope, stored_ms=0, deliveries=1)
    assert kept == bad


async def test_a_dead_letter_is_given_back_to_the_consumer_that_gave_up_and_to_nobody_else(buses: Buses) -> None:
    bus = await buses.replica()
    mended = False
    failing, other, told = Seen(lambda one: not mended), Seen(), []
    sent = [envelope(), envelope()]
    async with (
        consuming(bus, "failing", failing),
        consuming(bus, "other", other),
        background(bus.replay([Source("alpha", "Made")], datetime.now(UTC) - timedelta(hours=1), told.append)),
    ):
        await bus.publish(sent)

        async def both_dead() -> bool:
            return len(await bus.dead_letters()) == 2

        await until(both_dead)
        mended = True
        newest, oldest = await bus.dead_letters()
        assert newest.sequence > oldest.sequence
        assert [letter.sequence for letter in await bus.dead_letters(1)] == [newest.sequence]
        assert await bus.replay_dead([oldest.sequence]) == 1
        await until(lambda: failing.ids == [oldest.envelope.id])
        assert [letter.sequence for letter in await bus.dead_letters()] == [newest.sequence]
        assert await bus.replay_dead([newest.sequence, 12345]) == 1
        await until(lambda: len(failing.ids) == 2)
        await bus.publish([last := envelope()])
        await until(lambda: last.id in other.ids and told and told[-1].id == last.id)
    assert other.ids == [*(one.id for one in sent), last.id]
    assert [one.id for one in told] == other.ids


async def test_one_bad_event_does_not_take_its_batch_with_it(buses: Buses) -> None:
    bus = await buses.replica()
    sent = [envelope() for _ in range(30)]
    bad = sent[11].id
    seen = Seen(lambda one: one.id == bad)
    await bus.publish(sent)
    async with consuming(bus, "batches", seen, batch=10, at_once=1):
        await until(bus.dead_letters)
        await until(lambda: len(seen.ids) == 29)
    assert sorted(seen.ids) == sorted(one.id for one in sent if one.id != bad)
    assert [letter.envelope.id for letter in await bus.dead_letters()] == [bad]
    assert max(seen.batches) == 10


async def test_batches_hold_what_has_arrived(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    await bus.publish([envelope() for _ in range(25)])
    async with consuming(bus, "batches", seen, batch=10, at_once=1):
        await until(lambda: len(seen.ids) == 25)
        await bus.publish([envelope()])
        await until(lambda: len(seen.ids) == 26)
    assert sum(seen.batches) == 26 and max(seen.batches) <= 10
    assert seen.ids == sorted(seen.ids)


async def test_at_most_so_many_are_handled_at_once(buses: Buses) -> None:
    bus = await buses.replica()
    running, most, done = 0, 0, 0

    async def handle(envelopes: list[Envelope]) -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.002)
        running -= 1
        done += 1

    await bus.publish([envelope() for _ in range(30)])
    async with consuming(bus, "one", handle, at_once=3):
        await until(lambda: done == 30)
    assert most == 3


async def test_what_a_stopped_replica_did_not_finish_goes_to_another_at_once(buses: Buses) -> None:
    one, two = await buses.replica(), await buses.replica()
    started = asyncio.Event()

    async def stuck(envelopes: list[Envelope]) -> None:
        started.set()
        await asyncio.Event().wait()

    seen = Seen()
    sent = [envelope() for _ in range(6)]
    await one.publish(sent)
    async with consuming(one, "one", stuck, at_once=2):
        await started.wait()
    async with consuming(two, "one", seen):
        await until(lambda: len(seen.ids) == 6, seconds=1.5)
    assert sorted(seen.ids) == [one.id for one in sent]


async def test_a_replay_begins_at_a_moment_and_goes_on_for_every_replica(buses: Buses) -> None:
    one, two = await buses.replica(), await buses.replica()
    await one.publish([old := envelope()])
    await buses.until_due(0.2)
    seen = Seen()
    async with consuming(one, "stamps", seen):
        await until(lambda: seen.envelopes)
    since = datetime.fromtimestamp(seen.envelopes[0].stored_ms / 1000 + 0.1, UTC)
    await one.publish([new := envelope(), envelope("Other")])
    told: list[list[str]] = [[], []]

    def keep(list_: list[str]) -> Callable[[Envelope], None]:
        return lambda one: list_.append(one.id)

    sources = [Source("alpha", "Made"), Source("beta", "Made")]
    async with (
        background(one.replay(sources, since, keep(told[0]))),
        background(two.replay(sources, since, keep(told[1]))),
    ):
        await until(lambda: told[0] and told[1])
        await one.publish([later := envelope(), other := envelope(module="beta")])
        await until(lambda: len(told[0]) == len(told[1]) == 3)
    for ids in told:
        assert sorted(ids) == [new.id, later.id, other.id]
        assert old.id not in ids


@pytest.mark.parametrize("older", [0, 1, 730])
async def test_a_replay_says_once_when_it_has_caught_up(buses: Buses, older: int) -> None:
    bus = await buses.replica()
    sent = [envelope() for _ in range(older)]
    await bus.publish(sent)
    told: list[str] = []
    known: list[int] = []
    since = datetime.now(UTC) - timedelta(hours=1)
    sources = [Source("alpha", "Made"), Source("beta", "Made")]
    async with background(bus.replay(sources, since, lambda one: told.append(one.id), lambda: known.append(len(told)))):
        await until(lambda: known)
        await bus.publish([later := envelope()])
        await until(lambda: later.id in told)
    assert len(known) == 1
    assert known[0] >= older
    assert told == [*(one.id for one in sent), later.id]


@pytest.mark.parametrize("tenants", [0, 1, 300])
async def test_a_replay_without_a_moment_begins_with_the_last_event_of_each_subject(buses: Buses, tenants: int) -> None:
    bus, other = await buses.replica(), await buses.replica()
    names = [f"ten_{number}" for number in range(tenants)]
    await bus.publish([envelope(tenant=name) for name in names])
    last = {name: envelope(tenant=name) for name in names}
    await bus.publish([*last.values(), envelope("Other")])
    told: list[str] = []
    known: list[int] = []
    sources = [Source("alpha", "Made"), Source("beta", "Made")]
    async with background(bus.replay(sources, None, lambda one: told.append(one.id), lambda: known.append(len(told)))):
        await until(lambda: known)
        assert sorted(told) == sorted(one.id for one in last.values())
        later = [envelope(tenant="ten_0"), envelope(tenant="ten_0"), envelope(tenant="ten_new", module="beta")]
        await other.publish(later)
        await until(lambda: len(told) == tenants + 3)
    assert sorted(told[-3:]) == sorted(one.id for one in later)
    assert known == [tenants]


async def test_a_tail_shows_what_is_published_from_now_on(buses: Buses) -> None:
    bus, other = await buses.replica(), await buses.replica()
    await bus.publish([envelope()])
    found: list[str] = []

    async def follow(subject: str) -> None:
        async for one in bus.tail(subject):
            found.append(one.id)

    first, second = envelope("Made", tenant="ten_2"), envelope("Sold", tenant="ten_2", module="beta")
    async with background(follow("atrium.*.*.ten_2")):

        async def shown() -> bool:  # a tail may miss what comes while it is being opened
            await other.publish([envelope("Ping", tenant="ten_2")])
            return bool(found)

        await until(shown)
        found.clear()
        await other.publish([envelope("Made", tenant="ten_3"), first, second])
        await until(lambda: second.id in found)
    assert [id for id in found if id in (first.id, second.id)] == [first.id, second.id]


async def test_a_nudge_wakes_whoever_waits_also_elsewhere(buses: Buses) -> None:
    one, two = await buses.replica(), await buses.replica()
    woken: set[int] = set()

    async def wait(bus: Bus, number: int) -> None:
        while True:
            started = asyncio.get_running_loop().time()
            await bus.nudged(f"a{number}", 30)
            if asyncio.get_running_loop().time() - started < 25:
                woken.add(number)

    async with background(wait(one, 1)), background(wait(two, 2)):

        def all_woken() -> bool:
            one.nudge("a1")
            one.nudge("a2")
            return woken == {1, 2}

        await until(all_woken)


async def test_a_nudge_during_work_is_not_missed_and_none_is_waited_for_in_vain(buses: Buses) -> None:
    bus = await buses.replica()
    loop = asyncio.get_running_loop()
    started = loop.time()
    await bus.nudged("a", 0.05)
    assert loop.time() - started >= 0.04
    bus.nudge("a")
    await bus.nudged("a", 30)
    assert loop.time() - started < 10


async def test_a_lease_has_one_holder_and_is_passed_on(buses: Buses) -> None:
    one, two = await buses.replica(), await buses.replica()
    holders: list[int] = []
    most = 0

    async def lead(bus: Bus, number: int) -> None:
        nonlocal most
        async with bus.lead("relay.alpha") as holding:
            assert holding()
            holders.append(number)
            most = max(most, len(holders))
            await asyncio.sleep(0.05)
            holders.remove(number)

    async with asyncio.timeout(30):
        await asyncio.gather(lead(one, 1), lead(two, 2), lead(one, 3))
        async with one.lead("another"), two.lead("different"):
            pass
    assert most == 1


async def test_a_lease_of_a_cancelled_holder_is_passed_on(buses: Buses) -> None:
    one, two = await buses.replica(), await buses.replica()
    held = asyncio.Event()

    async def hold() -> None:
        async with one.lead("relay.alpha"):
            held.set()
            await asyncio.Event().wait()

    async with background(hold()):
        await held.wait()
    async with asyncio.timeout(3), two.lead("relay.alpha") as holding:
        assert holding()


# --- schedules ---


def schedule(rule: str, name: str = "job", **more: object) -> Envelope:
    return envelope("Due", subject=f"schedule.alpha.{name}", schedule=rule, target="atrium.alpha.Due.ten_1", **more)


async def test_a_schedule_fires_once_at_its_time(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    due = (datetime.now(UTC) + timedelta(seconds=2)).replace(microsecond=0)
    sent = schedule(f"@at {due:%Y-%m-%dT%H:%M:%SZ}")
    async with consuming(bus, "one", seen, "Due"):
        await bus.publish([sent])
        assert seen.ids == []
        await buses.until_due(2.1)
        await until(lambda: seen.ids)
        await buses.until_due(1.2)
    (found,) = seen.envelopes
    assert found.payload == sent.payload
    assert (found.subject, found.tenant_id, found.type) == ("atrium.alpha.Due.ten_1", "ten_1", sent.type)
    assert found.stored_ms >= due.timestamp() * 1000


async def test_a_schedule_whose_time_has_passed_fires_at_once(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    passed = datetime.now(UTC) - timedelta(days=40)
    async with consuming(bus, "one", seen, "Due"):
        await bus.publish([schedule(f"@at {passed:%Y-%m-%dT%H:%M:%SZ}", name="billing.close.sub_1.2")])
        await buses.until_due(1.2)
        await until(lambda: seen.ids)
        await buses.until_due(1.2)
    assert len(seen.ids) == 1


async def test_a_repeating_schedule_is_an_event_of_its_own_each_time(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    async with consuming(bus, "one", seen, "Due"):
        await bus.publish([schedule("@every 1s")])
        await buses.until_due(2.3)
        await until(lambda: len(seen.ids) >= 2)
    assert len(set(seen.ids)) == len(seen.ids)


async def test_a_later_schedule_of_a_name_replaces_the_earlier_one(buses: Buses) -> None:
    bus, seen = await buses.replica(), Seen()
    async with consuming(bus, "one", seen, "Due"):
        await bus.publish([schedule("@every 1s")])
        await bus.publish([schedule("@every 1h"), schedule("@every 1s", "other", payload=b"other")])
        await buses.until_due(2.3)
        await until(lambda: seen.ids)
    assert {one.payload for one in seen.envelopes} == {b"other"}


async def test_each_time_of_a_schedule_that_was_given_up_on_can_be_given_back(buses: Buses) -> None:
    bus = await buses.replica()
    mended = False
    seen = Seen(lambda one: not mended)
    async with consuming(bus, "one", seen, "Due"):
        await bus.publish([schedule("@every 1s")])
        await buses.until_due(2.2)

        async def two_dead() -> bool:
            return len(await bus.dead_letters()) >= 2

        await until(two_dead)
        await bus.publish([schedule("@every 1h")])
        mended = True
        letters = await bus.dead_letters()
        await bus.replay_dead([letter.sequence for letter in letters])
        await until(lambda: len(seen.ids) >= len(letters))
    assert len(set(seen.ids)) == len(seen.ids) >= 2
    assert {letter.envelope.id for letter in letters} <= set(seen.ids)


async def test_a_healthy_bus_says_so(buses: Buses) -> None:
    bus = await buses.replica()
    assert await bus.healthy()
    await bus.ensure(["alpha", "gamma"])
    await bus.publish([envelope(module="gamma")])


@pytest.mark.parametrize("count", [0, 700])
async def test_any_number_is_published_in_order(buses: Buses, count: int) -> None:
    bus, seen = await buses.replica(), Seen()
    sent = [envelope() for _ in range(count)]
    await bus.publish(sent)
    await bus.publish([last := envelope()])
    async with consuming(bus, "one", seen, batch=200, at_once=1):
        await until(lambda: last.id in seen.ids)
    assert seen.ids == [*(one.id for one in sent), last.id]
