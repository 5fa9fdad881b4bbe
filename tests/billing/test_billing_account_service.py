"""Who is billed: what they may change, what only the provider may, and billing that stops and goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from actors.billing.domain.invoice import State
from tests.billing.making import flat, metered
from tests.billing.selling import Shop
from tests.world import World, refused

OPEN, PARKED = 1, 2


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished() as world:
        yield Shop(world)


async def account(shop: Shop, token: str = "", tenant: Any = None) -> Any:
    world = shop.world
    return await world.call("billing.GetBillingAccount", token or world.root, tenant_id=(tenant or world.acme).id)


async def update(shop: Shop, token: str = "", **fields: Any) -> Any:
    world = shop.world
    return await world.call("billing.UpdateBillingAccount", token or world.root, tenant_id=world.acme.id, **fields)


async def test_a_tenant_keeps_its_own_particulars(shop: Shop) -> None:
    admin = shop.world.acme_admin
    changed = await update(
        shop,
        admin,
        name=" Acme GmbH ",
        address_lines=["Hauptstr. 1", " ", "10115 Berlin"],
        country="DE",
        tax_number="DE123456789",
        email="bills@acme.example",
        locale="de",
    )
    assert (changed.party.name, list(changed.party.address_lines)) == ("Acme GmbH", ["Hauptstr. 1", "10115 Berlin"])
    assert (changed.party.country, changed.party.email, changed.locale) == ("DE", "bills@acme.example", "de")
    assert await account(shop, admin) == changed
    less = await update(shop, admin, replace_address=True, email="", etag=changed.etag)
    assert not less.party.address_lines and less.party.email == "" and less.party.name == "Acme GmbH"
    with refused("ETAG_STALE"):
        await update(shop, admin, name="X", etag=changed.etag)
    with refused("NOT_FOUND"):
        await account(shop, admin, shop.world.globex)


async def test_who_only_reads_cannot_change(shop: Shop) -> None:
    reader = await shop.world.holder("invoices.read", tenant=shop.world.acme)
    assert (await account(shop, reader)).tenant_id == shop.world.acme.id
    with refused("PERMISSION_MISSING"):
        await update(shop, reader, name="X")
    with refused("REALM_REFUSED"):
        await shop.world.call("billing.ListBillingAccounts", shop.world.acme_admin)


async def test_taxes_are_the_providers_to_choose(shop: Shop) -> None:
    world = shop.world
    rate = await world.call("billing.CreateTaxRate", world.root, display_name="VAT", rate_micros=190_000)
    for change in ({"tax_exempt": True}, {"replace_tax_rates": True}, {"tax_rate_ids": [rate.id]}):
        with refused("PERMISSION_MISSING") as seen:
            await update(shop, world.acme_admin, **change)
        assert seen.error is not None and seen.error.metadata["permission"] == "billing-accounts.manage"
    assert list((await update(shop, tax_rate_ids=[rate.id])).tax_rate_ids) == [rate.id]
    assert (await update(shop, tax_exempt=True)).tax_exempt
    assert not (await update(shop, replace_tax_rates=True)).tax_rate_ids
    with refused("INVALID_FIELDS"):
        await update(shop, tax_rate_ids=["tax_unknown"])
    await world.call("billing.ArchiveTaxRate", world.root, id=rate.id)
    with refused("INVALID_FIELDS"):
        await update(shop, tax_rate_ids=[rate.id])


async def test_what_is_no_country_or_currency_is_refused(shop: Shop) -> None:
    for fields in ({"country": "ZZ"}, {"currency": "XQX"}):
        with refused("INVALID_FIELDS"):
            await update(shop, **fields)


async def test_the_currency_stays_once_something_is_charged_in_it(shop: Shop) -> None:
    world = shop.world
    with refused("CURRENCY_MISMATCH"):  # the trial will be charged in EUR
        await update(shop, currency="USD")
    await shop.without(world.acme)
    assert (await update(shop, currency="USD")).currency == "USD"
    assert (await update(shop, currency="EUR")).currency == "EUR"
    await shop.offer("small", flat(1000))
    await shop.card(world.acme)
    await shop.subscribe(world.acme, "small")
    await shop.cancel(world.acme, now=True)
    with refused("CURRENCY_MISMATCH"):
        await update(shop, currency="USD")


async def test_the_time_zone_follows_the_tenants_settings(shop: Shop) -> None:
    world = shop.world
    await world.call("tenants.UpdateTenantSettings", world.acme_admin, tenant_id=world.acme.id, time_zone="Asia/Tokyo")
    await world.settle()
    assert (await account(shop)).time_zone == "Asia/Tokyo"


async def tampered(shop: Shop, minor: int) -> None:
    """Writes another amount into the draft that waits for its usage, past all rules."""
    async with shop.unit(shop.world.acme.id) as unit:
        draft = next(one for one in await shop.invoices(shop.world.acme) if one.state is State.DRAFT)
        (line,) = await shop.lines(draft)
        unit.lines.put(line.but(amount_minor=minor))
        amounts = dict.fromkeys(("subtotal_minor", "total_minor", "due_minor", "charged_minor"), minor)
        unit.invoices.put(draft.but(totals=replace(draft.totals, **amounts)))


async def test_a_parked_account_is_charged_nothing_until_what_was_wrong_is_right(shop: Shop) -> None:
    world = shop.world
    await shop.offer("metered", flat(2000), metered("api_calls"))
    await shop.without(world.acme)
    await shop.card(world.acme)
    await shop.subscribe(world.acme, "metered")
    await shop.until((await shop.live(world.acme)).period_end_time)
    await tampered(shop, 1)
    await world.later(hours=3)
    await world.sign_in_again()
    parked = await account(shop)
    assert parked.state == PARKED and "LINE_AMOUNT" in parked.park_reason and parked.HasField("park_time")
    found = (await world.call("billing.ListBillingAccounts", world.root)).accounts
    assert [one.state for one in found] == [PARKED, OPEN] and found[0].tenant_id == world.acme.id
    only = await world.call("billing.ListBillingAccounts", world.root, states=[PARKED])
    assert [one.tenant_id for one in only.accounts] == [world.acme.id]
    taken = await shop.taken_minor()
    unpark = {"tenant_id": world.acme.id, "note": "somebody had changed the draft"}
    with refused("INVARIANT_BROKEN") as seen:
        await world.call("billing.UnparkBillingAccount", world.root, **unpark)
    assert seen.error is not None and seen.error.metadata["invariant"] == "LINE_AMOUNT"
    assert (await account(shop)).state == PARKED and await shop.taken_minor() == taken == 2000
    await tampered(shop, 2000)
    opened = await world.call("billing.UnparkBillingAccount", world.root, **unpark)
    assert opened.state == OPEN and opened.park_reason == "" and not opened.HasField("park_time")
    await world.settle()
    assert [one.state for one in await shop.invoices(world.acme)] == [State.PAID, State.PAID]
    assert await shop.taken_minor() == 4000
    assert await world.call("billing.UnparkBillingAccount", world.root, **unpark) == await account(shop)
    log = await world.call("iam.ListAuditLogs", world.root, action="billing:account:note")
    assert [entry.reason for entry in log.audit_logs] == ["somebody had changed the draft"]
    await shop.check()


async def test_accounts_page(shop: Shop) -> None:
    world = shop.world
    first = await world.call("billing.ListBillingAccounts", world.root, page_size=1)
    second = await world.call("billing.ListBillingAccounts", world.root, page_size=1, page_token=first.next_page_token)
    found = {first.accounts[0].tenant_id, second.accounts[0].tenant_id}
    assert found == {world.acme.id, world.globex.id} and not second.next_page_token
