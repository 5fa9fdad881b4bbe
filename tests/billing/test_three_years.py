"""Three years of many subscriptions, in which everything goes wrong that can; and the books are right.

`ATRIUM_TEST_YEARS=200:1` runs 200 customers for three years with the seed 1, which takes an hour or more.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from datetime import UTC, datetime

import pytest

from actors.billing.sandbox_books import SandboxDelivery
from tests.billing.years import Mortal, Years
from tests.world import World

CUSTOMERS, SEED = 5, 20270101
DAYS = 3 * 365


def asked() -> tuple[int, int]:
    customers, _, seed = os.environ.get("ATRIUM_TEST_YEARS", f"{CUSTOMERS}:{SEED}").partition(":")
    return int(customers), int(seed or SEED)


@pytest.mark.timeout(4 * 3600 if "ATRIUM_TEST_YEARS" in os.environ else 300)
async def test_three_years_of_anything_leave_the_books_right(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)  # a process that dies says so each time
    customers, seed = asked()
    chance = random.Random(seed)
    books = Mortal(chance)
    # Messages of the provider come when the simulation says, not each second of the machine.
    monkeypatch.setattr(SandboxDelivery, "run", lambda self: asyncio.Event().wait())
    world = World(modules=("iam", "billing"), sql=books)
    world.clock._now = datetime(2027, 1, 1, 9, 30, tzinfo=UTC)
    async with world:
        world.root = await world.set_up()
        years = Years(world, books, chance, customers, DAYS)
        await years.run()
        assert await world.bus.dead_letters() == []
        await years.check()
        print(dict(years.done), f"{books.deaths} deaths")
        wanted = {"subscribe", "change", "change charged", "use", "card", "pay", "refund", "credit", "cancel"}
        assert wanted <= set(years.done) and books.deaths
        assert {"disputed, won", "disputed, lost"} & set(years.done)
