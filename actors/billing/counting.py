"""Counting usage: events become durable and part of the totals in one transaction, and each counts once.

A batch is one transaction of MongoDB: first the totals that it adds to, then its events, whose ids are those of their
senders. Whatever came before makes the transaction fail as a whole; then the ids that are known are looked up and left
out. So a batch of new events costs no look-up. Totals are kept in shards, and batches that are counted at the same
time add to different ones; should two meet all the same, that shows before anything of their events was written.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from actors.api.billing.v1 import UsageEvent as UsageEventMessage
from actors.billing.assigning import Assigning
from actors.billing.domain.assignment import Assignment
from actors.billing.domain.meter import Aggregation, Meter, MeterUnknown
from actors.billing.domain.usage import OLDEST, EventTime, UsageEvent, event_id, occurred
from actors.billing.freezing import COMMIT_SECONDS
from actors.billing.keeping import total_id
from actors.billing.meters import Meters
from actors.billing.store import USAGE_EVENTS, BillingUnit
from actors.kernel.call import Call
from actors.kernel.errors import Contended, DependencyUnavailable, OutcomeUnknown
from actors.kernel.module import Room
from actors.kernel.store.contract import BY_ID, In
from actors.kernel.store.unit import Store

SHARDS = 16
"""Parts that a day's total of one tenant's meter may be kept in. As many as batches are under way are used."""
AT_ONCE = 8
"""Batches of one host that are written at the same time; more would only wait in the database."""
GIVE_UP_SECONDS = 30.0
"""How long a batch of a stream waits for a store that does not answer; a call waits until shortly before its end."""
KEPT = 2 * OLDEST
"""How long events are kept after they arrived: one that can be sent no more is remembered for OLDEST all the same."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_WAIT_SECONDS = 0.5


@dataclass(frozen=True)
class Taken:
    """What became of events: counted now, or taken before."""

    accepted: int = 0
    duplicates: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.accepted + other.accepted, self.duplicates + other.duplicates)


@dataclass
class Part:
    """What one batch adds to a total."""

    subscription_id: str
    period_number: int
    meter: str
    day: str
    quantity: int = 0
    highest: int = 0
    present: int = 0
    events: int = 0


class Shards:
    """Which shard a batch counts in: one that no other batch of this host is at. Replicas begin at different ones."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self.elsewhere()

    def elsewhere(self) -> None:
        """Begins at another shard: somebody else may be at the same."""
        self._first = random.randrange(SHARDS)  # noqa: S311 - no secret

    @contextlib.contextmanager
    def one(self) -> Iterator[int]:
        slot = next((slot for slot in range(SHARDS) if slot not in self._taken), SHARDS - 1)
        self._taken.add(slot)
        try:
            yield (self._first + slot) % SHARDS
        finally:
            self._taken.discard(slot)


class Counting:
    """Takes events into the totals of the tenant that a call is about."""

    def __init__(self, room: Room) -> None:
        self.clock, self.meters, self.assigning = room.clock, Meters(room), Assigning(room)
        self.store: Store[BillingUnit] = room.store
        self._at_once, self._shards = asyncio.Semaphore(AT_ONCE), Shards()

    async def take(self, call: Call, events: Sequence[UsageEventMessage], *, look_first: bool = False) -> Taken:
        """Counts a batch: all of it is durable when this returns, or nothing is and it raises.

        Of events with the same id one counts, within the batch and with all that were taken in the last 35 days.
        `look_first` is for batches of which many were probably taken before. Raises MeterUnknown and EventTime for
        events that can never count, NotFound for a tenant that is not billed here, and DependencyUnavailable when the
        store does not answer for longer than GIVE_UP_SECONDS; sent again later, all of it counts once.
        """
        wanted = {event.id: event for event in reversed(events)}
        unknown: set[datetime] = set()
        """When tries arrived of which nobody knows what became: what is found of them was accepted now."""
        give_up, wait = time.monotonic() + self._patience(call), 0.004
        while True:
            async with self._at_once:
                arrived = self.clock.now()
                try:
                    async with asyncio.timeout(COMMIT_SECONDS):
                        accepted = await self._try(call, wanted, arrived, unknown, look_first)
                    return Taken(accepted, len(events) - accepted)
                except (Contended, DependencyUnavailable, TimeoutError) as error:
                    if time.monotonic() + wait > give_up:
                        raise DependencyUnavailable(dependency="the store of usage") from error
                    if isinstance(error, OutcomeUnknown | TimeoutError):
                        unknown.add(arrived)
                    self._shards.elsewhere()
            look_first = True
            await asyncio.sleep(random.uniform(0, wait))  # noqa: S311 - no secret
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)

    @staticmethod
    def _patience(call: Call) -> float:
        remaining = call.remaining()
        return GIVE_UP_SECONDS if remaining is None else min(GIVE_UP_SECONDS, remaining - 0.5)

    async def _try(
        self,
        call: Call,
        wanted: Mapping[str, UsageEventMessage],
        arrived: datetime,
        unknown: set[datetime],
        look: bool,
    ) -> int:
        """One transaction. Returns how many of the events this and earlier tries have counted."""
        tenant_id = call.scope
        meters = await self._meters_of(wanted.values())
        assignment = await self.assigning.of(tenant_id, arrived)
        fresh, mine = wanted, 0
        if look:
            known = await self._known(tenant_id, wanted)
            fresh = {id: event for id, event in wanted.items() if event_id(tenant_id, id) not in known}
            mine = sum(moment in unknown for moment in known.values())
        records, parts = _counted(tenant_id, fresh.values(), assignment, arrived)
        if not records:
            return mine
        with self._shards.one() as shard:
            async with self.store.unit(call) as unit:
                await self._stage(unit, parts, meters, arrived, shard)
                unit.usage_events.insert(records)
        return mine + len(records)

    async def _meters_of(self, events: Iterable[UsageEventMessage]) -> dict[str, Meter]:
        """The meters of the events. Raises MeterUnknown for one that there is none of, or that takes no events."""
        found: dict[str, Meter] = {}
        for id in {event.meter for event in events}:
            meter = await self.meters.find(id)
            if meter is None:
                raise MeterUnknown(meter=id)
            meter.must_take_events()
            found[id] = meter
        return found

    async def _known(self, tenant_id: str, wanted: Iterable[str]) -> dict[str, datetime]:
        """Those of the ids that were taken before, and when they arrived."""
        ids = tuple(event_id(tenant_id, id) for id in wanted)
        place = await self.store.place(USAGE_EVENTS, tenant_id)
        documents = await self.store.backend.find(place, [In("id", ids)], BY_ID, len(ids))
        return {document["id"]: document["arrive_time"] for document in documents}

    async def _stage(
        self, unit: BillingUnit, parts: Sequence[Part], meters: Mapping[str, Meter], arrived: datetime, shard: int
    ) -> None:
        for id in {part.meter for part in parts}:
            if not meters[id].used and (kept := await unit.meters.find(id)) is not None and not kept.used:
                unit.meters.put(kept.counted())
        for part in parts:
            stage_part(unit, unit.call.scope, part, meters[part.meter].aggregation, arrived, shard)


def stage_part(
    unit: BillingUnit, tenant_id: str, part: Part, aggregation: Aggregation, at: datetime, shard: int
) -> None:
    """Adds the part to a tenant's total, in one shard. A present value, of which there is one shard, is replaced."""
    id = total_id(part.subscription_id or tenant_id, part.period_number, part.meter, part.day, shard)
    first = {
        "subscription_id": part.subscription_id,
        "period_number": part.period_number,
        "meter": part.meter,
        "day": part.day,
        "quantity": 0,
        "highest": 0,
        "present": 0,
        "events": 0,
    }
    totals, latest = unit.usage_totals.of(tenant_id), {"count_time": at}
    if aggregation is Aggregation.SUM:
        totals.increment(id, first, latest, quantity=part.quantity, events=part.events)
    elif aggregation is Aggregation.MAX:
        totals.increment(id, first, latest, {"highest": part.highest}, events=part.events)
    else:
        totals.increment(id, first, {**latest, "present": part.present}, events=part.events)


def _counted(
    tenant_id: str,
    events: Iterable[UsageEventMessage],
    assignment: Assignment,
    arrived: datetime,
) -> tuple[list[UsageEvent], list[Part]]:
    """The events as records, and what they add to which totals. Raises EventTime."""
    records: list[UsageEvent] = []
    parts: dict[tuple[str, int, str, str], Part] = {}
    expires = arrived + KEPT
    for event in events:
        moment = _moment(event.id, event.occur_time) if event.HasField("occur_time") else None
        occur = occurred(event.id, moment, arrived)
        where = assignment.of(occur, arrived)
        day, meter, quantity = where.day_of(occur, arrived), event.meter, event.quantity
        key = (where.subscription_id, where.number, meter, day)
        part = parts.get(key)
        if part is None:
            part = parts[key] = Part(where.subscription_id, where.number, meter, day)
        part.quantity += quantity
        part.highest = max(part.highest, quantity)
        part.events += 1
        records.append(
            UsageEvent(
                id=event_id(tenant_id, event.id),
                tenant_id=tenant_id,
                version=1,
                sender_id=event.id,
                meter=meter,
                quantity=quantity,
                occur_time=occur,
                arrive_time=arrived,
                subject=event.subject,
                period_number=where.number,
                expire_time=expires,
            )
        )
    return records, [parts[key] for key in sorted(parts)]


def _moment(event: str, stamp: Timestamp) -> datetime:
    """To the millisecond, as stores keep it. Raises EventTime for one that no calendar has."""
    try:
        return _EPOCH + timedelta(seconds=stamp.seconds, milliseconds=stamp.nanos // 1_000_000)
    except OverflowError:
        raise EventTime(event=event, problem="at a time that there is not") from None
