"""Subscriptions as they are bought, changed and ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from typing import Any

import pytest

from actors.billing.domain.invoice import Kind, Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.subscription_state import State
from actors.kernel.errors import AtriumError
from tests.billing.making import YEAR, coupon_of, flat, metered, seat
from tests.billing.selling import CLOSING, Shop
from tests.world import World, refused


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
        assert await world.bus.dead_letters() == []


async def subscribed(shop: Shop, plan: str = "small", **more: Any) -> Any:
    """Acme on a plan that is paid for, instead of its trial."""
    await shop.without(shop.world.acme)
    await shop.card(shop.world.acme)
    made = await shop.subscribe(shop.world.acme, plan, **more)
    await shop.world.settle()
    return made


async def test_a_new_tenant_begins_with_its_plan_on_trial(shop: Shop) -> None:
    live = await shop.live(shop.world.acme)
    assert (live.plan_id, live.state, live.seats) == ("standard", State.TRIALING, 1)
    tenant = await shop.world.call("tenants.GetTenant", shop.world.root, id=shop.world.acme.id)
    assert (tenant.plan, tenant.tier) == ("standard", "standard")
    entitlements = await shop.entitlements(shop.world.acme)
    assert entitlements.usable and entitlements.revision == 1
    assert [one.state for one in await shop.movements(shop.world.acme)] == [State.TRIALING]


async def test_a_first_invoice_is_issued_and_paid_at_once(shop: Shop) -> None:
    made = await subscribed(shop, "large", seats=3)
    acme = shop.world.acme
    assert made.subscription.state == made.subscription.STATE_ACTIVE
    assert made.invoice.state == made.invoice.STATE_PAID and made.invoice.number and made.invoice.sandbox
    assert made.invoice.totals.total_minor == 3000 + 3 * 500
    assert made.payment.state == made.payment.STATE_SUCCEEDED and made.payment.amount_minor == 4500
    assert [(one.state, one.reason) for one in await shop.invoices(acme)] == [
        (InvoiceState.PAID, Reason.SUBSCRIPTION_CREATE)
    ]
    assert await shop.taken_minor() == 4500
    entitlements = await shop.entitlements(acme)
    assert entitlements.usable and entitlements.plan_id == "large"
    moved = (await shop.movements(acme))[-1]
    assert (moved.previous_state, moved.state, moved.mrr_minor) == (State.INCOMPLETE, State.ACTIVE, 4500)


async def test_what_is_declined_is_given_up_in_the_end(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme, "tok_insufficient_funds")
    made = await shop.subscribe(acme, "small")
    assert made.subscription.state == made.subscription.STATE_INCOMPLETE
    assert made.payment.state == made.payment.STATE_FAILED
    assert not (await shop.entitlements(acme)).usable
    await shop.world.later(hours=24)
    live = await shop.live(acme)
    assert (live.state, live.cancel_reason) == (State.CANCELLED, "the first payment was never made")
    first, note = await shop.invoices(acme)
    assert first.state is InvoiceState.VOID and note.kind is Kind.CREDIT_NOTE and note.number
    assert (await shop.account(acme)).owed_minor == 0 == await shop.taken_minor()


async def test_a_payer_who_must_confirm_is_waited_for(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme, "tok_challenge")
    made = await shop.subscribe(acme, "small")
    assert made.subscription.state == made.subscription.STATE_INCOMPLETE
    assert made.payment.state == made.payment.STATE_REQUIRES_ACTION
    assert made.payment.confirmation.redirect_url
    await shop.cancel(acme)
    await shop.world.settle()
    assert (await shop.live(acme)).state is State.CANCELLED
    assert [one.state.name for one in await shop.payments(acme)] == ["CANCELLED"]
    assert [one.state for one in await shop.invoices(acme)] == [InvoiceState.VOID, InvoiceState.PAID]


async def test_a_plan_that_costs_nothing_needs_no_card_and_makes_no_invoice(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    made = await shop.subscribe(acme, "nothing")
    assert made.subscription.state == made.subscription.STATE_ACTIVE
    assert not made.HasField("invoice") and not made.HasField("payment")
    await shop.world.later(days=65)
    assert (await shop.live(acme)).period_number == 3 and await shop.invoices(acme) == []


async def test_a_tenant_has_a_trial_once(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme)
    made = await shop.subscribe(acme, "tried", skip_trial=False)
    assert made.subscription.state == made.subscription.STATE_ACTIVE and made.payment.amount_minor == 1500


async def test_credit_is_used_before_a_card_and_may_be_enough(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme)
    await shop.credit(acme, 1200)
    made = await shop.subscribe(acme, "small")
    assert made.subscription.state == made.subscription.STATE_ACTIVE and not made.HasField("payment")
    assert made.invoice.totals.credit_minor == 1000 and made.invoice.totals.due_minor == 0
    await shop.change(acme, plan_id="large", effective_at="EFFECTIVE_AT_NOW")
    assert (await shop.account(acme)).credit_minor == 0


async def test_coupons_are_counted_once_they_are_redeemed(shop: Shop) -> None:
    acme = shop.world.acme
    async with shop.unit() as unit:
        unit.coupons.put(coupon_of(percent_micros=250_000, most_redemptions=1, months=2))
    made = await subscribed(shop, "small", coupon_code="spring")
    assert made.invoice.totals.discount_minor == 250 and made.payment.amount_minor == 750
    with refused("COUPON_INVALID"):
        await shop.change(acme, coupon_code="SPRING")
    with refused("COUPON_INVALID"):
        await shop.change(acme, coupon_code="autumn")
    async with shop.unit() as unit:
        assert (await unit.coupons.get("cou_1")).redemptions == 1
    await shop.until((await shop.live(acme)).period_end_time)
    await shop.until((await shop.live(acme)).period_end_time)
    assert [one.totals.total_minor for one in await shop.invoices(acme)] == [750, 750, 1000]


@pytest.mark.parametrize("how", ["waits", "cancels"])
async def test_a_coupon_of_what_never_began_may_be_redeemed_again(shop: Shop, how: str) -> None:
    acme = shop.world.acme
    async with shop.unit() as unit:
        unit.coupons.put(coupon_of(percent_micros=250_000, most_redemptions=1, months=2))
    await shop.without(acme)
    await shop.card(acme, "tok_visa_declined")
    await shop.subscribe(acme, "small", coupon_code="spring")
    assert (await shop.live(acme)).state is State.INCOMPLETE
    if how == "waits":
        await shop.until(shop.world.clock.now() + timedelta(days=1))
    else:
        await shop.cancel(acme)
    assert (await shop.live(acme)).state is State.CANCELLED
    await shop.card(acme)
    made = await shop.subscribe(acme, "small", coupon_code="spring")
    assert made.payment.amount_minor == 750
    async with shop.unit() as unit:
        assert (await unit.coupons.get("cou_1")).redemptions == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"plan_id": "none"}, "PLAN_UNKNOWN"),
        ({"plan_id": "small", "currency": "USD"}, "PRICE_MISSING"),
        ({"plan_id": "metered", "interval": "INTERVAL_YEAR"}, "PRICE_MISSING"),
        ({"plan_id": "small", "payment_method_id": "pm_none"}, "NOT_FOUND"),
        ({"plan_id": "small", "coupon_code": "none"}, "COUPON_INVALID"),
        ({"plan_id": "large", "seats": 1_000_000, "interval": "INTERVAL_YEAR"}, "INVARIANT_BROKEN"),
        ({"plan_id": "large", "seats": 1_000_001}, "INVALID_FIELDS"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_leaves_nothing(shop: Shop, fields: Any, reason: str) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme)
    asked = {"interval": "INTERVAL_MONTH", **fields}
    with refused(reason):
        await shop.world.call(
            "billing.CreateSubscription", shop.world.root, tenant_id=acme.id, skip_trial=True, **asked
        )
    assert (await shop.live(acme)).plan_id == "standard" and await shop.invoices(acme) == []
    assert (await shop.account(acme)).state.name == "OPEN"


async def test_without_a_card_nothing_that_costs_begins(shop: Shop) -> None:
    await shop.without(shop.world.acme)
    with refused("PAYMENT_METHOD_NEEDED"):
        await shop.subscribe(shop.world.acme, "small")


async def test_a_tenant_that_is_not_there_cannot_subscribe(shop: Shop) -> None:
    with refused("NOT_FOUND"):
        await shop.world.call(
            "billing.CreateSubscription",
            shop.world.root,
            tenant_id="ten_none",
            plan_id="small",
            interval="INTERVAL_MONTH",
        )


async def test_a_second_subscription_is_refused_by_name(shop: Shop) -> None:
    acme = shop.world.acme
    with refused("SUBSCRIPTION_EXISTS") as seen:
        await shop.subscribe(acme, "small")
    assert seen.error is not None and seen.error.metadata["subscription"] == (await shop.live(acme)).id


async def test_fifty_at_once_give_one_subscription_and_one_charge(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme)
    found = await asyncio.gather(*(shop.subscribe(acme, "small") for _ in range(50)), return_exceptions=True)
    made = [one for one in found if not isinstance(one, BaseException)]
    refusals = [one for one in found if isinstance(one, AtriumError)]
    assert len(made) == 1 and len(refusals) == 49
    assert {one.reason() for one in refusals} == {"SUBSCRIPTION_EXISTS"}
    await shop.world.settle()
    assert len(await shop.invoices(acme)) == 1 and await shop.taken_minor() == 1000


async def test_fifty_of_one_call_with_its_key_give_one_answer(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.without(acme)
    await shop.card(acme)
    key = {"idempotency-key": "subscribe-acme"}
    found = await asyncio.gather(*(shop.subscribe(acme, "small", headers=key) for _ in range(50)))
    assert len({one.subscription.id for one in found}) == 1 == len({one.payment.id for one in found})
    assert {one.payment.state for one in found} == {found[0].payment.STATE_SUCCEEDED}
    await shop.world.settle()
    assert len(await shop.invoices(acme)) == 1 and await shop.taken_minor() == 1000


# --- changes ---


async def test_an_upgrade_is_made_at_once_and_charged_as_previewed(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop)
    await shop.world.later(days=10, seconds=1234)
    world = shop.world
    world.root = str((await world.login("root@example.com")).access_token)
    previewed = await shop.preview(acme, plan_id="large", seats=4)
    await world.later(minutes=5)
    changed = await shop.change(acme, plan_id="large", seats=4, preview_time=previewed.preview_time)
    await world.settle()
    assert changed.subscription.plan_id == "large" and changed.subscription.seats == 4
    issued = await world.call("billing.GetSubscription", world.root, id=changed.subscription.id)
    assert issued == changed.subscription
    assert changed.invoice.totals.total_minor == previewed.totals.total_minor > 0
    assert changed.payment.amount_minor == previewed.totals.due_minor
    invoice = (await shop.invoices(acme))[-1]
    lines = await shop.lines(invoice)
    assert invoice.reason is Reason.CHANGE and invoice.state is InvoiceState.PAID
    assert [one.kind for one in lines] == [LineKind.PRORATED_CREDIT, *[LineKind.PRORATED_CHARGE] * 2]
    assert [one.amount_minor for one in lines] == [one.amount_minor for one in previewed.lines]
    assert previewed.recurring_minor == 5000
    assert previewed.effective_time == previewed.preview_time


async def test_a_preview_that_is_too_old_is_refused(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop)
    await shop.world.later(days=3)
    shop.world.root = str((await shop.world.login("root@example.com")).access_token)
    previewed = await shop.preview(acme, plan_id="large")
    await shop.world.later(minutes=11)
    shop.world.root = str((await shop.world.login("root@example.com")).access_token)
    with refused("PREVIEW_STALE"):
        await shop.change(acme, plan_id="large", preview_time=previewed.preview_time)


async def test_a_downgrade_waits_for_the_end_of_the_period_as_previewed(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop, "large", seats=2)
    before = await shop.live(acme)
    previewed = await shop.preview(acme, plan_id="small")
    assert previewed.effective_time.ToDatetime(UTC) == before.period_end_time
    assert previewed.totals.total_minor == 1000 == previewed.recurring_minor
    changed = await shop.change(acme, plan_id="small")
    assert changed.subscription.plan_id == "large" and changed.subscription.pending_change.plan_id == "small"
    assert not changed.HasField("invoice")
    assert (await shop.entitlements(acme)).plan_id == "large"
    await shop.until(before.period_end_time)
    live = await shop.live(acme)
    assert (live.plan_id, live.pending_change, live.period_number) == ("small", None, 2)
    assert (await shop.invoices(acme))[-1].totals.total_minor == 1000
    assert (await shop.entitlements(acme)).plan_id == "small"


async def test_a_downgrade_at_once_leaves_credit_that_the_next_invoice_takes(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop, "large", seats=2)
    await shop.world.later(days=1)
    shop.world.root = str((await shop.world.login("root@example.com")).access_token)
    previewed = await shop.preview(acme, plan_id="small", effective_at="EFFECTIVE_AT_NOW")
    changed = await shop.change(
        acme, plan_id="small", effective_at="EFFECTIVE_AT_NOW", preview_time=previewed.preview_time
    )
    assert changed.invoice.totals.total_minor == previewed.totals.total_minor < 0
    credit = (await shop.account(acme)).credit_minor
    assert credit == -changed.invoice.totals.total_minor and not changed.HasField("payment")
    await shop.until((await shop.live(acme)).period_end_time)
    assert (await shop.invoices(acme))[-1].totals.credit_minor == min(1000, credit)


async def test_another_interval_begins_a_new_period_with_its_own_anchor(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop)
    await shop.world.later(days=10)
    shop.world.root = str((await shop.world.login("root@example.com")).access_token)
    changed = await shop.change(acme, interval="INTERVAL_YEAR")
    await shop.world.settle()
    live = await shop.live(acme)
    assert (live.period_number, live.anchor_number, live.interval) == (2, 2, YEAR)
    assert changed.invoice.totals.subtotal_minor == 10_000 + sum(
        one.amount_minor for one in await shop.lines((await shop.invoices(acme))[-1]) if one.amount_minor < 0
    )
    first, second = await shop.periods(acme)
    assert first.end_time == second.start_time == live.period_start_time and first.close_time is not None
    await shop.world.later(days=200)
    assert len(await shop.invoices(acme)) == 2, "a year has one period"


async def test_a_change_is_repeated_with_its_key_and_made_once(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop)
    await shop.world.later(days=1)
    shop.world.root = str((await shop.world.login("root@example.com")).access_token)
    key = {"idempotency-key": "up"}
    answers = await asyncio.gather(*(shop.change(acme, plan_id="large", headers=key) for _ in range(10)))
    assert len({one.SerializeToString(deterministic=True) for one in answers}) == 1
    assert len(await shop.invoices(acme)) == 2 == len(await shop.payments(acme))


async def test_a_change_takes_the_newest_version_only_when_its_plan_is_named(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop, "large")
    await shop.offer("large", flat(3300), seat(550))
    await shop.change(acme, seats=2)
    live = await shop.live(acme)
    assert (live.plan_version, live.recurring_micros) == (1, 4_000_000_000)
    await shop.change(acme, plan_id="large")
    assert (await shop.live(acme)).plan_version == 2


async def test_a_trial_changes_without_a_charge(shop: Shop) -> None:
    acme = shop.world.acme
    changed = await shop.change(acme, plan_id="large")
    assert changed.subscription.state == changed.subscription.STATE_TRIALING
    assert changed.subscription.plan_id == "large" and not changed.HasField("invoice")
    assert (await shop.entitlements(acme)).plan_id == "large"


async def test_a_change_of_an_etag_that_is_old_is_refused(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop)
    etag = (await shop.live(acme)).etag
    await shop.change(acme, plan_id="large", etag=etag)
    with refused("ETAG_STALE"):
        await shop.change(acme, plan_id="small", etag=etag)


# --- the end, pauses ---


async def test_cancelled_at_once_credits_the_rest(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop)
    live = await shop.live(acme)
    await shop.until(live.period_start_time + (live.period_end_time - live.period_start_time) / 2)
    ended = await shop.cancel(acme, now=True, reason="no need")
    await shop.world.settle()
    assert ended.state == ended.STATE_CANCELLED and ended.cancel_reason == "no need"
    assert 490 <= (await shop.account(acme)).credit_minor <= 500
    assert not (await shop.entitlements(acme)).usable
    again = await shop.cancel(acme, now=True)
    assert again.etag == ended.etag
    assert [one.reason for one in await shop.invoices(acme)] == [Reason.SUBSCRIPTION_CREATE, Reason.CANCEL]
    made = await shop.subscribe(acme, "small")
    assert made.subscription.id != ended.id


async def test_cancelled_later_runs_until_then_and_may_be_taken_back(shop: Shop) -> None:
    acme, world = shop.world.acme, shop.world
    made = await subscribed(shop, "metered")
    await shop.use(acme, "api_calls", 700)
    assert (await shop.cancel(acme)).cancel_at_period_end
    resumed = await world.call("billing.ResumeSubscription", world.root, id=made.subscription.id)
    assert not resumed.cancel_at_period_end
    await shop.cancel(acme)
    end = (await shop.live(acme)).period_end_time
    await shop.until(end)
    assert (await shop.live(acme)).state is State.CANCELLED
    await shop.until(end + CLOSING)
    last = (await shop.invoices(acme))[-1]
    assert (last.reason, last.totals.total_minor, last.state) == (Reason.CANCEL, 700, InvoiceState.PAID)


async def test_a_pause_stops_billing_until_it_is_resumed(shop: Shop) -> None:
    acme, world = shop.world.acme, shop.world
    made = await subscribed(shop)
    await world.call("billing.PauseSubscription", world.root, id=made.subscription.id)
    end = (await shop.live(acme)).period_end_time
    await shop.until(end + timedelta(days=40))
    assert (await shop.live(acme)).state is State.PAUSED and len(await shop.invoices(acme)) == 1
    assert not (await shop.entitlements(acme)).usable
    resumed = await world.call("billing.ResumeSubscription", world.root, id=made.subscription.id)
    assert resumed.state == resumed.STATE_ACTIVE and resumed.period_number == 2
    await world.settle()
    last = (await shop.invoices(acme))[-1]
    assert (last.reason, last.state, last.totals.total_minor) == (Reason.CYCLE, InvoiceState.PAID, 1000)
    assert (await shop.live(acme)).anchor_time == (await shop.live(acme)).period_start_time


async def test_a_trial_without_a_card_is_suspended_and_resumes_with_one(shop: Shop) -> None:
    acme, world = shop.world.acme, shop.world
    await shop.change(acme, plan_id="small")
    live = await shop.live(acme)
    await shop.until(live.period_end_time + timedelta(minutes=11))
    # Its schedule was made in another world: the sweep finds it.
    assert await shop.selling.cycle.sweep() == 1
    await world.settle()
    assert (await shop.live(acme)).state is State.SUSPENDED
    assert await shop.selling.cycle.sweep() == 0
    with refused("PAYMENT_METHOD_NEEDED"):
        await world.call("billing.ResumeSubscription", world.root, id=live.id)
    await shop.card(acme)
    resumed = await world.call("billing.ResumeSubscription", world.root, id=live.id)
    await world.settle()
    assert resumed.state == resumed.STATE_ACTIVE and await shop.taken_minor() == 1000


# --- who may, and what is shown ---


async def test_lists_are_paged_and_filtered(shop: Shop) -> None:
    world = shop.world
    await subscribed(shop)
    found = []
    token = ""
    while True:
        page = await world.call("billing.ListSubscriptions", world.root, page_size=1, page_token=token)
        found += page.subscriptions
        if not (token := page.next_page_token):
            break
    assert len(found) == 3 and [one.plan_id for one in found][0] == "small"
    active = await world.call("billing.ListSubscriptions", world.root, states=["STATE_ACTIVE"])
    assert [one.tenant_id for one in active.subscriptions] == [world.acme.id]
    mine = await world.call("billing.ListSubscriptions", world.acme_admin)
    assert {one.tenant_id for one in mine.subscriptions} == {world.acme.id} and len(mine.subscriptions) == 2


async def test_a_tenants_administrator_manages_its_own_and_sees_no_other(shop: Shop) -> None:
    world = shop.world
    own, other = (await shop.live(world.acme)).id, (await shop.live(world.globex)).id
    changed = await world.call("billing.ChangeSubscription", world.acme_admin, id=own, plan_id="large")
    assert changed.subscription.plan_id == "large"
    for name, fields in (
        ("GetSubscription", {}),
        ("ChangeSubscription", {"plan_id": "large"}),
        ("CancelSubscription", {}),
        ("ResumeSubscription", {}),
    ):
        with refused("NOT_FOUND"):
            await world.call(f"billing.{name}", world.acme_admin, id=other, **fields)
    with refused("NOT_FOUND"):
        await world.call("billing.PreviewInvoice", world.acme_admin, subscription_id=other)
    with refused("REALM_REFUSED"):
        await world.call("billing.PauseSubscription", world.acme_admin, id=own)


async def test_entitlements_are_shown_to_their_tenant(shop: Shop) -> None:
    world = shop.world
    found = await world.call("billing.GetEntitlements", world.acme_admin, tenant_id=world.acme.id)
    assert found.usable and found.plan_id == "standard" and found.limits and found.revision == 1
    with refused("NOT_FOUND"):
        await world.call("billing.GetEntitlements", world.acme_admin, tenant_id=world.globex.id)
    with refused("NOT_FOUND"):
        await world.call("billing.GetEntitlements", world.root, tenant_id="ten_none")


async def test_previews_of_a_new_subscription_are_what_it_costs(shop: Shop) -> None:
    acme, world = shop.world.acme, shop.world
    await shop.without(acme)
    asked = {"tenant_id": acme.id, "plan_id": "large", "interval": "INTERVAL_MONTH", "seats": 3}
    previewed = await world.call("billing.PreviewInvoice", world.root, **asked)
    await shop.card(acme)
    made = await shop.subscribe(acme, "large", seats=3)
    assert previewed.totals.total_minor == made.invoice.totals.total_minor == 4500
    assert [one.amount_minor for one in previewed.lines] == [3000, 1500]
    with refused("INVALID_FIELDS"):
        await world.call("billing.PreviewInvoice", world.root, plan_id="large", interval="INTERVAL_MONTH")


async def test_a_preview_of_no_change_is_the_next_invoice_with_usage_up_to_now(shop: Shop) -> None:
    acme = shop.world.acme
    await subscribed(shop, "metered")
    await shop.use(acme, "api_calls", 321)
    previewed = await shop.preview(acme)
    assert [(one.kind, one.amount_minor) for one in previewed.lines] == [(1, 2000), (2, 321)]
    end = (await shop.live(acme)).period_end_time
    assert previewed.effective_time.ToDatetime(UTC) == end
    await shop.until(end + CLOSING)
    invoice = (await shop.invoices(acme))[-1]
    assert invoice.totals.total_minor == 2321 and invoice.state is InvoiceState.PAID
