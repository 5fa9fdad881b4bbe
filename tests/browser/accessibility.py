"""What every screen must be: without faults for axe-core, and no wider than the window, however one looks at it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from playwright.async_api import Page, expect

from actors.local import web
from tests.browser.people import fits
from tests.browser.view import VIEWS, View

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@functools.cache
def _axe() -> str:
    return (web.FOLDER.parent / "node_modules" / "axe-core" / "axe.min.js").read_text()


async def check_axe(page: Page, rules: list[str] | None = None) -> None:
    """Asserts that axe-core finds nothing in the page as it is, by some rules or all of WCAG 2.2 AA."""
    # Colours in the middle of a transition are nobody's, and waiting for each takes most of a check's time: there are
    # none while it runs. What moves besides is waited for.
    await page.evaluate(
        """async () => {
            window.still ??= new CSSStyleSheet();
            window.still.replaceSync("*, *::before, *::after { transition: none !important }");
            document.adoptedStyleSheets = [...new Set([...document.adoptedStyleSheets, window.still])];
            let moving = [];
            do {
                for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
                moving = document.getAnimations().filter((one) => one.playState === "running");
                await Promise.all(moving.map((one) => one.finished.catch(() => {})));
            } while (moving.length > 0);
        }"""
    )
    # Not by a script element, which the page's policy would refuse.
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_axe())
    options = {"runOnly": rules or TAGS, "resultTypes": ["violations"]}
    # React Aria's announcements stay for seconds, and may name what is gone by then.
    context = {"exclude": [["[data-live-announcer]"]]}
    found: dict[str, Any] = await page.evaluate("([where, options]) => axe.run(where, options)", [context, options])
    await page.evaluate("() => window.still.replaceSync('')")
    broken = [
        (one["id"], [(node["html"], node["failureSummary"]) for node in one["nodes"]]) for one in found["violations"]
    ]
    assert broken == [], f"{page.url} at {page.viewport_size}: {broken}"


async def check_every_view(page: Page, views: Sequence[View] = VIEWS) -> None:
    """Asserts of the page as it is, in one of the views after the other, that axe finds nothing and that it fits."""
    before = page.viewport_size
    # Tooltips of what the pointer was at last are no part of the page.
    await page.mouse.move(0, 0)
    await expect(page.get_by_role("tooltip")).to_have_count(0)
    for view in views:
        await page.emulate_media(color_scheme=view.mode)
        await page.set_viewport_size({"width": view.width, "height": 900})
        await page.wait_for_function("(mode) => document.documentElement.dataset.mode === mode", arg=view.mode)
        # In the dark nothing differs from the same width in light but the colours.
        seen = view.mode == "dark" and View(view.width) in views
        await check_axe(page, ["color-contrast"] if seen else None)
        await fits(page)
    await page.emulate_media(color_scheme="light")
    if before is not None:
        await page.set_viewport_size(before)
