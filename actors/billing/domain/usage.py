"""Usage: when an event counts, in which period, how it goes on, and what a plan leaves of it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from actors.billing.domain.meter import Aggregation, Meter, Reading, quantity_of
from actors.billing.domain.money import divide_half_even
from actors.billing.domain.period import Period, in_utc
from actors.billing.domain.terms import Beyond, Limit
from actors.kernel.errors import InvalidArgument, LimitReached
from actors.kernel.records import Announcement, Record

OLDEST = timedelta(days=35)
"""How far back an event may lie, and how long its id is remembered at least."""
AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead."""
GRACE = timedelta(hours=1)
"""How long after its end a period with metered prices takes events, unless settings say otherwise."""
TREND_SHARE = 20
"""A forecast needs one part in so many of the period to have passed."""


class EventTime(InvalidArgument):
    message = "the event {event} is {problem}"


@dataclass(frozen=True)
class Quantity:
    """What was used of a meter on one day, YYYY-MM-DD in UTC."""

    meter: str
    day: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class UsageRecorded(Announcement):
    tenant_id: str
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True, kw_only=True)
class UsageEvent(Record):
    """One thing that was used, and where it was counted. Its id is that of `event_id`: it counts once."""

    sender_id: str
    """As its sender named it."""
    meter: str
    quantity: int
    occur_time: datetime
    arrive_time: datetime
    subject: str = ""
    period_number: int = 0
    expire_time: datetime | None = None
    """When its id may be forgotten: OLDEST after it can no longer be sent, at the earliest."""


@dataclass(frozen=True, kw_only=True)
class UsageLog(Record):
    """What was used in a closed period, frozen: what its invoice is computed from, now and ever again.

    Its id is `<subscription>:<period number>:<meter>`.
    """

    subscription_id: str
    period_number: int
    meter: str
    quantity: int
    events: int = 0
    days: tuple[Quantity, ...] = ()
    freeze_time: datetime


def event_id(tenant_id: str, sender_id: str) -> str:
    """What makes an event one and the same: another tenant may choose the same id.

    128 bits of a hash (BLAKE2b, RFC 7693), so that the index of ids is as small as it can be whatever senders choose:
    it is written in no order at all, and has to fit into the database's memory. Among 10^12 events the chance of two
    with one hash is below 10^-14.
    """
    digest = blake2b(f"{tenant_id}:{sender_id}".encode(), digest_size=16).digest()
    return urlsafe_b64encode(digest)[:22].decode()


def usage_log_id(subscription_id: str, period_number: int, meter: str) -> str:
    return f"{subscription_id}:{period_number}:{meter}"


def occurred(event: str, occur_time: datetime | None, arrive_time: datetime) -> datetime:
    """When the event counts: when it occurred, or arrived if it does not say. Raises EventTime.

    One from a clock that is a little ahead counts when it arrived, so that nothing is ever used in the future.
    """
    if occur_time is None:
        return in_utc(arrive_time)
    moment, arrived = in_utc(occur_time), in_utc(arrive_time)
    if moment < arrived - OLDEST:
        raise EventTime(event=event, problem=f"older than {OLDEST.days} days")
    if moment > arrived + AHEAD:
        raise EventTime(event=event, problem=f"more than {AHEAD.seconds // 60} minutes ahead")
    return min(moment, arrived)


def assigned(occur_time: datetime, arrive_time: datetime, periods: Sequence[Period], grace: timedelta) -> int:
    """The number of the period that an event counts in, whoever computes it and when.

    That in which it occurred, if it arrived before that was over and `grace` past; else that in which it arrived. In
    a time without a period, such as a pause, the next to come. `periods` are those of the tenant that may still be
    open, rising. Raises ValueError without any.
    """
    if not periods:
        raise ValueError("there is no period to count in")
    for period in periods:
        if occur_time in period and arrive_time < period.end_time + grace:
            return period.number
    return next((period.number for period in periods if arrive_time < period.end_time), periods[-1].number + 1)


def forecast(
    aggregation: Aggregation, days: Sequence[Reading], period: Period, now: datetime, at_start: int | None = None
) -> int:
    """The quantity at the period's end, by its trend so far; -1 while too little of it has passed.

    A sum goes on at its average rate; the highest value stays; a present value goes on as it did since the start,
    where `at_start` it was so much, never below 0.
    """
    passed = period.seconds - period.seconds_left(now)
    if passed * TREND_SHARE < period.seconds:
        return -1
    quantity = quantity_of(aggregation, days)
    left = period.seconds - passed
    if aggregation is Aggregation.SUM:
        return quantity + divide_half_even(quantity * left, passed)
    if aggregation is Aggregation.MAX or not days:
        return quantity
    first = days[0].quantity if at_start is None else at_start
    return max(0, quantity + divide_half_even((quantity - first) * left, passed))


@dataclass(frozen=True)
class Allowance:
    """What a plan leaves of a meter: `most` and `left` are -1 without a limit, `left` never below 0 else."""

    most: int
    left: int
    overage_charged: bool


def allowance(limit: Limit | None, used: int) -> Allowance:
    if limit is None:
        return Allowance(-1, -1, False)
    return Allowance(limit.most, max(0, limit.most - used), limit.beyond is Beyond.CHARGE)


def check_limit(meter: Meter, limit: Limit | None, used: int, more: int = 1) -> None:
    """Raises LimitReached when so many more are refused; not where more is charged instead.

    Of a highest value `more` is the value itself.
    """
    then = max(used, more) if meter.aggregation is Aggregation.MAX else used + more
    if limit is None or limit.beyond is Beyond.CHARGE or then <= limit.most:
        return
    wait = " or wait for the next period" if meter.within_period else " or remove some"
    raise LimitReached(meter=meter.id, most=limit.most, used=used, remedy=f"change to a larger plan{wait}")
