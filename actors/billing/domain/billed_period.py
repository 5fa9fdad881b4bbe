"""A subscription's periods as they were: what usage is counted in, and by which terms it is rated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from actors.billing.domain.period import Interval, Period
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import SubscriptionPeriodDue
from actors.kernel.records import Record


@dataclass(frozen=True, kw_only=True)
class BilledPeriod(Record):
    """One period. Its id is `<subscription>:<number>`.

    The order is the one in force when it ends: `in_step` follows every change. Once closed, its usage is frozen and
    charged, and it never changes again.
    """

    subscription_id: str
    number: int
    start_time: datetime
    end_time: datetime
    whole_seconds: int
    """The interval that it is, or is a part of."""
    plan_id: str
    plan_version: int
    interval: Interval
    currency: str
    seats: int
    trial: bool
    """Its usage costs nothing."""
    close_time: datetime | None = None

    @property
    def period(self) -> Period:
        return Period(self.number, self.start_time, self.end_time)

    def closed(self, at: datetime) -> BilledPeriod:
        """The same record when it is closed already: whoever closes it charges its usage, nobody else."""
        return self if self.close_time is not None else self.but(close_time=at)

    def closable(self, at: datetime, grace: timedelta) -> bool:
        """Whether no more events can come into it."""
        return self.close_time is None and at >= self.end_time + grace

    def due(self, grace: timedelta) -> tuple[SubscriptionPeriodDue, datetime]:
        """What to schedule for closing it, when its plan has metered prices."""
        due = SubscriptionPeriodDue(
            tenant_id=self.tenant_id, subscription_id=self.subscription_id, period_number=self.number
        )
        return due, self.end_time + grace


def period_id(subscription_id: str, number: int) -> str:
    return f"{subscription_id}:{number}"


def billed_period(subscription: Subscription) -> BilledPeriod:
    """The present period of a subscription, as a record to keep when it begins."""
    return BilledPeriod(
        id=period_id(subscription.id, subscription.period_number),
        tenant_id=subscription.tenant_id,
        subscription_id=subscription.id,
        number=subscription.period_number,
        start_time=subscription.period_start_time,
        end_time=subscription.period_end_time,
        whole_seconds=subscription.whole_seconds,
        plan_id=subscription.plan_id,
        plan_version=subscription.plan_version,
        interval=subscription.interval,
        currency=subscription.currency,
        seats=subscription.seats,
        trial=subscription.on_trial,
    )


def in_step(kept: BilledPeriod, subscription: Subscription) -> BilledPeriod:
    """The kept period after a change of the subscription, which it is the present or the last period of.

    With the new order; or, when the change began another period or ended the subscription, cut short under the old
    one: what was used until then was used on it.
    """
    if subscription.period_number != kept.number:
        end = max(min(kept.end_time, subscription.period_start_time), kept.start_time + timedelta(seconds=1))
        return kept if end == kept.end_time else kept.but(end_time=end)
    changed = kept.but(
        plan_id=subscription.plan_id,
        plan_version=subscription.plan_version,
        interval=subscription.interval,
        seats=subscription.seats,
        end_time=subscription.period_end_time,
    )
    return kept if changed == kept else changed
