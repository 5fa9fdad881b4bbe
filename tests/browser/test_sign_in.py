"""Signing in to the administration, staying signed in, signing out."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from actors.local import web
from tests.browser.accessibility import check_every_view
from tests.browser.conftest import OpenPage
from tests.browser.people import sign_in, sign_out, signed_in
from tests.browser.view import View
from tests.journeys.platform import Platform

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
FIRST_LOAD_BYTES = 200_000


async def test_the_pages_of_visitors_are_accessible_and_fit(open_page: OpenPage) -> None:
    page = await open_page("/", View(360))
    await expect(page).to_have_url("/master-admin/login")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await check_every_view(page)
    await sign_in(page, "nobody@example.com", "wrong")
    await expect(page.get_by_role("alert")).to_contain_text("The e-mail or the password is wrong.")
    await check_every_view(page)
    await page.get_by_role("link", name="Forgotten your password?").click()
    await expect(page.get_by_role("heading", level=1, name="Forgotten password")).to_be_visible()
    await check_every_view(page)
    for path, title in (
        ("/master-admin/reset-password#token=pwd_nothing", "Choose a new password"),
        ("/t/nobody-here/login", "Nobody is here"),
        ("/nothing/here", "Page not found"),
    ):
        await page.goto(path)
        await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        await check_every_view(page)


async def test_what_is_missing_is_said_before_anything_is_sent(open_page: OpenPage) -> None:
    page = await open_page("/master-admin/login")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await expect(page.get_by_text("This field is needed.")).to_have_count(2)
    assert sent == []


async def test_the_session_lasts_over_a_reload_and_leads_back_to_where_one_wanted_to_be(open_page: OpenPage) -> None:
    page = await open_page("/master-admin/account?hello=1")
    await sign_in(page)
    await signed_in(page)
    await expect(page).to_have_url("/master-admin/account?hello=1")
    cookies = {one["name"]: one for one in await page.context.cookies(f"{page.url}api/v1/auth/refresh")}
    [cookie] = [one for one in await page.context.cookies() if one["name"] == "atrium_refresh_platform"]
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict"
    assert cookie["path"] == "/api/v1/auth" and not cookies
    await page.reload()
    await signed_in(page)
    kept = await page.evaluate("() => JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert "eyJ" not in kept, "an access token is stored"


async def test_a_page_of_another_site_can_do_nothing_with_the_session(site: Platform, open_page: OpenPage) -> None:
    page = await open_page("/master-admin")
    await sign_in(page)
    await signed_in(page)
    cookies = await page.context.cookies()
    other = await page.context.new_page()
    async with asyncio.timeout(60), await asyncio.start_server(_answer_with_a_form, "127.0.0.1", 0) as server:
        # Another site for browsers, as its name is another: one at another port would be of the same.
        await other.goto(f"http://localhost:{server.sockets[0].getsockname()[1]}")
        await _attack(other, site)
    assert await page.context.cookies() == cookies
    await page.reload()
    await signed_in(page)


async def _answer_with_a_form(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<form method=post></form>")
    await writer.drain()
    writer.close()


async def _attack(other: Page, site: Platform) -> None:
    for path in ("refresh", "logout", "password/change"):
        url = f"{site.url}/api/v1/auth/{path}"
        async with other.expect_response(url) as answered:
            await other.evaluate(
                "(url) => fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}'})", url
            )
        answer = await answered.value
        assert answer.status >= 400 and "cookie" not in await answer.request.all_headers(), path
    # A form leads the whole window there; its body can be made to read as JSON.
    url = f"{site.url}/api/v1/auth/refresh"
    async with other.expect_response(url) as answered:
        await other.evaluate(
            """(url) => {
                const form = Object.assign(document.forms[0], {action: url, enctype: "text/plain"});
                form.append(Object.assign(document.createElement("input"), {name: '{"tenant": "', value: '"}'}));
                form.submit();
            }""",
            url,
        )
    answer = await answered.value
    assert answer.status >= 400 and "cookie" not in await answer.request.all_headers()


async def test_tabs_share_a_session_and_never_lose_it_by_refreshing_together(open_page: OpenPage) -> None:
    first = await open_page("/master-admin")
    await sign_in(first)
    await signed_in(first)
    tabs = [first, *[await first.context.new_page() for _ in range(3)]]
    for _ in range(3):
        await asyncio.gather(*(tab.goto("/master-admin") for tab in tabs))
        for tab in tabs:
            await signed_in(tab)
    await sign_out(first)
    for tab in tabs:
        await expect(tab.get_by_role("button", name="Sign in")).to_be_visible()
    await first.reload()
    await expect(first.get_by_role("button", name="Sign in")).to_be_visible()


async def test_leaving_a_page_while_it_refreshes_does_not_end_the_session(open_page: OpenPage) -> None:
    page = await open_page("/master-admin")
    await sign_in(page)
    await signed_in(page)
    for _ in range(5):
        async with page.expect_request("**/api/v1/auth/refresh"):
            await page.evaluate("() => location.reload()")
    await page.goto("/master-admin")
    await signed_in(page)


async def test_german_browsers_are_answered_in_german(open_page: OpenPage) -> None:
    page = await open_page("/", View(locale="de-CH"))
    await expect(page.get_by_role("heading", level=1, name="Anmelden")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page).to_have_title("Anmelden – Atrium")


async def test_an_address_where_nothing_is_leads_back_to_the_start(open_page: OpenPage) -> None:
    page = await open_page("/nothing/here")
    await page.get_by_role("link", name="Go to the start").click()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_the_api_page_beside_it_works_under_its_own_policy(open_page: OpenPage) -> None:
    page = await open_page("/docs")
    await expect(page.get_by_role("link", name="SessionService", exact=True)).to_be_visible()


async def test_the_first_load_is_small(open_page: OpenPage) -> None:
    page = await open_page("/")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    names: list[str] = await page.evaluate(
        "() => performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)"
    )
    scripts = {name for name in names if name.endswith(".js")}
    files = [web.FOLDER / name.removeprefix("/") for name in scripts]
    packed = [file.with_name(file.name + ".gz") for file in files]
    size = sum((gz if gz.exists() else file).stat().st_size for gz, file in zip(packed, files, strict=True))
    assert len(scripts) > 5 and size <= FIRST_LOAD_BYTES, (size, sorted(scripts))
