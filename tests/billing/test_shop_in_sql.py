"""The shop over SQL, as it is migrated: lists, sums, proofs and documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actors.billing.domain.invoice import State
from actors.billing.sandbox_books import SandboxDelivery
from actors.kernel import wire
from actors.kernel.module import card
from actors.kernel.store.sql import SqlBackend, migrations
from actors.kernel.store.sql.addresses import parsed
from actors.kernel.store.sql.schema import connected
from tests.billing.making import flat, metered
from tests.billing.selling import CLOSING, Shop
from tests.world import World, refused


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=pytest.mark.live)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'books' / 'atrium.db'}"
        return
    server, name = parsed(request.getfixturevalue("mariadb")), "atrium_shop"
    async with connected(server) as connection:
        await connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        await connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    async with connected(server) as connection:
        await connection.exec_driver_sql(f"DROP DATABASE {name}")


@pytest.fixture
async def shop(url: str) -> AsyncIterator[Shop]:
    """A world whose tenants' books are in SQL from their first day: `acme` is a new one."""
    await migrations.upgrade(url, migrations.histories([card("billing")]))
    sql = SqlBackend(url)
    async with World.furnished(sql=sql) as world:
        world.acme, world.acme_admin = await world.active_tenant(world.root, "initech")
        shop = Shop(world)
        await shop.offer("metered", flat(2000), metered("api_calls"))
        await shop.offer("small", flat(1000))
        yield shop
    await sql.close()


async def test_a_month_of_the_shop_in_sql(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme

    async def call(name: str, /, **request: Any) -> Any:
        return await world.call(f"billing.{name}", world.root, **request)

    rate = await call("CreateTaxRate", display_name="VAT", rate_micros=190_000, country="DE")
    coupon = await call("CreateCoupon", code="Spring", display_name="Spring", percent_micros=100_000)
    with refused("COUPON_TAKEN"):
        await call("CreateCoupon", code="SPRING", display_name="Again", percent_micros=100_000)
    await call("UpdateBillingAccount", tenant_id=acme.id, country="DE", name="Initech GmbH", locale="de")
    await call("GrantCredit", tenant_id=acme.id, amount={"minor": 500, "currency": "EUR"}, reason="welcome")
    await shop.without(acme)
    await shop.card(acme)
    await shop.subscribe(acme, "metered", coupon_code="spring")
    await shop.use(acme, "api_calls", 1234)
    await shop.until((await shop.live(acme)).period_end_time + CLOSING + timedelta(minutes=5))
    await world.sign_in_again()
    first, second = await shop.invoices(acme)
    assert first.totals.total_minor == 2142 and first.totals.credit_minor == 500
    assert second.state is State.PAID and second.totals.discount_minor == 323

    page = await call("ListInvoices", page_size=1, states=["STATE_PAID"], number=first.number[:4])
    rest = await call(
        "ListInvoices", page_size=1, states=["STATE_PAID"], number=first.number[:4], page_token=page.next_page_token
    )
    assert [one.id for one in (*page.invoices, *rest.invoices)] == [second.id, first.id]
    assert second.issue_time is not None
    late = await call("ListInvoices", issued_from=wire.timestamp(second.issue_time))
    assert [one.id for one in late.invoices] == [second.id]
    for invoice in (first, second):
        assert (await call("VerifyInvoice", id=invoice.id)).identical
    line = next(one for one in await shop.lines(second) if one.meter)
    behind = await call("ListInvoiceLineUsage", id=second.id, line_id=line.id)
    assert sum(one.quantity for one in behind.events) == line.quantity
    pdf = b"".join(part.data for part in await call("DownloadInvoice", id=second.id))
    assert pdf.startswith(b"%PDF") and pdf == b"".join(p.data for p in await call("DownloadInvoice", id=second.id))

    entries = await call("ListLedgerEntries", tenant_id=acme.id, account_type="LEDGER_ACCOUNT_TYPE_TAX")
    assert {one.account for one in entries.entries} == {rate.id} and len(entries.entries) == 2
    balance = (await call("GetLedgerBalance", tenant_id=acme.id)).amounts
    assert [(one.owed_minor, one.credit_minor) for one in balance] == [(0, 0)]
    proof = await call("ProveLedger")
    assert proof.proven and await call("GetLedgerProof") == proof
    assert (await call("ProveLedger")).proven  # also the second time, over the first
    found = await call("GetBillingMetrics", months=3)
    assert found.mrr_minor == 1800 and found.paid_minor == first.totals.due_minor + second.totals.due_minor
    assert sum(one.usage_revenue_minor for one in found.months) == round(line.amount_minor * 0.9)
    assert (await call("DeleteCoupon", id=coupon.id)).deleted and (await call("ArchiveTaxRate", id=rate.id)).archived


async def test_what_is_taken_back_and_given_up_in_sql(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await shop.without(acme)
    await shop.card(acme, "tok_visa_declined")
    await shop.subscribe(acme, "small")
    (invoice,) = await shop.invoices(acme)
    await world.call("billing.VoidInvoice", world.root, id=invoice.id, reason="a mistake", etag=invoice.etag)
    await world.later(hours=25)
    await world.sign_in_again()
    await shop.subscribe(acme, "small")
    (other,) = [one for one in await shop.invoices(acme) if one.state is State.OPEN]
    await world.call("billing.WriteOffInvoice", world.root, id=other.id, reason="bankrupt")
    accounts = (await world.call("billing.ListBillingAccounts", world.root)).accounts
    assert [one.owed_minor for one in accounts if one.tenant_id == acme.id] == [0]
    assert (await world.call("billing.ProveLedger", world.root)).proven
    await shop.check()


async def test_a_dispute_in_sql(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    webhooks = world.service("billing", "WebhookService").webhooks
    delivery = SandboxDelivery(shop.selling.paying.providers.get("sandbox"), webhooks)  # type: ignore[arg-type]
    await shop.without(acme)
    await shop.card(acme, "tok_disputed_half_3")
    await shop.subscribe(acme, "small")
    for days, state in ((1, "OPEN"), (4, "LOST")):
        await world.later(days=days)
        await delivery.deliver()
        await world.settle()
        await world.sign_in_again()
        (payment,) = (await world.call("billing.ListPayments", world.root, tenant_id=acme.id)).payments
        (dispute,) = payment.disputes
        assert dispute.state == dispute.State.Value(f"STATE_{state}")
        assert (dispute.amount_minor, dispute.taken_minor, payment.disputed_minor) == (500, 500, 500)
        proof = await world.call("billing.ProveLedger", world.root)
        assert proof.proven and not proof.unasked
    lost = await world.call("billing.ListLedgerEntries", world.root, tenant_id=acme.id, source_id=dispute.id)
    assert sorted(one.amount_minor for one in lost.entries) == [-500, -500, 500, 500]
    refund = await world.call("billing.RefundPayment", world.root, id=payment.id, reason="They asked for it")
    assert refund.amount_minor == 500
    await world.settle()
    found = await world.call("billing.GetBillingMetrics", world.root, months=2)
    assert (found.paid_minor, sum(one.refunded_minor for one in found.months)) == (1000, 500), "a dispute is no refund"
    await shop.check()
