"""The set-up wizard, which the platform of all these journeys was set up by."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.first_start import FirstStart

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


def test_the_wizard_led_from_the_code_to_the_first_administrator(first_start: FirstStart) -> None:
    if first_start.failure is not None:
        raise first_start.failure
    assert first_start.complaints == []


async def test_the_wizard_is_closed_for_ever_afterwards(open_page: OpenPage) -> None:
    page = await open_page("/setup")
    await expect(page.get_by_role("heading", level=1, name="Set-up is complete")).to_be_visible()
    await page.get_by_role("link", name="Sign in").click()
    await expect(page).to_have_url("/master-admin/login")
