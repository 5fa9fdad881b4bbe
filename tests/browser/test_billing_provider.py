"""What the provider's people do about plans, tenants that pay or do not, and the books."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.accessibility import check_every_view
from tests.browser.billing import amounts, biller, change_plan, invoices_of, looked_at, overwritten, subscriber
from tests.browser.books import added_up, euros
from tests.browser.conftest import OpenPage
from tests.browser.tenants import fresh, slug_of
from tests.browser.view import EACH_ONCE
from tests.journeys.platform import Platform, eventually, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(150)]


async def go(page: Page, entry: str) -> None:
    """By the navigation, so that nothing is loaded anew."""
    await page.get_by_role("navigation", name="Main navigation").get_by_role("link", name=entry, exact=True).click()
    await expect(page.get_by_role("heading", level=1, name=entry)).to_be_visible()


async def amount(within: Page | Locator, name: str, value: str) -> None:
    field = within.get_by_role("textbox", name=name, exact=True)
    await field.fill(value)
    await field.blur()


async def test_a_plan_is_written_priced_published_and_has_a_second_version(site: Platform, open_page: OpenPage) -> None:
    name = fresh("Team")
    page = await biller(open_page, "billing/plans/new")
    await page.get_by_role("textbox", name="Name", exact=True).fill(name)
    await page.get_by_role("textbox", name="Id optional").fill(slug_of(name))
    await page.get_by_label("Name on invoices").fill("Platform")
    await amount(page, "Amount", "29.90")
    simulator = page.get_by_role("region", name="Price simulator")
    await simulator.get_by_role("button", name="Simulate").click()
    await expect(simulator.get_by_text("€29.90").first).to_be_visible()
    await looked_at(page)
    await page.get_by_role("button", name="Create draft").click()
    await page.get_by_role("link", name=name).click()
    await expect(page.get_by_text("This is a draft")).to_be_visible()
    await page.get_by_role("button", name="Publish").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("Published")).to_be_visible()

    # What is published never changes: another price is another version.
    await page.get_by_role("link", name="Edit").click()
    await amount(page, "Amount", "134.50")
    await page.get_by_role("button", name="Save new version").click()
    versions = page.get_by_role("table", name="Versions")
    await expect(versions.get_by_role("row")).to_have_count(3)
    await simulator.get_by_role("button", name="Simulate").click()
    await expect(simulator.get_by_text("€134.50").first).to_be_visible()
    await looked_at(page)

    # A tenant is put on it for exactly what was said before.
    tenant_id = await subscriber(site, slug_of(fresh("on team")), "tok_visa")
    await page.goto(f"/master-admin/billing/tenants/{tenant_id}/plan")
    await expect(page.get_by_role("table", name="Plans compared")).to_be_visible()
    await looked_at(page)
    said = await change_plan(page, name)
    await expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()
    [invoice, *_] = await invoices_of(site, tenant_id, 2)
    await page.goto(f"/master-admin/billing/invoices/{invoice['id']}")
    issued = await amounts(page, "Lines")
    assert issued.lines == said.lines
    assert issued.totals["Total"] == said.totals["Total"]

    # Afterwards it is offered to nobody, so that other journeys see the plans they know.
    await page.goto(f"/master-admin/billing/plans/{slug_of(name)}")
    await page.get_by_role("button", name="Archive").click()
    question = page.get_by_role("alertdialog")
    await question.get_by_role("textbox").fill(slug_of(name))
    await question.get_by_role("button", name="Archive").click()
    await expect(page.get_by_text("Archived", exact=True)).to_be_visible()


async def test_a_payment_goes_back_in_part_and_the_books_are_right(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("gets back"))
    tenant_id = await subscriber(site, slug, "tok_visa")
    page = await biller(open_page, "billing/subscriptions")
    await looked_at(page)
    await page.get_by_role("link", name=f"Company {slug}").click()
    await expect(page.get_by_role("heading", level=2, name="Standard")).to_be_visible()
    await looked_at(page)
    sections = page.get_by_role("navigation", name="Billing")
    await sections.get_by_role("link", name="Usage").click()
    await expect(page.get_by_role("region", name="API calls")).to_be_visible()
    await looked_at(page)
    await sections.get_by_role("link", name="Invoices").click()
    await page.get_by_role("grid", name="Invoices").get_by_role("link").first.click()

    await page.get_by_role("button", name="Verify").click()
    await expect(page.get_by_text("The same, byte for byte")).to_be_visible()
    await page.get_by_role("button", name="Refund").click()
    dialog = page.get_by_role("dialog", name="Refund this payment?")
    await amount(dialog, "Amount", "10")
    await dialog.get_by_label("Reason").fill("An outage")
    await dialog.get_by_role("button", name="Refund €10.00").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("€10.00 of it went back")).to_be_visible()
    await looked_at(page)

    await page.goto(f"/master-admin/billing/tenants/{tenant_id}/account")
    await page.get_by_role("button", name="Give credit").click()
    credit = page.get_by_role("dialog")
    await amount(credit, "Amount", "5")
    await credit.get_by_label("Reason").fill("Goodwill")
    await credit.get_by_role("button", name="Give credit").click()
    await expect(page.get_by_text("€5.00", exact=True).first).to_be_visible()
    await looked_at(page)
    await sections.get_by_role("link", name="Payments").click()
    await expect(page.get_by_text("€10.00 of it went back")).to_be_visible()
    await looked_at(page)
    await sections.get_by_role("link", name="Ledger").click()
    entries = page.get_by_role("grid", name="Ledger entries")
    await expect(entries.get_by_role("row").filter(has_text="Goodwill").first).to_contain_text("€5.00")
    await looked_at(page)

    await go(page, "Ledger")
    await page.get_by_role("button", name="Prove now").click()
    await expect(page.get_by_text("The books are right")).to_be_visible()
    await looked_at(page)
    await go(page, "Payments")
    await looked_at(page)
    await page.get_by_role("link", name="Refunds").click()
    await expect(page.get_by_role("row").filter(has_text="An outage").first).to_contain_text("€10.00")
    await looked_at(page)


async def test_who_does_not_pay_and_who_may_not_be_charged_are_seen_and_helped(
    site: Platform, open_page: OpenPage
) -> None:
    owing, broken = slug_of(fresh("owes money")), slug_of(fresh("was broken"))
    await subscriber(site, owing, "tok_insufficient_funds")
    disputed = slug_of(fresh("wants it back"))
    disputed_id = await subscriber(site, disputed, "tok_disputed")
    broken_id = await subscriber(site, broken, "tok_visa")
    page = await biller(open_page, "billing/subscriptions?state=pastDue")
    await page.get_by_role("link", name=f"Company {owing}").click()
    await expect(page.get_by_text("An invoice is overdue")).to_be_visible()
    owed = page.get_by_role("region", name="To be paid")
    await expect(owed).to_contain_text("There is not enough money on the account.")
    await expect(owed).to_contain_text("It is tried again on")
    await looked_at(page)
    await owed.get_by_role("link").first.click()
    await expect(page.get_by_text("The last payment was declined")).to_be_visible()
    await expect(page.get_by_text("Overdue", exact=True)).to_be_visible()
    await looked_at(page)

    # Somebody writes into the books past the platform: what would be charged then is not right any more.
    await asyncio.to_thread(overwritten, site, broken_id, "USD")
    await page.goto(f"/master-admin/billing/tenants/{broken_id}/plan")
    await page.get_by_role("button", name="Change to this: Premium").click()
    dialog = page.get_by_role("dialog", name="Change to Premium")
    await dialog.get_by_role("button", name="Confirm and pay").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("nothing was charged")
    await dialog.get_by_role("button", name="Cancel").click()
    await page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Dashboards").click()
    await page.get_by_role("link", name="Billing", exact=True).last.click()
    await expect(page.get_by_text("waits for somebody to look").first).to_be_visible()
    await looked_at(page)
    await page.get_by_role("link", name="Look at them").click()
    row = page.get_by_role("row").filter(has_text=broken)
    await expect(row).to_contain_text("another currency")
    await looked_at(page)
    await row.get_by_role("link").first.click()
    await expect(page.get_by_text("nothing is charged")).to_be_visible()
    await page.get_by_role("button", name="Unpark").click()
    dialog = page.get_by_role("dialog")
    await asyncio.to_thread(overwritten, site, broken_id, "EUR")
    await dialog.get_by_label("What you found").fill("Somebody wrote into the books")
    await dialog.get_by_role("button", name="Unpark").click()
    await expect(page.get_by_text("nothing is charged")).to_be_hidden()

    # Who paid has asked their bank for it in the meantime.
    def wanted_back() -> list[dict[str, Any]]:
        with site.client(site.set_up()) as client:
            found: list[dict[str, Any]] = ok(client.get("/api/v1/billing/disputes", params={"tenantId": disputed_id}))[
                "disputes"
            ]
        return found

    await asyncio.to_thread(eventually, wanted_back, bool, 60)
    await go(page, "Payments")
    await page.get_by_role("link", name="Disputes").click()
    row = page.get_by_role("row").filter(has_text=disputed)
    await expect(row).to_contain_text("Answer at the provider by")
    await looked_at(page)
    await row.get_by_role("link").first.click()
    await expect(page.get_by_role("list", name="Disputes")).to_contain_text("is wanted back")
    await expect(page.get_by_role("button", name="Refund")).to_have_count(0)
    await looked_at(page)


async def test_the_dashboard_says_what_subscriptions_and_the_ledger_add_up_to(
    site: Platform, open_page: OpenPage
) -> None:
    await subscriber(site, slug_of(fresh("adds up")), "tok_visa")
    await subscriber(site, slug_of(fresh("adds debts")), "tok_insufficient_funds", "premium")

    def measured() -> tuple[int, int, int]:
        with site.client(site.set_up()) as client:
            found = ok(client.get("/api/v1/billing/metrics", params={"months": 12}))
        return int(found["mrrMinor"]), int(found["outstandingMinor"]), int(found["paidMinor"])

    books = await asyncio.to_thread(added_up, site, "EUR")
    expected = (books.recurring, books.outstanding, books.paid)
    assert min(expected) > 0
    # They are kept for some seconds.
    await asyncio.to_thread(eventually, measured, lambda found: found == expected)
    page = await biller(open_page, "dashboards/billing")
    for label, minor in {
        "Monthly recurring revenue": books.recurring,
        "Annual recurring revenue": 12 * books.recurring,
        "Outstanding": books.outstanding,
        "Paid": books.paid,
    }.items():
        term = page.get_by_role("term").filter(has_text=re.compile(f"^{label}$"))
        await expect(page.locator("dl > div").filter(has=term).get_by_role("definition").first).to_have_text(
            re.compile(f"^{re.escape(euros(minor))}")
        )
    # The chart's last month is the same.
    chart = page.get_by_role("figure", name="Monthly recurring revenue")
    await chart.get_by_role("button", name="Show as table").click()
    await expect(chart.get_by_role("row").nth(1)).to_contain_text(euros(books.recurring))


async def test_every_other_list_of_billing_looks_right_and_can_be_added_to(open_page: OpenPage) -> None:
    page = await biller(open_page, "billing/coupons")
    code = fresh("SAVE").replace(" ", "-").upper()
    await page.get_by_role("button", name="Create coupon").first.click()
    dialog = page.get_by_role("dialog", name="Create a coupon")
    await dialog.get_by_role("textbox", name="Code").fill(code)
    await dialog.get_by_label("Name on invoices").fill("<b>Welcome</b>")
    await amount(dialog, "Discount", "12.5%")
    await check_every_view(page, EACH_ONCE)
    await dialog.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("row").filter(has_text=code)).to_contain_text("12.5%")
    await looked_at(page)

    await go(page, "Tax rates")
    tax = fresh("VAT")
    await page.get_by_role("button", name="Create tax rate").first.click()
    dialog = page.get_by_role("dialog", name="Create a tax rate")
    await dialog.get_by_role("textbox", name="Name").fill(tax)
    await amount(dialog, "Rate", "8.1%")
    await dialog.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("row").filter(has_text=tax)).to_contain_text("8.1%")
    await looked_at(page)
    await go(page, "Plans")
    await expect(page.get_by_role("link", name="Standard", exact=True)).to_be_visible()
    await looked_at(page)
    await page.get_by_role("link", name="Meters").click()
    await expect(page.get_by_text("api_calls").first).to_be_visible()
    await looked_at(page)
    await go(page, "Invoices")
    await looked_at(page)
    await go(page, "Billing accounts")
    await looked_at(page)
