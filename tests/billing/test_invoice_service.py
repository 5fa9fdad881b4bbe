"""Invoices: listed, shown with the usage behind them, computed again, taken back, given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.billing.domain.invoice import Invoice, State
from actors.billing.domain.ledger import AccountType
from actors.billing.domain.meter import Aggregation, new_meter
from actors.billing.domain.subscription_state import State as SubscriptionState
from actors.billing.domain.usage import UsageEvent, event_id
from actors.kernel import wire
from actors.kernel.call import system_call
from tests.billing.making import flat, metered, seat
from tests.billing.selling import CLOSING, Shop, total
from tests.world import World, refused


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished() as world:
        shop = Shop(world)
        await shop.offer("small", flat(1000))
        await shop.offer("large", flat(3000), seat(500))
        await shop.offer("metered", flat(2000), metered("api_calls"))
        yield shop
        await world.settle()
        await shop.check()


async def bought(shop: Shop, plan: str = "small", tenant: Any = None, card: str = "tok_visa", **more: Any) -> Any:
    tenant = tenant or shop.world.acme
    await shop.without(tenant)
    await shop.card(tenant, card)
    made = await shop.subscribe(tenant, plan, **more)
    await shop.world.settle()
    return made.invoice


async def a_metered_month(shop: Shop, calls: int = 120) -> tuple[Invoice, Invoice]:
    """The first invoice, and the second with what was used until then."""
    acme = shop.world.acme
    await bought(shop, "metered")
    await shop.use(acme, "api_calls", calls)
    await shop.until((await shop.live(acme)).period_end_time + CLOSING + timedelta(minutes=5))
    await shop.world.sign_in_again()
    first, second = await shop.invoices(acme)
    return first, second


# --- seen ------------------------------------------------------------------------------------------------------------


async def test_invoices_are_listed_newest_first_page_by_page_each_tenants_own(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop)
    await bought(shop, tenant=world.globex)
    await shop.until((await shop.live(acme)).period_end_time + timedelta(hours=2))
    await world.sign_in_again()
    ids = [one.id for one in reversed(await shop.invoices(acme))]
    assert len(ids) == 2
    first = await world.call("billing.ListInvoices", world.acme_admin, page_size=1)
    second = await world.call("billing.ListInvoices", world.acme_admin, page_size=1, page_token=first.next_page_token)
    assert [one.id for one in (*first.invoices, *second.invoices)] == ids and not second.next_page_token
    everybody = (await world.call("billing.ListInvoices", world.root)).invoices
    assert len(everybody) == 4 and {one.tenant_id for one in everybody} == {acme.id, world.globex.id}
    assert [one.id for one in (await world.call("billing.ListInvoices", world.root, tenant_id=acme.id)).invoices] == ids
    with refused("PAGE_TOKEN_INVALID"):
        await world.call("billing.ListInvoices", world.globex_admin, page_size=1, page_token=first.next_page_token)
    with refused("NOT_FOUND"):
        await world.call("billing.ListInvoices", world.acme_admin, tenant_id=world.globex.id)
    with refused("NOT_FOUND"):
        await world.call("billing.GetInvoice", world.globex_admin, id=ids[0])


async def test_invoices_are_found_by_state_subscription_time_and_number(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop)
    await bought(shop, tenant=world.globex)
    mine, theirs = (await shop.invoices(acme))[0], (await shop.invoices(world.globex))[0]

    async def found(**request: Any) -> set[str]:
        return {one.id for one in (await world.call("billing.ListInvoices", world.root, **request)).invoices}

    assert await found(states=["STATE_PAID"]) == {mine.id, theirs.id} and await found(states=["STATE_OPEN"]) == set()
    assert await found(subscription_id=mine.subscription_id) == {mine.id}
    assert await found(number=mine.number) == {mine.id} and await found(number=mine.number[:5]) == {mine.id, theirs.id}
    assert await found(number="1999") == set()
    for text in ("\U0010ffff", "\ud7ff", "2026-\U0010ffff", "x", "%"):
        assert await found(number=text) == set(), "no number begins so"
    assert mine.issue_time is not None and theirs.issue_time is not None and mine.issue_time < theirs.issue_time
    assert await found(issued_from=wire.timestamp(theirs.issue_time)) == {theirs.id}
    assert await found(issued_to=wire.timestamp(theirs.issue_time)) == {mine.id}


async def test_an_invoice_is_shown_with_its_lines(shop: Shop) -> None:
    invoice = await bought(shop, "large", seats=3)
    shown = await shop.world.call("billing.GetInvoice", shop.world.acme_admin, id=invoice.id)
    assert [(line.price_id, line.quantity, line.amount_minor) for line in shown.lines] == [
        ("flat", 1, 3000),
        ("seat", 3, 1500),
    ]
    assert shown.totals.total_minor == 4500 and shown.state == shown.STATE_PAID and shown.number == invoice.number
    assert shown.buyer.name == "Acme" and shown.totals.paid_minor == 4500 and shown.sandbox


async def test_no_tenant_sees_a_draft(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop, "metered")
    await shop.until((await shop.live(acme)).period_end_time)
    await world.sign_in_again()
    draft = next(one for one in await shop.invoices(acme) if one.state is State.DRAFT)
    assert (await world.call("billing.GetInvoice", world.root, id=draft.id)).lines
    assert draft.id not in {one.id for one in (await world.call("billing.ListInvoices", world.acme_admin)).invoices}
    assert not (await world.call("billing.ListInvoices", world.acme_admin, states=["STATE_DRAFT"])).invoices
    for method in ("GetInvoice", "DownloadInvoice"):
        with refused("NOT_FOUND"):
            await world.call(f"billing.{method}", world.acme_admin, id=draft.id)
    with refused("NOT_FOUND"):
        await world.call("billing.DownloadInvoice", world.root, id=draft.id)


# --- the usage behind ------------------------------------------------------------------------------------------------


async def test_what_the_platform_counts_is_shown_by_day(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await bought(shop, "metered")
    days = []
    for calls in (40, 80, 5):
        await shop.use(acme, "api_calls", calls)
        days.append((world.clock.today(), calls))
        await world.later(days=1)
    await shop.until((await shop.live(acme)).period_end_time + CLOSING + timedelta(minutes=5))
    await world.sign_in_again()
    invoice = (await shop.invoices(acme))[-1]
    shown = await world.call("billing.GetInvoice", world.acme_admin, id=invoice.id)
    line = next(one for one in shown.lines if one.meter == "api_calls")

    async def behind(**more: Any) -> Any:
        request = {"id": invoice.id, "line_id": line.id, **more}
        return await world.call("billing.ListInvoiceLineUsage", world.acme_admin, **request)

    whole = (await behind()).events
    counted = {one.id: one.quantity for one in whole}
    assert [one.id for one in whole] == sorted(counted) and sum(counted.values()) == line.quantity
    for day, calls in days:
        assert counted[day] >= calls  # and what this test called itself
    first = await behind(page_size=1)
    second = await behind(page_size=500, page_token=first.next_page_token)
    assert [*first.events, *second.events] == list(whole) and not second.next_page_token
    recurring = next(one for one in shown.lines if one.price_id == "flat")
    assert not (await behind(line_id=recurring.id)).events
    other = (await shop.invoices(acme))[0]
    with refused("NOT_FOUND"):
        await world.call("billing.ListInvoiceLineUsage", world.acme_admin, id=other.id, line_id=line.id)
    with refused("NOT_FOUND"):
        await world.call("billing.ListInvoiceLineUsage", world.globex_admin, id=invoice.id, line_id=line.id)


async def test_events_are_shown_while_they_are_kept_and_days_afterwards(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    async with shop.store.unit(system_call(), aside=True) as unit:
        unit.meters.put(new_meter("scans", "Scans", "scan", Aggregation.SUM))
    await shop.offer("scanning", flat(100), metered("scans"))
    await bought(shop, "scanning")
    live = await shop.live(acme)
    start = live.period_start_time
    async with shop.store.unit(system_call(acme.id), aside=True) as unit:
        for n in range(3):
            unit.usage_events.put(
                UsageEvent(
                    id=event_id(acme.id, f"scan-{n}"),
                    sender_id=f"scan-{n}",
                    meter="scans",
                    quantity=n + 1,
                    occur_time=start + timedelta(hours=n + 1),
                    arrive_time=start + timedelta(hours=n + 1),
                    subject=f"letter {n}",
                    period_number=live.period_number,
                )
            )
    await shop.use(acme, "scans", 6)
    await shop.until(live.period_end_time + CLOSING + timedelta(minutes=5))
    await world.sign_in_again()
    invoice = (await shop.invoices(acme))[-1]
    line = next(one for one in await shop.lines(invoice) if one.meter == "scans")
    request = {"id": invoice.id, "line_id": line.id}
    seen = await world.call("billing.ListInvoiceLineUsage", world.acme_admin, page_size=2, **request)
    rest = await world.call(
        "billing.ListInvoiceLineUsage", world.acme_admin, page_size=2, page_token=seen.next_page_token, **request
    )
    events = [*seen.events, *rest.events]
    assert [(one.id, one.quantity, one.subject) for one in events] == [
        (f"scan-{n}", n + 1, f"letter {n}") for n in range(3)
    ]
    await shop.until(start + timedelta(days=71))
    await world.sign_in_again()
    days = (await world.call("billing.ListInvoiceLineUsage", world.acme_admin, **request)).events
    assert [(one.id, one.quantity) for one in days] == [(start.date().isoformat(), 6)]


# --- computed again --------------------------------------------------------------------------------------------------


async def verified(shop: Shop, invoice: Any) -> Any:
    return await shop.world.call("billing.VerifyInvoice", shop.world.root, id=invoice.id)


async def test_every_invoice_of_a_life_is_computed_again_to_the_byte(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    rate = {"display_name": "VAT", "rate_micros": 190_000, "country": "DE"}
    await world.call("billing.CreateTaxRate", world.root, **rate)
    await world.call("billing.UpdateBillingAccount", world.root, tenant_id=acme.id, country="DE")
    coupon = {"code": "SPRING", "display_name": "Spring", "percent_micros": 100_000, "months": 2}
    await world.call("billing.CreateCoupon", world.root, **coupon)
    await bought(shop, "metered", coupon_code="SPRING")
    await shop.use(acme, "api_calls", 77)
    await world.later(days=9)
    await world.sign_in_again()
    await shop.change(acme, plan_id="large", seats=4)
    await world.later(days=3)
    await world.sign_in_again()
    await shop.change(acme, seats=9)
    await shop.until((await shop.live(acme)).period_end_time + CLOSING + timedelta(minutes=5))
    await shop.cancel(acme, now=True)
    await world.later(hours=3)
    await world.sign_in_again()
    found = await shop.invoices(acme)
    assert len(found) >= 5 and {one.reason.name for one in found} >= {"SUBSCRIPTION_CREATE", "CHANGE", "CYCLE"}
    events = 0
    for invoice in found:
        result = await verified(shop, invoice)
        assert result.identical and result.stored_hash == result.computed_hash and len(result.stored_hash) == 64
        assert not result.different_line_ids
        events += result.event_count
    assert events > 0


async def test_what_was_changed_in_the_books_shows(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    _, second = await a_metered_month(shop)
    usage = next(line for line in await shop.lines(second) if line.meter)
    assert (await verified(shop, second)).event_count >= 1
    async with shop.unit(acme.id) as unit:
        unit.lines.put(usage.but(quantity=usage.quantity + 1))
    result = await verified(shop, second)
    assert not result.identical and list(result.different_line_ids) == [usage.id]
    assert result.stored_hash != result.computed_hash
    async with shop.unit(acme.id) as unit:
        changed = await unit.lines.get(usage.id)
        unit.lines.put(changed.but(quantity=usage.quantity))
        log = (await unit.usage_logs.select())[0]
        unit.usage_logs.put(log.but(quantity=log.quantity + 1))
    assert list((await verified(shop, second)).different_line_ids) == [usage.id]
    async with shop.unit(acme.id) as unit:
        kept = await unit.usage_logs.get(log.id)
        unit.usage_logs.put(kept.but(quantity=log.quantity))
        unit.lines.delete(await unit.lines.get(usage.id))
    assert list((await verified(shop, second)).different_line_ids) == [usage.id]
    async with shop.unit(acme.id) as unit:
        unit.lines.put(usage.but(version=0))
    assert (await verified(shop, second)).identical
    with refused("REALM_REFUSED"):
        await world.call("billing.VerifyInvoice", world.acme_admin, id=second.id)


# --- taken back, given up --------------------------------------------------------------------------------------------


async def overdue(shop: Shop) -> Invoice:
    """An invoice of a second month that no attempt could charge; its subscription is suspended."""
    acme = shop.world.acme
    await bought(shop, "small")
    declined = await shop.card(acme, "tok_insufficient_funds")
    async with shop.unit(acme.id) as unit:
        live = await unit.subscriptions.get((await shop.live(acme)).id)
        unit.subscriptions.put(live.with_payment_method(declined, shop.world.clock.now()))
    end = (await shop.live(acme)).period_end_time
    await shop.until(end + timedelta(hours=2))
    await shop.world.sign_in_again()
    found = [one for one in await shop.invoices(acme) if one.state is State.OPEN]
    assert len(found) == 1
    return found[0]


async def test_a_voided_invoice_is_taken_back_by_a_credit_note_and_owed_no_more(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    invoice = await overdue(shop)
    with refused("ETAG_STALE"):
        await world.call("billing.VoidInvoice", world.root, id=invoice.id, reason="a mistake", etag="1")
    voided = await world.call("billing.VoidInvoice", world.root, id=invoice.id, reason="a mistake", etag=invoice.etag)
    assert voided.state == voided.STATE_VOID and voided.totals.refunded_minor == 1000
    assert await world.call("billing.VoidInvoice", world.root, id=invoice.id, reason="a mistake") == voided
    (note,) = [one for one in await shop.invoices(acme) if one.credited_invoice_id]
    assert note.number and note.totals.total_minor == -1000 and note.credited_invoice_id == invoice.id
    assert (await shop.account(acme)).owed_minor == 0
    assert (await verified(shop, note)).identical and (await verified(shop, invoice)).identical
    # Nothing is overdue any more.
    assert (await shop.live(acme)).state is SubscriptionState.ACTIVE
    await world.later(days=8)
    await world.sign_in_again()
    assert [one.state.name for one in await shop.payments(acme)].count("SUCCEEDED") == 1
    assert (await shop.live(acme)).state is SubscriptionState.ACTIVE


async def test_a_written_off_invoice_is_lost_and_nothing_else_changes(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    invoice = await overdue(shop)
    state = (await shop.live(acme)).state
    after = await world.call("billing.WriteOffInvoice", world.root, id=invoice.id, reason="they are bankrupt")
    assert after.state == after.STATE_UNCOLLECTIBLE
    assert await world.call("billing.WriteOffInvoice", world.root, id=invoice.id, reason="they are bankrupt") == after
    assert (await shop.account(acme)).owed_minor == 0 and (await shop.live(acme)).state is state
    async with shop.unit(acme.id) as unit:
        entries = [one async for one in unit.ledger.scan()]
    assert total(entries, AccountType.BAD_DEBT) == 1000
    with refused("INVOICE_STATE"):
        await world.call("billing.VoidInvoice", world.root, id=invoice.id, reason="too late")


async def test_what_was_written_off_may_be_paid_after_all_and_lets_its_tenant_go_on(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    invoice = await overdue(shop)
    await shop.until(world.clock.now() + timedelta(days=9))
    assert (await shop.live(acme)).state is SubscriptionState.SUSPENDED
    await world.call("billing.WriteOffInvoice", world.root, id=invoice.id, reason="they are bankrupt")
    with refused("AMOUNT_EXCEEDS") as seen:
        await world.call("billing.RecordTransfer", world.root, invoice_id=invoice.id, amount_minor=1001)
    assert seen.error is not None and seen.error.metadata["left_minor"] == "1000"
    await world.call("billing.RecordTransfer", world.root, invoice_id=invoice.id, amount_minor=400)
    assert (await shop.live(acme)).state is SubscriptionState.SUSPENDED
    card = await shop.card(acme)
    paid = await world.call("billing.CreatePayment", world.root, invoice_id=invoice.id, payment_method_id=card)
    assert (paid.state, paid.amount_minor) == (paid.STATE_SUCCEEDED, 600)
    assert (await shop.live(acme)).state is SubscriptionState.ACTIVE
    async with shop.unit(acme.id) as unit:
        entries = [one async for one in unit.ledger.scan()]
    assert total(entries, AccountType.BAD_DEBT) == 0
    with refused("INVOICE_STATE"):
        await world.call("billing.RecordTransfer", world.root, invoice_id=invoice.id, amount_minor=1)
    await world.settle()
    await shop.check()


async def test_a_paid_invoice_is_neither_taken_back_nor_given_up(shop: Shop) -> None:
    world = shop.world
    invoice = await bought(shop)
    for method in ("VoidInvoice", "WriteOffInvoice"):
        with refused("INVOICE_STATE") as seen:
            await world.call(f"billing.{method}", world.root, id=invoice.id, reason="whatever")
        assert seen.error is not None and seen.error.metadata["state"] == "PAID"
        with refused("REALM_REFUSED"):
            await world.call(f"billing.{method}", world.acme_admin, id=invoice.id, reason="whatever")
        with refused("PERMISSION_MISSING"):
            reader = await world.holder("invoices.read")
            await world.call(f"billing.{method}", reader, id=invoice.id, reason="whatever")
        with refused("NOT_FOUND"):
            await world.call(f"billing.{method}", world.root, id="inv_unknown", reason="whatever")
