"""Invoices as PDF: as they were issued, in the buyer's language and the tenant's look, the same bytes for ever."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pypdf
import pytest

from actors.billing.documents.composing import picture_of
from actors.billing.documents.invoice_pdf import render
from actors.billing.domain.payment_method import Facts, Provider, new_payment_method
from actors.billing.papers import _set
from tests.billing.making import flat, metered, seat
from tests.billing.selling import CLOSING, Shop
from tests.world import World, refused

SELLER = {
    "seller_name": "Atrium Software SE",
    "seller_address": ("Invalidenstr. 1", "10115 Berlin"),
    "seller_country": "DE",
    "seller_tax_number": "DE987654321",
    "transfer_details": ("IBAN DE02 1203 0000 0000 2020 51",),
}
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="red"/></svg>'
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with World.furnished(billing=SELLER) as world:
        shop = Shop(world)
        await shop.without(world.acme)
        yield shop


async def account(shop: Shop, **fields: Any) -> None:
    await shop.world.call("billing.UpdateBillingAccount", shop.world.root, tenant_id=shop.world.acme.id, **fields)


async def bought(shop: Shop, currency: str = "EUR", **more: Any) -> str:
    world = shop.world
    await shop.offer("team", flat(4900), seat(900), metered("api_calls"), currency=currency)
    await shop.card(world.acme)
    made = await shop.subscribe(world.acme, "team", currency=currency, **more)
    await world.settle()
    return str(made.invoice.id)


async def pdf(shop: Shop, id: str, token: str = "") -> bytes:
    parts = await shop.world.call("billing.DownloadInvoice", token or shop.world.acme_admin, id=id)
    assert {part.content_type for part in parts} == {"application/pdf"}
    return b"".join(part.data for part in parts)


def text_of(document: bytes) -> str:
    """The words of a PDF, whatever spaces they were set with."""
    found = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document)).pages)
    return " ".join(found.replace("\xa0", " ").replace("\u202f", " ").split())


async def test_an_invoice_shows_who_sells_what_to_whom(shop: Shop) -> None:
    await account(shop, name="Acme Rockets", address_lines=["1 Desert Road"], country="US", tax_number="US 1")
    document = await pdf(shop, await bought(shop, seats=3))
    text, (invoice,) = text_of(document), await shop.invoices(shop.world.acme)
    for shown in (
        *("Atrium Software SE", "Invalidenstr. 1", "Germany", "Tax number DE987654321"),
        *("Acme Rockets", "1 Desert Road", "United States", invoice.number),
        *("Team: Platform", "1 €49.00 €49.00", "Team: Seat", "3 €9.00 €27.00"),
        *("€76.00 due", "Amount due €76.00", "Sandbox"),
    ):
        assert shown in text, shown
    assert document.startswith(b"%PDF-") and "IBAN" not in text  # a card is charged: nothing is to be transferred


@pytest.mark.parametrize(
    ("currency", "locale", "name", "words"),
    [
        ("EUR", "de", "Müller & Söhne GmbH", ("Rechnung", "Gesamtbetrag 76,00 €", "Müller & Söhne GmbH")),
        ("USD", "en-US", "O'Neill <script>", ("Invoice", "Total $76.00", "O'Neill <script>")),
        ("JPY", "ja", "株式会社山田製作所", ("請求書", "7,600", "株式会社山田製作所")),
        ("KWD", "ar", "شركة النور", ("7.600", "2.700")),
        ("EUR", "xx-unknown", "Nobody's Language", ("Invoice", "€76.00")),
    ],
)
async def test_an_invoice_speaks_the_buyers_language(
    shop: Shop, currency: str, locale: str, name: str, words: tuple[str, ...]
) -> None:
    await account(shop, name=name, locale=locale, currency=currency)
    document = await pdf(shop, await bought(shop, currency=currency, seats=3))
    text = text_of(document)
    if locale == "ar":
        assert any("\u0600" <= letter <= "\u06ff" or "\ufe70" <= letter <= "\ufeff" for letter in text)
    for shown in words:
        assert shown in text, (shown, text)


async def test_an_invoice_looks_like_the_tenant_and_stays_as_it_was_sent(shop: Shop) -> None:
    world = shop.world

    async def look(color: str, logo: bytes, kind: str) -> None:
        await world.call(
            "tenants.UpdateTenantSettings",
            world.acme_admin,
            tenant_id=world.acme.id,
            primary_color=color,
            logo=f"data:{kind};base64,{base64.b64encode(logo).decode()}",
        )
        await world.settle()

    await look("#7a1fa2", PIXEL, "image/png")
    first = await bought(shop)
    with_pixel = await pdf(shop, first)
    assert len(pypdf.PdfReader(io.BytesIO(with_pixel)).pages[0].images) == 1
    await look("#b3261e", DRAWING, "image/svg+xml")
    await account(shop, name="Another Name", locale="de")
    assert await pdf(shop, first) == with_pixel == await pdf(shop, first, world.root)
    await shop.change(world.acme, seats=5)
    second = (await shop.invoices(world.acme))[-1].id
    with_drawing = await pdf(shop, second)
    assert "Rechnung" in text_of(with_drawing) and "Another Name" in text_of(with_drawing)
    document = await world.service("billing", "InvoiceService").papers._document((await shop.invoices(world.acme))[-1])
    assert (document.brand_color, document.logo) == ("#b3261e", DRAWING) and render(document) == with_drawing


@pytest.mark.parametrize(
    "logo",
    [
        b"GIF89a",
        b"<svg><filter id='f'/></svg>",
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        b"<svg",
        b"\x89PNG\r\n\x1a\nbroken",
    ],
)
async def test_a_logo_that_cannot_be_printed_is_left_out_and_the_bill_is_printed(shop: Shop, logo: bytes) -> None:
    await bought(shop)
    papers = shop.world.service("billing", "InvoiceService").papers
    document = await papers._document((await shop.invoices(shop.world.acme))[0])
    with pytest.raises(ValueError, match="logo"):
        render(replace(document, logo=logo))
    assert _set(replace(document, logo=logo)) == render(document.without_logo())


def test_the_logo_is_read_from_its_address() -> None:
    assert picture_of("data:image/png;base64," + base64.b64encode(PIXEL).decode()) == PIXEL
    for nothing in ("", "data:image/png,abc", "https://acme.example/logo.png", "data:image/png;base64,?!"):
        assert picture_of(nothing) == b""


async def test_usage_proration_and_taxes_are_spelled_out(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await world.call("billing.CreateTaxRate", world.root, display_name="VAT", rate_micros=190_000, country="DE")
    await account(shop, country="DE")
    await bought(shop, seats=3)
    await shop.use(acme, "api_calls", 120)
    await world.later(days=10)
    await world.sign_in_again()
    await shop.change(acme, seats=9)
    await shop.until((await shop.live(acme)).period_end_time + CLOSING + timedelta(minutes=5))
    await world.sign_in_again()
    _, change, cycle = await shop.invoices(acme)
    changed = text_of(await pdf(shop, change.id))
    assert "Credit for the unused rest of the period (" in changed and "For the rest of the period (" in changed
    ended = text_of(await pdf(shop, cycle.id))
    assert "VAT 19% on" in ended and "api_calls" in ended
    await world.call("billing.UpdateBillingAccount", world.root, tenant_id=acme.id, tax_exempt=True)
    await shop.change(acme, seats=10)
    assert "reverse charge" in text_of(await pdf(shop, (await shop.invoices(acme))[-1].id))


async def test_who_pays_by_transfer_is_told_how(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    async with shop.unit(acme.id) as unit:
        at = world.clock.now()
        method = new_payment_method(id="pm_transfer", tenant_id=acme.id, provider=Provider.MANUAL, at=at)
        unit.payment_methods.put(method.activated(Facts("Bank transfer"), at, "transfer"))
        unit.accounts.put((await unit.accounts.get(acme.id)).with_default_method("pm_transfer", at))
    await shop.offer("team", flat(4900))
    made = await shop.subscribe(acme, "team")
    text = text_of(await pdf(shop, made.invoice.id))
    assert "IBAN DE02 1203 0000 0000 2020 51" in text and "€49.00 due" in text and "Sandbox" not in text


async def test_a_credit_note_names_what_it_takes_back(shop: Shop) -> None:
    world, acme = shop.world, shop.world.acme
    await shop.offer("team", flat(4900))
    await shop.card(acme, "tok_visa_declined")
    await shop.subscribe(acme, "team")
    (invoice,) = await shop.invoices(acme)
    await world.call("billing.VoidInvoice", world.root, id=invoice.id, reason="a mistake")
    note = (await shop.invoices(acme))[-1]
    text = text_of(await pdf(shop, note.id))
    assert "Credit note" in text and f"Credits invoice {invoice.number}" in text and "€49.00 credited" in text


async def test_nobody_else_gets_it(shop: Shop) -> None:
    world = shop.world
    id = await bought(shop)
    with refused("NOT_FOUND"):
        await pdf(shop, id, world.globex_admin)
    with refused("PERMISSION_MISSING"):
        await pdf(shop, id, await world.holder("plans.read"))
