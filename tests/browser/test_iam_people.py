"""How people come in and are thrown out: invitations, second factors, forgotten passwords, suspensions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.people import sign_in, sign_out, signed_in
from tests.browser.tenants import fresh, link_in, mail_to
from tests.journeys.platform import PASSWORD, Platform, ok

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
OTHER_PASSWORD = "nine purple umbrellas sing"


def six_digits(secret: str, steps_ahead: int = 0) -> str:
    """What an authenticator shows (RFC 6238: SHA-1, 30 s, six digits)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps_ahead), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def person(site: Platform, name: str, role: str = "Auditor") -> str:
    """The e-mail of a new user of the platform who can sign in with PASSWORD."""
    address = f"{name.lower().replace(' ', '.')}@example.com"
    with site.client(site.set_up()) as admin:
        roles = {one["displayName"]: one["id"] for one in ok(admin.get("/api/v1/roles?pageSize=500"))["roles"]}
        body = {"email": address, "displayName": name, "password": PASSWORD, "roleIds": [roles[role]]}
        ok(admin.post("/api/v1/users", json=body))
    return address


async def found_in_users(page: Page, words: str, name: str) -> None:
    """Opens somebody's page from the list of users."""
    await page.get_by_role("searchbox").fill(words)
    await page.get_by_role("link", name=name, exact=True).click()
    await expect(page.get_by_role("heading", level=1, name=name, exact=True)).to_be_visible()


async def test_somebody_is_invited_accepts_and_is_thrown_out(site: Platform, open_page: OpenPage) -> None:
    name = fresh("Ina <script>alert(1)</script>")
    token = name.rsplit(maxsplit=1)[-1]
    address = f"ina.{token}@example.com"
    admin = await open_page("/master-admin/iam/users?add=yes")
    await sign_in(admin)
    dialog = admin.get_by_role("dialog", name="Add a user")
    await dialog.get_by_role("button", name="Send the invitation").click()
    await expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    await dialog.get_by_label("Name", exact=True).fill(name)
    await dialog.get_by_label("E-mail").fill(address)
    await dialog.get_by_role("button", name="Roles").click()
    await admin.get_by_role("option", name="Auditor").click()
    await admin.keyboard.press("Escape")
    await dialog.get_by_role("button", name="Send the invitation").click()
    await expect(admin.get_by_text(f"{name} was invited.").first).to_be_visible()
    await expect(dialog).to_be_hidden()

    invited = await open_page(link_in(await mail_to(site, address)))
    await expect(invited.get_by_label("Name", exact=True)).to_have_value(name)
    await invited.get_by_label("Password", exact=True).fill("password1234")
    await invited.keyboard.press("Enter")
    await expect(invited.get_by_text("This is too easy to guess.")).to_be_visible()
    await invited.get_by_label("Password", exact=True).fill(PASSWORD)
    await invited.keyboard.press("Enter")
    await signed_in(invited)
    navigation = invited.get_by_role("navigation", name="Main navigation")
    await navigation.get_by_role("link", name="Users").click()
    await expect(invited.get_by_role("grid", name="Users")).to_be_visible()
    # An auditor looks and does not touch: nothing of it is offered.
    await expect(invited.get_by_role("button", name="Add a user")).to_have_count(0)

    # The link worked once.
    again = await open_page(link_in(await mail_to(site, address)))
    await expect(again.get_by_text("This link was used before")).to_be_visible()

    await found_in_users(admin, token, name)
    await admin.get_by_role("button", name="More actions for").click()
    await admin.get_by_role("menuitem", name="Suspend").click()
    await admin.get_by_label("Reason").fill("Left the company")
    await admin.get_by_role("button", name="Suspend", exact=True).click()
    await expect(admin.get_by_text("This account is suspended")).to_be_visible()
    # Whatever they ask for next, they are out.
    await navigation.get_by_role("link", name="Audit log").click()
    await expect(invited.get_by_role("dialog", name="Sign in again")).to_be_visible()

    # What was done to them stands in the log, with who did it.
    await admin.get_by_role("tab", name="Activity").click()
    await admin.get_by_text("What was done to their account").click()
    entries = admin.get_by_role("grid", name="What was done to their account")
    await entries.get_by_role("link", name="iam:user:suspend").click()
    entry = admin.get_by_role("dialog", name="iam:user:suspend")
    await expect(entry.get_by_role("row", name="status")).to_contain_text("SUSPENDED")
    await expect(entry).to_contain_text("Left the company")
    await entry.get_by_role("link", name="All about the same").click()
    await admin.get_by_role("grid").get_by_role("link", name="iam:user:create").click()
    # A name is text wherever it stands.
    await expect(admin.get_by_role("dialog", name="iam:user:create")).to_contain_text(name)


async def test_a_second_factor_is_asked_for_once_it_is_on(site: Platform, open_page: OpenPage) -> None:
    address = person(site, fresh("Mia Factor"))
    page = await open_page("/master-admin/account")
    await sign_in(page, address)
    await page.get_by_role("button", name="Switch on the second factor").click()
    secret = (await page.get_by_role("dialog").locator("code").first.inner_text()).replace(" ", "")
    await page.get_by_label("Six digits from the app").fill("000000")
    await page.get_by_role("button", name="Switch on", exact=True).click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Six digits from the app").fill(six_digits(secret))
    await page.get_by_role("button", name="Switch on", exact=True).click()
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    await expect(codes.first).to_be_visible()
    recovery = (await codes.all_inner_texts())[0].strip()
    await page.get_by_text("I have kept them in a safe place.").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("button", name="Switch off the second factor")).to_be_visible()
    await sign_out(page)

    await sign_in(page, address)
    digits = page.get_by_label("Six digits")
    await expect(digits).to_be_focused()
    # The sixth digit sends them. The last ones were used already, and work only once.
    await digits.press_sequentially(six_digits(secret, steps_ahead=1))
    await signed_in(page)
    await sign_out(page)
    await sign_in(page, address)
    await page.get_by_role("button", name="Use a recovery code instead").click()
    await page.get_by_label("Recovery code").fill(recovery)
    await page.keyboard.press("Enter")
    await signed_in(page)


async def test_a_forgotten_password_is_replaced_by_mail(site: Platform, open_page: OpenPage) -> None:
    address = person(site, fresh("Otto Forgot"))
    page = await open_page("/master-admin/login")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()
    await page.get_by_label("E-mail").fill(address)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"If there is an account for {address}")).to_be_visible()
    await page.goto(link_in(await mail_to(site, address)))
    await page.get_by_label("New password", exact=True).fill(OTHER_PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Your password has been set.")).to_be_visible()
    await sign_in(page, address, PASSWORD)
    await expect(page.get_by_role("alert")).to_contain_text("The e-mail or the password is wrong.")
    await page.get_by_label("Password", exact=True).fill(OTHER_PASSWORD)
    await page.keyboard.press("Enter")
    await signed_in(page)


async def test_a_session_that_ends_in_the_middle_of_work_keeps_what_was_typed(
    site: Platform, open_page: OpenPage
) -> None:
    address = person(site, fresh("Karla Work"), "Super Admin")
    page = await open_page("/master-admin/iam/roles/new")
    await sign_in(page, address)
    name = fresh("Half a role")
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_role("button", name="audit.read", exact=True).click()
    with site.client(str(site.sign_in(address)["accessToken"])) as elsewhere:
        for session in ok(elsewhere.get("/api/v1/sessions"))["sessions"]:
            if not session.get("current"):
                ok(elsewhere.delete(f"/api/v1/sessions/{session['id']}"))
    await page.get_by_role("button", name="Create the role").click()
    cover = page.get_by_role("dialog", name="Sign in again")
    await expect(cover).to_be_visible()
    await cover.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(cover).to_be_hidden()
    await expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    await page.get_by_role("button", name="Create the role").click()
    await expect(page.get_by_text(f"The role {name} was created.").first).to_be_visible()
