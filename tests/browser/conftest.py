"""A platform, a real Chromium, and people in front of it.

Playwright's asynchronous interface is used: its synchronous one, and pytest-playwright with it, keeps an event loop
running in the main thread, in which no other asynchronous test could start.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from actors.local import web
from tests.browser.accessibility import check_axe
from tests.browser.first_start import FirstStart
from tests.browser.view import View
from tests.journeys.platform import Platform, running

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
HERE = Path(__file__).parent
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"]
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=15_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="package")
def first_start() -> Iterator[FirstStart]:
    """A platform that serves the built application, and how its first start went: set up in a browser."""
    assert web.built() is not None, "the web application is not built: run make ui"
    # A short path: sockets are kept in it.
    with (
        tempfile.TemporaryDirectory(prefix="atr", ignore_cleanup_errors=True) as folder,
        running(Path(folder)) as started,
    ):
        first = FirstStart(started, CHROMIUM, ARGUMENTS)
        first.walk()
        # Whatever became of the wizard: it has a test of its own, and the others need people.
        started.set_up()
        yield first


@pytest.fixture(scope="package")
def site(first_start: FirstStart) -> Platform:
    """The platform, set up; shared, so journeys make things of their own."""
    return first_start.platform


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in the browser run in the loop that it was started in."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    """One browser; each window that is opened in it is one of a person who was never here."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="package")
async def open_page(
    site: Platform, browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[OpenPage]:
    """Opens an address as a person with a browser of their own: `await open_page("/setup", view)`.

    The test fails when any page logs an error, throws, or breaks the Content Security Policy. When it fails, what
    each page looked like is kept in a file whose name is printed.
    """
    complaints: list[str] = []
    contexts: list[BrowserContext] = []
    pages: list[Page] = []

    def listen(page: Page) -> None:
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: complaints.extend(_complaint(page, message)))

    async def open(path: str, view: View | None = None) -> Page:
        context = await browser.new_context(base_url=site.url, **(view or View()).options())
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.on("page", listen)
        page = await context.new_page()
        await page.goto(path)
        return page

    yield open
    if request.node.stash.get(FAILED, False):
        for at, page in enumerate(pages):
            file = tmp_path / f"page-{at}.png"
            if not page.is_closed():
                await page.screenshot(path=file, full_page=True)
                print(f"{page.url} looked like {file}")
    for context in contexts:
        await context.close()
    assert not complaints, complaints


def _complaint(page: Page, message: ConsoleMessage) -> list[str]:
    # Browsers log each refused call as an error; refusals are what some journeys are about.
    refused = message.text.startswith("Failed to load resource") and "/api/" in message.location.get("url", "")
    return [] if message.type not in ("error", "warning") or refused else [f"{page.url}: {message.text}"]


Axe = Callable[..., Awaitable[None]]


@pytest.fixture
def axe() -> Axe:
    """Asserts that axe-core finds nothing against WCAG 2.2 AA in a page: `await axe(page)`."""
    return check_axe
