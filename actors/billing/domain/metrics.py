"""Numbers about the business, from the history of subscriptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from actors.billing.domain.money import MICROS, divide_half_even
from actors.billing.domain.period import in_utc, months_after
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import PAYING, State
from actors.kernel.records import Record


@dataclass(frozen=True, kw_only=True)
class Movement(Record):
    """One change of a subscription that shows in the numbers. Never changed, never removed."""

    subscription_id: str
    move_time: datetime
    state: State
    previous_state: State | None = None
    plan_id: str
    previous_plan_id: str = ""
    mrr_minor: int
    previous_mrr_minor: int = 0
    currency: str


@dataclass(frozen=True)
class Month:
    """One month in UTC, YYYY-MM: mrr at its end = at its beginning + new + expansion + contraction + churned.

    Each subscriber, a tenant, is in one of the four, by its net change; contraction and churn are negative.
    """

    month: str
    mrr_minor: int = 0
    new_minor: int = 0
    expansion_minor: int = 0
    contraction_minor: int = 0
    churned_minor: int = 0
    churned_subscribers: int = 0
    subscribers: int = 0
    previous_subscribers: int = 0
    """At its beginning."""

    @property
    def churn_micros(self) -> int:
        """Subscribers lost of those at its beginning, in millionths; 0 without any."""
        return _micros(self.churned_subscribers, self.previous_subscribers)


@dataclass(frozen=True)
class Conversion:
    from_plan_id: str
    to_plan_id: str
    subscriptions: int
    upgrade: bool


@dataclass(frozen=True)
class PlanShare:
    plan_id: str
    subscriptions: int
    mrr_minor: int


def movement(id: str, before: Subscription | None, after: Subscription, at: datetime) -> Movement | None:
    """What to keep of a change, None when nothing of it shows. Several changes of one unit are one movement."""
    shown = (after.state, after.plan_id, after.mrr_minor)
    if before is not None and shown == (before.state, before.plan_id, before.mrr_minor):
        return None
    return Movement(
        id=id,
        tenant_id=after.tenant_id,
        subscription_id=after.id,
        move_time=at,
        state=after.state,
        previous_state=before.state if before else None,
        plan_id=after.plan_id,
        previous_plan_id=before.plan_id if before else "",
        mrr_minor=after.mrr_minor,
        previous_mrr_minor=before.mrr_minor if before else 0,
        currency=after.currency,
    )


def month_starts(now: datetime, months: int) -> tuple[datetime, ...]:
    """The beginnings of so many months, the present one last, and of the one to come."""
    present = in_utc(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return tuple(months_after(present, n) for n in range(1 - months, 2))


def by_month(history: Iterable[Movement], currency: str, now: datetime, months: int) -> tuple[Month, ...]:
    """Recurring revenue of so many months in one currency, the present one, up to now, last.

    `history` is all of it: what was before the first month is what that begins with.
    """
    starts = month_starts(now, months)
    known = sorted((m for m in history if m.currency == currency), key=_order)
    # Subscription → what it brings a month.
    revenue: dict[str, int] = {}
    tenants: dict[str, str] = {}
    found = []
    at = 0
    before: dict[str, int] = {}
    for n in range(-1, months):
        end = starts[n + 1]
        while at < len(known) and known[at].move_time < end:
            revenue[known[at].subscription_id] = known[at].mrr_minor
            tenants[known[at].subscription_id] = known[at].tenant_id
            at += 1
        after: dict[str, int] = {}
        for subscription, mrr in revenue.items():
            if mrr:
                after[tenants[subscription]] = after.get(tenants[subscription], 0) + mrr
        if n >= 0:
            found.append(_month(starts[n].strftime("%Y-%m"), before, after))
        before = after
    return tuple(found)


def _month(name: str, before: dict[str, int], after: dict[str, int]) -> Month:
    month = Month(name, sum(after.values()), subscribers=len(after), previous_subscribers=len(before))
    for tenant in {*before, *after}:
        was, now = before.get(tenant, 0), after.get(tenant, 0)
        if not was:
            month = replace(month, new_minor=month.new_minor + now)
        elif not now:
            month = replace(
                month,
                churned_minor=month.churned_minor - was,
                churned_subscribers=month.churned_subscribers + 1,
            )
        elif now > was:
            month = replace(month, expansion_minor=month.expansion_minor + now - was)
        else:
            month = replace(month, contraction_minor=month.contraction_minor + now - was)
    return month


def annual_minor(mrr_minor: int) -> int:
    """Annual recurring revenue: 12 times that of a month."""
    return 12 * mrr_minor


def average_minor(month: Month) -> int:
    """Recurring revenue of a subscriber, rounded half-even; 0 without any."""
    return divide_half_even(month.mrr_minor, month.subscribers) if month.subscribers else 0


def churn_micros(months: Sequence[Month]) -> int:
    """Of the last whole month, in millionths; 0 while there is none."""
    return months[-2].churn_micros if len(months) > 1 else 0


def trial_conversion_micros(history: Iterable[Movement], since: datetime, until: datetime) -> int:
    """Trials that ended in [since, until) and became paying subscriptions, in millionths of all that ended then.

    One that pays later, still before `until`, counts too.
    """
    ended: set[str] = set()
    paying: set[str] = set()
    for one in sorted(history, key=_order):
        if not since <= one.move_time < until:
            continue
        if one.previous_state is State.TRIALING and one.state is not State.TRIALING:
            ended.add(one.subscription_id)
        if one.subscription_id in ended and one.state in PAYING and one.mrr_minor:
            paying.add(one.subscription_id)
    return _micros(len(paying), len(ended))


def conversions(history: Iterable[Movement], since: datetime, until: datetime) -> tuple[Conversion, ...]:
    """Changes from plan to plan in [since, until), most frequent first; an upgrade brings more a month than before.

    Of subscriptions that are paid for, before and after: what a trial tries out is no conversion.
    """
    counted = Counter(
        (one.previous_plan_id, one.plan_id, one.mrr_minor > one.previous_mrr_minor)
        for one in history
        if since <= one.move_time < until
        and one.previous_plan_id not in ("", one.plan_id)
        and one.previous_state in PAYING
        and one.state in PAYING
    )
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Conversion(before, after, count, up) for (before, after, up), count in ordered)


def plan_shares(history: Iterable[Movement], currency: str) -> tuple[PlanShare, ...]:
    """Subscriptions that are paid for, by plan, the most revenue first."""
    last: dict[str, Movement] = {}
    for one in sorted((m for m in history if m.currency == currency), key=_order):
        last[one.subscription_id] = one
    plans: dict[str, PlanShare] = {}
    for one in last.values():
        if one.state in PAYING:
            share = plans.get(one.plan_id, PlanShare(one.plan_id, 0, 0))
            plans[one.plan_id] = PlanShare(one.plan_id, share.subscriptions + 1, share.mrr_minor + one.mrr_minor)
    return tuple(sorted(plans.values(), key=lambda share: (-share.mrr_minor, share.plan_id)))


def _order(one: Movement) -> tuple[datetime, str]:
    return one.move_time, one.id


def _micros(part: int, whole: int) -> int:
    return divide_half_even(part * MICROS, whole) if whole else 0
