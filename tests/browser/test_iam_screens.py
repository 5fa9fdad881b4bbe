"""Every screen of people and access, as it is looked at: on a phone and a wide window, in light and dark."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.accessibility import check_every_view
from tests.browser.conftest import OpenPage
from tests.browser.people import press, sign_in, signed_in

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


async def go(page: Page, entry: str) -> None:
    """By the navigation, so that nothing is loaded anew."""
    await page.get_by_role("navigation", name="Main navigation").get_by_role("link", name=entry).click()


async def signed_in_at(open_page: OpenPage, path: str) -> Page:
    page = await open_page(path)
    await sign_in(page)
    await signed_in(page)
    return page


async def test_the_dashboard_and_the_pages_about_people(open_page: OpenPage) -> None:
    page = await signed_in_at(open_page, "/master-admin/dashboards/identity")
    await expect(page.get_by_role("figure", name="Users by status")).to_be_visible()
    await expect(page.get_by_role("list", name="Never used")).to_be_visible()
    await check_every_view(page)

    await go(page, "Users")
    await expect(page.get_by_role("link", name="Root", exact=True)).to_be_visible()
    await check_every_view(page)
    await page.get_by_role("button", name="Add a user").click()
    await expect(page.get_by_role("dialog", name="Add a user")).to_be_visible()
    await check_every_view(page)
    await page.keyboard.press("Escape")

    await page.get_by_role("link", name="Root", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Root")
    for tab in ("Roles", "Permissions", "Sessions", "Activity"):
        await page.get_by_role("tab", name=tab, exact=True).click()
        await expect(page.get_by_role("tabpanel")).not_to_contain_text("Loading")
        await check_every_view(page)


async def test_the_pages_about_roles(open_page: OpenPage) -> None:
    page = await signed_in_at(open_page, "/master-admin/iam/roles")
    await expect(page.get_by_role("link", name="Super Admin")).to_be_visible()
    await check_every_view(page)
    await page.get_by_role("link", name="New role").first.click()
    await press(page, "audit.read")
    await check_every_view(page)
    await page.get_by_role("button", name="Discard").click()
    await go(page, "Permission matrix")
    await expect(page.get_by_role("grid", name="Permission matrix")).to_be_visible()
    await check_every_view(page)


async def test_keys_the_log_and_ones_own_account(open_page: OpenPage) -> None:
    page = await signed_in_at(open_page, "/master-admin/iam/api-keys")
    await expect(page.get_by_role("heading", level=1, name="API keys")).to_be_visible()
    await check_every_view(page)

    await go(page, "Audit log")
    await page.get_by_role("grid").get_by_role("link").first.click()
    await expect(page.get_by_role("dialog")).to_contain_text("What changed")
    await check_every_view(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Verify").click()
    await expect(page.get_by_role("dialog")).to_contain_text("The log is as it was written")
    await check_every_view(page)
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="Account of").click()
    await page.get_by_role("menuitem", name="My account").click()
    await expect(page.get_by_role("list", name="Sessions")).to_be_visible()
    await check_every_view(page)
