"""Usage on a real MongoDB: each event once, and no acknowledged one is lost, whatever is killed."""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from actors.billing.counting import Counting, Taken
from actors.billing.streaming import Stream
from tests.billing.usage_room import BATCH, batch, call_of, quantity, totals, usage_room
from tests.servers import Server, running_mongod

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]
ROOT = Path(__file__).resolve().parents[2]


def database() -> str:
    return f"usage_{uuid.uuid4().hex[:8]}"


async def messages(*batches: list[Any]) -> Any:
    for events in batches:
        yield type("Message", (), {"events": events})(), call_of()


async def test_parallel_streams_that_overlap_count_each_event_once(mongod: Server) -> None:
    batches = [batch(number) for number in range(12)]
    async with usage_room(mongod.url, database()) as room:
        # Two replicas, two streams each, all with the same events in another order.
        streams = [
            (Counting(room), batches),
            (Counting(room), batches[::-1]),
            (Counting(room), batches[6:] + batches[:6]),
        ]
        taken = await asyncio.gather(*(Stream(one).take(messages(*some)) for one, some in streams))
        assert sum(one.accepted for one in taken) == 12 * BATCH
        assert sum(one.duplicates for one in taken) == 2 * 12 * BATCH
        assert await totals(room) == (quantity(batches), 12 * BATCH, 12 * BATCH)


async def test_batches_that_share_some_events_count_those_once(mongod: Server) -> None:
    async with usage_room(mongod.url, database()) as room:
        counting = Counting(room)
        assert await counting.take(call_of(), batch(1, 50)) == Taken(50, 0)
        assert await counting.take(call_of(), [*batch(1, 60), *batch(1, 10), *batch(2, 5)]) == Taken(15, 60)
        assert await totals(room) == (quantity([batch(1, 60), batch(2, 5)]), 65, 65)


async def test_a_database_that_is_killed_loses_nothing_and_counts_nothing_twice() -> None:
    batches = [batch(number) for number in range(60)]
    with running_mongod() as server:
        async with usage_room(server.url, "usage") as room:
            counting = Counting(room)
            acknowledged: list[int] = []

            async def send(numbers: range) -> None:
                for number in numbers:
                    await counting.take(call_of(), batches[number])
                    acknowledged.append(number)

            sending = [asyncio.create_task(send(range(start, 60, 3))) for start in range(3)]
            for kills in range(1, 3):
                while len(acknowledged) < 15 * kills:
                    await asyncio.sleep(0.005)
                server.kill()
                await asyncio.to_thread(server.start)
                kept = {number for number in acknowledged}
                assert (await totals(room))[2] >= BATCH * len(kept)
            await asyncio.gather(*sending)
            assert await totals(room) == (quantity(batches), 60 * BATCH, 60 * BATCH)
            again = [await counting.take(call_of(), events) for events in batches]
            assert again == [Taken(0, BATCH)] * 60


async def test_a_process_that_is_killed_has_counted_what_it_acknowledged_and_nothing_by_half(mongod: Server) -> None:
    name = database()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.billing.usage_room", mongod.url, name, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    try:
        acknowledged = [int(await process.stdout.readline()) for _ in range(12)]
    finally:
        process.kill()
    acknowledged += [int(line) for line in (await process.stdout.read()).split()]
    await process.wait()
    async with usage_room(mongod.url, name) as room:
        added, events, kept = await totals(room)
        assert events == kept and kept % BATCH == 0, "a batch is counted whole or not at all"
        assert kept >= BATCH * len(acknowledged)
        counting = Counting(room)
        for number in acknowledged:
            assert await counting.take(call_of(), batch(number)) == Taken(0, BATCH)
        assert (await totals(room))[0] == added
        everything = [batch(number) for number in range(max(acknowledged) + 10)]
        for some in everything:
            await counting.take(call_of(), some)
        assert await totals(room) == (quantity(everything), len(everything) * BATCH, len(everything) * BATCH)
