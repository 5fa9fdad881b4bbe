"""What the provider's people do about plans, tenants that pay, and the books."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import check_every_view
from tests.browser.billing import biller, change_plan, invoices_of, looks_right, payer_of
from tests.browser.conftest import OpenPage
from tests.browser.tenants import fresh, slug_of, tenant_of
from tests.journeys.platform import Platform

pytestmark = [pytest.mark.live, pytest.mark.timeout(150)]


async def test_a_plan_is_written_priced_published_and_offered(site: Platform, open_page: OpenPage) -> None:
    name = fresh("Team")
    page = await biller(open_page, "billing/plans/new")
    await page.get_by_role("textbox", name="Name", exact=True).fill(name)
    await page.get_by_role("textbox", name="Id", exact=True).first.fill(slug_of(name))
    await page.get_by_label("Name on invoices").fill("Platform")
    amount = page.get_by_role("textbox", name="Amount", exact=True)
    await amount.fill("29.90")
    await amount.blur()
    await page.get_by_role("button", name="Simulate").click()
    await expect(page.get_by_role("region", name="Price simulator").get_by_text("€29.90").first).to_be_visible()
    await check_every_view(page)
    await page.get_by_role("button", name="Create draft").click()
    await page.get_by_role("link", name=name).click()
    await expect(page.get_by_text("This is a draft")).to_be_visible()
    await looks_right(page)
    await page.get_by_role("button", name="Publish").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("Published")).to_be_visible()

    # A tenant is put on it, after a look at what that costs.
    tenant_id = await tenant_of(site, slug_of(fresh("on team")), "free")
    await page.goto(f"/master-admin/billing/tenants/{tenant_id}/plan")
    await page.get_by_role("button", name=f"Change to this: {name}").click()
    dialog = page.get_by_role("dialog", name=f"Change to {name}")
    await expect(dialog.get_by_text("€29.90").first).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()

    # Afterwards it is offered to nobody, so that other journeys see the plans they know.
    await page.goto(f"/master-admin/billing/plans/{slug_of(name)}")
    await page.get_by_role("button", name="Archive").click()
    question = page.get_by_role("alertdialog")
    await question.get_by_role("textbox").fill(slug_of(name))
    await question.get_by_role("button", name="Archive").click()
    await expect(page.get_by_text("Archived")).to_be_visible()


async def test_a_payment_goes_back_in_part_and_the_books_are_right(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("gets back"))
    portal = await payer_of(site, open_page, slug, "Every payment succeeds")
    await portal.goto(f"/t/{slug}/billing/plan")
    await change_plan(portal, "Standard")
    await expect(portal.get_by_role("heading", level=2, name="Standard")).to_be_visible()
    page = await biller(open_page, "billing/subscriptions")
    await page.get_by_role("link", name=f"Company {slug}").click()
    await expect(page.get_by_role("heading", level=2, name="Standard")).to_be_visible()
    tenant_id = page.url.rsplit("/", 1)[-1]
    [invoice, *_] = await invoices_of(site, tenant_id)

    await page.goto(f"/master-admin/billing/invoices/{invoice['id']}")
    await page.get_by_role("button", name="Verify").click()
    await expect(page.get_by_text("The same, byte for byte")).to_be_visible()
    await page.get_by_role("button", name="Refund").click()
    dialog = page.get_by_role("dialog", name="Refund this payment?")
    amount = dialog.get_by_role("textbox", name="Amount", exact=True)
    await amount.fill("10")
    await amount.blur()
    await dialog.get_by_label("Reason").fill("An outage")
    await dialog.get_by_role("button", name="Refund €10.00").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("€10.00 of it went back")).to_be_visible()

    for section in ("", "/usage", "/invoices", "/payments", "/ledger", "/account"):
        await looks_right(page, f"/master-admin/billing/tenants/{tenant_id}{section}")
    await page.get_by_role("button", name="Give credit").click()
    credit = page.get_by_role("dialog")
    amount = credit.get_by_role("textbox", name="Amount", exact=True)
    await amount.fill("5")
    await amount.blur()
    await credit.get_by_label("Reason").fill("Goodwill")
    await credit.get_by_role("button", name="Give credit").click()
    await expect(page.get_by_text("€5.00", exact=True)).to_be_visible()

    await page.goto("/master-admin/billing/ledger")
    await page.get_by_role("button", name="Prove now").click()
    await expect(page.get_by_text("The books are right")).to_be_visible()


async def test_every_list_of_billing_looks_right_and_can_be_added_to(site: Platform, open_page: OpenPage) -> None:
    page = await biller(open_page, "billing/coupons")
    code = fresh("SAVE").replace(" ", "-").upper()
    await page.get_by_role("button", name="Create coupon").first.click()
    dialog = page.get_by_role("dialog", name="Create a coupon")
    await dialog.get_by_role("textbox", name="Code").fill(code)
    await dialog.get_by_label("Name on invoices").fill("<b>Welcome</b>")
    discount = dialog.get_by_role("textbox", name="Discount", exact=True)
    await discount.fill("12.5%")
    await discount.blur()
    await dialog.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("row").filter(has_text=code)).to_contain_text("12.5%")

    await page.goto("/master-admin/billing/tax-rates")
    tax = fresh("VAT")
    await page.get_by_role("button", name="Create tax rate").first.click()
    dialog = page.get_by_role("dialog", name="Create a tax rate")
    await dialog.get_by_role("textbox", name="Name").fill(tax)
    rate = dialog.get_by_role("textbox", name="Rate", exact=True)
    await rate.fill("8.1%")
    await rate.blur()
    await dialog.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("row").filter(has_text=tax)).to_contain_text("8.1%")

    for path in (
        "billing/coupons",
        "billing/tax-rates",
        "billing/plans",
        "billing/meters",
        "billing/subscriptions",
        "billing/invoices",
        "billing/payments",
        "billing/refunds",
        "billing/accounts",
        "billing/ledger",
        "dashboards/billing",
    ):
        await looks_right(page, f"/master-admin/{path}")
