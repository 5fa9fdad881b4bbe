"""Before an invoice is issued everything about it is checked; each breach is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actors.billing.domain.billed_period import billed_period
from actors.billing.domain.charges import cancel_lines, numbered, opening_lines, usage_lines
from actors.billing.domain.invariants import (
    CHECKS,
    MOST_LINE_MINOR,
    Breach,
    Examined,
    InvariantBroken,
    breaches,
    must_be_sane,
)
from actors.billing.domain.invoice import Invoice, Reason, new_invoice
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.tax import new_tax_rate
from actors.billing.domain.terms import Tier
from actors.billing.domain.totals import drawn
from tests.billing.making import MICROS, START, account_of, flat, metered, moment, seat, subscribed, terms_of

PLAN = terms_of(flat(1000), seat(500), metered("api_calls", Tier(unit_micros=MICROS), minimum_minor=50))
SUBSCRIBED = subscribed(PLAN)
VAT = new_tax_rate(id="tax_1", display_name="VAT", rate_micros=190_000, at=START)


def whole(lines: Any, id: str = "inv_1", opens: bool = True) -> tuple[Invoice, tuple[InvoiceLine, ...]]:
    found = drawn(lines, "EUR", rates=[VAT])
    invoice = new_invoice(
        id=id,
        tenant_id="ten_acme",
        reason=Reason.CYCLE,
        totals=found.totals,
        at=START,
        subscription_id="sub_1",
        period=SUBSCRIBED.period,
        opens_period=opens,
    )
    return invoice, numbered(found.lines, id)


INVOICE, LINES = whole(
    (*opening_lines(SUBSCRIBED, PLAN), *usage_lines(billed_period(SUBSCRIBED), PLAN, {"api_calls": 70}))
)
EXAMINED = Examined(INVOICE, LINES, account_of())


def names(**changes: Any) -> set[str]:
    return {breach.invariant for breach in breaches(replace(EXAMINED, **changes))}


def first(**changes: Any) -> tuple[InvoiceLine, ...]:
    return (LINES[0].but(**changes), *LINES[1:])


def test_an_invoice_that_is_right_has_no_breach() -> None:
    assert breaches(EXAMINED) == ()


def test_lines_are_there_once_and_in_order() -> None:
    assert names(lines=()) == {"LINES", "TOTALS"}
    assert names(lines=(LINES[0], LINES[0], *LINES[2:])) >= {"LINES", "PERIOD_OVERLAP", "TOTALS"}
    assert names(lines=first(invoice_id="inv_2")) == {"LINES"}


def test_everything_is_in_the_account_s_currency() -> None:
    assert names(account=account_of("USD")) == {"CURRENCY"}
    assert names(lines=first(currency="USD")) == {"CURRENCY"}
    assert names(invoice=INVOICE.but(totals=replace(INVOICE.totals, currency="USD"))) == {"CURRENCY"}


@pytest.mark.parametrize(
    "field", ["subtotal_minor", "discount_minor", "tax_minor", "total_minor", "due_minor", "credit_minor"]
)
def test_no_total_is_off_by_one(field: str) -> None:
    off = replace(INVOICE.totals, **{field: getattr(INVOICE.totals, field) + 1})
    assert names(invoice=INVOICE.but(totals=off)) == {"TOTALS"}


def test_a_tax_that_is_not_in_the_lines_is_a_breach() -> None:
    taxes = (replace(INVOICE.totals.taxes[0], tax_minor=INVOICE.totals.taxes[0].tax_minor - 1),)
    assert names(invoice=INVOICE.but(totals=replace(INVOICE.totals, taxes=taxes))) == {"TOTALS"}


def test_an_amount_is_what_its_price_comes_to() -> None:
    assert names(lines=first(amount_minor=1001)) == {"LINE_AMOUNT", "TOTALS"}
    assert names(lines=first(whole_micros=1000 * MICROS + 600_000)) == {"LINE_AMOUNT"}
    assert names(lines=first(part_seconds=LINES[0].part_seconds + 1)) == {"LINE_AMOUNT"}
    assert names(lines=first(whole_seconds=0, part_seconds=0)) == {"LINE_AMOUNT"}
    assert names(lines=first(discount_minor=1001)) == {"LINE_AMOUNT", "TOTALS"}
    assert names(lines=first(discount_minor=-1)) == {"LINE_AMOUNT", "TOTALS"}


def test_no_line_is_absurd() -> None:
    assert names(most_line_minor=999) == {"LINE_BOUND"}
    assert [breach.line for breach in breaches(replace(EXAMINED, most_line_minor=999))] == [1]
    assert MOST_LINE_MINOR * MICROS < 2**63, "what passes fits into a store"


def test_one_invoice_opens_a_period() -> None:
    other, _ = whole(opening_lines(SUBSCRIBED, PLAN), id="inv_0")
    assert names(others=(other,)) == {"PERIOD_TAKEN"}
    assert names(others=(INVOICE,)) == set(), "it is not in its own way"
    assert names(others=(other.but(period_key="sub_1:2"),)) == set()
    change, _ = whole(opening_lines(SUBSCRIBED, PLAN), id="inv_0", opens=False)
    assert names(others=(change,)) == set()


def test_no_second_is_charged_twice() -> None:
    other, lines = whole(opening_lines(SUBSCRIBED, PLAN), id="inv_0")
    assert names(other_lines=lines) == {"PERIOD_OVERLAP"}
    earlier = tuple(one.but(start_time=moment("2026-02-01"), end_time=START) for one in lines)
    assert names(other_lines=earlier) == set()
    a_second = tuple(one.but(end_time=moment("2026-03-01T00:00:01")) for one in earlier)
    assert names(other_lines=a_second) == {"PERIOD_OVERLAP"}
    other_plan = tuple(one.but(plan_id="large", price_id="other") for one in a_second)
    assert names(other_lines=other_plan) == {"PERIOD_OVERLAP"}, "two plans exclude each other"
    beside = tuple(one.but(price_id=f"{one.price_id}_2") for one in a_second)
    assert names(other_lines=beside) == set(), "two prices of a plan do not"
    credits = numbered(cancel_lines(SUBSCRIBED, lines, START), "inv_00")
    assert names(other_lines=(*lines, *credits)) == set(), "what was credited is over"
    del other


def test_usage_of_a_meter_is_charged_once() -> None:
    _, lines = whole(usage_lines(billed_period(SUBSCRIBED), PLAN, {"api_calls": 5}), id="inv_0", opens=False)
    assert names(other_lines=lines) == {"PERIOD_OVERLAP"}
    assert names(other_lines=(lines[0].but(meter="reports"),)) == set()


def test_what_has_a_number_is_not_issued_again() -> None:
    issued = INVOICE.issued("2026-000001", INVOICE.buyer, START, START)
    assert names(invoice=issued) == {"STATE"}


def test_a_breach_is_a_value_that_becomes_a_reason() -> None:
    (breach,) = breaches(replace(EXAMINED, most_line_minor=999))
    assert str(breach) == "LINE_BOUND: a line charges 1000; 999 is the most"
    error = breach.error()
    assert isinstance(error, InvariantBroken) and error.metadata["invariant"] == "LINE_BOUND"
    assert "nothing was charged" in str(error)
    with pytest.raises(InvariantBroken):
        must_be_sane(LINES, 999)
    must_be_sane(LINES)


def test_every_check_is_named_in_what_it_says() -> None:
    documented = {str(check.__doc__).split(":")[0] for check in CHECKS}
    assert len(documented) == len(CHECKS)
    assert documented == {
        "STATE",
        "LINES",
        "CURRENCY",
        "TOTALS",
        "LINE_AMOUNT",
        "LINE_BOUND",
        "PERIOD_TAKEN",
        "PERIOD_OVERLAP",
    }
    assert Breach("X", "y").line == 0


def test_what_a_fallen_invoice_charged_does_not_count() -> None:
    other, lines = whole(opening_lines(SUBSCRIBED, PLAN), id="inv_0", opens=False)
    assert names(others=(other,), other_lines=lines) == {"PERIOD_OVERLAP"}
    void = other.issued("2026-000001", other.buyer, START, START).voided("a mistake", START)
    assert names(others=(void,), other_lines=lines) == set()
