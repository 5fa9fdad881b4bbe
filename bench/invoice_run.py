"""The first of the month: many subscriptions whose periods end in one moment, until each is invoiced, paid and told."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from actors.billing.catalogue import Catalogue
from actors.billing.domain.account import Party, new_account
from actors.billing.domain.invoice import State
from actors.billing.domain.order import ordered
from actors.billing.domain.payment_method import Facts, Provider, new_payment_method
from actors.billing.domain.period import whole_second
from actors.billing.domain.plan import PlanVersion, version_id
from actors.billing.domain.subscribing import new_subscription
from actors.billing.providers.sandbox import Sandbox
from actors.billing.sandbox_books import BooksSandboxState
from actors.billing.subscribing import Subscriptions
from actors.kernel.call import system_call
from actors.kernel.store.contract import Condition, Eq, Ne
from bench.usage import room_of
from tests.billing.making import MONTH, flat, terms_of
from tests.journeys.platform import Platform

Rows = list[dict[str, Any]]
PLAN = "bench-flat"
TERMS = terms_of(flat(2900))
AT_ONCE = 250
"""Customers in one unit while they are made."""
PER_SECOND = 150
"""Customers made a second at least, so that none of their periods ends before all are there."""
LONGEST_SECONDS = 1800


class InvoiceRun:
    """Customers with a plan and a card of the sandbox on a running platform, all of them due together."""

    def __init__(self, platform: Platform, quick: bool) -> None:
        self.platform, self.count = platform, 1000 if quick else 10_000

    def measured(self) -> Rows:
        found = asyncio.run(self._run())
        return [
            {
                "case": "l",
                "what": f"{self.count} subscriptions due in one moment, until all are {what}",
                "atrium": f"{seconds:.0f} s, {self.count / seconds:.0f}/s",
                "bare": "",
                "ratio": "",
                "goal": "",
                "met": True,
            }
            for what, seconds in found.items()
        ]

    async def _run(self) -> dict[str, float]:
        async with room_of(self.platform) as room:
            due = whole_second(room.clock.now()) + timedelta(seconds=30 + self.count / PER_SECOND)
            await self._customers(room, due)
            stages = {
                "issued": partial(self._invoices, room, Ne("state", State.DRAFT.name)),
                "paid": partial(self._invoices, room, Eq("state", State.PAID.name)),
                "told by mail": self._told,
            }
            before = {what: await counted() for what, counted in stages.items()}
            left = (due - room.clock.now()).total_seconds()
            assert left > 0, "a period ended before everything was there"
            await asyncio.sleep(left)
            begun, found = time.perf_counter(), {}
            for what, counted in stages.items():
                async with asyncio.timeout(LONGEST_SECONDS):
                    while await counted() - before[what] < self.count:
                        await asyncio.sleep(0.5)
                found[what] = time.perf_counter() - begun
            return found

    @staticmethod
    async def _invoices(room: Any, condition: Condition) -> int:
        async with room.books.unit(system_call(), aside=True) as unit:
            return int(await unit.invoices.count(condition))

    async def _told(self) -> int:
        """Everybody is sent the invoice, with its PDF, and the receipt."""
        return len(list((self.platform.home / "outbox").glob("*.eml"))) // 2

    async def _customers(self, room: Any, due: datetime) -> None:
        """Their first period, which was free of charge, ends when they are due."""
        room.clock.by = -timedelta(days=20)
        at: datetime = room.clock.now()
        async with room.store.unit(system_call(), aside=True) as unit:
            unit.plan_versions.put(
                PlanVersion(id=version_id(PLAN, 1), plan_id=PLAN, plan_version=1, terms=TERMS, effective_time=at)
            )
        sandbox = Sandbox(
            BooksSandboxState(room.books), room.clock, secret=b"of no use here", page="", env="development"
        )
        card = await sandbox.begin_setup("pm_bench", customer="bench", token="tok_visa")
        subscriptions = Subscriptions(room, Catalogue(room))
        for first in range(0, self.count, AT_ONCE):
            async with room.books.unit(system_call(), aside=True) as unit:
                for number in range(first, min(first + AT_ONCE, self.count)):
                    await self._customer(unit, subscriptions, f"ten_bench{number:05d}", card.reference, at, due)
        room.clock.by = timedelta(0)

    @staticmethod
    async def _customer(
        unit: Any, subscriptions: Subscriptions, tenant_id: str, reference: str, at: datetime, due: datetime
    ) -> None:
        method = new_payment_method(id=f"pm_{tenant_id}", tenant_id=tenant_id, provider=Provider.SANDBOX, at=at)
        method = method.but(provider_customer="bench").activated(Facts("Visa •••• 4242"), at, reference)
        unit.payment_methods.of(tenant_id).put(method)
        account = new_account(
            tenant_id,
            party=Party(name=tenant_id, country="DE", email=f"{tenant_id}@bench.example"),
            currency="EUR",
            at=at,
        )
        unit.accounts.of(tenant_id).put(account.with_default_method(method.id, at))
        begun = new_subscription(
            id=f"sub_{tenant_id}",
            tenant_id=tenant_id,
            order=ordered(PLAN, 1, TERMS, MONTH, "EUR", 1),
            currency="EUR",
            at=at,
            anchor=due,
            payment_method_id=method.id,
        )
        await subscriptions.keep(unit, None, begun.activated(at), at)
