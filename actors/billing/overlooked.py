"""Invoices and payments that nobody comes back to, because a schedule was lost: found again, and announced as due."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from actors.billing.domain.account import State as AccountState
from actors.billing.domain.invoice import Invoice, InvoicePaymentDue, Kind
from actors.billing.domain.invoice import State as InvoiceState
from actors.billing.domain.payment import OPEN, PaymentOverdue
from actors.billing.domain.refund import State as RefundState
from actors.billing.paying import LONGEST_WAIT, Paying
from actors.billing.store import BooksUnit
from actors.billing.walking import walk
from actors.kernel.call import system_call
from actors.kernel.records import Announcement
from actors.kernel.store.contract import Between, Eq, In, Order

log = logging.getLogger(__name__)

LOOK_SECONDS = 900.0
LATE = timedelta(hours=2)
"""How late something is before its schedule is taken for lost."""
MOST_FOUND = 1000
"""In one look; the next finds the others."""


class Overlooked:
    """Looks for what is due though no schedule came. What it announces twice has one effect."""

    def __init__(self, paying: Paying) -> None:
        self.owing, self.books, self.clock = paying.owing, paying.books, paying.clock

    async def run(self) -> None:
        """Every quarter of an hour until cancelled; on one replica at a time."""
        while True:
            await self.find()
            await asyncio.sleep(LOOK_SECONDS)

    async def find(self) -> int:
        """Announces what was overlooked. Returns how much that was."""
        now = self.clock.now()
        async with self.books.unit(system_call(), aside=True) as unit:
            found: list[Announcement] = [*await self._invoices(unit, now), *await self._payments(unit, now)]
        if not found:
            return 0
        log.warning("%d invoices and payments were overlooked", len(found))
        async with self.books.unit(system_call(), aside=True) as unit:
            for announcement in found[:MOST_FOUND]:
                unit.announce(announcement)
        return len(found)

    async def _invoices(self, unit: BooksUnit, now: datetime) -> list[Announcement]:
        found: list[Announcement] = []
        # Nothing of a parked account is tried; once it is not any more, what is late is found.
        parked = {one.id async for one in walk(unit.accounts, Eq("state", AccountState.PARKED.name))}
        async for invoice in walk(unit.invoices, Eq("state", InvoiceState.OPEN.name), order=Order("create_time")):
            if len(found) >= MOST_FOUND:
                break
            if invoice.tenant_id in parked or not _late(invoice, now):
                continue
            if not await self.owing.awaits_payer(unit, invoice):
                attempt = invoice.attempt_count + 1
                found.append(InvoicePaymentDue(tenant_id=invoice.tenant_id, invoice_id=invoice.id, attempt=attempt))
        return found

    async def _payments(self, unit: BooksUnit, now: datetime) -> list[Announcement]:
        late = Between("update_time", None, now - LATE - LONGEST_WAIT)
        payments = await unit.payments.select(
            In("state", tuple(state.name for state in OPEN)), late, order=Order("update_time"), limit=MOST_FOUND
        )
        refunds = await unit.refunds.select(
            Eq("state", RefundState.PENDING.name),
            Between("create_time", None, now - LATE - LONGEST_WAIT),
            order=Order("create_time"),
            limit=MOST_FOUND,
        )
        ids = [(one.tenant_id, one.id) for one in payments] + [(one.tenant_id, one.payment_id) for one in refunds]
        return [PaymentOverdue(tenant_id=tenant_id, payment_id=id) for tenant_id, id in dict.fromkeys(ids)]


def _late(invoice: Invoice, now: datetime) -> bool:
    """Whether an attempt should have been made by now. After the last one there is none to come."""
    if invoice.kind is not Kind.INVOICE:
        return False
    due = invoice.next_attempt_time if invoice.attempt_count else invoice.due_time or invoice.issue_time
    return due is not None and now - due >= LATE
