"""Credit notes: what takes an invoice back, all of it or a part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from actors.billing.domain.charges import numbered
from actors.billing.domain.invoice import Invoice, InvoiceDrafted, Kind, Reason
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.money import MICROS, divide_half_even
from actors.billing.domain.tax import TaxTotal
from actors.billing.domain.totals import Drawn, InvoiceTotals


def refund_note(
    invoice: Invoice, lines: Sequence[InvoiceLine], gross_minor: int, *, id: str, at: datetime
) -> tuple[Invoice, tuple[InvoiceLine, ...]]:
    """A draft over so much of an invoice, taxes included, to go with a refund. Due is what the tenant gets.

    `invoice` is the one before `refunded`. Raises AmountExceeds for more than is left of it.
    """
    invoice.refunded(gross_minor, at)
    return _note(invoice, lines, gross_minor, Reason.REFUND, id, at)


def void_note(
    invoice: Invoice, lines: Sequence[InvoiceLine], *, id: str, at: datetime
) -> tuple[Invoice, tuple[InvoiceLine, ...]]:
    """A draft over all that is unpaid of an OPEN invoice: also what credit has paid, which the tenant has back.

    `invoice` is the one before `voided`. Raises InvoiceState for another than an OPEN one.
    """
    invoice.must_be_open("void it")
    return _note(invoice, lines, invoice.totals.total_minor - invoice.totals.paid_minor, Reason.MANUAL, id, at)


def credited(invoice: Invoice, lines: Sequence[InvoiceLine], gross_minor: int) -> Drawn:
    """Negative lines and totals over so much of an invoice.

    Over all of it, each line is taken back by one of its own. Over a part there is one line, with each tax in
    proportion: as rounded over all that was credited so far, less what was credited before. So notes over parts take
    back exactly the taxes that were charged, once they take back everything.
    """
    totals = invoice.totals
    before, after = totals.refunded_minor, totals.refunded_minor + gross_minor
    taxes = tuple(
        replace(
            tax,
            base_minor=-_between(tax.base_minor, before, after, totals.total_minor),
            tax_minor=-_between(tax.tax_minor, before, after, totals.total_minor),
        )
        for tax in totals.taxes
    )
    if gross_minor == totals.total_minor and lines:
        back = tuple(_back(line) for line in lines)
    else:
        back = (_part(invoice, gross_minor, taxes),)
    subtotal = sum(line.amount_minor for line in back)
    discount = sum(line.discount_minor for line in back)
    tax = sum(line.tax_minor for line in back)
    return Drawn(
        back,
        InvoiceTotals(
            currency=invoice.currency,
            subtotal_minor=subtotal,
            discount_minor=discount,
            tax_minor=tax,
            total_minor=subtotal - discount + tax,
            due_minor=subtotal - discount + tax,
            taxes=taxes,
        ),
    )


def _note(
    invoice: Invoice, lines: Sequence[InvoiceLine], gross_minor: int, reason: Reason, id: str, at: datetime
) -> tuple[Invoice, tuple[InvoiceLine, ...]]:
    drawn = credited(invoice, lines, gross_minor)
    note = Invoice(
        id=id,
        tenant_id=invoice.tenant_id,
        kind=Kind.CREDIT_NOTE,
        reason=reason,
        subscription_id=invoice.subscription_id,
        period_number=invoice.period_number,
        period_start_time=invoice.period_start_time,
        period_end_time=invoice.period_end_time,
        currency=invoice.currency,
        totals=drawn.totals,
        buyer=invoice.buyer,
        credited_invoice_id=invoice.id,
        sandbox=invoice.sandbox,
        create_time=at,
        update_time=at,
    )
    told = InvoiceDrafted(tenant_id=invoice.tenant_id, invoice_id=id)
    return note.but(told), numbered(drawn.lines, id)


def _between(amount_minor: int, before: int, after: int, total: int) -> int:
    return divide_half_even(amount_minor * after, total) - divide_half_even(amount_minor * before, total)


def _back(line: InvoiceLine) -> InvoiceLine:
    return line.but(
        version=0,
        kind=LineKind.MANUAL,
        whole_micros=-line.whole_micros,
        amount_minor=-line.amount_minor,
        discount_minor=-line.discount_minor,
        tax_minor=-line.tax_minor,
        tiers=(),
        minimum_applied=False,
        credited_line_id=line.id,
    )


def _part(invoice: Invoice, gross_minor: int, taxes: Sequence[TaxTotal]) -> InvoiceLine:
    added = sum(tax.tax_minor for tax in taxes if not tax.inclusive)
    amount = -gross_minor - added
    return InvoiceLine(
        id="",
        tenant_id=invoice.tenant_id,
        subscription_id=invoice.subscription_id,
        kind=LineKind.MANUAL,
        description=invoice.number,
        whole_micros=amount * MICROS,
        currency=invoice.currency,
        amount_minor=amount,
        tax_minor=added,
        tax_rate_ids=tuple(tax.tax_rate_id for tax in taxes),
    )
