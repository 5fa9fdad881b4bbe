"""What a period, a change or an end charges and credits, by the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from actors.billing.domain.billed_period import billed_period, in_step
from actors.billing.domain.charges import (
    Credited,
    cancel_lines,
    change_lines,
    credited,
    in_force,
    line_id,
    numbered,
    opening_lines,
    simulated,
    usage_lines,
    worth_issuing,
)
from actors.billing.domain.invariants import Examined, periods_do_not_overlap
from actors.billing.domain.invoice import Invoice, Reason, new_invoice
from actors.billing.domain.line import InvoiceLine, Kind
from actors.billing.domain.pricing import recurring_micros
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.terms import PriceBook, Terms, Tier
from actors.billing.domain.totals import InvoiceTotals
from tests.billing.making import (
    MICROS,
    MONTH,
    START,
    YEAR,
    account_of,
    always,
    flat,
    metered,
    moment,
    order_of,
    quiet,
    seat,
    subscribed,
    terms_of,
    terms_with,
)

SECONDS = 31 * 86400
HALF = START + timedelta(seconds=SECONDS // 2)


def shown(lines: Sequence[InvoiceLine]) -> list[tuple[str, str, int, int]]:
    return [(line.kind.name, line.price_id, line.quantity, line.amount_minor) for line in lines]


def charged(subscription: Subscription, terms: Terms, invoice: str = "inv_1") -> tuple[InvoiceLine, ...]:
    return numbered(opening_lines(subscription, terms), invoice)


PLAN = terms_of(flat(1000), seat(500), metered("api_calls", Tier(unit_micros=20_000), free_units=100))


# --- a period --------------------------------------------------------------------------------------------------------


def test_a_period_charges_in_advance_what_is_flat_and_by_seat() -> None:
    lines = charged(subscribed(PLAN, seats=3), PLAN)
    assert shown(lines) == [("RECURRING", "flat", 1, 1000), ("RECURRING", "seat", 3, 1500)]
    assert [line.id for line in lines] == ["inv_1-1", "inv_1-2"] and line_id("inv_1", 2) == "inv_1-2"
    first = lines[0]
    assert (first.start_time, first.end_time, first.part_seconds, first.whole_seconds) == (
        *(START, moment("2026-04-01"), SECONDS, SECONDS),
    )
    assert (first.subscription_id, first.tenant_id, first.period_number, first.plan_version) == (
        *("sub_1", "ten_acme", 1, 1),
    )


def test_a_shorter_first_period_costs_its_days() -> None:
    """From 20 March to the anchor on 1 April: 12 of March's 31 days."""
    short = subscribed(PLAN, moment("2026-03-20"), seats=2, anchor=moment("2026-04-01"))
    lines = charged(short, PLAN)
    assert shown(lines) == [("RECURRING", "flat", 1, 387), ("RECURRING", "seat", 2, 387)]  # 387.097
    assert lines[0].part_seconds == 12 * 86400 and lines[0].whole_seconds == SECONDS


def test_a_trial_costs_nothing_neither_in_advance_nor_for_usage() -> None:
    trial = subscribed(PLAN, trial_days=14)
    assert opening_lines(trial, PLAN) == ()
    assert usage_lines(billed_period(trial), PLAN, {"api_calls": 5000}) == ()
    rolled = trial.rolled(START + timedelta(days=14))
    assert rolled is not None and len(opening_lines(rolled.subscription, PLAN)) == 2
    assert not billed_period(rolled.subscription).trial


def test_usage_is_charged_beyond_what_is_free() -> None:
    period = billed_period(subscribed(PLAN))
    (line,) = usage_lines(period, PLAN, {"api_calls": 1_234, "reports": 9})
    assert (line.kind, line.quantity, line.free_quantity) == (Kind.USAGE, 1_234, 100)
    assert line.whole_micros == 1_134 * 20_000 and line.amount_minor == 23  # 22.68
    assert (line.meter, line.period_number, line.part_seconds) == ("api_calls", 1, SECONDS)
    assert usage_lines(period, PLAN, {}) == ()
    (free,) = usage_lines(period, PLAN, {"api_calls": 100})
    assert free.amount_minor == 0 and not worth_issuing([free]) and worth_issuing([free, line])


def test_a_minimum_is_charged_without_use_and_in_proportion_for_a_shorter_period() -> None:
    terms = terms_of(metered("api_calls", Tier(unit_micros=MICROS), minimum_minor=3_100))
    whole = billed_period(subscribed(terms))
    (line,) = usage_lines(whole, terms, {})
    assert line.amount_minor == 3_100 and line.minimum_applied
    ten_days = whole.but(end_time=START + timedelta(days=10))
    (line,) = usage_lines(ten_days, terms, {"api_calls": 999})
    assert line.amount_minor == 1_000 and line.minimum_applied and line.part_seconds == 10 * 86400
    (line,) = usage_lines(ten_days, terms, {"api_calls": 1_000})
    assert line.amount_minor == 1_000 and not line.minimum_applied
    (line,) = usage_lines(ten_days, terms, {"api_calls": 1_001})
    assert line.amount_minor == 1_001 and not line.minimum_applied, "what is used is not prorated"


def test_a_period_is_rated_by_the_order_at_its_end_and_once() -> None:
    before = subscribed(PLAN)
    kept = billed_period(before)
    after = before.changed_now(order_of(PLAN, "large", version=3, seats=7), HALF)
    large = in_step(kept, after)
    assert (large.plan_id, large.plan_version, large.seats, large.end_time) == ("large", 3, 7, kept.end_time)
    year = terms_of(flat(9_000), interval=YEAR)
    cut = in_step(kept, before.changed_now(order_of(year, interval=YEAR), HALF))
    assert (cut.plan_id, cut.interval, cut.end_time) == ("standard", MONTH, HALF)
    ended = in_step(kept, before.cancelled("", HALF))
    assert ended.end_time == HALF and in_step(kept, before) is kept and in_step(cut, after) != cut
    grace = timedelta(hours=1)
    assert not kept.closable(kept.end_time + grace - timedelta(seconds=1), grace)
    assert kept.closable(kept.end_time + grace, grace)
    closed = kept.closed(kept.end_time)
    assert closed.closed(kept.end_time) is closed and not closed.closable(moment("2027-01-01"), grace)
    assert kept.due(grace)[1] == moment("2026-04-01T01:00:00")


# --- a change --------------------------------------------------------------------------------------------------------


def test_an_upgrade_in_the_middle_credits_and_charges_a_half() -> None:
    small, large = terms_of(flat(2000)), terms_of(flat(5000))
    before = subscribed(small)
    after = before.changed_now(order_of(large, "large"), HALF)
    lines = change_lines(before, after, large, charged(before, small), HALF)
    assert shown(lines) == [("PRORATED_CREDIT", "flat", 1, -1000), ("PRORATED_CHARGE", "flat", 1, 2500)]
    assert lines[0].credited_line_id == "inv_1-1" and (lines[0].plan_id, lines[1].plan_id) == ("standard", "large")
    assert all(line.part_seconds * 2 == line.whole_seconds == SECONDS for line in lines)


def test_in_yen_and_dinars_the_smallest_coin_is_another() -> None:
    for currency, old, new, expected in (("JPY", 980, 1980, [-490, 990]), ("KWD", 3_999, 9_999, [-2_000, 5_000])):
        small, large = terms_of(flat(old), currency=currency), terms_of(flat(new), currency=currency)
        before = subscribed(small, currency=currency)
        after = before.changed_now(order_of(large, "large", currency=currency), HALF)
        lines = change_lines(before, after, large, charged(before, small), HALF)
        assert [line.amount_minor for line in lines] == expected, "1999.5 and 4999.5 go to the even coin"
        assert {line.currency for line in lines} == {currency}


def test_what_stays_the_same_is_left_alone() -> None:
    before = subscribed(PLAN, seats=2)
    after = before.changed_now(order_of(PLAN, seats=5), HALF)
    lines = change_lines(before, after, PLAN, charged(before, PLAN), HALF)
    assert shown(lines) == [("PRORATED_CREDIT", "seat", 2, -500), ("PRORATED_CHARGE", "seat", 5, 1250)]


def test_a_change_in_the_first_second_takes_everything_back() -> None:
    small, large = terms_of(flat(2001)), terms_of(flat(5001))
    before = subscribed(small)
    after = before.changed_now(order_of(large, "large"), START)
    lines = change_lines(before, after, large, charged(before, small), START)
    assert [line.amount_minor for line in lines] == [-2001, 5001]


def test_months_become_a_year_at_once() -> None:
    year = terms_of(flat(20_000), interval=YEAR)
    month = terms_of(flat(2000))
    before = subscribed(month)
    after = before.changed_now(order_of(year, interval=YEAR), HALF)
    lines = change_lines(before, after, year, charged(before, month), HALF)
    assert shown(lines) == [("PRORATED_CREDIT", "flat", 1, -1000), ("RECURRING", "flat", 1, 20_000)]
    assert lines[1].period_number == 2 and lines[1].start_time == HALF


def test_a_period_that_is_left_in_its_first_second_is_charged_for_it() -> None:
    year, month = terms_of(flat(40_000_000), interval=YEAR), terms_of(flat(2000))
    before = subscribed(year, interval=YEAR)
    after = before.changed_now(order_of(month), START)
    lines = change_lines(before, after, month, charged(before, year), START)
    assert shown(lines) == [("PRORATED_CREDIT", "flat", 1, -39_999_999), ("RECURRING", "flat", 1, 2000)]
    assert lines[0].start_time == lines[1].start_time == START + timedelta(seconds=1)


def test_a_change_on_a_trial_charges_nothing() -> None:
    before = subscribed(PLAN, trial_days=14)
    after = before.changed_now(order_of(PLAN, seats=5), START + timedelta(days=3))
    assert change_lines(before, after, PLAN, (), START + timedelta(days=3)) == ()
    assert cancel_lines(before, (), START) == ()


def test_a_credit_takes_its_share_of_the_discount_back_and_keeps_the_taxes() -> None:
    """Who paid half gets half of the half back, also when the coupon is over."""
    before = subscribed(terms_of(flat(2000)))
    (line,) = charged(before, terms_of(flat(2000)))
    paid = line.but(discount_minor=1000, tax_minor=190, tax_rate_ids=("tax_1",))
    (credit,) = cancel_lines(before, (paid,), HALF)
    assert (credit.amount_minor, credit.discount_minor, credit.net_minor) == (-1000, -500, -500)
    assert credit.tax_rate_ids == ("tax_1",) and credit.tax_minor == 0, "taxes are computed over the invoice"


def test_what_is_credited_void_or_refunded_is_in_force_no_more() -> None:
    before = subscribed(PLAN, seats=2)
    first = charged(before, PLAN)
    after = quiet(before.changed_now(order_of(PLAN, seats=5), HALF))
    change = numbered(change_lines(before, after, PLAN, first, HALF), "inv_2")
    assert [line.id for line in in_force((*first, *change))] == ["inv_1-1", "inv_2-2"]
    assert [line.id for line in in_force((*first, *change), [taken_back("inv_1")])] == ["inv_2-2"]
    rest = cancel_lines(after, in_force((*first, *change)), HALF)
    assert [line.amount_minor for line in rest] == [-500, -1250]


def document(id: str, total: int = 1000) -> Invoice:
    totals = InvoiceTotals("EUR", total_minor=total, charged_minor=total)
    return new_invoice(id=id, tenant_id="ten_acme", reason=Reason.CYCLE, totals=totals, at=START)


def taken_back(id: str) -> Invoice:
    return document(id).refunded(1000, START)


def test_what_was_refunded_is_not_credited_again() -> None:
    """20.00 with half of it refunded: a half of March is worth 5.00."""
    before = subscribed(terms_of(flat(2000)))
    lines = charged(before, terms_of(flat(2000)))
    half = document("inv_1").refunded(500, START)
    (credit,) = cancel_lines(before, in_force(lines, [half]), HALF)
    assert (credit.amount_minor, credit.kept_micros, credit.whole_micros) == (-500, 500_000, -1000 * MICROS)
    assert credited([credit], "inv_1") == Credited(500, 1000)
    assert credited([credit], "inv_11") == credited(lines, "inv_1") == Credited()
    nothing = document("inv_1").refunded(500, START, credited_minor=500)
    (credit,) = cancel_lines(before, in_force(lines, [nothing]), HALF)
    assert credit.amount_minor == 0 and credit.credited_line_id == "inv_1-1", "it is in force no more"


def test_what_still_charges_the_time_to_come_is_credited_when_a_period_opens() -> None:
    """A change from a year to months was void: the year is in force again when the next month begins."""
    year, month = terms_of(flat(365_000), interval=YEAR), terms_of(flat(2000))
    first = subscribed(year, interval=YEAR)
    after = quiet(first.changed_now(order_of(month), START + timedelta(days=30)))
    lines = charged(first, year)
    change = numbered(change_lines(first, after, month, lines, START + timedelta(days=30)), "inv_2")
    rolled = after.rolled(after.period_end_time)
    assert rolled is not None
    fallen = in_force((*lines, *change), [taken_back("inv_2")])
    assert shown(opening_lines(rolled.subscription, month, fallen)) == [
        ("PRORATED_CREDIT", "flat", 1, -305_000),  # 365 days less 30 and April's 30
        ("RECURRING", "flat", 1, 2000),
    ]
    usual = in_force((*lines, *change))
    assert len(opening_lines(rolled.subscription, month, usual)) == 1


ORDERS = (
    ("small", terms_of(flat(1999), seat(333))),
    ("large", terms_of(flat(4999), seat(777, tiers=(Tier(0, 777 * MICROS + 123_456),)))),
    ("free", terms_of(flat(0))),
)
changes = st.lists(
    st.tuples(st.integers(0, len(ORDERS) - 1), st.integers(1, 9), st.integers(0, SECONDS - 1)), max_size=8
).map(lambda found: sorted(found, key=lambda row: row[2]))


@always(changes, st.integers(0, SECONDS - 1), st.booleans(), examples=150)
def test_after_any_changes_what_was_charged_is_each_order_for_its_time(
    found: list[tuple[int, int, int]], end: int, cancel: bool
) -> None:
    """Exact, but for half a minor unit for each line that was rounded; and no second is charged twice."""
    name, terms = ORDERS[0]
    subscription = subscribed(terms, plan=name)
    lines = charged(subscription, terms, "inv_0")
    exact = Fraction(0)
    since: datetime = START
    for n, (index, seats, offset) in enumerate(found, 1):
        at = START + timedelta(seconds=offset)
        name, wanted = ORDERS[index]
        after = quiet(subscription.changed_now(order_of(wanted, name, seats=seats), at))
        new = numbered(change_lines(subscription, after, wanted, in_force(lines), at), f"inv_{n}")
        assert_no_overlap(f"inv_{n}", new, lines)
        lines = (*lines, *new)
        exact += cost_of(subscription, terms) * int((at - since).total_seconds())
        subscription, terms, since = after, wanted, at
    stop = START + timedelta(seconds=max(end, *(row[2] for row in found), 0) if cancel else SECONDS)
    exact += cost_of(subscription, terms) * int((stop - since).total_seconds())
    if cancel:
        lines = (*lines, *cancel_lines(subscription, in_force(lines), stop))
    rounded = sum(line.amount_minor for line in lines)
    assert abs(rounded - exact / SECONDS) <= Fraction(len(lines), 2)


def cost_of(subscription: Subscription, terms: Terms) -> Fraction:
    book = terms.book("EUR", MONTH)
    return Fraction(recurring_micros(book, subscription.seats), MICROS)


def assert_no_overlap(id: str, lines: Sequence[InvoiceLine], others: Sequence[InvoiceLine]) -> None:
    invoice = new_invoice(
        id=id,
        tenant_id="ten_acme",
        reason=Reason.CHANGE,
        totals=InvoiceTotals("EUR"),
        at=START,
        subscription_id="sub_1",
    )
    assert list(periods_do_not_overlap(Examined(invoice, lines, account_of(), (), others))) == []


@always(st.integers(1, 10**9), st.integers(0, SECONDS), st.integers(0, 10**6), examples=150)
def test_nobody_is_credited_more_than_was_charged(micros: int, offset: int, percent: int) -> None:
    terms = terms_of(replace(flat(0), tiers=(Tier(0, micros),)))
    subscription = subscribed(terms)
    (line,) = charged(subscription, terms)
    paid = line.but(discount_minor=round(Fraction(line.amount_minor * percent, 10**6)))
    for credit in cancel_lines(subscription, (paid,), START + timedelta(seconds=offset)):
        assert -line.amount_minor <= credit.amount_minor <= credit.discount_minor <= 0
        assert abs(credit.discount_minor) <= paid.discount_minor
        if offset == 0:
            assert (credit.amount_minor, credit.discount_minor) == (-paid.amount_minor, -paid.discount_minor)


def test_books_of_other_currencies_are_not_looked_at() -> None:
    terms = terms_with(PriceBook("EUR", MONTH, (flat(1),)), PriceBook("USD", MONTH, (flat(2), seat(3))))
    assert shown(charged(subscribed(terms), terms)) == [("RECURRING", "flat", 1, 1)]
    dollars = subscribed(terms, currency="USD").but(currency="USD")
    assert [line.amount_minor for line in charged(dollars, terms)] == [2, 3]


def test_a_simulation_is_priced_as_an_invoice_would_be() -> None:
    found = simulated(PLAN, "EUR", MONTH, 3, {"api_calls": 1_234, "reports": 5}, START)
    assert shown(found) == [
        ("RECURRING", "flat", 1, 1000),
        ("RECURRING", "seat", 3, 1500),
        ("USAGE", "api_calls", 1_234, 23),
    ]
    real = (
        *charged(subscribed(PLAN, seats=3), PLAN),
        *usage_lines(billed_period(subscribed(PLAN)), PLAN, {"api_calls": 1_234}),
    )
    assert shown(real) == shown(found)
    assert [line.quantity for line in simulated(PLAN, "EUR", MONTH, 0, {}, START)] == [1, 1]


def test_when_a_change_is_void_what_it_had_credited_is_in_force_again() -> None:
    before = subscribed(PLAN, seats=2)
    first = charged(before, PLAN)
    after = quiet(before.changed_now(order_of(PLAN, seats=5), HALF))
    change = numbered(change_lines(before, after, PLAN, first, HALF), "inv_2")
    assert [line.id for line in in_force((*first, *change), [taken_back("inv_2")])] == ["inv_1-1", "inv_1-2"]


def test_a_credit_is_of_the_seconds_that_are_left_of_its_own_line() -> None:
    (line,) = charged(subscribed(terms_of(flat(2000))), terms_of(flat(2000)))
    assert line.seconds_left(START - timedelta(days=1)) == line.seconds_left(START) == SECONDS
    assert line.seconds_left(HALF) == SECONDS // 2 and line.seconds_left(moment("2026-04-02")) == 0
    later = line.but(start_time=HALF, part_seconds=SECONDS // 2)
    assert later.seconds_left(START) == SECONDS // 2, "never more than was charged"
    assert cancel_lines(subscribed(terms_of(flat(2000))), (line,), moment("2026-04-01")) == ()


def test_the_same_price_in_another_period_is_another_charge() -> None:
    (march,) = charged(subscribed(terms_of(flat(2000))), terms_of(flat(2000)))
    assert march.same_charge(march.but(id="other", amount_minor=7, kind=Kind.PRORATED_CHARGE))
    for changes in (
        {"period_number": 2},
        {"plan_version": 2},
        {"quantity": 2},
        {"currency": "USD"},
        {"interval": YEAR},
    ):
        assert not march.same_charge(march.but(**changes)), changes
