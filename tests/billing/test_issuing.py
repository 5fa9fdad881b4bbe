"""Issuing: what is checked, numbered and posted; and what happens when something is not right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from actors.billing.domain.account import State as AccountState
from actors.billing.domain.invoice import Invoice, Kind, Reason
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.payment_method import Facts, Provider, new_payment_method
from actors.billing.domain.subscription_state import State
from actors.billing.domain.tax import new_tax_rate
from tests.billing.making import flat, metered
from tests.billing.selling import CLOSING, Shop
from tests.world import World, refused

SETTINGS = {"billing": {"most_line_minor": 100_000, "seller_email": "books@example.com"}}


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished(**SETTINGS) as world:
        shop = Shop(world)
        await shop.offer("small", flat(1000))
        await shop.offer("large", flat(3000))
        await shop.offer("metered", flat(2000), metered("api_calls"))
        await shop.without(world.acme)
        await shop.card(world.acme)
        yield shop
        await world.settle()
        await shop.check()
        assert await world.bus.dead_letters() == []


async def breached(shop: Shop) -> Invoice:
    """Acme's invoice of a second period, with a line that is absurd. Returns the draft."""
    acme = shop.world.acme
    await shop.subscribe(acme, "metered")
    await shop.use(acme, "api_calls", 100_001)
    await shop.until((await shop.live(acme)).period_end_time + CLOSING)
    return (await shop.invoices(acme))[-1]


async def test_a_line_beyond_its_bound_parks_the_account_and_charges_nothing(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    draft = await breached(shop)
    assert (draft.state, draft.number, draft.totals.total_minor) == (InvoiceState.DRAFT, "", 102_001)
    assert await shop.taken_minor() == 2000 and len(await shop.payments(acme)) == 1
    account = await shop.account(acme)
    assert account.state is AccountState.PARKED
    assert account.park_reason == (f"invoice {draft.id}: LINE_BOUND: a line charges 100001; 100000 is the most")
    shown = await world.call("billing.GetBillingAccount", world.root, tenant_id=acme.id)
    assert shown.state == shown.STATE_PARKED and shown.park_reason == account.park_reason
    parked = await world.call("billing.ListBillingAccounts", world.root, states=["STATE_PARKED"])
    assert [one.tenant_id for one in parked.accounts] == [acme.id]
    (mail,) = [one for one in world.mails.to("books@example.com") if one.kind == "billing.parked"]
    assert acme.id in mail.text and "LINE_BOUND" in mail.text


async def test_what_is_parked_charges_nothing_until_somebody_has_looked(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await breached(shop)
    with refused("ACCOUNT_PARKED") as seen:
        await shop.change(acme, plan_id="large", effective_at="EFFECTIVE_AT_NOW")
    assert seen.error is not None and "LINE_BOUND" in seen.error.metadata["park_reason"]
    assert (await shop.live(acme)).plan_id == "metered"
    await shop.until((await shop.live(acme)).period_end_time + CLOSING)
    assert [one.state for one in await shop.invoices(acme)] == [InvoiceState.PAID, *[InvoiceState.DRAFT] * 2]
    assert (await shop.live(acme)).state is State.ACTIVE, "what is used goes on: the fault is ours"
    with refused("INVARIANT_BROKEN"):
        await world.call("billing.UnparkBillingAccount", world.root, tenant_id=acme.id, note="it looks fine")
    # The bound was wrong.
    shop.selling.issuing.settings = shop.selling.issuing.settings.model_copy(update={"most_line_minor": 10**9})
    account_service = world.service("billing", "BillingAccountService")
    account_service.issuing.settings = shop.selling.issuing.settings
    await world.call("billing.UnparkBillingAccount", world.root, tenant_id=acme.id, note="a large month")
    await world.settle()
    assert {one.state for one in await shop.invoices(acme)} == {InvoiceState.PAID}
    assert await shop.taken_minor() == 2000 + 102_001 + 2000


async def test_a_breach_in_a_call_leaves_nothing_of_it_but_the_parked_account(shop: Shop) -> None:
    acme = shop.world.acme
    made = await shop.subscribe(acme, "small")
    await shop.until(shop.world.clock.now() + timedelta(days=2))
    async with shop.unit(acme.id) as unit:
        # Somebody wrote into the books.
        unit.accounts.put((await unit.accounts.get(acme.id)).but(currency="USD"))
    before = await shop.live(acme)
    with refused("INVARIANT_BROKEN") as seen:
        await shop.change(acme, plan_id="large", headers={"idempotency-key": "up"})
    assert seen.error is not None and seen.error.metadata["invariant"] == "CURRENCY"
    assert await shop.live(acme) == before and len(await shop.invoices(acme)) == 1
    account = await shop.account(acme)
    assert account.state is AccountState.PARKED and "CURRENCY" in account.park_reason
    with refused("ACCOUNT_PARKED"):
        await shop.change(acme, plan_id="large", headers={"idempotency-key": "up"})
    assert await shop.taken_minor() == 1000
    ended = await shop.cancel(acme, now=True)
    assert ended.state == ended.STATE_CANCELLED, "an end is an end"
    assert made.subscription.id == ended.id


async def test_numbers_have_no_gaps_however_many_are_issued_at_once(shop: Shop) -> None:
    world = shop.world
    tenants = [world.acme, world.globex]
    await shop.without(world.globex)
    await shop.card(world.globex)
    await asyncio.gather(*(shop.subscribe(tenant, "small") for tenant in tenants))
    await asyncio.gather(
        *(shop.change(tenant, plan_id="large", headers={"idempotency-key": tenant.id}) for tenant in tenants)
    )
    await world.settle()
    found = sorted([one.number for tenant in tenants for one in await shop.invoices(tenant)])
    year = world.clock.now().year
    assert found == [f"{year}-{n:06d}" for n in range(1, len(found) + 1)] and len(found) >= 2


async def test_numbers_begin_anew_with_the_year(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.subscribe(acme, "small")
    year = shop.world.clock.now().year
    while shop.world.clock.now().year == year:
        await shop.until((await shop.live(acme)).period_end_time)
    assert (await shop.invoices(acme))[-1].number == f"{year + 1}-000001"


async def test_who_pays_by_transfer_has_some_days_and_begins_at_once(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    at = world.clock.now()
    async with shop.unit(acme.id) as unit:
        method = new_payment_method(id="pm_transfer", tenant_id=acme.id, provider=Provider.MANUAL, at=at)
        unit.payment_methods.put(method.activated(Facts("Bank transfer"), at))
    made = await shop.subscribe(acme, "small", payment_method_id="pm_transfer")
    await world.settle()
    (invoice,) = await shop.invoices(acme)
    assert made.subscription.state == made.subscription.STATE_ACTIVE and not made.HasField("payment")
    assert invoice.state is InvoiceState.OPEN and invoice.due_time is not None and invoice.issue_time is not None
    assert invoice.due_time - invoice.issue_time == timedelta(days=14)
    assert not invoice.sandbox and await shop.payments(acme) == []


async def test_taxes_and_the_buyer_are_those_of_the_day_of_issue(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    async with shop.unit(acme.id) as unit:
        rate = new_tax_rate(id="tax_vat", display_name="VAT", rate_micros=190_000, country="DE", at=world.clock.now())
        unit.tax_rates.put(rate)
    await world.call("billing.UpdateBillingAccount", world.root, tenant_id=acme.id, name="Acme GmbH", country="DE")
    await shop.subscribe(acme, "small")
    (invoice,) = await shop.invoices(acme)
    assert (invoice.totals.tax_minor, invoice.totals.total_minor) == (190, 1190)
    assert (invoice.buyer.name, invoice.buyer.country) == ("Acme GmbH", "DE")
    await world.call("billing.UpdateBillingAccount", world.root, tenant_id=acme.id, name="Acme SE")
    assert (await shop.invoices(acme))[0].buyer.name == "Acme GmbH"
    async with shop.unit() as unit:
        entries = [one async for one in unit.ledger.scan()]
    assert {(one.account_type.name, one.account, one.amount_minor) for one in entries} >= {
        ("RECEIVABLE", "", 1190),
        ("REVENUE", "", -1000),
        ("TAX", "tax_vat", -190),
    }


async def issued(shop: Shop, invoice: Invoice, lines: list[InvoiceLine]) -> Any:
    async with shop.unit(invoice.tenant_id) as unit:
        account = await unit.accounts.get(invoice.tenant_id)
        return await shop.selling.issuing.issue(unit, invoice, lines, account, shop.world.clock.now())


async def test_what_is_issued_is_left_as_it_is(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.subscribe(acme, "small")
    (invoice,) = await shop.invoices(acme)
    again, account = await issued(shop, invoice, await shop.lines(invoice))
    assert again == invoice and account == await shop.account(acme)


async def test_credit_pays_what_is_open_the_oldest_first(shop: Shop) -> None:
    acme = shop.world.acme
    bad = await shop.card(acme, "tok_decline_later_1")
    await shop.subscribe(acme, "large", payment_method_id=bad)
    end = (await shop.live(acme)).period_end_time
    await shop.until(end + timedelta(hours=1))
    assert (await shop.live(acme)).state is State.PAST_DUE
    await shop.until(end + timedelta(hours=2))
    await shop.cancel(acme, now=True)
    await shop.world.settle()
    first, unpaid, credit = await shop.invoices(acme)
    assert (first.reason, unpaid.reason, credit.reason) == (Reason.SUBSCRIPTION_CREATE, Reason.CYCLE, Reason.CANCEL)
    # What was not used of the second month pays for it: only the hours are owed.
    assert unpaid.totals.paid_minor == -credit.totals.total_minor > 2900
    account = await shop.account(acme)
    assert (account.owed_minor, account.credit_minor) == (3000 - unpaid.totals.paid_minor, 0)


async def test_voiding_issues_the_credit_note_too_and_once(shop: Shop) -> None:
    acme = shop.world.acme
    await shop.subscribe(acme, "small", payment_method_id=await shop.card(acme, "tok_visa_declined"))
    (invoice,) = await shop.invoices(acme)
    for _ in range(2):
        async with shop.unit(acme.id) as unit:
            account = await unit.accounts.get(acme.id)
            now = await unit.invoices.get(invoice.id)
            await shop.selling.issuing.void(unit, now, account, "a mistake", shop.world.clock.now(), "inv_note")
    void, note = await shop.invoices(acme)
    assert void.state is InvoiceState.VOID and note.kind is Kind.CREDIT_NOTE and note.number
    assert (await shop.account(acme)).owed_minor == 0
