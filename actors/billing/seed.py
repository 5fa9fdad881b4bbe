"""Billing's part of the demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from actors.billing.default_plans import default_terms, publish_default_plans
from actors.billing.demonstration import Kept, Past
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.recipient import Contact
from actors.billing.domain.tax import TaxRate, new_tax_rate
from actors.billing.keeping import BilledTenant, InvoiceNumbers, SandboxEntry
from actors.billing.life import lived
from actors.billing.store import BILLED_TENANTS, CONTACTS, USAGE_TOTALS, BooksUnit
from actors.billing.tables import (
    ACCOUNTS,
    ENTITLEMENTS,
    GRANTS,
    INVOICES,
    LEDGER,
    LINES,
    MOVEMENTS,
    PAYMENT_METHODS,
    PAYMENTS,
    PERIODS,
    SANDBOX,
    SUBSCRIPTIONS,
    TAX_RATES,
    USAGE_LOGS,
)
from actors.kernel.call import system_call
from actors.kernel.demo import Demo, Seeding
from actors.kernel.store.contract import Between
from actors.kernel.store.unit import Store

TAXES = (("DE", "VAT DE", 190_000), ("FR", "TVA", 200_000), ("GB", "VAT", 200_000), ("JP", "消費税", 100_000))


async def seed(seeding: Seeding) -> None:
    """Writes a year of subscriptions, usage, invoices and payments, whose ledger is proven like any other."""
    demo, settings, books = seeding.demo, seeding.settings, seeding.books
    assert books is not None, "Billing has books"
    await publish_default_plans(seeding.store, seeding.store.clock, settings.currency)
    rates = {rate.id: rate for rate in _rates(demo)}
    terms = default_terms(settings.currency)
    whole = lived(Past(demo, terms, rates, settings, {}))
    if not await _is_there(books, whole):
        before = await _reserved(books, whole)
        if any(before.values()):
            # Real invoices have taken numbers already: those of the demonstration go on from there.
            whole = lived(Past(demo, terms, rates, settings, before))
        await _load(seeding, whole, rates.values())
    await seeding.load(BILLED_TENANTS, (_tenant(tenant) for tenant in demo.tenants))
    await seeding.load(CONTACTS, _contacts(demo))
    await seeding.load(USAGE_TOTALS, whole.totals)


async def _load(seeding: Seeding, whole: Kept, rates: Iterable[TaxRate]) -> None:
    """Invoices last: once the newest is there, so is everything else."""
    records: tuple[tuple[Any, Iterable[Any]], ...] = (
        (TAX_RATES, rates),
        (ACCOUNTS, whole.accounts),
        (SUBSCRIPTIONS, whole.subscriptions),
        (PERIODS, whole.periods),
        (LINES, whole.lines),
        (PAYMENTS, whole.payments),
        (PAYMENT_METHODS, whole.methods),
        (LEDGER, whole.entries),
        (GRANTS, whole.grants),
        (USAGE_LOGS, whole.logs),
        (MOVEMENTS, whole.movements),
        (ENTITLEMENTS, whole.entitlements),
        (SANDBOX, (SandboxEntry(id=key, data=data) for key, data in whole.sandbox.items())),
        (INVOICES, _by_time(whole.invoices)),
    )
    for collection, some in records:
        await seeding.load(collection, some, books=True)


def _by_time(invoices: Iterable[Invoice]) -> list[Invoice]:
    return sorted(invoices, key=lambda one: one.number)


async def _is_there(books: Store[BooksUnit], whole: Kept) -> bool:
    """Whether all of it was written before: its newest invoice is."""
    if not whole.invoices:
        return False
    async with books.unit(system_call(), aside=True) as unit:
        return await unit.invoices.find(_by_time(whole.invoices)[-1].id) is not None


async def _reserved(books: Store[BooksUnit], whole: Kept) -> dict[int, int]:
    """Takes the numbers that the demonstration needs. Returns the last one before them, of each year.

    A demonstration that was interrupted goes on with the numbers it had.
    """
    before: dict[int, int] = {}
    first: dict[int, Invoice] = {}
    for invoice in _by_time(whole.invoices):
        first.setdefault(int(invoice.number[:4]), invoice)
    async with books.unit(system_call(), aside=True) as unit:
        for year, count in sorted(whole.numbers.items()):
            if (stored := await unit.invoices.find(first[year].id)) is not None:
                before[year] = int(stored.number[5:]) - 1
                continue
            numbers = await unit.numbers.find(str(year)) or InvoiceNumbers(id=str(year))
            given_out = await unit.invoices.count(Between("number", f"{year}-", f"{year}."))
            before[year] = given_out
            if numbers.last < given_out + count:
                unit.numbers.put(numbers.but(last=given_out + count))
    return before


def _rates(demo: Demo) -> Iterator[TaxRate]:
    start = min((tenant.create_time for tenant in demo.tenants), default=demo.end)
    for country, name, micros in TAXES:
        yield new_tax_rate(
            id=f"tax_demo_{country.lower()}", display_name=name, rate_micros=micros, at=start, country=country
        )


def _tenant(tenant: Any) -> BilledTenant:
    return BilledTenant(id=tenant.id, tenant_id=tenant.id, slug=tenant.slug, display_name=tenant.display_name)


def _contacts(demo: Demo) -> Iterator[Contact]:
    for tenant in demo.tenants:
        for index, user in enumerate(tenant.users):
            yield Contact(
                id=user.id,
                tenant_id=tenant.id,
                email=user.email,
                role_ids=(user.role_id,),
                suspended=bool(index) and index % 23 == 0,
            )
