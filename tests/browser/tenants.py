"""Tenants and their people for journeys. The platform is shared, so every name is one that nothing else has."""

from __future__ import annotations

import asyncio
import secrets

from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.people import sign_in, signed_in
from tests.journeys.platform import PASSWORD, Platform, eventually


def fresh(name: str) -> str:
    """The name with something after it that makes it the only one: "Acme" becomes "Acme 1f09ab"."""
    return f"{name} {secrets.token_hex(3)}"


def slug_of(name: str) -> str:
    return name.lower().replace(" ", "-")


async def mail_to(site: Platform, address: str, number: int = 1) -> str:
    """The text of one of the mails to an address, the first or a later one, once it is there."""
    mails: list[str] = await asyncio.to_thread(
        eventually, lambda: site.mails(address), lambda found: len(found) >= number
    )
    return mails[number - 1]


def link_in(mail: str) -> str:
    """The path and fragment of the link that a mail holds."""
    [line] = [line for line in mail.splitlines() if "#token=" in line]
    return line[line.index("/", len("https://")) :]


async def sign_up(site: Platform, open_page: OpenPage, name: str, email: str) -> Page:
    """The portal of a company that has signed up by itself, as the one who did."""
    page = await open_page("/signup")
    await page.get_by_label("Company").fill(name)
    await expect(page.get_by_label("Short name")).to_have_value(slug_of(name))
    await page.get_by_label("Your name").fill("Sam")
    await page.get_by_label("Work e-mail").fill(email)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    await page.goto(link_in(await mail_to(site, email)))
    await expect(page.get_by_role("heading", name="Your address is confirmed")).to_be_visible()
    await expect(page).to_have_url("/signup/confirm")
    await page.goto(link_in(await mail_to(site, email, 2)))
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await signed_in(page)
    await expect(page).to_have_url(f"/t/{slug_of(name)}")
    return page


async def tenant_of(site: Platform, slug: str, plan: str = "standard") -> str:
    """The id of a new tenant, “Company <slug>”, whose admin has accepted the invitation."""
    tenant, _ = await asyncio.to_thread(lambda: site.tenant_admin(site.set_up(), slug, plan))
    return str(tenant["id"])


async def as_admin_of(open_page: OpenPage, slug: str, path: str = "") -> Page:
    """A page of a tenant's portal, as its admin."""
    page = await open_page(f"/t/{slug}{path}")
    await sign_in(page, f"admin@{slug}.example")
    await signed_in(page)
    return page


async def section(open_page: OpenPage, tenant_id: str, path: str) -> Page:
    """A section of a tenant's page, as a Super Admin who came by its address."""
    page = await open_page(f"/master-admin/tenants/{tenant_id}/{path}")
    await sign_in(page)
    await expect(page.get_by_role("navigation", name="Sections of the tenant")).to_be_visible()
    return page
