"""Whatever happens to a tenant, in whatever order: the books prove, periods tile, every second is charged once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from actors.billing.domain.account import Party, new_account
from actors.billing.domain.canonical import computed_again, lines_hash, verified
from actors.billing.domain.charges import usage_lines, worth_issuing
from actors.billing.domain.coupon import new_coupon
from actors.billing.domain.invoice import Invoice, InvoiceState, Kind, State
from actors.billing.domain.ledger import balances
from actors.billing.domain.line import IN_ADVANCE
from actors.billing.domain.line import Kind as LineKind
from actors.billing.domain.money import MICROS, Money
from actors.billing.domain.payment import DeclineReason, Outcome
from actors.billing.domain.payment import State as PaymentState
from actors.billing.domain.payment_method import Provider
from actors.billing.domain.period import Interval
from actors.billing.domain.pricing import recurring_micros
from actors.billing.domain.proof import proven
from actors.billing.domain.refund import State as RefundState
from actors.billing.domain.subscribing import PreviewStale
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import RUNNING, EffectiveAt, SubscriptionState
from actors.billing.domain.subscription_state import State as Standing
from actors.billing.domain.tax import new_tax_rate
from actors.billing.domain.terms import Beyond, Limit, Model, Price, PriceBook, Terms, Tier
from actors.billing.domain.terms import Kind as PriceKind
from actors.kernel.errors import AtriumError
from tests.billing.history import by_month
from tests.billing.house import TENANT, House
from tests.billing.making import always

MONTH, YEAR = Interval.MONTH, Interval.YEAR
START = datetime(2026, 1, 31, 9, 30, 15, tzinfo=UTC)


def _price(id: str, kind: PriceKind, *tiers: Tier, **more: Any) -> Price:
    return Price(id=id, display_name=id, kind=kind, tiers=tiers, **more)


def _books(currency: str, flat: int, seat: int, call_micros: int) -> tuple[PriceBook, ...]:
    calls = _price(
        "api_calls",
        PriceKind.METER,
        Tier(500, call_micros),
        Tier(0, call_micros // 3, 7),
        meter="api_calls",
        model=Model.GRADUATED,
        free_units=100,
        minimum_minor=25,
    )
    return tuple(
        PriceBook(
            currency,
            interval,
            (
                _price("platform", PriceKind.FLAT, Tier(unit_micros=flat * times * MICROS)),
                _price("seat", PriceKind.SEAT, Tier(unit_micros=seat * times * MICROS + 333_333), free_units=1),
                *((calls,) if call_micros else ()),
            ),
        )
        for interval, times in ((MONTH, 1), (YEAR, 10))
    )


def _plans(currency: str) -> dict[str, Terms]:
    limits = (Limit("users", 5, Beyond.REFUSE), Limit("api_calls", 1000, Beyond.CHARGE))
    free = tuple(PriceBook(currency, interval) for interval in Interval)
    return {
        "free": Terms(display_name="Free", tier="free", price_books=free, limits=limits),
        "standard": Terms(
            display_name="Standard", tier="standard", trial_days=14, price_books=_books(currency, 1999, 501, 0)
        ),
        "premium": Terms(
            display_name="Premium",
            tier="premium",
            price_books=_books(currency, 9900, 1501, 1_234_567),
            limits=limits,
            features=("support.chat",),
        ),
    }


INTERVALS = (MONTH, MONTH, YEAR)
RATES = {
    rate.id: rate
    for rate in (
        new_tax_rate(id="vat", display_name="VAT", rate_micros=190_000, at=START),
        new_tax_rate(id="city", display_name="City", rate_micros=8_875, at=START),
        new_tax_rate(id="incl", display_name="VAT included", rate_micros=77_000, inclusive=True, at=START),
    )
}
TAXES: tuple[tuple[str, ...], ...] = ((), ("vat",), ("incl",), ("vat", "city"), ("incl", "city"))
OPS = {
    "wait": 9, "use": 5, "change": 3, "cancel": 1, "pause": 1, "resume": 2, "card": 2, "grant": 1, "pay": 1,
    "transfer": 1, "void": 1, "write_off": 1, "outcome": 2, "refund": 2, "settle_refund": 2,
}  # fmt: skip
"""What may happen, and how often of all."""


class Life:
    """One tenant. A step is what happens and two numbers that say how."""

    def __init__(self, currency: str, taxes: tuple[str, ...], plan: str, a: int, b: int) -> None:
        account = new_account(TENANT, party=Party(name="Acme"), currency=currency, at=START)
        self.house = House(
            now=START,
            account=account.updated(START, tax_rate_ids=taxes),
            plans=_plans(currency),
            rates=RATES,
        )
        self.subscribe(plan, a, b)

    def step(self, op: str, a: int, b: int) -> None:
        if self.house.live.state is Standing.CANCELLED and a % 3:
            self.house.until(self.house.now + timedelta(hours=2))
            self.subscribe(("free", "standard", "premium")[b % 3], a, b)
        getattr(self, op)(a, b)

    def subscribe(self, plan: str, a: int, b: int) -> None:
        trial = plan == "standard" and a % 2 == 0
        anchor = None if trial or b % 2 else self.house.now + timedelta(days=a % 27 + 1, hours=5)
        self.house.subscribe(plan, INTERVALS[a % 3], b % 12 + 1, self.coupon(a % 8), anchor, skip_trial=not trial)

    def coupon(self, kind: int) -> Any:
        fields: dict[int, dict[str, Any]] = {
            1: {"percent_micros": 250_000},
            2: {"percent_micros": 333_333, "months": 3},
            3: {"amount_off": Money(700, self.house.account.currency)},
            4: {"percent_micros": 1_000_000, "once": True},
        }
        if kind not in fields:
            return None
        id = self.house.id("cou")
        return new_coupon(id=id, code=id, display_name="Off", at=self.house.now, **fields[kind])

    def wait(self, a: int, b: int) -> None:
        longest = (3600, 86_400, 9 * 86_400, 40 * 86_400)[a % 4]
        self.house.until(self.house.now + timedelta(seconds=1 + b % longest))

    def use(self, a: int, b: int) -> None:
        self.house.use("api_calls", b % 2_000, timedelta(seconds=a % 7200))

    def change(self, a: int, b: int) -> None:
        if self.house.live.state not in RUNNING:
            return
        plan, interval = ("free", "standard", "premium")[a % 3], INTERVALS[b % 3]
        wanted = (None, None, *EffectiveAt)[a // 3 % 4]
        coupon = self.coupon(b // 3 % 12)
        try:
            self.house.change(plan, interval, b % 12 + 1, wanted, timedelta(seconds=a % 601), coupon)
        except PreviewStale:
            self.house.change(plan, interval, b % 12 + 1, wanted, coupon=coupon)

    def cancel(self, a: int, b: int) -> None:
        self.house.cancel(now=b % 4 == 0)

    def pause(self, a: int, b: int) -> None:
        self._on_subscription(self.house.pause)

    def resume(self, a: int, b: int) -> None:
        self._on_subscription(self.house.resume)

    def _on_subscription(self, verb: Callable[[], None]) -> None:
        try:
            verb()
        except SubscriptionState as refused:
            assert refused.metadata["state"] == self.house.live.state.name

    def card(self, a: int, b: int) -> None:
        self.house.card_works = b % 5 < 3

    def grant(self, a: int, b: int) -> None:
        minor = a % 11_000 - 3_000
        try:
            self.house.grant(minor)
        except AtriumError as refused:
            assert refused.reason() in ("AMOUNT_EXCEEDS", "INVALID_FIELDS")
            assert minor == 0 or -minor > self.house.account.credit_minor

    def pay(self, a: int, b: int) -> None:
        self._on_invoice(a, self.house.pay)

    def transfer(self, a: int, b: int) -> None:
        self._on_invoice(a, lambda one: self.house.transfer(one, 1 + b % max(1, one.outstanding_minor)))

    def void(self, a: int, b: int) -> None:
        self._on_invoice(a, self.house.void)

    def write_off(self, a: int, b: int) -> None:
        self._on_invoice(a, self.house.write_off)

    def _on_invoice(self, pick: int, verb: Callable[[Invoice], None]) -> None:
        known = [one for one in self.house.invoices.values() if one.number and one.kind is Kind.INVOICE]
        waiting = [one for one in known if one.state is State.OPEN]
        if not known:
            return
        invoice = waiting[pick % len(waiting)] if waiting and pick % 4 else known[pick % len(known)]
        try:
            verb(invoice)
        except InvoiceState as refused:
            assert invoice.state is not State.OPEN and refused.metadata["state"] == invoice.state.name

    def outcome(self, a: int, b: int) -> None:
        """A provider tells late, or again, or something else than before."""
        known = [one for one in self.house.payments.values() if one.provider is Provider.SANDBOX]
        if known:
            state = (PaymentState.SUCCEEDED, PaymentState.FAILED, PaymentState.CANCELLED, PaymentState.PENDING)[b % 4]
            reason = DeclineReason.GENERIC if state is PaymentState.FAILED else None
            self.house.settle(known[a % len(known)].id, Outcome(state, reason))

    def refund(self, a: int, b: int) -> None:
        known = [one for one in self.house.payments.values() if one.state is PaymentState.SUCCEEDED]
        if not known:
            return
        payment = known[a % len(known)]
        try:
            self.house.refund(payment, 0 if b % 3 == 0 else b % payment.amount_minor, note_first=a % 2 == 0)
        except AtriumError as refused:
            assert refused.reason() == "AMOUNT_EXCEEDS"

    def settle_refund(self, a: int, b: int) -> None:
        if known := list(self.house.refunds.values()):
            self.house.settle_refund(known[a % len(known)], succeeded=b % 3 > 0)

    # --- what must hold --------------------------------------------------------------------------------------------

    def the_books_prove(self) -> None:
        house = self.house
        currency = house.account.currency
        outstanding = house.outstanding_minor
        proof = proven(
            house.entries,
            at=house.now,
            receivable={(TENANT, currency): outstanding},
            credit={(TENANT, currency): house.account.credit_minor},
        )
        assert proof.proven, proof.differences
        assert sum(entry.amount_minor for entry in house.entries) == 0
        assert house.account.owed_minor == outstanding and house.account.credit_minor >= 0
        assert not (house.account.credit_minor and house.open()), "nobody has credit and debts"
        if house.entries:
            (balance,) = balances(house.entries) or (None,)
            assert balance is None or (balance.owed_minor, balance.credit_minor) == (
                outstanding,
                house.account.credit_minor,
            )

    def no_invariant_is_broken(self) -> None:
        assert self.house.found == [], [str(one) for one in self.house.found]

    def documents_add_up(self) -> None:
        for invoice in self.house.invoices.values():
            totals, lines = invoice.totals, self.house.lines[invoice.id]
            assert totals.subtotal_minor == sum(line.amount_minor for line in lines)
            assert totals.discount_minor == sum(line.discount_minor for line in lines)
            assert totals.tax_minor == sum(line.tax_minor for line in lines)
            assert totals.total_minor == totals.subtotal_minor - totals.discount_minor + totals.tax_minor
            assert totals.due_minor == totals.total_minor - totals.credit_minor
            if invoice.kind is Kind.INVOICE:
                assert 0 <= totals.paid_minor <= totals.due_minor
                assert 0 <= totals.refunded_minor <= max(0, totals.total_minor)
        brought = sum(p.amount_minor for p in self.house.payments.values() if p.state is PaymentState.SUCCEEDED)
        gone = sum(r.amount_minor for r in self.house.refunds.values() if r.state is RefundState.SUCCEEDED)
        cash = sum(entry.amount_minor for entry in self.house.entries if entry.account_type.name == "CASH")
        assert cash == brought - gone
        for payment in self.house.payments.values():
            assert 0 <= payment.refunded_minor <= payment.amount_minor

    def invoices_compute_again(self) -> None:
        everything = {line.id: line for lines in self.house.lines.values() for line in lines}
        for invoice in self.house.invoices.values():
            if invoice.kind is not Kind.INVOICE or not invoice.number or invoice.subscription_id != self.house.live.id:
                continue
            stored = self.house.lines[invoice.id]
            again = computed_again(
                invoice,
                stored,
                terms=self.house.terms,
                usage=self.house.usage_behind(invoice),
                charged=everything,
                rates=self.house.rates,
            )
            result = verified(stored, again)
            assert result.identical, result.different_line_ids
            assert result.computed_hash == lines_hash(stored)

    def periods_tile(self) -> None:
        rows = sorted(self.house.periods.values(), key=lambda one: one.number)
        assert [one.number for one in rows] == list(range(1, len(rows) + 1))
        for one, other in pairwise(rows):
            assert one.end_time <= other.start_time or one.end_time - one.start_time == timedelta(seconds=1)
        for number, count in Counter(one.period_key for one in self.house.invoices.values() if one.period_key).items():
            assert count == 1, number

    def every_second_is_charged_once(self) -> None:
        """What was charged in advance is what was subscribed to, second by second, but for one rounding a line.

        Left out when a document was taken back or given up: what it charged is not credited any more.
        """
        house = self.house
        fallen = any(id.endswith((":void", ":write-off")) for id in house.posted)
        if house.subscription is None or fallen or any(one.note_minor for one in house.refunds.values()):
            return
        if house.live.state is Standing.INCOMPLETE:
            return
        expected, lines = Fraction(0), 0
        for begin, end, order in self.stretches():
            book = house.plans[order.plan_id].book(order.currency, order.interval)
            seconds = int((end - begin).total_seconds())
            expected += Fraction(recurring_micros(book, order.seats) * seconds, MICROS * order.whole_seconds)
        charged = 0
        for invoice in house.invoices.values():
            for line in house.lines[invoice.id]:
                if line.subscription_id == house.live.id and line.kind in (*IN_ADVANCE, LineKind.PRORATED_CREDIT):
                    charged += line.amount_minor
                    lines += 1
        assert abs(charged - expected) <= Fraction(lines, 2), (charged, float(expected))

    def a_charge_is_credited_once_and_not_by_more_than_it_was(self) -> None:
        house = self.house
        everything = {line.id: line for lines in house.lines.values() for line in lines}
        credits = [
            line
            for invoice in house.invoices.values()
            if invoice.stands
            for line in house.lines[invoice.id]
            if line.kind is LineKind.PRORATED_CREDIT
        ]
        for credit in credits:
            charge = everything[credit.credited_line_id]
            assert 0 <= -credit.amount_minor <= charge.amount_minor
            assert 0 <= -credit.discount_minor <= charge.discount_minor
            assert -credit.net_minor <= charge.net_minor + 1
        if not any(id.endswith(":write-off") for id in house.posted):
            assert len({credit.credited_line_id for credit in credits}) == len(credits)

    def nobody_has_back_more_than_was_charged(self) -> None:
        """Whatever is credited, refunded and taken back together: what was earned and taxed is not below nothing."""
        earned = -sum(one.amount_minor for one in self.house.entries if one.account_type.name in ("REVENUE", "TAX"))
        lines = sum(len(lines) for lines in self.house.lines.values())
        assert earned >= -lines, earned

    def stretches(self) -> list[tuple[datetime, datetime, Subscription]]:
        """What was subscribed to and charged in advance, and from when to when."""
        kept = [(at, one) for at, one in self.house.orders if one.id == self.house.live.id]
        found: list[tuple[datetime, datetime, Subscription]] = []
        for number in {one.period_number for _, one in kept}:
            of_period = [(at, one) for at, one in kept if one.period_number == number]
            first = of_period[0][1]
            ends = min(
                [one.period_end_time for _, one in of_period]
                + [one.period_start_time for _, one in kept if one.period_number == number + 1]
            )
            # Only records whose order differs from the one before begin a stretch.
            marks = [(first.period_start_time, first)]
            for at, one in of_period[1:]:
                if one.order != marks[-1][1].order:
                    marks.append((max(at, first.period_start_time), one))
            for (begin, one), (end, _) in pairwise([*marks, (ends, first)]):
                if not one.on_trial and end > begin:
                    found.append((begin, min(end, ends), one))
        return found

    def usage_is_charged_once(self) -> None:
        house = self.house
        if house.subscription is None:
            return
        for period in house.periods.values():
            on_lines = sum(
                line.quantity
                for invoice in house.invoices.values()
                for line in house.lines[invoice.id]
                if line.kind is LineKind.USAGE
                and line.subscription_id == house.live.id
                and line.period_number == period.number
            )
            used = house.used.get(period.number, {})
            due = usage_lines(period, house.plans[period.plan_id], used) if period.close_time is not None else ()
            if worth_issuing(due):
                assert on_lines == used.get("api_calls", 0)
            else:
                assert on_lines in ((0, used.get("api_calls", 0)) if due else (0,))

    def revenue_moves_by_its_movements(self) -> None:
        house = self.house
        months = by_month(house.movements, house.account.currency, house.now, 4)
        for before, after in pairwise(months):
            moved = after.new_minor + after.expansion_minor + after.contraction_minor + after.churned_minor
            assert after.mrr_minor - before.mrr_minor == moved
        live = house.live.mrr_minor if house.subscription is not None else 0
        assert months[-1].mrr_minor == live

    def entitlements_follow(self) -> None:
        house = self.house
        if house.subscription is not None and house.entitlements is not None:
            assert house.entitlements.usable == (house.live.state in RUNNING)
            assert house.entitlements.limits == house.plans[house.live.plan_id].limits

    def check(self) -> None:
        """After every step."""
        self.the_books_prove()
        self.no_invariant_is_broken()
        self.documents_add_up()
        self.nobody_has_back_more_than_was_charged()
        self.periods_tile()
        self.entitlements_follow()

    def check_all(self) -> None:
        """At the end, over all of it."""
        self.check()
        self.invoices_compute_again()
        self.every_second_is_charged_once()
        self.a_charge_is_credited_once_and_not_by_more_than_it_was()
        self.usage_is_charged_once()
        self.revenue_moves_by_its_movements()


numbers = st.integers(0, 10**9)
steps = st.tuples(st.sampled_from([op for op, times in OPS.items() for _ in range(times)]), numbers, numbers)


@always(
    st.sampled_from(("EUR", "USD", "JPY", "KWD")),
    st.sampled_from(TAXES),
    st.sampled_from(("free", "standard", "premium", "premium")),
    numbers,
    numbers,
    st.lists(steps, min_size=20, max_size=60),
    examples=60,
)
def test_whatever_happens_the_books_prove_and_every_second_is_charged_once(
    currency: str, taxes: tuple[str, ...], plan: str, a: int, b: int, life: list[tuple[str, int, int]]
) -> None:
    one = Life(currency, taxes, plan, a, b)
    one.check()
    for op, first, second in life:
        one.step(op, first, second)
        one.check()
    one.check_all()
