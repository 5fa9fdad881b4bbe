"""What a tenant's people do about their plan, what it costs and how it is paid."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.billing import add_card, amounts, change_plan, give_up, looked_at, looks_right, payer_of, text_of
from tests.browser.conftest import OpenPage
from tests.browser.tenants import fresh, sign_up, slug_of
from tests.journeys.platform import Platform

pytestmark = [pytest.mark.live, pytest.mark.timeout(150)]


async def test_a_customer_signs_up_buys_moves_up_in_the_middle_of_a_cycle_and_gives_up(
    site: Platform, open_page: OpenPage
) -> None:
    name = fresh("Pays well")
    slug = slug_of(name)
    page = await sign_up(site, open_page, name, f"sam@{slug}.example")
    await page.get_by_role("link", name="Plan and billing").click()
    await page.get_by_role("link", name="Payment methods", exact=True).click()
    await add_card(page, "Every payment succeeds")
    await looks_right(page)

    # It began with a trial, which is had once.
    await page.get_by_role("link", name="Plan", exact=True).click()
    await expect(page.get_by_text("The trial ends on")).to_be_visible()
    await give_up(page, "Standard", at_once=True)
    await expect(page.get_by_text("There is no subscription")).to_be_visible()
    await page.get_by_role("link", name="Choose a plan").click()
    table = page.get_by_role("table", name="Plans compared")
    await expect(table).to_be_visible()
    await looks_right(page)
    await page.get_by_role("radio", name="Yearly").check(force=True)
    await expect(table.get_by_role("columnheader", name="Standard")).to_contain_text("/ year")
    await page.get_by_role("radio", name="Monthly").check(force=True)
    await change_plan(page, "Standard", "Choose", "Subscribe to")
    await expect(page.get_by_role("heading", level=2, name="Standard")).to_be_visible()
    await expect(page.get_by_text("Active", exact=True)).to_be_visible()
    await expect(page.get_by_role("region", name="What the plan allows")).to_contain_text("Up to 100,000")

    # The rest of the period is charged and credited by the second: what is charged is what was said before.
    await page.get_by_role("link", name="Change plan").click()
    said = await change_plan(page, "Premium")
    assert any("Credit for the unused rest" in line for line in said.lines), said.lines
    await expect(page.get_by_role("heading", level=2, name="Premium")).to_be_visible()
    await looks_right(page)
    await page.get_by_role("link", name="Invoices", exact=True).click()
    await expect(page.get_by_role("grid", name="Invoices")).to_be_visible()
    await looked_at(page)
    row = page.get_by_role("row").filter(has_text="Change of plan").first
    await expect(row.get_by_text("Paid")).to_be_visible()
    number = (await row.get_by_role("link").first.inner_text()).split()[0]
    await row.get_by_role("link").first.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    invoice = await amounts(page, "Lines")
    assert invoice.lines == said.lines
    assert {name: invoice.totals[name] for name in said.totals} == said.totals
    assert invoice.totals["Paid"] == f"-{said.totals['Total']}"
    await expect(page.get_by_text("no money moves").first).to_be_visible()
    await looks_right(page)

    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download PDF").click()
    file = await download.value
    assert file.suggested_filename == f"{number}.pdf"
    text = await asyncio.to_thread(text_of, Path(await file.path()))
    assert number in text and name in text and said.totals["Total"] in text

    # It may be given up when its period ends, and kept.
    await page.goto(f"/t/{slug}/billing")
    await give_up(page, "Premium")
    await expect(
        page.get_by_text("Until then everything can be used. After that nothing more is charged")
    ).to_be_visible()
    await expect(page.get_by_role("region", name="Last invoice")).to_contain_text("Nothing is charged now.")
    await looked_at(page)
    await page.get_by_role("button", name="Keep subscription").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Keep subscription").click()
    await expect(page.get_by_text("Until then everything can be used")).to_be_hidden()


async def test_the_bank_asks_before_it_pays_and_a_decline_is_said_in_words(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("bank asks"))
    page = await payer_of(site, open_page, slug, "Asks for confirmation of each payment")
    await page.goto(f"/t/{slug}/billing/plan")
    await change_plan(page, "Standard")
    await expect(page.get_by_role("heading", level=1, name="Sandbox bank")).to_be_visible()
    await looks_right(page)
    await page.get_by_role("button", name="Refuse").click()
    await expect(page.get_by_text("The payment was not confirmed.").first).to_be_visible()
    invoice = page.url

    # Another card says no, in words; a third one pays.
    await page.goto(f"/t/{slug}/billing/payment-methods")
    await add_card(page, "Declined: not enough money")
    await page.goto(invoice)
    await page.get_by_role("button", name="Pay", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="9995").check(force=True)
    await dialog.get_by_role("button", name="Pay €").click()
    await expect(page.get_by_text("There is not enough money on the account.").first).to_be_visible()
    await page.goto(f"/t/{slug}/billing/payment-methods")
    await add_card(page, "Mastercard")
    await page.goto(invoice)
    await page.get_by_role("button", name="Pay", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name="Mastercard").check(force=True)
    await dialog.get_by_role("button", name="Pay €").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Pay", exact=True)).to_be_hidden()


async def test_billing_details_and_usage_are_the_tenants_own(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("own details"))
    page = await payer_of(site, open_page, slug)
    await page.get_by_role("link", name="Billing details").click()
    await page.get_by_label("Company or name").fill("Größe & <script>alert(1)</script> شركة")
    await page.get_by_label("Address", exact=True).fill("1 Main Street\nSpringfield")
    country = page.get_by_role("combobox", name="Country")
    await country.fill("Germ")
    await page.get_by_role("option", name="Germany").click()
    await page.get_by_label("Tax number").fill("DE999999999")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Company or name")).to_have_value("Größe & <script>alert(1)</script> شركة")
    await expect(country).to_have_value("Germany")
    await looks_right(page)
    await page.get_by_role("link", name="Usage and limits").click()
    await expect(page.get_by_role("region", name="API calls")).to_contain_text("20,000")
    await looks_right(page)

    # What the plan lacks is said where it would be offered, with the way to plans that have it.
    await page.get_by_role("link", name="Roles", exact=True).click()
    await expect(page.get_by_text("Not part of your plan")).to_be_visible()
    await expect(page.get_by_role("link", name="New role")).to_have_count(0)
    await looked_at(page)
    await page.get_by_role("link", name="See the plans").click()
    await expect(page.get_by_role("table", name="Plans compared")).to_be_visible()
