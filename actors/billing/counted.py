"""Usage as it was counted: days of meters, put together from the parts that were counted side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from actors.billing.domain.meter import Aggregation, Meter, Reading, quantity_of
from actors.billing.keeping import UsageTotal
from actors.billing.store import BillingUnit
from actors.kernel.store.contract import Between, Condition, Eq, Order


@dataclass(frozen=True)
class Counted:
    """What was used of one meter: by day, days rising, and how many events that was."""

    meter: Meter
    days: tuple[Reading, ...]
    events: int

    @property
    def quantity(self) -> int:
        return quantity_of(self.meter.aggregation, self.days)


async def counted(unit: BillingUnit, meters: Mapping[str, Meter], tenant_id: str, *where: Condition) -> list[Counted]:
    """What a tenant used, of the totals that meet the conditions, by meter. One row a day, however many shards."""
    rows = await unit.usage_totals.of(tenant_id).group(
        *where, by=["meter", "day"], sums=["quantity", "events"], highest=["highest", "present", "count_time"]
    )
    found: dict[str, list[tuple[Reading, int]]] = {}
    for row in sorted(rows, key=lambda row: (row["meter"], row["day"])):
        if (meter := meters.get(row["meter"])) is not None:
            reading = Reading(row["day"], int(row[_FIELDS[meter.aggregation]] or 0), row["count_time"])
            found.setdefault(meter.id, []).append((reading, int(row["events"])))
    return [
        Counted(meters[id], tuple(reading for reading, _ in parts), sum(events for _, events in parts))
        for id, parts in found.items()
    ]


_FIELDS = {Aggregation.SUM: "quantity", Aggregation.MAX: "highest", Aggregation.GAUGE: "present"}


async def level_before(unit: BillingUnit, tenant_id: str, meter: str, moment: datetime) -> UsageTotal | None:
    """What a GAUGE stood at when the moment came: the total that says so, None when none was reported before."""
    found = await unit.usage_totals.of(tenant_id).select(
        Eq("meter", meter),
        Between("day", None, moment.date().isoformat() + "~"),
        Between("count_time", None, moment),
        order=Order("day", descending=True),
        limit=3,
    )
    return max(found, key=lambda one: (one.day, one.count_time), default=None)
