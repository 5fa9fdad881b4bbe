"""What people do about billing in many journeys."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Page, expect

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


async def change_plan(page: Page, plan: str) -> None:
    """Chooses a plan in the comparison and confirms what the preview says is due now."""
    await page.get_by_role("button", name=f"Change to this: {plan}").click()
    dialog = page.get_by_role("dialog", name=f"Change to {plan}")
    await expect(dialog.get_by_role("table", name="Lines of the invoice to come")).to_be_visible()
    await dialog.get_by_role("button", name="Confirm and pay").click()
    await expect(dialog).to_be_hidden()


async def biller(open_page: OpenPage, path: str) -> Page:
    """A page of the provider, as a Super Admin."""
    page = await open_page(f"/master-admin/{path}", View(1440))
    await sign_in(page)
    await signed_in(page)
    return page


async def looks_right(page: Page, path: str = "") -> None:
    """Asserts of a page, or of the one at a path, that it is accessible and fits in every view, as it is loaded."""
    if path:
        await page.goto(path)
    else:
        # What was announced of a button that is gone is no part of the page.
        await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    await check_every_view(page)


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
