"""Numbers about tenants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actors.api.tenants.v1 import (
    GetTenantHealthRequest,
    GetTenantMetricsRequest,
    ListTenantActivityRequest,
    ListTenantActivityResponse,
    TenantHealth,
    TenantMetrics,
    TenantMetricsServiceServicer,
)
from actors.api.tenants.v1 import (
    Tenant as TenantMessage,
)
from actors.api.tenants.v1 import (
    TenantActivity as TenantActivityMessage,
)
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.module import Room
from actors.kernel.store.contract import Between, Eq, In, Order
from actors.kernel.store.unit import Store
from actors.tenants.domain.tenant import State
from actors.tenants.review import Review
from actors.tenants.store import TenantsUnit

DEFAULT_DAYS = 30
TOP = 10
_BAND = 20


class TenantMetricsService(TenantMetricsServiceServicer):
    """Growth, distribution, health and use; all from what was recorded."""

    def __init__(self, room: Room, review: Review) -> None:
        self.clock, self.review = room.clock, review
        self.store: Store[TenantsUnit] = room.store

    async def GetTenantMetrics(self, request: GetTenantMetricsRequest, call: Call) -> TenantMetrics:
        today = self.clock.now().date()
        days = [(today - timedelta(days=n)).isoformat() for n in range((request.days or DEFAULT_DAYS) - 1, -1, -1)]
        in_period = Between("day", days[0], "9999")
        living = In("state", tuple(s.name for s in State if s not in (State.DELETING, State.PURGED)))
        async with self.store.unit(call) as unit:
            created = {r["create_day"]: r["count"] for r in await unit.tenants.group(by=["create_day"])}
            deleted = {r["delete_day"]: r["count"] for r in await unit.tenants.group(by=["delete_day"])}
            plans = await unit.tenants.group(living, by=["plan"])
            states = {r["state"]: r["count"] for r in await unit.tenants.group(by=["state"])}
            scores = await unit.tenants.group(In("state", (State.ACTIVE.name,)), by=["health_score"])
            use = await unit.activity.group(in_period, by=["tenant_id"], sums=["calls", "active_users"])
            top: list[dict[str, Any]] = sorted(use, key=lambda r: (-r["calls"], r["tenant_id"]))[:TOP]
            names = {
                t.id: t.display_name
                for t in await unit.tenants.select(In("id", tuple(r["tenant_id"] for r in top)), limit=TOP)
            }
            storage = {r["tenant_id"]: await self._storage(unit, r["tenant_id"]) for r in top}
        deleted.pop("", None)
        total = sum(n for day, n in created.items() if day < days[0])
        total -= sum(n for day, n in deleted.items() if day < days[0])
        growth = []
        for day in days:
            total += created.get(day, 0) - deleted.get(day, 0)
            growth.append(
                TenantMetrics.Growth(day=day, created=created.get(day, 0), deleted=deleted.get(day, 0), total=total)
            )
        bands = dict.fromkeys(range(0, 100, _BAND), 0)
        for row in scores:
            bands[min(row["health_score"] // _BAND * _BAND, 100 - _BAND)] += row["count"]
        return TenantMetrics(
            growth=growth,
            plans=[TenantMetrics.PlanCount(plan=r["plan"], tenants=r["count"]) for r in plans],
            states=[
                TenantMetrics.StateCount(
                    state=TenantMessage.State.Value(f"STATE_{s.name}"), tenants=states.get(s.name, 0)
                )
                for s in State
            ],
            health=[TenantMetrics.HealthBand(from_score=low, tenants=n) for low, n in bands.items()],
            top_tenants=[
                TenantMetrics.ResourceUse(
                    tenant_id=r["tenant_id"],
                    display_name=names[r["tenant_id"]],
                    calls=r["calls"],
                    active_user_days=r["active_users"],
                    storage_bytes=storage[r["tenant_id"]],
                )
                for r in top
                if r["tenant_id"] in names
            ],
        )

    async def _storage(self, unit: TenantsUnit, tenant_id: str) -> int:
        """The tenant's last measured size; days without a measurement have none."""
        newest = Order("day", descending=True)
        recent = await unit.activity.select(Eq("tenant_id", tenant_id), order=newest, limit=7)
        return next((one.storage_bytes for one in recent if one.storage_bytes), 0)

    async def GetTenantHealth(self, request: GetTenantHealthRequest, call: Call) -> TenantHealth:
        async with self.store.unit(call) as unit:
            tenant = await unit.tenants.get(request.tenant_id)
            score, parts = await self.review.score(unit, tenant)
        return TenantHealth(
            tenant_id=tenant.id,
            score=score,
            parts=[wire.message(TenantHealth.Part, part) for part in parts],
            payment_status=TenantMessage.PaymentStatus.Value(f"PAYMENT_STATUS_{tenant.payment_status.name}"),
        )

    async def ListTenantActivity(self, request: ListTenantActivityRequest, call: Call) -> ListTenantActivityResponse:
        async with self.store.unit(call) as unit:
            await unit.tenants.get(request.tenant_id)
            page = await unit.activity.page(order=Order("day", descending=True), request=request)
        return ListTenantActivityResponse(
            activities=[wire.message(TenantActivityMessage, one) for one in page.items],
            next_page_token=page.next_page_token,
        )
