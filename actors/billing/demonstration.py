"""Billing of invented tenants as it would have gone: every record made by the rules, in the order of its time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.credit import CreditGrant
from actors.billing.domain.entitlement import Entitlements
from actors.billing.domain.invoice import Invoice, invoice_number
from actors.billing.domain.ledger import LedgerEntry
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.metrics import Movement
from actors.billing.domain.payment import Payment
from actors.billing.domain.payment_method import PaymentMethod
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.tax import TaxRate
from actors.billing.domain.terms import Terms
from actors.billing.domain.usage import UsageLog
from actors.billing.keeping import UsageTotal
from actors.billing.settings import BillingSettings
from actors.kernel.demo import Demo


@dataclass
class Kept:
    """What the lives leave, as it is stored."""

    accounts: list[BillingAccount] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    periods: list[BilledPeriod] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    lines: list[InvoiceLine] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    methods: list[PaymentMethod] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    grants: list[CreditGrant] = field(default_factory=list)
    logs: list[UsageLog] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    entitlements: list[Entitlements] = field(default_factory=list)
    totals: list[UsageTotal] = field(default_factory=list)
    sandbox: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    """Year → the last number."""


class Past:
    """All tenants at once: invoices get their numbers in the order of their time."""

    def __init__(
        self,
        demo: Demo,
        terms: Mapping[str, Terms],
        rates: Mapping[str, TaxRate],
        settings: BillingSettings,
        numbers: Mapping[int, int],
    ) -> None:
        self.demo, self.terms, self.rates, self.settings = demo, terms, rates, settings
        self.kept = Kept(numbers=dict(numbers))
        self._due: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = itertools.count()

    def at(self, moment: datetime, happens: Callable[[datetime], None]) -> None:
        """What is after the demonstration's end is left to the platform."""
        if moment <= self.demo.end:
            heapq.heappush(self._due, (moment, next(self._order), happens))

    def number(self, at: datetime) -> str:
        last = self.kept.numbers[at.year] = self.kept.numbers.get(at.year, 0) + 1
        return invoice_number(at.year, last)

    def happen(self) -> None:
        """Everything until the end, in its order."""
        while self._due:
            moment, _, happens = heapq.heappop(self._due)
            happens(moment)
