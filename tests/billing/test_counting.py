"""Recording usage: each event counts once, in the right period, and all of it or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from actors.api.billing.v1 import StreamUsageRequest, UsageEvent
from actors.billing.catalogue import Catalogue
from actors.billing.counting import AT_ONCE
from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.meter import Aggregation
from actors.billing.domain.terms import Tier
from actors.billing.standing import live_subscription
from actors.billing.subscribing import Subscriptions
from actors.kernel.call import system_call
from actors.kernel.errors import DependencyUnavailable, OutcomeUnknown
from actors.kernel.store.contract import Write
from actors.kernel.store.memory import MemoryBackend
from actors.kernel.wire import from_document, timestamp
from tests.billing.making import metered, terms_of
from tests.billing.subscriber import add_meters, room_of, subscribe
from tests.world import World, refused

TERMS = terms_of(metered("exports", Tier(unit_micros=2_000_000)), metered("largest_file"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Broken(MemoryBackend):
    """A store that fails some of its next commits: before they are made, or after, when their answer is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[Exception] = []
        self.after: list[Exception] = []
        self.delay = 0.0

    async def commit(self, writes: Any) -> None:
        usage = any(_of_usage(write) for write in writes)
        if usage and self.before:
            raise self.before.pop(0)
        if usage and self.delay:
            await asyncio.sleep(self.delay)
        await super().commit(writes)
        if usage and self.after:
            raise self.after.pop(0)


def _of_usage(write: Write) -> bool:
    return write.place.name == "usage_totals"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World.furnished(Broken()) as furnished:
        await add_meters(furnished, exports=Aggregation.SUM, largest_file=Aggregation.MAX)
        await subscribe(furnished, furnished.acme, TERMS)
        await subscribe(furnished, furnished.globex, TERMS)
        yield furnished


def event(id: str, quantity: int = 1, meter: str = "exports", at: datetime | None = None, **more: Any) -> UsageEvent:
    return UsageEvent(
        id=id, meter=meter, quantity=quantity, occur_time=timestamp(at) if at is not None else None, **more
    )


async def record(world: World, *events: UsageEvent, token: str = "", **fields: Any) -> tuple[int, int]:
    answer = await world.call("billing.RecordUsage", token or world.acme_admin, events=events, **fields)
    return answer.accepted, answer.duplicates


async def stream(world: World, *batches: list[UsageEvent], token: str = "") -> tuple[int, int]:
    messages = [StreamUsageRequest(events=batch) for batch in batches]
    answer = await world.send("billing.StreamUsage", token or world.acme_admin, messages)
    return answer.accepted, answer.duplicates


async def used(world: World, meter: str = "exports", token: str = "", tenant: Any = None) -> int:
    tenant = tenant or world.acme
    usage = await world.call("billing.GetUsage", token or world.acme_admin, tenant_id=tenant.id)
    return next((one.quantity for one in usage.meters if one.meter.id == meter), 0)


def period_of(world: World) -> BilledPeriod:
    """The period that acme is in."""
    periods = [one for one in world.records("billed_periods", "books") if one["tenant_id"] == world.acme.id]
    last = max(periods, key=lambda one: one["start_time"])
    return from_document(BilledPeriod, last)


def kept(world: World) -> list[dict[str, Any]]:
    return world.records("usage_events")


def sums(world: World, field: str = "quantity") -> dict[tuple[Any, ...], int]:
    """What was counted, by meter, period and day."""
    found: dict[tuple[Any, ...], int] = {}
    for one in world.records("usage_totals"):
        if one["meter"] in ("exports", "largest_file"):
            key = (one["meter"], one["period_number"], one["day"])
            found[key] = found.get(key, 0) + one[field]
    return found


# --- once ---


async def test_events_count_and_are_kept(world: World) -> None:
    assert await record(world, event("a", 3), event("b", 4, subject="report 7")) == (2, 0)
    assert await used(world) == 7
    assert sums(world) == {("exports", 1, world.clock.today()): 7}
    first, second = sorted(kept(world), key=lambda one: str(one["sender_id"]))
    assert (first["sender_id"], first["tenant_id"], first["period_number"]) == ("a", world.acme.id, 1)
    assert (second["subject"], second["quantity"]) == ("report 7", 4)
    assert first["expire_time"] >= world.clock.now() + 35 * DAY


async def test_an_event_counts_once_within_a_batch_and_across_batches(world: World) -> None:
    assert await record(world, event("a", 3), event("a", 30), event("b")) == (2, 1)
    assert await record(world, event("b", 9), event("c"), event("a")) == (1, 2)
    assert await record(world, event("a"), event("b"), event("c")) == (0, 3)
    assert (await used(world), len(kept(world))) == (5, 3)


async def test_the_same_id_of_another_tenant_is_another_event(world: World) -> None:
    await record(world, event("a"))
    assert await record(world, event("a", 5), token=world.globex_admin) == (1, 0)
    assert await used(world) == 1
    assert await used(world, token=world.globex_admin, tenant=world.globex) == 5


async def test_an_event_counts_once_across_parallel_streams(world: World) -> None:
    batches = [[event(f"e{n}") for n in range(start, start + 60)] for start in range(0, 300, 30)]
    answers = await asyncio.gather(*(stream(world, *batches) for _ in range(5)))
    assert sum(accepted for accepted, _ in answers) == 330
    assert sum(accepted + duplicates for accepted, duplicates in answers) == 5 * 600
    assert (await used(world), len(kept(world))) == (330, 330)


async def test_many_calls_at_once_count_everything(world: World) -> None:
    await asyncio.gather(*(record(world, event(f"e{n}", n)) for n in range(3 * AT_ONCE)))
    assert await used(world) == sum(range(3 * AT_ONCE))


# --- all or nothing ---


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"meter": "unheard_of"}, "METER_UNKNOWN"),
        ({"meter": "api_calls"}, "METER_UNKNOWN"),  # counted by the platform
        ({"meter": "users"}, "METER_UNKNOWN"),
        ({"old": 35 * DAY + HOUR}, "EVENT_TIME"),
        ({"old": -HOUR}, "EVENT_TIME"),
    ],
)
async def test_a_batch_with_an_event_that_cannot_count_is_refused_whole(
    world: World, wrong: dict[str, Any], reason: str
) -> None:
    at = world.clock.now() - wrong.pop("old", timedelta(0))
    with refused(reason) as seen:
        await record(world, event("good"), event("bad", at=at, **wrong))
    assert seen.error is not None and ("bad" in str(seen.error) or wrong["meter"] in str(seen.error))
    assert kept(world) == [] and sums(world) == {}
    assert await record(world, event("good")) == (1, 0)


async def test_a_time_that_no_calendar_has_is_refused(world: World) -> None:
    bad = event("bad")
    bad.occur_time.seconds = 2**60
    with refused("EVENT_TIME"):
        await record(world, bad)


async def test_a_tenant_that_is_not_billed_here_is_not_found(world: World) -> None:
    with refused("NOT_FOUND"):
        await record(world, event("a"), token=world.root, tenant_id="ten_nobody")
    with refused("INVALID_FIELDS"):
        await record(world, event("a"), token=world.root)
    assert await record(world, event("a"), token=world.root, tenant_id=world.acme.id) == (1, 0)


async def test_a_stream_keeps_what_came_before_a_refusal_and_says_why_it_ended(world: World) -> None:
    with refused("METER_UNKNOWN"):
        await stream(world, [event("a")], [event("b", meter="unheard_of")], [event("c")])
    again = await stream(world, [event("a")], [event("b")], [event("c")])
    assert sum(again) == 3 and await used(world) == 3


async def test_a_stream_that_is_refused_ends_though_its_sender_waits(world: World) -> None:
    async def messages() -> AsyncIterator[StreamUsageRequest]:
        yield StreamUsageRequest(events=[event("a", meter="unheard_of")])
        await asyncio.Event().wait()

    with refused("METER_UNKNOWN"):
        async with asyncio.timeout(5):
            await world.send("billing.StreamUsage", world.acme_admin, messages())


async def test_an_open_stream_counts_what_it_brought(world: World) -> None:
    more = asyncio.Event()

    async def messages() -> AsyncIterator[StreamUsageRequest]:
        yield StreamUsageRequest(events=[event("a", 3)])
        await more.wait()
        yield StreamUsageRequest(events=[event("b", 4)])

    sending = asyncio.create_task(world.send("billing.StreamUsage", world.acme_admin, messages()))
    async with asyncio.timeout(5):
        while await used(world) != 3:
            await asyncio.sleep(0)
    more.set()
    answer = await sending
    assert (answer.accepted, await used(world)) == (2, 7)


async def test_small_messages_of_a_stream_are_counted_together(world: World) -> None:
    commits = 0
    backend = world.backend
    assert isinstance(backend, Broken)
    backend.delay = 0.002
    commit = MemoryBackend.commit

    async def counting(self: MemoryBackend, writes: Any) -> None:
        nonlocal commits
        commits += any(_of_usage(write) for write in writes)
        await commit(self, writes)

    MemoryBackend.commit = counting  # type: ignore[method-assign]
    try:
        assert await stream(world, *([event(f"e{n}")] for n in range(2000))) == (2000, 0)
    finally:
        MemoryBackend.commit = commit  # type: ignore[method-assign]
    assert await used(world) == 2000
    assert commits < 500


async def test_a_platform_stream_counts_for_several_tenants(world: World) -> None:
    messages = [
        StreamUsageRequest(tenant_id=tenant.id, events=[event(f"e{n}", 1 + n)])
        for n in range(5)
        for tenant in (world.acme, world.globex)
    ]
    assert (await world.send("billing.StreamUsage", world.root, messages)).accepted == 10
    assert await used(world) == 15
    assert await used(world, token=world.globex_admin, tenant=world.globex) == 15


# --- failures ---


async def test_a_commit_whose_answer_was_lost_counts_once_and_is_not_called_a_duplicate(world: World) -> None:
    backend = world.backend
    assert isinstance(backend, Broken)
    backend.after = [OutcomeUnknown(dependency="MongoDB")]
    assert await record(world, event("a", 2), event("b", 3)) == (2, 0)
    backend.before = [OutcomeUnknown(dependency="MongoDB"), DependencyUnavailable(dependency="MongoDB")]
    assert await record(world, event("a"), event("c", 4)) == (1, 1)
    assert (await used(world), len(kept(world))) == (9, 3)


async def test_a_store_that_does_not_come_back_is_said_to_be_unavailable_and_nothing_was_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = world.backend
    assert isinstance(backend, Broken)
    backend.before = [DependencyUnavailable(dependency="MongoDB")] * 1000
    monkeypatch.setattr("actors.billing.counting.GIVE_UP_SECONDS", 0.05)
    with refused("DEPENDENCY_UNAVAILABLE"):
        await stream(world, [event("a")])
    backend.before = []
    assert kept(world) == [] and sums(world) == {}
    assert await stream(world, [event("a")]) == (1, 0)


async def test_a_commit_that_takes_too_long_is_given_up_and_tried_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = world.backend
    assert isinstance(backend, Broken)
    monkeypatch.setattr("actors.billing.counting.COMMIT_SECONDS", 0.2)
    backend.delay = 30
    recording = asyncio.create_task(record(world, event("a")))
    await asyncio.sleep(0.05)
    backend.delay = 0
    assert await recording == (1, 0)
    assert await used(world) == 1


# --- when ---


async def test_an_event_counts_on_the_day_and_in_the_period_that_it_occurred_in(world: World) -> None:
    await world.later(days=3)
    await world.sign_in_again()
    yesterday = world.clock.now() - DAY
    await record(world, event("a", 2, at=yesterday), event("b", 3))
    assert sums(world) == {
        ("exports", 1, yesterday.date().isoformat()): 2,
        ("exports", 1, world.clock.today()): 3,
    }


async def test_an_event_from_before_the_subscription_counts_when_it_arrives(world: World) -> None:
    await record(world, event("a", 2, at=world.clock.now() - 10 * DAY))
    assert sums(world) == {("exports", 1, world.clock.today()): 2}


async def test_a_late_event_counts_in_its_period_within_the_grace_and_in_the_present_one_after_it(
    world: World,
) -> None:
    end = period_of(world).end_time
    room = room_of(world)
    world.clock.advance(end + room.settings.grace - timedelta(seconds=1) - world.clock.now())
    await world.sign_in_again()
    world.clock._now = end + room.settings.grace - timedelta(seconds=1)
    last_day = (end - timedelta(seconds=1)).date().isoformat()
    await record(world, event("in_time", 2, at=end - timedelta(seconds=1)))
    await record(world, event("next", 3))
    world.clock._now = end + room.settings.grace
    await record(world, event("late", 4, at=end - timedelta(seconds=1)))
    assert sums(world) == {
        ("exports", 1, last_day): 2,
        ("exports", 2, world.clock.today()): 7,
    }


async def test_periods_of_one_subscription_after_the_other_are_kept_apart(world: World) -> None:
    await record(world, event("first", 2))
    await world.later(minutes=1)
    async with room_of(world).books.unit(system_call(world.acme.id), aside=True) as unit:
        live = await live_subscription(unit, world.acme.id)
        assert live is not None
        now = world.clock.now()
        await Subscriptions(room_of(world), Catalogue(room_of(world))).keep(unit, live, live.cancelled("", now), now)
    await world.later(minutes=1)
    await record(world, event("between", 3))
    assert await used(world) == 2, "the period that is over has what came in it"
    await subscribe(world, world.acme, TERMS)
    await record(world, event("second", 4))
    assert await used(world) == 4
    assert sums(world) == {
        ("exports", 1, world.clock.today()): 6,
        ("exports", 2, world.clock.today()): 3,
    }
    assert len({one["subscription_id"] for one in world.records("usage_totals") if one["meter"] == "exports"}) == 2


# --- meters ---


async def test_of_a_highest_value_the_highest_event_counts(world: World) -> None:
    await record(world, event("a", 5, "largest_file"), event("b", 9, "largest_file"), event("c", 7, "largest_file"))
    await record(world, event("d", 8, "largest_file"))
    assert await used(world, "largest_file") == 9
    assert max(one["highest"] for one in world.records("usage_totals")) == 9
    assert all(one["quantity"] == 0 for one in world.records("usage_totals") if one["meter"] == "largest_file")


async def test_a_meter_counts_the_same_way_for_ever_once_an_event_came(world: World) -> None:
    def renamed(**fields: Any) -> Any:
        return world.call(
            "billing.UpdateMeter", world.root, id="exports", **{"display_name": "Exports", "unit": "export", **fields}
        )

    assert (await renamed(aggregation=2)).aggregation == 2
    assert (await renamed(aggregation=1)).aggregation == 1
    await record(world, event("a"))
    with refused("INVALID_FIELDS"):
        await renamed(aggregation=2)
    assert (await renamed(aggregation=1, display_name="Reports exported")).display_name == "Reports exported"


async def test_a_new_meter_takes_events_at_once(world: World) -> None:
    await record(world, event("warm"))  # what the host knows of meters is fresh
    await world.call("billing.UpdateMeter", world.root, id="pages", display_name="Pages", unit="page", aggregation=1)
    assert await record(world, event("p", 12, "pages")) == (1, 0)
    assert await used(world, "pages") == 12


# --- the audit log ---


async def test_recording_leaves_one_entry_a_call_and_one_a_stream(world: World) -> None:
    def entries() -> int:
        return len([one for one in world.records("tenant_audit_logs") if one["action"] == "billing:usage:record"])

    await world.settle()
    before = entries()
    await record(world, event("a"), event("b"))
    await world.settle()
    assert entries() == before + 1
    await stream(world, [event("c")], [event("d")], [event("e")])
    await world.settle()
    assert entries() == before + 2
