"""How a subscription begins, and the moment that a change of it is computed for."""

from __future__ import annotations

from datetime import datetime, timedelta

from actors.billing.domain.coupon import Coupon
from actors.billing.domain.order import Order
from actors.billing.domain.period import Anchor, Period, shifted, whole_second
from actors.billing.domain.subscription import Subscription, announcement
from actors.billing.domain.subscription_state import PaymentMethodNeeded, State
from actors.kernel.errors import InvalidArgument, InvalidFields, Violation

PREVIEW_SECONDS = 600
"""How old the moment of a preview may be."""


class PreviewStale(InvalidArgument):
    message = "the preview {problem}; preview again"


def new_subscription(
    *,
    id: str,
    tenant_id: str,
    order: Order,
    currency: str,
    at: datetime,
    trial_days: int = 0,
    trial_without_method: bool = False,
    payment_method_id: str = "",
    coupon: Coupon | None = None,
    anchor: datetime | None = None,
) -> Subscription:
    """A subscription that begins now: TRIALING, INCOMPLETE until its first invoice is paid, or ACTIVE at once.

    ACTIVE when nothing is charged in advance; one whose first invoice asks for nothing, by a coupon or credit, is
    `activated` by the caller. `anchor` ends the first period that is charged early. Raises PaymentMethodNeeded where
    something may be owed, InvalidFields for an anchor that is not within the first interval.
    """
    begin = whole_second(at)
    if order.costs and not payment_method_id and not (trial_days and trial_without_method):
        raise PaymentMethodNeeded
    trial_end = begin + timedelta(days=trial_days) if trial_days else None
    charged = trial_end or begin
    first = 2 if trial_end else 1
    start, number = charged, first
    if anchor is not None and (asked := whole_second(anchor)) != charged:
        if not charged < asked <= shifted(charged, order.interval, 1):
            text = f"periods begin within one {order.interval.name} of the first"
            raise InvalidFields(Violation("anchor_time", text, "ANCHOR_TOO_FAR"))
        start, number = asked, first + 1
    if trial_end is not None:
        period = Period(1, begin, trial_end)
    elif number > first:
        period = Period(1, begin, start)
    else:
        period = Anchor(start, order.interval).period(1)
    state = State.TRIALING if trial_end else State.INCOMPLETE if order.recurring_micros else State.ACTIVE
    subscription = Subscription(
        id=id,
        tenant_id=tenant_id,
        live_key=tenant_id,
        state=state,
        currency=currency,
        anchor_time=start,
        anchor_number=number,
        period_start_time=period.start_time,
        period_end_time=period.end_time,
        trial_end_time=trial_end,
        discount=coupon.discount(charged) if coupon else None,
        payment_method_id=payment_method_id,
        create_time=at,
        update_time=at,
        **vars(order),
    )
    return subscription.but(announcement(subscription))


def moment_of_change(preview_time: datetime | None, subscription: Subscription, now: datetime) -> datetime:
    """The second that a change is prorated for: that of its preview, or now.

    Raises PreviewStale for a preview of more than ten minutes ago, of a time to come, from before the present period
    or the last change; and once the period has ended, which has to be rolled over first.
    """
    # A period that a change began may be a second ahead.
    moment = max(whole_second(now), subscription.period_start_time)
    if moment >= subscription.period_end_time:
        raise PreviewStale(problem="is of a period that has just ended")
    if preview_time is None:
        return moment
    preview = whole_second(preview_time)
    if preview > moment:
        raise PreviewStale(problem="is of a time to come")
    if moment - preview > timedelta(seconds=PREVIEW_SECONDS):
        raise PreviewStale(problem="is more than ten minutes old")
    if preview < subscription.period_start_time:
        raise PreviewStale(problem="is of a period that has ended")
    if subscription.change_time is not None and preview < subscription.change_time:
        raise PreviewStale(problem="is from before the last change")
    return preview
