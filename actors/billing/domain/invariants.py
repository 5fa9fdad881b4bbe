"""What must be true of an invoice before it is issued. A breach stops billing of the account, and says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.invoice import Invoice, State
from actors.billing.domain.line import IN_ADVANCE, InvoiceLine
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.pricing import part_minor
from actors.kernel.errors import FailedPrecondition

MOST_LINE_MINOR = 10**12
"""The bound on a line, either way. Also what its exact micros need to fit in 64 bits: no store can keep more."""


class InvariantBroken(FailedPrecondition):
    message = "{problem}; nothing was charged"


@dataclass(frozen=True)
class Breach:
    """What is wrong, and where: `invariant` is its name, `line` the position of the line or 0."""

    invariant: str
    problem: str
    line: int = 0

    def error(self) -> InvariantBroken:
        return InvariantBroken(invariant=self.invariant, problem=self.problem, line=self.line)

    def __str__(self) -> str:
        return f"{self.invariant}: {self.problem}"


@dataclass(frozen=True)
class Examined:
    """An invoice that is to be issued, and what it is held against.

    `others` are the subscription's other invoices with lines that end after the first of these begins, with all their
    lines. Those that do not stand are left out of what is compared.
    """

    invoice: Invoice
    lines: Sequence[InvoiceLine]
    account: BillingAccount
    others: Sequence[Invoice] = ()
    other_lines: Sequence[InvoiceLine] = ()
    most_line_minor: int = MOST_LINE_MINOR


def breaches(examined: Examined) -> tuple[Breach, ...]:
    """Everything that is wrong; empty when the invoice may be issued."""
    return tuple(breach for check in CHECKS for breach in check(examined))


def has_lines(examined: Examined) -> Iterator[Breach]:
    """LINES: there is at least one, and they are this invoice's, in order, each once."""
    positions = [line.position for line in examined.lines]
    if positions != list(range(1, len(positions) + 1)) or not positions:
        yield Breach("LINES", f"lines are numbered {positions or 'not at all'}, not from 1 on")
    for line in examined.lines:
        if line.invoice_id != examined.invoice.id:
            yield Breach("LINES", f"a line is of the invoice {line.invoice_id}", line.position)


def one_currency(examined: Examined) -> Iterator[Breach]:
    """CURRENCY: invoice, totals and all lines are in the account's currency."""
    wanted = examined.account.currency
    for named, currency in (("invoice", examined.invoice.currency), ("totals", examined.invoice.totals.currency)):
        if currency != wanted:
            yield Breach("CURRENCY", f"the {named} is in {currency}, the account in {wanted}")
    for line in examined.lines:
        if line.currency != wanted:
            yield Breach("CURRENCY", f"a line is in {line.currency}, the account in {wanted}", line.position)


def lines_make_totals(examined: Examined) -> Iterator[Breach]:
    """TOTALS: lines sum to every total, and the totals to each other."""
    totals, lines = examined.invoice.totals, examined.lines
    added = sum(tax.tax_minor for tax in totals.taxes if not tax.inclusive)
    sums = (
        ("subtotal", totals.subtotal_minor, sum(line.amount_minor for line in lines)),
        ("discount", totals.discount_minor, sum(line.discount_minor for line in lines)),
        ("tax", totals.tax_minor, sum(line.tax_minor for line in lines)),
        ("tax", totals.tax_minor, added),
        ("total", totals.total_minor, sum(line.total_minor for line in lines)),
        ("total", totals.total_minor, totals.subtotal_minor - totals.discount_minor + totals.tax_minor),
        ("due", totals.due_minor, totals.total_minor - totals.credit_minor),
    )
    for name, found, expected in sums:
        if found != expected:
            yield Breach("TOTALS", f"the {name} is {found}, what it is made of sums to {expected}")


def lines_are_priced(examined: Examined) -> Iterator[Breach]:
    """LINE_AMOUNT: an amount is the rounded part of its exact whole, and no discount is more than its amount."""
    for line in examined.lines:
        if line.whole_seconds < 1 or not 0 <= line.part_seconds <= line.whole_seconds:
            problem = f"a line charges {line.part_seconds} of {line.whole_seconds} seconds"
            yield Breach("LINE_AMOUNT", problem, line.position)
        elif line.kind is not LineKind.MANUAL:
            prorated = line.kind is not LineKind.USAGE or line.minimum_applied
            part = (line.part_seconds, line.whole_seconds) if prorated else (1, 1)
            expected = part_minor(line.whole_micros, *part)
            if line.amount_minor != expected:
                problem = f"a line charges {line.amount_minor}; its price comes to {expected}"
                yield Breach("LINE_AMOUNT", problem, line.position)
        if abs(line.discount_minor) > abs(line.amount_minor) or line.discount_minor * line.amount_minor < 0:
            problem = f"{line.discount_minor} is taken off a line of {line.amount_minor}"
            yield Breach("LINE_AMOUNT", problem, line.position)


def lines_are_bounded(examined: Examined) -> Iterator[Breach]:
    """LINE_BOUND: no line is absurdly large."""
    for line in examined.lines:
        if abs(line.amount_minor) > examined.most_line_minor:
            problem = f"a line charges {line.amount_minor}; {examined.most_line_minor} is the most"
            yield Breach("LINE_BOUND", problem, line.position)


def one_invoice_opens_a_period(examined: Examined) -> Iterator[Breach]:
    """PERIOD_TAKEN: no other invoice opens the period that this one does."""
    for other in examined.others:
        if other.id != examined.invoice.id and other.opens_period and other.period_key == examined.invoice.period_key:
            yield Breach("PERIOD_TAKEN", f"the invoice {other.number or other.id} opens the same period")


def periods_do_not_overlap(examined: Examined) -> Iterator[Breach]:
    """PERIOD_OVERLAP: no second is charged twice for one thing, on this invoice and all others together.

    Of charges in advance only prices of the same version of a plan stand beside each other; what was credited counts
    until then. Usage of a meter is charged once.
    """
    fallen = {other.id for other in examined.others if not other.stands}
    lines = (*(line for line in examined.other_lines if line.invoice_id not in fallen), *examined.lines)
    ends = {line.credited_line_id: line.start_time for line in lines if line.kind is LineKind.PRORATED_CREDIT}
    advance = [_Stretch(line, ends.get(line.id)) for line in lines if line.kind in IN_ADVANCE and line.whole_micros]
    usage = [_Stretch(line, None) for line in lines if line.kind is LineKind.USAGE]
    own = {line.id for line in examined.lines}
    for found in (_overlapping(advance, _excluding), _overlapping(usage, _same_meter)):
        for one, other in found:
            if own & {one.line.id, other.line.id}:
                named = one.line if one.line.id in own else other.line
                problem = f"{named.description} is charged twice from {max(one.start, other.start).isoformat()}"
                yield Breach("PERIOD_OVERLAP", problem, named.position)


def is_a_draft(examined: Examined) -> Iterator[Breach]:
    """STATE: it has no number yet."""
    if examined.invoice.state is not State.DRAFT or examined.invoice.number:
        yield Breach("STATE", f"the invoice is {examined.invoice.state.name}")


CHECKS: tuple[Callable[[Examined], Iterator[Breach]], ...] = (
    is_a_draft,
    has_lines,
    one_currency,
    lines_make_totals,
    lines_are_priced,
    lines_are_bounded,
    one_invoice_opens_a_period,
    periods_do_not_overlap,
)


def must_be_sane(lines: Iterable[InvoiceLine], most_line_minor: int = MOST_LINE_MINOR) -> None:
    """Raises InvariantBroken for a line that is too large to be kept, or to be shown in a preview."""
    for line in lines:
        if abs(line.amount_minor) > most_line_minor:
            raise Breach("LINE_BOUND", f"a line charges {line.amount_minor}; {most_line_minor} is the most").error()


class _Stretch:
    """The time that a line charges, until it was credited."""

    def __init__(self, line: InvoiceLine, credited_from: datetime | None) -> None:
        if line.start_time is None or line.end_time is None:
            raise ValueError("a charge for a time has a beginning and an end")
        self.line = line
        self.start = line.start_time
        self.end = min(line.end_time, credited_from) if credited_from else line.end_time

    def overlaps(self, other: _Stretch) -> bool:
        return max(self.start, other.start) < min(self.end, other.end)


def _overlapping(
    stretches: Iterable[_Stretch], clash: Callable[[InvoiceLine, InvoiceLine], bool]
) -> Iterator[tuple[_Stretch, _Stretch]]:
    for one, other in combinations(stretches, 2):
        if one.overlaps(other) and clash(one.line, other.line):
            yield one, other


def _excluding(one: InvoiceLine, other: InvoiceLine) -> bool:
    same = (one.plan_id, one.plan_version, one.interval) == (other.plan_id, other.plan_version, other.interval)
    return not same or one.price_id == other.price_id


def _same_meter(one: InvoiceLine, other: InvoiceLine) -> bool:
    return one.meter == other.meter
