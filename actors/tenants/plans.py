"""The plans that a tenant can be put on: those of the settings, and those that Billing sells where it is installed."""

from __future__ import annotations

import logging
import time

from actors import MODULES
from actors.api.billing.v1 import ListPlansRequest, PlanServiceStub
from actors.api.billing.v1 import Plan as SoldPlan
from actors.kernel.call import Call
from actors.kernel.errors import AtriumError, Violation
from actors.kernel.mesh.dial import answer
from actors.kernel.module import Room
from actors.tenants.domain.tenant import PlanUnknown
from actors.tenants.settings import Plan, TenantsSettings

log = logging.getLogger(__name__)

FRESH_SECONDS = 5.0
PAGE = 500


class Plans:
    """Plans by id. What Billing sells is known for some seconds; while it does not answer, what was known last is."""

    def __init__(self, room: Room) -> None:
        self.mesh = room.mesh
        self.settings: TenantsSettings = room.settings
        self._sold: dict[str, Plan] = {}
        self._read = -FRESH_SECONDS

    async def all(self, call: Call) -> dict[str, Plan]:
        """A plan that Billing sells is as it says, whatever the settings say of it."""
        if "billing" in MODULES and time.monotonic() - self._read >= FRESH_SECONDS:
            try:
                self._sold = await self._offered(call)
                self._read = time.monotonic()
            except AtriumError as error:
                log.warning("the plans that are sold are not known: %s", error)
        return {**self.settings.plans, **self._sold}

    async def find(self, id: str, call: Call) -> Plan:
        """Raises PlanUnknown."""
        found = (await self.all(call)).get(id)
        if found is None:
            self._read = -FRESH_SECONDS  # it may have been published just now
            found = (await self.all(call)).get(id)
        if found is None:
            violation = Violation("plan", f"there is no plan {id}", "PLAN_UNKNOWN")
            raise PlanUnknown(violations=(violation,), plan=id)
        return found

    async def _offered(self, call: Call) -> dict[str, Plan]:
        sold: dict[str, Plan] = {}
        request = ListPlansRequest(page_size=PAGE, states=[SoldPlan.STATE_PUBLISHED])
        while True:
            page = await answer(self.mesh.dial("billing", PlanServiceStub).ListPlans, request, call)
            sold |= {one.id: self._plan(one) for one in page.plans}
            if not page.next_page_token:
                return sold
            request.page_token = page.next_page_token

    def _plan(self, sold: SoldPlan) -> Plan:
        terms = sold.terms
        # The edge limits calls by tier: plans of one tier have what the settings say of it.
        same = next((one.calls_per_minute for one in self.settings.plans.values() if one.tier == terms.tier), None)
        plan = Plan(
            display_name=terms.display_name, tier=terms.tier, isolation="SILO" if terms.own_database else "POOL"
        )
        return plan if same is None else plan.model_copy(update={"calls_per_minute": same})
