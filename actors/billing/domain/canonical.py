"""Lines as bytes that never change, and the same lines computed again from what they were computed of."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.charges import numbered, usage_lines
from actors.billing.domain.invoice import Invoice
from actors.billing.domain.line import InvoiceLine, Kind, Span, advance_line, credit_line
from actors.billing.domain.period import in_utc
from actors.billing.domain.pricing import priced
from actors.billing.domain.tax import TaxRate
from actors.billing.domain.terms import Terms
from actors.billing.domain.totals import drawn

_LEFT_OUT = frozenset(("id", "tenant_id", "version", "announcements", "invoice_id"))
"""What says where a line is kept, and not what it charges."""


@dataclass(frozen=True)
class Usage:
    """What was used in a closed period, and the terms it is rated by."""

    period: BilledPeriod
    terms: Terms
    quantities: Mapping[str, int]


@dataclass(frozen=True)
class Verification:
    """Whether the stored lines are what is computed now; hashes are SHA-256 in hex."""

    identical: bool
    stored_hash: str
    computed_hash: str
    different_line_ids: tuple[str, ...]


def canonical(lines: Sequence[InvoiceLine]) -> bytes:
    """The lines in their order, as JSON (RFC 8259) in ASCII: sorted keys, no spaces, times in UTC, enums by name."""
    return _json([_plain(line) for line in lines])


def lines_hash(lines: Sequence[InvoiceLine]) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(lines)).hexdigest()


def verified(stored: Sequence[InvoiceLine], computed: Sequence[InvoiceLine]) -> Verification:
    """Compares byte by byte; lines are matched by id, and one that only one side has differs."""
    stored = sorted(stored, key=lambda line: line.position)
    computed = sorted(computed, key=lambda line: line.position)
    left = {line.id: canonical((line,)) for line in stored}
    right = {line.id: canonical((line,)) for line in computed}
    different = tuple(id for id in {**left, **right} if left.get(id) != right.get(id))
    stored_hash, computed_hash = lines_hash(stored), lines_hash(computed)
    return Verification(stored_hash == computed_hash, stored_hash, computed_hash, different)


def computed_again(
    invoice: Invoice,
    stored: Sequence[InvoiceLine],
    *,
    terms: Callable[[str, int], Terms],
    usage: Sequence[Usage] = (),
    charged: Mapping[str, InvoiceLine] | None = None,
    rates: Mapping[str, TaxRate] | None = None,
) -> tuple[InvoiceLine, ...]:
    """The invoice's lines, from the terms, the frozen usage, the lines that credits take back, and the tax rates.

    Usage lines come from usage alone: one that is missing or too much shows. Of others, what was ordered is read from
    the stored line, every amount is computed. `terms` gives a version of a plan; manual lines are taken as they are.
    """
    in_order = sorted(stored, key=lambda line: line.position)
    again = [_again(line, terms, charged or {}) for line in in_order if line.kind is not Kind.USAGE]
    for one in usage:
        found = usage_lines(one.period, one.terms, one.quantities)
        again += [_named_as_stored(line, one.terms, in_order) for line in found]
    known = dict(rates or {})
    on_charges = {id for line in in_order if line.kind is not Kind.PRORATED_CREDIT for id in line.tax_rate_ids}
    if invoice.credited_invoice_id:
        return numbered(again, invoice.id)
    whole = drawn(
        again,
        invoice.currency,
        discount=invoice.discount,
        opens_period=invoice.opens_period,
        rates=[known[id] for id in sorted(on_charges)],
        old_rates=known,
    )
    return numbered(whole.lines, invoice.id)


def _again(line: InvoiceLine, terms: Callable[[str, int], Terms], charged: Mapping[str, InvoiceLine]) -> InvoiceLine:
    if line.kind is Kind.MANUAL or line.start_time is None or line.end_time is None or line.interval is None:
        return line
    if line.kind is Kind.PRORATED_CREDIT:
        source = charged.get(line.credited_line_id)
        if source is None:
            return _unknown(line)
        return credit_line(source.but(kept_micros=line.kept_micros), line.start_time)
    version = terms(line.plan_id, line.plan_version)
    price = version.book(line.currency, line.interval).price(line.price_id)
    if price is None:
        return _unknown(line)
    span = Span(
        tenant_id=line.tenant_id,
        subscription_id=line.subscription_id,
        plan_id=line.plan_id,
        plan_version=line.plan_version,
        interval=line.interval,
        currency=line.currency,
        start_time=line.start_time,
        end_time=line.end_time,
        part_seconds=line.part_seconds,
        whole_seconds=line.whole_seconds,
        period_number=line.period_number,
    )
    return _named_as_stored(
        advance_line(version, price, priced(price, line.quantity), line.kind, span), version, (line,)
    )


def _named_as_stored(line: InvoiceLine, terms: Terms, stored: Sequence[InvoiceLine]) -> InvoiceLine:
    """The line with the price's name alone if it was issued so, before lines named their plan; no other text passes."""
    assert line.interval is not None
    price = terms.book(line.currency, line.interval).price(line.price_id)
    for one in stored:
        same = (one.kind, one.price_id, one.period_number) == (line.kind, line.price_id, line.period_number)
        if same and price is not None and one.description == price.display_name:
            return line.but(description=price.display_name)
    return line


def _unknown(line: InvoiceLine) -> InvoiceLine:
    """What it was computed of is gone, so that it differs from what is stored."""
    return line.but(price_id="", whole_micros=0, amount_minor=0)


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, datetime):
        return in_utc(value).isoformat(timespec="microseconds")
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name not in _LEFT_OUT}
    return value


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()
