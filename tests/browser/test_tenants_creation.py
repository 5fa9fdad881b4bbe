"""A tenant comes into being: by a master admin's wizard, and by a customer who signs up."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.people import sign_in
from tests.browser.tenants import fresh, link_in, mail_to, slug_of
from tests.journeys.platform import PASSWORD, Platform

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


async def company(page: Page, name: str) -> None:
    await page.get_by_label("Company name").fill(name)
    await page.get_by_role("button", name="Continue").click()


async def test_a_tenant_is_created_by_the_wizard_and_its_administrator_comes_in(
    site: Platform, open_page: OpenPage
) -> None:
    name = fresh("Wizard & Söhne <b>GmbH</b>")
    slug = name.lower().replace(" & ", "-and-").replace("ö", "o").translate(str.maketrans("<>/ ", "----"))
    slug = "-".join(part for part in slug.split("-") if part)
    email = f"wanda@{slug}.example"
    page = await open_page("/master-admin/tenants/new")
    await sign_in(page)
    await company(page, name)
    await expect(page).to_have_url("/master-admin/tenants/new?step=plan")
    await page.get_by_role("radio", name="Premium").check(force=True)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name", exact=True).fill("Wanda Wizard")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text(f"/t/{slug}")).to_be_visible()

    # Back through the steps, and forward again: nothing is lost.
    await page.go_back()
    await expect(page.get_by_label("E-mail")).to_have_value(email)
    await page.reload()
    await expect(page.get_by_label("E-mail")).to_have_value(email)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Create tenant").click()
    await expect(page.get_by_role("heading", name=f"{name} is ready")).to_be_visible()
    steps = page.get_by_role("list", name="Steps of the set-up").get_by_role("listitem")
    await expect(steps.filter(has_text="Done")).to_have_count(6)
    # Whose form has made way for its progress is at its beginning.
    await expect(page.locator("main")).to_be_focused()

    # The wizard itself is gone from the history, and its draft with it.
    await page.get_by_role("link", name="Open the tenant").click()
    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    await page.goto("/master-admin/tenants/new")
    await expect(page.get_by_label("Company name")).to_have_value("")

    invited = await open_page(link_in(await mail_to(site, email)))
    await invited.get_by_label("Password", exact=True).fill(PASSWORD)
    await invited.keyboard.press("Enter")
    await expect(invited.get_by_role("heading", level=1, name="Wanda Wizard")).to_be_visible()
    await expect(invited).to_have_url(f"/t/{slug}")


async def test_a_short_name_that_is_taken_is_said_at_its_field(site: Platform, open_page: OpenPage) -> None:
    name = fresh("Taken name")
    taken = slug_of(name)
    await asyncio.to_thread(lambda: site.create_tenant(site.set_up(), taken))
    page = await open_page("/master-admin/tenants/new")
    await sign_in(page)
    await page.get_by_label("Company name").fill("Billing")
    await expect(page.get_by_text("reserved for the platform")).to_be_visible()
    await company(page, name)
    await page.get_by_role("radio", name="Free").check(force=True)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name", exact=True).fill("Tom")
    await page.get_by_label("E-mail").fill("tom@taken.example")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Create tenant").click()
    slug = page.get_by_label("Short name")
    await expect(page.get_by_text(f"The short name “{taken}” is taken.")).to_be_visible()
    await expect(slug).to_be_focused()
    await slug.fill(f"{taken}-2")
    for _ in range(3):
        await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Create tenant").click()
    await expect(page.get_by_role("heading", name=f"{name} is ready")).to_be_visible()


async def test_a_link_that_was_never_ours_leads_back_to_signing_up(open_page: OpenPage) -> None:
    page = await open_page("/signup/confirm#token=sgn_nothing")
    await expect(page.get_by_role("alert")).to_contain_text("This link is not valid")
    await page.get_by_role("link", name="Sign up again").click()
    await expect(page).to_have_url("/signup")
