"""Discounts, taxes and credit over lines: every sum is exact."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from actors.billing.domain.billed_period import billed_period
from actors.billing.domain.charges import cancel_lines, change_lines, numbered, opening_lines, usage_lines
from actors.billing.domain.coupon import Discount
from actors.billing.domain.drafting import draft, with_usage
from actors.billing.domain.invariants import Examined, breaches
from actors.billing.domain.invoice import Reason
from actors.billing.domain.line import InvoiceLine, Kind
from actors.billing.domain.money import Money
from actors.billing.domain.tax import TaxRate, new_tax_rate
from actors.billing.domain.terms import Price, Tier
from actors.billing.domain.totals import InvoiceTotals, discounted, drawn
from tests.billing.making import (
    MICROS,
    START,
    account_of,
    always,
    coupon_of,
    currencies,
    flat,
    metered,
    moment,
    order_of,
    prices,
    seat,
    subscribed,
    terms_of,
)

HALF = moment("2026-03-16T12:00:00")


def line(amount: int, kind: Kind = Kind.RECURRING, discount: int = 0, taxes: tuple[str, ...] = ()) -> InvoiceLine:
    return InvoiceLine(
        id="",
        kind=kind,
        description="x",
        whole_micros=amount * MICROS,
        currency="EUR",
        amount_minor=amount,
        discount_minor=discount,
        tax_rate_ids=taxes,
    )


def rate(micros: int, inclusive: bool = False, id: str = "tax_1", country: str = "DE") -> TaxRate:
    return new_tax_rate(id=id, display_name="VAT", rate_micros=micros, at=START, inclusive=inclusive, country=country)


def off(percent: int = 0, amount: int = 0) -> Discount:
    return Discount("cou_1", percent, amount, "EUR")


def shares(lines: tuple[InvoiceLine, ...]) -> list[int]:
    return [one.discount_minor for one in lines]


def test_a_percentage_is_shared_over_charges_by_largest_remainder() -> None:
    lines = [line(333), line(333, Kind.USAGE), line(334, Kind.PRORATED_CHARGE), line(100, Kind.MANUAL)]
    assert shares(discounted(lines, off(percent=100_000), False)) == [33, 33, 34, 0]
    assert shares(discounted(lines, off(percent=MICROS), False)) == [333, 333, 334, 0]
    assert shares(discounted(lines, None, True)) == [0, 0, 0, 0]


def test_an_amount_is_taken_off_what_opens_a_period_and_never_more_than_there_is() -> None:
    lines = [line(300), line(700, Kind.USAGE)]
    assert shares(discounted(lines, off(amount=500), True)) == [150, 350]
    assert shares(discounted(lines, off(amount=5000), True)) == [300, 700]
    assert shares(discounted(lines, off(amount=500), False)) == [0, 0]


def test_within_a_period_an_amount_moves_from_the_credit_to_the_charge() -> None:
    lines = [line(-1000, Kind.PRORATED_CREDIT, discount=-250), line(2500, Kind.PRORATED_CHARGE)]
    assert shares(discounted(lines, off(amount=500), False)) == [-250, 250]
    small = [lines[0], line(100, Kind.PRORATED_CHARGE)]
    assert shares(discounted(small, off(amount=500), False)) == [-250, 100]


def test_totals_by_hand() -> None:
    """39.99 + 7 seats of 5.55, a quarter off, 19 % on top, 10.00 of credit."""
    lines = [line(3999), line(3885)]
    found = drawn(lines, "EUR", discount=off(percent=250_000), rates=[rate(190_000)])
    totals = found.totals.with_credit(1000)
    assert (totals.subtotal_minor, totals.discount_minor) == (7884, 1971)
    assert (totals.tax_minor, totals.total_minor) == (1123, 7036)  # 59.13 · 0.19 = 11.2347
    assert (totals.credit_minor, totals.due_minor, totals.net_minor) == (1000, 6036, 5913)
    assert [one.tax_minor for one in found.lines] == [570, 553]


def test_prices_that_contain_their_tax_come_to_themselves() -> None:
    totals = drawn([line(11_900)], "EUR", rates=[rate(190_000, inclusive=True)]).totals
    assert (totals.total_minor, totals.tax_minor, totals.net_minor) == (11_900, 0, 10_000)


def test_credit_pays_what_it_can_and_a_negative_total_becomes_credit() -> None:
    totals = InvoiceTotals("EUR", total_minor=500)
    found = [(t.credit_minor, t.due_minor) for t in map(totals.with_credit, (0, 200, 500, 900, -100))]
    assert found == [(0, 500), (200, 300), (500, 0), (500, 0), (0, 500)]
    negative = drawn([line(-700, Kind.PRORATED_CREDIT), line(200)], "EUR").totals
    assert (negative.total_minor, negative.credit_minor, negative.due_minor) == (-500, -500, 0)
    assert negative.with_credit(10_000) == negative
    assert replace(totals, total_minor=0).with_credit(50).credit_minor == 0


def test_a_credit_keeps_the_rate_it_was_charged_with() -> None:
    old = rate(160_000, id="tax_old")
    lines = [line(-1000, Kind.PRORATED_CREDIT, taxes=("tax_old",)), line(2000, Kind.PRORATED_CHARGE)]
    found = drawn(lines, "EUR", rates=[rate(190_000)], old_rates={"tax_old": old})
    assert [(t.tax_rate_id, t.tax_minor) for t in found.totals.taxes] == [("tax_1", 380), ("tax_old", -160)]
    assert found.totals.total_minor == 1220 == sum(one.total_minor for one in found.lines)


discounts = st.one_of(
    st.none(),
    st.integers(1, MICROS).map(lambda micros: off(percent=micros)),
    st.integers(1, 10**7).map(lambda minor: off(amount=minor)),
)
rates = st.lists(st.tuples(st.integers(0, 300_000), st.booleans()), max_size=3).map(
    lambda rows: [rate(micros, inclusive, id=f"tax_{n}") for n, (micros, inclusive) in enumerate(rows)]
)


@always(
    st.lists(prices(), min_size=1, max_size=4),
    st.lists(st.integers(0, 2_000), min_size=4, max_size=4),
    discounts,
    rates,
    st.booleans(),
    st.integers(0, 10**6),
    currencies,
)
def test_every_invoice_of_a_cycle_sums_up_and_breaks_no_invariant(
    metered_prices: list[Price],
    quantities: list[int],
    discount: Discount | None,
    found_rates: list[TaxRate],
    opens: bool,
    credit: int,
    currency: str,
) -> None:
    names = [f"m{n}" for n in range(len(metered_prices))]
    used = [replace(price, id=name, meter=name) for price, name in zip(metered_prices, names, strict=True)]
    terms = terms_of(flat(1999), seat(333), *used, currency=currency)
    before = subscribed(terms, currency=currency, seats=quantities[0] or 1)
    rolled = before.rolled(moment("2026-04-01"))
    assert rolled is not None
    ended = billed_period(before)
    lines = (
        *opening_lines(rolled.subscription, terms),
        *usage_lines(ended, terms, dict(zip(names, quantities, strict=False))),
    )
    by_id = {one.id: one for one in found_rates}
    account = account_of(currency, tax_rate_ids=tuple(by_id), credit_minor=credit)
    subscription = rolled.subscription.but(discount=replace(discount, currency=currency) if discount else None)
    made = draft(
        lines,
        id="inv_1",
        subscription=subscription,
        account=account,
        rates=by_id,
        reason=Reason.CYCLE,
        moment=subscription.period_start_time,
        at=START,
        opens_period=opens,
    )
    assert made is not None
    invoice, whole = made
    assert breaches(Examined(invoice, whole, account)) == ()
    totals = invoice.totals.with_credit(credit)
    assert totals.total_minor == sum(one.amount_minor - one.discount_minor + one.tax_minor for one in whole)
    assert totals.subtotal_minor - totals.discount_minor + totals.tax_minor == totals.total_minor
    assert totals.total_minor - totals.credit_minor == totals.due_minor >= 0
    assert totals.net_minor + sum(tax.tax_minor for tax in totals.taxes) == totals.total_minor
    assert 0 <= totals.credit_minor <= credit and 0 <= totals.discount_minor <= totals.subtotal_minor


# --- drafts ----------------------------------------------------------------------------------------------------------

PLAN = terms_of(flat(2000), metered("api_calls", Tier(unit_micros=MICROS)))
RATES = {"tax_1": rate(190_000)}


def test_a_draft_takes_the_coupon_that_holds_and_the_taxes_of_the_account() -> None:
    once = subscribed(PLAN, coupon=coupon_of(percent_micros=500_000, once=True))
    made = draft(
        opening_lines(once, PLAN),
        id="inv_1",
        subscription=once,
        account=account_of(),
        rates=RATES,
        reason=Reason.SUBSCRIPTION_CREATE,
        moment=START,
        at=START,
        opens_period=True,
    )
    assert made is not None
    invoice, lines = made
    assert (invoice.totals.total_minor, invoice.period_key, invoice.period_number) == (1190, "sub_1:1", 1)
    assert invoice.discount is not None and lines[0].id == "inv_1-1"
    assert [type(one).__name__ for one in invoice.announcements] == ["InvoiceDrafted"]
    rolled = once.rolled(moment("2026-04-01"))
    assert rolled is not None
    made = draft(
        opening_lines(rolled.subscription, PLAN),
        id="inv_2",
        subscription=rolled.subscription,
        account=account_of(tax_exempt=True),
        rates=RATES,
        reason=Reason.CYCLE,
        moment=rolled.subscription.period_start_time,
        at=START,
    )
    assert made is not None and made[0].totals.total_minor == 2000 and made[0].discount is None


def test_a_cycle_waits_for_its_usage_and_its_lines_keep_their_ids() -> None:
    before = subscribed(PLAN, coupon=coupon_of(amount_off=Money(550, "EUR")))
    rolled = before.rolled(moment("2026-04-01"))
    assert rolled is not None
    account = account_of()
    made = draft(
        opening_lines(rolled.subscription, PLAN),
        id="inv_2",
        subscription=rolled.subscription,
        account=account,
        rates=RATES,
        reason=Reason.CYCLE,
        moment=rolled.subscription.period_start_time,
        at=START,
        opens_period=True,
        complete=False,
    )
    assert made is not None and made[0].announcements == ()
    usage = usage_lines(billed_period(before), PLAN, {"api_calls": 200})
    invoice, lines = with_usage(*made, usage, account=account, rates=RATES, at=START)
    assert [type(one).__name__ for one in invoice.announcements] == ["InvoiceDrafted"]
    assert [(one.id, one.kind, one.discount_minor) for one in lines] == [
        ("inv_2-1", Kind.RECURRING, 500),
        ("inv_2-2", Kind.USAGE, 50),
    ]
    assert invoice.totals.total_minor == 1964  # 16.50 · 1.19 = 19.635
    assert breaches(Examined(invoice, lines, account)) == ()


def test_what_comes_to_nothing_makes_no_invoice() -> None:
    free = terms_of(flat(0))
    made = draft(
        opening_lines(subscribed(free), free),
        id="inv_1",
        subscription=subscribed(free),
        account=account_of(),
        rates={},
        reason=Reason.CYCLE,
        moment=START,
        at=START,
    )
    assert made is None


def test_a_change_to_something_cheaper_is_credit_with_its_tax() -> None:
    """20.00 for March with 19 %; to 5.00 in the middle: 10.00 back, 2.50 charged, so 7.50 and 1.42 of tax."""
    cheap = terms_of(flat(500), metered("api_calls"))
    before = subscribed(PLAN)
    paid = tuple(one.but(tax_rate_ids=("tax_1",)) for one in numbered(opening_lines(before, PLAN), "inv_1"))
    after = before.changed_now(order_of(cheap, "cheap"), HALF)
    made = draft(
        change_lines(before, after, cheap, paid, HALF),
        id="inv_2",
        subscription=after,
        account=account_of(),
        rates=RATES,
        reason=Reason.CHANGE,
        moment=HALF,
        at=HALF,
    )
    assert made is not None
    totals = made[0].totals
    assert (totals.total_minor, totals.credit_minor, totals.due_minor, totals.tax_minor) == (-892, -892, 0, -142)
    assert breaches(Examined(made[0], made[1], account_of(), (), paid)) == ()
    assert cancel_lines(before, paid, HALF)[0].tax_rate_ids == ("tax_1",)
