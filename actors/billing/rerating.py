"""Computes an invoice again from what is stored, and compares it byte by byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actors.billing.catalogue import Catalogue
from actors.billing.domain.billed_period import BilledPeriod, period_id
from actors.billing.domain.canonical import Usage, Verification, computed_again, verified
from actors.billing.domain.invoice import Invoice, Reason
from actors.billing.domain.line import InvoiceLine, Kind
from actors.billing.domain.terms import Terms
from actors.billing.domain.usage import UsageLog
from actors.billing.standing import lines_of, rates_of
from actors.billing.store import BooksUnit
from actors.kernel.store.contract import Eq, In

_MOST_METERS = 5000
_IDS = 200


@dataclass(frozen=True)
class Rerated:
    """The result, and how many events the usage behind the lines is made of."""

    verification: Verification
    events: int


class Rerating:
    """Nothing of a stored line is trusted but what was ordered: prices, usage, discounts and taxes are read again."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    async def rerated(self, unit: BooksUnit, invoice: Invoice) -> Rerated:
        """The invoice, computed from versions of plans, frozen usage, the lines that it credits, and taxes."""
        stored = await lines_of(unit, invoice)
        periods = await self._periods(unit, invoice, stored)
        usage, events = [], 0
        for period in periods:
            logs = await logs_of(unit, period)
            events += sum(log.events for log in logs)
            terms = await self.catalogue.terms(period.plan_id, period.plan_version)
            usage.append(Usage(period, terms, {log.meter: log.quantity for log in logs}))
        known = {
            key: await self.catalogue.terms(*key)
            for key in sorted({(line.plan_id, line.plan_version) for line in stored if line.plan_id})
        }

        def terms_of(plan_id: str, plan_version: int) -> Terms:
            return known[plan_id, plan_version]

        again = computed_again(
            invoice,
            stored,
            terms=terms_of,
            usage=usage,
            charged=await _charged(unit, invoice, stored),
            rates=await rates_of(unit),
        )
        return Rerated(verified(stored, again), events)

    async def _periods(self, unit: BooksUnit, invoice: Invoice, stored: Iterable[InvoiceLine]) -> list[BilledPeriod]:
        """The closed periods whose usage the invoice charges, also when none of their lines is there any more.

        An invoice of the cycle that opens a period charges the usage of the one before, unless another invoice does, or
        it was known before the invoice was drafted: after a pause it was charged by itself, or cost nothing.
        """
        if not invoice.subscription_id or invoice.credited_invoice_id:
            return []
        charged = {line.period_number for line in stored if line.kind is Kind.USAGE}
        numbers, before = set(charged), invoice.period_number - 1
        opens = invoice.opens_period and invoice.reason is Reason.CYCLE
        if opens and before not in numbers and not await _charged_elsewhere(unit, invoice, before):
            numbers.add(before)
        found = []
        for number in sorted(numbers):
            period = await unit.periods.of(invoice.tenant_id).find(period_id(invoice.subscription_id, number))
            if period is None or period.close_time is None:
                continue
            if number in charged or period.close_time >= invoice.create_time:
                found.append(period)
        return found


async def logs_of(unit: BooksUnit, period: BilledPeriod) -> list[UsageLog]:
    """The frozen usage of a period, by meter."""
    logs = await unit.usage_logs.of(period.tenant_id).select(
        Eq("subscription_id", period.subscription_id), Eq("period_number", period.number), limit=_MOST_METERS
    )
    return sorted(logs, key=lambda log: log.meter)


async def _charged_elsewhere(unit: BooksUnit, invoice: Invoice, number: int) -> bool:
    """Whether usage of a period is on another invoice of the subscription."""
    lines = await unit.lines.of(invoice.tenant_id).select(
        Eq("subscription_id", invoice.subscription_id), Eq("period_number", number), Eq("kind", Kind.USAGE.name)
    )
    return any(line.invoice_id != invoice.id for line in lines)


async def _charged(unit: BooksUnit, invoice: Invoice, stored: Iterable[InvoiceLine]) -> dict[str, InvoiceLine]:
    """The lines that credits take back, by id."""
    ids = sorted({line.credited_line_id for line in stored if line.credited_line_id})
    found: dict[str, InvoiceLine] = {}
    for start in range(0, len(ids), _IDS):
        some = tuple(ids[start : start + _IDS])
        found |= {line.id: line for line in await unit.lines.of(invoice.tenant_id).select(In("id", some), limit=_IDS)}
    return found
