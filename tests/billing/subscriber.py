"""A tenant of a world that has a subscription, as billing keeps one, to terms that a test makes up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from actors.billing.catalogue import Catalogue
from actors.billing.domain.meter import Aggregation, new_meter
from actors.billing.domain.order import ordered
from actors.billing.domain.plan import PlanVersion, version_id
from actors.billing.domain.subscribing import new_subscription
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import Terms
from actors.billing.standing import live_subscription
from actors.billing.subscribing import Subscriptions
from actors.kernel.call import system_call
from actors.kernel.module import Room
from tests.world import World


def room_of(world: World) -> Room:
    return world.hosts["billing"].room


async def add_meters(world: World, **aggregations: Aggregation) -> None:
    await put_meters(room_of(world), **aggregations)


async def put_meters(room: Room, **aggregations: Aggregation) -> None:
    async with room.store.unit(system_call(), aside=True) as unit:
        for id, aggregation in aggregations.items():
            if await unit.meters.find(id) is None:
                unit.meters.put(new_meter(id, id.title(), "unit", aggregation))


async def subscribe(world: World, tenant: Any, terms: Terms, *, plan: str = "metered", **more: Any) -> Subscription:
    """Subscribes the tenant to the terms from now on, in place of what it had; it pays, or is on a trial when
    `trial_days` are given."""
    world.clock.advance(timedelta(seconds=2))  # a period has a length, also the one that ends here
    kept = await put_subscription(room_of(world), tenant.id, terms, plan=plan, **more)
    await world.settle()
    await world.sign_in_again()  # another tier makes tokens stale
    return kept


async def put_subscription(
    room: Room, tenant_id: str, terms: Terms, *, plan: str = "metered", **more: Any
) -> Subscription:
    """The same through the stores alone."""
    now: datetime = room.clock.now()
    async with room.store.unit(system_call(), aside=True) as unit:
        if await unit.plan_versions.find(version_id(plan, 1)) is None:
            version = PlanVersion(id=version_id(plan, 1), plan_id=plan, plan_version=1, terms=terms, effective_time=now)
            unit.plan_versions.put(version)
    subscriptions = Subscriptions(room, Catalogue(room))
    async with room.books.unit(system_call(), aside=True) as unit:
        if (live := await live_subscription(unit, tenant_id)) is not None:
            await subscriptions.keep(unit, live, live.cancelled("for another", now), now)
    book = terms.price_books[0]
    subscription = new_subscription(
        id=room.clock.new_id("sub"),
        tenant_id=tenant_id,
        order=ordered(plan, 1, terms, book.interval, book.currency, 1),
        currency=book.currency,
        at=now,
        payment_method_id="pm_1",
        **more,
    )
    if not more.get("trial_days"):
        subscription = subscription.activated(now)
    async with room.books.unit(system_call(), aside=True) as unit:
        return await subscriptions.keep(unit, None, subscription, now)
