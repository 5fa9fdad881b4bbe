"""What people do about billing in many journeys."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
from playwright.async_api import Locator, Page, expect

from tests.browser.accessibility import check_every_view
from tests.browser.conftest import OpenPage
from tests.browser.people import sign_in, signed_in
from tests.browser.tenants import as_admin_of, tenant_of
from tests.browser.view import View
from tests.journeys.platform import Platform, eventually, ok


async def payer_of(site: Platform, open_page: OpenPage, slug: str, card: str = "") -> Page:
    """The portal of a new tenant on the free plan, as its admin; with a test card, which is the default method then."""
    await tenant_of(site, slug, "free")
    page = await as_admin_of(open_page, slug, "/billing/payment-methods")
    if card:
        await add_card(page, card)
    return page


async def add_card(page: Page, card: str) -> None:
    """Adds a test card by what the list says of it, on the page of payment methods, and makes it the default."""
    await page.get_by_role("button", name="Add a payment method").click()
    dialog = page.get_by_role("dialog", name="Add a payment method")
    await expect(dialog.get_by_text("no money moves").first).to_be_visible()
    await dialog.get_by_role("button", name="••••").click()
    await page.get_by_role("option", name=card).first.click()
    switch = dialog.get_by_role("switch", name="Charge it by default")
    if not await switch.is_checked():
        await switch.check(force=True)
    await dialog.get_by_role("button", name="Add test card").click()
    await expect(dialog).to_be_hidden()


LOADING = "main [aria-busy=true], main [data-loading]"
"""What stands for something that is on its way."""


@dataclass(frozen=True)
class Amounts:
    """What an invoice, or one to come, is said to be."""

    lines: list[str]
    """Each with its description, quantity and amount, as they are read."""
    totals: dict[str, str]
    """By what they are called, such as “Total”."""


async def settled(rows: Locator) -> list[str]:
    """The texts once they stay as they are: what things are called may come after the things."""
    seen = await rows.all_inner_texts()
    for _ in range(20):
        await rows.page.wait_for_timeout(300)
        before, seen = seen, await rows.all_inner_texts()
        if seen == before:
            break
    return seen


async def amounts(within: Page | Locator, lines: str) -> Amounts:
    """The lines of the table of that name, and the sums below it."""
    page = within.page if isinstance(within, Locator) else within
    table = within.get_by_role("table", name=lines, exact=True)
    await expect(table).to_be_visible()
    rows = await settled(table.get_by_role("row").filter(has=page.get_by_role("rowheader")))
    sums = within.get_by_role("group", name="Sums")
    names, values = (
        await sums.get_by_role("term").all_inner_texts(),
        await sums.get_by_role("definition").all_inner_texts(),
    )
    return Amounts([" ".join(row.split()) for row in rows], dict(zip(names, values, strict=True)))


async def change_plan(page: Page, plan: str, choose: str = "Change to this", title: str = "Change to") -> Amounts:
    """Chooses a plan in the comparison and confirms what the preview says is due now. Returns what it said."""
    await page.get_by_role("button", name=f"{choose}: {plan}").click()
    dialog = page.get_by_role("dialog", name=f"{title} {plan}")
    said = await amounts(dialog, "Lines of the invoice to come")
    await dialog.get_by_role("button", name=f"Confirm and pay {said.totals['Total']}").click()
    await expect(dialog).to_be_hidden()
    return said


async def give_up(page: Page, plan: str, *, at_once: bool = False) -> None:
    """Cancels the subscription on whose page somebody is, when its period ends or at once."""
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Cancel subscription").click()
    dialog = page.get_by_role("dialog", name=f"Cancel {plan}?")
    await expect(dialog.get_by_text("After that nothing more is charged")).to_be_visible()
    await dialog.get_by_label("Why?").fill("Only looking")
    if at_once:
        await dialog.get_by_role("radio", name="At once").check(force=True)
        await dialog.get_by_label(f"Type “{plan}” to confirm").fill(plan)
    await dialog.get_by_role("button", name="End it now" if at_once else "Cancel subscription").click()
    await expect(dialog).to_be_hidden()


def text_of(file: Path) -> str:
    """The words of a PDF, whatever spaces they were set with."""
    found = "\n".join(page.extract_text() for page in pypdf.PdfReader(file).pages)
    return " ".join(found.split())


async def subscriber(site: Platform, slug: str, card: str, plan: str = "standard") -> str:
    """The id of a new tenant that has been moved to a plan; whether that was paid is the test card's affair."""

    def made() -> str:
        tenant, token = site.tenant_admin(site.set_up(), slug, "free")
        with site.client(token) as client:
            method = {"provider": "PROVIDER_SANDBOX", "providerToken": card, "default": True}
            ok(client.post("/api/v1/billing/payment-methods", json=method))
            [subscription] = ok(client.get("/api/v1/billing/subscriptions"))["subscriptions"]
            change = {"planId": plan, "effectiveAt": "EFFECTIVE_AT_NOW"}
            ok(client.post(f"/api/v1/billing/subscriptions/{subscription['id']}/change", json=change))
        return str(tenant["id"])

    return await asyncio.to_thread(made)


def overwritten(site: Platform, tenant_id: str, currency: str) -> None:
    """Writes another currency into a tenant's account, past the platform."""
    with contextlib.closing(sqlite3.connect(site.home / "books" / "atrium.db", timeout=20)) as books, books:
        done = books.execute("UPDATE billing_accounts SET currency = ? WHERE id = ?", (currency, tenant_id))
        assert done.rowcount == 1


async def biller(open_page: OpenPage, path: str) -> Page:
    """A page of the provider, as a Super Admin."""
    page = await open_page(f"/master-admin/{path}", View(1440))
    await sign_in(page)
    await signed_in(page)
    return page


async def looked_at(page: Page) -> None:
    """Asserts that the page is accessible and fits, at each width and in each colour, once all of it is there."""
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator(LOADING)).to_have_count(0)
    await check_every_view(page)


async def looks_right(page: Page, path: str = "") -> None:
    """Asserts of a page, or of the one at a path, that it is accessible and fits as it is loaded."""
    if path:
        await page.goto(path)
    else:
        await page.reload()
    await looked_at(page)


async def invoices_of(site: Platform, tenant_id: str, least: int = 1) -> list[dict[str, Any]]:
    """The invoices of a tenant, newest first, once there are so many."""

    def asked() -> list[dict[str, Any]]:
        with site.client(site.set_up()) as client:
            answer = ok(client.get("/api/v1/billing/invoices", params={"tenantId": tenant_id}))
        found: list[dict[str, Any]] = answer["invoices"]
        return found

    def enough(found: list[dict[str, Any]]) -> bool:
        return len(found) >= least

    return await asyncio.to_thread(eventually, asked, enough)
