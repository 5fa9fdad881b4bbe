"""From lines to a draft: the coupon that holds, the account's taxes, totals, ids. A preview is a draft nobody keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.charges import numbered, worth_issuing
from actors.billing.domain.invoice import Invoice, Reason, new_invoice
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.period import Period
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.tax import TaxRate, rates_for
from actors.billing.domain.totals import drawn

Draft = tuple[Invoice, tuple[InvoiceLine, ...]]


def draft(
    lines: Sequence[InvoiceLine],
    *,
    id: str,
    subscription: Subscription,
    account: BillingAccount,
    rates: Mapping[str, TaxRate],
    reason: Reason,
    moment: datetime,
    at: datetime,
    period: Period | None = None,
    opens_period: bool = False,
    sandbox: bool = False,
    complete: bool = True,
) -> Draft | None:
    """A draft of the lines, or None when nothing is charged or credited.

    `moment` is the one that the invoice is of: a period's beginning, a change, an end; the coupon must hold then.
    `period` defaults to the subscription's present one. `rates` are all rates by id, archived ones too. A draft that
    waits for usage is not `complete`: it is not announced, and `with_usage` completes it.
    """
    if complete and not worth_issuing(lines):
        return None
    discount = subscription.discount
    active = discount if discount is not None and discount.active_at(moment) else None
    whole = drawn(
        lines,
        subscription.currency,
        discount=active,
        opens_period=opens_period,
        rates=rates_for(account, rates.values()),
        old_rates=rates,
    )
    invoice = new_invoice(
        id=id,
        tenant_id=subscription.tenant_id,
        reason=reason,
        totals=whole.totals,
        at=at,
        subscription_id=subscription.id,
        period=period or subscription.period,
        opens_period=opens_period,
        discount=active,
        sandbox=sandbox,
        complete=complete,
    )
    return invoice, numbered(whole.lines, id)


def with_usage(
    invoice: Invoice,
    lines: Iterable[InvoiceLine],
    usage: Iterable[InvoiceLine],
    *,
    account: BillingAccount,
    rates: Mapping[str, TaxRate],
    at: datetime,
) -> Draft:
    """A draft that waited for usage, with it: announced for issuing. Its other lines keep their ids.

    Worth nothing, it is the caller's to drop: see `worth_issuing`.
    """
    whole = drawn(
        [*sorted(lines, key=lambda line: line.position), *usage],
        invoice.currency,
        discount=invoice.discount,
        opens_period=invoice.opens_period,
        rates=rates_for(account, rates.values()),
        old_rates=rates,
    )
    return invoice.completed(whole.totals, invoice.discount, at), numbered(whole.lines, invoice.id)
