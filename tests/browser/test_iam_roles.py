"""Roles: composed in the builder, changed side by side in the matrix, and what the audit log says of it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.people import press, sign_in
from tests.browser.tenants import fresh
from tests.journeys.platform import Platform, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


async def test_a_role_is_built_changed_in_the_matrix_and_found_in_the_log(site: Platform, open_page: OpenPage) -> None:
    name = fresh("Desk <img src=x onerror=alert(1)>")
    page = await open_page("/master-admin/iam/roles/new")
    await sign_in(page)
    await page.get_by_label("Name", exact=True).fill(name)
    await press(page, "users.read")
    await press(page, "tenants.*")
    # What a star covers needs no choosing of its own.
    await expect(page.get_by_role("button", name="tenants.suspend", exact=True)).to_have_attribute(
        "aria-disabled", "true"
    )
    await page.get_by_role("button", name="Inherits from").click()
    await page.get_by_role("option", name="Auditor").click()
    await page.get_by_role("button", name="Create the role").click()
    await expect(page.get_by_text(f"The role {name} was created.").first).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    role_id = page.url.rsplit("/", 1)[-1]

    await press(page, "users.read")
    await press(page, "users.suspend")
    # Whoever leaves now is asked.
    await page.get_by_role("link", name="Permission matrix").click()
    await expect(page.get_by_role("alertdialog", name="Leave without saving?")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Save the role").click()
    await expect(page.get_by_text(f"The role {name} was saved.").first).to_be_visible()

    await page.get_by_role("link", name="Permission matrix").click()
    await page.get_by_text("Built-in roles", exact=True).click()
    await page.get_by_label("Find a permission").fill("users.")
    cell = page.get_by_role("checkbox", name=f"users.invite for {name}")
    await cell.focus()
    await page.keyboard.press("Space")
    await expect(cell).to_be_checked()
    await page.keyboard.press("ArrowDown")
    await expect(cell).not_to_be_focused()
    await page.get_by_role("button", name="Save all").click()
    await expect(page.get_by_role("button", name="Save all")).to_have_count(0)
    with site.client(site.set_up()) as admin:
        role = ok(admin.get(f"/api/v1/roles/{role_id}"))
    assert set(role["permissions"]) == {"tenants.*", "users.suspend", "users.invite"}

    await page.goto(f"/master-admin/iam/audit-logs?target={role_id}")
    log = page.get_by_role("grid")
    await expect(log.get_by_role("link", name="iam:role:update")).to_have_count(2)
    await log.get_by_role("link", name="iam:role:update").first.click()
    change = page.get_by_role("dialog", name="iam:role:update").get_by_role("row", name="permissions")
    await expect(change).to_contain_text("users.invite")
    await page.keyboard.press("Escape")
    await log.get_by_role("link", name="iam:role:create").click()
    await expect(page.get_by_role("dialog", name="iam:role:create")).to_contain_text(name)


async def test_somebody_elses_change_is_not_lost(site: Platform, open_page: OpenPage) -> None:
    name = fresh("Both")
    with site.client(site.set_up()) as admin:
        role = ok(admin.post("/api/v1/roles", json={"displayName": name, "permissions": ["users.read"]}))
        page = await open_page(f"/master-admin/iam/roles/{role['id']}")
        await sign_in(page)
        await press(page, "audit.read")
        body = {"permissions": {"names": ["users.read", "roles.read"]}, "etag": role["etag"]}
        ok(admin.patch(f"/api/v1/roles/{role['id']}", json=body))
        await page.get_by_role("button", name="Save the role").click()
        await expect(page.get_by_text("Somebody else has changed this role")).to_be_visible()
        await page.get_by_role("button", name="Keep my changes").click()
        await page.get_by_role("button", name="Save the role").click()
        await expect(page.get_by_text(f"The role {name} was saved.").first).to_be_visible()
        saved = ok(admin.get(f"/api/v1/roles/{role['id']}"))
    assert set(saved["permissions"]) == {"users.read", "roles.read", "audit.read"}
