"""What tenants' coming, pausing and going means for their billing; and what billing means for tenants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from actors.billing.domain.subscription_state import State
from tests.billing.making import flat
from tests.billing.selling import Shop
from tests.world import World, refused


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished(
        tenants={"plans": {**PLANS, "house": {"display_name": "House", "tier": "free"}}}
    ) as world:
        shop = Shop(world)
        await shop.offer("small", flat(1000), tier="premium")
        yield shop
        await world.settle()
        await shop.check()
        assert await world.bus.dead_letters() == []


PLANS = {
    name: {"display_name": name.title(), "tier": tier}
    for name, tier in (("free", "free"), ("standard", "standard"), ("premium", "premium"), ("small", "premium"))
}


async def paying(shop: Shop) -> None:
    await shop.without(shop.world.acme)
    await shop.card(shop.world.acme)
    await shop.subscribe(shop.world.acme, "small")
    await shop.world.settle()


async def created(shop: Shop, plan: str, slug: str = "initech") -> str:
    made = await shop.world.call(
        "tenants.CreateTenant",
        shop.world.root,
        slug=slug,
        display_name="Initech",
        plan=plan,
        admin_email="bill@initech.example",
        admin_display_name="Bill",
    )
    await shop.world.settle()
    return str(made.id)


async def test_a_tenant_on_a_free_plan_begins_active_and_on_a_paid_one_with_days_to_pay(shop: Shop) -> None:
    world = shop.world
    free = await created(shop, "free")
    paid = await created(shop, "small", "hooli")
    async with shop.unit() as unit:
        of = {one.tenant_id: one async for one in unit.subscriptions.scan()}
        account = await unit.accounts.get(paid)
    assert (of[free].state, of[free].plan_id) == (State.ACTIVE, "free")
    assert of[paid].state is State.TRIALING
    assert of[paid].period_end_time - of[paid].period_start_time == timedelta(days=14)
    assert (account.party.name, account.party.email, account.currency) == ("Initech", "bill@initech.example", "EUR")
    tenant = await world.call("tenants.GetTenant", world.root, id=paid)
    assert tenant.state == tenant.STATE_ACTIVE and tenant.tier == "premium"


async def test_a_plan_that_is_not_sold_is_not_billed_and_holds_nobody_up(shop: Shop) -> None:
    id = await created(shop, "house")
    tenant = await shop.world.call("tenants.GetTenant", shop.world.root, id=id)
    assert tenant.state == tenant.STATE_ACTIVE and tenant.plan == "house"
    async with shop.unit(id) as unit:
        assert await unit.subscriptions.select() == [] and (await unit.accounts.get(id)).currency == "EUR"
    await shop.world.call("tenants.UpdateTenant", shop.world.root, id=id, plan="free")


async def test_a_plan_that_billing_sells_is_one_that_tenants_are_created_on(shop: Shop) -> None:
    world = shop.world
    await shop.offer("gold", flat(5000), tier="premium", own_database=True)
    listed = await world.call("tenants.ListTenantPlans", world.root)
    assert {"gold", "house", "free"} <= {one.id for one in listed.plans}
    gold = next(one for one in listed.plans if one.id == "gold")
    assert (gold.display_name, gold.tier, gold.isolation) == ("Gold", "premium", world.acme.ISOLATION_SILO)
    id = await created(shop, "gold")
    tenant = await world.call("tenants.GetTenant", world.root, id=id)
    assert (tenant.plan, tenant.tier, tenant.state) == ("gold", "premium", tenant.STATE_ACTIVE)
    with refused("PLAN_UNKNOWN"):
        await created(shop, "silver", "globe")


async def test_the_plan_and_tier_of_a_tenant_follow_its_subscription(shop: Shop) -> None:
    world = shop.world
    await paying(shop)
    tenant = await world.call("tenants.GetTenant", world.root, id=world.acme.id)
    assert (tenant.plan, tenant.tier) == ("small", "premium")
    with refused("PLAN_BILLED"):
        await world.call("tenants.UpdateTenant", world.root, id=world.acme.id, plan="free")
    await world.call("tenants.UpdateTenant", world.root, id=world.acme.id, plan="small", display_name="Acme Two")


async def test_payments_that_fail_and_succeed_show_in_the_tenants_health(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await paying(shop)
    bad = await shop.card(acme, "tok_insufficient_funds")
    await shop.change(acme, payment_method_id=bad)
    await shop.until((await shop.live(acme)).period_end_time)
    live = await shop.live(acme)
    assert live.state is State.PAST_DUE
    health = await world.call("tenants.GetTenantHealth", world.root, tenant_id=acme.id)
    assert health.payment_status == world.acme.PAYMENT_STATUS_PAST_DUE
    good = await shop.card(acme)
    await shop.change(acme, payment_method_id=good)
    await shop.until(world.clock.now() + timedelta(days=2))
    assert (await shop.live(acme)).state is State.ACTIVE
    health = await world.call("tenants.GetTenantHealth", world.root, tenant_id=acme.id)
    assert health.payment_status == world.acme.PAYMENT_STATUS_CURRENT


async def test_no_period_begins_while_a_tenant_is_suspended(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await paying(shop)
    await world.call("tenants.SuspendTenant", world.root, id=acme.id, reason="abuse")
    await world.settle()
    end = (await shop.live(acme)).period_end_time
    await shop.until(end + timedelta(days=10))
    assert (await shop.live(acme)).state is State.PAUSED and len(await shop.invoices(acme)) == 1
    await world.call("tenants.RestoreTenant", world.root, id=acme.id)
    await world.settle()
    live = await shop.live(acme)
    assert (live.state, live.period_number) == (State.ACTIVE, 2)
    assert len(await shop.invoices(acme)) == 2 and await shop.taken_minor() == 2000


async def test_restored_within_the_period_goes_on_as_it_was(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await paying(shop)
    await world.call("tenants.DeleteTenant", world.root, id=acme.id)
    await world.settle()
    assert (await shop.live(acme)).cancel_at_period_end
    await world.call("tenants.RestoreTenant", world.root, id=acme.id)
    await world.settle()
    assert not (await shop.live(acme)).cancel_at_period_end
    await shop.cancel(acme, reason="enough")
    await world.call("tenants.SuspendTenant", world.root, id=acme.id, reason="abuse")
    await world.settle()
    await world.call("tenants.RestoreTenant", world.root, id=acme.id)
    await world.settle()
    live = await shop.live(acme)
    assert live.cancel_at_period_end and live.cancel_reason == "enough" and not live.pause_at_period_end


async def test_what_a_purged_tenant_was_billed_stays_in_the_books(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await paying(shop)
    await world.call("tenants.DeleteTenant", world.root, id=acme.id)
    await shop.until(world.clock.now() + timedelta(days=31))
    tenant = await world.call("tenants.GetTenant", world.root, id=acme.id)
    assert tenant.state == tenant.STATE_PURGED
    assert (await shop.live(acme)).state is State.CANCELLED and len(await shop.invoices(acme)) == 1
    async with shop.unit(acme.id) as unit:
        assert await unit.entitlements.find(acme.id) is None
