"""Tax rates are made and archived, never changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from actors.billing.domain.tax import new_tax_rate
from tests.billing.making import flat
from tests.billing.selling import Shop
from tests.world import World, refused


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished() as world:
        yield Shop(world)


async def test_rates_are_listed_page_by_page_and_archived_ones_on_demand(shop: Shop) -> None:
    world = shop.world
    made = [
        await world.call("billing.CreateTaxRate", world.root, display_name=f"VAT {n}", rate_micros=n * 10_000)
        for n in range(1, 4)
    ]
    first = await world.call("billing.ListTaxRates", world.root, page_size=2)
    second = await world.call("billing.ListTaxRates", world.root, page_size=2, page_token=first.next_page_token)
    assert [*first.tax_rates, *second.tax_rates] == made and not second.next_page_token
    archived = await world.call("billing.ArchiveTaxRate", world.root, id=made[0].id)
    assert archived.archived and await world.call("billing.ArchiveTaxRate", world.root, id=made[0].id) == archived
    assert len((await world.call("billing.ListTaxRates", world.root)).tax_rates) == 2
    assert len((await world.call("billing.ListTaxRates", world.root, show_archived=True)).tax_rates) == 3


async def test_an_archived_rate_is_on_no_invoice_to_come_and_stays_on_old_ones(shop: Shop) -> None:
    world = shop.world
    rate = await world.call(
        "billing.CreateTaxRate", world.root, display_name="VAT DE", rate_micros=190_000, country="DE"
    )
    await world.call("billing.UpdateBillingAccount", world.root, tenant_id=world.acme.id, country="DE")
    await shop.offer("small", flat(1000))
    await shop.without(world.acme)
    await shop.card(world.acme)
    await shop.subscribe(world.acme, "small")
    await world.call("billing.ArchiveTaxRate", world.root, id=rate.id)
    await shop.until((await shop.live(world.acme)).period_end_time + timedelta(hours=2))
    first, second = await shop.invoices(world.acme)
    assert [tax.display_name for tax in first.totals.taxes] == ["VAT DE"] and first.totals.total_minor == 1190
    assert second.totals.taxes == () and second.totals.total_minor == 1000
    await shop.check()


async def test_however_many_rates_were_archived_the_one_that_holds_is_found(shop: Shop) -> None:
    world = shop.world
    async with shop.unit() as unit:
        for n in range(1001):
            old = new_tax_rate(id=f"tax_0000{n:04d}", display_name="Old", rate_micros=n, at=world.clock.now())
            unit.tax_rates.put(old.taken_off())
    await world.call("billing.CreateTaxRate", world.root, display_name="VAT", rate_micros=190_000, country="DE")
    await world.call("billing.UpdateBillingAccount", world.root, tenant_id=world.acme.id, country="DE")
    await shop.offer("small", flat(1000))
    await shop.without(world.acme)
    await shop.card(world.acme)
    made = await shop.subscribe(world.acme, "small")
    assert made.invoice.totals.total_minor == 1190


async def test_what_is_no_country_is_refused_and_strangers_too(shop: Shop) -> None:
    world = shop.world
    with refused("INVALID_FIELDS"):
        await world.call("billing.CreateTaxRate", world.root, display_name="VAT", rate_micros=1, country="XX")
    with refused("REALM_REFUSED"):
        await world.call("billing.ListTaxRates", world.acme_admin)
    with refused("NOT_FOUND"):
        await world.call("billing.ArchiveTaxRate", world.root, id="tax_unknown")
