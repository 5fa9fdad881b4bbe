"""The first start of an installation happens once, so the platform that all journeys share is set up by it."""

from __future__ import annotations

import asyncio
import threading

from playwright.async_api import Page, async_playwright, expect

from tests.browser.accessibility import check_every_view
from tests.browser.people import signed_in
from tests.browser.view import View
from tests.journeys.platform import PASSWORD, ROOT, Platform


class FirstStart:
    """Walks the set-up wizard of a new platform; `failure` is what went wrong, `None` when nothing did."""

    def __init__(self, platform: Platform, chromium: str, arguments: list[str]) -> None:
        self.platform = platform
        self.failure: BaseException | None = None
        self.complaints: list[str] = []
        self._chromium, self._arguments = chromium, arguments

    def walk(self) -> None:
        # Playwright's event loop must not be that of the tests.
        thread = threading.Thread(target=self._run)
        thread.start()
        thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._browse())
        except Exception as failure:
            self.failure = failure

    async def _browse(self) -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=self._chromium, args=self._arguments)
            context = await browser.new_context(base_url=self.platform.url, **View(360, "dark").options())
            context.set_default_timeout(15_000)
            page = await context.new_page()
            page.on("pageerror", lambda error: self.complaints.append(str(error)))
            await page.goto("/master-admin/login")
            await page.get_by_role("link", name="Set it up").click()
            await set_up(page, (self.platform.home / "setup-code").read_text().strip())
            await browser.close()


async def set_up(page: Page, code: str) -> None:
    """From the wizard's first step to being signed in, with what people do wrong on the way."""
    await expect(page).to_have_title("Set up Atrium – Atrium")
    following = page.get_by_role("button", name="Next")
    await following.click()
    await expect(page.get_by_label("Set-up code")).to_be_focused()
    await check_every_view(page)
    # A wrong code is found out at the end only: whoever guesses learns nothing on the way.
    await page.get_by_label("Set-up code").fill("AAAAA-AAAAA-AAAAA-AAAAA")
    await page.keyboard.press("Enter")

    await page.get_by_label("Name", exact=True).fill("Root")
    await page.get_by_label("E-mail").fill(ROOT)
    await following.click()
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()
    await check_every_view(page)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")

    await page.get_by_label("Name of the organisation").fill("Example")
    await check_every_view(page)
    await page.get_by_role("button", name="Finish set-up").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("Set-up code")).to_be_visible()
    await page.get_by_label("Set-up code").fill(code)
    await page.keyboard.press("Enter")
    # What was filled in before is still there.
    await expect(page.get_by_label("E-mail")).to_have_value(ROOT)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Name of the organisation")).to_have_value("Example")
    await page.keyboard.press("Enter")
    await signed_in(page)
