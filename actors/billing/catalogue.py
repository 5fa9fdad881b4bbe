"""The catalogue as billing reads it: what is on offer now, and what a version of a plan says for ever."""

from __future__ import annotations

from actors.billing.domain.plan import Plan, PlanUnknown, version_id
from actors.billing.domain.terms import Terms
from actors.billing.store import BillingUnit
from actors.kernel.call import system_call
from actors.kernel.errors import NotFound
from actors.kernel.module import Room
from actors.kernel.store.unit import Store

MOST_KEPT = 2000


class Catalogue:
    """Plans on offer, and terms of versions. Both are the platform's: whoever asks sees the same."""

    def __init__(self, room: Room) -> None:
        self.clock = room.clock
        self.store: Store[BillingUnit] = room.store
        self._terms: dict[tuple[str, int], Terms] = {}

    async def offered(self, plan_id: str) -> Plan:
        """The plan as it is sold now: a version whose time has come is in effect. Raises PlanUnknown for one that
        nobody can subscribe to."""
        async with self.store.unit(system_call(), aside=True) as unit:
            plan = await unit.plans.find(plan_id)
        if plan is None:
            raise PlanUnknown(plan=plan_id)
        plan.must_be_offered()
        return plan.effective(self.clock.now())[0]

    async def terms(self, plan_id: str, plan_version: int) -> Terms:
        """What a version says. Raises NotFound.

        Kept in memory from its time on, when nothing can change it any more.
        """
        key = (plan_id, plan_version)
        if (known := self._terms.get(key)) is not None:
            return known
        async with self.store.unit(system_call(), aside=True) as unit:
            version = await unit.plan_versions.find(version_id(plan_id, plan_version))
        if version is None:
            raise NotFound(kind="plan version", id=version_id(plan_id, plan_version))
        if version.effective_time <= self.clock.now():
            if len(self._terms) >= MOST_KEPT:
                self._terms.clear()
            self._terms[key] = version.terms
        return version.terms
