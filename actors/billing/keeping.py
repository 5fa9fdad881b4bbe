"""Records that only bookkeeping itself needs: counters, marks and sums that no rule speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actors.kernel.records import Record


@dataclass(frozen=True, kw_only=True)
class InvoiceNumbers(Record):
    """How many numbers of a year are given out. Its id is the year; it is written with the invoice that takes one."""

    last: int = 0


@dataclass(frozen=True, kw_only=True)
class ProviderEventSeen(Record):
    """An event of a provider that was applied. Its id is `<provider>:<event>`."""

    expire_time: datetime


@dataclass(frozen=True, kw_only=True)
class SandboxEntry(Record):
    """One record of the sandbox; its id is the record's key, its version the record's revision."""

    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class UsageTotal(Record):
    """What was used of a meter on one day of one period, or the part of it that one shard counted.

    Its id is that of `total_id`. `quantity` is the sum of SUM meters, `highest` the highest value of MAX meters,
    `present` the last that was reported of a GAUGE, which has one shard.
    """

    subscription_id: str = ""
    """Empty for what was used without any."""
    period_number: int
    meter: str
    day: str
    quantity: int = 0
    highest: int = 0
    present: int = 0
    events: int = 0
    count_time: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BilledTenant(Record):
    """What Billing has to know of a tenant to write to it. Its id is the tenant's; followed from Tenants' events."""

    slug: str = ""
    display_name: str = ""


@dataclass(frozen=True, kw_only=True)
class UsageTold(Record):
    """How much of a day's usage was announced. Its id is `<tenant>:<meter>:<day>`."""

    quantity: int = 0
    expire_time: datetime


def total_id(owner: str, period_number: int, meter: str, day: str, shard: int) -> str:
    """`owner` is the subscription, or the tenant for what was used without one."""
    return f"{owner}:{period_number}:{meter}:{day}:{shard}"


def totals_between(owner: str, period_number: int) -> tuple[str, str]:
    """The ids of a period's totals: from the first, below the second."""
    return f"{owner}:{period_number}:", f"{owner}:{period_number};"
