"""Subscriptions: a tenant's agreement to a plan, from its first payment or trial to its end."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from actors.billing.domain.coupon import Coupon, Discount
from actors.billing.domain.order import Order, monthly_minor
from actors.billing.domain.period import Anchor, Interval, Period, whole_second
from actors.billing.domain.subscription_state import (
    PAYING,
    RUNNING,
    EffectiveAt,
    PaymentMethodNeeded,
    State,
    SubscriptionChanged,
    SubscriptionPeriodDue,
    SubscriptionState,
)
from actors.kernel.records import Record

ABANDONED = "the first payment was never made"
_SECOND = timedelta(seconds=1)
"""The shortest period."""
_ORDERED = tuple(one.name for one in fields(Order))


@dataclass(frozen=True)
class PendingChange(Order):
    """A change that waits for the end of the period."""

    effective_time: datetime = field(kw_only=True)

    @property
    def order(self) -> Order:
        return Order(**{name: getattr(self, name) for name in _ORDERED})


@dataclass(frozen=True)
class Rollover:
    """The end of a period. Without `begun` no other follows it: cancelled, paused, or a trial without a method."""

    subscription: Subscription
    ended: Period
    begun: Period | None


@dataclass(frozen=True, kw_only=True)
class Subscription(Record):
    """A tenant's agreement. `live_key` is the tenant until it ends: unique, so that a tenant has one at most.

    Verbs of people raise SubscriptionState where they make no sense; those of payments and time leave the record as
    it is in states that they do not concern. All of them give the same record when it is so already.
    """

    live_key: str | None
    state: State
    plan_id: str
    plan_version: int
    interval: Interval
    currency: str
    seats: int
    recurring_micros: int
    costs: bool
    metered: tuple[str, ...] = ()
    anchor_time: datetime
    anchor_number: int = 1
    """The number of the period that begins at the anchor; an earlier one is a trial, or shorter than an interval."""
    period_number: int = 1
    period_start_time: datetime
    period_end_time: datetime
    trial_end_time: datetime | None = None
    cancel_at_period_end: bool = False
    pause_at_period_end: bool = False
    cancel_time: datetime | None = None
    cancel_reason: str = ""
    pending_change: PendingChange | None = None
    discount: Discount | None = None
    payment_method_id: str = ""
    mrr_minor: int = 0
    change_time: datetime | None = None
    """The second of the last change that was made at once: what came before it is charged already."""
    create_time: datetime
    update_time: datetime

    # --- what it is ------------------------------------------------------------------------------------------------

    @property
    def order(self) -> Order:
        return Order(**{name: getattr(self, name) for name in _ORDERED})

    @property
    def period(self) -> Period:
        return Period(self.period_number, self.period_start_time, self.period_end_time)

    @property
    def anchor(self) -> Anchor:
        return Anchor(self.anchor_time, self.interval, self.anchor_number)

    @property
    def on_trial(self) -> bool:
        """Whether the present period is the trial, also when it has ended without another."""
        return self.trial_end_time is not None and self.period_end_time <= self.trial_end_time

    @property
    def whole_seconds(self) -> int:
        """The interval that the present period is, or is the rest of: what its prices are for."""
        if self.period_number >= self.anchor_number:
            return self.anchor.period(self.period_number).seconds
        return self.anchor.whole_before().seconds

    @property
    def next_period(self) -> Period:
        """As long as nothing changes."""
        number = self.period_number + 1
        if number < self.anchor_number:
            return Period(number, self.period_end_time, self.anchor_time)
        return self.anchor.period(number)

    @property
    def coupon_id(self) -> str:
        return self.discount.coupon_id if self.discount else ""

    @property
    def coupon_end_time(self) -> datetime | None:
        return self.discount.end_time if self.discount else None

    @property
    def due(self) -> tuple[SubscriptionPeriodDue, datetime]:
        """What to schedule for the end of the present period."""
        due = SubscriptionPeriodDue(tenant_id=self.tenant_id, subscription_id=self.id, period_number=self.period_number)
        return due, self.period_end_time

    def waits(self, order: Order, wanted: EffectiveAt | None) -> bool:
        """Whether a change to this order waits for the period's end.

        Unless it is said: at once on a trial, or when a whole period costs more.
        """
        if wanted is not None:
            return wanted is EffectiveAt.PERIOD_END
        return self.state is not State.TRIALING and not order.costs_more_than(self.order)

    # --- changes ---------------------------------------------------------------------------------------------------

    def changed_now(self, order: Order, at: datetime) -> Subscription:
        """Subscribed to something else from this second on; a change that waited is dropped.

        Another interval begins a new period, with this second as its anchor; on a trial, one with the trial's end. So
        does an order that does not charge for all the usage that the present one does: what was used is charged by
        what it was used on. A period that began in this very second lasts for it.
        What is charged and credited is `change_lines` of the record before and after. Raises PaymentMethodNeeded.
        """
        self._must_run("change it")
        if order == self.order:
            return self if self.pending_change is None else self.but(pending_change=None, update_time=at)
        self._must_be_payable(order)
        moment = max(whole_second(at), self.period_start_time)
        trial = self.state is State.TRIALING
        anew = not trial and (order.interval is not self.interval or not order.sells_usage_of(self.order))
        if anew:
            moment = max(moment, self.period_start_time + _SECOND)
        after = self.but(pending_change=None, change_time=moment, update_time=at, **vars(order))
        if anew:
            after = after._anchored(moment)
        elif order.interval is not self.interval:
            after = after._on_trial_interval()
        return self._told(after, moment)

    def changed_later(self, order: Order, at: datetime) -> Subscription:
        """Subscribed to something else when the period ends; the present order again takes a waiting change back.

        Raises PaymentMethodNeeded.
        """
        self._must_run("change it")
        pending = None
        if order != self.order:
            self._must_be_payable(order)
            pending = PendingChange(effective_time=self.period_end_time, **vars(order))
        return self if pending == self.pending_change else self.but(pending_change=pending, update_time=at)

    def with_coupon(self, coupon: Coupon, at: datetime, at_once: bool = False) -> Subscription:
        """A coupon, instead of another: from this second when something is charged then and it is a percentage.

        Else from the beginning of the next period: an amount is taken off what opens a period, once.
        """
        self._must_run("give it a coupon")
        now = at_once and coupon.percent_micros > 0 and self.state is not State.TRIALING
        start = max(whole_second(at), self.period_start_time) if now else self.period_end_time
        after = self.but(discount=coupon.discount(start), update_time=at)
        return self._told(after, whole_second(at))

    def with_payment_method(self, payment_method_id: str, at: datetime) -> Subscription:
        self._must_live("give it a payment method")
        if payment_method_id == self.payment_method_id:
            return self
        return self.but(payment_method_id=payment_method_id, update_time=at)

    # --- payments --------------------------------------------------------------------------------------------------

    def activated(self, at: datetime) -> Subscription:
        """The first invoice is paid, or asks for nothing."""
        return self._moved(State.ACTIVE, at) if self.state is State.INCOMPLETE else self

    def abandoned(self, at: datetime) -> Subscription:
        """The time for the first payment is over."""
        return self._ended(at, ABANDONED) if self.state is State.INCOMPLETE else self

    def overdue(self, at: datetime) -> Subscription:
        """An invoice was not paid when it should have been."""
        return self._moved(State.PAST_DUE, at) if self.state is State.ACTIVE else self

    def suspended(self, at: datetime) -> Subscription:
        """Dunning ran out."""
        return self._moved(State.SUSPENDED, at) if self.state is State.PAST_DUE else self

    def recovered(self, at: datetime) -> Subscription:
        """Nothing is overdue any more. A period begins now, with a new anchor, if the last ended in a suspension."""
        if self.state is State.PAST_DUE:
            return self._moved(State.ACTIVE, at)
        if self.state is not State.SUSPENDED or self.on_trial:
            return self
        if at < self.period_end_time:
            return self._moved(State.ACTIVE, at)
        return self._restarted(at)

    # --- the end ---------------------------------------------------------------------------------------------------

    def cancelled(self, reason: str, at: datetime) -> Subscription:
        """Ended at once; the present period with it."""
        return self if self.state is State.CANCELLED else self._ended(at, reason)

    def cancelled_later(self, reason: str, at: datetime) -> Subscription:
        """Ends with the present period; at once when none is running."""
        if self.state not in RUNNING:
            return self.cancelled(reason, at)
        if self.cancel_at_period_end:
            return self
        return self.but(cancel_at_period_end=True, cancel_reason=reason, update_time=at)

    def paused_later(self, at: datetime) -> Subscription:
        """Neither billed nor usable from the end of the present period on."""
        if self.state is State.PAUSED or self.pause_at_period_end:
            return self
        self._must_run("pause it")
        return self.but(pause_at_period_end=True, update_time=at)

    def resumed(self, at: datetime) -> Subscription:
        """Takes back what waits for the period's end; or begins a period now, after a pause or an unpaid trial.

        Raises SubscriptionState for one that has ended, waits for a payment, or was suspended for an unpaid one,
        PaymentMethodNeeded after a trial without a method.
        """
        self._must_live("resume it")
        if self.state is State.PAUSED or (self.state is State.SUSPENDED and self.on_trial):
            if self.on_trial and self.costs and not self.payment_method_id:
                raise PaymentMethodNeeded
            return self._restarted(at)
        self._must_run("resume it")
        if not (self.cancel_at_period_end or self.pause_at_period_end):
            return self
        return self.but(cancel_at_period_end=False, pause_at_period_end=False, cancel_reason="", update_time=at)

    def restored(self, cancelled_for: str, at: datetime) -> Subscription:
        """Its tenant is there again: takes back a pause, and a cancellation for this reason, that wait for the period's
        end; begins a period now if it was paused. What else was decided stays so.
        """
        if self.state is State.PAUSED:
            return self._restarted(at)
        if self.state not in RUNNING:
            return self
        cancels = self.cancel_at_period_end and self.cancel_reason != cancelled_for
        if not self.pause_at_period_end and cancels == self.cancel_at_period_end:
            return self
        return self.but(
            pause_at_period_end=False,
            cancel_at_period_end=cancels,
            cancel_reason=self.cancel_reason if cancels else "",
            update_time=at,
        )

    def rolled(self, at: datetime) -> Rollover | None:
        """The end of the present period, as of that very moment however late it is looked at.

        None before it, and in states whose periods do not follow each other. A cancellation comes before a pause,
        both before a pending change. A trial without a payment method, of a plan that costs something, suspends.
        """
        end = self.period_end_time
        if at < end or self.state not in RUNNING:
            return None
        if self.cancel_at_period_end:
            return Rollover(self._ended(end, self.cancel_reason), self.period, None)
        if self.pause_at_period_end:
            return Rollover(self._moved(State.PAUSED, end, pause_at_period_end=False), self.period, None)
        after = self
        if change := self.pending_change:
            after = self.but(pending_change=None, **vars(change.order))
            if change.interval is not self.interval:
                after = (
                    after._on_trial_interval()
                    if self.state is State.TRIALING
                    else after.but(anchor_time=end, anchor_number=self.period_number + 1)
                )
        if self.state is State.TRIALING and after.costs and not self.payment_method_id:
            return Rollover(self._moved(State.SUSPENDED, end), self.period, None)
        begun = after.next_period
        state = State.ACTIVE if self.state is State.TRIALING else self.state
        after = after.but(
            state=state,
            period_number=begun.number,
            period_start_time=begun.start_time,
            period_end_time=begun.end_time,
            update_time=end,
        )
        return Rollover(self._told(after, end), self.period, begun)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _moved(self, state: State, at: datetime, **changes: object) -> Subscription:
        return self._told(self.but(state=state, update_time=at, **changes), at)

    def _ended(self, at: datetime, reason: str) -> Subscription:
        moment = whole_second(at)
        # A period has a length, also one that is cancelled in its first second.
        end = min(self.period_end_time, max(moment, self.period_start_time + _SECOND))
        after = self.but(
            live_key=None,
            state=State.CANCELLED,
            period_end_time=end,
            cancel_at_period_end=False,
            pause_at_period_end=False,
            cancel_time=moment,
            cancel_reason=reason,
            pending_change=None,
            update_time=at,
        )
        return self._told(after, moment)

    def _restarted(self, at: datetime) -> Subscription:
        """In a new period; a change that waited for the end of the last is made."""
        ordered = self.but(pending_change=None, **vars((self.pending_change or self).order))
        after = ordered._anchored(whole_second(at))
        discount = self.discount.begun_by(after.period_start_time) if self.discount else None
        return self._told(after.but(state=State.ACTIVE, discount=discount, update_time=at), at)

    def _anchored(self, moment: datetime) -> Subscription:
        """With a period that begins at the moment, which is its anchor."""
        number = self.period_number + 1
        period = Anchor(moment, self.interval, number).period(number)
        return self.but(
            anchor_time=moment,
            anchor_number=number,
            period_number=number,
            period_start_time=period.start_time,
            period_end_time=period.end_time,
        )

    def _on_trial_interval(self) -> Subscription:
        """With the trial's end as the anchor: a shorter first period of the old interval may not fit into the new."""
        return self.but(anchor_time=self.period_end_time, anchor_number=self.period_number + 1)

    def _told(self, after: Subscription, at: datetime) -> Subscription:
        """The record after, with its revenue; announced when somebody else may care."""
        mrr = monthly_minor(after.order, after.discount, at) if after.state in PAYING else 0
        after = after.but(mrr_minor=mrr)
        if (after.state, after.order, after.mrr_minor) == (self.state, self.order, self.mrr_minor):
            return after
        return after.but(announcement(after, self))

    def _must_run(self, action: str) -> None:
        if self.state not in RUNNING:
            raise SubscriptionState(state=self.state.name, action=action)

    def _must_be_payable(self, order: Order) -> None:
        """A trial goes on without a payment method: it suspends when it ends."""
        if order.costs and not self.payment_method_id and self.state is not State.TRIALING:
            raise PaymentMethodNeeded

    def _must_live(self, action: str) -> None:
        if self.state is State.CANCELLED:
            raise SubscriptionState(state=self.state.name, action=action)


def announcement(after: Subscription, before: Subscription | None = None) -> SubscriptionChanged:
    return SubscriptionChanged(
        tenant_id=after.tenant_id,
        subscription_id=after.id,
        state=after.state.name,
        plan_id=after.plan_id,
        plan_version=after.plan_version,
        interval=after.interval.name,
        seats=after.seats,
        previous_plan_id=before.plan_id if before else "",
        previous_state=before.state.name if before else "",
        mrr_minor=after.mrr_minor,
        previous_mrr_minor=before.mrr_minor if before else 0,
        currency=after.currency,
    )
