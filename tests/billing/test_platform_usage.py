"""What the platform counts by itself: calls of machines, users, stored bytes."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from actors.api.iam.v1 import UserDeleted, UserProvisioned
from actors.api.kernel.v1 import CallsCounted
from actors.billing.domain.billed_period import period_id
from actors.billing.following import Following
from actors.billing.freezing import SETTLING, frozen
from actors.billing.platform_usage import PlatformUsage
from actors.billing.standing import live_subscription
from actors.kernel.call import system_call
from actors.kernel.host.retry import attempts
from tests.billing.making import metered, terms_of
from tests.billing.subscriber import room_of, subscribe
from tests.world import World

TERMS = terms_of(metered("users"), metered("api_calls"), metered("storage_bytes"))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World.furnished() as furnished:
        await subscribe(furnished, furnished.acme, TERMS)
        yield furnished


async def quantities(world: World, token: str = "") -> dict[str, int]:
    await world.settle()
    shown = await world.call("billing.GetUsage", token or world.acme_admin, tenant_id=world.acme.id)
    return {one.meter.id: one.quantity for one in shown.meters}


async def hear(world: World, events: Sequence[Any]) -> None:
    """As the batch reaction to events of one kind does."""
    room = room_of(world)
    (reaction,) = [
        one
        for one in (*PlatformUsage(room).all(), *Following(room, PlatformUsage(room)).all())
        if one.event == type(events[0]).__name__ and one.batch
    ]
    await attempts(system_call(), lambda: reaction.handle(events, system_call()))


def provisioned(user: str, tenant: str) -> UserProvisioned:
    return UserProvisioned(user_id=user, tenant_id=tenant, status="ACTIVE")


async def test_calls_of_machines_are_counted_and_clicks_of_people_are_not(world: World) -> None:
    before = (await quantities(world))["api_calls"]
    for _ in range(3):
        await world.call("iam.ListUsers", world.acme_admin)
    assert (await quantities(world))["api_calls"] == before
    machine = await world.holder("users.read", tenant=world.acme)
    for _ in range(4):
        await world.call("iam.ListUsers", machine)
    assert (await quantities(world))["api_calls"] == before + 4


async def test_users_are_those_that_there_are(world: World) -> None:
    assert (await quantities(world))["users"] == 1
    user, _ = await world.person(world.acme_admin, "sue@acme.example")
    await world.person(world.globex_admin, "bob@globex.example")
    assert (await quantities(world))["users"] == 2
    await world.call("iam.DeleteUser", world.acme_admin, id=user.id)
    assert (await quantities(world))["users"] == 1


@pytest.mark.parametrize("seed", range(5))
async def test_however_users_are_heard_of_each_counts_once_and_no_more_once_deleted(world: World, seed: int) -> None:
    tenant = world.acme.id
    start = (await quantities(world))["users"]
    events: list[Any] = [provisioned(f"usr_{n}", tenant) for n in range(6)] * 2
    events += [UserDeleted(user_id=f"usr_{n}", tenant_id=tenant) for n in (1, 4)]
    random.Random(seed).shuffle(events)
    for kind, same in itertools.groupby(events, type):
        assert kind in (UserProvisioned, UserDeleted)
        await hear(world, list(same))
    assert (await quantities(world))["users"] == start + 4


async def test_a_user_that_is_heard_of_before_its_tenant_counts(world: World) -> None:
    await hear(world, [provisioned("usr_1", "ten_new")])
    world.clock.advance(timedelta(seconds=1))
    tenant = SimpleNamespace(id="ten_new")
    await subscribe(world, tenant, TERMS)
    room = room_of(world)
    async with room.books.unit(system_call("ten_new"), aside=True) as unit:
        (subscription,) = await unit.subscriptions.select()
        (period,) = await unit.periods.select()
    world.clock.advance(period.end_time + room.settings.grace + SETTLING - world.clock.now())
    assert [(log.meter, log.quantity) for log in await frozen(room, subscription, period)] == [("users", 1)]


async def test_users_that_two_replicas_hear_of_at_once_all_count(world: World) -> None:
    start = (await quantities(world))["users"]
    await asyncio.gather(*(hear(world, [provisioned(f"usr_{n}", world.acme.id)]) for n in range(8)))
    assert (await quantities(world))["users"] == start + 8


async def test_the_number_of_users_goes_on_into_the_next_period(world: World) -> None:
    await world.person(world.acme_admin, "sue@acme.example")
    assert (await quantities(world))["users"] == 2
    room = room_of(world)
    async with room.books.unit(system_call(world.acme.id), aside=True) as unit:
        subscription = await live_subscription(unit, world.acme.id)
        assert subscription is not None
        period = await unit.periods.get(period_id(subscription.id, subscription.period_number))
    world.clock.advance(period.end_time + room.settings.grace + SETTLING - world.clock.now())
    second = period.but(
        id=f"{subscription.id}:2", number=2, start_time=period.end_time, end_time=period.end_time + timedelta(days=30)
    )
    world.clock.advance(second.end_time - period.end_time)
    logs = {log.meter: log.quantity for log in await frozen(room, subscription, second)}
    assert logs["users"] == 2


async def test_storage_is_what_was_measured_last(world: World) -> None:
    await world.later(hours=1)
    await world.sign_in_again()
    first = (await quantities(world))["storage_bytes"]
    assert first > 0
    for number in range(20):
        await world.person(world.acme_admin, f"u{number}@acme.example")
    await world.later(hours=1)
    await world.sign_in_again()
    second = (await quantities(world))["storage_bytes"]
    assert second > first


async def test_what_is_counted_of_a_tenant_that_is_not_billed_here_is_dropped(world: World) -> None:
    await hear(
        world,
        [CallsCounted(calls=[CallsCounted.Calls(tenant_id="ten_gone", calls=5, machine_calls=5)])],
    )
    assert not world.mentions("ten_gone")
