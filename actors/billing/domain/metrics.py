"""Numbers about the business, from the history of subscriptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.money import MICROS, divide_half_even
from actors.billing.domain.period import in_utc, months_after
from actors.billing.domain.subscription import Subscription
from actors.billing.domain.subscription_state import State
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
        return micros_of(self.churned_subscribers, self.previous_subscribers)


@dataclass(frozen=True)
class Conversion:
    from_plan_id: str
    to_plan_id: str
    subscriptions: int
    upgrade: bool


@dataclass(frozen=True)
class Change:
    """So many changes of one kind, of subscriptions that were paid for before and after."""

    from_plan_id: str
    to_plan_id: str
    mrr_minor: int
    previous_mrr_minor: int
    count: int = 1


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


def months_back(
    names: Sequence[str], present: Mapping[str, int], changes: Sequence[Mapping[str, int]]
) -> tuple[Month, ...]:
    """Months in a row, from what each tenant brings a month now, and what each month changed of that.

    `names` rise and `changes` go with them; what a tenant brought before is what it brings less what changed since.
    So nobody has to know the history, however long it is.
    """
    revenue = {tenant: mrr for tenant, mrr in present.items() if mrr}
    total, found = sum(revenue.values()), []
    for name, change in zip(reversed(names), reversed(changes), strict=True):
        new = expansion = contraction = churned = lost = 0
        mrr, subscribers = total, len(revenue)
        for tenant, moved in change.items():
            if not moved:
                continue
            now = revenue.get(tenant, 0)
            was = now - moved
            total -= moved
            if not was:
                new += now
                del revenue[tenant]
                continue
            revenue[tenant] = was
            if not now:
                churned -= was
                lost += 1
            elif moved > 0:
                expansion += moved
            else:
                contraction += moved
        found.append(Month(name, mrr, new, expansion, contraction, churned, lost, subscribers, len(revenue)))
    return tuple(reversed(found))


def annual_minor(mrr_minor: int) -> int:
    """Annual recurring revenue: 12 times that of a month."""
    return 12 * mrr_minor


def average_minor(month: Month) -> int:
    """Recurring revenue of a subscriber, rounded half-even; 0 without any."""
    return divide_half_even(month.mrr_minor, month.subscribers) if month.subscribers else 0


def churn_micros(months: Sequence[Month]) -> int:
    """Of the last whole month, in millionths; 0 while there is none."""
    return months[-2].churn_micros if len(months) > 1 else 0


def conversions(changes: Iterable[Change]) -> tuple[Conversion, ...]:
    """Changes from plan to plan, most frequent first; an upgrade brings more a month than before."""
    counted: Counter[tuple[str, str, bool]] = Counter()
    for one in changes:
        if one.from_plan_id not in ("", one.to_plan_id):
            counted[one.from_plan_id, one.to_plan_id, one.mrr_minor > one.previous_mrr_minor] += one.count
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Conversion(before, after, count, up) for (before, after, up), count in ordered)


def micros_of(part: int, whole: int) -> int:
    """A share in millionths, rounded half-even; 0 of nothing."""
    return divide_half_even(part * MICROS, whole) if whole else 0
