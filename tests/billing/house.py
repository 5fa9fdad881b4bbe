"""Billing of one tenant over time, without stores: the rules put together as services put them together.

Every verb leaves the books, documents and periods as they would be stored. What happens by itself (periods that end,
usage that closes, dunning) happens in the order of its time when `until` moves the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from actors.billing.domain.account import BillingAccount
from actors.billing.domain.billed_period import BilledPeriod, billed_period, in_step
from actors.billing.domain.canonical import Usage
from actors.billing.domain.charges import (
    Credited,
    cancel_lines,
    change_lines,
    credited,
    in_force,
    opening_lines,
    usage_lines,
    worth_issuing,
)
from actors.billing.domain.coupon import Coupon
from actors.billing.domain.credit import granted, put_on
from actors.billing.domain.credit_note import refund_note, void_note
from actors.billing.domain.drafting import draft, with_usage
from actors.billing.domain.dunning import Dunning
from actors.billing.domain.entitlement import Entitlements, no_entitlements
from actors.billing.domain.invariants import Breach, Examined, breaches
from actors.billing.domain.invoice import Invoice, InvoiceDrafted, Kind, Reason, State, invoice_number
from actors.billing.domain.ledger import (
    LedgerEntry,
    Transaction,
    credit_granted,
    credit_used,
    invoice_issued,
    invoice_voided,
    invoice_written_off,
    payment_succeeded,
    refund_begun,
    refund_failed,
    refund_succeeded,
)
from actors.billing.domain.line import InvoiceLine
from actors.billing.domain.metrics import Movement, movement
from actors.billing.domain.money import Money
from actors.billing.domain.order import Order, ordered
from actors.billing.domain.payment import DeclineReason, Outcome, Payment, new_payment, new_transfer
from actors.billing.domain.payment import State as PaymentState
from actors.billing.domain.payment_method import Facts, PaymentMethod, Provider, new_payment_method
from actors.billing.domain.period import Interval
from actors.billing.domain.refund import Refund, new_refund
from actors.billing.domain.refund import State as RefundState
from actors.billing.domain.subscribing import moment_of_change, new_subscription
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import EffectiveAt
from actors.billing.domain.subscription_state import State as SubscriptionState
from actors.billing.domain.tax import TaxRate
from actors.billing.domain.terms import PriceBook, Terms
from actors.billing.domain.usage import assigned

TENANT = "ten_acme"
GRACE = timedelta(hours=1)
FIRST_PAYMENT = timedelta(days=1)
DUNNING = Dunning()


@dataclass
class House:
    """What is kept of one tenant, and the clock."""

    now: datetime
    account: BillingAccount
    plans: Mapping[str, Terms]
    rates: Mapping[str, TaxRate] = field(default_factory=dict)
    card_works: bool = True
    subscription: Subscription | None = None
    entitlements: Entitlements | None = None
    periods: dict[int, BilledPeriod] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    lines: dict[str, tuple[InvoiceLine, ...]] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    entries: list[LedgerEntry] = field(default_factory=list)
    posted: set[str] = field(default_factory=set)
    used: dict[int, dict[str, int]] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    orders: list[tuple[datetime, Subscription]] = field(default_factory=list)
    """What was subscribed to from each moment on."""
    found: list[Breach] = field(default_factory=list)
    paid_usage: dict[str, int] = field(default_factory=dict)
    _ids: int = 0
    _numbers: int = 0

    def __post_init__(self) -> None:
        method = new_payment_method(id="pm_1", tenant_id=TENANT, provider=Provider.SANDBOX, at=self.now)
        self.method: PaymentMethod = method.activated(Facts("Visa •••• 4242"), self.now)

    def id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}_{self._ids:05d}"

    @property
    def outstanding_minor(self) -> int:
        """What documents say that the tenant owes."""
        documents = (*self.invoices.values(), *self.refunds.values())
        return sum(one.outstanding_minor for one in documents)

    @property
    def live(self) -> Subscription:
        assert self.subscription is not None
        return self.subscription

    def terms(self, plan: str, version: int = 1) -> Terms:
        assert version == 1
        return self.plans[plan]

    def order(self, plan: str, interval: Interval, seats: int) -> Order:
        return ordered(plan, 1, self.plans[plan], interval, self.account.currency, seats)

    # --- what people do --------------------------------------------------------------------------------------------

    def subscribe(
        self,
        plan: str,
        interval: Interval = Interval.MONTH,
        seats: int = 1,
        coupon: Coupon | None = None,
        anchor: datetime | None = None,
        skip_trial: bool = True,
    ) -> None:
        terms = self.plans[plan]
        self.periods.clear()
        self.used.clear()
        self.paid_usage.clear()
        subscription = new_subscription(
            id=self.id("sub"),
            tenant_id=TENANT,
            order=self.order(plan, interval, seats),
            currency=self.account.currency,
            at=self.now,
            trial_days=0 if skip_trial else terms.trial_days,
            payment_method_id="pm_1",
            coupon=coupon,
            anchor=anchor,
        )
        self._keep(subscription, subscription.period_start_time)
        self._begin_period()
        made = self._draft(opening_lines(subscription, terms), Reason.SUBSCRIPTION_CREATE, opens_period=True)
        if made is None and not subscription.on_trial:
            self._keep(self.live.activated(self.now), self.now)

    def change(
        self,
        plan: str,
        interval: Interval,
        seats: int,
        wanted: EffectiveAt | None = None,
        preview: timedelta | None = None,
        coupon: Coupon | None = None,
    ) -> None:
        before, order = self.live, self.order(plan, interval, seats)
        if before.waits(order, wanted):
            self._keep(before.changed_later(order, self.now), self.now)
            return
        moment = moment_of_change(None if preview is None else self.now - preview, before, self.now)
        after = before.changed_now(order, moment)
        if coupon is not None:
            after = after.with_coupon(coupon, moment, at_once=True)
        self._keep(after, moment)
        kept = self.periods[before.period_number]
        self.periods[kept.number] = in_step(kept, after)
        if after.period_number != before.period_number:
            self._begin_period()
        lines = change_lines(before, after, self.plans[plan], self._in_force(before), moment)
        opens = after.period_number != before.period_number and not after.on_trial
        self._draft(lines, Reason.CHANGE, moment=moment, opens_period=opens)

    def cancel(self, now: bool) -> None:
        before = self.live
        if not now:
            self._keep(before.cancelled_later("no need", self.now), self.now)
        else:
            self._keep(before.cancelled("no need", self.now), self.now)
        if self.live.state is not SubscriptionState.CANCELLED or before.state is SubscriptionState.CANCELLED:
            return
        kept = self.periods[before.period_number]
        self.periods[kept.number] = in_step(kept, self.live)
        moment = self.live.period_end_time
        self._draft(cancel_lines(before, self._in_force(before), moment), Reason.CANCEL, moment=moment)
        if before.state is SubscriptionState.INCOMPLETE:
            for invoice in self.open():
                self.void(invoice)

    def pause(self) -> None:
        self._keep(self.live.paused_later(self.now), self.now)

    def resume(self) -> None:
        before = self.live
        self._keep(before.resumed(self.now), self.now)
        self._restarted(before)

    def use(self, meter: str, quantity: int, occurred: timedelta = timedelta(0)) -> None:
        """Counts an event that occurred so long ago."""
        open_periods = [one.period for one in self.periods.values() if one.close_time is None]
        if not open_periods:
            open_periods = [max(self.periods.values(), key=lambda one: one.number).period]
        number = assigned(self.now - occurred, self.now, open_periods, GRACE)
        meters = self.used.setdefault(number, {})
        meters[meter] = meters.get(meter, 0) + quantity

    def void(self, invoice: Invoice) -> None:
        note, lines = void_note(invoice, self.lines[invoice.id], id=self.id("inv"), at=self.now)
        self.invoices[invoice.id] = invoice.voided("a mistake", self.now, self._credited(invoice).whole_minor)
        self._post(invoice_voided(invoice, note, self.now))
        self._keep_draft(note, lines)
        self._retry_state()

    def write_off(self, invoice: Invoice) -> None:
        self._post(invoice_written_off(invoice, self.now))
        self.invoices[invoice.id] = invoice.written_off("lost", self.now, self._credited(invoice).whole_minor)
        self._retry_state()

    def transfer(self, invoice: Invoice, amount_minor: int) -> None:
        payment, applied = new_transfer(invoice, amount_minor, id=self.id("pay"), at=self.now)
        self.payments[payment.id] = payment
        self.invoices[invoice.id] = applied.invoice
        self._post(payment_succeeded(payment, applied, self.now))
        self._paid(applied.invoice)

    def grant(self, minor: int) -> None:
        made = granted(self.account, Money(minor, self.account.currency), "sorry", id=self.id("cre"), at=self.now)
        assert made.balance.minor == self.account.credit_minor + minor
        self._post(credit_granted(made, self.now))

    def refund(self, payment: Payment, amount_minor: int, note_first: bool) -> Refund:
        """Begins to give money back; `note_first` issues the credit note before the provider has answered."""
        invoice = self.invoices[payment.invoice_id]
        note_id = self.id("inv")
        taken = self._credited(invoice)
        refund = new_refund(
            payment,
            invoice,
            amount_minor,
            "sorry",
            id=self.id("ref"),
            at=self.now,
            credit_available_minor=self.account.credit_minor,
            credited=taken,
            credit_note_id=note_id,
        )
        self.refunds[refund.id] = refund
        self.payments[payment.id] = payment.with_refund(refund.amount_minor, refund.credit_minor, self.now)
        self._post(refund_begun(refund, self.now))
        if refund.note_minor:
            note, lines = refund_note(invoice, self.lines[invoice.id], refund.note_minor, id=note_id, at=self.now)
            self.invoices[invoice.id] = invoice.refunded(refund.note_minor, self.now, taken.whole_minor)
            self._keep_draft(note, lines, issue=note_first)
        return refund

    def settle_refund(self, refund: Refund, succeeded: bool) -> None:
        settled = refund.settled(succeeded, self.now)
        if settled is refund:
            return
        self.refunds[refund.id] = settled
        note = self.invoices.get(settled.credit_note_id)
        if settled.state is RefundState.SUCCEEDED:
            self._post(refund_succeeded(settled, self.now))
            if note is not None:
                self.invoices[note.id] = note.given_back(settled.note_minor, self.now)
        else:
            self._post(refund_failed(settled, self.now))
            payment = self.payments[settled.payment_id]
            self.payments[payment.id] = payment.without_refund(settled.amount_minor, settled.credit_minor, self.now)
            if note is not None:
                self.invoices[note.id] = note.kept_as_credit(self.now)
        if note is not None and self.invoices[note.id].state is State.DRAFT:
            self._issue(note.id)

    def _use_credit(self, source_id: str) -> None:
        for applied in put_on(self.invoices.values(), self.account.credit_minor, self.now):
            invoice = self.invoices[applied.invoice.id]
            self.invoices[invoice.id] = applied.invoice
            self._post(credit_used(invoice, applied.applied_minor, self.now, source_id))
            self._paid(applied.invoice)

    # --- what happens by itself ------------------------------------------------------------------------------------

    def until(self, moment: datetime) -> None:
        """Moves the clock; everything that is due in between happens at its time."""
        while (due := self._next_due()) is not None and due <= moment:
            self.now = max(self.now, due)
            self._do_due()
        self.now = max(self.now, moment)

    def _next_due(self) -> datetime | None:
        found = [one.end_time + GRACE for one in self.periods.values() if one.close_time is None]
        if (live := self.subscription) is not None:
            if live.rolled(live.period_end_time) is not None:
                found.append(live.period_end_time)
            if live.state is SubscriptionState.INCOMPLETE:
                found.append(live.create_time + FIRST_PAYMENT)
        found += [one.next_attempt_time for one in self.open() if one.next_attempt_time is not None]
        return min(found, default=None)

    def _do_due(self) -> None:
        live = self.live
        if live.state is SubscriptionState.INCOMPLETE and self.now >= live.create_time + FIRST_PAYMENT:
            self._abandon()
        while (rollover := self.live.rolled(self.now)) is not None:
            self._keep(rollover.subscription, rollover.ended.end_time)
            ended = self.periods[rollover.ended.number]
            lines: tuple[InvoiceLine, ...] = ()
            if rollover.begun is not None:
                self._begin_period()
                lines = opening_lines(self.live, self.plans[self.live.plan_id], self._in_force(self.live))
            waits = bool(self._book(ended).metered) and not ended.trial
            self._draft(
                lines,
                Reason.CYCLE,
                moment=rollover.ended.end_time,
                opens_period=rollover.begun is not None,
                complete=not waits,
                usage_of=ended.number if waits else 0,
            )
        for period in list(self.periods.values()):
            if period.closable(self.now, GRACE):
                self._close(period)
        for invoice in self.open():
            if invoice.next_attempt_time is not None and invoice.next_attempt_time <= self.now:
                self.pay(invoice)

    def _close(self, period: BilledPeriod) -> None:
        """Freezes the usage of a period and charges it: on the draft that waits for it, or on one of its own."""
        self.periods[period.number] = period.closed(self.now)
        quantities = self.used.get(period.number, {})
        lines = usage_lines(period, self.plans[period.plan_id], quantities)
        waiting = next((id for id, number in self.paid_usage.items() if number == period.number), None)
        if waiting is not None:
            invoice, all_lines = with_usage(
                self.invoices[waiting],
                self.lines[waiting],
                lines,
                account=self.account,
                rates=self.rates,
                at=self.now,
            )
            if worth_issuing(all_lines):
                self.invoices[waiting], self.lines[waiting] = invoice, all_lines
                self._issue(waiting)
            else:
                del self.invoices[waiting], self.lines[waiting]
            return
        self._draft(lines, Reason.CANCEL, moment=period.end_time, period=period, usage_of=period.number)

    def pay(self, invoice: Invoice) -> None:
        """Tries to charge the method, with the answer that `card_works` says."""
        payment = new_payment(invoice, self.method, id=self.id("pay"), at=self.now, attempt=invoice.attempt_count + 1)
        self.payments[payment.id] = payment
        failed = Outcome(PaymentState.FAILED, DeclineReason.INSUFFICIENT_FUNDS)
        self.settle(payment.id, Outcome(PaymentState.SUCCEEDED) if self.card_works else failed)

    def settle(self, payment_id: str, outcome: Outcome) -> None:
        payment = self.payments[payment_id]
        if not payment.settles(outcome):
            assert payment.settled(outcome, self.now) is payment
            return
        invoice = self.invoices[payment.invoice_id]
        if outcome.state is PaymentState.SUCCEEDED:
            applied = invoice.paid(payment.amount_minor, self.now)
            self.invoices[invoice.id] = applied.invoice
            self.payments[payment.id] = payment.settled(outcome, self.now, excess_minor=applied.excess_minor)
            self._post(payment_succeeded(self.payments[payment.id], applied, self.now))
            self._paid(applied.invoice)
            return
        last = DUNNING.last(payment.attempt)
        self.payments[payment.id] = payment.settled(outcome, self.now, last=last)
        if outcome.state is not PaymentState.FAILED:
            return
        first = invoice.issue_time or self.now
        self.invoices[invoice.id] = invoice.attempted(
            payment.attempt, "INSUFFICIENT_FUNDS", DUNNING.next_time(payment.attempt, first), self.now
        )
        if invoice.subscription_id == self.live.id:
            after = self.live.overdue(self.now)
            self._keep(after.suspended(self.now) if last else after, self.now)

    def _paid(self, invoice: Invoice) -> None:
        if invoice.subscription_id != self.live.id:
            return
        if invoice.state is State.PAID and invoice.reason is Reason.SUBSCRIPTION_CREATE:
            self._keep(self.live.activated(self.now), self.now)
        self._retry_state()

    def _retry_state(self) -> None:
        """Nothing is overdue any more: the subscription recovers."""
        if any(one.attempt_count for one in self.open() if one.subscription_id == self.live.id):
            return
        before = self.live
        self._keep(before.recovered(self.now), self.now)
        self._restarted(before)

    def _restarted(self, before: Subscription) -> None:
        if self.live.period_number == before.period_number:
            return
        self._begin_period()
        lines = opening_lines(self.live, self.plans[self.live.plan_id], self._in_force(self.live))
        self._draft(lines, Reason.CYCLE, opens_period=True)

    def _abandon(self) -> None:
        self._keep(self.live.abandoned(self.now), self.now)
        kept = self.periods[self.live.period_number]
        self.periods[kept.number] = in_step(kept, self.live)
        for invoice in self.open():
            if invoice.subscription_id == self.live.id:
                self.void(invoice)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _book(self, period: BilledPeriod) -> PriceBook:
        return self.plans[period.plan_id].book(period.currency, period.interval)

    def open(self) -> list[Invoice]:
        return [one for one in self.invoices.values() if one.state is State.OPEN and one.kind is Kind.INVOICE]

    def _keep(self, subscription: Subscription, moment: datetime) -> None:
        before = self.subscription
        fresh = before is None or before.id != subscription.id
        told = movement(self.id("mov"), None if fresh else before, subscription, self.now)
        if told is not None:
            self.movements.append(told)
        self.subscription = subscription.but()
        self.orders.append((moment, subscription))
        terms = self.plans[subscription.plan_id]
        self.entitlements = (self.entitlements or no_entitlements(TENANT, self.now)).entitled(
            subscription, terms, self.now
        )

    def _begin_period(self) -> None:
        period = billed_period(self.live)
        assert period.number not in self.periods, "a period begins once"
        self.periods[period.number] = period

    def _in_force(self, subscription: Subscription) -> tuple[InvoiceLine, ...]:
        of_subscription = [
            line for lines in self.lines.values() for line in lines if line.subscription_id == subscription.id
        ]
        return in_force(of_subscription, self.invoices.values())

    def _credited(self, invoice: Invoice) -> Credited:
        standing = [line for one in self.invoices.values() if one.stands for line in self.lines[one.id]]
        return credited(standing, invoice.id)

    def _draft(
        self,
        lines: tuple[InvoiceLine, ...],
        reason: Reason,
        moment: datetime | None = None,
        opens_period: bool = False,
        complete: bool = True,
        period: BilledPeriod | None = None,
        usage_of: int = 0,
    ) -> Invoice | None:
        made = draft(
            lines,
            id=self.id("inv"),
            subscription=self.live,
            account=self.account,
            rates=self.rates,
            reason=reason,
            moment=moment or self.live.period_start_time,
            at=self.now,
            period=period.period if period else None,
            opens_period=opens_period,
            complete=complete,
        )
        if made is None:
            return None
        if usage_of:
            self.paid_usage[made[0].id] = usage_of
        return self._keep_draft(*made, issue=complete)

    def _keep_draft(self, invoice: Invoice, lines: tuple[InvoiceLine, ...], issue: bool = True) -> Invoice:
        self.invoices[invoice.id], self.lines[invoice.id] = invoice, lines
        announced = any(isinstance(one, InvoiceDrafted) for one in invoice.announcements)
        assert announced or not issue
        return self._issue(invoice.id) if issue else invoice

    def _issue(self, id: str) -> Invoice:
        invoice, lines = self.invoices[id], self.lines[id]
        others = [
            one
            for one in self.invoices.values()
            if one.id != id and one.kind is Kind.INVOICE and one.subscription_id == invoice.subscription_id
        ]
        other_lines = [line for one in others for line in self.lines[one.id]]
        self.found += breaches(Examined(invoice, lines, self.account, others, other_lines))
        self._numbers += 1
        number = invoice_number(self.now.year, self._numbers)
        issued = invoice.issued(number, self.account.party, self.now, self.now, self.account.credit_minor)
        self.invoices[id] = issued
        for transaction in invoice_issued(issued, self.now):
            self._post(transaction)
        if issued.state is State.OPEN and issued.kind is Kind.INVOICE:
            self.pay(issued)
        elif issued.kind is Kind.INVOICE:
            self._paid(issued)
        return self.invoices[id]

    def _post(self, transaction: Transaction) -> None:
        if not transaction.entries:
            return
        assert transaction.id not in self.posted, f"{transaction.id} is posted once"
        self.posted.add(transaction.id)
        self.entries += transaction.entries
        self.account = self.account.posted(
            self.account.currency, self.now, transaction.owed_minor, transaction.credit_minor
        )
        if transaction.credit_minor > 0:
            self._use_credit(transaction.id)

    def usage_behind(self, invoice: Invoice) -> tuple[Usage, ...]:
        number = self.paid_usage.get(invoice.id)
        if number is None or number not in self.periods or self.periods[number].close_time is None:
            return ()
        period = self.periods[number]
        return (Usage(period, self.plans[period.plan_id], self.used.get(number, {})),)
