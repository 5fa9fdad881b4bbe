"""Lines as bytes, and computed again to the same bytes from what is stored."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.billed_period import billed_period
from actors.billing.domain.canonical import Usage, canonical, computed_again, lines_hash, verified
from actors.billing.domain.charges import change_lines, in_force, numbered, opening_lines, usage_lines
from actors.billing.domain.credit_note import refund_note
from actors.billing.domain.drafting import Draft, draft
from actors.billing.domain.invoice import Invoice, Reason
from actors.billing.domain.line import InvoiceLine, Kind
from actors.billing.domain.money import Money
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.tax import new_tax_rate
from actors.billing.domain.terms import Terms, Tier
from actors.kernel import wire
from tests.billing.making import (
    MICROS,
    START,
    account_of,
    always,
    coupon_of,
    flat,
    metered,
    moment,
    order_of,
    prices,
    quiet,
    seat,
    subscribed,
    terms_of,
)

HALF = moment("2026-03-16T12:00:00")
APRIL = moment("2026-04-01")
PLAN = terms_of(flat(1999), seat(333), metered("api_calls", Tier(unit_micros=123_457), free_units=10))
LARGE = terms_of(flat(4999), seat(777), display_name="Large")
RATES = {
    one.id: one
    for one in (
        new_tax_rate(id="tax_1", display_name="VAT", rate_micros=190_000, at=START, country="DE"),
        new_tax_rate(id="tax_2", display_name="Levy", rate_micros=7_777, at=START, country="DE"),
    )
}
VERSIONS = {("standard", 1): PLAN, ("large", 1): LARGE}
SUBSCRIBED = subscribed(PLAN, seats=3, coupon=coupon_of(percent_micros=333_333))


def terms(plan: str, version: int) -> Terms:
    return VERSIONS[plan, version]


def made(lines: Any, subscription: Subscription, reason: Reason, at: Any, opens: bool, id: str = "inv_1") -> Draft:
    found = draft(
        lines,
        id=id,
        subscription=subscription,
        account=account_of(),
        rates=RATES,
        reason=reason,
        moment=at,
        at=at,
        opens_period=opens,
    )
    assert found is not None
    return found


def cycle(used: int) -> tuple[Invoice, tuple[InvoiceLine, ...], Usage]:
    rolled = SUBSCRIBED.rolled(APRIL)
    assert rolled is not None
    usage = Usage(billed_period(SUBSCRIBED), PLAN, {"api_calls": used})
    lines = (
        *opening_lines(rolled.subscription, PLAN),
        *usage_lines(usage.period, usage.terms, usage.quantities),
    )
    return *made(lines, rolled.subscription, Reason.CYCLE, APRIL, True), usage


def as_before(lines: tuple[InvoiceLine, ...]) -> tuple[InvoiceLine, ...]:
    """Charges as they were issued before they named their plan."""
    return tuple(line.but(description=line.description.removeprefix("Standard: ")) for line in lines)


def kept(line: InvoiceLine) -> InvoiceLine:
    """As a store gives it back."""
    return wire.from_document(InvoiceLine, wire.document(line))


def test_the_bytes_are_these_for_ever() -> None:
    """A release that changes them makes every invoice of the past look forged."""
    _, lines, _ = cycle(500)
    first = json.loads(canonical(lines))[0]
    assert first["description"] == "Standard: Platform"
    lines = as_before(lines)
    first = json.loads(canonical(lines))[0]
    assert first == {
        "amount_minor": 1999,
        "credited_line_id": "",
        "currency": "EUR",
        "description": "Platform",
        "discount_minor": 666,
        "end_time": "2026-05-01T00:00:00.000000+00:00",
        "free_quantity": 0,
        "interval": "MONTH",
        "kept_micros": 1000000,
        "kind": "RECURRING",
        "meter": "",
        "minimum_applied": False,
        "model": "PER_UNIT",
        "part_seconds": 2592000,
        "period_number": 2,
        "plan_id": "standard",
        "plan_version": 1,
        "position": 1,
        "price_id": "flat",
        "quantity": 1,
        "start_time": "2026-04-01T00:00:00.000000+00:00",
        "subscription_id": "sub_1",
        "tax_minor": 264,
        "tax_rate_ids": ["tax_1", "tax_2"],
        "tiers": [
            {
                "amount_micros": 1999000000,
                "flat_minor": 0,
                "from_unit": 1,
                "unit_micros": 1999000000,
                "units": 1,
            }
        ],
        "whole_micros": 1999000000,
        "whole_seconds": 2592000,
    }
    assert lines_hash(lines) == "b29b1aec41a52243024226ff79170d68e18e7a858fc61ee69575cff48beabad2"


def test_bytes_do_not_depend_on_where_and_how_a_line_is_kept() -> None:
    _, lines, _ = cycle(500)
    stored = [kept(line).but(version=7, tenant_id="ten_other") for line in lines]
    assert canonical(stored) == canonical(lines)
    assert canonical(lines).isascii() and b" " not in canonical([lines[0].but(description="")])
    assert canonical([]) == b"[]"


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("used", [0, 10, 11, 123_456])
def test_a_cycle_is_computed_again_to_the_same_bytes(used: int, before: bool) -> None:
    invoice, lines, usage = cycle(used)
    lines = as_before(lines) if before else lines
    again = computed_again(invoice, [kept(line) for line in lines], terms=terms, usage=[usage], rates=RATES)
    found = verified(lines, again)
    assert found.identical and found.different_line_ids == () and found.stored_hash == found.computed_hash
    assert canonical(again) == canonical(lines)


@pytest.mark.parametrize("before", [False, True])
def test_a_change_is_computed_again_from_the_lines_that_it_took_back(before: bool) -> None:
    _, first = made(opening_lines(SUBSCRIBED, PLAN), SUBSCRIBED, Reason.SUBSCRIPTION_CREATE, START, True)
    first = as_before(first) if before else first
    after = quiet(SUBSCRIBED.changed_now(order_of(LARGE, "large", seats=5), HALF))
    lines = change_lines(SUBSCRIBED, after, LARGE, in_force(first), HALF)
    invoice, stored = made(lines, after, Reason.CHANGE, HALF, False, id="inv_2")
    charged = {line.id: line for line in first}
    assert [line.description for line in stored] == [
        *(("Platform", "Seat") if before else ("Standard: Platform", "Standard: Seat")),
        *("Large: Platform", "Large: Seat"),
    ], "a credit says what its charge says"
    again = computed_again(invoice, stored, terms=terms, charged=charged, rates=RATES)
    assert verified(stored, again).identical
    lost = computed_again(invoice, stored, terms=terms, charged={}, rates=RATES)
    assert not verified(stored, lost).identical


def test_a_credit_note_is_what_it_is() -> None:
    invoice, lines, _ = cycle(500)
    note, back = refund_note(invoice, lines, invoice.totals.total_minor, id="inv_3", at=APRIL)
    assert verified(back, computed_again(note, back, terms=terms, rates=RATES)).identical


CHANGED: dict[str, Any] = {
    "kind": Kind.PRORATED_CHARGE,
    "description": "Something else",
    "plan_id": "large",
    "price_id": "other",
    "quantity": 4,
    "whole_micros": 1,
    "amount_minor": 2000,
    "discount_minor": 665,
    "tax_minor": 0,
    "tiers": (),
    "minimum_applied": True,
    "currency": "USD",
    "tax_rate_ids": ("tax_1",),
    "part_seconds": 5,
    "end_time": APRIL,
    "position": 9,
}


@pytest.mark.parametrize("field", CHANGED)
def test_any_change_of_a_stored_line_shows(field: str) -> None:
    invoice, lines, usage = cycle(500)
    forged = (lines[0].but(**{field: CHANGED[field]}), *lines[1:])
    assert lines_hash(forged) != lines_hash(lines)
    if field in (
        "amount_minor",
        "discount_minor",
        "tax_minor",
        "whole_micros",
        "tiers",
        "minimum_applied",
        "description",
    ):
        found = verified(forged, computed_again(invoice, forged, terms=terms, usage=[usage], rates=RATES))
        assert not found.identical and found.different_line_ids == ("inv_1-1",)


def test_usage_that_was_changed_added_or_lost_shows() -> None:
    invoice, lines, usage = cycle(500)
    more = replace(usage, quantities={"api_calls": 501_000})
    found = verified(lines, computed_again(invoice, lines, terms=terms, usage=[more], rates=RATES))
    assert "inv_1-3" in found.different_line_ids
    none = verified(lines, computed_again(invoice, lines, terms=terms, usage=[], rates=RATES))
    assert "inv_1-3" in none.different_line_ids
    without = lines[:-1]
    added = verified(without, computed_again(invoice, without, terms=terms, usage=[usage], rates=RATES))
    assert not added.identical and "inv_1-3" in added.different_line_ids


def test_every_field_that_charges_is_in_the_bytes() -> None:
    _, lines, _ = cycle(500)
    named = {f.name for f in fields(InvoiceLine)} - {"id", "tenant_id", "version", "announcements", "invoice_id"}
    assert json.loads(canonical(lines))[0].keys() == named


@always(prices(), st.integers(0, 5_000), st.integers(0, MICROS), st.integers(0, 5_000), examples=60)
def test_whatever_was_used_and_taken_off_comes_out_the_same(price: Any, used: int, percent: int, amount: int) -> None:
    plan = terms_of(flat(777), price)
    coupon = coupon_of(percent_micros=percent) if percent else coupon_of(amount_off=Money(amount + 1, "EUR"))
    before = subscribed(plan, coupon=coupon)
    usage = Usage(billed_period(before), plan, {"api_calls": used})
    rolled = before.rolled(APRIL)
    assert rolled is not None
    lines = (*opening_lines(rolled.subscription, plan), *usage_lines(usage.period, plan, usage.quantities))
    invoice, stored = made(lines, rolled.subscription, Reason.CYCLE, APRIL, True)
    again = computed_again(invoice, [kept(line) for line in stored], terms=lambda *_: plan, usage=[usage], rates=RATES)
    assert canonical(again) == canonical(stored)
    assert numbered(again, "inv_1") == again
