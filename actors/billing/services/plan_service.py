"""The catalogue of plans."""

from __future__ import annotations

from datetime import UTC

from actors.api.billing.v1 import (
    ArchivePlanRequest,
    CreatePlanRequest,
    GetPlanRequest,
    ListPlansRequest,
    ListPlansResponse,
    ListPlanVersionsRequest,
    ListPlanVersionsResponse,
    PlanServiceServicer,
    PublishPlanRequest,
    SimulatePlanRequest,
    SimulatePlanResponse,
    UpdatePlanRequest,
)
from actors.api.billing.v1 import Plan as PlanMessage
from actors.api.billing.v1 import PlanVersion as PlanVersionMessage
from actors.billing.domain.plan import Plan, PlanTaken, PlanVersion, State, new_plan
from actors.billing.domain.subscription_state import State as SubscriptionState
from actors.billing.domain.terms import Terms, check_terms
from actors.billing.simulating import Simulator
from actors.billing.store import BillingUnit, BooksUnit
from actors.kernel import wire
from actors.kernel.call import PLATFORM, Call
from actors.kernel.errors import NotFound, PermissionMissing
from actors.kernel.module import Room
from actors.kernel.pages import page_request
from actors.kernel.store.contract import Condition, Eq, In, Order
from actors.kernel.store.unit import Store

READ = "plans.read"
MOST_PLANS = 1000
_LIVE = tuple(state.name for state in SubscriptionState if state is not SubscriptionState.CANCELLED)


class PlanService(PlanServiceServicer):
    """Plans: drafted, offered, given new versions, priced before they are."""

    def __init__(self, room: Room) -> None:
        self.room, self.clock = room, room.clock
        self.store: Store[BillingUnit] = room.store
        self.books: Store[BooksUnit] = room.books
        self.simulator = Simulator(room)

    async def ListPlans(self, request: ListPlansRequest, call: Call) -> ListPlansResponse:
        asked = page_request(request, call, self.room.sealer.key("pages"))
        wanted = {wire.enum_name(PlanMessage.State.DESCRIPTOR, state) for state in request.states}
        if not wanted:
            wanted = {state.name for state in State} if _manages(call) else {State.PUBLISHED.name}
        if wanted != {State.PUBLISHED.name} and not _manages(call):
            raise PermissionMissing(permission=READ)
        async with self.store.unit(call) as unit:
            found = await unit.plans.select(In("state", tuple(sorted(wanted))), limit=MOST_PLANS)
        # There are few, and what they are ordered by lies inside their terms.
        plans = sorted((self._now(plan) for plan in found), key=_place)
        after = asked.after
        shown = [plan for plan in plans if after is None or _place(plan) > after][: asked.size]
        last = bool(plans) and bool(shown) and shown[-1].id == plans[-1].id
        counts = await self._counts(call, "plan_id")
        return ListPlansResponse(
            plans=[self._message(_shown(plan, call), counts) for plan in shown],
            next_page_token="" if last or not shown else asked.token(_place(shown[-1])),
        )

    async def GetPlan(self, request: GetPlanRequest, call: Call) -> PlanMessage:
        async with self.store.unit(call) as unit:
            plan = await unit.plans.get(request.id)
        if plan.state is not State.PUBLISHED and not (_manages(call) or await self._subscribes(call, plan)):
            raise NotFound(kind="plan", id=request.id)
        return self._message(_shown(self._now(plan), call), await self._counts(call, "plan_id"))

    async def CreatePlan(self, request: CreatePlanRequest, call: Call) -> PlanMessage:
        async with self.store.unit(call) as unit:
            terms = await self._terms(request)
            if request.id and await unit.plans.find(request.id) is not None:
                raise PlanTaken(plan=request.id)
            plan = unit.plans.put(new_plan(request.id or self.clock.new_id("plan"), terms, self.clock.now()))
            return unit.answer(self._message(plan))

    async def UpdatePlan(self, request: UpdatePlanRequest, call: Call) -> PlanMessage:
        effective = request.effective_time.ToDatetime(UTC) if request.HasField("effective_time") else None
        counts = await self._counts(call, "plan_id")
        async with self.store.unit(call) as unit:
            plan = await unit.plans.get(request.id, request.etag)
            plan, version = plan.changed(await self._terms(request), self.clock.now(), effective)
            plan = await self._keep(unit, plan, version)
            return self._message(plan, counts)

    async def PublishPlan(self, request: PublishPlanRequest, call: Call) -> PlanMessage:
        counts = await self._counts(call, "plan_id")
        async with self.store.unit(call) as unit:
            plan = await unit.plans.get(request.id, request.etag)
            plan = await self._keep(unit, *plan.published(self.clock.now()))
            return self._message(plan, counts)

    async def ArchivePlan(self, request: ArchivePlanRequest, call: Call) -> PlanMessage:
        counts = await self._counts(call, "plan_id")
        async with self.store.unit(call) as unit:
            plan = await unit.plans.get(request.id, request.etag)
            plan = unit.plans.put(plan.archived(self.clock.now()))
            return self._message(plan, counts)

    async def ListPlanVersions(self, request: ListPlanVersionsRequest, call: Call) -> ListPlanVersionsResponse:
        async with self.store.unit(call) as unit:
            await unit.plans.get(request.id)
            page = await unit.plan_versions.page(
                Eq("plan_id", request.id), order=Order("plan_version", descending=True), request=request
            )
        counts = await self._counts(call, "plan_version", Eq("plan_id", request.id))
        return ListPlanVersionsResponse(
            versions=[
                wire.message(PlanVersionMessage, version, subscription_count=counts.get(version.plan_version, 0))
                for version in page.items
            ],
            next_page_token=page.next_page_token,
        )

    async def SimulatePlan(self, request: SimulatePlanRequest, call: Call) -> SimulatePlanResponse:
        async with self.store.unit(call) as unit:
            terms = await self._terms(request)
            return await self.simulator.simulated(unit, request, terms)

    # --- inside ----------------------------------------------------------------------------------------------------

    async def _terms(self, request: CreatePlanRequest | UpdatePlanRequest | SimulatePlanRequest) -> Terms:
        """The terms that are asked for. Raises TermsInvalid."""
        terms = wire.record(Terms, request.terms)
        check_terms(terms, await self.simulator.meters.again())
        return terms

    async def _keep(self, unit: BillingUnit, plan: Plan, version: PlanVersion | None) -> Plan:
        """The plan with its new version, which takes the place of one that was waiting under its number."""
        if version is not None:
            await unit.plan_versions.find(version.id)
            unit.plan_versions.put(version)
            if (due := plan.due) is not None:
                unit.schedule(due[0], name=f"billing.plan.{plan.id}", when=due[1])
        return unit.plans.put(plan)

    async def _counts(self, call: Call, by: str, *where: Condition) -> dict[object, int]:
        """Subscriptions that have not ended; only for those who may know how many customers there are."""
        if not _manages(call):
            return {}
        async with self.books.unit(call.within(""), aside=True) as unit:
            rows = await unit.subscriptions.group(In("state", _LIVE), *where, by=(by,))
        return {row[by]: int(row["count"]) for row in rows}

    async def _subscribes(self, call: Call, plan: Plan) -> bool:
        """Whether the caller's own tenant is on the plan, which then is no secret to it."""
        if plan.state is not State.ARCHIVED or not call.principal.tenant_id:
            return False
        async with self.books.unit(call.within(call.principal.tenant_id), aside=True) as unit:
            return await unit.subscriptions.one(Eq("plan_id", plan.id), In("state", _LIVE)) is not None

    def _now(self, plan: Plan) -> Plan:
        """As it is now: the schedule that makes a version take effect may be a moment late."""
        return plan.effective(self.clock.now())[0]

    @staticmethod
    def _message(plan: Plan, counts: dict[object, int] | None = None) -> PlanMessage:
        return wire.message(PlanMessage, plan, subscription_count=(counts or {}).get(plan.id, 0))


def _manages(call: Call) -> bool:
    """Whether the caller may see what is not on offer: the provider's staff, never a tenant's."""
    return call.principal.realm == PLATFORM and call.may(READ)


def _shown(plan: Plan, call: Call) -> Plan:
    """What is to come is not on offer yet: prices that are only planned are the provider's business."""
    return plan if _manages(call) else plan.but(next_terms=None, next_effective_time=None)


def _place(plan: Plan) -> tuple[int, str]:
    return plan.terms.rank, plan.id
