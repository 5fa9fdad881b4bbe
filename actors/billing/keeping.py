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

    Its id is `<tenant>:<period number>:<meter>:<day>:<shard>`. `quantity` is the sum of SUM meters, `highest` the
    highest value of MAX meters, `present` the last that was reported of a GAUGE.
    """

    period_number: int
    meter: str
    day: str
    quantity: int = 0
    highest: int = 0
    present: int = 0
    events: int = 0
    count_time: datetime | None = None
