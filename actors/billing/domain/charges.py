"""The lines of an invoice before discounts and taxes: what a period, a change or an end charges and credits.

Lines stand in this order: credits, charges for what is to come, usage of what is over: that is known last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.line import IN_ADVANCE, InvoiceLine, Kind, Span, advance_line, credit_line, usage_line
from actors.billing.domain.money import MICROS, divide_half_even
from actors.billing.domain.period import Interval, seconds_between, shifted
from actors.billing.domain.pricing import priced, quantity_in_advance
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import Terms


def opening_lines(
    subscription: Subscription, terms: Terms, charged: Sequence[InvoiceLine] = ()
) -> tuple[InvoiceLine, ...]:
    """What the present period costs in advance: the first invoice, and what is new on that of a cycle.

    A first period that ends at a later anchor costs its share of the interval. A trial costs nothing. `charged` are
    the lines in force, which end with the period before, unless the invoice that had credited them was taken back:
    what still charges a time to come is credited first.
    """
    if subscription.on_trial:
        return ()
    period = subscription.period
    charges = _advance(subscription, terms, Kind.RECURRING, period.start_time, period.seconds)
    return (*_credits(charged, period.start_time), *charges)


def usage_lines(period: BilledPeriod, terms: Terms, quantities: Mapping[str, int]) -> tuple[InvoiceLine, ...]:
    """What was used in a period, by the terms of its plan; by meter. Usage of a trial costs nothing.

    A meter that was not used has a line only if its price has a minimum.
    """
    if period.trial:
        return ()
    seconds = period.period.seconds
    span = Span(
        tenant_id=period.tenant_id,
        subscription_id=period.subscription_id,
        plan_id=period.plan_id,
        plan_version=period.plan_version,
        interval=period.interval,
        currency=period.currency,
        start_time=period.start_time,
        end_time=period.end_time,
        part_seconds=min(seconds, period.whole_seconds),
        whole_seconds=period.whole_seconds,
        period_number=period.number,
    )
    return rated(terms, span, quantities)


def rated(terms: Terms, span: Span, quantities: Mapping[str, int]) -> tuple[InvoiceLine, ...]:
    """What was used, by the prices of the terms."""
    return tuple(
        usage_line(terms, price, priced(price, quantity), span)
        for price in terms.book(span.currency, span.interval).metered
        if (quantity := quantities.get(price.meter, 0)) or price.minimum_minor
    )


def simulated(
    terms: Terms, currency: str, interval: Interval, seats: int, quantities: Mapping[str, int], start: datetime
) -> tuple[InvoiceLine, ...]:
    """The lines of one whole period that begins then: in advance and of usage, before taxes; of nobody's subscription.

    Seats are 1 when none are given. Raises PriceMissing.
    """
    end = shifted(start, interval, 1)
    seconds = seconds_between(start, end)
    span = Span(
        interval=interval,
        currency=currency,
        start_time=start,
        end_time=end,
        part_seconds=seconds,
        whole_seconds=seconds,
    )
    advance = _in_advance(terms, Kind.RECURRING, max(1, seats), span)
    return (*advance, *rated(terms, span, quantities))


def change_lines(
    before: Subscription, after: Subscription, terms: Terms, charged: Sequence[InvoiceLine], moment: datetime
) -> tuple[InvoiceLine, ...]:
    """What a change at once credits and charges: the rest of what was charged in advance, and the rest by new terms.

    `terms` are those of the record after, `charged` the lines in force. A charge that stays the same is left alone.
    When the change begins a period, all of the old rest is credited and the whole new period charged. Nothing on a
    trial.
    """
    if before.on_trial:
        return ()
    left = before.period.seconds_left(moment)
    if after.period_number != before.period_number:
        return opening_lines(after, terms, charged)
    if not left:
        return ()
    wanted = _advance(after, terms, Kind.PRORATED_CHARGE, moment, left)
    gone = tuple(line for line in charged if not any(line.same_charge(one) for one in wanted))
    new = tuple(one for one in wanted if not any(one.same_charge(line) for line in charged))
    return (*_credits(gone, moment), *new)


def cancel_lines(
    subscription: Subscription, charged: Sequence[InvoiceLine], moment: datetime
) -> tuple[InvoiceLine, ...]:
    """What an end at once credits: the unused rest. `subscription` is the record before; nothing on a trial."""
    if subscription.on_trial:
        return ()
    return _credits(charged, moment)


def in_force(lines: Iterable[InvoiceLine], invoices: Iterable[Invoice] = ()) -> tuple[InvoiceLine, ...]:
    """Of the lines of a subscription that end after a moment, those charged in advance that no other has credited.

    `invoices` are theirs; one that is missing stands whole. What was refunded of a charge is not credited again; what
    an invoice that does not stand has credited is in force again, also when it is of an earlier period.
    """
    known = {invoice.id: invoice for invoice in invoices}
    standing = [line for line in lines if line.invoice_id not in known or known[line.invoice_id].stands]
    credited = {line.credited_line_id for line in standing if line.kind is Kind.PRORATED_CREDIT}
    return tuple(
        line.but(kept_micros=known[line.invoice_id].kept_micros) if line.invoice_id in known else line
        for line in standing
        if line.kind in IN_ADVANCE and line.id not in credited
    )


def numbered(lines: Iterable[InvoiceLine], invoice_id: str) -> tuple[InvoiceLine, ...]:
    """The lines of an invoice in their order, with ids that are the same whenever they are made again."""
    return tuple(
        line.but(id=line_id(invoice_id, position), invoice_id=invoice_id, position=position)
        for position, line in enumerate(lines, 1)
    )


@dataclass(frozen=True)
class Credited:
    """What later invoices have credited of one, after discounts and with taxes."""

    minor: int = 0
    whole_minor: int = 0
    """What it would be, had nothing been refunded before."""


def credited(lines: Iterable[InvoiceLine], invoice_id: str) -> Credited:
    """Of an invoice, by the lines of others that stand; what a refund of it has to know."""
    minor = whole = 0
    for line in lines:
        if line.kind is Kind.PRORATED_CREDIT and line.credited_line_id.startswith(f"{invoice_id}-"):
            minor -= line.total_minor
            whole -= divide_half_even(line.total_minor * MICROS, max(1, line.kept_micros))
    return Credited(minor, whole)


def line_id(invoice_id: str, position: int) -> str:
    return f"{invoice_id}-{position}"


def worth_issuing(lines: Iterable[InvoiceLine]) -> bool:
    """Whether anything is charged or credited: a plan that is free, and usage within what is free, make no invoice."""
    return any(line.amount_minor for line in lines)


def _advance(
    subscription: Subscription, terms: Terms, kind: Kind, start: datetime, seconds: int
) -> tuple[InvoiceLine, ...]:
    span = Span(
        tenant_id=subscription.tenant_id,
        subscription_id=subscription.id,
        plan_id=subscription.plan_id,
        plan_version=subscription.plan_version,
        interval=subscription.interval,
        currency=subscription.currency,
        start_time=start,
        end_time=subscription.period_end_time,
        part_seconds=seconds,
        whole_seconds=subscription.whole_seconds,
        period_number=subscription.period_number,
    )
    return _in_advance(terms, kind, subscription.seats, span)


def _in_advance(terms: Terms, kind: Kind, seats: int, span: Span) -> tuple[InvoiceLine, ...]:
    return tuple(
        advance_line(terms, price, priced(price, quantity_in_advance(price, seats)), kind, span)
        for price in terms.book(span.currency, span.interval).in_advance
    )


def _credits(charged: Iterable[InvoiceLine], moment: datetime) -> tuple[InvoiceLine, ...]:
    """A credit of each, also of one whose rest rounds to nothing: it says that the line is in force no more."""
    return tuple(credit_line(line, moment) for line in charged if line.whole_micros and line.seconds_left(moment))
