"""What people do in many journeys."""

from playwright.async_api import Page, expect

from tests.journeys.platform import PASSWORD, ROOT


async def sign_in(page: Page, email: str = ROOT, password: str = PASSWORD) -> None:
    """Fills in the sign-in page that is shown, by keyboard alone."""
    field = page.get_by_label("E-mail")
    await expect(field).to_be_visible()
    await field.focus()
    await page.keyboard.type(email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")


async def signed_in(page: Page) -> None:
    """Waits until the page of somebody who is signed in is shown."""
    await expect(page.get_by_role("button", name="Account of")).to_be_visible()


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Account of").click()
    await page.get_by_role("menuitem", name="Sign out").click()


async def fits(page: Page) -> None:
    """Asserts that nothing has to be scrolled sideways."""
    wide = await page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


async def press(page: Page, permission: str) -> None:
    """Puts a permission of the catalogue into the role that is being built, or takes it out."""
    await page.get_by_role("button", name=permission, exact=True).click()
