"""What invented tenants use: their calls, people and bytes, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from actors.billing.domain.billed_period import BilledPeriod
from actors.billing.domain.usage import Quantity, UsageLog, usage_log_id
from actors.billing.keeping import UsageTotal, total_id
from actors.kernel.demo import Demo, DemoTenant

MACHINE_SHARE = 0.6
"""What of a tenant's calls its programs make."""
_NOON = time(12, tzinfo=UTC)


class LivedUsage:
    """One tenant's usage, counted at noon of each day."""

    def __init__(self, demo: Demo, tenant: DemoTenant) -> None:
        self.tenant = tenant
        self.days = [(day, int(calls * MACHINE_SHARE)) for day, calls, _, _ in demo.activity(tenant)]

    def users(self, at: datetime) -> int:
        return sum(user.create_time <= at for user in self.tenant.users)

    def totals(self, period: BilledPeriod) -> Iterator[UsageTotal]:
        """What was counted on each day whose noon lies in the period."""
        people, size = 0, 0
        for day, calls in self.days:
            noon = datetime.combine(datetime.fromisoformat(day).date(), _NOON)
            size += 150 * calls
            users = sum(user.create_time <= noon for user in self.tenant.users)
            if period.start_time <= noon < period.end_time:
                counted: dict[str, dict[str, Any]] = {"storage_bytes": {"present": size + 20_000 * users}}
                if calls:
                    counted["api_calls"] = {"quantity": calls, "events": calls}
                if users != people:
                    counted["users"] = {"present": users}
                for meter, amounts in counted.items():
                    yield UsageTotal(
                        id=total_id(period.subscription_id, period.number, meter, day, 0),
                        tenant_id=self.tenant.id,
                        subscription_id=period.subscription_id,
                        period_number=period.number,
                        meter=meter,
                        day=day,
                        count_time=noon,
                        **amounts,
                    )
            people = users

    def frozen(self, period: BilledPeriod, at: datetime) -> list[UsageLog]:
        """The totals as `freezing.frozen` freezes them."""
        found: dict[str, list[UsageTotal]] = {}
        for total in self.totals(period):
            found.setdefault(total.meter, []).append(total)
        if "users" not in found:
            found["users"] = []
        logs = []
        for meter, totals in sorted(found.items()):
            gauge = meter != "api_calls"
            days = tuple(Quantity(meter, one.day, one.present if gauge else one.quantity) for one in totals)
            quantity = sum(day.quantity for day in days)
            if gauge:
                quantity = days[-1].quantity if days else self.users(period.end_time)
            logs.append(
                UsageLog(
                    id=usage_log_id(period.subscription_id, period.number, meter),
                    tenant_id=self.tenant.id,
                    subscription_id=period.subscription_id,
                    period_number=period.number,
                    meter=meter,
                    quantity=quantity,
                    events=sum(one.events for one in totals),
                    days=days,
                    freeze_time=at,
                )
            )
        return logs
