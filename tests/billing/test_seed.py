"""The demonstration's year of billing: consistent in itself, and a past that the platform goes on from."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.billing.domain.subscription_state import State
from actors.kernel.demo import Demo, Seeding, last_monthly, make_demo
from actors.kernel.store.migrate import layout
from tests.billing.making import flat, moment
from tests.billing.selling import Shop
from tests.world import World

TENANTS = 24


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished() as world:
        yield Shop(world)


def demo_of(shop: Shop) -> Demo:
    """Of the morning of the world's day."""
    end = shop.world.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return make_demo(TENANTS, 180, 365, end)


async def seed(shop: Shop) -> tuple[Demo, int]:
    """Seeds all modules as `atrium seed` does. Returns the demonstration, and how many records Billing wrote."""
    demo, written = demo_of(shop), Counter[str]()
    collections = layout([(one.name, one.collections) for one in shop.world.cards])
    for one in sorted(shop.world.cards, key=lambda one: one.name != "tenants"):
        host = shop.world.hosts[one.name]
        assert one.seed is not None

        def told(count: int, name: str = one.name) -> None:
            written[name] += count

        await one.seed(Seeding(demo, host.store, host.room.settings, collections, told, host.books))
    return demo, written["billing"]


def held(shop: Shop) -> dict[str, int]:
    """How many records each table has, but for the marks and logs that any call leaves."""
    names = (
        "invoices",
        "invoice_lines",
        "payments",
        "ledger_entries",
        "tenant_subscriptions",
        "subscription_movements",
    )
    found = {name: len(shop.world.records(name, "books")) for name in (*names, "usage_logs", "sandbox_entries")}
    return found | {name: len(shop.world.records(name)) for name in ("usage_totals", "billing_contacts", "plans")}


async def test_a_seeded_year_is_proven_verified_and_counted(shop: Shop) -> None:
    world = shop.world
    demo, written = await seed(shop)
    assert written > 3_000
    proof = await world.call("billing.ProveLedger", world.root)
    assert proof.proven, proof.differences
    assert proof.entries > 100
    await shop.check()
    invoices = []
    page = await world.call("billing.ListInvoices", world.root, page_size=500)
    invoices += page.invoices
    assert len(invoices) > 30 and not page.next_page_token
    for invoice in invoices[::9]:
        result = await world.call("billing.VerifyInvoice", world.root, id=invoice.id)
        assert result.identical, (invoice.number, result.different_line_ids)
    metered = [one for one in invoices if one.reason == one.REASON_CYCLE]
    shown = await world.call("billing.GetInvoice", world.root, id=metered[0].id)
    assert shown.lines and shown.buyer.name
    found = await world.call("billing.GetBillingMetrics", world.root, months=12)
    assert found.mrr_minor > 0 and found.paid_minor > 0 and any(one.new_minor for one in found.months)
    assert next(one for one in found.usage if one.meter == "api_calls").quantities[-1] > 0
    assert {one.locale for one in demo.tenants} <= {"de", "en", "fr", "ja"}


async def test_who_does_not_pay_is_past_due_or_suspended_everywhere(shop: Shop) -> None:
    world = shop.world
    demo, _ = await seed(shop)
    states = {}
    for tenant in demo.tenants:
        live = await shop.live(tenant)
        states[tenant.id] = live.state
        account = await shop.account(tenant)
        shown = await world.call("tenants.GetTenant", world.root, id=tenant.id)
        behind = tenant.state == "SUSPENDED" or demo.overdue(tenant)
        assert (shown.payment_status == shown.PAYMENT_STATUS_PAST_DUE) == behind
        assert shown.plan == live.plan_id or live.state is State.TRIALING or live.pending_change is not None
        if behind:
            assert account.owed_minor > 0 and live.state in (State.PAST_DUE, State.SUSPENDED)
        else:
            assert live.state in (State.ACTIVE, State.TRIALING)
            (entitled,) = [await shop.entitlements(tenant)]
            assert entitled.usable and entitled.plan_id == live.plan_id
    assert {State.ACTIVE, State.TRIALING} <= set(states.values())


async def test_seeding_again_adds_nothing(shop: Shop) -> None:
    await seed(shop)
    before = held(shop)
    await seed(shop)
    assert held(shop) == before


async def test_the_numbers_of_real_invoices_stay_and_nothing_is_skipped(shop: Shop) -> None:
    world = shop.world
    await shop.offer("small", flat(1000))
    await shop.without(world.acme)
    await shop.card(world.acme)
    await shop.subscribe(world.acme, "small")
    (real,) = await shop.invoices(world.acme)
    await seed(shop)
    await seed(shop)
    assert [one.number for one in await shop.invoices(world.acme)] == [real.number]
    await shop.without(world.globex)
    await shop.card(world.globex)
    await shop.subscribe(world.globex, "small")
    await shop.check()  # no number twice, none left out
    assert (await world.call("billing.ProveLedger", world.root)).proven


@pytest.mark.timeout(120)
async def test_the_platform_goes_on_where_the_demonstration_ends(shop: Shop) -> None:
    world = shop.world
    demo, _ = await seed(shop)
    before = held(shop)["invoices"]
    cycle = shop.selling.cycle
    for _ in range(33):
        await world.later(days=1)
        await cycle.sweep()
        await world.settle()
    await world.sign_in_again()
    assert held(shop)["invoices"] > before
    assert await world.bus.dead_letters() == []
    proof = await world.call("billing.ProveLedger", world.root)
    assert proof.proven, proof.differences
    await shop.check()
    newest: Any = (await world.call("billing.ListInvoices", world.root, page_size=20)).invoices
    for invoice in newest:
        result = await world.call("billing.VerifyInvoice", world.root, id=invoice.id)
        assert result.identical, invoice.number
    assert any(one.tenant_id in {tenant.id for tenant in demo.tenants} for one in newest)


def test_the_last_monthly_moment_is_not_ahead_and_not_before_the_anchor() -> None:
    assert last_monthly(moment("2026-01-31"), moment("2026-03-15")) == moment("2026-02-28")
    assert last_monthly(moment("2026-01-31"), moment("2026-02-10")) == moment("2026-01-31")
    assert last_monthly(moment("2026-02-05"), moment("2026-02-20")) == moment("2026-02-05")
    assert last_monthly(moment("2025-12-20"), moment("2026-01-10")) == moment("2025-12-20")
    assert last_monthly(moment("2025-06-01"), moment("2026-01-01") + timedelta(hours=1)) == moment("2026-01-01")
