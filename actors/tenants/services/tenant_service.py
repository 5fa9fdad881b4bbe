"""The provider's tenants."""

from __future__ import annotations

from datetime import UTC, timedelta

from actors.api.iam.v1 import ImpersonateRequest, SessionServiceStub
from actors.api.tenants.v1 import (
    CreateTenantRequest,
    DeleteTenantRequest,
    GetTenantRequest,
    ImpersonateTenantRequest,
    ImpersonateTenantResponse,
    ListTenantPlansRequest,
    ListTenantPlansResponse,
    ListTenantsRequest,
    ListTenantsResponse,
    RestoreTenantRequest,
    SuspendTenantRequest,
    TenantEntitlements,
    TenantPlan,
    TenantServiceServicer,
    UpdateTenantRequest,
)
from actors.api.tenants.v1 import (
    Tenant as TenantMessage,
)
from actors.kernel import wire
from actors.kernel.call import Call
from actors.kernel.entitlements import Entitled
from actors.kernel.mesh.dial import answer
from actors.kernel.module import Room
from actors.kernel.pages import page_request
from actors.kernel.store.contract import Between, Condition, Eq, In, Order, Words
from actors.kernel.store.unit import Store
from actors.tenants.domain.tenant import State, TenantPurgeDue, check_slug
from actors.tenants.intake import Intake
from actors.tenants.plans import Plans
from actors.tenants.settings import TenantsSettings
from actors.tenants.store import TenantsUnit

_FIELDS = {
    ListTenantsRequest.ORDER_UNSPECIFIED: "create_time",
    ListTenantsRequest.ORDER_NAME: "display_name",
    ListTenantsRequest.ORDER_CREATE_TIME: "create_time",
    ListTenantsRequest.ORDER_HEALTH: "health_score",
}
_SHOWN = tuple(state.name for state in State if state not in (State.DELETING, State.PURGED))
LARGEST_PAGE = 500


class TenantService(TenantServiceServicer):
    """The provider's tenants."""

    def __init__(self, room: Room, intake: Intake, plans: Plans) -> None:
        self.room, self.clock, self.intake, self.plans = room, room.clock, intake, plans
        self.settings: TenantsSettings = room.settings
        self.store: Store[TenantsUnit] = room.store

    async def CreateTenant(self, request: CreateTenantRequest, call: Call) -> TenantMessage:
        chosen = await self.plans.find(request.plan, call)
        async with self.store.unit(call) as unit:
            tenant = self.intake.begin(
                unit,
                slug=request.slug,
                display_name=request.display_name,
                plan=request.plan,
                chosen=chosen,
                admin_email=request.admin_email,
                admin_display_name=request.admin_display_name,
                locale=request.locale,
                time_zone=request.time_zone,
            )
            return unit.answer(wire.message(TenantMessage, tenant))

    async def ListTenants(self, request: ListTenantsRequest, call: Call) -> ListTenantsResponse:
        where: list[Condition] = []
        if request.query.strip():
            where.append(Words(request.query))
        if request.states:
            descriptor = TenantMessage.DESCRIPTOR.enum_types_by_name["State"]
            where.append(In("state", tuple(wire.enum_name(descriptor, number) for number in request.states)))
        elif not request.show_deleted:
            where.append(In("state", _SHOWN))
        if request.plan:
            where.append(Eq("plan", request.plan))
        if request.HasField("created_from") or request.HasField("created_to"):
            low = request.created_from.ToDatetime(UTC) if request.HasField("created_from") else None
            high = request.created_to.ToDatetime(UTC) if request.HasField("created_to") else None
            where.append(Between("create_time", low, high))
        order = Order(_FIELDS[request.order], descending=request.descending)
        async with self.store.unit(call) as unit:
            page = await unit.tenants.page(*where, order=order, request=request)
        return ListTenantsResponse(
            tenants=[wire.message(TenantMessage, tenant) for tenant in page.items],
            next_page_token=page.next_page_token,
        )

    async def GetTenant(self, request: GetTenantRequest, call: Call) -> TenantMessage:
        async with self.store.unit(call) as unit:
            tenant = wire.message(TenantMessage, await unit.tenants.get(request.id))
        if request.show_entitlements and (entitled := self.room.entitlements.of(tenant.id)) is not None:
            tenant.entitlements.CopyFrom(entitlements_message(entitled))
        return tenant

    async def UpdateTenant(self, request: UpdateTenantRequest, call: Call) -> TenantMessage:
        if request.HasField("slug"):
            check_slug(request.slug)
        tier = (await self.plans.find(request.plan, call)).tier if request.HasField("plan") else ""
        async with self.store.unit(call) as unit:
            tenant = await unit.tenants.get(request.id, request.etag)
            tenant = tenant.updated(
                self.clock.now(),
                display_name=request.display_name if request.HasField("display_name") else None,
                slug=request.slug if request.HasField("slug") else None,
            )
            if tier:
                tenant = tenant.replanned(request.plan, tier, self.clock.now())
            return wire.message(TenantMessage, unit.tenants.put(tenant))

    async def DeleteTenant(self, request: DeleteTenantRequest, call: Call) -> TenantMessage:
        async with self.store.unit(call) as unit:
            before = await unit.tenants.get(request.id, request.etag)
            tenant = unit.tenants.put(before.deleted(timedelta(days=self.settings.retention_days), self.clock.now()))
            if before.state is not State.DELETING and tenant.purge_time is not None:
                unit.schedule(
                    TenantPurgeDue(tenant_id=tenant.id),
                    name=f"purge.{tenant.id}",
                    when=tenant.purge_time + timedelta(seconds=1),  # schedules have whole seconds
                )
            return wire.message(TenantMessage, tenant)

    async def SuspendTenant(self, request: SuspendTenantRequest, call: Call) -> TenantMessage:
        async with self.store.unit(call) as unit:
            tenant = await unit.tenants.get(request.id, request.etag)
            tenant = unit.tenants.put(tenant.suspended(request.reason, self.clock.now()))
            return wire.message(TenantMessage, tenant)

    async def RestoreTenant(self, request: RestoreTenantRequest, call: Call) -> TenantMessage:
        async with self.store.unit(call) as unit:
            tenant = await unit.tenants.get(request.id, request.etag)
            return wire.message(TenantMessage, unit.tenants.put(tenant.restored(self.clock.now())))

    async def ListTenantPlans(self, request: ListTenantPlansRequest, call: Call) -> ListTenantPlansResponse:
        asked = page_request(request, call, self.room.sealer.key("pages"))
        size = request.page_size or LARGEST_PAGE
        plans = sorted((await self.plans.all(call)).items())
        if asked.after is not None:
            plans = [(id, plan) for id, plan in plans if id > asked.after[0]]
        shown = plans[:size]
        return ListTenantPlansResponse(
            plans=[
                TenantPlan(
                    id=id,
                    display_name=plan.display_name,
                    tier=plan.tier,
                    isolation=TenantMessage.Isolation.Value(f"ISOLATION_{plan.isolation}"),
                    calls_per_minute=plan.calls_per_minute,
                )
                for id, plan in shown
            ],
            next_page_token=asked.token((shown[-1][0],)) if len(plans) > size else "",
        )

    async def ImpersonateTenant(self, request: ImpersonateTenantRequest, call: Call) -> ImpersonateTenantResponse:
        async with self.store.unit(call) as unit:
            tenant = await unit.tenants.get(request.id)
        tenant.must_be_open("act for its people")
        asked = ImpersonateRequest(
            tenant_id=tenant.id,
            user_id=request.user_id,
            reason=request.reason,
            duration_minutes=request.duration_minutes,
            may_write=request.may_write,
        )
        started = await answer(self.room.mesh.dial("iam", SessionServiceStub).Impersonate, asked, call)
        response = ImpersonateTenantResponse(
            access_token=started.access_token,
            expire_time=started.access_expire_time,
            session_id=started.session_id,
            user_id=started.user.id,
            tenant=tenant.slug,
        )
        async with self.store.unit(call) as unit:
            return unit.answer(response)


def entitlements_message(entitled: Entitled) -> TenantEntitlements:
    return TenantEntitlements(
        plan_id=entitled.plan_id,
        usable=entitled.usable,
        limits=[
            TenantEntitlements.Limit(meter=meter, most=limit.most, charged_beyond=limit.charged_beyond)
            for meter, limit in sorted(entitled.limits.items())
        ],
        features=sorted(entitled.features),
    )
