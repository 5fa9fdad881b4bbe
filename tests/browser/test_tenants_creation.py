"""A tenant comes into being: by a master admin's wizard, and by a customer who signs up."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.people import sign_in, signed_in
from tests.journeys.platform import PASSWORD, Platform, eventually

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


async def mail_to(site: Platform, address: str, number: int = 1) -> str:
    """The text of the last of so many mails to an address, once they are there."""
    mails: list[str] = await asyncio.to_thread(eventually, lambda: site.mails(address), lambda found: len(found) >= number)
    return mails[number - 1]


def link_in(mail: str) -> str:
    """The path and fragment of the link that a mail holds."""
    [line] = [line for line in mail.splitlines() if "#token=" in line]
    return line[line.index("/", len("https://")) :]


async def company(page: Page, name: str) -> None:
    await page.get_by_label("Company name").fill(name)
    await page.get_by_role("button", name="Continue").click()


async def test_a_tenant_is_created_by_the_wizard_and_its_administrator_comes_in(
    site: Platform, open_page: OpenPage
) -> None:
    page = await open_page("/master-admin/tenants/new")
    await sign_in(page)
    await company(page, "Wizard & Söhne <b>GmbH</b>")
    await expect(page).to_have_url("/master-admin/tenants/new?step=plan")
    await page.get_by_role("radio", name="Premium").check()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name", exact=True).fill("Wanda Wizard")
    await page.get_by_label("E-mail").fill("wanda@wizard.example")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("/t/wizard-and-sohne-b-gmbh-b")).to_be_visible()

    # Back through the steps, and forward again: nothing is lost.
    await page.go_back()
    await expect(page.get_by_label("E-mail")).to_have_value("wanda@wizard.example")
    await page.reload()
    await expect(page.get_by_label("E-mail")).to_have_value("wanda@wizard.example")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Create tenant").click()
    await expect(page.get_by_role("heading", name="Wizard & Söhne <b>GmbH</b> is ready")).to_be_visible()
    steps = page.get_by_role("list", name="Steps of the set-up").get_by_role("listitem")
    await expect(steps.filter(has_text="Done")).to_have_count(5)

    # The wizard itself is gone from the history, and its draft with it.
    await page.get_by_role("link", name="Open the tenant").click()
    await expect(page.get_by_role("heading", level=1, name="Wizard & Söhne <b>GmbH</b>")).to_be_visible()
    await page.goto("/master-admin/tenants/new")
    await expect(page.get_by_label("Company name")).to_have_value("")

    invited = await open_page(link_in(await mail_to(site, "wanda@wizard.example")))
    await invited.get_by_label("New password", exact=True).fill(PASSWORD)
    await invited.keyboard.press("Enter")
    await expect(invited.get_by_role("heading", level=1, name="Wanda Wizard")).to_be_visible()
    await expect(invited).to_have_url("/t/wizard-and-sohne-b-gmbh-b")


async def test_a_short_name_that_is_taken_is_said_at_its_field(site: Platform, open_page: OpenPage) -> None:
    await asyncio.to_thread(lambda: site.create_tenant(site.set_up(), "taken-name"))
    page = await open_page("/master-admin/tenants/new")
    await sign_in(page)
    await page.get_by_label("Company name").fill("Billing")
    await expect(page.get_by_text("reserved for the platform")).to_be_visible()
    await company(page, "Taken Name")
    await page.get_by_role("radio", name="Free").check()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name", exact=True).fill("Tom")
    await page.get_by_label("E-mail").fill("tom@taken.example")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Create tenant").click()
    slug = page.get_by_label("Short name")
    await expect(page.get_by_text("The short name “taken-name” is taken.")).to_be_visible()
    await expect(slug).to_be_focused()
    await slug.fill("taken-name-2")
    for _ in range(3):
        await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Create tenant").click()
    await expect(page.get_by_role("heading", name="Taken Name is ready")).to_be_visible()


async def test_a_customer_signs_up_confirms_the_address_and_comes_in(site: Platform, open_page: OpenPage) -> None:
    page = await open_page("/signup")
    await page.get_by_label("Company").fill("Sunny Side")
    await expect(page.get_by_label("Short name")).to_have_value("sunny-side")
    await page.get_by_label("Your name").fill("Sam")
    await page.get_by_label("Work e-mail").fill("sam@sunny.example")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    await page.goto(link_in(await mail_to(site, "sam@sunny.example")))
    await expect(page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    assert "token" not in page.url
    await page.goto(link_in(await mail_to(site, "sam@sunny.example", 2)))
    await page.get_by_label("New password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await signed_in(page)
    await expect(page).to_have_url("/t/sunny-side")


async def test_a_link_that_was_never_ours_leads_back_to_signing_up(open_page: OpenPage) -> None:
    page = await open_page("/signup/confirm#token=sgn_nothing")
    await expect(page.get_by_role("alert")).to_contain_text("This link is not valid")
    await page.get_by_role("link", name="Sign up again").click()
    await expect(page).to_have_url("/signup")
