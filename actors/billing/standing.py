"""What stands in the books: the reads that the rules of invoices need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from actors.billing.domain.charges import Credited, credited, in_force
from actors.billing.domain.invoice import Invoice, Kind, State
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.payment_method import Provider
from actors.billing.domain.payment_method import State as MethodState
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.tax import TaxRate
from actors.billing.store import BooksUnit
from actors.billing.walking import walk
from actors.kernel.store.contract import Between, Eq, In, Order

MOST_LINES = 100_000
"""Of one subscription that end after a moment: a second each of a day that is spent on changes."""
_IDS = 200


async def rates_of(unit: BooksUnit) -> dict[str, TaxRate]:
    """All tax rates by id, archived ones too."""
    return {rate.id: rate async for rate in walk(unit.tax_rates)}


async def lines_of(unit: BooksUnit, invoice: Invoice) -> tuple[InvoiceLine, ...]:
    """The lines of an invoice, in order."""
    found = await unit.lines.of(invoice.tenant_id).select(
        Eq("invoice_id", invoice.id), order=Order("position"), limit=MOST_LINES
    )
    return tuple(found)


async def lines_from(unit: BooksUnit, tenant_id: str, subscription_id: str, moment: datetime) -> list[InvoiceLine]:
    """The lines of a subscription that end at the moment or later, of all its invoices."""
    return await unit.lines.of(tenant_id).select(
        Eq("subscription_id", subscription_id), Between("end_time", moment), limit=MOST_LINES
    )


async def invoices_of(unit: BooksUnit, tenant_id: str, lines: Iterable[InvoiceLine]) -> list[Invoice]:
    """The invoices that lines are on."""
    ids = sorted({line.invoice_id for line in lines})
    found: list[Invoice] = []
    for start in range(0, len(ids), _IDS):
        some = tuple(ids[start : start + _IDS])
        found += await unit.invoices.of(tenant_id).select(In("id", some), limit=len(some))
    return found


async def lines_in_force(unit: BooksUnit, subscription: Subscription, moment: datetime) -> tuple[InvoiceLine, ...]:
    """What is charged in advance for a time after the moment, and not credited: see `charges.in_force`."""
    lines = await lines_from(unit, subscription.tenant_id, subscription.id, moment)
    invoices = await invoices_of(unit, subscription.tenant_id, lines)
    return in_force(lines, invoices)


async def credited_of(unit: BooksUnit, invoice: Invoice) -> Credited:
    """What later invoices that stand have credited of this one: what voiding, writing off and refunding must know."""
    if not invoice.subscription_id or invoice.period_start_time is None:
        return Credited()
    lines = await lines_from(unit, invoice.tenant_id, invoice.subscription_id, invoice.period_start_time)
    fallen = {one.id for one in await invoices_of(unit, invoice.tenant_id, lines) if not one.stands}
    return credited([line for line in lines if line.invoice_id not in fallen], invoice.id)


async def open_invoices(unit: BooksUnit, tenant_id: str) -> list[Invoice]:
    """The tenant's invoices that wait for payment, as the unit leaves them."""
    invoices = unit.invoices.of(tenant_id)
    found = await invoices.select(Eq("state", State.OPEN.name), limit=MOST_LINES)
    now = [await invoices.get(one.id) for one in found]
    return [one for one in now if one.state is State.OPEN and one.kind is Kind.INVOICE]


async def is_overdue(unit: BooksUnit, tenant_id: str) -> bool:
    """Whether the tenant owes something whose payment has failed, or was not made in time, as the unit leaves it."""
    return any(one.attempt_count > 0 for one in await open_invoices(unit, tenant_id))


async def pays_in_sandbox(unit: BooksUnit, tenant_id: str, payment_method_id: str) -> bool:
    """Whether no money moves with this method."""
    if not payment_method_id:
        return False
    method = await unit.payment_methods.of(tenant_id).find(payment_method_id)
    return method is not None and method.provider is Provider.SANDBOX


async def method_ready(unit: BooksUnit, tenant_id: str, payment_method_id: str) -> bool:
    """Whether something can be charged to the method, or it is a transfer."""
    if not payment_method_id:
        return False
    method = await unit.payment_methods.of(tenant_id).find(payment_method_id)
    return method is not None and method.state is MethodState.ACTIVE


async def live_subscription(unit: BooksUnit, tenant_id: str) -> Subscription | None:
    """The tenant's subscription that has not ended."""
    return await unit.subscriptions.of(tenant_id).one(Eq("live_key", tenant_id))
