"""Subscriptions as they are bought, changed and ended."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from actors.billing.domain.invoice import Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import State as PaymentState
from actors.billing.domain.subscription_state import State
from tests.billing.making import YEAR, flat, metered, seat
from tests.billing.selling import Shop
from tests.world import World


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished() as world:
        shop = Shop(world)
        await shop.offer("small", flat(1000), yearly=(flat(10_000),))
        await shop.offer("large", flat(3000), seat(500), yearly=(flat(30_000), seat(5000)))
        await shop.offer("metered", flat(2000), metered("api_calls"))
        await shop.offer("nothing")
        await shop.offer("tried", flat(1500), trial_days=10)
        yield shop
        await world.settle()
        await shop.check()


async def test_a_new_tenant_begins_with_its_plan_on_trial(shop: Shop) -> None:
    live = await shop.live(shop.world.acme)
    assert (live.plan_id, live.state, live.seats) == ("standard", State.TRIALING, 1)
    tenant = await shop.world.call("tenants.GetTenant", shop.world.root, id=shop.world.acme.id)
    assert (tenant.plan, tenant.tier) == ("standard", "standard")
    entitlements = await shop.entitlements(shop.world.acme)
    assert entitlements.usable and entitlements.revision == 1
    assert [one.state for one in await shop.movements(shop.world.acme)] == [State.TRIALING]


async def test_a_first_invoice_is_issued_and_paid_at_once(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme)
    made = await shop.subscribe(acme, "large", seats=3)
    await shop.world.settle()
    assert made.subscription.state == made.subscription.STATE_ACTIVE
    assert made.invoice.state == made.invoice.STATE_PAID and made.invoice.number
    assert made.invoice.totals.total_minor == 3000 + 3 * 500
    assert made.payment.state == made.payment.STATE_SUCCEEDED and made.payment.amount_minor == 4500
    assert [(one.state, one.reason) for one in await shop.invoices(acme)] == [
        (InvoiceState.PAID, Reason.SUBSCRIPTION_CREATE)
    ]
    assert await shop.taken_minor() == 4500
    assert (await shop.entitlements(acme)).usable


async def test_what_is_declined_waits_for_another_card_and_is_given_up_in_the_end(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme, "tok_insufficient_funds")
    made = await shop.subscribe(acme, "small")
    assert made.subscription.state == made.subscription.STATE_INCOMPLETE
    assert made.payment.state == made.payment.STATE_FAILED
    assert not (await shop.entitlements(acme)).usable
    await shop.world.later(hours=24)
    live = await shop.live(acme)
    assert live.state is State.CANCELLED
    first, note = await shop.invoices(acme)
    assert first.state is InvoiceState.VOID and note.credited_invoice_id == first.id
    assert (await shop.account(acme)).owed_minor == 0
