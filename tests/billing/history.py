"""Numbers about the business as they follow from the whole history: slow, and plain enough to be believed.

What Billing answers is added up by its stores; it must be the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from actors.billing.domain.metrics import Change, Month, Movement, PlanShare, micros_of, month_starts
from actors.billing.domain.subscription_state import PAYING, State


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
    return micros_of(len(paying), len(ended))


def changes_of(history: Iterable[Movement], since: datetime, until: datetime) -> list[Change]:
    """Those of subscriptions that were paid for before and after, one by one."""
    return [
        Change(one.previous_plan_id, one.plan_id, one.mrr_minor, one.previous_mrr_minor)
        for one in history
        if since <= one.move_time < until and one.previous_state in PAYING and one.state in PAYING
    ]


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
