"""Announcing usage: all of it, once, whoever tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.api.billing.v1 import UsageEvent, UsageRecorded
from actors.billing.domain.meter import Aggregation
from actors.billing.telling import Telling
from actors.kernel.call import system_call
from actors.kernel.host.retry import attempts
from tests.billing.making import metered, terms_of
from tests.billing.subscriber import add_meters, room_of, subscribe
from tests.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World.furnished() as furnished:
        await add_meters(furnished, exports=Aggregation.SUM, largest_file=Aggregation.MAX)
        for tenant in (furnished.acme, furnished.globex):
            await subscribe(furnished, tenant, terms_of(metered("exports")))
        yield furnished


@pytest.fixture
async def told(world: World) -> list[tuple[str, str, int]]:
    """Tenant, meter and quantity of everything that is announced of the two meters, as it arrives."""
    found: list[tuple[str, str, int]] = []

    async def listen() -> None:
        async for envelope in world.bus.tail("atrium.billing.UsageRecorded.*"):
            message = envelope.message()
            assert isinstance(message, UsageRecorded)
            found.extend(
                (message.tenant_id, one.meter, one.quantity)
                for one in message.quantities
                if one.meter in ("exports", "largest_file")
            )

    task = asyncio.create_task(listen())
    await asyncio.sleep(0)
    world._replaced.callback(task.cancel)
    return found


async def record(world: World, meter: str, quantity: int, token: str = "") -> None:
    events = [UsageEvent(id=world.clock.new_id("e"), meter=meter, quantity=quantity)]
    await world.call("billing.RecordUsage", token or world.acme_admin, events=events)


async def tell(world: World, *tellers: Telling) -> None:
    await asyncio.gather(*(attempts(system_call(), one.tell) for one in tellers))
    await world.settle()


def total(told: list[tuple[str, str, int]], tenant: Any, meter: str = "exports") -> int:
    return sum(quantity for id, what, quantity in told if (id, what) == (tenant.id, meter))


async def test_what_was_used_is_announced_summed_up_and_once(world: World, told: list[tuple[str, str, int]]) -> None:
    teller = Telling(room_of(world))
    for quantity in (2, 3, 4):
        await record(world, "exports", quantity)
    await record(world, "exports", 100, world.globex_admin)
    await tell(world, teller)
    assert (total(told, world.acme), total(told, world.globex)) == (9, 100)
    assert len(told) <= 4
    await tell(world, teller)
    await record(world, "exports", 5)
    await tell(world, teller)
    await tell(world, teller)
    assert (total(told, world.acme), total(told, world.globex)) == (14, 100)


async def test_a_teller_that_begins_tells_what_nobody_told_and_nothing_twice(
    world: World, told: list[tuple[str, str, int]]
) -> None:
    await record(world, "exports", 2)
    await tell(world, Telling(room_of(world)))
    await record(world, "exports", 3)
    world.clock.advance(timedelta(hours=30))
    await tell(world, Telling(room_of(world)))
    await tell(world, Telling(room_of(world)))
    assert total(told, world.acme) == 5


async def test_two_tellers_at_once_tell_everything_once(world: World, told: list[tuple[str, str, int]]) -> None:
    tellers = [Telling(room_of(world)) for _ in range(4)]
    for quantity in range(1, 6):
        await record(world, "exports", quantity)
        await tell(world, *tellers)
    assert total(told, world.acme) == 15


async def test_of_a_highest_value_the_value_is_told(world: World, told: list[tuple[str, str, int]]) -> None:
    teller = Telling(room_of(world))
    for quantity in (5, 3, 8):
        await record(world, "largest_file", quantity)
        await tell(world, teller)
    said = [quantity for _, meter, quantity in told if meter == "largest_file"]
    assert said == [5, 8]
