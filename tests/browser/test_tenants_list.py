"""The list of tenants: found, narrowed down, taken along; and a session that ends while somebody works."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.people import sign_in
from tests.browser.tenants import fresh, slug_of, tenant_of
from tests.journeys.platform import PASSWORD, ROOT, Platform, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


async def test_tenants_are_found_narrowed_down_and_taken_along(
    site: Platform, open_page: OpenPage, tmp_path: Path
) -> None:
    word = fresh("find").split()[1]
    slugs = [f"find-{word}-{at}" for at in range(2)]
    await asyncio.gather(*(tenant_of(site, slug, plan) for slug, plan in zip(slugs, ("free", "premium"), strict=True)))
    page = await open_page("/master-admin/tenants")
    await sign_in(page)
    await page.get_by_role("searchbox", name="Search tenants").fill(f"find-{word}")
    grid = page.get_by_role("grid", name="Tenants")
    await expect(grid.get_by_role("row")).to_have_count(3)
    # By keyboard alone: the filter, the menu of a row, the palette; and one is back where one was.
    plan = page.get_by_role("button", name="Plan")
    await plan.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitemcheckbox").first).to_be_focused()
    await page.keyboard.type("prem")
    await expect(page.get_by_role("menuitemcheckbox", name="Premium")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(plan).to_be_focused()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog", name="Search")).to_be_visible()
    await page.keyboard.type("tenants")
    await page.keyboard.press("Escape")
    await expect(plan).to_be_focused()
    await expect(grid.get_by_role("row")).to_have_count(2)
    box = grid.get_by_role("checkbox", name=f"Select Company {slugs[1]}")
    await box.focus()
    await page.keyboard.press("Shift+F10")
    await expect(page.get_by_role("menuitem", name="Open")).to_be_focused()
    await page.keyboard.type("susp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await expect(box).to_be_focused()
    await expect(page).to_have_url(f"/master-admin/tenants?query=find-{word}&plan=premium")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Export as CSV").click()
    file = tmp_path / "tenants.csv"
    await (await download.value).save_as(file)
    with file.open(newline="", encoding="utf-8-sig") as lines:
        [row] = list(csv.DictReader(lines))
    assert (row["slug"], row["plan"], row["state"]) == (slugs[1], "premium", "active")

    # The address is all of it: another window and the way back show the same.
    await grid.get_by_role("link", name=f"Company {slugs[1]}").click()
    await expect(page.get_by_role("heading", level=1, name=f"Company {slugs[1]}")).to_be_visible()
    await page.go_back()
    await expect(grid.get_by_role("row")).to_have_count(2)
    await page.get_by_role("button", name="Clear all").click()
    await expect(page).to_have_url("/master-admin/tenants")

    await page.goto("/master-admin/tenants?from=2020-01-01&to=2020-12-31")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await expect(page.get_by_role("button", name="Created")).to_contain_text("2020")


async def test_a_session_that_ends_while_somebody_works_costs_them_nothing(site: Platform, open_page: OpenPage) -> None:
    name = fresh("Half written")
    page = await open_page("/master-admin/tenants/new")
    await sign_in(page)
    await page.get_by_label("Company name").fill(name)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("radio", name="Standard").check(force=True)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name", exact=True).fill("Hal")
    await page.get_by_label("E-mail").fill(f"hal@{slug_of(name)}.example")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()

    token = await asyncio.to_thread(site.set_up)
    with site.client(token) as client:
        sessions = ok(client.get("/api/v1/sessions"))["sessions"]
        # The page's own: the newest but the one that asks.
        newest = max((one for one in sessions if not one["current"]), key=lambda one: one["createTime"])
        assert client.delete(f"/api/v1/sessions/{newest['id']}").status_code == 200
    await page.get_by_role("button", name="Create tenant").click()
    cover = page.get_by_role("dialog")
    await expect(cover.get_by_label("E-mail")).to_have_value(ROOT)
    await cover.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(cover).to_be_hidden()
    # Still there, at the step it was at, with all that was written.
    await expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()
    await expect(page.get_by_text(name, exact=True)).to_be_visible()
    await page.get_by_role("button", name="Create tenant").click()
    await expect(page.get_by_role("heading", name=f"{name} is ready")).to_be_visible()
