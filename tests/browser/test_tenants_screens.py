"""Every screen of tenants, the provider's and the tenant's own, as it is looked at; with names that are no help."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.accessibility import check_every_view
from tests.browser.conftest import OpenPage
from tests.browser.people import sign_in, signed_in
from tests.browser.tenants import as_admin_of, fresh, section, slug_of, tenant_of
from tests.browser.view import View
from tests.journeys.platform import Platform, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

ATTACK = '<img src=x onerror="window.hit=1"><script>window.hit=1</script> שלום שלום '
"""A name that would run, turns its direction, and is as long as names may be."""


async def name_it(site: Platform, tenant_id: str, name: str) -> None:
    token = await asyncio.to_thread(site.set_up)
    with site.client(token) as client:
        ok(client.patch(f"/api/v1/tenants/{tenant_id}", json={"displayName": name}))
        ok(client.patch(f"/api/v1/tenants/{tenant_id}/settings", json={"displayName": name}))


async def unharmed(page: Page) -> None:
    """Nothing of what was written into names and addresses has become an element, or has run."""
    assert await page.locator("img[src=x], script:not([src])").count() == 0
    assert await page.evaluate("() => window.hit") is None


async def test_every_screen_of_the_provider_is_accessible_fits_and_runs_nothing(
    site: Platform, open_page: OpenPage
) -> None:
    slug = slug_of(fresh("odd name"))
    tenant_id = await tenant_of(site, slug)
    name = ATTACK.ljust(120, "x")
    await name_it(site, tenant_id, name)
    page = await section(open_page, tenant_id, "provisioning")
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text(name)
    await expect(page.get_by_role("list", name="Steps of the set-up")).to_be_visible()
    await check_every_view(page)
    sections = page.get_by_role("navigation", name="Sections of the tenant")
    for link, shown in {
        "Overview": "The sum of these parts",
        "People": "Ada Admin",
        "Settings": "Security policy",
        "Subscription": "Change plan",
        "Usage": "Counted from real traffic",
        "Exports": "Start an export",
        "Audit log": "tenants:tenant:update",
        "Danger zone": "Delete the tenant",
    }.items():
        await sections.get_by_role("link", name=link).click()
        await expect(page.get_by_text(shown).first).to_be_visible()
        await check_every_view(page)
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(page.get_by_role("alertdialog")).to_contain_text(name)
    await check_every_view(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Act for the tenant").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await check_every_view(page)
    await page.keyboard.press("Escape")
    await sections.get_by_role("link", name="Audit log").click()
    await page.get_by_role("link", name="tenants:tenant:update").first.click()
    # What changed, from which name to which.
    await expect(page.get_by_role("dialog").get_by_role("row", name="display_name")).to_contain_text("<script>")
    await page.keyboard.press("Escape")
    await unharmed(page)

    main = page.get_by_role("navigation", name="Main navigation")
    await main.get_by_role("link", name="Tenants").click()
    await expect(page.get_by_role("link", name=name).first).to_be_visible()
    await check_every_view(page)
    # What stands in an address is text, too, where it is shown and where it is refused.
    await page.goto(f"/master-admin/tenants?plan={quote(ATTACK)}&query={quote(ATTACK)}")
    await expect(page.get_by_text("Some fields need your attention.")).to_be_visible()
    await expect(page.get_by_role("button", name="Plan")).to_contain_text("<script>")
    await unharmed(page)
    await main.get_by_role("link", name="Dashboards").click()
    await expect(page.get_by_role("figure", name="By plan")).to_be_visible()
    await expect(page.get_by_role("figure", name="Growth")).to_be_visible()
    await check_every_view(page)
    await unharmed(page)


@pytest.mark.parametrize("told", [True, False], ids=["the application's words", "the platform's words"])
async def test_what_an_error_says_of_what_was_sent_is_text(open_page: OpenPage, told: bool) -> None:
    plan = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'

    async def sends_markup(route: Route) -> None:
        answer = await route.fetch(post_data={**route.request.post_data_json, "plan": plan})
        refusal = await answer.text()
        assert answer.status == 400, refusal
        # An application that is older than the platform has no words for some reasons: it shows the platform's own.
        await route.fulfill(response=answer, body=refusal if told else refusal.replace("PLAN_UNKNOWN", "PLAN_NEW"))

    page = await open_page("/master-admin/tenants/new", View(1440))
    await sign_in(page)
    await page.get_by_label("Company name").fill(fresh("Sends markup"))
    go_on = page.get_by_role("button", name="Continue")
    await go_on.click()
    await page.get_by_role("radio", name="Standard").check(force=True)
    await go_on.click()
    await page.get_by_label("Name", exact=True).fill("Mark")
    await page.get_by_label("E-mail").fill("mark@sends-markup.example")
    await page.keyboard.press("Enter")
    await page.route("**/api/v1/tenants", sends_markup)
    await page.get_by_role("button", name="Create tenant").click()
    said = f"There is no plan “{plan}”." if told else f"there is no plan {plan}"
    await expect(page.get_by_text(said, exact=True)).to_be_visible()
    await unharmed(page)
    await check_every_view(page)


async def test_the_wizard_and_its_progress_are_accessible_and_fit(open_page: OpenPage) -> None:
    name = fresh("Every step")
    page = await open_page("/master-admin/tenants/new", View(1440))
    await sign_in(page)
    await page.get_by_label("Company name").fill(name)
    await check_every_view(page)
    go_on = page.get_by_role("button", name="Continue")
    await go_on.click()
    await page.get_by_role("radio", name="Standard").check(force=True)
    await check_every_view(page)
    await go_on.click()
    await go_on.click()
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await check_every_view(page)
    await page.get_by_label("Name", exact=True).fill("Eve")
    await page.get_by_label("E-mail").fill(f"eve@{slug_of(name)}.example")
    # By keyboard: words of a fault that go away move the button below.
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()
    await check_every_view(page)
    await page.get_by_role("button", name="Create tenant").click()
    await expect(page.get_by_role("heading", name=f"{name} is ready")).to_be_visible()
    await check_every_view(page)


async def test_every_screen_of_a_portal_is_accessible_and_fits(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("portal"))
    await name_it(site, await tenant_of(site, slug), ATTACK.ljust(120, "x"))
    page = await as_admin_of(open_page, slug)
    await expect(page.get_by_text("What needs attention")).to_be_visible()
    await check_every_view(page)
    main = page.get_by_role("navigation", name="Main navigation")
    for link, shown in {
        "Activity": "Counted from real traffic",
        "Settings": "Security policy",
        "Data exports": "Start an export",
    }.items():
        await main.get_by_role("link", name=link).click()
        await expect(page.get_by_text(shown).first).to_be_visible()
        await check_every_view(page)
    await unharmed(page)

    visitor = await open_page("/signup", View(1440))
    await expect(visitor.get_by_role("button", name="Sign up")).to_be_visible()
    await check_every_view(visitor)
    await visitor.get_by_role("button", name="Sign up").click()
    await expect(visitor.get_by_text("This field is needed.").first).to_be_visible()
    await check_every_view(visitor)


async def test_the_figures_are_what_the_platform_counted(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("counted"))
    tenant_id = await tenant_of(site, slug)
    token = await asyncio.to_thread(site.set_up)

    def metrics() -> dict[str, Any]:
        with site.client(token) as client:
            return ok(client.get("/api/v1/tenants/metrics", params={"days": 7}))

    page = await open_page("/master-admin/dashboards/tenants?days=7")
    await sign_in(page)
    await signed_in(page)
    known = await asyncio.to_thread(metrics)
    total = int(known["growth"][-1]["total"])
    await expect(page.get_by_role("figure", name="By plan")).to_contain_text(f"{total:,}")
    # A day as a row of the chart's table: what was created today is there.
    growth = page.get_by_role("figure", name="Created and deleted")
    await growth.get_by_role("button", name="Show as table").click()
    rows = growth.get_by_role("row")
    await expect(rows).to_have_count(8)
    await expect(rows.nth(1)).to_contain_text(f"{int(known['growth'][-1]['created']):,}")

    # What was counted of a tenant's traffic is on its page, and in its portal the same.
    portal = await as_admin_of(open_page, slug, "/activity?days=7")
    await expect(portal.get_by_role("heading", level=1, name="Activity")).to_be_visible()
    await portal.reload()
    await expect(portal.get_by_role("figure", name="Active users")).to_be_visible(timeout=20_000)
    use = await section(open_page, tenant_id, "activity?days=7")
    await expect(use.get_by_role("figure", name="Calls")).to_be_visible(timeout=20_000)
    await page.get_by_role("radio", name="365 days").click()
    await expect(page).to_have_url("/master-admin/dashboards/tenants?days=365")
