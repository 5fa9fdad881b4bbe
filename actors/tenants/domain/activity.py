"""What a tenant does, counted by day, and how alive that makes it."""

from __future__ import annotations

from dataclasses import dataclass

from actors.kernel.records import Announcement, Record
from actors.tenants.domain.tenant import PaymentStatus

SIGN_IN_POINTS = 40
TREND_POINTS = 30
TICKET_POINTS = 10
PAYMENT_POINTS = 20


@dataclass(frozen=True, kw_only=True)
class ReviewDue(Announcement):
    """Time to measure and to score."""


@dataclass(frozen=True)
class Size:
    tenant_id: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class StorageMeasured(Announcement):
    """What tenants store, a moment ago."""

    sizes: tuple[Size, ...]


@dataclass(frozen=True, kw_only=True)
class TenantActivity(Record):
    """One tenant's day. The id is `<tenant>:<day>`."""

    day: str
    calls: int = 0
    failed_calls: int = 0
    active_users: int = 0
    storage_bytes: int = 0


@dataclass(frozen=True)
class Part:
    name: str
    points: int
    most_points: int
    explanation: str


@dataclass(frozen=True)
class Measures:
    """What a score is made of; the weeks are the last seven days and the seven before."""

    users: int
    active_user_days: int
    calls_this_week: int
    calls_last_week: int
    payment_status: PaymentStatus
    open_tickets: int = 0


def health(measures: Measures) -> tuple[int, tuple[Part, ...]]:
    """A score from 0 to 100 and its parts.

    sign_ins: 40 points when every user was there on five of the last seven days, in proportion below.
    call_trend: 30 points when this week has as many calls as the last, in proportion below; none without calls.
    tickets: 10 points, two fewer for each open ticket.
    payments: 20 points unless a payment is past due.
    """
    expected = max(measures.users, 1) * 5
    sign_ins = min(1.0, measures.active_user_days / expected)
    if measures.calls_this_week == 0:
        trend = 0.0
    elif measures.calls_last_week == 0:
        trend = 1.0
    else:
        trend = min(1.0, measures.calls_this_week / measures.calls_last_week)
    tickets = max(0, TICKET_POINTS - 2 * measures.open_tickets)
    paid = measures.payment_status is PaymentStatus.CURRENT
    parts = (
        Part(
            "sign_ins",
            round(SIGN_IN_POINTS * sign_ins),
            SIGN_IN_POINTS,
            f"{measures.active_user_days} active user days in seven days; {expected} would be full use by "
            f"{measures.users} users",
        ),
        Part(
            "call_trend",
            round(TREND_POINTS * trend),
            TREND_POINTS,
            f"{measures.calls_this_week} calls in seven days, {measures.calls_last_week} in the seven before",
        ),
        Part("tickets", tickets, TICKET_POINTS, f"{measures.open_tickets} open tickets"),
        Part(
            "payments",
            PAYMENT_POINTS if paid else 0,
            PAYMENT_POINTS,
            "all invoices are paid" if paid else "a payment is past due",
        ),
    )
    return sum(part.points for part in parts), parts
