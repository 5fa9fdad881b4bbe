"""What a master admin does with one tenant, and what its people see of it."""

from __future__ import annotations

import asyncio
import zipfile

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.tenants import as_admin_of, fresh, section, slug_of, tenant_of
from tests.journeys.platform import Platform, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

PIXEL = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f"
    b"\0\5\0\1\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
)


async def test_a_plan_that_is_billed_is_changed_with_its_subscription(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("plan change"))
    tenant_id = await tenant_of(site, slug)
    page = await section(open_page, tenant_id, "subscription")
    await expect(page.get_by_role("heading", name="Standard")).to_be_visible()
    await expect(page.get_by_text("1,200 calls a minute")).to_be_visible()
    await page.get_by_role("link", name="Change plan").click()
    await expect(page).to_have_url(f"/master-admin/billing/tenants/{tenant_id}/plan")
    await expect(page.get_by_text("Premium").first).to_be_visible()
    await page.go_back()
    await page.get_by_role("link", name="Open in Billing").click()
    await expect(page).to_have_url(f"/master-admin/billing/tenants/{tenant_id}")


async def test_branding_shows_in_the_portal(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("brand new"))
    tenant_id = await tenant_of(site, slug)
    page = await section(open_page, tenant_id, "settings")
    color = page.get_by_label("Main colour", exact=True)
    await color.fill("#ffee00")
    await expect(page.get_by_text("at least 4.5 is needed")).to_be_visible()
    await color.fill("#8a1c5a")
    await page.get_by_label("Name shown").fill("Brand “New” Ltd")
    await page.get_by_label("Upload a logo").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": PIXEL}
    )
    branding = page.get_by_role("form", name="Branding")
    await branding.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()
    portal = await as_admin_of(open_page, slug)
    await expect(portal.get_by_role("link", name="Brand “New” Ltd")).to_be_visible()
    accent = await portal.evaluate(
        "() => getComputedStyle(document.documentElement).getPropertyValue('--atrium-color-accent')"
    )
    assert accent.strip() == "#8a1c5a"

    # The tenant decides for itself, too.
    await portal.get_by_role("link", name="Settings", exact=True).first.click()
    await (
        portal.get_by_label("Add a domain")
        .or_(portal.get_by_label("Allowed e-mail domains"))
        .first.fill("brand.example")
    )
    await portal.keyboard.press("Enter")
    await portal.get_by_role("form", name="Security policy").get_by_role("button", name="Save").click()
    await expect(portal.get_by_text("Saved")).to_be_visible()
    token = await asyncio.to_thread(site.set_up)
    with site.client(token) as client:
        settings = ok(client.get(f"/api/v1/tenants/{tenant_id}/settings"))
    assert settings["security"]["allowedEmailDomains"] == ["brand.example"]


async def test_somebody_elses_change_is_not_overwritten(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("two hands"))
    tenant_id = await tenant_of(site, slug)
    page = await section(open_page, tenant_id, "settings")
    await page.get_by_label("Name shown").fill("Mine")
    token = await asyncio.to_thread(site.set_up)
    with site.client(token) as client:
        ok(client.patch(f"/api/v1/tenants/{tenant_id}/settings", json={"primaryColor": "#005500"}))
    branding = page.get_by_role("form", name="Branding")
    await branding.get_by_role("button", name="Save").click()
    await branding.get_by_role("button", name="Load again").click()
    await expect(page.get_by_label("Main colour", exact=True)).to_have_value("#005500")
    await expect(page.get_by_label("Name shown")).to_have_value("Mine")
    await branding.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved")).to_be_visible()


async def test_people_of_a_suspended_tenant_are_thrown_out_within_seconds(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("thrown out"))
    tenant_id = await tenant_of(site, slug)
    portal = await as_admin_of(open_page, slug)
    page = await section(open_page, tenant_id, "danger")
    await page.get_by_role("button", name="Suspend").click()
    dialog = page.get_by_role("alertdialog")
    await dialog.get_by_label("Reason").fill("unpaid for months")
    await dialog.get_by_role("button", name="Suspend").click()
    await expect(page.get_by_text("Reason: unpaid for months")).to_be_visible()
    # Nobody touches the portal's page: it finds out by itself.
    await expect(portal.get_by_label("Password", exact=True)).to_be_visible(timeout=12_000)

    await page.get_by_role("button", name="Restore").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Restore").click()
    await expect(page.get_by_text(f"Company {slug} is back.")).to_be_visible()
    back = await as_admin_of(open_page, slug)
    await expect(back.get_by_role("heading", level=1, name="Ada Admin")).to_be_visible()


async def test_a_deleted_tenant_comes_back_whole(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("come back"))
    page = await section(open_page, await tenant_of(site, slug), "danger")
    await page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog", name=f"Delete Company {slug}?")
    confirm = dialog.get_by_role("button", name="Delete the tenant")
    await expect(confirm).to_have_attribute("aria-disabled", "true")
    await dialog.get_by_role("textbox").fill(slug)
    await confirm.click()
    await expect(page.get_by_text("until then it can be restored")).to_be_visible()
    await page.get_by_role("button", name="Restore").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Restore").click()
    await expect(page.get_by_text(f"Company {slug} is back.")).to_be_visible()
    portal = await as_admin_of(open_page, slug)
    await expect(portal.get_by_text(f"Company {slug}").first).to_be_visible()


async def downloaded(page: Page) -> zipfile.ZipFile:
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").first.click()
    return zipfile.ZipFile(await (await download.value).path())


async def test_an_export_is_started_followed_and_downloaded(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("take along"))
    tenant_id = await tenant_of(site, slug)
    page = await section(open_page, tenant_id, "exports")
    await page.get_by_role("button", name="Start an export").click()
    await expect(page.get_by_text("Complete", exact=True)).to_be_visible()
    assert "manifest.json" in (await downloaded(page)).namelist()
    # Somebody at the tenant finds the archive too, and may begin another.
    portal = await as_admin_of(open_page, slug, "/exports")
    await expect(portal.get_by_text("Complete", exact=True)).to_be_visible()
    assert any(name.startswith("iam/") for name in (await downloaded(portal)).namelist())
    await portal.get_by_role("button", name="Start another export").click()
    await expect(portal.get_by_text("Complete", exact=True)).to_have_count(2)


async def test_who_acts_for_a_tenant_looks_and_changes_nothing(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("act for"))
    tenant_id = await tenant_of(site, slug)
    page = await section(open_page, tenant_id, "danger")
    await page.get_by_role("button", name="Act for the tenant").click()
    dialog = page.get_by_role("dialog", name=f"Act for Company {slug}")
    await dialog.get_by_label("Reason").fill("short")
    await dialog.get_by_role("button", name="Begin").click()
    await expect(dialog.get_by_text("Enter at least 10 characters.")).to_be_visible()
    await dialog.get_by_label("Reason").fill("They asked about their settings")
    await dialog.get_by_role("button", name="Begin").click()
    await expect(page).to_have_url(f"/t/{slug}")
    await expect(page.get_by_role("heading", level=1, name="Ada Admin")).to_be_visible()
    await page.get_by_role("link", name="Settings", exact=True).first.click()
    await expect(page.get_by_text("can only look").first).to_be_visible()
    await expect(page.get_by_label("Name shown")).to_be_disabled()
    await expect(page.get_by_role("button", name="Save")).to_have_count(0)
    refused = await page.evaluate(
        """async () => (await fetch("/api/v1/users", {
            method: "POST", body: "{}", headers: {"content-type": "application/json"},
        })).status"""
    )
    assert refused in (401, 403)
    await page.get_by_role("button", name="Stop").or_(page.get_by_role("button", name="End")).first.click()
    await expect(page).to_have_url("/master-admin/dashboards/tenants", timeout=20_000)


async def test_addresses_lead_to_sections_and_back(site: Platform, open_page: OpenPage) -> None:
    slug = slug_of(fresh("deep link"))
    tenant_id = await tenant_of(site, slug)
    page = await section(open_page, tenant_id, "provisioning")
    await expect(page.get_by_role("list", name="Steps of the set-up")).to_be_visible()
    sections = page.get_by_role("navigation", name="Sections of the tenant")
    for name in ("Usage", "Audit log", "Overview"):
        await sections.get_by_role("link", name=name).click()
        await expect(sections.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    await page.go_back()
    await page.go_back()
    await expect(page).to_have_url(f"/master-admin/tenants/{tenant_id}/activity")
    await page.goto("/master-admin/tenants/ten_nothing")
    await expect(page.get_by_text("There is no such tenant")).to_be_visible()
